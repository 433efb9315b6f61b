"""A progress bar on stderr, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(total: int, *, show: bool | None = None) -> Iterator[Callable[[str], None]]:
    """Yield a function that finishes one step and names the next.

    Parameters
    ----------
    total : number of steps.
    show : whether to show the bar; default: only when stderr is a terminal. It needs ``rich``.

    """
    wanted = sys.stderr.isatty() if show is None else show
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        wanted = False
    if not wanted:
        yield lambda _: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading events", total=total)
        yield lambda name: bar.update(task, advance=1, description=name)
