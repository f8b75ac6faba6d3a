"""The form of a session: what was done, where, with which lots, and how the skin answered.

What happened must be recordable: where the screening of that day bars needling, or no consent is on
record, the session is kept with a stated reason. An expired cartridge is refused.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from anagen.care.scalp_zones import AREAS, Area, key_of
from anagen.care.words import plain
from anagen.protocol import Device, Protocol
from anagen.reading import BadInput, Stated
from anagen.web import forms

TOPICALS = (1, 2)
_LINE = "up to 120 letters"


class Where(Stated):
    """One area."""

    depth_mm: float = Field(ge=0.1, le=3, description="the set needle length, 0.1 to 3 mm")
    passes: int = Field(ge=1, le=60, description="a whole number from 1 to 60")
    area_cm2: float | None = Field(default=None, ge=1, le=1000, description="1 to 1000 cm²")
    endpoint: Literal["erythema", "pinpoint_bleeding"] | None = Field(
        default=None, description="erythema or pinpoint bleeding, whichever was reached"
    )


class With(Stated):
    """The device."""

    kind: Literal["pen", "roller", "stamp"] = Field(description="pen, roller or stamp")
    needles: int | None = Field(default=None, ge=1, le=2000, description="1 to 2000")
    rate_hz: float | None = Field(
        default=None, ge=1, le=300, description="a pen's strokes a second, 1 to 300"
    )


class Lots(Stated):
    """What a recall asks for."""

    device_model: str | None = Field(default=None, max_length=120, description=_LINE)
    device_serial: str | None = Field(default=None, max_length=120, description=_LINE)
    cartridge_lot: str | None = Field(default=None, max_length=120, description=_LINE)
    cartridge_expiry: date | None = Field(default=None, description="a day, YYYY-MM-DD")
    single_use: bool | None = Field(default=None, description="yes or no")


class Numbing(Stated):
    """The numbing cream."""

    product: str | None = Field(default=None, max_length=120, description=_LINE)
    lot: str | None = Field(default=None, max_length=120, description=_LINE)
    grams: float | None = Field(default=None, ge=0, le=500, description="0 to 500 g")
    area_cm2: float | None = Field(default=None, ge=1, le=1000, description="1 to 1000 cm²")
    on_at: str | None = Field(default=None, pattern=forms.TIME, description="a time, HH:MM")
    off_at: str | None = Field(default=None, pattern=forms.TIME, description="a time, HH:MM")


class PutOn(Stated):
    """Something put on the needled skin."""

    product: str | None = Field(default=None, max_length=120, description=_LINE)
    lot: str | None = Field(default=None, max_length=120, description=_LINE)
    dose_ml: float | None = Field(default=None, ge=0, le=50, description="0 to 50 ml")
    minutes_after: float | None = Field(
        default=None, ge=0, le=10080, description="minutes after the last needle, 0 to 10080"
    )


class After(Stated):
    """How it went."""

    antiseptic: str | None = Field(default=None, max_length=120, description=_LINE)
    pain_0_10: int | None = Field(default=None, ge=0, le=10, description="0 none to 10 worst")
    reaction: str = Field(max_length=400, description="what was seen, or none; up to 400 letters")
    history_rechecked: bool | None = Field(
        default=None, description="yes or no: history and allergies asked again on the day"
    )
    note: str | None = Field(default=None, max_length=4000, description="up to 4000 letters")


@dataclass(frozen=True)
class Group:
    """Fields that stand together; ``within`` is what their names begin with."""

    title: str
    within: str
    model: type[Stated]


WITH = Group("Device", "with.", With)
LOTS = Group("Device, cartridge and lot", "lots.", Lots)
NUMBING = Group("Numbing cream", "numbing.", Numbing)
AFTER = Group("How it went", "after.", After)
_SAID = {
    "with.": "device",
    "lots.": "device and cartridge",
    "numbing.": "numbing cream",
    "after.": "how it went",
}


def fields(group: Group, typed: Mapping[str, str]) -> list[forms.Field]:
    """The fields of a group."""
    return forms.fields(group.model, typed, within=group.within)


def area_fields(area: Area, typed: Mapping[str, str]) -> list[forms.Field]:
    """The fields of one area."""
    return forms.fields(Where, typed, within=f"{area.key}.")


def topical_fields(number: int, typed: Mapping[str, str]) -> list[forms.Field]:
    """The fields of one topical."""
    return forms.fields(PutOn, typed, within=f"topical{number}.")


def device_of(typed: Mapping[str, str], needle_mm: float) -> Device:
    """The device of the form at one needle length. Raises `BadInput`."""
    said = _read(With, typed, "with.")
    table = said.model_dump(exclude_none=True) | {"needle_mm": needle_mm}
    with _fields_of("with."):
        return Device.from_table(table, where="device")


def areas(typed: Mapping[str, str]) -> Iterator[tuple[Area, Where]]:
    """The areas that are ticked, with what was done there. Raises `BadInput`."""
    for key, area in AREAS.items():
        if typed.get(f"{key}.on") == "yes":
            yield area, _read(Where, typed, f"{key}.", area.name)


def read(typed: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The columns of a session, its punctures still to be worked out. Raises `BadInput`."""
    performed = _moment(typed.get("performed_at", ""), now)
    done = [
        {"zone": area.zone, **({"side": area.side} if area.side else {})}
        | where.model_dump(exclude_none=True)
        for area, where in areas(typed)
    ]
    if not done:
        raise BadInput("no area is ticked; a session needs at least one on the map.")
    used = _read(With, typed, "with.").model_dump(exclude_none=True)
    for zone in done:
        zone |= {"device_kind": used["kind"]} | {k: v for k, v in used.items() if k != "kind"}
    lots = _read(Lots, typed, "lots.")
    if lots.cartridge_expiry is not None and lots.cartridge_expiry < performed.astimezone().date():
        raise BadInput(
            f"the cartridge expired on {lots.cartridge_expiry}, before this session; allowed is "
            "one that has not expired. If it was used all the same, record an adverse event.",
            "lots.cartridge_expiry",
        )
    after = _read(After, typed, "after.")
    return {
        "number": _number(typed.get("number", "")),
        "performed_at": performed,
        "operator": _line(typed, "operator", "who needled"),
        **{name: _clean(value) for name, value in lots.model_dump().items()},
        "zones": done,
        "anaesthetic": _numbing(typed),
        "topicals": [
            told
            for n in TOPICALS
            if (told := _product(PutOn, typed, f"topical{n}.", f"put on, line {n}")) is not None
        ],
        **{name: _clean(value) for name, value in after.model_dump().items()},
        "consent": typed.get("consent") or None,
    }


def typed_of(row: Any) -> dict[str, str]:
    """A recorded session as its fields."""
    typed = {
        "number": str(row.number),
        "performed_at": f"{row.performed_at.astimezone():%Y-%m-%dT%H:%M}",
        "operator": row.operator,
        "consent": row.consent or "",
        "plan": row.plan or "",
    }
    for zone in row.zones:
        key = key_of(zone["zone"], zone.get("side"))
        typed[f"{key}.on"] = "yes"
        typed |= forms.typed_of({k: zone[k] for k in Where.model_fields if k in zone}, f"{key}.")
        told = {"kind": zone.get("device_kind")}
        told |= {name: zone.get(name) for name in ("needles", "rate_hz")}
        typed |= forms.typed_of(told, "with.")
    typed |= forms.typed_of({name: getattr(row, name) for name in Lots.model_fields}, "lots.")
    typed |= forms.typed_of(row.anaesthetic or {}, "numbing.")
    for number, topical in zip(TOPICALS, row.topicals, strict=False):
        typed |= forms.typed_of(topical, f"topical{number}.")
    return typed | forms.typed_of(
        {name: getattr(row, name) for name in After.model_fields}, "after."
    )


def typed_of_plan(protocol: Protocol | None) -> dict[str, str]:
    """What a plan says of its sessions, to start from; nothing is ticked beforehand."""
    if protocol is None or protocol.device is None:
        return {}
    device, course = protocol.device, protocol.course
    told = {"depth_mm": device.needle_mm, "passes": course.passes}
    typed = forms.typed_of(
        {"kind": device.kind, "needles": device.needles, "rate_hz": device.rate_hz}, "with."
    )
    for key in AREAS:
        typed |= forms.typed_of(told, f"{key}.")
    return typed


def _read[S: Stated](model: type[S], typed: Mapping[str, str], within: str, said: str = "") -> S:
    with _fields_of(within):
        return model.from_table(
            forms.table(model, typed, within), where=said or _SAID.get(within, within)
        )


@contextmanager
def _fields_of(within: str) -> Iterator[None]:
    """A refusal of what is read here is about a field whose name begins so."""
    try:
        yield
    except BadInput as refused:
        raise BadInput(str(refused), refused.place and within + refused.place) from None


def _numbing(typed: Mapping[str, str]) -> dict[str, Any] | None:
    told = _product(Numbing, typed, "numbing.", "numbing cream")
    if told and told.get("on_at", "") > told.get("off_at", "24"):
        raise BadInput(
            "numbing cream: it was taken off before it was put on; allowed is a later time.",
            "numbing.off_at",
        )
    return told


def _product(
    model: type[Stated], typed: Mapping[str, str], within: str, said: str
) -> dict[str, Any] | None:
    """A product with its lot; None where nothing was typed."""
    used = _read(model, typed, within, said).model_dump(exclude_none=True)
    if used and "product" not in used:
        raise BadInput(
            f"{said}: product is missing; allowed is its name, or nothing at all.",
            f"{within}product",
        )
    return {name: _clean(value) for name, value in used.items()} or None


def _moment(said: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(said.strip()[:25]).astimezone()
    except (ValueError, OverflowError):
        raise BadInput(
            "when is not a day and a time; allowed is YYYY-MM-DD HH:MM, as the clock shows it "
            "here.",
            "performed_at",
        ) from None
    if moment > now + timedelta(hours=1):
        raise BadInput(
            "when lies ahead; a session is recorded once it has taken place.", "performed_at"
        )
    return moment


def _number(said: str) -> int:
    said = said.strip()
    if not (said.isdecimal() and len(said) <= 3 and int(said)):
        raise BadInput(
            f"number is {said[:10]!r}; allowed is a whole number from 1 to 999.", "number"
        )
    return int(said)


def _line(typed: Mapping[str, str], name: str, label: str) -> str:
    said = plain(typed.get(name, ""))[:120]
    if not said:
        raise BadInput(f"{label} is missing; allowed is a name.", name)
    return said


def _clean(value: Any) -> Any:
    """A line of text without what drives terminals; anything else as it is."""
    return plain(value) if isinstance(value, str) and "\n" not in value else value
