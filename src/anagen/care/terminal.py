"""Pages for the terminal: 80 columns, good without colour and through a pipe.

Colours are the sixteen that a terminal's own theme sets, since its ground is not ours to know.
"""

import sys
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.care import words
from anagen.care.content import next_step, row_of, untreated
from anagen.care.marks import LETTERS, colour_of
from anagen.care.paragraphs import bold as _bold
from anagen.care.paragraphs import foot as _foot
from anagen.care.paragraphs import heading as _heading
from anagen.care.paragraphs import paragraph as _said
from anagen.care.paragraphs import quiet as _quiet
from anagen.care.paragraphs import warned as _warned
from anagen.care.table import MARKS
from anagen.care.words import plain

if TYPE_CHECKING:
    from anagen.forecast import Forecast
    from anagen.patient import Patient
    from anagen.planning import Option, Plan
    from anagen.screening import Finding, Screening

WIDTH = 80
_STYLES = {"anagen": "green", "telogen": "yellow", "alarm": "bold red", "needle": "cyan"}
_SHORTEST = 4  # findings and questions on the page of a plan; `anagen screen` shows all


def console(file: TextIO | None = None) -> Console:
    """A console of at most 80 columns that never fails on a letter the terminal lacks."""
    stream = file or sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")  # type: ignore[attr-defined]
    found = Console(file=stream, highlight=False, markup=False, emoji=False)
    found.width = min(WIDTH, found.width)
    return found


def screening_page(screening: "Screening") -> RenderableType:
    """The decision in words, what led to it, and what is still to be asked."""
    parts: list[RenderableType] = [_heading("May this scalp be needled?"), _decision(screening)]
    if not screening.findings:
        parts.append(_said("No rule applies to what was stated."))
    for finding in screening.findings:
        parts += _finding(finding)
    if screening.unknown:
        parts += ["", _bold("What we do not know yet")]
        for unknown in screening.unknown:
            could = words.DECISIONS[unknown.could_become].lower()
            parts.append(_said(f"? {plain(unknown.question)}", hang=2))
            parts.append(_quiet(f"Could become: {could}. Answer goes in: {plain(unknown.field)}"))
    if screening.unrecognised:
        parts += ["", _bold("Entries that no rule knows")]
        parts += [_said(f"? {plain(entry)}", hang=2) for entry in screening.unrecognised]
    parts += _foot(next_step(screening), screening.off_label, f"Rules {screening.version}")
    return Group(*parts)


def forecast_page(forecast: "Forecast", no_needling: "Forecast | None" = None) -> RenderableType:
    """One course over its weeks: what may be expected, the chart, the numbers, the warnings."""
    from anagen.care import blocks  # draws with NumPy, which a screening need not wait for

    last = int(forecast.weeks[-1])
    if words.no_needling(forecast.protocol):
        no_needling = None
    parts: list[RenderableType] = [
        _heading(f"{words.short(forecast.protocol)}: {_who(forecast.patient)}"),
        _said(words.expectation(forecast, last)),
        "",
        _bold(f"Visible hairs per cm², week 0 to {last}"),
        blocks.course(forecast, no_needling, WIDTH - 4),
    ]
    if no_needling is None and not words.no_needling(forecast.protocol):
        parts.append(_quiet("No needling is not computed here; anagen plan sets it beside this."))
    parts += ["", _changes(forecast)]
    smallest = words.number(forecast.detectable.smallest_change_per_cm2)
    parts.append(
        _quiet(
            f"Middle and range of nine in ten, against today. A count cannot tell less than "
            f"±{smallest} hairs/cm² from no change ({plain(forecast.detectable.method)})."
        )
    )
    parts += _warned(forecast.warnings)
    model = f"Model anagen {forecast.model_version}, {len(forecast.draws[words.TOTAL])} draws"
    step = "Hold this course against no needling with: anagen plan"
    parts += _foot(step, True, f"{model}, seed {forecast.seed}")
    return Group(*parts)


def plan_page(plan: "Plan") -> RenderableType:
    """The answer, what it rests on, and the options side by side."""
    parts: list[RenderableType] = [
        _heading(f"{'Your plan' if plan.options else 'No needling now'}: {_who(plan.patient)}"),
        _said(plan.message, style="bold"),
    ]
    if plan.options:
        first = plan.options[0]
        row = row_of(first, plan)
        parts.append(_said(f"With the first option: {row.expectation} {row.added}"))
    parts += _in_short(plan.screening)
    if plan.options:
        parts += _options(plan)
    if plan.withheld:
        parts += ["", _bold(f"Held back by the screening ({len(plan.withheld)})")]
        reasons = dict.fromkeys(plain(each.reason) for each in plan.withheld)
        parts += [_said(f"- {reason}", hang=2) for reason in reasons]
    if not plan.options and plan.would_change:
        parts += ["", _bold("What would change the answer")]
        parts += [_said(f"- {plain(each)}", hang=2) for each in plan.would_change]
    parts += _warned(
        dict.fromkeys(each for option in plan.options for each in option.forecast.warnings)
    )
    about = f"Model anagen {plan.model_version}, rules {plan.screening.version}, seed {plan.seed}"
    parts += _foot(next_step(plan.screening), plan.screening.off_label, about)
    return Group(*parts)


def _options(plan: "Plan") -> list[RenderableType]:
    from anagen.care import blocks  # as above

    pairs = [(option, row_of(option, plan)) for option in plan.options]
    leading = [(option, row) for option, row in pairs if row.leading]
    against = untreated(plan)
    nothing = against.change(words.TOTAL, plan.weeks) if against is not None else None
    blind = plan.options[0].forecast.detectable.smallest_change_per_cm2
    bars = [
        (_label(option), option.forecast.change(words.TOTAL, plan.weeks)) for option, _ in leading
    ]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), width=WIDTH - 2)
    table.add_column("", justify="right")
    table.add_column("Option", ratio=1)
    table.add_column("Gain against\nno needling")
    table.add_column("Can be\nmeasured")
    table.add_column("Visits", justify="right")
    table.add_column("Red\ndays", justify="right")
    table.add_column("Infec-\ntion")
    for option, row in leading:
        gain = Text("–" if row.is_no_needling else row.gain.replace(words.THIN, " "))
        if row.gain_note:
            gain.append("\ntoo small to tell", style="dim")
        table.add_row(
            str(row.rank),
            Text(row.name, style="bold" if option.rank == 1 else ""),
            gain,
            row.chance.replace(words.THIN, " "),
            row.visits,
            row.redness,
            words.one_in(option.burden.infection_risk),
        )
    rest = len(pairs) - len(leading)
    more = f" {rest} more options stand further down; --json and the report show them."
    return [
        "",
        _bold(f"Change from today after {plan.weeks} weeks, hairs/cm²"),
        blocks.intervals(bars, nothing, blind, WIDTH - 4),
        "",
        table,
        _quiet(
            "Gains in hairs/cm²: the middle of the draws, and the range of nine in ten. "
            f"A count cannot tell less than ±{words.number(blind)} from no change."
            + (more if rest else "")
        ),
        "",
        _bold("Why 1 stands first"),
        *(_said(f"- {reason}", hang=2) for reason in leading[0][1].reasons),
        _said(f"- Evidence: {leading[0][1].evidence_short}", hang=2),
    ]


def _label(option: "Option") -> str:
    return f"{option.rank:>2} {words.short(option.protocol)}"


def _changes(forecast: "Forecast") -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("Week", justify="right")
    table.add_column("Visible hairs/cm²")
    table.add_column("Thick hairs/cm²")
    table.add_column("Hair width, µm")
    table.add_column("Measurable gain")
    last = int(forecast.weeks[-1])
    for week in [*(mark for mark in MARKS if mark < last), last]:
        chance = forecast.detectable.chance_of_gain.get(week)
        table.add_row(
            str(week),
            *(
                words.with_band(forecast.change(endpoint, week)).replace(words.THIN, " ")
                for endpoint in (words.TOTAL, "terminal_density_per_cm2", "mean_diameter_um")
            ),
            "" if chance is None else words.percent(chance).replace(words.THIN, " "),
        )
    return table


def _finding(finding: "Finding") -> list[RenderableType]:
    concerns = words.CONCERNS.get(finding.applies_to, finding.applies_to)
    parts: list[RenderableType] = [
        "",
        Text.assemble(
            (f"{LETTERS[finding.severity]} ", _style(finding.severity)),
            (plain(finding.title), "bold"),
        ),
        _quiet(
            f"{words.SEVERITIES[finding.severity]} · concerns {concerns} · "
            f"from {plain(finding.trigger)}"
        ),
        _said(f"Why: {plain(finding.reason)}", indent=2),
        _said(f"Do: {plain(finding.action)}", indent=2, hang=4),
    ]
    if finding.wait_days:
        parts.append(_said(f"Wait: {finding.wait_days:.0f} more days.", indent=2))
    if finding.conflict:
        parts.append(_said(f"Sources disagree: {plain(finding.conflict)}", indent=2))
    sure = words.CERTAINTIES[finding.certainty]
    parts.append(_quiet(f"Source: {plain(finding.source)} · certainty: {sure}"))
    return parts


def _in_short(screening: "Screening") -> list[RenderableType]:
    """The screening in a few lines, for a page that is about something else."""
    parts: list[RenderableType] = ["", _decision(screening)]
    weighty = [each for each in screening.findings if each.severity != "information"][:_SHORTEST]
    for finding in weighty:
        mark = LETTERS[finding.severity]
        said = f"{mark} {plain(finding.title)}: {plain(finding.action)}"
        parts.append(_said(said, indent=2, hang=2))
    questions = screening.unknown[:_SHORTEST]
    parts += [_said(f"? {plain(each.question)}", indent=2, hang=2) for each in questions]
    hidden = len(screening.findings) + len(screening.unknown) - len(weighty) - len(questions)
    if hidden:
        parts.append(_quiet(f"{hidden} more to know or to ask: anagen screen shows all."))
    return parts


def _decision(screening: "Screening") -> Text:
    kind = screening.decision
    return Text(f"{LETTERS[kind]} {words.DECISIONS[kind]}", style=f"bold {_style(kind)}")


def _who(patient: "Patient") -> str:
    return f"{patient.condition.replace('_', ' ')}, {patient.sex}, {patient.age:g}"


def _style(kind: str) -> str:
    return _STYLES[colour_of(kind)]
