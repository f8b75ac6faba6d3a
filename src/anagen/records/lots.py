"""The lots that a session used, as rows that a recall can search."""

from datetime import date
from typing import Any

from anagen.reading import BadInput
from anagen.records.tables import Lot, SessionRecord

KINDS = ("cartridge", "device", "anaesthetic", "topical")


def lots_of(session: SessionRecord) -> list[Lot]:
    """One row for each lot or serial number that a session states. Raises `BadInput`."""
    stated: list[tuple[str, Any, Any, Any]] = [
        ("cartridge", session.cartridge_lot, session.device_model, session.cartridge_expiry),
        ("device", session.device_serial, session.device_model, None),
        *(
            (kind, used.get("lot"), used.get("product"), used.get("expiry"))
            for kind, table in (
                ("anaesthetic", [session.anaesthetic or {}]),
                ("topical", session.topicals),
            )
            for used in table
        ),
    ]
    return [
        Lot(
            session=session.id,
            record=session.record,
            kind=kind,
            lot=str(lot),
            product=product,
            expiry=_day(expiry),
        )
        for kind, lot, product, expiry in stated
        if lot
    ]


def _day(stated: date | str | None) -> date | None:
    if not isinstance(stated, str):
        return stated
    try:
        return date.fromisoformat(stated)
    except ValueError:
        raise BadInput(
            f"the expiry {stated[:20]!r} is no day; allowed is a day as YYYY-MM-DD."
        ) from None
