"""Names, brands, spellings and codes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.evidence.naming import Recognised, recognise
from anagen.evidence.sources import BadRecord
from anagen.evidence.vocabulary import (
    check_vocabulary,
    fold,
    suggestion,
    term_coded,
    vocabulary,
)

WORDS = vocabulary()
NAMES = sorted(
    {
        (name, term.key)
        for term in WORDS.terms.values()
        for name in (term.key, term.label, *term.names, *term.brands)
    }
)


def term(written: str) -> str | None:
    found = recognise(written, WORDS)
    return found.term if found else None


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Coumadin", "warfarin"),
        ("Eliquis", "apixaban"),
        ("Xarelto", "rivaroxaban"),
        ("Pradaxa", "dabigatran"),
        ("Plavix", "clopidogrel"),
        ("Roaccutane", "systemic_isotretinoin"),
        ("ACCUTANE", "systemic_isotretinoin"),
        ("Humira", "adalimumab"),
        ("Olumiant", "baricitinib"),
        ("Rinvoq", "upadacitinib"),
        ("Xeljanz", "tofacitinib"),
        ("Bactrim", "sulfamethoxazole"),
        ("EMLA", "lidocaine_prilocaine"),
        ("Advil", "ibuprofen"),
        ("Tylenol", "paracetamol"),
        ("acetaminophen", "paracetamol"),
        ("lignocaine", "lidocaine"),
        ("blood thinner", "anticoagulant"),
        ("cold sores", "herpes_simplex"),
        ("shingles", "herpes_zoster"),
        ("ringworm", "tinea_capitis"),
        ("boil", "furuncle"),
        ("heart attack", "coronary_artery_disease"),
        ("hemophilia", "haemophilia"),
        ("nevus", "naevus"),
        ("seborrheic dermatitis", "seborrhoeic_dermatitis"),
        ("leukemia", "leukaemia"),
        ("anesthetic allergy", "local_anaesthetic_allergy"),
        ("cyclosporine", "ciclosporin"),
        ("warfarin 5 mg tablets", "warfarin"),
        ("methotrexate 15 mg weekly", "methotrexate"),
        ("aspirin 81 mg", "aspirin_prescribed"),
        ("aspirin 500 mg", "aspirin"),
        ("moles", "naevus"),
    ],
)
def test_brands_spellings_and_lay_words(written: str, key: str) -> None:
    assert term(written) == key


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("history of shingles", Recognised("herpes_zoster", past=True)),
        ("chemotherapy (completed)", Recognised("chemotherapy", past=True)),
        ("psoriasis on the hands", Recognised("psoriasis", elsewhere=True)),
        ("facial acne", Recognised("acne", elsewhere=True)),
        ("allergic to nickel", Recognised("nickel", allergy=True)),
        ("lidocaine allergy", Recognised("lidocaine", allergy=True)),
        ("active impetigo of the scalp", Recognised("impetigo")),
    ],
)
def test_what_is_said_about_a_name(written: str, expected: Recognised) -> None:
    assert recognise(written, WORDS) == expected


@pytest.mark.parametrize(
    "written",
    [
        "warfarn",
        "no diabetes",
        "family history of diabetes",
        "not on warfarin",
        "psoriasis?x",
        "possible melanoma",
        "history of",
        "L99",
        "D66",
        "999999999",
        "cancer elsewhere",
        "-",
        "",
    ],
)
def test_what_is_not_exactly_known_is_not_recognised(written: str) -> None:
    assert recognise(written, WORDS) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("warfarn", "warfarin"),
        ("roacutane", "roaccutane"),
        ("psoriasys", "psoriasis"),
        ("haemofilia", "haemophilia"),
        ("xareltoo", "xarelto"),
    ],
)
def test_near_misses_are_suggested(written: str, meant: str) -> None:
    assert recognise(written, WORDS) is None
    assert suggestion(written, WORDS) == f" (did you mean '{meant}'?)"


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("L63.0", "alopecia_totalis"),
        ("l630", "alopecia_totalis"),
        ("L63.2", "alopecia_areata"),
        ("L66.12", "frontal_fibrosing_alopecia"),
        ("L66.1", "lichen_planopilaris"),
        ("L66.19", "lichen_planopilaris"),
        ("L66.89", "cicatricial_alopecia"),
        ("L40.54", "psoriasis"),
        ("C44.41", "skin_cancer"),
        ("D68.0", "coagulation_disorder"),
        ("D68.51", "thrombophilia"),  # clots too easily: not a bleeding disorder
        ("D68.62", "thrombophilia"),
        ("T81.40XA", "bacterial_skin_infection"),
        ("11289", "warfarin"),
        ("311724", "topical_minoxidil"),
        ("197987", "oral_minoxidil"),
        ("Z79.0", None),  # a parent that is not itself a family
        ("Z79.011", None),  # a child of a code that covers no children
        ("D69.2", None),  # senile purpura is no blood dyscrasia; only D69.6 is listed
        ("6984", None),  # a code that was not verified
    ],
)
def test_codes(code: str, key: str | None) -> None:
    assert term_coded(code, WORDS) == key


def test_every_code_says_where_and_when_it_was_verified() -> None:
    unverified = {"6984", "25025", "228790", "6064", "8896", "6135", "10390"}
    for code in WORDS.codes:
        assert code.source
        assert code.verified_on
        assert code.display
        assert code.verification in {"computed", "secondary"}
    assert not unverified & set(WORDS.by_rxnorm)


def test_is_a_reaches_the_widest_class() -> None:
    assert {"vitamin_k_antagonist", "anticoagulant"} <= WORDS.wider["warfarin"]
    assert "immunosuppressant" in WORDS.wider["tofacitinib"]
    assert "anticoagulant" not in WORDS.wider["clopidogrel"]


@settings(deadline=None, max_examples=300)
@given(named=st.sampled_from(NAMES), data=st.data())
def test_spelling_and_case_of_a_known_name_do_not_matter(
    named: tuple[str, str], data: st.DataObject
) -> None:
    name, key = named
    cased = "".join(
        letter.upper() if data.draw(st.booleans()) else letter.lower() for letter in name
    )
    # Some letters change length with case (ß); they are not part of any name here.
    gap = data.draw(st.sampled_from([" ", "_", "-", "–", "  ", ""]))
    assert term(f" {cased.replace(' ', gap)} ") == key


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=120))
def test_any_text_is_read_without_a_fault(written: str) -> None:
    found = recognise(written, WORDS)
    assert found is None or found.term in WORDS.terms
    assert isinstance(suggestion(written, WORDS), str)


def test_folding() -> None:
    assert fold("Crohn's  disease") == fold("crohns_DISEASE")
    assert fold("Hæmophilia") != ""
    assert fold("Sjögren") == fold("sjogren")


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"a": {"kind": "thing"}}, "no kind"),
        ({"a": {"kind": "condition", "is_a": ["b"]}}, "no term"),
        ({"a": {"kind": "condition", "colour": "red"}}, "unknown keys"),
        (
            {"a": {"kind": "condition", "names": ["x"]}, "b": {"kind": "event", "names": ["X"]}},
            "claimed by a and by b",
        ),
        (
            {"a": {"kind": "condition", "is_a": ["b"]}, "b": {"kind": "event", "is_a": ["a"]}},
            "kind of itself",
        ),
    ],
)
def test_bad_terms_are_refused(tables: dict[str, Any], says: str) -> None:
    with pytest.raises(BadRecord, match=says):
        check_vocabulary(tables, [])


@pytest.mark.parametrize("spoilt", ["source", "verified_on", "verification", "term", "system"])
def test_a_code_without_its_verification_is_refused(spoilt: str) -> None:
    row = {
        "system": "icd10cm", "code": "L40.0", "covers": "exact", "term": "a", "display": "x",
        "version": "1", "source": "s", "verification": "computed", "verified_on": "2026-11-23",
    }  # fmt: skip
    tables = {"a": {"kind": "condition"}}
    assert check_vocabulary(tables, [row]).by_icd == {"L400": ("a", False)}
    with pytest.raises(BadRecord):
        check_vocabulary(tables, [row | {spoilt: ""}])
