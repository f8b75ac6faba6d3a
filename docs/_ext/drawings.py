"""Every picture of the docs by its name, and how one is drawn."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
from calibration_drawings import learned_picture, left_out_picture, ranks_picture
from course_drawings import course_picture, forecast_picture, planning_picture
from hair_drawings import (
    conditions_picture,
    endpoints_picture,
    follicles_picture,
    immune_privilege_picture,
)
from matplotlib.figure import Figure
from medicine_drawings import medicines_picture, oxygen_picture
from panels import Colours
from skin_drawings import (
    anatomy_picture,
    bleeding_picture,
    closure_picture,
    delivery_picture,
    needling_picture,
    vehicle_picture,
)
from wound_drawings import (
    healing_picture,
    matrix_picture,
    perfusion_picture,
    wound_response_picture,
)

from anagen.care.evidence_view import TITLES, view
from anagen.care.tokens import DARK, LIGHT

DRAWINGS: dict[str, Callable[[Colours], Figure | str]] = {
    "anatomy": anatomy_picture,
    "needling": needling_picture,
    "bleeding": bleeding_picture,
    "closure": closure_picture,
    "delivery": delivery_picture,
    "vehicle": vehicle_picture,
    "healing": healing_picture,
    "wound_response": wound_response_picture,
    "matrix": matrix_picture,
    "perfusion": perfusion_picture,
    "oxygen": oxygen_picture,
    "medicines": medicines_picture,
    "follicles": follicles_picture,
    "conditions": conditions_picture,
    "immune_privilege": immune_privilege_picture,
    "endpoints": endpoints_picture,
    "course": course_picture,
    "forecast": forecast_picture,
    "planning": planning_picture,
    "learned": learned_picture,
    "left_out": left_out_picture,
    "ranks": ranks_picture,
}
# Views of the evidence draw themselves, as text of an SVG.
VIEWS: dict[str, Callable[[Colours], Figure | str]] = {
    f"trials_{name}": lambda colours, name=name: view(name).draw(colours=colours) for name in TITLES
}
DRAWINGS |= VIEWS


def draw(name: str, folder: Path) -> None:
    """Draw one picture in both colours as SVG, the same bytes each time."""
    style: dict[Any, Any] = {
        "font.size": 10,
        "font.family": "DejaVu Sans",
        "svg.fonttype": "path",
        "svg.hashsalt": name,
        "axes.unicode_minus": True,
        "hatch.linewidth": 0.6,
    }
    with mpl.rc_context(style):
        for theme, colours in (("light", LIGHT), ("dark", DARK)):
            figure = DRAWINGS[name](colours)
            if isinstance(figure, str):
                (folder / f"{name}-{theme}.svg").write_text(figure, "utf-8")
                continue
            figure.savefig(
                folder / f"{name}-{theme}.svg",
                metadata={"Date": None},
                facecolor=figure.get_facecolor(),
            )
