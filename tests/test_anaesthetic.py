"""Numbing cream: no dose above a label's limit, none where something needed is unknown."""

import copy
from math import inf
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.evidence.anaesthetics import anaesthetic_labels, check_labels
from anagen.evidence.rules import rule_book
from anagen.evidence.sources import BadRecord, read_records, sources
from anagen.patient import Patient
from anagen.procedure import Allowed, Refused, largest_grams, numbing_dose
from anagen.protocol import Anaesthetic
from anagen.reading import BadInput

LABELS = anaesthetic_labels()
USABLE = [key for key, product in LABELS.products.items() if product.people]
BANDS = [(key, one) for key in USABLE for one in LABELS.products[key].people]
HEALTHY: dict[str, Any] = {
    "age": 34, "sex": "male", "condition": "androgenetic_alopecia", "weight_kg": 78.0,
    "conditions": [], "medications": [], "allergies": [], "scalp_findings": [],
}  # fmt: skip


def person(**changed: Any) -> Patient:
    return Patient.model_validate(HEALTHY | changed)


def cream(drug: str = "lidocaine_prilocaine", **changed: Any) -> Anaesthetic:
    stated = {
        "drug": drug, "grams": 10.0, "area_cm2": 100.0, "minutes": 60.0, "occluded": False,
        "heated": False, "on_needled_skin": False,
    }  # fmt: skip
    return Anaesthetic.model_validate(stated | changed)


def refusal(*creams: Anaesthetic, who: Patient | None = None, other: float | None = 0.0) -> Refused:
    answer = numbing_dose(creams, who or person(), other)
    assert isinstance(answer, Refused)
    return answer


def allowed(*creams: Anaesthetic, who: Patient | None = None, other: float = 0.0) -> Allowed:
    answer = numbing_dose(creams, who or person(), other)
    assert isinstance(answer, Allowed), answer
    return answer


# Labels: EMLA UK and Ireland 60 g, 600 cm², 5 h; UK LMX4 2 g/10 cm² up to 900 cm²; Pliaglis 53 g
# on 400 cm² for an hour; EMLA for children by age and weight.
@pytest.mark.parametrize(
    ("drug", "age", "kg", "grams", "area_cm2", "minutes"),
    [
        ("lidocaine_prilocaine", 34, 78, 60, 600, 300),
        ("lidocaine_prilocaine", 8, 25, 20, 200, 240),
        ("lidocaine_prilocaine", 3, 15, 10, 100, 240),
        ("lidocaine_prilocaine", 0.5, 7, 2, 20, 60),
        ("lidocaine_4", 34, 78, 180, 900, 60),
        ("lidocaine_tetracaine", 34, 78, 52, 400, 60),
    ],
)
def test_the_label_s_own_largest_dose_is_allowed_and_more_is_not(
    drug: str, age: float, kg: float, grams: float, area_cm2: float, minutes: float
) -> None:
    who = person(age=age, weight_kg=float(kg))
    at_limit = {"grams": float(grams), "area_cm2": float(area_cm2), "minutes": float(minutes)}
    assert allowed(cream(drug, **at_limit), who=who).share_of_day <= 1
    for name in at_limit:
        more = at_limit | {name: at_limit[name] * 1.1}
        if name != "grams" and more["area_cm2"] > 1000:
            continue
        answer = refusal(cream(drug, **more), who=who)
        assert any(reason.basis.sources for reason in answer.reasons), name


def test_milligrams_are_grams_times_strength() -> None:
    dose = allowed(cream(grams=20.0, area_cm2=150.0))
    assert dose.total_mg == {"lidocaine": 500, "prilocaine": 500}
    assert dose.total_mg_per_kg["lidocaine"] == pytest.approx(500 / 78)
    assert dose.creams[0].grams_per_10_cm2 == pytest.approx(20 / 15)
    assert dose.creams[0].remove_by_minutes == 300


def test_a_whole_scalp_is_larger_than_the_labelled_area() -> None:
    answer = refusal(cream(area_cm2=775.0))
    said = " ".join(reason.text for reason in answer.reasons)
    assert "775" in said
    assert "600 cm²" in said
    assert "whole scalp" in said
    # Only the UK label of lidocaine 4 % covers it, and the warning against large areas stays.
    whole = allowed(cream("lidocaine_4", area_cm2=775.0, grams=100.0))
    assert any("FDA: no large area" in caution.text for caution in whole.cautions)


def test_every_product_of_a_protocol_has_a_record_and_others_are_refused_by_name() -> None:
    field = Anaesthetic.model_fields["drug"]
    assert set(get_args(field.annotation)) == set(LABELS.products)
    with pytest.raises(BadInput, match="lidocaine_prilocaine") as refused:
        Anaesthetic.from_table({"drug": "cocaine"}, where="course.toml")
    for key in LABELS.products:
        assert key in str(refused.value)


@pytest.mark.parametrize("drug", ["lidocaine_5", "lidocaine_high_strength", "benzocaine"])
def test_a_product_without_a_label_for_intact_skin_is_refused(drug: str) -> None:
    answer = refusal(cream(drug, grams=1.0, area_cm2=10.0))
    assert LABELS.products[drug].refused in answer.reasons
    assert largest_grams(cream(drug), person(), 0.0).grams is None


@pytest.mark.parametrize(
    ("stated", "creams"),
    [
        ({"conditions": ["methaemoglobinaemia"]}, {"lidocaine_prilocaine"}),
        ({"conditions": ["G6PD deficiency"]}, {"lidocaine_prilocaine"}),
        ({"medications": ["dapsone"]}, {"lidocaine_prilocaine"}),
        ({"medications": ["nitrofurantoin"]}, {"lidocaine_prilocaine"}),
        ({"allergies": ["lidocaine"]}, set(USABLE)),
        ({"scalp_findings": ["open wound"]}, set(USABLE)),
        ({"medications": ["amiodarone"]}, set(USABLE)),
        ({"medications": ["flecainide"]}, set(USABLE)),
        ({"conditions": ["liver cirrhosis"]}, set(USABLE)),
    ],
)
def test_who_must_not_have_it(stated: dict[str, Any], creams: set[str]) -> None:
    for drug in USABLE:
        answer = numbing_dose((cream(drug),), person(**stated), 0.0)
        assert isinstance(answer, Refused) == (drug in creams), drug
        if isinstance(answer, Refused):
            assert all(reason.basis.sources for reason in answer.reasons)


def test_on_a_small_area_an_antiarrhythmic_cautions_and_does_not_forbid() -> None:
    who = person(medications=["amiodarone"])
    dose = allowed(cream(grams=2.5, area_cm2=25.0), who=who)
    assert any("antiarrhythmic" in caution.text for caution in dose.cautions)
    refusal(cream(grams=2.5, area_cm2=26.0), who=who)


def test_atopic_skin_has_the_cream_off_after_half_an_hour() -> None:
    who = person(conditions=["atopic dermatitis on the hands"])
    assert allowed(cream(minutes=30.0), who=who).creams[0].remove_by_minutes == 30
    refusal(cream(minutes=31.0), who=who)


@pytest.mark.parametrize("wrong", ["occluded", "heated", "on_needled_skin"])
def test_no_wrap_no_heat_none_on_needled_skin(wrong: str) -> None:
    assert refusal(cream(**{wrong: True})).reasons
    assert any(
        asked.field == f"anaesthetic.{wrong}" for asked in refusal(cream(**{wrong: None})).questions
    )


@pytest.mark.parametrize(
    "unknown",
    ["weight_kg", "conditions", "medications", "allergies", "scalp_findings"],
)
def test_what_is_unknown_of_the_person_is_asked_and_refused(unknown: str) -> None:
    answer = refusal(cream(), who=person(**{unknown: None}))
    assert any(asked.field == unknown and "?" in asked.question for asked in answer.questions)


@pytest.mark.parametrize("unknown", ["grams", "area_cm2", "minutes"])
def test_what_is_unknown_of_the_cream_is_asked_and_refused(unknown: str) -> None:
    answer = refusal(cream(**{unknown: None}))
    assert [asked.field for asked in answer.questions] == [f"anaesthetic.{unknown}"]


def test_other_questions() -> None:
    assert refusal(cream(), other=None).questions[0].field == "other_lidocaine_mg"
    entry = refusal(cream(), who=person(medications=["zzqx"])).questions
    assert any("zzqx" in asked.question for asked in entry)
    woman = person(sex="female", condition="female_pattern_hair_loss")
    assert any(asked.field == "breastfeeding" for asked in refusal(cream(), who=woman).questions)
    liver = refusal(cream(), who=person(conditions=["liver disease"])).questions
    assert any("severe" in asked.question for asked in liver)


def test_products_and_other_lidocaine_add_up() -> None:
    half = cream(grams=29.0, area_cm2=290.0)
    once = allowed(half)
    assert allowed(half, half).share_of_day == pytest.approx(2 * once.share_of_day)
    assert "together" in refusal(half, half, half).reasons[0].text
    assert (
        "together"
        in refusal(half, cream("lidocaine_4", grams=110.0, area_cm2=600.0)).reasons[0].text
    )
    # 4.5 mg/kg, and never above 300 mg.
    assert allowed(half, other=100.0).other_lidocaine.most == 300
    assert allowed(half, who=person(weight_kg=50.0), other=100.0).other_lidocaine.most == 225
    assert "together" in refusal(half, other=200.0).reasons[0].text


def test_who_is_lighter_than_the_label_s_people_gets_what_lighter_people_get() -> None:
    largest = [
        largest_grams(cream(area_cm2=100.0), person(age=8, weight_kg=kg), 0.0).grams
        for kg in (4.0, 6.0, 12.0, 25.0)
    ]
    assert largest == [None, None, 10.0, 10.0]
    assert largest_grams(cream(area_cm2=20.0), person(age=8, weight_kg=6.0), 0.0).grams == 2.0


def test_an_age_that_no_label_covers_is_refused() -> None:
    answer = refusal(cream(grams=1.0, area_cm2=20.0), who=person(age=15, weight_kg=55.0))
    assert "no dose for 15 years" in answer.reasons[0].text


@pytest.mark.parametrize("amount", [-1.0, float("nan"), inf])
def test_an_impossible_amount_is_bad_input(amount: float) -> None:
    with pytest.raises(BadInput, match="0 or more"):
        numbing_dose((cream(),), person(), amount)


def test_no_cream_is_bad_input() -> None:
    with pytest.raises(BadInput, match="no cream"):
        numbing_dose((), person(), 0.0)


doses = st.builds(
    lambda drug, grams, area, minutes: cream(drug, grams=grams, area_cm2=area, minutes=minutes),
    st.sampled_from([*LABELS.products, *USABLE, *USABLE]),
    st.one_of(st.floats(0, 12), st.floats(0, 300)),
    st.one_of(st.floats(50, 200), st.floats(1, 1000)),
    st.one_of(st.floats(0, 60), st.floats(0, 400)),
)
people = st.builds(
    lambda age, kg, conditions, medicines: person(
        age=age, weight_kg=kg, conditions=conditions, medications=medicines
    ),
    st.one_of(st.floats(18, 100), st.floats(0, 100)),
    st.one_of(st.floats(50, 120), st.floats(2, 200)),
    st.sampled_from([[], [], ["atopic dermatitis"], ["mild_liver_disease"], ["G6PD"]]),
    st.sampled_from([[], [], ["finasteride"], ["amiodarone"], ["dapsone"]]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(doses, min_size=1, max_size=2), people, st.sampled_from([0.0, 0.0, 100.0, 250.0]))
def test_no_allowed_dose_is_above_any_limit(
    creams: list[Anaesthetic], who: Patient, other: float
) -> None:
    answer = numbing_dose(creams, who, other)
    if isinstance(answer, Refused):
        assert answer.reasons or answer.questions
        return
    assert all(limit.share <= 1 for limit in answer.limits)
    assert answer.share_of_day <= 1
    assert sum(dose.grams for dose in answer.creams) <= 180
    for dose in answer.creams:
        bands = LABELS.products[dose.product].people
        assert dose.grams <= max(one.most_grams for one in bands if one.from_years <= who.age)
        assert dose.area_cm2 <= max(one.most_area_cm2 for one in bands)


@settings(max_examples=150, deadline=None)
@given(doses, people, st.floats(0, 200))
def test_the_largest_dose_is_allowed_and_a_tenth_of_a_gram_more_is_not(
    one: Anaesthetic, who: Patient, other: float
) -> None:
    found = largest_grams(one, who, other)
    if found.grams is None:
        assert isinstance(found.outcome, Refused)
        return
    assert isinstance(found.outcome, Allowed)
    more = one.model_copy(update={"grams": found.grams + 0.11})
    assert isinstance(numbing_dose((more,), who, other), Refused)


@settings(max_examples=100, deadline=None)
@given(doses, st.floats(1, 3), people, st.floats(0, 200))
def test_a_larger_area_or_a_heavier_person_is_never_allowed_less(
    one: Anaesthetic, factor: float, who: Patient, other: float
) -> None:
    grams = largest_grams(one, who, other).grams
    if grams is None:
        return
    heavier = who.model_copy(update={"weight_kg": min(350.0, (who.weight_kg or 0) * factor)})
    more = largest_grams(one, heavier, other).grams
    assert more is not None
    assert more >= grams
    assert one.area_cm2 is not None
    larger = one.model_copy(update={"area_cm2": min(1000.0, one.area_cm2 * factor)})
    wider = largest_grams(larger, who, other).grams
    assert wider is None or wider >= grams  # None: the area itself is above a limit


@pytest.mark.parametrize(("key", "band"), BANDS, ids=lambda each: getattr(each, "said", each))
def test_every_label_s_numbers_fit_together(key: str, band: Any) -> None:
    assert band.least_minutes <= band.most_minutes
    assert band.from_years < band.below_years
    # The grams that the area may bear are not fewer than the grams in all, but for rounding.
    assert band.most_grams <= band.most_area_cm2 * band.most_grams_per_10_cm2 / 10 * 1.02
    assert not LABELS.products[key].vasoconstrictor


def test_the_page_shows_the_labels_as_they_are_recorded() -> None:
    page = (Path(__file__).parents[1] / "docs/methods/procedure.md").read_text("utf-8")
    for key, product in LABELS.products.items():
        rows = page.split(f"| `{key}` |", 1)[1].splitlines()
        assert bool(product.people) != rows[0].strip().startswith("nobody")
        for band, row in zip(reversed(product.people), rows, strict=False):
            numbers = (band.most_grams, band.most_area_cm2, band.most_grams_per_10_cm2)
            minutes = sorted({band.least_minutes, band.most_minutes})
            cells = [*(f"{each:g}" for each in numbers), "-".join(f"{each:g}" for each in minutes)]
            assert " | ".join(cells) in row, (key, band.said)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t["products"]["lidocaine_4"]["people"][0].pop("sources"), "no source"),
        (lambda t: t["products"]["lidocaine_4"]["people"][0].update(most_grams=0), "most_grams"),
        (lambda t: t["products"]["lidocaine_4"].pop("people"), "either be refused"),
        (lambda t: t["rules"].pop("C34b"), "does not say what it asks for"),
        (lambda t: t["rules"].update(C31={"said_only": True}), "no caution"),
        (lambda t: t["rules"]["C34b"].update(refused=True), "one of refused"),
        (lambda t: t.update(more={}), "unknown keys: more"),
        (lambda t: t["watch"][0].update(sources=["NOBODY"]), "'NOBODY'"),
        (lambda t: t["products"]["lidocaine_4"].update({"class": "strong"}), "no class"),
    ],
)
def test_a_spoilt_record_is_refused(spoil: Any, said: str) -> None:
    tables = copy.deepcopy(read_records("anaesthetics.toml"))
    spoil(tables)
    with pytest.raises(BadRecord, match=said):
        check_labels(tables, sources(), rule_book())
