"""What is kept, as a person reads it: days, keys and values in words, each with its unit."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from anagen.care.words import THIN

_UNITS = {
    "mm": "mm", "cm2": "cm²", "um": "µm", "kg": "kg", "percent": "%", "ml": "ml", "hours": "h",
    "minutes": "min", "grams": "g", "months": "months", "days": "days", "hz": "Hz", "s": "s",
}  # fmt: skip
_LABELS = {
    "months_since_onset": "Time since it began",
    "days_since_session": "Time since the session",
    "onset_hours": "Began after, in hours",
    "onset_days": "Began after, in days",
    "ended_days": "Ended after",
    "stopped_days_ago": "Stopped for",
    "days_ago": "Time since then",
    "sulfotransferase_od405": "Hair sulfotransferase assay",
    "off_label_said": "Told that it is off-label",
    "on": "Day",
    "born": "Birth date",
    "keep": "Use it even where it is questioned",
    "terminal_fraction": "Share of terminal hairs",
    "anagen_fraction": "Share of growing hairs",
    "needle_mm": "Needle length",
    "per_day": "Times a day",
    "mg_per_day": "Milligrams a day",
    "hold_hours": "Pause after a session",
    "depth_mm": "Depth set",
    "single_use": "Cartridge used once only",
    "grams": "Amount",
    "on_at": "Put on at",
    "off_at": "Taken off at",
    "minutes_after": "Time after the last needle",
    "pain_0_10": "Pain, 0 to 10",
    "reaction": "Reaction of the skin, even if none",
    "history_rechecked": "History asked again today",
}
# Values that say themselves what they are, and what a person typed.
_NAMES = ("name", "kind", "device_kind", "drug", "product", "zone", "side")
_TYPED = (
    "name", "product", "lot", "cartridge_lot", "device_model", "device_serial", "operator",
    "antiseptic", "reaction", "note", "action",
)  # fmt: skip


def day_in_words(value: date | datetime) -> str:
    """``7 Mar 2026``; of a moment, the day where the practice is."""
    local = value.astimezone() if isinstance(value, datetime) else value
    return f"{local.day} {local:%b %Y}"


def moment_in_words(value: datetime) -> str:
    """``7 Mar 2026, 14:05``, as the clock shows it where the practice is."""
    return f"{day_in_words(value)}, {value.astimezone():%H:%M}"


def capital(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def as_asked(question: str) -> str:
    """A question of the screening without how a file would answer it: here its field follows."""
    return question.partition(" List ")[0]


def rounded(text: str) -> str:
    """A text whose longer numbers are told with three digits that count."""
    return re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.3g}", text)


def label(name: str) -> str:
    """A key in words, without its unit."""
    if name in _LABELS:
        return _LABELS[name]
    words = [word for word in name.split("_") if word not in _UNITS and word != "per"]
    return " ".join(words).capitalize() or name


def unit(name: str) -> str:
    """The unit that a key carries, empty where it carries none."""
    words = name.split("_")
    if words[-2:] == ["per", "cm2"]:
        return "hairs/cm²"
    if name == "per_day":
        return ""
    return next((_UNITS[word] for word in reversed(words) if word in _UNITS), "")


def in_words(value: Any, key: str = "") -> str:
    """A value in words, with the unit of its key."""
    match value:
        case None | "":
            return "nothing"
        case []:
            return "none"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return moment_in_words(value)
        case date():
            return day_in_words(value)
        case int() | float():
            return f"{value:g}{THIN}{unit(key)}".rstrip(THIN)
        case Mapping():
            return ", ".join(_entry(name, each) for name, each in value.items())
        case list() | tuple():
            return "; ".join(in_words(each, key) for each in value)
        case str() if key == "grade":
            scale, _, stage = value.partition("_")
            return f"{'SALT' if scale == 'salt' else scale.capitalize()} {stage.upper()}"
        case _:
            return str(value) if key in _TYPED else str(value).replace("_", " ")


def _entry(name: str, value: Any) -> str:
    if name in _NAMES:
        return in_words(value, name)
    words = label(name)
    return f"{words[:1].lower()}{words[1:]} {in_words(value, name)}"
