"""What a session's page says of its record: areas on the map, and every version with its reason."""

from collections.abc import Mapping
from typing import Any

from anagen.care import scalp_zones
from anagen.care.scalp_zones import AREAS
from anagen.care.words import THIN
from anagen.records import tables
from anagen.web import session_form
from anagen.web.in_words import in_words, label

_SHOWN = (
    "number", "performed_at", "operator", "device_model", "device_serial", "cartridge_lot",
    "cartridge_expiry", "single_use", "zones", "anaesthetic", "topicals", "antiseptic",
    "pain_0_10", "reaction", "history_rechecked", "consent", "note",
)  # fmt: skip


def area_name(zone: Mapping[str, Any]) -> str:
    area = AREAS.get(scalp_zones.key_of(zone["zone"], zone.get("side")))
    return area.name if area else str(zone["zone"])


def on_map(row: tables.SessionRecord) -> dict[str, str]:
    said = {}
    for zone in row.zones:
        depth, passes = zone.get("depth_mm"), zone.get("passes")
        parts = [f"{depth:g}{THIN}mm" if depth else "", f"× {passes}" if passes else ""]
        said[scalp_zones.key_of(zone["zone"], zone.get("side"))] = " ".join(filter(None, parts))
    return {key: text for key, text in said.items() if key in AREAS}


def changes(versions: list[tables.SessionRecord], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every version, the newest first: who, when, why, and what it changed."""
    told = []
    for before, version in zip([None, *versions], versions, strict=False):
        changed: list[tuple[str, str, str]] = []
        for name in _SHOWN if before is not None else ():
            old, now = getattr(before, name), getattr(version, name)
            if name == "zones":
                changed += _changed_zones(old, now)
            elif old != now:
                changed.append((label(name), in_words(old, name), in_words(now, name)))
        told.append(
            {
                "at": version.recorded_at.astimezone(),
                "by": names.get(version.recorded_by, version.recorded_by),
                "reason": version.reason,
                "withdrawn": version.withdrawn,
                "changed": changed,
            }
        )
    return told[::-1]


def _changed_zones(
    old: list[dict[str, Any]], now: list[dict[str, Any]]
) -> list[tuple[str, str, str]]:
    """Area by area, what was stated; punctures follow from it."""

    def stated(zones: list[dict[str, Any]]) -> dict[str, str]:
        said = {}
        for zone in zones:
            names = ("device_kind", "needles", "rate_hz", *session_form.Where.model_fields)
            told = {name: zone[name] for name in names if zone.get(name) is not None}
            said[area_name(zone)] = in_words(told)
        return said

    before, after = stated(old), stated(now)
    return [
        (area, before.get(area, "nothing"), after.get(area, "nothing"))
        for area in {**before, **after}
        if before.get(area) != after.get(area)
    ]
