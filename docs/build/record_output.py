"""Run a benchmark and keep what it prints for the site.

    python docs/build/record_output.py benchmarks/explain.py [its arguments]

The output goes to docs/benchmarks/outputs/, under a head with the command, the day, the machine and the versions.
Nothing but this script writes there, so that every number of those pages was really printed.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

OUTPUTS = Path(__file__).parents[1] / "benchmarks" / "outputs"
sys.path[:0] = [str(Path(__file__).parents[2] / "benchmarks")]

from machine import describe  # noqa: E402 - benchmarks are scripts, not a package

LIBRARIES = ("rulekit-engine", "polars", "numpy", "numba", "duckdb", "onnxruntime", "scikit-learn", "ortools")


def head(command: list[str]) -> str:
    """Return the lines that stand over an output."""
    day = dt.datetime.now(dt.UTC).date().isoformat()
    return f"# python {' '.join(command)}\n# {day}\n# {describe(*LIBRARIES)}\n\n"


def main(command: list[str]) -> int:
    """Run the script, show what it prints, and keep it when it ends well."""
    lines: list[str] = []
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        for line in process.stdout or ():
            sys.stdout.write(line)
            lines.append(line)
    if process.returncode == 0:
        OUTPUTS.mkdir(parents=True, exist_ok=True)
        text = head(command) + "".join(lines)
        (OUTPUTS / f"{Path(command[0]).stem}.txt").write_text(text, encoding="utf-8")
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if sys.argv[1:] else __doc__)
