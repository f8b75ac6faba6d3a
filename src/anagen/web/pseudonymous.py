"""What of a record is told to who may read no name: numbers and known terms, nothing typed freely.

A medicine may be typed as "warfarin" and as "the one that her sister Eva takes". The first is told,
of the second that there is one.
"""

from typing import Any

from anagen.evidence.vocabulary import term_coded, term_named, vocabulary

NOT_TOLD = "not told"
_TYPED = {"name", "product"}
# Of a lot and of what a screening quotes, not even that.
_LEFT_OUT = {"lot", "expiry", "trigger", "unknown", "unrecognised"}


def without_free_text(value: Any) -> Any:
    """Plain data of a record without what somebody typed in their own words."""
    if isinstance(value, list):
        return [without_free_text(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _term(held) if name in _TYPED else without_free_text(held)
        for name, held in value.items()
        if name not in _LEFT_OUT
    }


def _term(typed: str) -> str:
    known = vocabulary()
    return typed if term_named(typed, known) or term_coded(typed, known) else NOT_TOLD
