"""A plan as one HTML file: no script, nothing fetched, light and dark, on a phone and on paper."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from anagen.care import chart
from anagen.care.content import Page, leading, page_of, untreated
from anagen.care.marks import mark
from anagen.care.tokens import DARK, LIGHT, ON_PAGE, custom_properties

if TYPE_CHECKING:
    from anagen.planning import Plan


@dataclass(frozen=True)
class Figures:
    """The drawings of a report, as SVG."""

    wide: str
    narrow: str  # the same drawing for a phone
    compared: tuple[tuple[str, str], ...]  # name, drawing; all on one scale


def report_html(plan: "Plan", prepared: date | None = None) -> str:
    """The report of a plan. ``prepared`` is shown as the day it was made."""
    page = page_of(plan, prepared)
    template = pages().get_template("report.html")
    return template.render(page=page, figures=_figures(plan, page), style=Markup(style()))


@cache
def pages() -> Environment:
    """The templates of what is kept: reports, documents, handouts."""
    return environment("anagen.care")


def environment(*packages: str) -> Environment:
    """The templates of packages, the first that has one giving it; every text is escaped."""

    def template(name: str) -> str | None:
        held = (files(package).joinpath("templates", name) for package in packages)
        return next((each.read_text("utf-8") for each in held if each.is_file()), None)

    pages = Environment(
        loader=FunctionLoader(template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["mark"] = lambda kind: Markup(mark(kind, ON_PAGE))
    pages.filters["drawn"] = Markup  # our own SVG, in which every text is escaped already
    return pages


def style() -> str:
    """The style sheet of a page, with the colours of light and dark."""
    light, dark = custom_properties(LIGHT), custom_properties(DARK)
    return (
        f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        + files("anagen.care").joinpath("templates", "report.css").read_text("utf-8")
    )


def _figures(plan: "Plan", page: Page) -> Figures | None:
    if not plan.options:
        return None
    first, against = plan.options[0], untreated(plan)
    named = leading(plan, page)
    drawn = chart.comparison_charts(named, no_needling=against, width=290)
    return Figures(
        wide=chart.forecast_chart(
            first.forecast, title=first.name, no_needling=against, width=860, key="wide"
        ),
        narrow=chart.forecast_chart(
            first.forecast, title=first.name, no_needling=against, width=344, key="narrow"
        ),
        compared=tuple((name, svg) for (name, _), svg in zip(named, drawn, strict=True)),
    )
