"""Pictures of whole courses: coupling, forecast, plan."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from panels import DRAWS, EXAMPLES, Colours, band, named, panels

from anagen.evidence.trials import trials
from anagen.forecast import Forecast, simulate_together
from anagen.patient import Patient
from anagen.planning import plan
from anagen.protocol import Protocol


@cache
def _men() -> list[Forecast]:
    man = Patient.from_table(
        {"age": 34, "sex": "male", "condition": "androgenetic_alopecia", "grade": "norwood_3v"},
        "docs",
    )
    medicine = {
        "drug": "minoxidil",
        "strength_percent": 5,
        "dose_ml": 1.0,
        "per_day": 2,
        "hold_hours": 24,
    }
    needled = {
        "device": {"kind": "pen", "needle_mm": 0.6, "needles": 12, "rate_hz": 100},
        "course": {"sessions": 12, "interval_days": 14, "passes": 4, "area_cm2": 100},
    }
    tables = [
        {"course": {"sessions": 0}},
        {"course": {"sessions": 0}, "topicals": [medicine]},
        needled,
        needled | {"topicals": [medicine]},
    ]
    return simulate_together(man, [Protocol.from_table(t, "docs") for t in tables], 52, DRAWS)


def _changes(forecast: Forecast) -> np.ndarray:
    drawn = forecast.draws["total_density_per_cm2"]
    return drawn - drawn[:, :1]


def course_picture(theme: Colours) -> Figure:
    figure, (medicine, needled) = panels([3.4, 3.0], theme)
    none, minoxidil, needling_only, both = _men()
    band(medicine, none.weeks, _changes(none), theme["needle"], "nothing, drawn")
    band(medicine, none.weeks, _changes(minoxidil), theme["anagen"], "minoxidil 5 %, drawn")
    kept = {
        ("OLSEN2002", "MX5%"),
        ("HOFFMANN2005", "MX5%"),
        ("KAUFMAN1998", "placebo"),
        ("VANNESTE2000", "placebo"),
    }
    seen: set[str] = set()
    for arm in trials():
        if (arm.study_id, arm.arm_id) not in kept or not arm.change_per_cm2 or not arm.week:
            continue
        is_drug = arm.arm_id.startswith("MX")
        said = "trials, minoxidil 5 %" if is_drug else "trials, placebo"
        medicine.plot(
            [arm.week],
            [arm.change_per_cm2],
            "s" if is_drug else "D",
            color=theme["telogen"],
            label=said if said not in seen else "",
        )
        seen.add(said)
    medicine.axhline(0, color=theme["quiet"], linewidth=0.6)
    medicine.set_ylim(top=50)
    named(medicine, theme, "Men, change of total density; nothing was fitted", "weeks", "hairs/cm²")
    band(
        needled,
        none.weeks,
        _changes(needling_only) - _changes(none),
        theme["telogen"],
        "needling against nothing",
    )
    needled.plot(
        none.weeks,
        np.median(_changes(both) - _changes(minoxidil), axis=0),
        "--",
        color=theme["anagen"],
        linewidth=2,
        label="needling added to minoxidil (median)",
    )
    needled.axhline(0, color=theme["quiet"], linewidth=0.6)
    named(needled, theme, "What needling adds, 12 sessions every 2 weeks", "weeks", "hairs/cm²")
    return figure


def forecast_picture(theme: Colours) -> Figure:
    figure, (axis,) = panels([3.6], theme)
    none, minoxidil, *_ = _men()
    smallest = minoxidil.detectable.smallest_change_per_cm2
    axis.fill_between(
        none.weeks,
        -smallest,
        smallest,
        facecolor="none",
        linewidth=0,
        edgecolor=theme["needle"],
        alpha=0.35,
        hatch="//",
        label="too small to be counted",
    )
    band(axis, none.weeks, _changes(minoxidil), theme["anagen"], "minoxidil 5 %")
    axis.plot(
        none.weeks,
        np.median(_changes(none), axis=0),
        color=theme["needle"],
        linewidth=2,
        linestyle="--",
        label="nothing",
    )
    gain = minoxidil.detectable.chance_of_gain
    axis.annotate(
        f"week 48: {100 * gain[48]:.0f} of 100 draws\nabove the hatched zone",
        (48, smallest),
        (12, smallest + 10),
        color=theme["ink"],
        fontsize=9,
        arrowprops={"arrowstyle": "-", "color": theme["quiet"], "lw": 0.8},
    )
    axis.set_ylim(-smallest - 14, smallest + 22)
    named(axis, theme, "Change of total density", "weeks", "hairs/cm²")
    axis.legend(frameon=False, labelcolor=theme["ink"], fontsize=9, loc="lower left", ncols=3)
    return figure


@cache
def _ranked() -> list[tuple[str, float, float, float, float]]:
    found = plan(Patient.read(EXAMPLES / "man.toml"), draws=200)
    nothing = next(o for o in found.options if o.key == "none")
    base = nothing.forecast.draws["total_density_per_cm2"]
    ranked = []
    for option in found.options:
        against = (option.forecast.draws["total_density_per_cm2"] - base).mean(axis=1)
        low, high = np.quantile(against, [0.05, 0.95])
        ranked.append((option.name, option.expected_gain, float(low), float(high), option.worth))
    return ranked


def planning_picture(theme: Colours) -> Figure:
    ranked = _ranked()
    figure, (axis,) = panels([0.27 * len(ranked) + 1.0], theme)
    for place, (_, gain, low, high, worth) in enumerate(ranked):
        y = -place
        first = place == 0
        axis.plot(
            [low, high],
            [y, y],
            color=theme["anagen"],
            alpha=0.4,
            linewidth=5,
            label="90 of 100 draws" if first else "",
        )
        axis.plot([gain], [y], "o", color=theme["anagen"], label="expected gain" if first else "")
        axis.plot(
            [worth], [y], "d", color=theme["telogen"], label="after its burden" if first else ""
        )
    axis.axvline(0, color=theme["quiet"], linewidth=0.6)
    axis.set_yticks(
        [-i for i in range(len(ranked))],
        [
            name.replace(" sessions every ", "×").replace("minoxidil 5 %", "minoxidil")
            for name, *_ in ranked
        ],
        fontsize=8,
        color=theme["ink"],
    )
    named(axis, theme, "", "hairs/cm² against doing nothing, mean over a year", "")
    return figure
