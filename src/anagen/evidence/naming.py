"""From what was written to a term: the words around a name that say when, where and how.

"history of cold sores", "psoriasis on the hands", "allergy to nickel" and "warfarin 5 mg tablets"
hold a known name and something said about it. Only the listed phrases are understood; whatever
else stands around a name leaves the entry unrecognised, to be asked about.
"""

import re
from dataclasses import dataclass, replace

from anagen.evidence.vocabulary import Vocabulary, term_coded, term_named, words


@dataclass(frozen=True)
class Recognised:
    """A term, and what the entry says about it besides."""

    term: str
    past: bool = False  # it is over
    elsewhere: bool = False  # it is not on the scalp
    allergy: bool = False  # it is what the person is allergic to


_DOSE = re.compile(
    r"\b\d+(?:[.,]\d+)?\s*(?:mg|mcg|µg|ug|g|ml|iu|units?|%)(?:\s*/\s*\w+)?(?!\w)", re.I
)
_FORMS = {
    "tablet", "tablets", "capsule", "capsules", "pill", "pills", "injection", "injections",
    "daily", "weekly", "once", "twice", "currently",
}  # fmt: skip
# Phrase -> what it says: "past", "elsewhere", "allergy", or "" for words that change nothing.
_ALWAYS = {
    "past": "past", "completed": "past", "finished": "past", "stopped": "past", "healed": "past",
    "allergy": "allergy", "active": "", "ongoing": "", "current": "", "recent": "", "scalp": "",
}  # fmt: skip
_BEFORE = _ALWAYS | {
    "history of": "past", "past history of": "past", "personal history of": "past",
    "h o": "past", "previous": "past", "prior": "past", "former": "past",
    "allergy to": "allergy", "allergic to": "allergy", "acute": "",
    "facial": "elsewhere", "hand": "elsewhere", "nail": "elsewhere", "genital": "elsewhere",
    "foot": "elsewhere",
}  # fmt: skip
_BODY = (
    "face", "body", "hand", "hands", "back", "arm", "arms", "leg", "legs", "elbows", "knees",
    "feet", "nails", "chest", "trunk",
)  # fmt: skip
_AFTER = _ALWAYS | {
    "history": "past", "in the past": "past", "resolved": "past", "hypersensitivity": "allergy",
    "elsewhere": "elsewhere", "not on the scalp": "elsewhere", "not on scalp": "elsewhere",
    "today": "", "in the field": "", "in field": "",
    "on the scalp": "", "of the scalp": "", "on scalp": "", "on the head": "",
    **{f"{joined}{part}": "elsewhere" for part in _BODY for joined in ("", "on the ", "of the ")},
}  # fmt: skip


def recognise(written: str, known: Vocabulary) -> Recognised | None:
    """What an entry says, or None where no term has that name or code."""
    term = term_coded(written, known) or term_named(written, known)
    if term:
        return Recognised(term)
    found = Recognised("")
    left = words(_DOSE.sub(" ", written))
    left = [word for word in left if word not in _FORMS] or left
    while left:
        term = term_named(" ".join(left), known)
        if term:
            return replace(found, term=term)
        said, left = _take_phrase(left)
        if said is None:
            return None
        found = replace(found, **{said: True}) if said else found
    return None


def _take_phrase(left: list[str]) -> tuple[str | None, list[str]]:
    """The longest known phrase at either end and the words without it; None if there is none."""
    for length in range(min(4, len(left) - 1), 0, -1):
        before, after = " ".join(left[:length]), " ".join(left[-length:])
        if before in _BEFORE:
            return _BEFORE[before], left[length:]
        if after in _AFTER:
            return _AFTER[after], left[:-length]
    return None, left
