"""The parts that terminal pages are set from: heading, paragraph, quiet line, warnings, foot."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from anagen.care import words
from anagen.care.words import plain


def heading(said: str) -> RenderableType:
    """The one heading of a page."""
    return Group(Rule(Text(said, style="bold"), align="left", style="green"), "")


def bold(said: str) -> Text:
    """A heading within a page."""
    return Text(said, style="bold")


def paragraph(said: str, indent: int = 0, hang: int = 0, style: str = "") -> RenderableType:
    """A paragraph; ``hang`` letters of its first line stand out to the left of the others."""
    said = plain(said)
    if not hang:
        return Padding(Text(said, style=style), (0, 0, 0, indent))
    table = Table.grid(padding=0)
    table.add_column(width=indent + hang)
    table.add_column(ratio=1)
    table.add_row(Text(" " * indent + said[:hang], style=style), Text(said[hang:], style=style))
    return table


def quiet(said: str, indent: int = 2) -> RenderableType:
    """What stands back: a source, a remark."""
    return paragraph(said.replace(words.THIN, " "), indent=indent, style="dim")


def warned(warnings: Iterable[str]) -> list[RenderableType]:
    """What a forecast cannot lean on; nothing where there is no warning."""
    said = [paragraph(f"▲ {plain(warning)}", hang=2) for warning in warnings]
    return ["", bold("Where this stands on thin ice"), *said] if said else []


def foot(step: str, off_label: bool, about: str) -> list[RenderableType]:
    """The next step, and what this page is not."""
    off: Sequence[RenderableType] = [quiet(words.OFF_LABEL, indent=0)] if off_label else []
    return [
        "",
        paragraph(f"Next step: {step}", style="bold"),
        "",
        *off,
        quiet(words.CONTEXT, indent=0),
        quiet(plain(about), indent=0),
    ]
