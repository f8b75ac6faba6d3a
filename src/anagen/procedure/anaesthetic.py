"""Numbing cream: is this dose one that its label allows this person on this area, today?

Equations
    mg of a substance     grams · mg per gram;  mg/kg over the body weight
    share of a limit      value / limit, for grams, area, grams per 10 cm² and minutes
    share of the day      Σ max(grams share, area share) over creams + other lidocaine / its limit
A dose is allowed where no share is above one, no screening rule on numbing forbids it, and nothing
that a limit or a rule needs is unknown. It is refused otherwise, with every reason and question:
it is never made smaller in silence. mg/kg is what was put on, not what went into the blood; labels
give no limit for it.
Sources: ``anaesthetics.toml`` (labels), ``rules.toml`` (rules that apply to the anaesthetic).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite
from types import MappingProxyType

from anagen.evidence.anaesthetics import Allowance, Labels, Product, anaesthetic_labels
from anagen.evidence.statements import Basis, Statement
from anagen.patient import Patient
from anagen.procedure.asked import Asked
from anagen.procedure.numbing_rules import PersonalLimit, rules_met
from anagen.protocol import Anaesthetic
from anagen.reading import BadInput

_SMALLEST_GRAMS = 0.1  # no tube is measured out more finely


@dataclass(frozen=True)
class Limit:
    """One limit, and how much of it this dose takes."""

    name: str
    value: float
    most: float
    unit: str
    said: str  # for whom it holds
    basis: Basis

    @property
    def share(self) -> float:
        """``value`` over ``most``."""
        return self.value / self.most


@dataclass(frozen=True)
class CreamDose:
    """One cream of the day."""

    product: str
    label: str
    drug_class: str
    grams: float
    area_cm2: float
    grams_per_10_cm2: float
    mg: Mapping[str, float]  # substance -> mg put on
    mg_per_kg: Mapping[str, float]
    limits: tuple[Limit, ...]
    numbs_from_minutes: float  # the label's shortest time; a shorter one may not numb
    remove_by_minutes: float  # the longest time allowed; all of it is off before the first needle


@dataclass(frozen=True)
class Allowed:
    """A dose that is within every limit on record."""

    creams: tuple[CreamDose, ...]
    total_mg: Mapping[str, float]  # by substance, over all creams
    total_mg_per_kg: Mapping[str, float]
    other_lidocaine: Limit
    share_of_day: float
    cautions: tuple[Statement, ...]  # rules that apply and do not forbid
    watch: tuple[Statement, ...]

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Every limit of every cream, and that of other lidocaine."""
        return (*(limit for cream in self.creams for limit in cream.limits), self.other_lidocaine)


@dataclass(frozen=True)
class Refused:
    """Why a dose is not allowed, and what would have to be known first."""

    reasons: tuple[Statement, ...]
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class Largest:
    """The most of a cream that its label allows; ``grams`` is None where it allows none."""

    grams: float | None
    outcome: Allowed | Refused


def numbing_dose(
    creams: Sequence[Anaesthetic], patient: Patient, other_lidocaine_mg: float | None
) -> Allowed | Refused:
    """All creams of one day for one person; products on top of each other or on several zones
    add up.

    ``other_lidocaine_mg``: lidocaine or another local anaesthetic given on that day by other
    ways, mg; None is unknown and is asked for. Raises `BadInput` for no cream or no such amount.
    """
    if not creams:
        raise BadInput("numbing: there is no cream; state anaesthetic.drug.")
    if other_lidocaine_mg is not None and not (
        isfinite(other_lidocaine_mg) and other_lidocaine_mg >= 0
    ):
        raise BadInput(
            f"other_lidocaine_mg is {other_lidocaine_mg:g}; allowed is a number of mg, 0 or more."
        )
    labels = anaesthetic_labels()
    reasons: list[Statement] = []
    asked: list[Asked] = []
    cautions: list[Statement] = []
    doses: list[CreamDose] = []
    if patient.weight_kg is None:
        asked.append(Asked(labels.questions["weight_kg"], "weight_kg"))
    if other_lidocaine_mg is None:
        asked.append(Asked(labels.questions["other_lidocaine"], "other_lidocaine_mg"))
    for cream in creams:
        met = rules_met(cream, patient, labels)
        reasons += met.reasons
        cautions += met.cautions
        asked += met.asked
        product = labels.products[cream.drug]
        if product.refused:
            reasons.append(product.refused)
            continue
        if patient.weight_kg is None:
            continue
        allowance = _allowance(product, patient.age, patient.weight_kg)
        if allowance is None:
            reasons.append(_no_label(product, patient))
        elif cream.grams is not None and cream.area_cm2 is not None and cream.minutes is not None:
            dose = _dose(cream, product, allowance, met.limits, patient.weight_kg)
            doses.append(dose)
            reasons += [
                _above(limit, product, labels) for limit in dose.limits if limit.value > limit.most
            ]
    if patient.weight_kg is None or other_lidocaine_mg is None:
        return _refused(reasons, asked)
    other = labels.other_lidocaine
    by_other_ways = Limit(
        "other lidocaine", other_lidocaine_mg, other.limit_mg(patient.weight_kg), "mg",
        other.said, other.basis,
    )  # fmt: skip
    share = by_other_ways.share + sum(_share(dose) for dose in doses)
    if share > 1:
        text = f"All of the day together is {share:.2f} of what is allowed. "
        reasons.append(Statement(text + labels.sum_of_shares.text, labels.sum_of_shares.basis))
    if reasons or asked:
        return _refused(reasons, asked)
    total = _total(dose.mg for dose in doses)
    return Allowed(
        creams=tuple(doses),
        total_mg=total,
        total_mg_per_kg=_per_kg(total, patient.weight_kg),
        other_lidocaine=by_other_ways,
        share_of_day=share,
        cautions=_once(cautions),
        watch=(*labels.watch, labels.no_limit_per_kg),
    )


def largest_grams(
    cream: Anaesthetic,
    patient: Patient,
    other_lidocaine_mg: float | None,
    beside: Sequence[Anaesthetic] = (),
) -> Largest:
    """The most grams of ``cream`` that the labels allow on its area, beside the other creams of
    the day; rounded down to a tenth of a gram. What ``cream`` says of grams does not count.

    Raises `BadInput` as `numbing_dose` does.
    """
    nothing = numbing_dose(
        (cream.model_copy(update={"grams": 0.0}), *beside), patient, other_lidocaine_mg
    )
    if isinstance(nothing, Refused):
        return Largest(None, nothing)
    dose = nothing.creams[0]
    most = {limit.name: limit.most for limit in dose.limits}
    left = 1 - (nothing.share_of_day - _share(dose))
    room = min(most["grams"] * left, most["grams per 10 cm²"] * dose.area_cm2 / 10)
    grams = floor(room / _SMALLEST_GRAMS) * _SMALLEST_GRAMS
    # The second try is for a rounding of the last bit.
    for less in (0.0, _SMALLEST_GRAMS):
        tried = round(grams - less, 1)
        if tried <= 0:
            break
        filled = cream.model_copy(update={"grams": tried})
        outcome = numbing_dose((filled, *beside), patient, other_lidocaine_mg)
        if isinstance(outcome, Allowed):
            return Largest(tried, outcome)
    text = "Less than a tenth of a gram is left of what is allowed."
    return Largest(None, Refused((Statement(text, anaesthetic_labels().sum_of_shares.basis),), ()))


def _allowance(product: Product, age: float, weight_kg: float) -> Allowance | None:
    """What the label allows at this age; who is lighter than that gets what lighter people get."""
    of_age = next((i for i, one in enumerate(product.people)
                   if one.from_years <= age < one.below_years), None)  # fmt: skip
    if of_age is None:
        return None
    heavy_enough = [one for one in product.people[: of_age + 1] if weight_kg >= one.from_kg]
    return heavy_enough[-1] if heavy_enough else None


def _no_label(product: Product, patient: Patient) -> Statement:
    said = "; ".join(one.said for one in product.people)
    text = (
        f"The label of {product.label} has no dose for {patient.age:g} years and "
        f"{patient.weight_kg:g} kg. It has one for: {said}."
    )
    return Statement(text, product.people[0].basis)


def _dose(
    cream: Anaesthetic,
    product: Product,
    allowance: Allowance,
    personal: Iterable[PersonalLimit],
    weight_kg: float,
) -> CreamDose:
    grams, area, minutes = cream.grams, cream.area_cm2, cream.minutes
    assert grams is not None
    assert area is not None
    assert minutes is not None
    values = {
        "grams": (grams, "g"),
        "area": (area, "cm²"),
        "grams per 10 cm²": (10 * grams / area, "g"),
        "minutes": (minutes, "min"),
    }
    most = {
        "grams": allowance.most_grams,
        "area": allowance.most_area_cm2,
        "grams per 10 cm²": allowance.most_grams_per_10_cm2,
        "minutes": allowance.most_minutes,
    }
    limits = [
        Limit(name, values[name][0], most[name], values[name][1], allowance.said, allowance.basis)
        for name in values
    ]
    limits += [
        Limit(one.name, values[one.name][0], one.most, values[one.name][1], one.said, one.basis)
        for one in personal
    ]
    mg = {substance: grams * each for substance, each in product.mg_per_gram.items()}
    return CreamDose(
        product=product.key,
        label=product.label,
        drug_class=product.drug_class,
        grams=grams,
        area_cm2=area,
        grams_per_10_cm2=10 * grams / area,
        mg=MappingProxyType(mg),
        mg_per_kg=_per_kg(mg, weight_kg),
        limits=tuple(limits),
        numbs_from_minutes=allowance.least_minutes,
        remove_by_minutes=min(limit.most for limit in limits if limit.name == "minutes"),
    )


def _above(limit: Limit, product: Product, labels: Labels) -> Statement:
    text = (
        f"{limit.name} is {limit.value:g} {limit.unit}; {product.label} is allowed up to "
        f"{limit.most:g} {limit.unit} ({limit.said})."
    )
    if limit.name == "area" and limit.most < labels.whole_scalp_cm2 <= limit.value:
        text = f"{text} {labels.whole_scalp.text}"
    return Statement(text, limit.basis)


def _share(dose: CreamDose) -> float:
    """Of the limits that say how much may be absorbed: grams and area."""
    return max(limit.share for limit in dose.limits if limit.name in {"grams", "area"})


def _total(amounts: Iterable[Mapping[str, float]]) -> Mapping[str, float]:
    total: dict[str, float] = {}
    for amount in amounts:
        for substance, mg in amount.items():
            total[substance] = total.get(substance, 0.0) + mg
    return MappingProxyType(total)


def _per_kg(mg: Mapping[str, float], weight_kg: float) -> Mapping[str, float]:
    return MappingProxyType({substance: each / weight_kg for substance, each in mg.items()})


def _refused(reasons: Iterable[Statement], asked: Iterable[Asked]) -> Refused:
    return Refused(_once(reasons), tuple(dict.fromkeys(asked)))


def _once(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    return tuple({one.text: one for one in statements}.values())
