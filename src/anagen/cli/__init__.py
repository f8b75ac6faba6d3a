"""The shell: ``anagen screen``, ``plan``, ``simulate``, ``prepare``, ``evidence`` and the others.

Every command has ``--json`` for machines and a page for people. Bad input gives one sentence on
stderr and exit status 2. What computes is imported inside its command, so that the rest starts
without waiting for JAX.
"""

import os
import sys

import typer

# Each module adds its commands to the app, in the order in which help lists them.
# ruff: isort: off
from anagen.cli import person as person
from anagen.cli import care as care
from anagen.cli import evidence as evidence
from anagen.cli import trial as trial
from anagen.cli import serve as serve
from anagen.cli import practice as practice

# ruff: isort: on
from anagen.cli.shell import app as app
from anagen.reading import BadInput, one_sentence


def main() -> None:
    """Entry point: one sentence and status 2 for bad input, never a traceback for it."""
    try:
        # Out of standalone mode, Typer hands over its refusals, and returns the status otherwise:
        # None after an answer, 130 after Ctrl-C.
        status = app(sys.argv[1:] or ["--help"], prog_name="anagen", standalone_mode=False)
        sys.stdout.flush()
    except BadInput as refused:
        status = _refuse(str(refused))
    except typer.TyperException as refused:  # no such command, option or number
        status = _refuse(f"{refused.format_message().rstrip('.')} (see `anagen --help`).")
    except BrokenPipeError:  # the reader of a pipe has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def _refuse(sentence: str) -> int:
    print(f"anagen: {one_sentence(sentence)}", file=sys.stderr)
    return 2
