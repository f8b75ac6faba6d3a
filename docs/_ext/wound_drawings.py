"""Pictures of what a wound sets going in the skin: healing, matrix, perfusion."""

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure
from panels import DRAWS, Colours, band, centre, named, numbers, panels
from scipy.integrate import solve_ivp

from anagen.scalp import (
    anatomy,
    fibrosis,
    healing,
    matrix,
    needling,
    treatment,
    wound_response,
)
from anagen.scalp import perfusion as flow
from anagen.scalp.fibrosis import Fibrosis
from anagen.scalp.inflammation import Hormones


def healing_picture(theme: Colours) -> Figure:
    figure, (axis,) = panels([3.0], theme)
    wound, days = 0.4, np.arange(0, 84, 0.5)
    p = centre().healing
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
    named(axis, theme, "The healing signal adds up over sessions", "days", "signal")
    axis.set_ylim(bottom=0)
    return figure


def matrix_picture(theme: Colours) -> Figure:
    figure, (collagen, young) = panels([2.7, 2.4], theme)
    p = numbers()
    none, half_days = jnp.zeros(DRAWS), np.arange(420)
    one = _response(DRAWS)
    new = jnp.asarray(np.isin(half_days, np.arange(5) * 56).astype(float))
    laid = treatment.summed(new, one.deposition)
    fibres, ratios, shares = matrix.intact(DRAWS), [], []
    for deposited in laid:
        fibres = matrix.step(fibres, 0.5, deposited, none, none, p.matrix)
        ratios.append(np.asarray(matrix.collagen_ratio(fibres)))
        shares.append(np.asarray(matrix.collagen_iii_share(fibres, p.matrix)))
    days = (half_days + 1) / 2
    band(collagen, days, 100 * (np.array(ratios).T - 1), theme["anagen"], "drawn, full wounds")
    collagen.plot([112 + 56], [53.2], "s", color=theme["telogen"], label="measured on the face")
    named(collagen, theme, "Collagen after five monthly sessions", "days", "change, %")
    band(young, days, 100 * np.array(shares).T, theme["anagen"], "drawn")
    named(young, theme, "Young collagen", "days", "% of all")
    return figure


def _response(draws: int) -> wound_response.Response:
    none = jnp.zeros(draws)
    p = numbers(draws)
    return wound_response.response(
        Hormones(none, none), none, p.healing.peak_days, p.inflammation, p.macrophages
    )


def wound_response_picture(theme: Colours) -> Figure:
    figure, (shapes, memory) = panels([2.7, 3.0], theme)
    c = centre()
    oestrogen = Hormones(jnp.array([0.0, 2.0]), jnp.zeros(2))
    two = jax.tree.map(lambda n: jnp.repeat(n, 2), (c.inflammation, c.macrophages))
    one = wound_response.response(oestrogen, jnp.zeros(2), jnp.full(2, 6.0), *two)
    days = (np.arange(one.influx.shape[0]) + 0.5) / 2
    shapes.plot(days, one.influx[:, 0], color=theme["anagen"], linewidth=2, label="macrophages")
    shapes.plot(
        days, one.influx[:, 1], "--", color=theme["telogen"], linewidth=2, label="under oestrogen"
    )
    days = (np.arange(one.deposition.shape[0]) + 0.5) / 2
    laid = one.deposition[:, 0]
    shapes.plot(days, laid / laid[1], ":", color=theme["needle"], linewidth=2, label="TGF-β")
    shapes.set_ylim(0, 1.3)
    named(shapes, theme, "What one session draws and leaves", "days", "share of the most")

    heights = jnp.logspace(2, 5, 80)
    circuit = Fibrosis(*(jnp.repeat(n, heights.size) for n in c.fibrosis))
    drawn = jnp.repeat(one.influx[:, :1], heights.size, axis=1)
    intervals, most = (1, 2, 3, 5, 7, 10, 14, 21, 28), []
    for interval in intervals:
        new = jnp.zeros(26 * 28).at[jnp.arange(12) * 2 * interval].set(1.0)
        end = fibrosis.follow(heights * treatment.summed(new, drawn), circuit, 0.5)[-1]
        most.append(float(heights[int(np.argmax(np.asarray(end) > 0.1))]))
    memory.plot(intervals, most, "o-", color=theme["alarm"], linewidth=2, label="lasting fibrosis")
    p = numbers()
    pen = (needling.PEN, 1.5, 12.0, 120.0, 4.0, np.nan)
    field = needling.channels(
        needling.Device(*(jnp.full(DRAWS, value) for value in pen)), p.needling
    )
    thick = anatomy.skin_mm(jnp.full(DRAWS, jnp.nan), jnp.ones(DRAWS), p.anatomy)
    wounded = needling.wounded_share(field, thick, p.needling.affected_margin_um)
    low, middle, high = np.quantile(
        np.asarray(p.healing.influx_per_ml_day * wounded), [0.05, 0.5, 0.95]
    )
    memory.axhspan(low, high, color=theme["anagen"], alpha=0.15, linewidth=0)
    memory.axhline(middle, color=theme["anagen"], linewidth=2, label="drawn, 1.5 mm pen")
    memory.set_yscale("log")
    named(
        memory, theme, "Hypothesis: twelve sessions, by their interval", "days between sessions",
        "cells/mL/d at the height",
    )  # fmt: skip
    return figure


def perfusion_picture(theme: Colours) -> Figure:
    figure, (axis,) = panels([3.2], theme)
    p = numbers()
    signals, vessels, seen = healing.intact(DRAWS), jnp.zeros(DRAWS), []
    sessions, days = (0, 28, 56, 84), np.arange(0, 240, 0.5)
    none = jnp.zeros(DRAWS)
    for day in days:
        signals = healing.step(signals, 0.5, none + float(day in sessions), none, p.healing)
        vessels = flow.chronic_step(vessels, 0.5, signals.repair, p.perfusion)
        seen.append(np.asarray(flow.ratio(none, none, vessels, p.perfusion)))
    band(axis, days + 0.5, 100 * (np.array(seen).T - 1), theme["anagen"], "drawn, full wounds")
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
    named(axis, theme, "Lasting change of resting flow, four monthly sessions", "days", "%")
    return figure
