"""A person, courses with and without needles, and the stories of their forecasts."""

import xml.etree.ElementTree as ET
from functools import cache

from anagen.care.hair_story import Story, story
from anagen.care.pages import LANGUAGES
from anagen.care.story_motion import Drawing
from anagen.forecast import Forecast, simulate_together
from anagen.patient import Patient
from anagen.protocol import Protocol

MAN = Patient.from_table(
    {
        "age": 34,
        "sex": "male",
        "condition": "androgenetic_alopecia",
        "grade": "norwood_3v",
        "hair": {"total_density_per_cm2": 172, "mean_diameter_um": 58, "anagen_fraction": 0.78},
    },
    "man",
)
PEN = {"kind": "pen", "needle_mm": 0.6, "needles": 12, "rate_hz": 100}
COURSE = {"sessions": 6, "interval_days": 14, "passes": 4, "area_cm2": 100, "endpoint": "erythema"}
MINOXIDIL = {"drug": "minoxidil", "strength_percent": 5, "dose_ml": 1.0, "per_day": 2}
PROTOCOLS = {
    "needled": {"device": PEN, "course": COURSE, "topicals": [MINOXIDIL | {"hold_hours": 24}]},
    "prp": {"device": PEN, "course": COURSE, "topicals": [{"drug": "prp"}]},
    "medicine": {"course": {"sessions": 0}, "topicals": [MINOXIDIL]},
    "tablet": {
        "course": {"sessions": 0},
        "medicines": [{"drug": "finasteride", "mg_per_day": 1.0}],
    },
    "nothing": {"course": {"sessions": 0}},
}
WEEKS = 26


@cache
def made_forecasts() -> dict[str, Forecast]:
    """A forecast of each of `PROTOCOLS`."""
    plans = [Protocol.from_table(table, name) for name, table in PROTOCOLS.items()]
    return dict(zip(PROTOCOLS, simulate_together(MAN, plans, WEEKS, 20), strict=True))


@cache
def made_stories() -> dict[tuple[str, str], Story]:
    """The story of each forecast in each language."""
    forecasts = made_forecasts()
    return {
        (name, language): story(forecast, forecasts["nothing"], language)
        for name, forecast in forecasts.items()
        for language in LANGUAGES
    }


def drawn(told: Story, key: str) -> Drawing:
    return next(scene.drawing for scene in told.scenes if scene.drawing.key == key)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)
