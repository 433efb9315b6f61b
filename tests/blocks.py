"""The fenced blocks of a page of documentation, and what running them means.

- A ``python`` block runs; all of a page share one namespace. A ``text`` block right after it is what it prints.
- A ``console`` block has commands after ``$``. What follows a command is what it prints; a command after which
  nothing stands may print anything. It must end with 0, or with the code that ``$ echo $?`` shows after it.
- A block with ``title="path"`` is a file, and is written before the next block runs.
- ``...`` stands for any text of its line, and alone on a line for any lines, so that times and digests need not be
  written down.
- ``<!-- numbers vary: reason -->`` before a block says that only the words of its output are the same everywhere.
- ``<!-- not run: reason -->`` before a python or console block says that it can't be run, and why.

Everything of one page happens in one folder of its own, which holds a copy of ``rules/``.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>.*)$")
_NOT_RUN = re.compile(r"^<!-- not run: (?P<reason>.+) -->$")
_VARY = re.compile(r"^<!-- numbers vary: (?P<reason>.+) -->$")
_NUMBER = re.compile(r"[0-9][0-9.,]*( +%)?")
_TITLE = re.compile(r'title="(?P<title>[^"]+)"')


@dataclass(frozen=True)
class Block:
    """One fenced block: where its first line stands, its language, its text, and what was said about it."""

    page: str
    line: int
    language: str
    text: str
    title: str | None = None
    not_run: str | None = None
    vary: str | None = None
    output: str | None = None

    @property
    def runs(self) -> bool:
        return self.language in {"python", "console"} and self.not_run is None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str, text: str) -> list[Block]:
    """Return the blocks of a page in order; a python block has the output that is shown after it."""
    found: list[Block] = []
    lines = text.split("\n")
    at, said, fresh = 0, "", False
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if fence is None:
            if lines[at].strip():
                said, fresh = lines[at].strip(), False
            at += 1
            continue
        end = next(n for n in range(at + 1, len(lines)) if lines[n] == fence["indent"] + "```")
        body = "".join(f"{line.removeprefix(fence['indent'])}\n" for line in lines[at + 1 : end])
        language, _, rest = fence["info"].partition(" ")
        title = _TITLE.search(rest)
        not_run, vary = (match and match["reason"] for match in (_NOT_RUN.match(said), _VARY.match(said)))
        block = Block(page, at + 2, language, body, title and title["title"], not_run, vary)
        if language == "text" and fresh and found[-1].language == "python":
            found[-1] = Block(**(vars(found[-1]) | {"output": body}))
        else:
            found.append(block)
        at, said, fresh = end + 1, "", language == "python"
    return found


@dataclass
class Command:
    """A command of a console block: its line, what it should print (None: anything) and its exit code."""

    line: int
    text: str
    output: str | None = None
    code: int = 0


def commands_of(block: Block) -> list[Command]:
    """Return the commands of a console block."""
    commands: list[Command] = []
    continues = False
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        if continues:
            commands[-1].text += "\n" + line
        elif line.startswith("$ "):
            commands.append(Command(number, line[2:]))
        else:
            assert commands, f"{block.page}:{number}: a console block begins with a command"
            commands[-1].output = (commands[-1].output or "") + line + "\n"
            continue
        continues = line.endswith("\\")
    for command, code in pairwise(commands):
        if code.text == "echo $?":
            command.code = int(code.output or "")
    return [command for command in commands if command.text != "echo $?"]


def same(shown: str, got: str) -> bool:
    """Whether a text is what is shown, up to trailing blanks and to what ``...`` leaves open.

    A line of ``...`` stands for any lines, also for none; elsewhere it stands for any text within its line.
    """
    patterns = [
        r"(?:.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("..."))) + r"\n"
        for line in _lines(shown)
    ]
    return re.fullmatch("".join(patterns), "".join(f"{line}\n" for line in _lines(got))) is not None


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


def words(text: str) -> str:
    """Return a text without its numbers, and without the blanks and rules that fit a table to them."""
    lines = (" ".join(_NUMBER.sub("0", line).split()) for line in text.splitlines())
    return "".join(f"{'---' if line and not line.strip('-') else line}\n" for line in lines)


@dataclass
class Page:
    """The folder and the names that the blocks of one page share."""

    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})

    def run(self, block: Block) -> None:
        """Do what a block says; an AssertionError tells where a page and the program differ."""
        if block.title and "." in block.title:
            file = self.folder / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.runs and block.language == "python":
            got = self._python(block)
            if block.output is not None:
                self._compare(block, str(block), block.output, got)
        elif block.runs:
            for command in commands_of(block):
                self._console(block, command)

    def _python(self, block: Block) -> str:
        # Line numbers of a traceback are those of the page.
        code = compile("\n" * (block.line - 1) + block.text, block.page, "exec")
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(code, self.names)  # noqa: S102 - the page is ours
        return out.getvalue()

    def _console(self, block: Block, command: Command) -> None:
        words = shlex.split(command.text.replace("\\\n", " "), comments=True)
        alone = words[0] == "rulekit" and not {"&&", "|", ">", ";"} & set(words)
        code, got = _typed(words) if alone else _shell(command.text)
        where = f"{block.page}:{command.line}: $ {command.text}"
        assert code == command.code, f"{where}\nends with {code}, not with {command.code}:\n{got}"
        if command.output is not None:
            self._compare(block, where, command.output, got)

    def _compare(self, block: Block, where: str, shown: str, got: str) -> None:
        equal = same(words(shown), words(got)) if block.vary else same(shown, got)
        assert equal, f"{where}\nshows\n{shown}\nand prints\n{got}"


def _typed(words: list[str]) -> tuple[int, str]:
    """Run a rulekit command in this process, which is quick; return its code and all that it prints."""
    from rulekit.cli import main

    out, argv = io.StringIO(), sys.argv
    sys.argv = words
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            main()
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    finally:
        sys.argv = argv
    return 0, out.getvalue()


def _shell(text: str) -> tuple[int, str]:
    """Run any other command line in a shell."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ended = subprocess.run(
        ["bash", "-c", text],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
        env=os.environ | {"PATH": path},
    )
    return ended.returncode, ended.stdout
