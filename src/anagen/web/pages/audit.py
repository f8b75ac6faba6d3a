"""The audit: who did what and when, and whether anything was changed behind it."""

from datetime import UTC, date, datetime, time, timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.audit import verify
from anagen.records.tables import Audit
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
_AUDIT, _HERE = "admin:audit", "/administration/audit"
_ON_A_PAGE = 100
_ASKED = ("who", "action", "record", "since", "until", "before")


@router.get(_HERE)
def audit(request: Request, actor: Actor = needs(_AUDIT)) -> Response:  # noqa: ARG001
    """The newest entries, or those that are asked for."""
    return _page(request, dict(request.query_params))


@router.post(_HERE + "/verify")
def verified(request: Request, typed: Typed, actor: Actor = needs(_AUDIT)) -> Response:
    """Walk the whole chain now."""
    store = request.app.state.store
    report = verify(store)
    with store.writing(actor) as entry:
        entry.note("verify_audit", whole=report.whole)
    return _page(request, typed, report)


def _page(request: Request, asked: dict[str, str], report: object = None) -> Response:
    asked = {name: asked.get(name, "").strip()[:100] for name in _ASKED}
    fault, entries = None, []
    try:
        with request.app.state.store.reading() as db:
            entries = list(db.scalars(_query(asked)))
    except BadInput as refused:
        fault = refused
    return page(
        request,
        "audit.html",
        422 if fault else 200,
        asked=asked,
        entries=entries[:_ON_A_PAGE],
        more=entries[_ON_A_PAGE - 1].seq if len(entries) > _ON_A_PAGE else None,
        report=report,
        error=str(fault) if fault else None,
    )


def _query(asked: dict[str, str]):
    query = select(Audit).order_by(Audit.seq.desc()).limit(_ON_A_PAGE + 1)
    if asked["who"]:
        query = query.where(Audit.actor_name.icontains(asked["who"], autoescape=True))
    if asked["action"]:
        query = query.where(Audit.action == asked["action"])
    if asked["record"]:
        query = query.where(Audit.record == asked["record"])
    if asked["since"]:
        query = query.where(Audit.at >= _day(asked["since"], "Since"))
    if asked["until"]:
        query = query.where(Audit.at < _day(asked["until"], "Until") + timedelta(days=1))
    if asked["before"]:
        if not asked["before"].isdecimal():
            raise BadInput("Before: allowed is the number of an entry.")
        query = query.where(Audit.seq < int(asked["before"][:15]))
    return query


def _day(said: str, what: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(said), time(), UTC)
    except ValueError:
        raise BadInput(f"{what}: this is no date; allowed is one such as 2026-03-14.") from None
