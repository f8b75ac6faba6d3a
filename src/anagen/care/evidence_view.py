"""A view of the evidence: one question put to the tables of trials.

``forest`` what arms gained · ``depth``, ``interval``, ``sessions`` gain against how needling was
set · ``missing`` what is not told, and what was never compared. Each as a terminal page, a picture,
a page with its numbers, and plain data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup
from rich.console import Group, RenderableType
from rich.text import Text

from anagen.care import words
from anagen.care.dose_response import dose_svg, dose_text
from anagen.care.evidence_findings import (
    dose_findings,
    forest_findings,
    gap_findings,
    worth_measuring,
)
from anagen.care.evidence_gaps import arms_text, gaps_svg, gaps_text
from anagen.care.evidence_tables import (
    dose_data,
    dose_tables,
    forest_data,
    forest_tables,
    gap_data,
    gap_tables,
)
from anagen.care.forest import forest_svg, forest_text, unplaced_text
from anagen.care.paragraphs import bold, foot, heading, paragraph
from anagen.care.report import pages, style
from anagen.care.table import Numbers
from anagen.care.tokens import DARK, LIGHT, ON_PAGE
from anagen.evidence.comparisons import compare, of_condition, pooled_for
from anagen.evidence.dose_response import dose_response
from anagen.evidence.gaps import gaps
from anagen.evidence.pooled import pooled_effects
from anagen.evidence.trials import trials
from anagen.reading import BadInput, did_you_mean

TITLES = {
    "forest": "What arms of trials gained",
    "depth": "Gain against needle length",
    "interval": "Gain against the interval between sessions",
    "sessions": "Gain against the number of sessions",
    "missing": "What the trials do not tell",
}
_WIDE, _NARROW, _COLUMNS = 760, 344, 80


@dataclass(frozen=True)
class View:
    """One view: its findings, its drawing, the tables behind it and the same as plain data."""

    name: str
    title: str
    findings: tuple[str, ...]
    worth_measuring: tuple[str, ...]
    chart: Text
    table: Text | None  # what stands below the chart on a terminal
    tables: tuple[Numbers, ...]
    data: Mapping[str, Any]
    draw: Callable[..., str]  # colours, width, key → SVG

    def as_dict(self) -> dict[str, Any]:
        """The view as plain data for JSON."""
        said = {"view": self.name, "findings": list(self.findings)}
        if self.worth_measuring:
            said["worth_measuring"] = list(self.worth_measuring)
        return {**said, **self.data}


def view(name: str, condition: str | None = None) -> View:
    """A view of the shipped tables, or of their part on one condition.

    Raises `BadInput` for a view or condition that is not known.
    """
    if name not in TITLES:
        raise BadInput(
            f"--view is {name[:40]!r}{did_you_mean(name, TITLES)}; allowed is one of "
            f"{', '.join(TITLES)}."
        )
    arms = of_condition(trials(), condition)
    pooled = pooled_for(pooled_effects(), condition)
    title = TITLES[name] + (f": {condition.replace('_', ' ')}" if condition else "")
    worth: tuple[str, ...] = ()
    table = None
    if name == "forest":
        compared = compare(arms, pooled)
        said, chart = forest_findings(compared, arms), forest_text(compared, _COLUMNS)
        table = unplaced_text(compared, _COLUMNS)
        tables, data = forest_tables(compared), forest_data(compared)
        draw = partial(forest_svg, compared, said)
    elif name == "missing":
        found = gaps(arms)
        said, chart = gap_findings(found, condition), gaps_text(found, _COLUMNS)
        worth, table = tuple(worth_measuring(found)), arms_text(found)
        tables, data = gap_tables(found), gap_data(found)
        draw = partial(gaps_svg, found, said)
    else:
        response = dose_response(name, arms, pooled)
        said, chart = dose_findings(response), dose_text(response, _COLUMNS)
        tables, data = dose_tables(response), dose_data(response)
        draw = partial(dose_svg, response, said)
    data = {"condition": condition, **data}
    return View(name, title, tuple(said), worth, chart, table, tables, data, draw)


def view_page(shown: View) -> RenderableType:
    """The view as a terminal page."""
    parts: list[RenderableType] = [heading(shown.title)]
    parts += [paragraph(f"- {each}", hang=2) for each in shown.findings]
    parts += ["", shown.chart] if shown.chart else []
    if shown.worth_measuring:
        parts += ["", bold("Worth measuring")]
        parts += [paragraph(f"- {each}", hang=2) for each in shown.worth_measuring]
    if shown.table:
        parts += ["", shown.table]
    step = "anagen evidence STUDY shows one of these studies, with its doubts."
    parts += foot(step, True, f"Tables of anagen {version('anagen')}")
    return Group(*parts)


def view_html(shown: View) -> str:
    """The view as one HTML file: no script, nothing fetched, the numbers below the picture."""
    return (
        pages()
        .get_template("evidence.html")
        .render(
            shown=shown,
            wide=shown.draw(colours=ON_PAGE, width=_WIDE, key="wide"),
            narrow=shown.draw(colours=ON_PAGE, width=_NARROW, key="narrow"),
            off_label=words.OFF_LABEL,
            context=words.CONTEXT,
            about=f"Tables of anagen {version('anagen')}",
            style=Markup(style()),
        )
    )


def view_svg(shown: View) -> str:
    """The drawing as a file of its own, which turns dark where the reader's screen is dark.

    It is drawn in the light colours, which every program understands; the dark ones take their
    place by a style sheet.
    """
    drawn = shown.draw(colours=LIGHT, width=_WIDE, key=shown.name)
    dark = "".join(
        f'[fill="{light}"]{{fill:{DARK[token]}}}[stroke="{light}"]{{stroke:{DARK[token]}}}'
        for token, light in LIGHT.items()
    )
    ground = (
        f"<style>@media (prefers-color-scheme:dark){{{dark}}}</style>"
        f'<rect width="100%" height="100%" fill="{LIGHT["paper"]}"/>'
    )
    return drawn.replace("</desc>", f"</desc>{ground}", 1)


def write_view(shown: View, out: Path) -> None:
    """Write the picture as ``.svg`` or ``.html``. Raises `BadInput` where that cannot be."""
    make = {".svg": view_svg, ".html": view_html}.get(out.suffix.lower())
    if make is None:
        raise BadInput(f"--out is {out.name[-60:]!r}; allowed is a name ending in .svg or .html.")
    try:
        out.write_text(make(shown), "utf-8")
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or "not a usable path"
        raise BadInput(f"--out {str(out)[-80:]}: cannot be written ({reason}).") from None
