"""What is written down of a photograph, so that the next one can be taken alike."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from anagen.patient import Name
from anagen.protocol import Zone
from anagen.reading import Stated

Angle = Literal["front", "top", "crown", "left", "right", "back", "close_up"]


class Taken(Stated):
    """How a photograph was taken."""

    taken_on: date = Field(description="a day as YYYY-MM-DD, up to today")
    angle: Angle | None = Field(
        default=None, description="one of front, top, crown, left, right, back or close_up"
    )
    zone: Zone | None = Field(
        default=None, description='"frontal", "temporal", "vertex" or "occipital"'
    )
    marked_point: Name | None = Field(
        default=None, max_length=120, description="a tattooed or measured point, 120 characters"
    )
    device: Name | None = Field(default=None, max_length=120, description="up to 120 characters")
    magnification: float | None = Field(
        default=None, gt=0, le=1000, description="a number above 0 and up to 1000"
    )
    clip_length_mm: float | None = Field(
        default=None, ge=0, le=100, description="a number of mm from 0 to 100"
    )


def columns(taken: Taken) -> dict[str, Any]:
    """The columns of a photograph's record."""
    return {"session": None} | taken.model_dump()
