"""Numbing cream and adverse events as pages for the terminal and as plain data."""

from collections.abc import Iterable
from typing import Any

from pydantic_core import to_jsonable_python
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.care.paragraphs import bold, foot, heading, paragraph, quiet
from anagen.care.words import CERTAINTIES, plain
from anagen.evidence.statements import Statement
from anagen.procedure import Allowed, Assessment, Refused
from anagen.procedure.anaesthetic import Largest


def numbing_dict(found: Allowed | Refused, most: Largest) -> dict[str, Any]:
    """The answer on a cream as plain data for JSON."""
    return {
        "allowed": isinstance(found, Allowed),
        "dose": _plain(found),
        "largest_grams": most.grams,
        "off_label": True,
    }


def event_dict(found: Assessment) -> dict[str, Any]:
    """What an event asks for, as plain data for JSON."""
    return _plain(found)


def _plain(value: Any) -> Any:
    return to_jsonable_python(value, fallback=dict)


def numbing_page(found: Allowed | Refused, most: Largest) -> RenderableType:
    """Allowed with every limit and how much of it is taken, or refused with every reason."""
    parts: list[RenderableType] = [heading("Numbing cream")]
    if isinstance(found, Allowed):
        parts += _allowed(found)
        step = "Remove all of it before the first needle. No wrap, no heat."
    else:
        parts.append(Text("Refused", style="bold red"))
        parts += [line for each in found.reasons for line in _because(each)]
        parts += [paragraph(f"? {plain(each.question)}", hang=2) for each in found.questions]
        step = "Put no cream on until this is settled."
    if most.grams is not None:
        said = f"The label allows this person at most {most.grams:g} g on this area."
        parts += ["", paragraph(said)]
    parts += foot(step, True, "Labels: `anagen evidence`")
    return Group(*parts)


def _allowed(found: Allowed) -> list[RenderableType]:
    parts: list[RenderableType] = [bold("Within every limit on record")]
    for dose in found.creams:
        parts.append(
            paragraph(
                f"{dose.label}: {dose.grams:g} g on {dose.area_cm2:g} cm², numbs from "
                f"{dose.numbs_from_minutes:g} minutes on, off after {dose.remove_by_minutes:g}."
            )
        )
    table = Table(box=None, pad_edge=False)
    for name in ("limit", "taken", "share"):
        table.add_column(name, overflow="fold")
    for limit in found.limits:
        table.add_row(
            Text(f"{limit.name} ({plain(limit.said)})"),
            f"{limit.value:.4g} of {limit.most:.4g} {limit.unit}",
            f"{100 * limit.share:.0f} %",
        )
    parts += ["", table]
    return [*parts, *(line for each in (*found.cautions, *found.watch) for line in _because(each))]


def event_page(found: Assessment) -> RenderableType:
    """How urgent it is, what to do, what it does to the course, what is still to be asked."""
    parts: list[RenderableType] = [heading(plain(found.label)), bold(plain(found.urgency_said))]
    parts.append(quiet(f"Grade: {plain(found.grade)}"))
    for action in found.actions:
        parts += _because(action.said)
    if found.refer_to:
        parts.append(paragraph(f"Refer to: {', '.join(found.refer_to)}."))
    parts += ["", bold("The course"), paragraph(plain(found.course_said))]
    parts += ["", bold("What would be normal"), *_because(found.normal)]
    if found.report:
        parts += ["", bold("Report"), *(line for each in found.report for line in _because(each))]
    if found.asked:
        parts += ["", bold("To be asked")]
        parts += [paragraph(f"? {plain(each.question)}", hang=2) for each in found.asked]
        parts.append(quiet(f"Could become: {found.could_become.replace('_', ' ')}."))
    step = "Look at the person. A list does not replace that."
    parts += foot(step, True, f"{len(found.sources)} sources; --json names them")
    return Group(*parts)


def _because(said: Statement) -> Iterable[RenderableType]:
    yield paragraph(f"- {plain(said.text)}", hang=2)
    sure = CERTAINTIES[said.basis.certainty]
    yield quiet(f"{plain(said.basis.citation)}. Certainty: {sure}.")
