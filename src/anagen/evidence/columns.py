"""Columns of a table of evidence: what each holds, in which unit, and what is allowed in it.

A record is a frozen dataclass whose fields are made by `text`, `number` and `one_of`. The same
declaration reads the table, words its refusals and fills the page of the documentation, so that
the three cannot disagree. A blank cell is "not reported".
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from math import inf
from typing import Any

from anagen.reading import BadInput, did_you_mean, plain_name

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Column:
    """One column. ``words`` is its closed vocabulary, each word with its meaning."""

    meaning: str
    unit: str = ""
    words: Mapping[str, str] | None = None
    numeric: bool = False
    low: float = -inf
    high: float = inf
    whole: bool = False
    required: bool = False

    @property
    def allowed(self) -> str:
        """Completes the sentence "allowed is ..."."""
        if self.words is not None:
            return "one of " + ", ".join(self.words)
        if not self.numeric:
            return "text"
        said = "a whole number" if self.whole else "a number"
        if self.unit:
            said += f" of {self.unit}"
        if self.low > -inf:
            said += f" from {self.low:g}"
        if self.high < inf:
            said += f" {'to' if self.low > -inf else 'up to'} {self.high:g}"
        return said


def text(meaning: str, *, required: bool = False) -> Any:
    """A field of free text."""
    return _field(Column(meaning, required=required), "")


def one_of(meaning: str, words: Mapping[str, str], *, required: bool = False) -> Any:
    """A field with a closed vocabulary."""
    return _field(Column(meaning, words=words, required=required), "")


def number(
    meaning: str,
    unit: str = "",
    low: float = -inf,
    high: float = inf,
    *,
    whole: bool = False,
) -> Any:
    """A field for a number within limits; None where it is not reported."""
    column = Column(meaning, unit, numeric=True, low=low, high=high, whole=whole)
    return _field(column, None)


def _field(column: Column, blank: str | None) -> Any:
    if column.required:
        return field(metadata={"column": column})
    return field(default=blank, metadata={"column": column})


def columns_of(record: type[Any]) -> dict[str, Column]:
    """The columns of a record by name, in their order."""
    return {each.name: each.metadata["column"] for each in fields(record)}


def records[T](
    table: str,
    where: str,
    record: type[T],
    fault: Callable[[T], str],
    stated: Collection[str] = (),
    *,
    every_column: bool = False,
) -> Iterator[tuple[int, T]]:
    """The line and typed record of every row of a CSV table, ``where`` being its name.

    ``fault`` says what of a record does not go together, or nothing. ``stated`` names further
    columns that no row may leave blank; with ``every_column`` none may be missing from the head.
    Raises `BadInput` naming line and column.
    """
    columns = columns_of(record)
    needed = [name for name, column in columns.items() if column.required or name in stated]
    rows = csv.reader(io.StringIO(table, newline=""), strict=True)
    try:
        head = [cell.strip() for cell in next(rows, [])]
        _check_head(head, columns, list(columns) if every_column else needed, where)
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            at = f"{where} line {rows.line_num}"
            if len(cells) != len(head):
                raise BadInput(f"{at}: has {len(cells)} cells; allowed are {len(head)}, as above.")
            values = {
                name: _value(cell, columns[name], f"{at}: {name}", name in needed)
                for name, cell in zip(head, cells, strict=True)
            }
            found = record(**values)
            if said := fault(found):
                raise BadInput(f"{at}: {said}")
            yield rows.line_num, found
    except csv.Error as broken:
        raise BadInput(f"{where} line {rows.line_num}: is not valid CSV: {broken}.") from None


def _check_head(
    head: list[str], columns: Mapping[str, Column], needed: list[str], where: str
) -> None:
    if not any(head):
        raise BadInput(f"{where}: is empty; its first line must name the columns.")
    for mark, said in ((";", "semicolons"), ("\t", "tabs")):
        if len(head) == 1 and mark in head[0]:
            raise BadInput(f"{where}: its columns are parted by {said}; allowed are commas.")
    for name in head:
        if name not in columns:
            hint = did_you_mean(name, columns)
            raise BadInput(
                f"{where}: unknown column {name[:40]!r}{hint}; allowed are {', '.join(columns)}."
            )
        if head.count(name) > 1:
            raise BadInput(f"{where}: the column {name} stands twice; allowed is once.")
    for name in needed:
        if name not in head:
            raise BadInput(
                f"{where}: the column {name} is missing; required are {', '.join(needed)}."
            )


def _value(cell: str, column: Column, at: str, needed: bool) -> str | float | None:
    try:
        said = plain_name(cell)
    except ValueError as strange:
        raise BadInput(f"{at} {strange}") from None
    if not said:
        if needed:
            raise BadInput(f"{at} is missing; allowed is {column.allowed}.")
        return None if column.numeric else ""
    hint = ""
    if column.numeric:
        plain = said.replace("\N{MINUS SIGN}", "-")
        value = float(plain) if _NUMBER.fullmatch(plain) else None
        whole = value is None or value.is_integer() or not column.whole
        if value is not None and whole and column.low <= value <= column.high and abs(value) < inf:
            return value
        if re.fullmatch(r"-?\d+,\d+", plain):
            hint = " (write a point, not a comma)"
    elif column.words is None or said in column.words:
        return said
    else:
        hint = did_you_mean(said, column.words)
    shown = said if len(said) <= 40 else said[:39] + "…"
    raise BadInput(f"{at} is {shown!r}{hint}; allowed is {column.allowed}.")
