"""What the pages show: each drawing sets the model beside a closed form or a published figure.

A drawing is a function of the page's colours. What is slow to compute is computed once for both.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax.numpy as jnp
import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from scipy.integrate import solve_ivp

import anagen.scalp  # noqa: F401 - switches to float64
from anagen.care.tokens import BAND_50, BAND_90, DARK, LIGHT
from anagen.evidence.parameters import draws as draw_parameters
from anagen.evidence.parameters import parameters
from anagen.evidence.trials import trials
from anagen.forecast import Forecast, simulate, simulate_together
from anagen.model_inputs import scalp_numbers
from anagen.patient import Patient
from anagen.planning import plan
from anagen.protocol import Protocol
from anagen.scalp import closure, delivery, endpoints, follicles, healing, history, needling
from anagen.scalp import perfusion as flow
from anagen.scalp.conditions import CONDITIONS, areata
from anagen.scalp.course import Scalp
from anagen.scalp.follicles import STEP_DAYS, STEPS_PER_WEEK

Colours = Mapping[str, str]
WIDTH_INCHES = 6.4
DRAWS = 400
EXAMPLES = Path(__file__).parents[2] / "examples"


def _panels(heights: list[float], theme: Colours) -> tuple[Figure, list[Axes]]:
    """Panels one below the other, so that they can be read on a phone too."""
    figure = Figure(
        figsize=(WIDTH_INCHES, sum(heights)),
        layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12),
    )
    figure.patch.set_facecolor(theme["card"])
    found = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)
    axes: list[Axes] = list(found[:, 0])
    for axis in axes:
        axis.set_facecolor(theme["card"])
        axis.spines[["top", "right"]].set_visible(False)
        axis.spines[["left", "bottom"]].set_color(theme["quiet"])
        axis.tick_params(colors=theme["quiet"])
    return figure, axes


def _named(axis: Axes, theme: Colours, title: str, x: str, y: str) -> None:
    axis.set_title(title, loc="left", color=theme["ink"], fontsize=11)
    axis.set_xlabel(x, color=theme["quiet"])
    axis.set_ylabel(y, color=theme["quiet"])
    handles, _ = axis.get_legend_handles_labels()
    if handles:
        axis.legend(frameon=False, labelcolor=theme["ink"], fontsize=9)


def _band(axis: Axes, x: np.ndarray, drawn: np.ndarray, colour: str, label: str) -> None:
    """Bands of 90 and 50 of 100 draws, then the median. ``drawn`` is (draws, x)."""
    low, lower, middle, upper, high = np.quantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    axis.fill_between(x, low, high, color=colour, alpha=BAND_90, linewidth=0)
    axis.fill_between(x, lower, upper, color=colour, alpha=BAND_50, linewidth=0)
    axis.plot(x, middle, color=colour, linewidth=2, label=label)


@cache
def _numbers(number: int = DRAWS) -> Scalp:
    return scalp_numbers(draw_parameters(number, seed=0))


@cache
def _centre() -> Scalp:
    return scalp_numbers({key: np.array([p.centre]) for key, p in parameters().items()})


def needling_picture(theme: Colours) -> Figure:
    figure, (dense, deep) = _panels([2.9, 2.9], theme)
    passes = np.arange(1, 21)
    n = _centre().needling
    per_pass = float(
        needling.roller_density_per_cm2(
            n.roller_needles, n.roller_drum_radius_cm, n.roller_drum_width_cm, jnp.ones(1)
        )[0]
    )
    dense.plot(passes, per_pass * passes, color=theme["anagen"], linewidth=2, label="computed")
    dense.plot([15], [250], "s", color=theme["telogen"], label="published: about 250 after 15")
    _named(dense, theme, "A roller with 192 needles", "passes", "channels per cm²")
    dense.set_ylim(bottom=0)
    dense.set_xticks([1, 5, 10, 15, 20])
    measured = {"roller": (0.198, "rat"), "stamp": (0.767, "array"), "pen": (1.0, "excised skin")}
    for place, (device, (point, said)) in enumerate(measured.items()):
        drawn = np.asarray(getattr(_numbers().needling, f"{device}_depth_fraction"))
        low, lower, middle, upper, high = np.quantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95])
        deep.plot([low, high], [place, place], color=theme["anagen"], linewidth=2)
        deep.plot([lower, upper], [place, place], color=theme["anagen"], linewidth=9, alpha=0.5)
        deep.plot([middle], [place], "o", color=theme["anagen"], label="drawn" if not place else "")
        deep.plot(
            [point],
            [place + 0.28],
            "s",
            color=theme["telogen"],
            label="" if place else "measured elsewhere",
        )
        deep.annotate(
            said,
            (point, place + 0.28),
            (-8, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=theme["quiet"],
            fontsize=9,
        )
    deep.set_yticks(range(3), list(measured))
    deep.set_ylim(-0.6, 2.7)
    deep.set_xlim(0, 1.05)
    _named(deep, theme, "Depth reached, as a share of the set length", "share", "")
    return figure


def closure_picture(theme: Colours) -> Figure:
    figure, (axis, closed) = _panels([2.6, 2.3], theme)
    hours = np.geomspace(0.1, 200, 200)
    tau = np.asarray(closure.time_constant_h(jnp.full(DRAWS, 0.6), _numbers().closure))
    _band(axis, hours, np.exp(-hours / tau[:, None]), theme["anagen"], "drawn, 0.6 mm deep")
    published = [
        (2, "human, not occluded, impedance"),
        (4.5, "rat, water loss"),
        (12, "rat, 370 µm, dye"),
        (18, "rat, 770 µm, dye"),
        (60.3, "human arm, three-day impedance"),
    ]
    for place, (hour, _) in enumerate(published):
        closed.plot(
            [hour], [place], "s", color=theme["telogen"], label="" if place else "published"
        )
    low, lower, middle, upper, high = np.quantile(tau * np.log(20), [0.05, 0.25, 0.5, 0.75, 0.95])
    closed.plot([low, high], [-1, -1], color=theme["anagen"], linewidth=2)
    closed.plot([lower, upper], [-1, -1], color=theme["anagen"], linewidth=9, alpha=0.5)
    closed.plot([middle], [-1], "o", color=theme["anagen"], label="drawn")
    closed.set_yticks(range(-1, 5), ["drawn, 0.6 mm", *(said for _, said in published)])
    for panel in (axis, closed):
        panel.set_xscale("log")
        panel.set_xlim(0.1, 200)
        panel.set_xticks(
            [0.1, 1, 2, 5, 12, 24, 60, 168], ["0.1", "1", "2", "5", "12", "24", "60", "168"]
        )
        panel.minorticks_off()
    _named(axis, theme, "Open share of a channel's mouth", "hours after needling", "open share")
    _named(closed, theme, "Time until it counts as closed", "hours after needling", "")
    return figure


def delivery_picture(theme: Colours) -> Figure:
    figure, (gain, depth) = _panels([3.2, 2.9], theme)
    d = _centre().delivery
    intact = delivery.skin_permeability_cm_h(d.minoxidil_log_kow, d.minoxidil_molar_mass_g_mol, d)
    density = jnp.geomspace(5, 3000, 100)
    checked = {0.0: [7.8, 45.5, 112.3, 446], 1.0: [1.33, 3.2, 6.5, 22.8]}
    style = {0.0: (theme["anagen"], "-", "open wall"), 1.0: (theme["telogen"], "--", "collapsed")}
    for collapsed, (colour, line, label) in style.items():
        p = d._replace(collapsed_channel=jnp.array([collapsed]))
        reached, radius = jnp.array([0.1525]), jnp.array([35.35])
        alone = delivery.isolated_channels_cm_h(density, reached, radius, p)
        behind = delivery.dermal_uptake_cm_h(reached, p)
        shared = delivery.channel_permeability_cm_h(alone, behind)
        gain.plot(density, 1 + alone / intact, line, color=colour, linewidth=2, label=label)
        gain.plot(density, 1 + shared / intact, ":", color=colour, linewidth=1.5)
        gain.plot([15.3, 100, 250, 1000], checked[collapsed], "s", color=colour, markersize=5)
    gain.axhline(
        3.6,
        color=theme["needle"],
        linewidth=1,
        linestyle=":",
        label="the one measured gain (dissolving needles)",
    )
    gain.set_xscale("log")
    gain.set_yscale("log")
    _named(gain, theme, "Permeability against intact skin", "channels per cm²", "times intact")
    z = np.linspace(0, 4, 200)
    diffusion = delivery.dermal_diffusion_cm2_s(d.minoxidil_molar_mass_g_mol, d)
    for clearance, line in ((0.1, "-"), (1.0, "--"), (5.0, ":")):
        decay = float(delivery.decay_length_mm(diffusion, jnp.array(clearance))[0])
        depth.plot(
            z,
            np.exp(-z / decay),
            line,
            color=theme["anagen"],
            linewidth=2,
            label=f"clearance {clearance:g} per h, decay length {decay:.2f} mm",
        )
    depth.plot([3, 3, 3], [0.34, 0.033, 5e-4], "s", color=theme["telogen"], markersize=5)
    depth.axvspan(1, 4, color=theme["skin"], alpha=0.25, linewidth=0)
    depth.annotate("bulge to bulb", (2.5, 0.58), color=theme["quiet"], ha="center", fontsize=9)
    _named(depth, theme, "What is left of the drug in the dermis", "depth, mm", "share")
    return figure


def healing_picture(theme: Colours) -> Figure:
    figure, (axis, matrix) = _panels([3.0, 2.5], theme)
    wound, days = 0.4, np.arange(0, 84, 0.5)
    p = _centre().healing
    tau = float(p.peak_days[0])
    for interval, line, colour in ((28, "-", theme["anagen"]), (7, "--", theme["telogen"])):
        signals, seen = healing.intact(1), []
        for day in days:
            new = wound if day % interval == 0 and day < 3 * interval else 0.0
            signals = healing.step(signals, 0.5, jnp.array([new]), jnp.zeros(1), p)
            seen.append(float(signals.repair[0]))
        axis.plot(
            days + 0.5,
            seen,
            line,
            color=colour,
            linewidth=2,
            label=f"three sessions, every {interval} days",
        )
        state, at, exact = np.zeros(2), [], []
        for session in range(3):
            state[0] += np.e * wound
            length = interval if session < 2 else 84 - 2 * interval
            solved = solve_ivp(
                lambda _, y: [-y[0] / tau, (y[0] - y[1]) / tau],
                (0, length),
                state,
                rtol=1e-9,
                atol=1e-12,
                t_eval=np.arange(0, length, 3.5),
            )
            at += list(session * interval + solved.t)
            exact += list(solved.y[1])
            state = solve_ivp(
                lambda _, y: [-y[0] / tau, (y[0] - y[1]) / tau],
                (0, length),
                state,
                rtol=1e-9,
                atol=1e-12,
            ).y[:, -1]
        axis.plot(
            at,
            exact,
            ".",
            color=theme["ink"],
            markersize=4,
            label="adaptive solver" if interval == 7 else "",
        )
    axis.axhline(wound, color=theme["needle"], linewidth=0.8, linestyle=":")
    _named(axis, theme, "The healing signal adds up over sessions", "days", "signal")
    axis.set_ylim(bottom=0)
    signals, ratios = healing.intact(DRAWS), []
    none, days = jnp.zeros(DRAWS), np.arange(0, 210, 0.5)
    for day in days:
        new = none + float(day in range(0, 140, 28))
        signals = healing.step(signals, 0.5, new, none, _numbers().healing)
        ratios.append(np.asarray(signals.collagen_ratio))
    _band(matrix, days + 0.5, 100 * (np.array(ratios).T - 1), theme["anagen"], "drawn, full wounds")
    matrix.plot([112 + 56], [53.2], "s", color=theme["telogen"], label="measured on the face")
    _named(matrix, theme, "Collagen after five monthly sessions", "days", "change, %")
    return figure


def perfusion_picture(theme: Colours) -> Figure:
    figure, (axis,) = _panels([3.2], theme)
    p = _numbers()
    signals, vessels, seen = healing.intact(DRAWS), jnp.zeros(DRAWS), []
    sessions, days = (0, 28, 56, 84), np.arange(0, 240, 0.5)
    none = jnp.zeros(DRAWS)
    for day in days:
        signals = healing.step(signals, 0.5, none + float(day in sessions), none, p.healing)
        vessels = flow.chronic_step(vessels, 0.5, signals.repair, p.perfusion)
        seen.append(np.asarray(flow.ratio(none, none, vessels, p.perfusion)))
    _band(axis, days + 0.5, 100 * (np.array(seen).T - 1), theme["anagen"], "drawn, full wounds")
    axis.plot(
        [84 + 91] * 2,
        [-25.8, -42.3],
        "s",
        color=theme["telogen"],
        label="measured on face and neck",
    )
    axis.axhline(0, color=theme["needle"], linewidth=0.8)
    for session in sessions:
        axis.plot([session], [-72], "|", color=theme["needle"], markersize=12)
    _named(axis, theme, "Lasting change of resting flow, four monthly sessions", "days", "%")
    return figure


@cache
def _shock() -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    zero, never = jnp.zeros((follicles.CLASSES, 1)), jnp.zeros(1)
    anagen, telogen, kenogen = (jnp.full_like(zero, days) for days in (1095.0, 90.0, 60.0))
    delay = jnp.array([36.0])
    calm = follicles.steady_state(zero.at[4].set(230.0), anagen, telogen, kenogen, delay, STEP_DAYS)
    thrown = 0.3 * calm.anagen
    f = calm._replace(
        anagen=calm.anagen - thrown, telogen=calm.telogen.at[0].add(thrown.sum(axis=0))
    )
    rates = follicles.Rates(
        *history.stage_rates(anagen, telogen, kenogen),
        hit=never,
        thicken=zero,
        fall=zero,
        rise=never,
        loss=never,
    )
    shed, seen = [], []
    for _ in range(52 * STEPS_PER_WEEK):
        seen.append(float(follicles.visible(f).sum()))
        f, lost = follicles.step(f, rates, delay, STEP_DAYS)
        shed.append(float(lost.sum()) / STEP_DAYS)
    days = np.arange(len(shed)) * STEP_DAYS
    return days, np.array(shed), np.array(seen), float(follicles.visible(calm).sum())


def follicles_picture(theme: Colours) -> Figure:
    figure, (pulse, count) = _panels([2.7, 2.5], theme)
    days, shed, seen, before = _shock()
    pulse.plot(days + STEP_DAYS / 2, shed, color=theme["anagen"], linewidth=2, label="shed")
    pulse.axhline(
        230 / (1095 + 90 + 60 + 36),
        color=theme["needle"],
        linestyle=":",
        label="renewal theorem, before the shock",
    )
    pulse.axvspan(
        61, 122, color=theme["telogen"], alpha=0.18, linewidth=0, label="two to four months"
    )
    _named(
        pulse,
        theme,
        "After a shock that sends 30 % of growing hairs to rest",
        "days",
        "hairs/cm² a day",
    )
    pulse.set_ylim(bottom=0)
    count.plot(days, seen, color=theme["anagen"], linewidth=2, label="visible hairs")
    count.axhline(before, color=theme["needle"], linestyle=":", label="before")
    count.set_ylim(0, 230)
    _named(count, theme, "", "days", "hairs/cm²")
    return figure


@cache
def _untreated() -> dict[str, Forecast]:
    nothing = Protocol.from_table({"course": {"sessions": 0}}, "docs")
    found = {}
    for condition in CONDITIONS:
        if condition == "female_pattern_hair_loss":
            continue  # the same file as in men
        told = {"age": 50, "sex": "female", "condition": condition, "months_since_onset": 2}
        if condition == "androgenetic_alopecia":
            told |= {"sex": "male", "grade": "norwood_3v"}
        found[condition] = simulate(Patient.from_table(told, "docs"), nothing, draws=200)
    return found


def conditions_picture(theme: Colours) -> Figure:
    figure, (course, remission) = _panels([3.6, 3.0], theme)
    lines = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1))]
    colours = ["anagen", "telogen", "needle", "alarm", "ink"]
    for (name, forecast), line, colour in zip(_untreated().items(), lines, colours, strict=True):
        median = np.median(forecast.draws["total_density_per_cm2"], axis=0)
        course.plot(
            forecast.weeks,
            median,
            linestyle=line,
            color=theme[colour],
            linewidth=2,
            label=name.replace("_", " "),
        )
    course.set_ylim(0, 330)
    _named(course, theme, "Untreated, medians of 200 draws", "weeks", "hairs/cm²")
    course.legend(frameon=False, labelcolor=theme["ink"], fontsize=8.5, ncols=2, loc="upper left")
    p = _numbers().areata
    hazard = areata.hazard_per_day(p)
    days = np.arange(0, 731, 7)
    for course_days, line, colour in ((0.0, "-", "anagen"), (84.0, "--", "telogen")):
        ends = np.asarray(
            areata.remission_day(
                hazard, p.triamcinolone_factor, jnp.full(DRAWS, course_days), p.chance
            )
        )
        said = "untreated" if not course_days else "12 weeks of triamcinolone"
        remission.plot(
            days,
            [(ends <= day).mean() for day in days],
            line,
            color=theme[colour],
            linewidth=2,
            label=said,
        )
    remission.plot(
        [365, 365],
        [0.34, 0.50],
        color=theme["ink"],
        linewidth=5,
        alpha=0.5,
        label="34 to 50 % within a year",
    )
    remission.set_ylim(0, 1)
    _named(remission, theme, "Areata: share of draws in remission", "days", "share")
    return figure


def endpoints_picture(theme: Colours) -> Figure:
    figure, (force, pain) = _panels([2.7, 2.7], theme)
    diameter = np.linspace(30, 100, 100)
    strength = jnp.array([160.0, 200.0, 240.0])
    low, middle, high = (
        np.asarray(endpoints.break_force_gf(jnp.asarray(diameter), s)) for s in strength
    )
    force.fill_between(diameter, low, high, color=theme["anagen"], alpha=BAND_90, linewidth=0)
    force.plot(diameter, middle, color=theme["anagen"], linewidth=2, label="200 ± 40 MPa")
    force.axhspan(
        70, 100, color=theme["telogen"], alpha=0.2, linewidth=0, label="quoted for scalp hair"
    )
    _named(force, theme, "Pull that breaks a hair", "diameter, µm", "gram-force")
    depth = np.linspace(0.05, 1.6, 100)
    p = _centre().endpoints
    for needles, line in ((1.0, "-"), (10.0, "--")):
        hurt = endpoints.pain_vs_26g(jnp.asarray(depth), jnp.array(needles), p)
        pain.plot(
            depth,
            hurt,
            line,
            color=theme["anagen"],
            linewidth=2,
            label=f"{needles:.0f} needle{'s' if needles > 1 else ''}",
        )
    pain.plot(
        [0.48, 1.45], [0.05, 0.40], "s", color=theme["telogen"], label="published, one needle"
    )
    _named(pain, theme, "Pain of one strike, a 26G needle being 1", "depth reached, mm", "pain")
    return figure


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
    figure, (medicine, needled) = _panels([3.4, 3.0], theme)
    none, minoxidil, needling_only, both = _men()
    _band(medicine, none.weeks, _changes(none), theme["needle"], "nothing, drawn")
    _band(medicine, none.weeks, _changes(minoxidil), theme["anagen"], "minoxidil 5 %, drawn")
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
    _named(
        medicine, theme, "Men, change of total density; nothing was fitted", "weeks", "hairs/cm²"
    )
    _band(
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
    _named(needled, theme, "What needling adds, 12 sessions every 2 weeks", "weeks", "hairs/cm²")
    return figure


def forecast_picture(theme: Colours) -> Figure:
    figure, (axis,) = _panels([3.6], theme)
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
    _band(axis, none.weeks, _changes(minoxidil), theme["anagen"], "minoxidil 5 %")
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
    _named(axis, theme, "Change of total density", "weeks", "hairs/cm²")
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
    figure, (axis,) = _panels([0.27 * len(ranked) + 1.0], theme)
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
    _named(axis, theme, "", "hairs/cm² against doing nothing, mean over a year", "")
    return figure


DRAWINGS: dict[str, Callable[[Colours], Figure]] = {
    "needling": needling_picture,
    "closure": closure_picture,
    "delivery": delivery_picture,
    "healing": healing_picture,
    "perfusion": perfusion_picture,
    "follicles": follicles_picture,
    "conditions": conditions_picture,
    "endpoints": endpoints_picture,
    "course": course_picture,
    "forecast": forecast_picture,
    "planning": planning_picture,
}


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
            figure.savefig(
                folder / f"{name}-{theme}.svg",
                metadata={"Date": None},
                facecolor=figure.get_facecolor(),
            )
