"""Numbers and answers in words that hold on every page: warm, plain, and promising nothing."""

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from anagen.kept_forecast import AnyForecast
    from anagen.protocol import Protocol

THIN = "\u202f"  # narrow no-break space: a number and its unit stay on one line
JOINERS = "\u200c\u200d"  # invisible, but some scripts cannot be spelt without them
TOTAL = "total_density_per_cm2"

CONTEXT = (
    "This page supports a talk between a person and their clinician about suitability, options "
    "and expectations. It is not a medical device and not cleared or CE-marked. It never decides, "
    "diagnoses or doses by itself."
)
OFF_LABEL = (
    "Off-label: microneedling devices are cleared for scars and wrinkles, not for hair loss, and "
    "not for bringing medicine into the skin."
)
OFF_LABEL_SOURCE = "FDA, Microneedling Devices; 21 CFR 878.4430"

DECISIONS: Mapping[str, str] = {
    "proceed": "Nothing found that speaks against needling",
    "caution": "Needling only with care",
    "defer": "Not now: wait first",
    "refer": "Ask a specialist first",
    "do_not_treat": "Do not needle",
}
NEXT_STEPS: Mapping[str, str] = {
    "proceed": "Talk the options over with your clinician, no needling included, and take the "
    "time you need.",
    "caution": "Settle the points found here with your clinician before any first session.",
    "defer": "Keep the needles away for now. Come back when the wait is over and look again.",
    "refer": "Ask for an appointment with a dermatologist and take this page with you.",
    "do_not_treat": "Leave the needles out. Show this page to your clinician and talk about what "
    "else can help.",
}
SEVERITIES: Mapping[str, str] = {
    "absolute": "Rules it out",
    "relative": "Speaks against it",
    "caution": "Take care",
    "information": "Good to know",
}
CONCERNS: Mapping[str, str] = {
    "procedure": "needling",
    "anaesthetic": "the numbing cream",
    "topical_minoxidil": "minoxidil on the skin",
    "prp": "PRP",
    "medicine": "a medicine by mouth",
    "operator": "the person who needles",
}
CERTAINTIES: Mapping[str, str] = {
    "high": "high",
    "moderate": "moderate",
    "low": "low",
    "judgement": "this project's own judgement",
}
# endpoint: (what it is, unit)
ENDPOINTS: Mapping[str, tuple[str, str]] = {
    TOTAL: ("Visible hairs", "hairs/cm²"),
    "terminal_density_per_cm2": ("Thick (terminal) hairs", "hairs/cm²"),
    "vellus_density_per_cm2": ("Fine (vellus) hairs", "hairs/cm²"),
    "mean_diameter_um": ("Mean hair diameter", "µm"),
    "anagen_fraction": ("Share of hairs in growth", "share"),
    "shed_per_day_per_1000": ("Hairs shed", "a day of 1,000"),
    "coverage": ("Scalp covered by hair", "share"),
    "hair_mass_index": ("Hair mass", "share of health"),
    "shaft_strength_gf": ("Force that breaks a hair", "gf"),
    "erythema": ("Redness", "0 none to 1 most"),
    "perfusion_ratio": ("Blood flow in the skin", "times the start"),
    "oxygen_supply_to_demand": ("Oxygen brought", "times the need"),
    "oxygen_edge_mmhg": ("Oxygen where it is lowest", "mmHg"),
    "collagen_ratio": ("Collagen", "times the start"),
    "collagen_iii_share": ("Young collagen", "share of all"),
    "elastin_ratio": ("Elastin", "times the start"),
    "fibrosis": ("Lasting fibrosis (hypothesis)", "0 none to 1 full"),
    "plasma_minoxidil_ng_ml": ("Minoxidil in the blood", "ng/mL"),
    "channel_open_fraction": ("Needle channels still open", "share"),
    "healing_signal": ("Healing signal", "relative"),
    "follicles_per_cm2": ("Follicles", "a cm²"),
    "early_anagen_per_cm2": ("Hairs on their way up", "a cm²"),
    "infection_risk": ("Risk of infection so far", "share"),
}


def plain(text: str) -> str:
    """Text from outside without the characters that drive terminals or turn the reading order."""
    joined = " ".join(text.split())
    return "".join(
        character
        for character in joined
        if character in JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )


def decimals(value: float) -> int:
    """Those that a value is told with: none from 20 on, one from 2, two below."""
    return 0 if abs(value) >= 20 else 1 if abs(value) >= 2 else 2


def number(value: float) -> str:
    """A value as people read it, with a true minus sign."""
    text = f"{value:,.{decimals(value)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", "0"} else text.replace("-", "−")


def signed(value: float) -> str:
    """A change in whole hairs, with its sign."""
    whole = round(value)
    return "0" if whole == 0 else f"{whole:+,d}".replace("-", "−")


def of_draws(values: "np.ndarray") -> dict[str, float]:
    """The middle and the range of nine in ten of drawn values."""
    import numpy as np  # kept away from what only screens

    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return {"p05": float(low), "median": float(middle), "p95": float(high)}


def with_band(quantiles: Mapping[str, float]) -> str:
    """``+9 (−2 to +21)``: a median never stands without the range of 90 of 100 draws."""
    return (
        f"{signed(quantiles['median'])}{THIN}({signed(quantiles['p05'])}"
        f" to {signed(quantiles['p95'])})"
    )


def percent(chance: float) -> str:
    """A chance as a percentage that does not claim to be certain."""
    if chance < 0.01:
        return f"<{THIN}1{THIN}%"
    if chance > 0.99:
        return f">{THIN}99{THIN}%"
    return f"{100 * chance:.0f}{THIN}%"


_SHARES: tuple[tuple[float, str], ...] = (
    (0.05, "one person in twenty {one}"),
    (0.1, "one person in ten {one}"),
    (0.2, "one person in five {one}"),
    (0.25, "one person in four {one}"),
    (1 / 3, "one person in three {one}"),
    (0.5, "one person in two {one}"),
    (2 / 3, "two people in three {many}"),
    (0.75, "three people in four {many}"),
    (0.8, "four people in five {many}"),
    (0.9, "nine people in ten {many}"),
)


def people(chance: float, one: str, many: str) -> str:
    """A chance as people: ``one person in five sees``, ``two people in three see``."""
    if chance < 0.03:
        return f"hardly anyone {one}"
    if chance > 0.95:
        return f"nearly everyone {one}"
    share = min(_SHARES, key=lambda known: abs(known[0] - chance))[1]
    return "about " + share.format(one=one, many=many)


def one_in(chance: float) -> str:
    """A small chance as ``1 in 300``, to one leading digit."""
    if chance <= 0:
        return "none"
    if chance < 1e-5:
        return "less than 1 in 100,000"
    every = 1 / chance
    step = 10 ** (len(str(int(every))) - 1)
    return f"1 in {max(1, round(every / step)) * step:,d}"


def at_week(chances: Mapping[int, float], week: int) -> float:
    """The chance at ``week``, or at the last week before it for which there is one."""
    known = [each for each in chances if each <= week]
    return chances[max(known)] if known else 0.0


def no_needling(protocol: "Protocol") -> bool:
    """Whether a protocol does nothing at all: the option that every other is held against."""
    return protocol.course.sessions == 0 and not _with_medicine(protocol)


def _with_medicine(protocol: "Protocol") -> bool:
    topical = any(topical.drug != "none" for topical in protocol.topicals)
    return topical or bool(protocol.medicines)


def without_needles(protocol: "Protocol") -> bool:
    """Whether nothing is needled: doing nothing, or medicine only."""
    return protocol.course.sessions == 0


def short(protocol: "Protocol") -> str:
    """A protocol in a few letters, for the edge of a chart: ``0.6 mm × 12, medicine``."""
    medicine = _with_medicine(protocol)
    if protocol.course.sessions == 0 or protocol.device is None:
        return "medicine only" if medicine else "no needling"
    needled = f"{protocol.device.needle_mm:g} mm × {protocol.course.sessions}"
    return f"{needled}, medicine" if medicine else needled


def hairs(low: float, high: float) -> str:
    """A range of change in words: ``between 4 and 21 more hairs``."""
    least, most = round(low), round(high)
    if least == most:
        return "no more and no fewer hairs" if least == 0 else f"about {_more(least)}"
    if least >= 0:
        return f"between {least} and {most} more hairs"
    if most <= 0:
        return f"between {-most} and {-least} fewer hairs"
    return f"anything from {-least} fewer to {most} more hairs"


def _more(count: int) -> str:
    return f"{abs(count)} {'more' if count > 0 else 'fewer'} hairs"


def expectation(forecast: "AnyForecast", week: int) -> str:
    """What a person may expect against today, and how many see nothing that can be measured."""
    change = forecast.change(TOTAL, week)
    smallest = forecast.detectable.smallest_change_per_cm2
    said = (
        f"We expect {hairs(change['p05'], change['p95'])} on a thumbnail's area "
        f"(1{THIN}cm²) after {week} weeks"
    )
    if max(abs(change["p05"]), abs(change["p95"])) < smallest:
        return (
            f"{said}. A count cannot tell that from no change: it misses anything below "
            f"{number(smallest)} hairs."
        )
    gain = at_week(forecast.detectable.chance_of_gain, week)
    loss = at_week(forecast.detectable.chance_of_loss, week)
    none = people(max(0.0, 1 - gain - loss), "sees", "see")
    said = f"{said}; {none} no change that can be measured."
    if loss >= 0.05:
        lost = people(loss, "loses", "lose")
        said += f" {lost[0].upper()}{lost[1:]} hairs that a count can tell."
    return said
