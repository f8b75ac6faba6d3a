"""Plans side by side: the courses that somebody chose, and no needling, on one scale.

The same person, draws and weeks in every column, so that columns differ by what is done alone.
Nothing is ranked here: the columns stand as they were chosen, no needling last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from anagen.care import words
from anagen.care.chart import comparison_charts
from anagen.care.content import Row, row_of
from anagen.care.table import Numbers, numbers_of
from anagen.evidence.benefit import benefits
from anagen.options import Candidate, Kind
from anagen.planning import Plan, option_of
from anagen.protocol import Protocol
from anagen.reading import BadInput
from anagen.screening import BARRED, Screening, screen

if TYPE_CHECKING:
    from anagen.forecast import Forecast

NO_NEEDLING = "No needling"
# What a table tells of each column, in its order: (attribute of `Row`, what it is).
MEASURES = (
    ("gain", "Expected gain against no needling, hairs/cm²"),
    ("change", "Change since today, hairs/cm²"),
    ("chance", "Chance of a gain that a count can tell"),
    ("visits", "Visits"),
    ("redness", "Days of redness"),
    ("effort", "Daily effort"),
    ("infection", "Risk of infection"),
    ("evidence_short", "What the evidence is"),
)
# What a comparison reads of the draws of a forecast.
ENDPOINTS = (words.TOTAL, "infection_risk")
_ADDED: dict[str, Kind] = {
    "minoxidil": "needling_minoxidil",
    "triamcinolone": "needling_triamcinolone",
}


@dataclass(frozen=True)
class Column:
    """One course."""

    key: str
    row: Row
    chart: str  # SVG
    screening: Screening
    barred: bool
    numbers: Numbers
    off_label: str

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where its forecast leaves what was tried, and what was filled in."""
        return self.row.warnings


@dataclass(frozen=True)
class Comparison:
    """All columns, no needling last."""

    columns: tuple[Column, ...]
    foot: str


def comparison(
    named: Sequence[tuple[str, str]], forecasts: Sequence["Forecast"], *, width: int = 330
) -> Comparison:
    """Courses side by side.

    ``named`` gives key and name of each course, ``forecasts`` theirs and behind them that of no
    needling, for the same person, weeks and draws. Raises `BadInput` where they do not belong
    together.
    """
    against = forecasts[-1]
    _check(named, forecasts)
    patient, weeks = against.patient, int(against.weeks[-1])
    kept = (*named, ("none", NO_NEEDLING))
    options = []
    for (key, name), forecast in zip(kept, forecasts, strict=True):
        protocol = forecast.protocol
        candidate = Candidate(key, kind_of(protocol), name, protocol)
        option = option_of(candidate, screen(patient, protocol), forecast, against)
        if protocol.topical("prp") is not None:
            also = str(benefits()[patient.condition, "prp"])
            option = replace(option, evidence=f"{option.evidence} On PRP: {also}")
        options.append(option)
    together = Plan(
        patient=patient,
        screening=options[0].screening,
        options=tuple(options),
        withheld=(),
        message="",
        would_change=(),
        weeks=weeks,
        model_version=against.model_version,
        seed=against.seed,
    )
    charts = comparison_charts(
        [(option.name, option.forecast) for option in options],
        no_needling=against,
        width=width,
        plot_height=150,
    )
    return Comparison(
        columns=tuple(
            Column(
                key=option.key,
                row=row_of(option, together),
                chart=chart,
                screening=option.screening,
                barred=option.screening.decision in BARRED and not _nothing(option.protocol),
                numbers=numbers_of(option.forecast, None if option.key == "none" else against),
                off_label=words.OFF_LABEL if option.protocol.course.sessions else "",
            )
            for option, chart in zip(options, charts, strict=True)
        ),
        foot=f"{len(against.draws[words.TOTAL])} draws, {weeks} weeks, "
        f"model anagen {against.model_version}, seed {against.seed}",
    )


def kind_of(protocol: Protocol) -> Kind:
    """What the evidence calls a course."""
    drugs = [topical.drug for topical in protocol.topicals if topical.drug != "none"]
    if protocol.course.sessions == 0:
        return "minoxidil" if "minoxidil" in drugs else "none"
    added: list[Kind] = [_ADDED[drug] for drug in drugs if drug in _ADDED]
    return added[0] if added else "needling"


def name_of(protocol: Protocol) -> str:
    """A course in one line: ``1 mm pen, 6 sessions every 28 days, with minoxidil 5 %``."""
    course, device = protocol.course, protocol.device
    drugs = [_drug(t.drug, t.strength_percent) for t in protocol.topicals if t.drug != "none"]
    if not course.sessions or device is None:
        return f"Medicine only: {', '.join(drugs)}" if drugs else "No needling, no medicine"
    every = f" every {course.interval_days:g} days" if course.sessions > 1 else ""
    sessions = "1 session" if course.sessions == 1 else f"{course.sessions} sessions"
    needled = f"{device.needle_mm:g} mm {device.kind}, {sessions}{every}"
    return f"{needled}, with {', '.join(drugs)}" if drugs else needled


def _drug(drug: str, percent: float | None) -> str:
    said = {"prp": "PRP"}.get(drug, drug.replace("_", " "))
    return f"{said} {percent:g} %" if percent is not None else said


def _nothing(protocol: Protocol) -> bool:
    return words.no_needling(protocol)


def _check(named: Sequence[tuple[str, str]], forecasts: Sequence["Forecast"]) -> None:
    against = forecasts[-1]
    if not words.no_needling(against.protocol):
        raise BadInput("the last forecast must be that of no needling; nothing is compared else.")
    if len(forecasts) != len(named) + 1:
        raise BadInput("each course needs one forecast, and no needling one behind them.")
    for each in forecasts:
        same = each.patient == against.patient and len(each.weeks) == len(against.weeks)
        if not same or each.seed != against.seed:
            raise BadInput("forecasts side by side must be of one person, length and seed.")
