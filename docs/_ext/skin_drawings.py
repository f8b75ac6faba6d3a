"""Pictures of what reaches the skin: needling, closure, delivery."""

import jax.numpy as jnp
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from panels import DRAWS, Colours, band, centre, named, numbers, panels

from anagen.evidence.parameters import parameters
from anagen.model_inputs import ZONES
from anagen.scalp import (
    anatomy,
    closure,
    delivery,
    needling,
    vehicle,
)


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


def anatomy_picture(theme: Colours) -> Figure:
    figure, (thick, deep) = panels([2.4, 2.6], theme)
    men, skin = jnp.ones(DRAWS), numbers().anatomy
    zones = list(ZONES)
    for place, zone in enumerate(zones):
        drawn = np.asarray(anatomy.skin_mm(jnp.full(DRAWS, ZONES[zone]), men, skin))
        low, middle, high = np.quantile(drawn, [0.05, 0.5, 0.95])
        thick.barh([place], [middle], color=theme["skin"], label="" if place else "published")
        thick.plot(
            [low, high],
            [place, place],
            color=theme["anagen"],
            linewidth=2,
            label="" if place else "drawn, 90 of 100",
        )
    thick.set_yticks(range(4), zones)
    thick.invert_yaxis()
    n, names = numbers().needling, []
    for place, (device, kind) in enumerate((("roller", 0), ("stamp", 1), ("pen", 2))):
        for shift, set_mm, colour in ((-0.15, 0.6, "anagen"), (0.15, 1.5, "telogen")):
            told = (kind, set_mm, np.nan, np.nan, 4.0, np.nan)
            made = needling.channels(needling.Device(*(jnp.full(DRAWS, v) for v in told)), n)
            low, middle, high = np.quantile(np.asarray(made.depth_mm), [0.05, 0.5, 0.95])
            label = "" if place else f"set to {set_mm:g} mm"
            deep.plot([low, high], [place + shift] * 2, color=theme[colour], linewidth=2)
            deep.plot([middle], [place + shift], "o", color=theme[colour], label=label)
        names.append(device)
    deep.set_yticks(range(3), names)
    deep.invert_yaxis()
    frontal = parameters()["anatomy.skin_frontal_mm"].centre
    deep.axvline(frontal, color=theme["needle"], linestyle=":", linewidth=1)
    deep.annotate(
        "frontal skin ends",
        (frontal, 0.5),
        (4, 0),
        textcoords="offset points",
        color=theme["quiet"],
        fontsize=9,
        va="center",
    )
    for panel in (thick, deep):
        panel.set_xlim(0, 3)
    named(thick, theme, "Epidermis and dermis of four zones, men", "mm", "")
    named(deep, theme, "Depth that needles reach", "mm", "")
    return figure


def bleeding_picture(theme: Colours) -> Figure:
    figure, (axis,) = panels([3.2], theme)
    lengths = np.linspace(0.1, 2.5, 49)
    n = numbers().needling
    epidermis = anatomy.epidermis_um(jnp.ones(DRAWS), numbers().anatomy)
    for device, kind, colour in (("roller", 0, "telogen"), ("pen", 2, "anagen")):
        shares = []
        for length in lengths:
            told = (kind, length, np.nan, np.nan, 4.0, np.nan)
            made = needling.channels(needling.Device(*(jnp.full(DRAWS, v) for v in told)), n)
            hits = needling.capillary_hits(made, epidermis, n)
            shares.append(np.asarray(needling.bleeding_share(hits)))
        band(axis, lengths, np.array(shares).T, theme[colour], device)
    axis.set_ylim(0, 1)
    named(axis, theme, "Channels that cut a capillary loop", "set needle length, mm", "share")
    return figure


def closure_picture(theme: Colours) -> Figure:
    figure, (axis, closed) = panels([2.9, 2.9], theme)
    p, hours = numbers().closure, np.geomspace(0.1, 500, 200)
    nothing_known = closure.Circumstances(*[jnp.full(DRAWS, jnp.nan)] * 4)
    depth = jnp.full(DRAWS, 0.6)
    seen = (
        ("impedance, bare skin", closure.IMPEDANCE, "anagen", "-", [2]),
        ("water loss", closure.WATER_LOSS, "telogen", "-", [4.5, 24, 48]),
        ("dye", closure.DYE, "needle", "--", [12, 18]),
        ("three-day impedance", closure.THREE_DAY, "ink", "-.", [40, 44.1, 60.3, 66.5]),
    )
    names = []
    for place, (name, assay, colour, line, published) in enumerate(seen):
        b = closure.barrier(jnp.full(DRAWS, assay), depth, nothing_known, p)
        shares = closure.barrier_open_share(jnp.asarray(hours)[:, None], b)
        low, middle, high = np.quantile(np.asarray(shares), [0.05, 0.5, 0.95], axis=1)
        axis.fill_between(hours, low, high, color=theme[colour], alpha=0.15, linewidth=0)
        axis.plot(hours, middle, line, color=theme[colour], linewidth=2, label=name)
        _spread(closed, place, np.asarray(closure.hours_until(jnp.array(0.05), b)), theme[colour])
        closed.plot(
            published,
            [place - 0.3] * len(published),
            "s",
            color=theme["alarm"],
            markersize=5,
            label="" if place else "published",
        )
        names.append(name)
    told = closure.barrier(closure.telling_assay(p), depth, nothing_known, p)
    _spread(closed, 4, np.asarray(closure.hours_until(jnp.array(0.05), told)), theme["quiet"])
    closed.set_yticks(range(5), [*names, "drug, any of them"])
    closed.invert_yaxis()
    peak = centre().healing.peak_days
    track = np.asarray(closure.track_open_share(jnp.asarray(hours) / 24, peak))
    axis.plot(hours, track, ":", color=theme["quiet"], linewidth=2, label="deep track")
    ticks = [0.1, 1, 2, 5, 12, 24, 72, 240]
    for panel in (axis, closed):
        panel.set_xscale("log")
        panel.set_xlim(0.1, 500)
        panel.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        panel.minorticks_off()
    named(axis, theme, "Open share of a channel, by what one looks at", "hours after needling", "")
    axis.set_ylim(0, 1.45)
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axis.legend(frameon=False, labelcolor=theme["ink"], fontsize=9, loc="upper left", ncols=3)
    named(closed, theme, "Time until it counts as closed (5 % left)", "hours after needling", "")
    return figure


def _spread(axis: Axes, place: float, drawn: np.ndarray, colour: str) -> None:
    """Line of 90 and bar of 50 of 100 draws, and the median."""
    low, lower, middle, upper, high = np.quantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95])
    axis.plot([low, high], [place, place], color=colour, linewidth=2)
    axis.plot([lower, upper], [place, place], color=colour, linewidth=9, alpha=0.5)
    axis.plot([middle], [place], "o", color=colour)


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
