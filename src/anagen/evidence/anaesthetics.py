"""What the labels of numbing creams allow, and what screening rules ask for on top."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any

from anagen.evidence.rules import RuleBook, rule_book
from anagen.evidence.sources import BadRecord, Source, read_records, sources
from anagen.evidence.statements import (
    Basis,
    Statement,
    nothing_left,
    statement,
    take_basis,
    take_number,
    take_text,
)

CLASSES = ("amide", "ester", "amide and ester")
_NUMBERS = (
    "from_years", "below_years", "from_kg", "most_grams", "most_area_cm2", "most_grams_per_10_cm2",
    "least_minutes", "most_minutes",
)  # fmt: skip
_QUESTIONS = {"weight_kg", "minutes", "other_lidocaine", "unknown_entry"}


@dataclass(frozen=True)
class Allowance:
    """What a label allows people of some age and weight."""

    said: str
    from_years: float
    below_years: float
    from_kg: float
    most_grams: float
    most_area_cm2: float
    most_grams_per_10_cm2: float
    least_minutes: float
    most_minutes: float
    basis: Basis


@dataclass(frozen=True)
class Product:
    """One numbing cream. Either ``refused`` or with people whom its label allows it."""

    key: str
    label: str
    drug_class: str
    vasoconstrictor: bool
    under_dressing: bool
    mg_per_gram: Mapping[str, float]
    people: tuple[Allowance, ...]
    refused: Statement | None


@dataclass(frozen=True)
class Demand:
    """What a screening rule asks of the numbing, where it applies."""

    rule: str
    said: str
    refused: bool
    most_area_cm2: float
    most_minutes: float
    basis: Basis | None  # None: the rule's own sources


@dataclass(frozen=True)
class OtherLidocaine:
    """The most lidocaine by other ways on the same day."""

    said: str
    most_mg: float
    most_mg_per_kg: float
    basis: Basis

    def limit_mg(self, weight_kg: float) -> float:
        """The smaller of the two limits for a body weight."""
        return min(self.most_mg, self.most_mg_per_kg * weight_kg)


@dataclass(frozen=True)
class Labels:
    """All records on numbing creams."""

    products: Mapping[str, Product]
    demands: Mapping[str, Demand]
    other_lidocaine: OtherLidocaine
    sum_of_shares: Statement
    no_limit_per_kg: Statement
    whole_scalp: Statement
    whole_scalp_cm2: float
    watch: tuple[Statement, ...]
    questions: Mapping[str, str]


def check_labels(tables: Mapping[str, Any], known: Mapping[str, Source], book: RuleBook) -> Labels:
    """Typed records from raw tables. Raises `BadRecord`, naming the record and its fault.

    Every rule of the book on numbing must either refuse by itself or say what it asks for here.
    """
    left = dict(tables)
    other = dict(left.pop("other_lidocaine"))
    scalp = dict(left.pop("whole_scalp"))
    scalp_cm2 = take_number("whole_scalp", scalp, "area_cm2")
    demands = {key: _demand(key, table, known) for key, table in left.pop("rules").items()}
    about_numbing = {r.key for r in book.rules if r.applies_to == "anaesthetic"}
    absolute = {r.key for r in book.rules if r.category == "absolute"}
    if strange := set(demands) - (about_numbing - absolute):
        raise BadRecord(f"numbing rule {min(strange)} is no caution of the rule book on numbing.")
    if missing := about_numbing - absolute - set(demands):
        raise BadRecord(f"numbing rule {min(missing)} does not say what it asks for.")
    questions = left.pop("questions")
    if set(questions) != _QUESTIONS:
        raise BadRecord(f"numbing questions must be {', '.join(sorted(_QUESTIONS))}.")
    labels = Labels(
        products=MappingProxyType(
            {key: _product(key, table, known) for key, table in left.pop("products").items()}
        ),
        demands=MappingProxyType(demands),
        other_lidocaine=OtherLidocaine(
            said=take_text("other_lidocaine", other, "said"),
            most_mg=take_number("other_lidocaine", other, "most_mg"),
            most_mg_per_kg=take_number("other_lidocaine", other, "most_mg_per_kg"),
            basis=take_basis("other_lidocaine", other, known),
        ),
        sum_of_shares=statement("sum_of_shares", left.pop("sum_of_shares"), known),
        no_limit_per_kg=statement("no_limit_per_kg", left.pop("no_limit_per_kg"), known),
        whole_scalp=statement("whole_scalp", scalp, known),
        whole_scalp_cm2=scalp_cm2,
        watch=tuple(statement("watch", table, known) for table in left.pop("watch")),
        questions=MappingProxyType(dict(questions)),
    )
    nothing_left("anaesthetics", left)
    return labels


@cache
def anaesthetic_labels() -> Labels:
    """The project's own records."""
    return check_labels(read_records("anaesthetics.toml"), sources(), rule_book())


def _product(key: str, raw: Mapping[str, Any], known: Mapping[str, Source]) -> Product:
    where, table = f"product {key}", dict(raw)
    people = tuple(_allowance(where, each, known) for each in table.pop("people", ()))
    refused = table.pop("refused", None)
    if bool(people) == bool(refused):
        raise BadRecord(f"{where} must either be refused or have people whom its label allows it.")
    if [one.most_grams for one in people] != sorted(one.most_grams for one in people):
        raise BadRecord(f"{where} must list its people from the fewest grams up.")
    strengths = table.pop("mg_per_gram", None)
    if strengths is None or (people and not strengths):
        raise BadRecord(f"{where} has no mg_per_gram.")
    product = Product(
        key=key,
        label=take_text(where, table, "label"),
        drug_class=take_text(where, table, "class"),
        vasoconstrictor=_flag(where, table, "vasoconstrictor"),
        under_dressing=_flag(where, table, "under_dressing"),
        mg_per_gram=MappingProxyType(dict(strengths)),
        people=people,
        refused=statement(where, refused, known) if refused else None,
    )
    if product.drug_class not in CLASSES:
        raise BadRecord(f"{where} has no class; allowed are {', '.join(CLASSES)}.")
    nothing_left(where, table)
    return product


def _allowance(where: str, raw: Mapping[str, Any], known: Mapping[str, Source]) -> Allowance:
    table = dict(raw)
    said = take_text(where, table, "said")
    basis = take_basis(f"{where}, {said}", table, known)
    numbers = {name: take_number(f"{where}, {said}", table, name) for name in _NUMBERS}
    nothing_left(f"{where}, {said}", table)
    return Allowance(said=said, basis=basis, **numbers)


def _demand(key: str, raw: Mapping[str, Any], known: Mapping[str, Source]) -> Demand:
    where, table = f"numbing rule {key}", dict(raw)
    refused, said_only = table.pop("refused", False), table.pop("said_only", False)
    area, minutes = table.pop("most_area_cm2", inf), table.pop("most_minutes", inf)
    limited = area < inf or minutes < inf
    if refused + said_only + limited != 1:
        raise BadRecord(f"{where} must be one of refused, said_only or a limit.")
    demand = Demand(
        rule=key,
        said=take_text(where, table, "said") if limited else "",
        refused=refused,
        most_area_cm2=area,
        most_minutes=minutes,
        basis=take_basis(where, table, known) if limited else None,
    )
    nothing_left(where, table)
    return demand


def _flag(where: str, table: dict[str, Any], name: str) -> bool:
    value = table.pop(name, None)
    if not isinstance(value, bool):
        raise BadRecord(f"{where} needs {name}, true or false.")
    return value
