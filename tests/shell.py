"""The real command, called in this process: what `anagen ...` prints and its exit status."""

import contextlib
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from unittest.mock import patch

from anagen import cli


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str


def anagen(*arguments: object) -> Answer:
    """``anagen`` with these arguments, through its entry point."""
    out, err = io.StringIO(), io.StringIO()
    typed: Sequence[str] = ["anagen", *map(str, arguments)]
    status: object = None
    with (
        patch.object(sys, "argv", typed),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as leaving:
            status = leaving.code
    if status is None:
        status = 0
    assert isinstance(status, int), f"exit status {status!r}"
    return Answer(status, out.getvalue(), err.getvalue())


def is_one_clear_sentence(answer: Answer) -> bool:
    """Whether this is how bad input is refused: status 2 and one short, printable line."""
    line = answer.err.removesuffix("\n")
    return (
        answer.status == 2
        and answer.out == ""
        and answer.err.endswith("\n")
        and line.startswith("anagen: ")
        and line.isprintable()
        and len(line) <= 420
    )
