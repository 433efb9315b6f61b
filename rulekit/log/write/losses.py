"""Counts decisions that were given out and are not in the log, and reports them.

A loss is reported once per streak on the logger ``rulekit.log``, which reaches stderr where logging is not set up.
It is kept in the file beside the log, if that can be written. The first lines that can be written again start with
a line that counts the losses. A process that ends before that reports them.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime

from rulekit.log.record import line_text, time_text
from rulekit.log.write.lock import Losses, WriterLock

LOGGER = logging.getLogger("rulekit.log")


class LossCounter:
    """Counts losses.

    Attributes
    ----------
    losses : those that the log does not count yet; None when there are none.
    ever : those of this process by outcome, whether the log counts them or not.

    """

    def __init__(self, where: str, lock: WriterLock | None) -> None:
        self._where, self._writer_lock = where, lock
        self.losses = None if lock is None else lock.losses()
        self.ever: Counter[str] = Counter()
        self._streak = False

    @property
    def total(self) -> int:
        """How many decisions the log does not count yet."""
        return 0 if self.losses is None else self.losses.total

    def add(self, lost: Counter[str], why: str) -> None:
        """Count lost decisions, and report them if they are the first of a streak."""
        now = datetime.now(UTC)
        earlier = self.losses or Losses(lost={}, since=now, until=now)
        self.ever += lost
        self.losses = Losses(lost=dict(Counter(earlier.lost) + lost), since=earlier.since, until=now)
        if self._writer_lock is not None:
            self._writer_lock.keep(self.losses)
        if not self._streak:
            LOGGER.error("decisions go on and are NOT logged: %s", why)
        self._streak = True

    def line(self, seq: int) -> bytes | None:
        """Return the line that counts the losses; None when there are none."""
        if self.losses is None:
            return None
        since, until = time_text(self.losses.since), time_text(self.losses.until)
        now = time_text(datetime.now(UTC))
        return line_text({"at": now, "id": seq, "lost": self.losses.lost, "since": since, "until": until})

    def written(self) -> None:
        """Start anew, since the log counts the losses; after a kill just before, it counts them twice."""
        if self.losses is None:
            return
        LOGGER.error("%s: logging works again, %d decisions were lost", self._where, self.total)
        self.losses, self._streak = None, False
        if self._writer_lock is not None:
            self._writer_lock.clear()

    def warn_of_losses(self) -> None:
        """Report losses that the log does not count."""
        if self.total:
            LOGGER.critical(
                "%s: %d decisions were lost, and the log does not tell of it", self._where, self.total
            )
