"""An index of boxes: which of them intersect, or contain, a part of the space, as bits of integers.

For every atom of every axis one integer says, one bit per box, which boxes hold that atom. The boxes that
intersect a part of the space are an OR over atoms and an AND over axes; those that contain it an AND over both.
Python computes a thousand boxes in one such operation.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from rulekit.analysis.space.axes import runs
from rulekit.analysis.space.space import Box, Region, Space, cut


class _Queries(dict[int, tuple[int, int]]):
    """For sets of atoms of one axis, the boxes that hold any of them and those that hold all, computed once."""

    def __init__(self, rows: list[int], boxes: int) -> None:
        self._rows, self._boxes = rows, boxes

    def __missing__(self, atoms: int) -> tuple[int, int]:
        met, held = 0, self._boxes
        for start, end in runs(atoms):
            for row in self._rows[start:end]:
                met |= row
                held &= row
        self[atoms] = met, held
        return met, held


class Index:
    """Boxes of a space, in order; the first has the lowest bit.

    Parameters
    ----------
    space : the space.
    regions : the boxes, each by the axes that it restricts.

    """

    def __init__(self, space: Space, regions: Sequence[Region]) -> None:
        self.space = space
        self.regions = tuple(regions)
        self.all = (1 << len(self.regions)) - 1
        self._rows = [self._rows_of(place) for place in range(len(space.axes))]
        self._queries = [_Queries(rows, self.all) for rows in self._rows]

    def _rows_of(self, place: int) -> list[int]:
        """Return, for each atom of an axis, the boxes that hold it."""
        # A box switches on at the start of each run of its atoms and off at the end, so one pass of XOR over the
        # switches gives every row. Boxes that do not restrict the axis (`free`) hold every atom.
        switches = [0] * (len(self.space.axes[place].atoms) + 1)
        free = self.all
        for bit, region in enumerate(self.regions):
            if place in region:
                free ^= 1 << bit
                for start, end in runs(region[place]):
                    switches[start] ^= 1 << bit
                    switches[end] ^= 1 << bit
        rows, containing = [], 0
        for switch in switches[:-1]:
            containing ^= switch
            rows.append(containing | free)
        return rows

    def query(self, box: Box) -> tuple[int, int]:
        """Return the boxes that intersect a part of the space, and those that contain all of it."""
        intersecting = containing = self.all
        for queries, atoms in zip(self._queries, box, strict=True):
            met, held = queries[atoms]
            intersecting &= met
            containing &= held
        return intersecting, containing

    def meeting(self, region: Region) -> int:
        """Return the boxes that intersect a region, which is not empty."""
        intersecting = self.all
        for place, atoms in region.items():
            intersecting &= self._queries[place][atoms][0]
        return intersecting

    def fewest_cuts(self, box: Box, among: int) -> int:
        """Return the box, of some that intersect a part of the space, that the fewest axes keep from containing it.

        Axes are counted up to two; more are alike. Of equal boxes the first is taken. A box that one axis alone
        keeps from containing the part leaves one piece outside: cutting along it is unit propagation, as in SAT
        solvers.
        """
        # `once`, `twice` and `more` hold the boxes that at least one, two and three axes keep out, all at a time.
        once = twice = more = 0
        for queries, atoms in zip(self._queries, box, strict=True):
            kept = among & ~queries[atoms][1]
            more |= twice & kept
            twice |= once & kept
            once |= kept
        for chosen in (among & ~once, once & ~twice, twice & ~more):
            if chosen:
                break
        else:
            chosen = among
        return (chosen & -chosen).bit_length() - 1

    def hits(self, point: Sequence[int]) -> int:
        """Return the boxes that contain a point: the position of one atom per axis."""
        found = self.all
        for rows, place in zip(self._rows, point, strict=True):
            found &= rows[place]
        return found

    def along(self, point: Sequence[int], place: int) -> list[int]:
        """Return, for each atom of one axis, the boxes that contain a point moved there."""
        others = self.all
        for axis, atom in enumerate(point):
            if axis != place:
                others &= self._rows[axis][atom]
        return [others & row for row in self._rows[place]]

    def by_axes_apart(self, point: Sequence[int]) -> Iterator[int]:
        """Yield the boxes that contain a point, those that one axis keeps from it, two, and so on."""
        # kept[n] holds the boxes that at least n of the axes so far keep from the point, as counters in unary.
        kept = [self.all] + [0] * len(point)
        for rows, place in zip(self._rows, point, strict=True):
            without = self.all & ~rows[place]
            for number in range(len(point), 0, -1):
                kept[number] |= kept[number - 1] & without
        for number, boxes in enumerate(kept):
            yield boxes & ~(kept[number + 1] if number < len(point) else 0)

    def pieces(self, box: Box, bit: int) -> tuple[list[Box], Box]:
        """Return the part of a box outside another one, in disjoint pieces, and the part inside."""
        return cut(box, self.regions[bit])


def random_point(box: Box, chance: random.Random) -> list[int]:
    """Return a random point of a box that is not empty; atoms are not equally likely."""
    point = []
    for atoms in box:
        upper = atoms >> chance.randrange(atoms.bit_length())
        shift = atoms.bit_length() - upper.bit_length()
        point.append(shift + (upper & -upper).bit_length() - 1)
    return point
