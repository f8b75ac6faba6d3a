"""Recall: everybody who was treated from one lot."""

from datetime import date

from fastapi import APIRouter, Request, Response

from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.lots import KINDS
from anagen.records.recall import recall
from anagen.web.gate import needs
from anagen.web.page import page

router = APIRouter(include_in_schema=False)


@router.get("/administration/recall")
def search(
    request: Request,
    lot: str = "",
    kind: str = "",
    product: str = "",
    before: str = "",
    actor: Actor = needs("admin:recall"),
) -> Response:
    """Who it was, when, and with what; the search stands in the audit."""
    asked = {"lot": lot[:100], "kind": kind[:40], "product": product[:100], "before": before[:10]}
    store, found, fault = request.app.state.store, None, None
    if any(asked.values()):
        try:
            with store.reading() as db:
                found = recall(db, asked["lot"], asked["kind"], asked["product"], _day(before))
            with store.writing(actor) as entry:
                entry.note("recall", "Lot", found=found.people, asked=asked)
        except BadInput as refused:
            found, fault = None, refused
    return page(
        request,
        "recall.html",
        422 if fault else 200,
        asked=asked,
        kinds=KINDS,
        found=found,
        error=str(fault) if fault else None,
    )


def _day(said: str) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise BadInput("Expires before: allowed is a day such as 2026-03-14.") from None
