"""Screening: the decision of today, what stands behind it, and what to ask now."""

from dataclasses import asdict
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from anagen.care import words
from anagen.consultation.consult import Consultation, consult
from anagen.consultation.questionnaire import Item
from anagen.patient import Patient
from anagen.reading import BadInput
from anagen.records import tables
from anagen.records.current import current_one, history
from anagen.screening import screen
from anagen.web import forms
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import Person, person_of, plain
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
# To the clinician; those of reports speak to the person.
NEXT_STEPS = {
    "proceed": "Talk the options over, no needling included, and leave time to decide.",
    "caution": "Settle the points below before a first session.",
    "defer": "No needles for now. Screen again when the wait is over.",
    "refer": "Send the person to a dermatologist first, with this page.",
    "do_not_treat": "Leave the needles out, and talk about what else can help.",
}
WRITE = "screenings:write"


@router.get("/patients/{patient}/screenings/new", dependencies=[needs("patients:read")])
def new(request: Request, patient: str) -> Response:
    """The screening as it would be today, with the questions that could still change it."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    return _shown(request, person, {})


@router.post("/patients/{patient}/screenings/answers")
def answer(request: Request, patient: str, typed: Typed, actor: Any = needs(WRITE)) -> Response:
    """Answers go into what is known of the person; then it is screened again."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    try:
        known = forms.typed_of(person.facts)
        said = {name: value for name, value in typed.items() if value.strip()}
        told = Patient.from_table(forms.table(Patient, known | said), where="the answers")
        with request.app.state.store.writing(actor) as entry:
            if typed.get("version") != person.row.id:
                raise BadInput("somebody changed this person meanwhile; look again, then answer.")
            entry.correct(person.row, "answered at the screening", facts=plain(told))
    except BadInput as fault:
        return _shown(request, person, typed, str(fault))
    return RedirectResponse(f"/patients/{patient}/screenings/new", 303)


@router.post("/patients/{patient}/screenings")
def keep(request: Request, patient: str, actor: Any = needs(WRITE)) -> Response:
    """The screening of today, kept with the facts that it was made from."""
    with request.app.state.store.writing(actor) as entry:
        person = person_of(entry.db, patient)
        entry.add(screening_row(patient, person.facts))
    return RedirectResponse(f"/patients/{patient}", 303)


@router.get("/patients/{patient}/screenings/{record}", dependencies=[needs("patients:read")])
def kept(request: Request, patient: str, record: str) -> Response:
    """A screening as it was kept."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
        row = current_one(db, tables.Screening, record, tables.Screening.patient == patient)
        return page(
            request,
            "screening_kept.html",
            person=person,
            row=row,
            decision_said=words.DECISIONS[row.decision],
            severities=words.SEVERITIES,
            concerns=words.CONCERNS,
            versions=history(db, tables.Screening, record),
        )


def screening_row(patient: str, facts: Patient, protocol: Any = None) -> tables.Screening:
    """The row of a screening made now."""
    found = screen(facts, protocol)
    return tables.Screening(
        patient=patient,
        facts=plain(facts),
        protocol=plain(protocol) if protocol is not None else None,
        decision=found.decision,
        result=found.as_dict(),
        version=found.version,
    )


def _shown(request: Request, person: Person, typed: Any, error: str = "") -> Response:
    found = consult(person.facts)
    fields = {each.name: each for each in forms.fields(Patient, typed)}
    return page(
        request,
        "screening.html",
        422 if error else 200,
        person=person,
        found=found,
        today=date.today(),
        findings=[asdict(each) for each in found.screening.findings],
        questions=_questions(found, fields),
        decision_said=words.DECISIONS[found.screening.decision],
        next_step=NEXT_STEPS[found.screening.decision],
        severities=words.SEVERITIES,
        concerns=words.CONCERNS,
        off_label=words.OFF_LABEL,
        error=error,
    )


def _questions(
    found: Consultation, fields: dict[str, forms.Field]
) -> list[tuple[Item, forms.Field | None]]:
    """Each question with the field that takes its answer; a field stands once, at its first."""
    asked: list[tuple[Item, forms.Field | None]] = []
    taken: set[str] = set()
    for item in found.questionnaire.items:
        whole = item.form.kind in {"yes_no", "number", "choice", "list"}
        free = item.field in fields and item.field not in taken and whole
        # A date or a stage beside an entry is written into the list, where the entry stands.
        free = free and (item.form.kind == "list") == (fields[item.field].kind == "lines")
        asked.append((item, fields[item.field] if free else None))
        taken |= {item.field} if free else set()
    return asked
