"""Everything about one person, to take along."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.current import history
from anagen.records.export import export_person
from anagen.records.tables import Patient
from anagen.web.gate import needs
from anagen.web.page import page

router = APIRouter(include_in_schema=False)
_EXPORT, _HERE = "export:person", "/patients/{patient}/export"


@router.get(_HERE, dependencies=[needs(_EXPORT)])
def asked(request: Request, patient: str) -> Response:
    """What it would hold."""
    return page(request, "export.html", who=_who(request, patient))


@router.post(_HERE)
def taken(request: Request, patient: str, actor: Actor = needs(_EXPORT)) -> Response:
    """The ZIP file, sent as it is made."""
    who = _who(request, patient)
    try:
        made = export_person(request.app.state.store, actor, patient)
    except BadInput as refused:
        return page(request, "export.html", 422, who=who, error=str(refused))
    return StreamingResponse(
        made.pieces(),
        media_type="application/zip",
        headers={
            "content-disposition": f'attachment; filename="{made.code}.zip"',
            "cache-control": "private, no-store",
        },
    )


def _who(request: Request, patient: str) -> Patient:
    """The person, withdrawn or not: everybody may see what is kept of them."""
    with request.app.state.store.reading() as db:
        versions = history(db, Patient, patient)
    if not versions:
        raise HTTPException(404)
    return versions[-1]
