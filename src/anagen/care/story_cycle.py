"""The hair's cycle: one hair in the middle, around it this person's shares in growth and rest.

The ring's segments are the medians of ``anagen_fraction`` today and at the last week; the pale part
of the inner ring is its range of nine in ten. How long the bead takes through each is drawn.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from anagen.care import words
from anagen.care.story_motion import (
    HEIGHT,
    INK,
    WIDTH,
    Drawing,
    Moment,
    Shape,
    between,
    eased,
    part,
    shape,
)
from anagen.care.story_tissue import air, pocket, sheath, skin, strand

if TYPE_CHECKING:
    from anagen.forecast import Forecast

X, Y = WIDTH / 2, HEIGHT / 2
TODAY, LATER, LENS = 132.0, 115.0, 102.0  # px, radii
RESTS = 34 / 60  # when the hair of the picture comes to rest, …
LETS_GO = 50 / 60  # … falls, …
FALLEN = 57 / 60  # … and is gone
SURFACE, DEEP, HIGH = 148.0, 234.0, 196.0  # px; the skin, and the root in growth and at rest
LENGTH = 72.0
HALF = 7.0  # of the follicle's width
NEIGHBOURS = ((X - 64, 40.0), (X + 64, 46.0))  # px; where they stand, and how long they are
STILLS = (8 / 60, 32 / 60, 44 / 60, 54 / 60)
MARKS = (("today", "ring", "anagen"), ("later", "ring thin", "anagen"), ("rest", "ring", "telogen"))


class Shares(NamedTuple):
    """Share of hairs in growth."""

    today: dict[str, float]
    later: dict[str, float]


def shares(forecast: "Forecast") -> Shares:
    """Today and at the last week, as p05, median and p95."""
    drawn = forecast.draws["anagen_fraction"]
    return Shares(words.of_draws(drawn[:, 0]), words.of_draws(drawn[:, -1]))


def picture(known: Shares, moments: tuple[str, ...]) -> Drawing:
    """``moments`` name a young hair, a long one, one at rest and one that falls."""
    return Drawing(
        key="cycle",
        shapes=(
            shape("rect", width=WIDTH, height=HEIGHT, fill=INK["card"]),
            *_ring(known.today["median"], TODAY, 17),
            *_ring(known.later["median"], LATER, 8),
            _unsure(known.later),
            _lens(),
            _bead(known.today["median"]),
        ),
        moments=tuple(map(Moment, STILLS, moments)),
        stills=STILLS,
        seconds=12,
    )


def _arc(radius: float, width: float, start: float, end: float, token: str, **more: Any) -> Shape:
    """Part of a ring, clockwise from its top; the whole is 1, drawn as a dash of 100."""
    return shape(
        "circle",
        cx=X,
        cy=Y,
        r=radius,
        fill="none",
        stroke=INK[token],
        stroke_width=width,
        pathLength=100,
        stroke_dasharray=f"{100 * (end - start):.2f} 100",
        stroke_dashoffset=f"{-100 * start:.2f}",
        transform=f"rotate(-90 {X:g} {Y:g})",
        **more,
    )


def _ring(growing: float, radius: float, width: float) -> tuple[Shape, Shape]:
    return (
        _arc(radius, width, 0, growing, "anagen"),
        _arc(radius, width, growing, 1, "telogen"),
    )


def _unsure(later: dict[str, float]) -> Shape:
    return _arc(LATER, 8, later["p05"], later["p95"], "card", stroke_opacity=0.55)


def _bead(growing: float) -> Shape:
    """Where in the cycle the hair of the picture stands."""

    def turned(time: float) -> str:
        through = (
            growing * part(time, 0, RESTS)
            if time < RESTS
            else between(growing, 1, part(time, RESTS, 1))
        )
        return f"{360 * through:.1f} {X:g} {Y:g}"

    bead = shape(
        "circle", cx=X, cy=Y - TODAY, r=10, fill=INK["card"], stroke=INK["ink"],
        stroke_width=3.5,
    )  # fmt: skip
    return shape("g", bead, moving={"rotate": turned})


def _root(time: float) -> float:
    """How deep the follicle reaches: down when it grows, up when it rests."""
    return between(between(HIGH, DEEP, eased(time, 0, 0.16)), HIGH, eased(time, RESTS, RESTS + 0.1))


def _above(time: float) -> float:
    """How far the hair stands out of the skin; first it has to come up."""
    if time < 0.16:
        return -between(HIGH - SURFACE - 8, 0, eased(time, 0, 0.16))
    return LENGTH * part(time, 0.16, RESTS)


def _neighbour(x: float, above: float) -> tuple[Shape, ...]:
    """A hair that stands still beside the one that is told of."""
    line = strand(x, DEEP - 16, SURFACE, above)
    return (
        sheath(pocket(x, SURFACE, DEEP - 8, 0.7 * HALF)),
        shape("path", d=line, fill="none", stroke=INK["ink"], stroke_opacity=0.32,
              stroke_width=3.4, stroke_linecap="round"),
    )  # fmt: skip


def _lens() -> Shape:
    """The skin around the one hair, cut along it."""
    bulb = 1.75 * HALF

    def hair(time: float) -> str:
        return strand(X, _root(time) - bulb, SURFACE, _above(time))

    def falls(time: float) -> str:
        up = -(HIGH - SURFACE) * eased(time, LETS_GO, LETS_GO + 0.05)
        passed = part(time, LETS_GO + 0.04, FALLEN)
        return f"{44 * passed:.1f} {up + 44 * passed**2:.1f}"

    def tilts(time: float) -> str:
        return f"{52 * part(time, LETS_GO + 0.04, FALLEN) ** 1.5:.1f} {X:g} {SURFACE:g}"

    def there(time: float) -> float:
        return 1 - part(time, FALLEN - 0.05, FALLEN)

    def growing(time: float) -> float:
        return eased(time, 0, 0.06) - eased(time, RESTS, RESTS + 0.06) + eased(time, 0.96, 1)

    def resting(time: float) -> float:
        return eased(time, RESTS + 0.04, RESTS + 0.1)

    def at_root(time: float) -> float:
        return _root(time) - bulb

    club = shape(
        "ellipse", cx=X, rx=5.5, ry=8, fill=INK["telogen"],
        moving={"cy": at_root, "opacity": resting},
    )  # fmt: skip
    line = shape(
        "path", fill="none", stroke=INK["ink"], stroke_width=5, stroke_linecap="round",
        moving={"d": hair},
    )  # fmt: skip
    shed = shape("g", line, club, moving={"rotate": tilts})
    root = shape(
        "circle", cx=X, r=bulb - 3, fill=INK["anagen"],
        moving={"cy": at_root, "opacity": growing},
    )  # fmt: skip
    return shape(
        "g",
        shape("clipPath", shape("circle", cx=X, cy=Y, r=LENS), id="@-lens"),
        shape(
            "g",
            air(),
            *skin(SURFACE, 15),
            *(each for x, above in NEIGHBOURS for each in _neighbour(x, above)),
            sheath(lambda time: pocket(X, SURFACE, _root(time), HALF)),
            root,
            shape("g", shed, moving={"translate": falls, "opacity": there}),
            clip_path="url(#@-lens)",
        ),
    )
