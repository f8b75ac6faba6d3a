"""Letters as people search them: without case, accents and other marks."""

import unicodedata

# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ħ": "h"}
)


def folded(text: str) -> str:
    """``text`` without case, marks and repeated spaces: "Łukasz  MÜLLER" is "lukasz muller"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(plain.translate(_PLAIN).split())


def lot_key(lot: str) -> str:
    """A lot number as it is compared: "LOT ab-12/3" and "lotAB123" are one."""
    return "".join(letter for letter in folded(lot) if letter.isalnum())
