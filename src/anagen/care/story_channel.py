"""The needle: one channel opens and closes, and how many of them one session leaves.

Depths are to scale: the plate stands off the skin by what of the set length does not go in. The
mouth closes as its open share does, 5 % left after the median of ``hours_to_closed``; its width is
drawn larger. The window shows as many channels as ``channels_per_cm2`` puts on its 2 x 2 mm.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from anagen.care import words
from anagen.care.story_motion import INK, Drawing, Moment, Shape, between, eased, part, shape
from anagen.care.story_tissue import air, fibres, skin
from anagen.evidence.parameters import parameters

if TYPE_CHECKING:
    from anagen.forecast import Forecast

SURFACE, FLOOR = 122.0, 300.0  # px
X = 132.0  # of the channel
MOUTH = 9.0  # px; half of its width when it is fresh
MOST_PX_PER_MM = 170.0
PLATE_ROOM = 74.0  # px above the skin for what stands off
WINDOW, WINDOW_X, WINDOW_Y, WINDOW_MM = 120.0, 264.0, 16.0, 2.0
IN, OUT = 8 / 60, 12 / 60  # when the needle is in, and out again
CLOSED = 52 / 60  # when the median closing time has passed
STILLS = (IN, OUT, 28 / 60, CLOSED)
STEPS = (IN, OUT, 20 / 60, 28 / 60, 36 / 60, 44 / 60, CLOSED)  # that have a name
LEFT_WHEN_CLOSED = 0.05  # the convention behind `hours_to_closed`
MARKS = (("reach", "line", "needle"), ("range", "bar", "quiet"), ("window", "square", "skin"))


class Channel(NamedTuple):
    """What one session does, each as p05, median and p95."""

    set_mm: float
    depth_mm: dict[str, float]
    per_cm2: dict[str, float]
    hours_to_closed: dict[str, float]
    epidermis_um: float


def channel(forecast: "Forecast") -> Channel:
    """The session of a protocol that needles."""
    device, session = forecast.protocol.device, forecast.session
    assert device is not None  # a protocol with sessions has one
    epidermis = "epidermis_men_um" if forecast.patient.sex == "male" else "epidermis_um"
    return Channel(
        set_mm=device.needle_mm,
        depth_mm=words.of_draws(session["depth_reached_mm"]),
        per_cm2=words.of_draws(session["channels_per_cm2"]),
        hours_to_closed=words.of_draws(session["hours_to_closed"]),
        epidermis_um=parameters()[f"anatomy.{epidermis}"].centre,
    )


def hours(known: Channel, time: float) -> float:
    """Hours since the session that the drawing shows."""
    return known.hours_to_closed["median"] * (time - OUT) / (CLOSED - OUT)


def open_share(time: float) -> float:
    """How much of the mouth is open: 5 % when `hours` reach the closing time, then none."""
    if time < OUT:
        return eased(time, 0.06, IN)
    left = LEFT_WHEN_CLOSED ** part(time, OUT, CLOSED)
    return left * (1 - part(time, CLOSED, 1))


def picture(known: Channel, moments: tuple[str, ...]) -> Drawing:
    """``moments`` name the needle in the skin, it out again, and times of closing."""
    reached = known.depth_mm["median"]
    stands_off = max(known.set_mm - reached, 0.0)
    scale = min(
        MOST_PX_PER_MM,
        (FLOOR - SURFACE - 14) / max(known.depth_mm["p95"], 0.1),
        PLATE_ROOM / max(stands_off, 0.01),
    )
    depth = reached * scale

    def cone(time: float) -> str:
        half = MOUTH * open_share(time)
        return (
            f"M{X - half:.2f} {SURFACE - 1:g}L{X:g} {SURFACE + depth:.1f}"
            f"L{X + half:.2f} {SURFACE - 1:g}Z"
        )

    wisps = " ".join(fibres(16, SURFACE + 30, FLOOR, seed=3))
    return Drawing(
        key="channel",
        shapes=(
            air(),
            *skin(SURFACE, max(6.0, known.epidermis_um / 1000 * scale)),
            shape("path", d=wisps, fill="none", stroke=INK["telogen"], stroke_opacity=0.22,
                  stroke_width=2),
            shape("path", fill=INK["card"], stroke=INK["needle"], stroke_width=1.4,
                  moving={"d": cone, "opacity": lambda time: float(open_share(time) > 0)}),
            _range(known, scale),
            _needle(known.set_mm * scale, depth),
            *_window(known),
        ),
        moments=tuple(map(Moment, STEPS, moments)),
        stills=STILLS,
        seconds=12,
    )  # fmt: skip


def _needle(length: float, depth: float) -> Shape:
    """Plate and needle; down at once, gone when the channel is open."""
    tip = SURFACE + depth
    plate = tip - length
    body = (
        shape("path", d=f"M{X - 6:g} {plate:.1f}L{X:g} {tip:.1f}L{X + 6:g} {plate:.1f}Z",
              fill=INK["needle"]),
        shape("rect", x=X - 58, y=plate - 200, width=116, height=200, rx=8,
              fill=INK["needle"], fill_opacity=0.9),
        shape("rect", x=X - 58, y=plate - 12, width=116, height=12, rx=4, fill=INK["ink"],
              fill_opacity=0.35),
    )  # fmt: skip

    def lifted(time: float) -> str:
        down = eased(time, 0.01, IN) - eased(time, IN + 0.02, OUT + 0.02)
        return f"0 {between(-tip - 40, 0, down):.1f}"

    return shape("g", *body, moving={"translate": lifted})


def _range(known: Channel, scale: float) -> Shape:
    """How deep nine in ten of the draws reach, and the middle of them."""
    low, middle, high = (SURFACE + known.depth_mm[q] * scale for q in ("p05", "median", "p95"))
    x = X + 44
    return shape(
        "path", d=f"M{x:g} {low:.1f}V{high:.1f}M{x - 7:g} {low:.1f}h14M{x - 7:g} {high:.1f}h14"
        f"M{x - 11:g} {middle:.1f}h22", stroke=INK["quiet"], stroke_width=2, fill="none",
    )  # fmt: skip


def spots(known: Channel) -> int:
    """Channels that stand in the window."""
    return round(known.per_cm2["median"] * WINDOW_MM**2 / 100)


def _window(known: Channel) -> tuple[Shape, ...]:
    """The skin from above; a channel is a dot that closes."""
    at = np.random.default_rng(5).uniform(6, WINDOW - 6, (spots(known), 2))
    dots = "".join(f"M{WINDOW_X + x:.0f} {WINDOW_Y + y:.0f}h0" for x, y in at)
    box = {"x": WINDOW_X, "y": WINDOW_Y, "width": WINDOW, "height": WINDOW, "rx": 10}
    return (
        shape("rect", **box, fill=INK["card"]),
        shape("rect", **box, fill=INK["skin"], stroke=INK["telogen"], stroke_width=1.5),
        shape("defs", shape("path", d=dots, id="@-channels")),
        shape(
            "use", href="#@-channels", fill="none", stroke=INK["ink"], stroke_opacity=0.75,
            stroke_linecap="round",
            moving={"stroke-width": lambda time: 4.6 * open_share(time)},
        ),
    )  # fmt: skip
