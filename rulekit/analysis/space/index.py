"""An index of boxes: which of them touch, or hold, a part of the space, as the bits of integers.

For every axis and atom one integer says, a bit a box, which boxes hold that atom. Which boxes meet a part of the
space, and which hold all of it, is then an OR and an AND over atoms and an AND over axes: words of a thousand
bits that Python takes in one stroke.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from rulekit.analysis.space.axes import runs
from rulekit.analysis.space.space import Box, Region, Space, cut


class _Queries(dict[int, tuple[int, int]]):
    """For sets of atoms of one axis, the boxes that meet them and those that hold them all, worked out once."""

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
    """Boxes of a space, in order; the first is the lowest bit.

    Parameters
    ----------
    space : in which they lie.
    regions : the boxes, each as the axes that it restricts.

    """

    def __init__(self, space: Space, regions: Sequence[Region]) -> None:
        self.space = space
        self.regions = tuple(regions)
        self.all = (1 << len(self.regions)) - 1
        self._rows = [self._rows_of(place) for place in range(len(space.axes))]
        self._queries = [_Queries(rows, self.all) for rows in self._rows]

    def _rows_of(self, place: int) -> list[int]:
        """Return, per atom of an axis, the boxes that hold it: runs switch a box on and off."""
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
        """Return the boxes that meet a part of the space, and those that hold all of it."""
        intersecting = containing = self.all
        for queries, atoms in zip(self._queries, box, strict=True):
            met, held = queries[atoms]
            intersecting &= met
            containing &= held
        return intersecting, containing

    def meeting(self, region: Region) -> int:
        """Return the boxes that meet a region, which is not empty."""
        intersecting = self.all
        for place, atoms in region.items():
            intersecting &= self._queries[place][atoms][0]
        return intersecting

    def fewest_cuts(self, box: Box, among: int) -> int:
        """Return the box, of some that meet a part of the space, that the fewest axes keep from holding all of it.

        Counted are none, one, two, and more; of equals the first is taken. A box that one axis alone keeps from it
        leaves one piece outside: cutting along it is what unit propagation is to SAT solvers.
        """
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
        """Return the boxes that hold a point: the place of one atom per axis."""
        found = self.all
        for rows, place in zip(self._rows, point, strict=True):
            found &= rows[place]
        return found

    def along(self, point: Sequence[int], place: int) -> list[int]:
        """Return the boxes that hold a point moved along one axis, atom by atom."""
        others = self.all
        for axis, atom in enumerate(point):
            if axis != place:
                others &= self._rows[axis][atom]
        return [others & row for row in self._rows[place]]

    def by_axes_apart(self, point: Sequence[int]) -> Iterator[int]:
        """Yield the boxes that no axis keeps from a point, those that one keeps from it, two, and so on."""
        kept = [self.all] + [0] * len(point)  # by so many axes, or more
        for rows, place in zip(self._rows, point, strict=True):
            without = self.all & ~rows[place]
            for number in range(len(point), 0, -1):
                kept[number] |= kept[number - 1] & without
        for number, boxes in enumerate(kept):
            yield boxes & ~(kept[number + 1] if number < len(point) else 0)

    def pieces(self, box: Box, bit: int) -> tuple[list[Box], Box]:
        """Return what of a part of the space is outside one box, in disjoint pieces, and what is containing."""
        return cut(box, self.regions[bit])


def random_point(box: Box, chance: random.Random) -> list[int]:
    """Return a point of a box that is not empty."""
    point = []
    for atoms in box:
        upper = atoms >> chance.randrange(atoms.bit_length())
        shift = atoms.bit_length() - upper.bit_length()
        point.append(shift + (upper & -upper).bit_length() - 1)
    return point
