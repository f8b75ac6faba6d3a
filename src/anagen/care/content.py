"""What a plan's report says, as plain values. Page and paper only lay it out."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from anagen.care import words
from anagen.care.inputs import missing, used
from anagen.care.table import Numbers, numbers_of
from anagen.care.words import THIN, plain

if TYPE_CHECKING:
    from anagen.forecast import Forecast
    from anagen.planning import Option, Plan
    from anagen.screening import Finding, Screening

LEADING = 3  # options besides medicine only and no needling that a page shows first
ORDER = (
    "By the mean gain over the whole time, less what the visits, the days of redness, the daily "
    "effort and the risk of infection must be worth. What no controlled trial supports stands "
    "behind no needling. Your own view of the burden may give another order."
)
SURENESS = (
    "Trials of needling are few and small, and they do not agree. That is why the ranges are "
    "wide. More data would narrow them; a bolder sentence would not."
)


@dataclass(frozen=True)
class FindingSaid:
    severity: str
    severity_said: str
    concerns: str
    title: str
    trigger: str
    reason: str
    action: str
    source: str
    certainty: str
    conflict: str
    wait: str


@dataclass(frozen=True)
class Question:
    question: str
    could_become: str
    field: str


@dataclass(frozen=True)
class Row:
    """One option, as its row of the table and its own paragraph."""

    key: str
    rank: int
    name: str
    is_no_needling: bool
    leading: bool  # shown first; the others are one step away, none is hidden
    gain: str  # against no needling, with its band
    gain_note: str  # says so where the median is smaller than a count can tell
    added: str  # what needling adds to the medicine alone, where both are in the option
    change: str  # against today, with its band
    chance: str
    visits: str
    redness: str
    effort: str
    pain: str
    infection: str
    evidence: str
    evidence_short: str  # without its citations, for a table
    reasons: tuple[str, ...]
    expectation: str
    warnings: tuple[str, ...]
    screening: str


@dataclass(frozen=True)
class HeldBack:
    """Options that one rule does not allow."""

    reason: str
    rule: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    title: str
    message: str
    expectation: str
    decision: str  # key
    decision_said: str
    next_step: str
    context: str
    off_label: str  # empty when it is not
    findings: tuple[FindingSaid, ...]
    questions: tuple[Question, ...]
    unrecognised: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: Numbers | None
    withheld: tuple[HeldBack, ...]
    would_change: tuple[str, ...]
    used: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]  # the warning, the options it concerns
    reading: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    foot: str  # model, rules, seed
    prepared: str


def page_of(plan: "Plan", prepared: date | None = None) -> Page:
    """Everything a report says about one plan. ``prepared`` is shown, never read from a clock."""
    screening = plan.screening
    first = plan.options[0] if plan.options else None
    rows = tuple(row_of(option, plan) for option in plan.options)
    return Page(
        title="Your plan" if first else "Why not needling, and what comes next",
        message=plain(plan.message),
        expectation=rows[0].expectation if rows else "",
        decision=screening.decision,
        decision_said=words.DECISIONS[screening.decision],
        next_step=next_step(screening),
        context=words.CONTEXT,
        off_label=words.OFF_LABEL if screening.off_label else "",
        findings=tuple(_finding(finding) for finding in screening.findings),
        questions=tuple(
            Question(
                plain(unknown.question),
                words.DECISIONS[unknown.could_become].lower(),
                plain(unknown.field),
            )
            for unknown in screening.unknown
        ),
        unrecognised=tuple(plain(entry) for entry in screening.unrecognised),
        rows=rows,
        numbers=numbers_of(first.forecast, untreated(plan)) if first else None,
        withheld=_withheld(plan),
        would_change=tuple(plain(each) for each in plan.would_change),
        used=used(plan.patient),
        missing=missing(plan.patient),
        warnings=_warnings(plan.options),
        reading=_reading(first.forecast) if first else (),
        sources=_sources(plan),
        foot=f"Model anagen {plan.model_version}, rules {screening.version}, seed {plan.seed}",
        prepared=f"{prepared.day} {prepared:%B %Y}" if prepared else "",
    )


def untreated(plan: "Plan") -> "Forecast | None":
    """The forecast of "no needling", which every other one is held against."""
    return next((each.forecast for each in plan.options if words.no_needling(each.protocol)), None)


def leading(plan: "Plan", page: Page) -> list[tuple[str, "Forecast"]]:
    """Name and forecast of the options that stand in front."""
    return [
        (row.name, option.forecast)
        for row, option in zip(page.rows, plan.options, strict=True)
        if row.leading
    ]


def next_step(screening: "Screening") -> str:
    """One thing to do now."""
    waits = [finding.wait_days for finding in screening.findings if finding.wait_days]
    if screening.decision == "defer" and waits:
        return f"Wait {max(waits):.0f} days, then come back and look again."
    return words.NEXT_STEPS[screening.decision]


def row_of(option: "Option", plan: "Plan") -> Row:
    """An option of a plan in words."""
    weeks = plan.weeks
    burden = option.burden
    smallest = option.forecast.detectable.smallest_change_per_cm2
    nothing = words.no_needling(option.protocol)
    daily = burden.applications / (7 * weeks)
    effort = "none"
    if burden.applications:
        effort = f"{burden.applications:,.0f} applications, about {words.number(daily)} a day"
    infection = words.one_in(burden.infection_risk)
    if burden.infection_risk > 0:
        infection = f"{infection} (up to {words.one_in(burden.infection_risk_p95)})"
    return Row(
        key=plain(option.key),
        rank=option.rank,
        name=plain(option.name),
        is_no_needling=nothing,
        leading=option.rank <= LEADING or words.without_needles(option.protocol),
        gain="nothing to compare" if nothing else words.with_band(option.gain),
        gain_note=f"less than a count can tell (±{words.number(smallest)})"
        if abs(option.gain["median"]) < smallest and not nothing
        else "",
        added=_added(option, plan),
        change=words.with_band(option.forecast.change(words.TOTAL, weeks)),
        chance=words.percent(option.chance_of_detectable_gain),
        visits=f"{burden.visits}" if burden.visits else "none",
        redness=f"{burden.days_of_redness:.0f}" if round(burden.days_of_redness) else "none",
        effort=effort,
        pain=f"a session feels like {words.number(burden.pain_vs_26g)} times a needle prick"
        if burden.visits
        else "",
        infection=infection,
        evidence=plain(option.evidence),
        evidence_short=_short(plain(option.evidence)),
        reasons=tuple(plain(reason) for reason in option.reasons),
        expectation=words.expectation(option.forecast, weeks),
        warnings=tuple(plain(warning) for warning in option.forecast.warnings),
        screening=words.DECISIONS[option.screening.decision],
    )


def _added(option: "Option", plan: "Plan") -> str:
    """How much of an option's gain is the needling's own: the same draws, with and without it."""
    drugs = {topical.drug for topical in option.protocol.topicals}
    medicine = next(
        (
            each.forecast
            for each in plan.options
            if words.without_needles(each.protocol)
            and drugs
            and {topical.drug for topical in each.protocol.topicals} == drugs
        ),
        None,
    )
    if medicine is None or words.without_needles(option.protocol):
        return ""
    drawn, alone = (each.draws[words.TOTAL][:, -1] for each in (option.forecast, medicine))
    more = words.of_draws(drawn - alone)
    smallest = option.forecast.detectable.smallest_change_per_cm2
    said = f"Needling adds {words.with_band(more)} hairs/cm² to the medicine alone"
    if abs(more["median"]) < smallest:
        return f"{said}: less than a count can tell (±{words.number(smallest)})."
    return f"{said}."


def _finding(finding: "Finding") -> FindingSaid:
    wait = finding.wait_days
    return FindingSaid(
        severity=finding.severity,
        severity_said=words.SEVERITIES[finding.severity],
        concerns=words.CONCERNS.get(finding.applies_to, finding.applies_to),
        title=plain(finding.title),
        trigger=plain(finding.trigger).replace("_", " "),
        reason=plain(finding.reason),
        action=plain(finding.action),
        source=plain(finding.source),
        certainty=words.CERTAINTIES[finding.certainty],
        conflict=plain(finding.conflict),
        wait=f"{wait:.0f} more days to wait" if wait else "",
    )


def _withheld(plan: "Plan") -> tuple[HeldBack, ...]:
    names: dict[tuple[str, str], list[str]] = {}
    for each in plan.withheld:
        names.setdefault((plain(each.reason), plain(each.rule)), []).append(plain(each.name))
    total = len(plan.withheld)
    return tuple(
        HeldBack(
            reason, rule, tuple(held) if len(held) < total or total <= 3 else (f"all {total}",)
        )
        for (reason, rule), held in names.items()
    )


def _warnings(options: "tuple[Option, ...]") -> tuple[tuple[str, str], ...]:
    concerned: dict[str, list[str]] = {}
    for option in options:
        for warning in option.forecast.warnings:
            concerned.setdefault(plain(warning), []).append(plain(option.name))
    return tuple((warning, _whose(names, len(options))) for warning, names in concerned.items())


def _whose(names: list[str], of: int) -> str:
    if len(names) == of:
        return "all options"
    return "; ".join(names) if len(names) <= 3 else f"{len(names)} of {of} options"


def _short(evidence: str) -> str:
    """Evidence up to its grade; the citations after it stand with the reasons."""
    said, bracket, _ = evidence.partition("] (")
    return said + "]" if bracket else evidence


def _reading(forecast: "Forecast") -> tuple[tuple[str, str], ...]:
    detectable = forecast.detectable
    smallest = words.number(detectable.smallest_change_per_cm2)
    draws = len(forecast.draws[words.TOTAL])
    return (
        (
            "The band",
            f"The model drew {draws} possible courses. The dark band holds half of them, the "
            "light band nine in ten. The line in the middle is one of them; the band is the "
            "answer.",
        ),
        (
            "What a count can tell",
            "Counting the same hairs twice gives two numbers. A change below "
            f"{smallest}{THIN}hairs/cm² cannot be told from no change. "
            f"How that was found: {plain(detectable.method)}.",
        ),
        (
            "The grey line",
            "It shows the same scalp if nothing is done; the mark at its end is its range. Hold "
            "each option against it.",
        ),
        ("The order", ORDER),
        ("How sure we are", SURENESS),
    )


def _sources(plan: "Plan") -> tuple[str, ...]:
    found = [finding.source for finding in plan.screening.findings]
    for option in plan.options:
        found += [finding.source for finding in option.screening.findings]
        found.append(option.forecast.detectable.method)
    if plan.screening.off_label:
        found.append(words.OFF_LABEL_SOURCE)
    return tuple(dict.fromkeys(plain(source) for source in found if source))
