"""Pictures of what blood brings: oxygen, and medicines taken by mouth."""

import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure
from panels import DRAWS, Colours, band, named, panels

from anagen.evidence.parameters import draws, parameters
from anagen.scalp import medicines, oxygen

STOP_DAY = 180


def _tissue() -> oxygen.Oxygen:
    """The middle numbers, with the capillary, consumption and blood of case V5.1."""
    p = {name: parameters()[f"oxygen.{name}"].centre for name in oxygen.Oxygen._fields}
    p |= {"capillary_radius_um": 4.0, "consumption_ml_100g_min": 0.3, "arterial_ml_dl": 20.0}
    return oxygen.Oxygen(**{name: jnp.array(value) for name, value in p.items()})


def oxygen_picture(theme: Colours) -> Figure:
    figure, (around, along) = panels([3.2, 3.0], theme)
    p = _tissue()
    for density, colour in ((14.0, "anagen"), (40.0, "telogen"), (70.0, "needle")):
        n = jnp.array(density)
        edge = float(oxygen.cylinder_radius_um(n))
        radius = np.linspace(4, edge, 200)
        lost = np.asarray(oxygen.pressure_mmhg(jnp.asarray(radius), jnp.array(0.0), n, p))
        around.plot(
            radius, lost, color=theme[colour], linewidth=2, label=f"{density:g} capillaries per mm²"
        )
        around.plot([edge], [lost[-1]], "o", color=theme[colour])
    around.annotate(
        "V5.1: 150.8 µm, −37.4 mmHg",
        (150.8, -37.4),
        (-6, -3),
        textcoords="offset points",
        ha="right",
        va="top",
        color=theme["ink"],
        fontsize=9,
    )
    around.set_ylim(-44, 1)
    named(
        around, theme, "Oxygen around a capillary, to the edge of its tissue", "µm from its axis",
        "mmHg below the capillary",
    )  # fmt: skip
    flow = np.linspace(2.5, 60, 200)
    found = oxygen.supply(jnp.ones(1), jnp.asarray(flow), p)
    along.plot(
        flow, np.asarray(found.venous_mmhg), color=theme["anagen"], linewidth=2,
        label="at the end of the capillary",
    )  # fmt: skip
    for at, said, low, high in (
        (35.7, "normal", 25.2, 46.2),
        (13.7, "pattern loss", 4.1, 23.3),
    ):
        here = oxygen.supply(jnp.ones(1), jnp.array([at]), p)
        pressure, times = float(here.venous_mmhg[0]), float(here.supply_to_demand[0])
        along.plot([low, high], [pressure] * 2, color=theme["telogen"], linewidth=1.5)
        along.plot([at], [pressure], "s", color=theme["telogen"])
        along.annotate(
            f"{said}: {times:.0f} times the demand",
            (at, pressure),
            (4, -12),
            textcoords="offset points",
            color=theme["ink"],
            fontsize=9,
        )
    along.set_ylim(0, 85)
    named(along, theme, "Oxygen left by flow (squares: Klemp, ± SD)", "mL/100 g/min", "mmHg")
    along.legend(frameon=False, labelcolor=theme["ink"], fontsize=9, loc="lower right")
    return figure


def _dht_left(days: np.ndarray, drug: str, mg: float) -> np.ndarray:
    table = draws(DRAWS, seed=0)
    names = medicines.Medicines._fields
    p = medicines.Medicines(**{name: jnp.asarray(table[f"medicines.{name}"]) for name in names})
    none = medicines.Taken(jnp.zeros(DRAWS), jnp.full(DRAWS, jnp.inf))
    taken = medicines.Taken(jnp.full(DRAWS, mg), jnp.full(DRAWS, float(STOP_DAY)))
    intake = medicines.Intake(none, none, none, none)._replace(**{drug: taken})
    left = [medicines.scalp_dht_left(jnp.array(float(day)), intake, p) for day in days]
    return 100 * np.asarray(left).T


def medicines_picture(theme: Colours) -> Figure:
    figure, axes = panels([2.8, 2.8], theme)
    days = np.arange(0, 500, 2)
    shown = (
        ("finasteride", 1.0, "anagen", ((42, 35.9), (28, 56.6), (168, 59.0))),
        ("dutasteride", 0.5, "telogen", ((168, 49.0),)),
    )
    for axis, (drug, mg, colour, measured) in zip(axes, shown, strict=True):
        band(axis, days, _dht_left(days, drug, mg), theme[colour], "drawn")
        axis.plot(*np.transpose(measured), "s", color=theme["needle"], label="measured")
        axis.axvline(STOP_DAY, color=theme["quiet"], linewidth=0.8, linestyle=":")
        axis.set_ylim(0, 105)
        named(axis, theme, f"{drug.capitalize()} {mg:g} mg a day", "days", "scalp DHT left, %")
        axis.legend(frameon=False, labelcolor=theme["ink"], fontsize=9, loc="lower right")
    return figure
