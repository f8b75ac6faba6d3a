"""Rows as CSV for a spreadsheet, in which no cell is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

# What makes a spreadsheet work a cell out, also in its full-width form (OWASP, CSV injection).
_STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
# Half of Europe opens a table by semicolons, which begin a cell there in the midst of another.
_WITHIN = re.compile(r"([;\t]\s*)(?=[-=+@＝＋－＠])")


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A line of names and one line a row. Text that would be a formula gets an apostrophe.

    Begins with the mark by which spreadsheets know UTF-8.
    """
    written = io.StringIO("\ufeff", newline="")
    written.seek(0, io.SEEK_END)
    out = csv.writer(written)
    out.writerow(columns)
    out.writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    held = _WITHIN.sub(r"\1'", value)
    return f"'{held}" if held.lstrip(" ").startswith(_STARTS_A_FORMULA) else held
