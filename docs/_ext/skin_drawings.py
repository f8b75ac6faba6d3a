"""Pictures of what happens in the skin: needling to perfusion."""

import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure
from panels import DRAWS, Colours, band, centre, named, numbers, panels
from scipy.integrate import solve_ivp

from anagen.evidence.parameters import parameters
from anagen.scalp import closure, delivery, healing, needling, vehicle
from anagen.scalp import perfusion as flow


def needling_picture(theme: Colours) -> Figure:
    figure, (dense, deep) = panels([2.9, 2.9], theme)
    passes = np.arange(1, 21)
    n = centre().needling
    per_pass = float(
        needling.roller_density_per_cm2(
            n.roller_needles, n.roller_drum_radius_cm, n.roller_drum_width_cm, jnp.ones(1)
        )[0]
    )
    dense.plot(passes, per_pass * passes, color=theme["anagen"], linewidth=2, label="computed")
    dense.plot([15], [250], "s", color=theme["telogen"], label="published: about 250 after 15")
    named(dense, theme, "A roller with 192 needles", "passes", "channels per cm²")
    dense.set_ylim(bottom=0)
    dense.set_xticks([1, 5, 10, 15, 20])
    measured = {"roller": (0.198, "rat"), "stamp": (0.767, "array"), "pen": (1.0, "excised skin")}
    for place, (device, (point, said)) in enumerate(measured.items()):
        drawn = np.asarray(getattr(numbers().needling, f"{device}_depth_fraction"))
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
    named(deep, theme, "Depth reached, as a share of the set length", "share", "")
    return figure


def closure_picture(theme: Colours) -> Figure:
    figure, (axis, closed) = panels([2.6, 2.3], theme)
    hours = np.geomspace(0.1, 200, 200)
    tau = np.asarray(closure.time_constant_h(jnp.full(DRAWS, 0.6), numbers().closure))
    band(axis, hours, np.exp(-hours / tau[:, None]), theme["anagen"], "drawn, 0.6 mm deep")
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
    named(axis, theme, "Open share of a channel's mouth", "hours after needling", "open share")
    named(closed, theme, "Time until it counts as closed", "hours after needling", "")
    return figure


def delivery_picture(theme: Colours) -> Figure:
    figure, (gain, depth) = panels([3.2, 2.9], theme)
    d = centre().delivery
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
    named(gain, theme, "Permeability against intact skin", "channels per cm²", "times intact")
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
    named(depth, theme, "What is left of the drug in the dermis", "depth, mm", "share")
    return figure


def vehicle_picture(theme: Colours) -> Figure:
    figure, (two, five, given) = panels([2.3, 2.3, 2.6], theme)
    d = centre().delivery
    p = vehicle.Vehicle(
        *(np.array([parameters()[f"vehicle.{name}"].centre]) for name in vehicle.Vehicle._fields)
    )
    hour, ml_cm2 = np.ones(1), np.full(1, 0.01)
    minutes = 60 * np.asarray(vehicle.film_times_h(hour))[:, 0]
    intact = delivery.skin_permeability_cm_h(d.minoxidil_log_kow, d.minoxidil_molar_mass_g_mol, d)
    for axis, percent, line in ((two, 2.0, "--"), (five, 5.0, "-")):
        strength = np.full(1, percent)
        shares = vehicle.usual_composition(strength, p)
        film, _ = vehicle.drying(hour, strength, ml_cm2, shares, d.film_efficiency * intact, p, d)
        dissolved, precipitated, delivered = (np.asarray(part)[:, 0] for part in film)
        axis.plot(minutes, dissolved, color=theme["anagen"], linewidth=2, label="dissolved")
        axis.plot(
            minutes, precipitated, "--", color=theme["telogen"], linewidth=2, label="precipitated"
        )
        named(axis, theme, f"{percent:g} % solution, 1 mL on 100 cm²", "minutes", "µg/cm²")
        given.plot(
            minutes, delivered, line, color=theme["anagen"], linewidth=2, label=f"{percent:g} %"
        )
    cap = d.film_efficiency * delivery.intact_flux_ug_cm2_h(jnp.array([50.0]), d)
    given.plot(
        minutes,
        np.asarray(cap) * minutes / 60,
        ":",
        color=theme["needle"],
        linewidth=1.5,
        label="saturated all along: the cap",
    )
    named(given, theme, "Delivered through intact skin", "minutes", "µg/cm²")
    return figure


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
