"""The words people write for illnesses, medicines, allergies and findings, and the codes for them.

Terms stand in ``vocabulary.toml``, codes in ``codes.csv``. A name that is spelt wrongly is never
taken for a known one; `suggestion` says what may have been meant.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from anagen.evidence.sources import BadRecord, read_records
from anagen.reading import did_you_mean

KINDS = ("condition", "finding", "event", "medicine", "allergen", "allergy", "answer")
_CODE_COLUMNS = (
    "system", "code", "covers", "term", "display", "version", "source", "verification",
    "verified_on",
)  # fmt: skip
_ICD = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?")


@dataclass(frozen=True)
class Term:
    """One thing that can be stated about a person, under all its names."""

    key: str
    label: str
    kind: str
    is_a: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Code:
    """One code of ICD-10-CM or RxNorm; ``covers`` is "exact", or "family" for all below it."""

    system: str
    code: str
    covers: str
    term: str
    display: str
    version: str
    source: str
    verification: str
    verified_on: str


@dataclass(frozen=True)
class Vocabulary:
    """Terms, with the indices by which an entry is found."""

    terms: Mapping[str, Term]
    codes: tuple[Code, ...]
    by_name: Mapping[str, str]  # folded name -> term key
    by_icd: Mapping[str, tuple[str, bool]]  # code without dot -> (term key, covers its children)
    by_rxnorm: Mapping[str, str]
    wider: Mapping[str, frozenset[str]]  # term key -> itself and everything it is a kind of
    readable: tuple[str, ...]  # names as a suggestion shows them


def fold(text: str) -> str:
    """``text`` without case, accents, spaces and punctuation, and with ae and oe written e.

    The last makes haemophilia and hemophilia, naevus and nevus one name.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in plain if letter.isalnum())
    return letters.replace("ae", "e").replace("oe", "e")


def words(text: str) -> list[str]:
    """The lower-case words of ``text``; underscores and all dashes part words."""
    return "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()


def check_vocabulary(tables: Mapping[str, Any], rows: list[dict[str, str]]) -> Vocabulary:
    """A vocabulary from raw tables and code rows.

    Raises `BadRecord` for an unknown kind or parent, a name claimed by two terms, or a code
    without the mark of where and when it was verified.
    """
    terms = {key: _term(key, table) for key, table in tables.items()}
    by_name: dict[str, str] = {}
    for term in terms.values():
        for parent in term.is_a:
            if parent not in terms:
                raise BadRecord(f"term {term.key} is a kind of {parent}, which is no term.")
        for name in (term.key, term.label, *term.names, *term.brands):
            owner = by_name.setdefault(fold(name), term.key)
            if owner != term.key:
                raise BadRecord(f"the name {name!r} is claimed by {owner} and by {term.key}.")
    codes = tuple(_code(row, terms) for row in rows)
    readable = {
        " ".join(words(name)): None
        for term in terms.values()
        for name in (term.label, *term.names, *term.brands)
    }
    return Vocabulary(
        terms=MappingProxyType(terms),
        codes=codes,
        by_name=MappingProxyType(by_name),
        by_icd=MappingProxyType(
            {c.code.replace(".", ""): (c.term, c.covers == "family") for c in codes
             if c.system == "icd10cm"}
        ),
        by_rxnorm=MappingProxyType({c.code: c.term for c in codes if c.system == "rxnorm"}),
        wider=MappingProxyType({key: _wider(key, terms, ()) for key in terms}),
        readable=tuple(readable),
    )  # fmt: skip


@cache
def vocabulary() -> Vocabulary:
    """The project's own vocabulary."""
    text = files("anagen.evidence").joinpath("codes.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return check_vocabulary(read_records("vocabulary.toml"), rows)


def term_named(name: str, known: Vocabulary) -> str | None:
    """The term of a name exactly known, in any case and spacing; a plural s is allowed."""
    folded = fold(name)
    if folded in known.by_name:
        return known.by_name[folded]
    return known.by_name.get(folded[:-1]) if folded.endswith("s") and len(folded) > 4 else None


def term_coded(code: str, known: Vocabulary) -> str | None:
    """The term of an ICD-10-CM code (with or without its dot) or an RxNorm code.

    A code that is not listed itself belongs to the nearest listed family above it, if there is one.
    """
    code = code.strip().upper()
    if code.isascii() and code.isdigit():
        return known.by_rxnorm.get(code)
    if not is_icd(code):
        return None
    code = code.replace(".", "")
    if code in known.by_icd:
        return known.by_icd[code][0]
    for length in range(len(code) - 1, 2, -1):
        term, is_family = known.by_icd.get(code[:length], ("", False))
        if term:
            return term if is_family else None
    return None


def is_icd(text: str) -> bool:
    """Whether ``text`` has the shape of an ICD-10-CM code."""
    return _ICD.fullmatch(text.strip().upper()) is not None


def suggestion(written: str, known: Vocabulary) -> str:
    """`` (did you mean 'x'?)`` for a name spelt nearly like a known one, else nothing."""
    return "" if is_icd(written) else did_you_mean(" ".join(words(written)), known.readable)


def _term(key: str, table: Mapping[str, Any]) -> Term:
    strange = set(table) - {"label", "kind", "is_a", "names", "brands"}
    if strange:
        raise BadRecord(f"term {key} has unknown keys: {', '.join(sorted(strange))}.")
    if table.get("kind") not in KINDS:
        raise BadRecord(f"term {key} has no kind; allowed are {', '.join(KINDS)}.")
    return Term(
        key=key,
        label=table.get("label", key.replace("_", " ")),
        kind=table["kind"],
        is_a=tuple(table.get("is_a", ())),
        names=tuple(table.get("names", ())),
        brands=tuple(table.get("brands", ())),
    )


def _code(row: Mapping[str, str], terms: Mapping[str, Term]) -> Code:
    code = Code(**{column: (row.get(column) or "").strip() for column in _CODE_COLUMNS})
    if code.term not in terms:
        raise BadRecord(f"code {code.code} belongs to {code.term!r}, which is no term.")
    if not (code.source and code.verified_on and code.verification in {"computed", "secondary"}):
        raise BadRecord(f"code {code.code} does not say where and when it was verified.")
    if code.system not in {"icd10cm", "rxnorm"} or code.covers not in {"exact", "family"}:
        raise BadRecord(f"code {code.code} has an unknown system or cover.")
    return code


def _wider(key: str, terms: Mapping[str, Term], below: tuple[str, ...]) -> frozenset[str]:
    if key in below:
        raise BadRecord(f"term {key} is a kind of itself.")
    parents = (_wider(parent, terms, (*below, key)) for parent in terms[key].is_a)
    return frozenset({key}).union(*parents)
