"""A consultation in the terminal: what needs a diagnosis, what to ask, what to expect, going on."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.care import words
from anagen.care.content import next_step
from anagen.care.marks import LETTERS
from anagen.care.paragraphs import bold, foot, heading, paragraph, quiet
from anagen.care.words import plain

if TYPE_CHECKING:
    from anagen.consultation.consult import Consultation
    from anagen.consultation.expected import Row
    from anagen.consultation.questionnaire import Item
    from anagen.consultation.red_flags import RedFlag
    from anagen.consultation.stopping import Verdict

HOW_SOON = {
    "today": "today",
    "days": "within days",
    "weeks": "within weeks",
    "before_needling": "before any needling",
}
TOPICS = {
    "person": "About the person",
    "skin_today": "The skin today",
    "medicines": "Medicines",
    "allergies": "Allergies",
    "device": "Device, course and setting",
}
LEVELS = {
    "established": "established",
    "limited": "limited",
    "none": "no controlled trial",
    "natural": "natural course",
}
_RULES_SHOWN = 2  # of the rules behind a question; --json has all


def consultation_page(found: "Consultation", verdict: "Verdict | None" = None) -> RenderableType:
    """One person's consultation; with ``verdict``, what the counts say of going on stands first."""
    who = found.patient
    said = f"{who.condition.replace('_', ' ')}, {who.sex}, {who.age:g}"
    parts: list[RenderableType] = [heading(f"Consultation: {said}")]
    decision = found.screening.decision
    parts.append(bold(f"{LETTERS[decision]} {words.DECISIONS[decision]} (on what is known)"))
    if verdict is not None:
        parts += _verdict(verdict)
    parts += _flags(found)
    parts += _questions(found)
    parts += _expected(found)
    parts += foot(_next_step(found), True, f"Rules {found.screening.version}")
    return Group(*parts)


def _next_step(found: "Consultation") -> str:
    if not found.red_flags.met:
        return next_step(found.screening)
    soon = HOW_SOON[found.red_flags.met[0][0].how_soon]  # the most urgent stands first
    return f"See a doctor for a diagnosis {soon}; no needling until then."


def _verdict(verdict: "Verdict") -> list[RenderableType]:
    parts: list[RenderableType] = ["", bold(f"What the counts say: {verdict.said}")]
    parts += [paragraph(f"- {plain(why)}", hang=2) for why in verdict.why]
    if verdict.changes:
        parts += ["", bold("What to look at or change, in this order")]
    for number, change in enumerate(verdict.changes, start=1):
        parts.append(paragraph(f"{number}. {plain(change.do)}", hang=3))
        parts.append(quiet(f"{change.why} {_from(change.citation, change.certainty)}", indent=3))
    if verdict.natural_course is not None:
        course = verdict.natural_course
        parts += [paragraph(f"By itself: {plain(course.said)}")]
    if verdict.next_count_week is not None:
        parts.append(quiet(f"Next count: about week {verdict.next_count_week:.0f}.", indent=0))
    return parts


def _flags(found: "Consultation") -> list[RenderableType]:
    parts: list[RenderableType] = []
    if found.red_flags.met:
        parts += ["", bold("A diagnosis comes first")]
    for flag, stated in found.red_flags.met:
        parts.append(paragraph(f"✖ {plain(stated)}: {HOW_SOON[flag.how_soon]}.", hang=2))
        parts += _sign(flag)
    if found.red_flags.open:
        parts += ["", bold("Ask first: signs that need a diagnosis before anything else")]
    for flag in found.red_flags.open:
        parts.append(paragraph(f"? {plain(flag.question)}", hang=2))
        if not found.red_flags.met:
            parts.append(quiet(f"If yes, {HOW_SOON[flag.how_soon]}: {flag.may_mean}", indent=2))
    return parts


def _sign(flag: "RedFlag") -> list[RenderableType]:
    return [
        paragraph(f"May mean: {plain(flag.may_mean)}", indent=2),
        paragraph(f"Do: {plain(flag.do)}", indent=2, hang=4),
        quiet(_from(flag.citation, flag.certainty)),
    ]


def _questions(found: "Consultation") -> list[RenderableType]:
    items = found.questionnaire.items
    parts: list[RenderableType] = [
        "",
        bold(f"Questions that can change the decision: {len(items)}"),
    ]
    if not items:
        parts.append(paragraph("None: nothing left unsaid can change the decision."))
    heading_before = ""
    for number, item in enumerate(items, start=1):
        stops = not item.relieves and item.could_become in ("refer", "do_not_treat")
        heading_now = "Could stop everything" if stops else TOPICS[item.topic]
        if heading_now != heading_before:
            parts += ["", paragraph(heading_now, style="italic")]
        heading_before = heading_now
        parts += _question(number, item)
    return parts


def _question(number: int, item: "Item") -> list[RenderableType]:
    rules = [why.title for why in item.why[:_RULES_SHOWN]]
    more = len(item.why) - len(rules)
    asked_for = "; ".join(plain(title) for title in rules) + (f"; {more} more" if more else "")
    could = words.DECISIONS[item.could_become].lower()
    sure = ", ".join(dict.fromkeys(words.CERTAINTIES[why.certainty] for why in item.why))
    turn = "Could be lifted to" if item.relieves else "Could become"
    unit = f" ({item.form.unit})" if item.form.unit else ""
    return [
        paragraph(f"{number}. {plain(item.question)}", hang=3),
        quiet(f"Goes in: {item.file} file, {item.field}. Answer: {_answer(item)}{unit}.", indent=3),
        quiet(f"{turn}: {could}. Because of: {asked_for}. Certainty: {sure}.", indent=3),
    ]


def _answer(item: "Item") -> str:
    form = item.form
    match form.kind:
        case "yes_no":
            return "yes or no"
        case "choice" if len(form.choices) <= 8:
            return "one of " + ", ".join(form.choices)
        case "number" if form.least is not None and form.most is not None:
            return f"a number from {form.least:g} to {form.most:g}"
        case "list":
            return "a list, empty for none"
        case _:
            return plain(form.allowed)


def _expected(found: "Consultation") -> list[RenderableType]:
    expected = found.expected
    if expected.nothing is None:
        return ["", bold("What to expect"), paragraph("Nothing, before there is a diagnosis.")]
    nothing = expected.nothing.benefit
    parts: list[RenderableType] = [
        "",
        bold("What to expect, doing nothing first"),
        paragraph(f"By itself: {plain(nothing.said)}"),
        quiet(f"{nothing.number}; {nothing.population}. {nothing.citation}"),
        "",
        _rows(expected.rows),
        quiet("Numbers are of groups in trials, not of this person; --json has the sources.", 0),
    ]
    barred = [row for row in expected.rows if row.against]
    if barred:
        parts += ["", bold("What speaks against an option for this person, or asks for care")]
    for row in barred:
        decision = row.decision or "caution"
        reasons = "; ".join(plain(reason) for reason in row.against)
        parts.append(paragraph(f"{LETTERS[decision]} {row.name}: {reasons}", hang=2))
    parts += ["", bold("What is often expected otherwise")]
    for one in expected.expectations:
        parts.append(paragraph(f"- {plain(one.said)}", hang=2))
    return parts


def _rows(rows: "tuple[Row, ...]") -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), width=78)
    table.add_column("Option", ratio=5)
    table.add_column("Evidence", width=11)
    table.add_column("Found in trials", ratio=8)
    table.add_column("In whom", ratio=5)
    for row in rows:
        table.add_row(
            Text(row.name),
            Text(LEVELS[row.benefit.level]),
            Text(row.benefit.number),
            Text(row.benefit.population),
        )
    return table


def _from(citation: str, certainty: str) -> str:
    return f"Source: {plain(citation)} · certainty: {words.CERTAINTIES[certainty]}"
