"""The audit: who did what and when, and whether anything was changed behind it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy import Select, select

from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.audit import Report, verify
from anagen.records.tables import Audit
from anagen.web.gate import needs
from anagen.web.page import page

router = APIRouter(include_in_schema=False)
_AUDIT, _HERE = "admin:audit", "/administration/audit"
_ON_A_PAGE = 100
_ASKED = ("who", "action", "record", "since", "until", "before")
_LARGEST = 2**53
# All that is ever noted; to ask the chain which there are would go through all of it.
ACTIONS = (
    "add", "ask", "backup", "begin_rotation", "cancel", "change", "change_passphrase", "correct",
    "create", "end", "end_rotation", "export", "invite", "migrate", "override", "prove", "read",
    "recall", "refuse", "remove", "restore", "resume", "search", "sign", "sign_in",
    "sign_in_failed", "sign_out", "sign_out_everywhere", "start", "verify", "withdraw",
)  # fmt: skip


@router.get(_HERE, dependencies=[needs(_AUDIT)])
def audit(request: Request) -> Response:
    """The newest entries, or those that are asked for."""
    return _page(request, dict(request.query_params))


@router.post(_HERE + "/verify")
def verified(request: Request, actor: Actor = needs(_AUDIT)) -> Response:
    """Look at everything that is kept, now."""
    store = request.app.state.store
    report = verify(store)
    with store.writing(actor) as entry:
        entry.note("verify", "Audit", whole=report.whole)
    return _page(request, {}, report)


def _page(request: Request, asked: dict[str, str], report: Report | None = None) -> Response:
    asked = {name: asked.get(name, "").replace("\0", "").strip()[:100] for name in _ASKED}
    fault, entries = None, []
    with request.app.state.store.reading() as db:
        try:
            entries = list(db.scalars(_query(asked)))
        except BadInput as refused:
            fault = refused
    older = None
    if len(entries) > _ON_A_PAGE:
        older = urlencode(asked | {"before": str(entries[_ON_A_PAGE - 1].seq)})
    return page(
        request,
        "audit.html",
        422 if fault else 200,
        asked=asked,
        actions=ACTIONS,
        entries=entries[:_ON_A_PAGE],
        older=older,
        report=report,
        said=_said,
        error=str(fault) if fault else None,
    )


def _query(asked: dict[str, str]) -> Select[Any]:
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
        if not (asked["before"].isascii() and asked["before"].isdecimal()):
            raise BadInput("Before: allowed is the number of an entry.")
        query = query.where(Audit.seq < min(int(asked["before"]), _LARGEST))
    return query


def _said(detail: dict[str, Any]) -> str:
    """The detail of an entry on one line."""
    parts = []
    for name, value in detail.items():
        if isinstance(value, dict):
            value = _said({key: held for key, held in value.items() if held})
        elif isinstance(value, list):
            value = ", ".join(str(each) for each in value)
        parts.append(f"{name.replace('_', ' ')}: {value}")
    return "; ".join(parts)


def _day(said: str, what: str) -> datetime:
    try:
        day = datetime.combine(date.fromisoformat(said), time(), UTC)
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year < 9000:
        raise BadInput(f"{what}: this is no date; allowed is one such as 2026-03-14.")
    return day
