"""Documents: prepared as drafts, signed by a clinician, then given to the patient."""

import base64
import hashlib
import re
from datetime import date
from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from anagen.care.appointments import When
from anagen.care.handout import Signature
from anagen.care.pages import LANGUAGES, Language
from anagen.reading import BadInput
from anagen.records import tables
from anagen.records.contents import read_content
from anagen.records.current import current_one
from anagen.web.forecaster import ModelAway
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import Person, person_of, protocol_of
from anagen.web.story import kept_forecasts
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
READ, SIGN = "documents:read", "documents:sign"
_TYPES = {".html": "text/html", ".pdf": "application/pdf", ".ics": "text/calendar"}
_TITLES = {
    "handout": "Handout",
    "handout-large": "Handout, large print",
    "how-your-hair-grows": "How your hair grows",
    "consent": "Consent",
    "calendar": "Calendar",
    "procedure": "Procedure sheet",
    "timetable": "Aftercare timetable",
}
FOR_CLINIC = ("procedure", "timetable")


@router.get("/patients/{patient}/documents", dependencies=[needs(READ)])
def documents(request: Request, patient: str) -> Response:
    """What was prepared, and what may be given away."""
    return _shown(request, patient)


@router.post("/patients/{patient}/documents/prepare")
def prepare(request: Request, patient: str, typed: Typed, actor: Any = needs(SIGN)) -> Response:
    """All documents of the approved plan in one language: drafts, or signed ones in their place."""
    try:
        with request.app.state.store.reading() as db:
            person = person_of(db, patient)
        plan = person.plan
        if plan is None or not person.approved(plan.id):
            raise BadInput("documents need a plan that a clinician has signed; sign it first.")
        language = _language(typed)
        signed = typed.get("signed") == "yes"
        signature = Signature(actor.name, date.today()) if signed else None
        made = request.app.state.forecaster.prepare(
            kept_forecasts(plan)["plan"].patient,
            protocol_of(plan),
            When(person.first_day or plan.first_day),
            plan.weeks,
            plan.seed,
            language,
            signature,
        )
        with request.app.state.store.writing(actor) as entry:
            for name, content in made.files.items():
                row = _keep(entry, person, plan, language, name, content)
                if signed and row.kind not in FOR_CLINIC:
                    entry.sign(row, "approved")
    except (BadInput, ModelAway) as fault:
        return _shown(request, patient, str(fault))
    return RedirectResponse(f"/patients/{patient}/documents", 303)


@router.post("/patients/{patient}/documents/{record}/given")
def given(request: Request, patient: str, record: str, actor: Any = needs(SIGN)) -> Response:
    """Note that the patient has it. A draft cannot be given."""
    try:
        with request.app.state.store.writing(actor) as entry:
            row = _document(entry.db, patient, record)
            if not person_of(entry.db, patient).approved(row.id):
                raise BadInput("this is a draft; a clinician must sign it before it is given.")
            entry.sign(row, "given_to_patient")
    except BadInput as fault:
        return _shown(request, patient, str(fault))
    return RedirectResponse(f"/patients/{patient}/documents", 303)


@router.get("/patients/{patient}/documents/{record}", dependencies=[needs(READ)])
def document(request: Request, patient: str, record: str) -> Response:
    """The document itself. A page may use the style and script that stand in it, and no others."""
    with request.app.state.store.reading() as db:
        row = _document(db, patient, record)
        content = read_content(db, row)
    headers = {"cache-control": "private, no-store"}
    if row.media_type == "text/html":
        headers["content-security-policy"] = _only_its_own(content.decode())
    else:
        headers["content-disposition"] = f'inline; filename="{row.file_name}"'
    return Response(content, media_type=row.media_type, headers=headers)


def _only_its_own(html: str) -> str:
    """A policy that names the style sheets and scripts of one page by their digests."""

    def digests(tag: str) -> str:
        found = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", html, re.DOTALL)
        hashed = (base64.b64encode(hashlib.sha256(each.encode()).digest()) for each in found)
        return " ".join(f"'sha256-{each.decode()}'" for each in hashed) or "'none'"

    return (
        f"default-src 'none'; style-src {digests('style')}; script-src {digests('script')}; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _keep(
    entry: Any, person: Person, plan: tables.Plan, language: str, name: str, content: bytes
) -> tables.Document:
    """A file of the folder as a document; one of the same kind is superseded by it."""
    path = PurePath(name.removeprefix("draft-"))
    kind = path.name.split(".")[0]
    told = {
        "plan": plan.record,
        "language": language,
        "title": f"{_TITLES.get(kind, kind)}{' (PDF)' if path.suffix == '.pdf' else ''}",
        "media_type": _TYPES[path.suffix],
        "file_name": name,
    }
    for old in person.documents:
        same = (old.kind, old.media_type) == (kind, told["media_type"])
        if same and (old.language == language or kind in (*FOR_CLINIC, "calendar")):
            return entry.correct(old, "prepared anew", content, **told)
    return entry.add(tables.Document(patient=person.row.record, kind=kind, **told), content)


def _language(typed: dict[str, str]) -> Language:
    said = typed.get("language", "en")
    if said not in LANGUAGES:
        raise BadInput(f"language is {said[:20]!r}; allowed is {' or '.join(LANGUAGES)}.")
    return said  # type: ignore[return-value]


def _document(db: Any, patient: str, record: str) -> tables.Document:
    return current_one(db, tables.Document, record, tables.Document.patient == patient)


def _shown(request: Request, patient: str, error: str = "") -> Response:
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    rows = sorted(person.documents, key=lambda row: (row.kind, row.language, row.media_type))
    return page(
        request,
        "documents.html",
        422 if error else 200,
        person=person,
        error=error,
        approved=person.plan is not None and person.approved(person.plan.id),
        for_patient=[row for row in rows if row.kind not in FOR_CLINIC],
        for_clinic=[row for row in rows if row.kind in FOR_CLINIC],
    )
