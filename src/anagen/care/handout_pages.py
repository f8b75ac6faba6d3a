"""The handout as one HTML file and as PDF/UA-1, in the usual and in large print."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Literal

import typst
from markupsafe import Markup

from anagen.care.handout import URGENCIES, Handout
from anagen.care.marks import mark
from anagen.care.paper import fonts, printable
from anagen.care.report import pages, style
from anagen.care.tokens import LIGHT
from anagen.care.weather import describe, weather_map

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
    made = datetime.combine(prepared, time(), UTC) if prepared else datetime.fromtimestamp(0, UTC)
    return typst.compile(
        files("anagen.care").joinpath("templates", "handout.typ").read_bytes(),
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(printable(data), ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=made,
    )
