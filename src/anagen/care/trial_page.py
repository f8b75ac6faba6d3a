"""A virtual trial in words: for the terminal, and as a document with its picture."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.care import blocks, words
from anagen.care.document import Document, Rows, Section, figure
from anagen.care.paragraphs import bold, foot, heading, paragraph, quiet, warned
from anagen.care.trial_chart import band, describe, share, trial_chart
from anagen.trial.result import UNITS

if TYPE_CHECKING:
    from anagen.trial.result import Comparison, Difference, TrialResult

_WIDTH = 76
_HEAD = ("Arm", "Week", "Difference", "Power", "People an arm for 80 %")
MEANING = (
    "Power is the share of repeats in which the test finds a difference, over all that is not "
    "known of the biology. People an arm are those who have to start; in brackets, were the "
    "average effect known to be the one expected."
)


def answer(found: "TrialResult") -> str:
    """The one line of the result: the last visit of the first comparison."""
    each = found.comparisons[0]
    last, spec = each.visits[-1], found.spec
    unit = UNITS[spec.endpoint]
    return (
        f"{words.plain(each.arm)} differs from {words.plain(each.control)} by "
        f"{band(last.difference)} {unit} at week {last.week}. A trial of this size finds a "
        f"difference in {share(last.power)} of repeats; {needed(last)}."
    )


def needed(visit: "Difference") -> str:
    """How many people it takes, in words."""
    if visit.people_per_arm is not None:
        return f"80 % would take {visit.people_per_arm:,d} people in each arm"
    return (
        f"no number of people brings it to 80 %: what is not known of the effect holds it at "
        f"{100 * visit.most_power:.0f} %"
    )


def rows(found: "TrialResult") -> list[tuple[str, ...]]:
    """The comparisons as rows under `_HEAD`."""
    return [
        (
            words.plain(each.arm),
            str(visit.week),
            band(visit.difference),
            share(visit.power),
            _people(visit),
        )
        for each in found.comparisons
        for visit in each.visits
    ]


def _people(visit: "Difference") -> str:
    known = visit.people_per_arm_if_as_expected
    reached = "none" if visit.people_per_arm is None else f"{visit.people_per_arm:,d}"
    return f"{reached} ({'none' if known is None else f'{known:,d}'})"


def false_alarms(found: "TrialResult") -> str:
    """What the test says of two groups that were given the same."""
    said = ", ".join(
        f"{share(each)} at week {week}"
        for week, each in zip(found.spec.visits_weeks, found.false_alarms, strict=True)
    )
    return (
        f"Two groups given the same differ in {said} of repeats; the level of the test is "
        f"{100 * found.spec.alpha:g} %."
    )


def detectable(found: "TrialResult") -> list[str]:
    """For each arm, how many people gain more than a count can err at the last visit."""
    last = [(arm, arm.visits[-1]) for arm in found.arms]
    return [
        f"{words.plain(arm.name)}, week {visit.week}: {band(visit.detectable_gain)} of "
        f"{visit.counted:.0f} people counted gain more than their counts can err."
        for arm, visit in last
        if visit.detectable_gain is not None
    ]


def spreads(each: "Comparison", unit: str) -> str:
    """What the band of a difference is made of."""
    last = each.visits[-1]
    return (
        f"{words.plain(each.arm)}, week {last.week}: the true average effect may be "
        f"{band(last.average_effect)} {unit}; chance in a trial of this size moves what is found "
        f"by {words.number(last.standard_error)} either way. More people lessen the second alone."
    )


def trial_page(found: "TrialResult") -> RenderableType:
    """The result for a terminal."""
    unit = UNITS[found.spec.endpoint]
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(_HEAD):
        table.add_column(name, justify="left" if place == 0 else "right", overflow="fold")
    for row in rows(found):
        table.add_row(*(Text(cell.replace(words.THIN, " ")) for cell in row))
    named = [
        (f"{words.plain(each.arm)[:22]}, week {visit.week}", visit.difference)
        for each in found.comparisons
        for visit in each.visits
    ]
    parts: list[RenderableType] = [
        heading(words.plain(found.spec.name)),
        bold(answer(found).replace(words.THIN, " ")),
        "",
        bold(f"Difference from {words.plain(found.spec.control.name)}, {unit}"),
        blocks.intervals(named, None, 0.0, _WIDTH),
        "",
        table,
        quiet(MEANING, indent=0),
        "",
        *(paragraph(f"- {said.replace(words.THIN, ' ')}", hang=2) for said in _findings(found)),
        *warned(found.warnings),
    ]
    about = (
        f"Model anagen {found.model_version}, {found.spec.repeats} repeats, seed {found.spec.seed}"
    )
    parts += foot("Change size, visits or counting and run it again.", True, about)
    return Group(*parts)


def _findings(found: "TrialResult") -> list[str]:
    unit = UNITS[found.spec.endpoint]
    return [
        *(spreads(each, unit) for each in found.comparisons),
        *detectable(found),
        false_alarms(found),
    ]


def trial_document(found: "TrialResult") -> Document:
    """The result as a document, with its picture and the numbers behind it."""
    picture = figure(
        lambda colours, width, key: trial_chart(found, colours=colours, width=width, key=key),
        "trial",
        describe(found),
        MEANING,
    )
    head = ("Arm", "People", "Week", "Counted", "Change from the start")
    arms = tuple(
        (words.plain(arm.name), str(arm.people), str(visit.week), f"{visit.counted:.0f}",
         band(visit.change))
        for arm in found.arms
        for visit in arm.visits
    )  # fmt: skip
    sections = (
        Section("What the repeats found", items=tuple(_findings(found)), figures=(picture,)),
        Section(
            "The numbers",
            tables=(
                Rows("Each arm against the control", _HEAD, tuple(rows(found))),
                Rows("Each arm by itself", head, arms),
            ),
        ),
        Section("Where this stands on thin ice", items=found.warnings),
        Section("What this is not", (words.OFF_LABEL, words.CONTEXT)),
    )
    spec = found.spec
    about = f"anagen {found.model_version}, {spec.repeats} repeats, seed {spec.seed}"
    return Document(words.plain(spec.name), answer(found), sections, about)
