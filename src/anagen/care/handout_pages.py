"""The handout as one HTML file and as PDF/UA-1, in the usual and in large print."""

from dataclasses import asdict
from datetime import date
from typing import Literal

from markupsafe import Markup

from anagen.care.handout import Handout
from anagen.care.marks import mark
from anagen.care.paper import pdf
from anagen.care.report import pages, style
from anagen.care.tokens import LIGHT
from anagen.care.weather import describe, weather_map
from anagen.evidence.aftercare import URGENCIES

Print = Literal["usual", "large"]
_POINTS = {"usual": 11, "large": 16}
_MARKS = {"emergency": "do_not_treat", "today": "caution", "this_week": "caution"}


def handout_html(said: Handout) -> str:
    """The handout as a page: no script, nothing fetched, light and dark, for phone and paper."""
    return (
        pages()
        .get_template("handout.html")
        .render(
            said=said,
            style=Markup(style()),
            wide=weather_map(said.days, said.language, key="wide"),
            narrow=weather_map(said.days, said.language, columns=3, key="narrow"),
        )
    )


def handout_pdf(said: Handout, size: Print = "usual", prepared: date | None = None) -> bytes:
    """The handout for paper. The same handout and day give the same bytes."""
    columns = 6 if size == "usual" else 3
    data = {
        "said": asdict(said),
        "size": _POINTS[size],
        "stamp": said.said["draft"].partition(".")[0],
        "colours": dict(LIGHT),
        "marks": {urgency: mark(_MARKS[urgency], LIGHT) for urgency in URGENCIES},
        "map": {
            "svg": weather_map(said.days, said.language, LIGHT, columns),
            "alt": describe(said.days, said.language),
        },
    }
    return pdf("handout.typ", data, prepared)
