"""Pictures of what happens to the hair: cycle, conditions, endpoints."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure
from panels import DRAWS, Colours, centre, named, numbers, panels

from anagen.care.tokens import BAND_90
from anagen.evidence.parameters import draws, parameters
from anagen.forecast import Forecast, simulate
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp import endpoints, follicles, history, immune_privilege
from anagen.scalp.conditions import CONDITIONS, areata
from anagen.scalp.grid import STEP_DAYS, STEPS_PER_WEEK
from anagen.scalp.immune_privilege import ImmunePrivilege


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
    figure, (pulse, count) = panels([2.7, 2.5], theme)
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
    named(
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
    named(count, theme, "", "days", "hairs/cm²")
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
    figure, (course,) = panels([3.6], theme)
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
    named(course, theme, "Untreated, medians of 200 draws", "weeks", "hairs/cm²")
    course.legend(frameon=False, labelcolor=theme["ink"], fontsize=8.5, ncols=2, loc="upper left")
    return figure


def _privilege(drawn: dict[str, np.ndarray]) -> ImmunePrivilege:
    return ImmunePrivilege(
        *(jnp.asarray(drawn[f"immune_privilege.{name}"]) for name in ImmunePrivilege._fields)
    )


def immune_privilege_picture(theme: Colours) -> Figure:
    figure, (balance, one, many) = panels([2.7, 2.5, 2.7], theme)
    p = _privilege({key: np.array([record.centre]) for key, record in parameters().items()})
    fixed = immune_privilege.patch(p)
    guardians = np.linspace(0, 1, 400)
    left = jax.vmap(lambda g: immune_privilege.balance(g[None], fixed, p))(jnp.asarray(guardians))
    left = np.asarray(left)[:, 0]
    balance.plot(
        guardians, left + guardians, color=theme["anagen"], linewidth=2, label="production at rest"
    )
    balance.plot(guardians, guardians, ":", color=theme["needle"], label="loss")
    names = (("collapsed", (8, 6), "left"), ("saddle", (8, -3), "left"))
    names += (("privileged", (-4, -16), "right"),)
    for at, (name, shift, side) in zip(np.flatnonzero(np.diff(left > 0)), names, strict=True):
        rest = (guardians[at], guardians[at])
        balance.plot(*rest, "o", color=theme["telogen"])
        balance.annotate(
            name, rest, shift, textcoords="offset points", color=theme["ink"], fontsize=8.5, ha=side
        )
    named(balance, theme, "Guardians made, for those there are", "guardians", "per mean life")

    steps = 52 * STEPS_PER_WEEK
    days = (np.arange(steps) + 1) * STEP_DAYS
    weak = p._replace(
        steroid_loss_per_day=p.steroid_loss_per_day / 2,
        steroid_on_interferon=p.steroid_on_interferon / 2,
        relapse_chance=jnp.array([1e-9]),
    )
    found = draws(DRAWS, seed=0)
    lines = ((0.0, "-", "needle"), (1.0, "-.", "telogen"), (3.0, "--", "anagen"))
    every, one_dose = jnp.full(DRAWS, 21.0), jnp.ones(DRAWS)
    for sessions, line, colour in lines:
        said = "no session" if not sessions else f"{sessions:.0f} of triamcinolone"
        _, loop = immune_privilege.course(
            jnp.array([240.0]), one_dose[:1], jnp.array([sessions]), every[:1], weak, steps
        )
        one.plot(days, loop.guardians[:, 0], line, color=theme[colour], linewidth=2, label=said)
        drawn_areata = numbers().areata
        restored = -jnp.log(drawn_areata.chance) / areata.hazard_per_day(drawn_areata)
        _, loop = immune_privilege.course(
            restored, one_dose, jnp.full(DRAWS, sessions), every, _privilege(found), steps
        )
        share = (np.asarray(loop.guardians) > 0.5).mean(axis=1)
        many.plot(days, share, line, color=theme[colour], linewidth=2, label=said)
    many.plot([365, 365], [0.34, 0.50], color=theme["ink"], linewidth=5, alpha=0.5)
    one.set_ylim(0, 1.05)
    many.set_ylim(0, 1.15)
    named(one, theme, "One patch, half the central potency", "days", "guardians")
    named(many, theme, "Draws whose patch is privileged", "days", "share")
    many.legend(frameon=False, labelcolor=theme["ink"], fontsize=9, ncols=3, loc="upper right")
    return figure


def endpoints_picture(theme: Colours) -> Figure:
    figure, (force, pain) = panels([2.7, 2.7], theme)
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
    named(force, theme, "Pull that breaks a hair", "diameter, µm", "gram-force")
    depth = np.linspace(0.05, 1.6, 100)
    p = centre().endpoints
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
    named(pain, theme, "Pain of one strike, a 26G needle being 1", "depth reached, mm", "pain")
    return figure
