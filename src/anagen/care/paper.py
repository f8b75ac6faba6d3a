"""A plan as a tagged PDF for paper, set by Typst in the fonts of this package alone.

What people wrote goes in as data and is never part of the Typst source, so nothing in it can be
read as a command.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import typst

from anagen.care import chart
from anagen.care.content import Page, leading, page_of, untreated
from anagen.care.marks import colour_of, mark
from anagen.care.tokens import LIGHT

if TYPE_CHECKING:
    from anagen.planning import Plan

UNPRINTABLE = "?"
# Spaces that the font lacks but that mean the same to a reader.
_LIKE = {"\u202f": "\u00a0", "\u2007": "\u00a0", "\u200c": "", "\u200d": ""}


def report_pdf(plan: "Plan", prepared: date | None = None) -> bytes:
    """The report of a plan as PDF/UA-1. The same plan and day give the same bytes."""
    page = page_of(plan, prepared)
    kinds = {page.decision, "caution", *(finding.severity for finding in page.findings)}
    data = {
        "page": asdict(page),
        "figures": _figures(plan, page),
        "colours": dict(LIGHT),
        "marks": {kind: mark(kind, LIGHT) for kind in kinds},
        "mark_colours": {kind: LIGHT[colour_of(kind)] for kind in kinds},
    }
    data["replaced"] = not _covered(data)
    return pdf("report.typ", data, prepared)


def pdf(template: str, data: Mapping[str, Any], prepared: date | None) -> bytes:
    """One of ``templates/`` filled with data, as PDF/UA-1; without a day, dated 1970."""
    made = datetime.combine(prepared, time(), UTC) if prepared else datetime.fromtimestamp(0, UTC)
    return typst.compile(
        files("anagen.care").joinpath("templates", template).read_bytes(),
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(printable(data), ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=made,
    )


def printable(data: Any) -> Any:
    """The same data in characters that the font has: a PDF/UA may not hold any other."""
    if isinstance(data, str):
        return "".join(_in_font(character) for character in data)
    if isinstance(data, Mapping):
        return {key: printable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [printable(value) for value in data]
    return data


def _in_font(character: str) -> str:
    character = _LIKE.get(character, character)
    return character if not character or character in coverage() else UNPRINTABLE


def _covered(data: Any) -> bool:
    if isinstance(data, str):
        return all(_LIKE.get(each, each) in coverage() | {""} for each in data)
    if isinstance(data, Mapping):
        return all(_covered(value) for value in data.values())
    if isinstance(data, list | tuple):
        return all(_covered(value) for value in data)
    return True


@cache
def coverage() -> frozenset[str]:
    """The characters of the fonts."""
    listed = files("anagen.care").joinpath("fonts", "coverage.txt").read_text("ascii")
    ranges = (line.partition("-") for line in listed.split())
    return frozenset(
        chr(code)
        for low, _, high in ranges
        for code in range(int(low, 16), int(high or low, 16) + 1)
    )


@cache
def fonts() -> typst.Fonts:
    """The fonts of the package, and no others."""
    with as_file(files("anagen.care").joinpath("fonts")) as folder:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
        )


def _figures(plan: "Plan", page: Page) -> dict[str, Any] | None:
    if not plan.options:
        return None
    first, against = plan.options[0], untreated(plan)
    named = leading(plan, page)
    drawn = chart.comparison_charts(
        named,
        no_needling=against,
        colours=LIGHT,
        width=300,
        plot_height=130,
    )
    return {
        "first": {
            "svg": chart.forecast_chart(
                first.forecast,
                title=first.name,
                no_needling=against,
                colours=LIGHT,
                width=640,
                plot_height=230,
            ),
            "alt": chart.describe(first.forecast, no_needling=against),
        },
        "compared": [
            {
                "name": name,
                "svg": svg,
                "alt": chart.describe(forecast, no_needling=against),
            }
            for (name, forecast), svg in zip(named, drawn, strict=True)
        ],
    }
