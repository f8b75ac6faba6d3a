"""Patients: search, new, import, and what is known of one."""

import csv
import io
import json
import tomllib
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from anagen.patient import Patient
from anagen.reading import BadInput
from anagen.records import tables
from anagen.records.people import MOST_FOUND, find
from anagen.web import forms, patient_form
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import Person, person_of
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
MOST_IMPORTED = 2000
READ, WRITE = "patients:read", "patients:write"


@router.get("/patients")
def patients(request: Request, q: str = "", actor: Any = needs(READ)) -> Response:  # noqa: ARG001
    """Everybody, or those whose name, number, code or birth date holds what is asked for."""
    with request.app.state.store.reading() as db:
        found = find(db, q[:200])
        return page(request, "patients.html", found=found, most=MOST_FOUND, q=q[:200])


@router.get("/patients/new")
def new(request: Request, actor: Any = needs(WRITE)) -> Response:  # noqa: ARG001
    """An empty form."""
    return _form(request, {})


@router.post("/patients/new")
def make(request: Request, typed: Typed, actor: Any = needs(WRITE)) -> Response:
    """A patient from what was typed."""
    try:
        who, facts = patient_form.read(typed, date.today())
    except BadInput as fault:
        return _form(request, typed, error=fault)
    with request.app.state.store.writing(actor) as entry:
        row = entry.add(tables.Patient(**patient_form.row_of(who, facts)))
        record = row.record
    return RedirectResponse(f"/patients/{record}", 303)


@router.get("/patients/{patient}/facts")
def facts(request: Request, patient: str, actor: Any = needs(WRITE)) -> Response:  # noqa: ARG001
    """The form as it stands today: what is past is longer ago, what was seen must be seen anew."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
        row = person.row
        who = {name: getattr(row, name) for name in patient_form.Who.model_fields}
        typed = forms.typed_of(who) | forms.typed_of(person.facts) | {"version": row.id}
    return _form(request, typed, person)


@router.post("/patients/{patient}/facts")
def correct(request: Request, patient: str, typed: Typed, actor: Any = needs(WRITE)) -> Response:
    """What is known now, in place of what was; the old version stays in the history."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    try:
        who, told = patient_form.read(typed, date.today())
        with request.app.state.store.writing(actor) as entry:
            old = person_of(entry.db, patient).row
            if typed.get("version") != old.id:
                raise BadInput(
                    "somebody changed this person meanwhile; look at the facts as they are now "
                    "and write yours again."
                )
            reason = typed.get("reason", "").strip()[:500] or "brought up to date"
            entry.correct(old, reason, **patient_form.row_of(who, told))
    except BadInput as fault:
        return _form(request, typed, person, fault)
    return RedirectResponse(f"/patients/{patient}", 303)


@router.get("/patients/import")
def import_form(request: Request, actor: Any = needs(WRITE)) -> Response:  # noqa: ARG001
    """Where a file goes."""
    return page(request, "import.html", error="", columns=_columns())


@router.post("/patients/import")
def import_file(request: Request, file: UploadFile, actor: Any = needs(WRITE)) -> Response:
    """All people of one CSV, TOML or JSON file, or none and the sentence that says why."""
    try:
        people = _people(file)
    except BadInput as fault:
        return page(request, "import.html", 422, error=str(fault), columns=_columns())
    with request.app.state.store.writing(actor) as entry:
        rows = [entry.add(tables.Patient(**patient_form.row_of(*each))) for each in people]
        records = [row.record for row in rows]
    return RedirectResponse(f"/patients/{records[0]}" if len(records) == 1 else "/patients", 303)


def _people(file: UploadFile) -> list[tuple[patient_form.Who, Patient]]:
    raw, name = file.file.read(1_000_001), (file.filename or "file")[-80:]
    if len(raw) > 1_000_000:
        raise BadInput(f"{name}: is too long; allowed is a file of up to 1000000 bytes.")
    try:
        text = raw.decode("utf-8-sig")
        if name.endswith(".csv"):
            rows = list(csv.DictReader(io.StringIO(text)))
            if not 1 <= len(rows) <= MOST_IMPORTED:
                raise BadInput(
                    f"{name}: holds {len(rows)} people; allowed are 1 to {MOST_IMPORTED}."
                )
            return [_row(name, number, row) for number, row in enumerate(rows, 2)]
        if name.endswith(".toml"):
            told: Any = tomllib.loads(text)
        elif name.endswith(".json"):
            told = json.loads(text)
        else:
            raise BadInput(f"{name}: allowed is a file that ends in .csv, .toml or .json.")
    except (ValueError, RecursionError, csv.Error) as fault:
        if isinstance(fault, BadInput):
            raise
        raise BadInput(f"{name}: cannot be read; allowed is UTF-8 text of that kind.") from None
    if not isinstance(told, dict):
        raise BadInput(f"{name}: must hold a table of keys at its top.")
    who = patient_form.Who.from_table(
        {key: told.pop(key) for key in list(told) if key in patient_form.Who.model_fields}, name
    )
    patient_form.check_born(who, date.today(), name)
    return [(who, Patient.from_table(told, where=name))]


def _row(name: str, line: int, row: dict[str | None, Any]) -> tuple[patient_form.Who, Patient]:
    """One line of a CSV. Its columns are the fields of the form; lists part their entries by ;."""
    if None in row:
        raise BadInput(f"{name} line {line}: has more values than the first line has names.")
    unknown = [str(key) for key in row if key not in _columns()]
    if unknown:
        raise BadInput(
            f"{name}: unknown column {unknown[0][:60]!r}; allowed are {', '.join(_columns())}."
        )
    typed = {str(key): (value or "").replace(";", "\n") for key, value in row.items()}
    try:
        return patient_form.read(typed, date.today())
    except BadInput as fault:
        raise BadInput(f"{name} line {line}: {fault}") from None


def _columns() -> list[str]:
    fields = [*patient_form.who_fields({}), *forms.fields(Patient, {})]
    nones = [f"{field.name}.none" for field in fields if field.kind == "lines"]
    return [field.name for field in fields] + nones


def _form(
    request: Request, typed: Any, person: Person | None = None, error: BadInput | str = ""
) -> Response:
    """The form of somebody new, or of a person with what is known."""
    return page(
        request,
        "patient_form.html",
        422 if error else 200,
        person=person,
        error=error,
        typed=typed,
        who=patient_form.who_fields(typed),
        groups=patient_form.groups(typed),
    )
