"""What one area of a session got, worked out by the model: beside the map, and as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anagen.care.scalp_zones import AREAS, Area
from anagen.care.words import THIN, number
from anagen.reading import BadInput
from anagen.web import forms, session_form
from anagen.web.forecaster import ModelAway
from anagen.web.person import Person
from anagen.web.session_form import Where

if TYPE_CHECKING:
    from anagen.needled import Needled

ASSUMED_CM2 = 20.0  # the area of a zone bears on no figure per cm²


@dataclass(frozen=True)
class Dose:
    """What one area got, as it answers beside the map."""

    key: str
    name: str
    punctures: str = ""
    channels: str = ""
    depth: str = ""
    bleeding: str = ""
    in_all: str = ""
    refused: str = ""  # why there is no answer


def doses(forecaster: Any, person: Person, typed: Mapping[str, str]) -> list[Dose]:
    """The answer for every area that is ticked."""
    found: list[Dose] = []
    for key, area in AREAS.items():
        if typed.get(f"{key}.on") != "yes":
            continue
        alone = {name: value for name, value in typed.items() if not name.endswith(".on")}
        try:
            ((_, where),) = session_form.areas(alone | {f"{key}.on": "yes"})
            figures = _needled(forecaster, person, typed, area, where)
        except (BadInput, ModelAway) as refused:
            found.append(Dose(key, area.name, refused=forms.refusal(refused)))
            continue
        per_cm2 = figures.punctures_per_cm2
        share = {name: 100 * value for name, value in figures.bleeding_share.items()}
        found.append(
            Dose(
                key=key,
                name=area.name,
                punctures=_band(per_cm2, 0),
                channels=_band(figures.channels_per_cm2, 0),
                depth=f"{_band(figures.depth_reached_mm, 2)}{THIN}mm",
                bleeding=f"{_band(share, 0)} of 100",
                in_all=number(round(per_cm2["median"] * where.area_cm2, -2))
                if where.area_cm2
                else "",
            )
        )
    return found


def as_kept(
    forecaster: Any, person: Person, typed: Mapping[str, str], area: Area, where: Where
) -> dict[str, Any]:
    """The figures that a record of an area holds. Raises `BadInput`, `ModelAway`."""
    found = _needled(forecaster, person, typed, area, where)
    return {
        "punctures_per_cm2": round(found.punctures_per_cm2["median"], 1),
        "punctures_p05": round(found.punctures_per_cm2["p05"], 1),
        "punctures_p95": round(found.punctures_per_cm2["p95"], 1),
        "bleeding_share": round(found.bleeding_share["median"], 4),
        "model_version": found.model_version,
    }


def _needled(
    forecaster: Any, person: Person, typed: Mapping[str, str], area: Area, where: Where
) -> "Needled":
    device = session_form.device_of(typed, where.depth_mm)
    return forecaster.needling(
        person.facts, device, where.passes, where.area_cm2 or ASSUMED_CM2, area.zone
    )


def _band(band: Mapping[str, float], digits: int) -> str:
    low, middle, high = (number(round(band[name], digits)) for name in ("p05", "median", "p95"))
    return middle if low == high else f"{middle} ({low} to {high})"
