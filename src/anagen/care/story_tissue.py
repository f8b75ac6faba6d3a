"""Skin and hair in cross-section, as the scenes of the story share them.

Layers, roots and bends are drawn, not computed; what a scene has to scale, it says itself.
"""

from typing import Any

import numpy as np

from anagen.care.story_motion import HEIGHT, INK, WIDTH, Moving, Shape, gradient, shape

RIDGE = 17.0  # px from one ridge of the epidermis to the next


def air() -> Shape:
    """The ground above the skin."""
    return shape("rect", width=WIDTH, height=HEIGHT, fill=INK["paper"])


def skin(surface: float, epidermis: float) -> tuple[Shape, ...]:
    """Dermis and epidermis from ``surface`` (px) down to the lower edge; horn as a fine line."""
    top = _wave(surface)
    tone, edge = INK["skin"], INK["telogen"]
    return (
        gradient("linear", "dermis", tone, 0.62, 0.34),
        shape("path", d=f"{top}V{HEIGHT:g}H0Z", fill=INK["card"]),
        shape("path", d=f"{top}V{HEIGHT:g}H0Z", fill="url(#@-dermis)"),
        shape("path", d=f"{top}{_ridges(surface + epidermis, epidermis)}Z", fill=tone),
        shape("path", d=top, fill="none", stroke=edge, stroke_width=1.6, stroke_opacity=0.7),
    )


def fibres(rows: int, top: float, bottom: float, seed: int) -> list[str]:
    """Paths of collagen fibres: short waves that lie loosely along the skin."""
    random = np.random.default_rng(seed)
    made = []
    for row in range(rows):
        y = top + (bottom - top) * (row + 0.5) / rows
        x, length = random.uniform(-20, WIDTH - 90), random.uniform(90, 170)
        tilt, bow = random.uniform(-8, 8), random.uniform(5, 10)
        step = length / 4
        made.append(
            f"M{x:.0f} {y:.0f}q{step / 2:.0f} {-bow:.0f} {step:.0f} {tilt / 4:.0f}"
            + f"t{step:.0f} {tilt / 4:.0f}" * 3
        )
    return made


def pocket(x: float, surface: float, bottom: float, half: float) -> str:
    """The outline of a follicle: its opening, its sheath and the bulb at ``bottom``."""
    bulb = 1.75 * half
    flare, wide = 0.7 * half, bulb - half
    # What is left of the depth for the straight neck, between the opening and the bulb.
    neck = max(bottom - surface - 20 - 3.4 * bulb, 0)
    down, swell = min(20, bottom - surface - 3.4 * bulb), 2.4 * bulb
    return (
        f"M{x - 1.7 * half:.1f} {surface:.1f}q{flare:.1f} 6 {flare:.1f} {down:.1f}v{neck:.1f}"
        f"c0 {bulb:.1f} {-wide:.1f} {1.2 * bulb:.1f} {-wide:.1f} {swell:.1f}"
        f"a{bulb:.1f} {bulb:.1f} 0 0 0 {2 * bulb:.1f} 0"
        f"c0 {-1.2 * bulb:.1f} {-wide:.1f} {swell * -0.6:.1f} {-wide:.1f} {-swell:.1f}"
        f"v{-neck:.1f}q0 {6 - down:.1f} {flare:.1f} {-down:.1f}z"
    )


def sheath(d: str | Moving) -> Shape:
    """A follicle with the outline ``d``: the lining of the skin, which dips down."""
    look: dict[str, Any] = {
        "fill": f"color-mix(in srgb,{INK['skin']} 82%,{INK['telogen']})",
        "stroke": INK["telogen"],
        "stroke_opacity": 0.5,
    }
    return (
        shape("path", d=d, **look) if isinstance(d, str) else shape("path", moving={"d": d}, **look)
    )


def strand(x: float, root: float, surface: float, above: float, lean: float = 0.16) -> str:
    """A hair from its root to its tip, ``above`` px over the skin (less than 0: still below)."""
    seen = max(above, 0.0)
    bend = lean * seen * min(1.0, seen / 60)
    return (
        f"M{x:.1f} {root:.1f}V{min(root, surface - min(above, 0.0)):.1f}"
        f"c0 {-0.4 * seen:.1f} {0.35 * bend:.1f} {-0.75 * seen:.1f} {bend:.1f} {-seen:.1f}"
    )


def _wave(y: float) -> str:
    """A surface that is not quite flat, from left to right."""
    step = WIDTH / 4
    return f"M0 {y:.1f}q{step / 2:.0f} -2.4 {step:.0f} 0" + f"t{step:.0f} 0" * 3


def _ridges(y: float, epidermis: float) -> str:
    """The lower border of the epidermis, from right to left."""
    count = int(np.ceil(WIDTH / RIDGE))
    deep = 0.8 * epidermis
    bumps = f"q{-RIDGE / 2:.1f} {deep:.1f} {-RIDGE:.1f} 0" * count
    return f"L{WIDTH:g} {y:.1f}{bumps}L0 {y:.1f}"
