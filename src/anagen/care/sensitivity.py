"""What would be worth knowing, as a terminal page: bars of shares of variance."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.care import words
from anagen.care.paragraphs import bold, foot, heading, paragraph, quiet, warned
from anagen.care.words import plain

if TYPE_CHECKING:
    from anagen.sensitivity import Index, Indices, Sensitivity
    from anagen.sensitivity.sobol import Share

_CELLS = 20
_FIRST, _MORE = "█", "░"
_SHOWN, _BRIEF = 8, 3
_LEAST = 0.02  # a smaller share is not worth a line
_SPREADS = {"people": "people", "ignorance": "unknown"}


def sensitivity_page(found: "Sensitivity") -> RenderableType:
    """Where the spread of each endpoint comes from, then what to measure next."""
    parts: list[RenderableType] = [
        heading(f"What the spread is made of: {words.short(found.protocol)}"),
        paragraph(
            "Each bar is a share of a forecast's variance. Full: gone if this number alone were "
            "known. Light: what it does together with others. People: differs from person to "
            "person. Unknown: one truth that nobody knows yet."
        ),
    ]
    for place, each in enumerate(found.endpoints):
        parts += ["", *_endpoint(each, _SHOWN if place == 0 else _BRIEF)]
    if found.for_person:
        parts += ["", bold("Worth measuring in this person")]
        parts.append(
            quiet(
                "Share of the variance of the change of visible hairs in a year that it would take "
                "away, its error included."
            )
        )
        table = _table()
        for worth in found.for_person:
            table.add_row(_bar(worth.share, None), _range(worth.share), plain(worth.what))
        parts.append(table)
    if found.for_field:
        parts += ["", bold("Worth settling by research"), _of_field(found)]
    parts += warned(found.warnings)
    model = f"Model anagen {found.model_version}, {found.runs:,d} courses, seed {found.seed}"
    parts += foot("Measure what stands first, if it is easy to have.", True, model)
    return Group(*parts)


def _endpoint(found: "Indices", most: int) -> list[RenderableType]:
    endpoint = found.endpoint
    table = _table()
    listed = [index for index in found.indices if _size(index) >= _LEAST][:most]
    for index in listed:
        said = Text(plain(index.label))
        said.append(f"  {_SPREADS[index.spread]}", style="dim")
        table.add_row(_bar(index.first, index.total), _range(index.first or index.total), said)
    return [
        bold(f"{endpoint.label}: spread (SD) {words.number(found.sd)} {endpoint.unit}"),
        quiet(
            f"People {words.percent(found.people.value)}, unknown "
            f"{words.percent(found.ignorance.value)} (each with what it does with the other)"
        ),
        table,
    ]


def _of_field(found: "Sensitivity") -> Table:
    table = _table()
    worth = [each for each in found.for_field if each.first and each.first.value >= _LEAST]
    for index in worth[:_SHOWN]:
        said = Text(plain(index.label))
        said.append(f"  now: {index.grade}  anagen evidence {index.key}", style="dim")
        table.add_row(_bar(index.first, None), _range(index.first), said)
    if not worth:
        table.add_row("", "", "No single number stands out; what is unknown acts together.")
    return table


def _table() -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1, 0, 0))
    table.add_column(width=_CELLS, no_wrap=True)
    table.add_column(width=12, justify="right", no_wrap=True)
    table.add_column(ratio=1)
    return table


def _bar(first: "Share | None", total: "Share | None") -> Text:
    alone = min(first.value, 1.0) if first else 0.0
    whole = max(min(total.value, 1.0) if total else 0.0, alone)
    full, light = round(_CELLS * alone), round(_CELLS * whole)
    return Text.assemble((_FIRST * full, "green"), (_MORE * (light - full), "green"))


def _range(share: "Share | None") -> str:
    if share is None:
        return ""
    low, high = (min(100 * each, 100) for each in (share.low, share.high))
    return f"{low:.0f} to {high:.0f} %"


def _size(index: "Index") -> float:
    return max(share.value for share in (index.first, index.total) if share is not None)
