"""The consultation: the fewest questions, what needs a diagnosis first, what may be expected."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from screening_cases import CLINIC, EMLA, MINOXIDIL, course, person, woman
from shell import anagen, is_one_clear_sentence

from anagen.care.consultation_page import consultation_page
from anagen.care.terminal import console
from anagen.consultation.consult import consult
from anagen.consultation.expected import NAMES, expected_benefit
from anagen.consultation.questionnaire import Item, questionnaire
from anagen.consultation.red_flags import RedFlag, check_red_flags, red_flags, red_flags_of
from anagen.counting import smallest_change_per_cm2
from anagen.evidence.benefit import (
    EVERYWHERE,
    NO_TRIAL,
    benefits,
    check_benefits,
    check_expectations,
    expectations,
)
from anagen.evidence.naming import recognise
from anagen.evidence.rules import Alternative, rule_book
from anagen.evidence.sources import BadRecord, read_records, sources
from anagen.evidence.vocabulary import vocabulary
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening import screen
from anagen.screening.decision import DECISIONS
from anagen.screening.facts import LISTS

EXAMPLES = Path(__file__).parents[1] / "examples"
RULES = {rule.key: rule for rule in rule_book().rules}
TERMS = vocabulary().terms
CONDITIONS = (
    "androgenetic_alopecia", "alopecia_areata", "telogen_effluvium", "senescent_alopecia",
    "cicatricial_alopecia", "undiagnosed",
)  # fmt: skip
Files = tuple[dict[str, Any], dict[str, Any] | None]


def rank(decision: str) -> int:
    return DECISIONS.index(decision)  # type: ignore[arg-type]


def read(files: Files) -> tuple[Patient, Protocol | None]:
    patient, protocol = files
    return Patient.model_validate(patient), protocol and Protocol.model_validate(protocol)


# Partial files


labels = st.sampled_from(sorted(TERMS))
days = st.sampled_from([1.0, 20.0, 100.0, 400.0])


def entries(name: str) -> st.SearchStrategy[Any]:
    key = "stopped_days_ago" if name == "medications" else "days_ago"
    kinds = {
        "conditions": {"condition", "event", "answer"}, "scalp_findings": {"finding"},
        "medications": {"medicine"}, "allergies": {"allergen", "allergy"},
    }[name]  # fmt: skip
    known = st.sampled_from(sorted(key for key, term in TERMS.items() if term.kind in kinds))
    one = st.one_of(
        known.map(lambda word: {"name": word}),
        st.builds(lambda word, ago: {"name": word, key: ago}, known, days),
        known.map(lambda word: {"name": f"history of {word}"}),
        labels.map(lambda word: {"name": word}),
        st.just({"name": "qwzx"}),
    )
    return st.lists(one, max_size=2)


@st.composite
def partial_people(draw: st.DrawFn) -> dict[str, Any]:
    age, sex = draw(st.integers(5, 90)), draw(st.sampled_from(["female", "male"]))
    table: dict[str, Any] = {"age": age, "sex": sex, "condition": draw(st.sampled_from(CONDITIONS))}
    optional: dict[str, st.SearchStrategy[Any]] = {name: entries(name) for name in LISTS}
    optional["skin_type"] = st.integers(1, 6)
    optional["months_since_onset"] = st.sampled_from([1.0, 5.0, 24.0])
    if sex == "female" and 10 <= age < 60:
        optional |= {"pregnant": st.booleans(), "breastfeeding": st.booleans()}
    if table["condition"] == "alopecia_areata":
        optional["grade"] = st.sampled_from(["salt_10", "salt_95"])
    for name, values in optional.items():
        if draw(st.booleans()):
            table[name] = draw(values)
    return table


@st.composite
def partial_protocols(draw: st.DrawFn) -> dict[str, Any]:
    def some(full: Mapping[str, Any], needed: tuple[str, ...] = ()) -> dict[str, Any]:
        return {key: value for key, value in full.items() if key in needed or draw(st.booleans())}

    topicals = [
        some({"drug": "minoxidil", "hold_hours": 24, "sterile": True}, ("drug",)),
        some({"drug": "prp", "hold_hours": 0, "sterile": False}, ("drug",)),
    ]
    table: dict[str, Any] = {
        "device": {"kind": "pen", "needle_mm": draw(st.sampled_from([0.5, 1.2, 2.0]))},
        "course": {"sessions": draw(st.sampled_from([0, 6])), "interval_days": 14},
        "topicals": [topical for topical in topicals if draw(st.booleans())],
    }
    if draw(st.booleans()):
        table["anaesthetic"] = some(EMLA, ("drug",))
    if draw(st.booleans()):
        table["setting"] = some(CLINIC)
    return table


files = st.tuples(partial_people(), st.none() | partial_protocols())


# Answering


def put(files: Files, item: Item, answer: Any) -> Files:
    """The files with one answer written where the item says."""
    patient, protocol = json.loads(json.dumps(files))
    if item.file == "patient":
        return put_in_patient(patient, item, answer), protocol
    first, *rest = item.field.split(".")
    if first == "topicals":
        for topical in protocol["topicals"]:
            if len(rest) == 1 or topical["drug"] == rest[0]:  # of all, or of one
                topical.setdefault(rest[-1], answer)
    else:
        protocol.setdefault(first, {})[rest[0]] = answer
    return patient, protocol


def put_in_patient(patient: dict[str, Any], item: Item, answer: Any) -> dict[str, Any]:
    if item.field not in LISTS:
        return patient | {item.field: answer}
    now = [{"name": e} if isinstance(e, str) else e for e in patient.get(item.field) or []]
    match item.form.kind:
        case "list":
            now = answer
        case "choice":
            now = [*now, {"name": answer}]
        case "number":  # the date of an event that has none
            key = "stopped_days_ago" if item.field == "medications" else "days_ago"
            label = item.question.removeprefix("How many days ago was it (").partition(")")[0]
            said = next(entry for entry in now if key not in entry and is_called(entry, label))
            said[key] = answer
        case "name":
            now = [e | {"name": answer} if e["name"] == "qwzx" else e for e in now]
    return patient | {item.field: now}


def is_called(entry: dict[str, Any], label: str) -> bool:
    found = recognise(entry["name"], vocabulary())
    return found is not None and TERMS[found.term].label.partition(")")[0] == label


def answers(item: Item) -> st.SearchStrategy[Any]:
    """Any answer of the form that the item asks for."""
    match item.form.kind:
        case "yes_no":
            return st.booleans()
        case "choice":
            named = st.sampled_from(item.form.choices)
            return named.map(int) if item.form.choices[0].isdigit() else named
        case "number" if item.field in LISTS:
            return days
        case "number":
            assert item.form.least is not None
            assert item.form.most is not None
            return st.floats(item.form.least, min(item.form.most, 60.0))
        case "name":
            return labels
        case "list":
            return entries(item.field)
    raise AssertionError(item.form.kind)


MOST_ROUNDS = 5  # an answer may raise a question, whose answer may raise another


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(files=files, data=st.data())
def test_answering_until_nothing_is_asked_leaves_no_answer_that_could_make_it_worse(
    files: Files, data: st.DataObject
):
    """Whatever is answered, the questions end; and then no filling of what is still unsaid makes
    the decision worse than it is."""
    found = questionnaire(*read(files))
    for _ in range(MOST_ROUNDS):
        for item in found.items:
            files = put(files, item, data.draw(answers(item)))
        found = questionnaire(*read(files))
    assert not found.items
    filled = data.draw(filling(files))
    assert rank(screen(*read(filled)).decision) <= rank(found.decision)


@st.composite
def filling(draw: st.DrawFn, files: Files) -> Files:
    """Everything that is still unsaid, filled in at will."""
    patient, protocol = draw(partial_people()), json.loads(json.dumps(files[1]))
    full: dict[str, st.SearchStrategy[Any]] = {name: entries(name) for name in LISTS}
    full |= {"skin_type": st.integers(1, 6), "months_since_onset": st.sampled_from([1.0, 24.0])}
    who = files[0]
    if who["sex"] == "female" and 10 <= who["age"] < 60:
        full |= {"pregnant": st.booleans(), "breastfeeding": st.booleans()}
    if who["condition"] == "alopecia_areata":
        full["grade"] = st.sampled_from(["salt_10", "salt_99"])
    patient = {name: draw(values) for name, values in full.items()} | who
    if protocol is not None:
        for topical in protocol["topicals"]:
            topical.setdefault("sterile", draw(st.booleans()))
            topical.setdefault("hold_hours", draw(st.sampled_from([0, 24, 100])))
        setting = {key: draw(st.booleans()) for key in CLINIC if key != "place"}
        setting["place"] = draw(st.sampled_from(["clinic", "home"]))
        protocol["setting"] = setting | protocol.get("setting", {})
        if "anaesthetic" in protocol:
            cream = {key: draw(st.booleans()) for key in ("occluded", "heated", "on_needled_skin")}
            cream |= {
                "grams": draw(st.sampled_from([5, 90])),
                "area_cm2": draw(st.sampled_from([50, 700])),
            }
            protocol["anaesthetic"] = cream | protocol["anaesthetic"]
    return patient, protocol


# Minimal: every question asked has two answers that decide differently, the others' being the same.


CONTROLLED = ("diabetes_controlled", "hiv_controlled", "mild_liver_disease")
HARMLESS = {
    "skin_type": 2, "pregnant": False, "breastfeeding": False, "grade": "salt_10",
    "months_since_onset": 4.9, "setting.place": "clinic", "setting.trained_operator": True,
    "setting.single_use_needles": True, "setting.sterile_prp": True, "topicals.sterile": True,
    "topicals.minoxidil.hold_hours": 100, "topicals.hold_hours": 100,
    "anaesthetic.grams": 5, "anaesthetic.area_cm2": 50,
    "anaesthetic.occluded": False, "anaesthetic.heated": False,
    "anaesthetic.on_needled_skin": False,
}  # fmt: skip
GRAVE = {
    "skin_type": [5], "pregnant": [True], "breastfeeding": [True], "grade": ["salt_95"],
    "months_since_onset": [1.0, 60.0], "setting.place": ["home"],
    "setting.trained_operator": [False], "setting.single_use_needles": [False],
    "setting.sterile_prp": [False], "topicals.sterile": [False],
    "topicals.minoxidil.hold_hours": [0, 30, 50], "topicals.hold_hours": [0],
    "anaesthetic.grams": [90],
    "anaesthetic.area_cm2": [700], "anaesthetic.occluded": [True], "anaesthetic.heated": [True],
    "anaesthetic.on_needled_skin": [True],
}  # fmt: skip


def harmless(item: Item) -> Any:
    match item.form.kind:
        case "list":
            return []
        case "name":
            return "healthy_scalp"
        case "choice" if item.field in LISTS:
            return next(c for c in item.form.choices if c in {"inr_in_range", *CONTROLLED})
        case "number" if item.field in LISTS:
            return 40000.0
    return HARMLESS[item.field]


def grave(item: Item) -> list[Any]:
    """Answers that could matter, from the rules behind the question."""
    alternatives = [a for why in item.why for a in RULES[why.rule].when]
    match item.form.kind:
        case "list":
            lists = [stated(a, item.field, ago) for a in alternatives for ago in (None, 10.0)]
            return [told for told in lists if told]
        case "name":
            return [
                term.removeprefix("=") for a in alternatives for term in (*a.terms, *a.allergies)
            ]
        case "choice" if item.field in LISTS:
            return list(item.form.choices)
        case "number" if item.field in LISTS:
            return [1.0]
    return GRAVE[item.field]


def stated(alternative: Alternative, name: str, ago: float | None) -> list[dict[str, Any]]:
    """Entries that meet an alternative; ten days is over for some washouts and not for others."""
    key = "stopped_days_ago" if name == "medications" else "days_ago"
    terms = [*alternative.terms[:1], *alternative.allergies[:1], *alternative.together_with[:1]]
    terms += alternative.answer.yes[:1] if alternative.answer else ()
    past = {key: ago or 0.5} if ago or alternative.state == "past" else {}
    return [{"name": term.removeprefix("=")} | past for term in terms]


def outcome(files: Files) -> tuple[str, str]:
    """What is decided, and the worst that what is still asked could make of it."""
    found = questionnaire(*read(files))
    return found.decision, max([found.decision, *(i.could_become for i in found.items)], key=rank)


def matters(files: Files, items: tuple[Item, ...], asked: Item) -> bool:
    """Whether two answers to one question have different outcomes, all others answered alike.

    The others are harmless, or one of them is grave: some rules need two answers (sun and skin
    type), and some events weigh only while another does.
    """
    others = [item for item in items if item is not asked]

    def others_said() -> Iterator[Files]:
        for grave_one, answer in [(None, None), *((o, a) for o in others for a in grave(o))]:
            told = files
            for other in others:
                told = put(told, other, answer if other is grave_one else harmless(other))
            yield told

    for told in others_said():
        plain = outcome(put(told, asked, harmless(asked)))
        if any(outcome(put(told, asked, answer)) != plain for answer in grave(asked)):
            return True
    return False


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(files=files)
def test_no_question_could_be_left_out(files: Files):
    """Each question has two answers that end differently while the other answers stay the same."""
    items = questionnaire(*read(files)).items
    for asked in items:
        assert matters(files, items, asked), asked.question


def test_nothing_is_asked_of_one_of_whom_everything_is_known():
    assert not questionnaire(person()).items
    assert not questionnaire(woman(), course(MINOXIDIL | {"hold_hours": 72})).items


def test_a_bare_file_is_asked_in_a_sensible_order():
    bare = {"age": 40, "sex": "female", "condition": "telogen_effluvium"}
    items = questionnaire(Patient.model_validate(bare)).items
    assert [item.field for item in items] == [
        "conditions", "pregnant", "scalp_findings", "medications", "allergies",  # could stop all
        "breastfeeding", "skin_type", "months_since_onset",
    ]  # fmt: skip
    assert [item.could_become for item in items][:5] == ["do_not_treat"] * 5


def test_where_needling_is_barred_only_what_could_lift_it_is_asked():
    barred = {"age": 40, "sex": "female", "condition": "female_pattern_hair_loss"}
    assert not questionnaire(*read((barred | {"pregnant": True}, None))).items
    # A filler without a date asks for it, unless something else defers needling anyway.
    filler = barred | {name: [] for name in LISTS} | {"pregnant": False, "breastfeeding": False}
    filler |= {"skin_type": 2, "conditions": ["dermal_filler"]}
    (date,) = questionnaire(*read((filler, None))).items
    assert (date.relieves, date.could_become, date.form.unit) == (True, "proceed", "days")
    psoriasis = filler | {"scalp_findings": ["psoriasis"]}
    assert not questionnaire(*read((psoriasis, None))).items


@given(files=files)
@settings(max_examples=100)
def test_every_question_says_where_its_answer_goes_in_what_form_and_why(files: Files):
    for item in questionnaire(*read(files)).items:
        assert item.why
        assert all(why.source and why.certainty and why.reason for why in item.why)
        model = Patient if item.file == "patient" else Protocol
        assert item.field.split(".")[0] in model.model_fields
        assert item.form.allowed
        assert item.form.kind != "choice" or len(item.form.choices) > 1
        if item.form.kind == "number":
            assert item.form.unit
        if item.form.kind == "list":
            assert item.form.choices


# Red flags


@pytest.mark.parametrize("flag", red_flags(), ids=lambda flag: flag.key)
def test_a_red_flag_and_the_rules_it_names_agree(flag: RedFlag):
    """The rules that a sign names are met by it, and then do not let needling proceed."""
    met: set[str] = set()
    for term in flag.terms:
        key = term.removeprefix("=")
        name = "scalp_findings" if TERMS[key].kind == "finding" else "conditions"
        stated = {"condition": key} if key == "undiagnosed" else {name: [key]}
        found = screen(person(**stated))
        spoken = {finding.rule for finding in found.findings} & set(flag.rules)
        met |= spoken
        assert not spoken or found.decision != "proceed"
    if flag.key == "child":
        met = {finding.rule for finding in screen(person(age=17)).findings}
    assert met >= set(flag.rules)


@pytest.mark.parametrize("flag", red_flags(), ids=lambda flag: flag.key)
def test_a_red_flag_is_met_denied_or_asked(flag: RedFlag):
    sex = flag.sexes[0]
    base = {"age": 40, "sex": sex, "condition": "senescent_alopecia"}
    if flag.asked_in not in {"age", "condition"}:
        assert flag in red_flags_of(Patient.model_validate(base)).open
    for word in flag.words:
        met = red_flags_of(Patient.model_validate(base | {"conditions": [word]})).met
        assert flag in [one for one, _ in met]
    for term in flag.terms:
        said = {"condition": term} if term == "undiagnosed" else {"conditions": [term.strip("=")]}
        met = red_flags_of(Patient.model_validate(base | said)).met
        assert flag in [one for one, _ in met]
    full = base | {name: [] for name in LISTS}
    left = red_flags_of(Patient.model_validate(full))
    assert not left.met
    assert (flag in left.open) == (not flag.asked_in)


def test_what_a_diagnosis_explains_is_no_flag():
    patch = {"age": 30, "sex": "male", "scalp_findings": ["patchy_hair_loss"]}
    seen = red_flags_of(Patient.model_validate(patch | {"condition": "androgenetic_alopecia"}))
    assert [flag.key for flag, _ in seen.met] == ["patches"]
    explained = red_flags_of(Patient.model_validate(patch | {"condition": "alopecia_areata"}))
    assert not explained.met
    keys = {flag.key for flag in explained.open}
    assert not keys & {"patches", "sudden", "brows"}


def test_flags_hold_for_now_and_for_the_scalp_alone():
    said = {"age": 30, "sex": "male", "condition": "androgenetic_alopecia"}
    for entry in ("history of trichotillomania", {"name": "trichotillomania", "days_ago": 900}):
        found = red_flags_of(Patient.model_validate(said | {"conditions": [entry]}))
        assert not found.met
    assert [f.key for f, _ in red_flags_of(Patient.model_validate(said | {"age": 12})).met] == [
        "child"
    ]


def test_the_most_urgent_flag_stands_first():
    many = {"age": 10, "sex": "male", "condition": "undiagnosed", "scalp_findings": ["pustules"]}
    found = red_flags_of(Patient.model_validate(many))
    assert found.met[0][0].how_soon == "today"


@pytest.mark.parametrize(
    "broken",
    [
        {"sources": []}, {"sources": ["NOBODY"]}, {"certainty": "sure"}, {"how_soon": "soon"},
        {"rules": ["Z99"]}, {"terms": ["no_such_term"]}, {"asked_in": "shoes"}, {"do": " "},
        {"terms": None}, {"colour": "red"}, {"question": None},
    ],
)  # fmt: skip
def test_a_red_flag_without_what_it_needs_is_refused(broken: dict[str, Any]):
    good = dict(read_records("red_flags.toml")["patches"])
    check_red_flags({"x": good}, sources(), vocabulary())
    table = {key: value for key, value in (good | broken).items() if value is not None}
    with pytest.raises(BadRecord):
        check_red_flags({"x": table}, sources(), vocabulary())


# Expected benefit


@pytest.mark.parametrize("condition", [c for c in CONDITIONS if c != "undiagnosed"])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_doing_nothing_stands_beside_every_option(condition: str, sex: str):
    who = Patient.model_validate({"age": 40, "sex": sex, "condition": condition})
    found = expected_benefit(who)
    assert found.nothing is not None
    assert found.nothing.benefit.level == "natural"
    assert {"nothing", *(row.kind for row in found.rows)} >= set(EVERYWHERE)
    for row in found.rows:
        assert row.benefit.number
        assert row.benefit.population
        assert (row.benefit.level == "none") == (row.benefit.number == NO_TRIAL)
        assert row.name == NAMES[row.kind]
    levels = [row.benefit.level for row in found.rows]
    assert levels == sorted(levels, key=["established", "limited", "none"].index)


def test_a_woman_is_given_the_evidence_of_women():
    found = expected_benefit(woman(condition="androgenetic_alopecia"))
    assert found.condition == "female_pattern_hair_loss"
    finasteride = next(row for row in found.rows if row.kind == "finasteride")
    assert "no difference" in finasteride.benefit.number


def test_without_a_diagnosis_nothing_can_be_expected():
    found = expected_benefit(person(condition="undiagnosed"))
    assert (found.nothing, found.rows, found.expectations) == (None, (), ())


def test_what_speaks_against_an_option_stands_beside_it():
    rows = {row.kind: row for row in expected_benefit(woman(pregnant=True)).rows}
    assert rows["minoxidil"].decision == "do_not_treat"
    assert rows["minoxidil"].against == ("Pregnancy and topical minoxidil",)
    well = {row.kind: row for row in expected_benefit(person()).rows}
    assert well["minoxidil"].against == ()


def test_the_expectation_of_counting_says_what_counting_can_tell():
    said = next(one.said for one in expectations() if one.key == "counting")
    assert f"{smallest_change_per_cm2(170, 'phototrichogram'):.0f}" == "24"
    assert f"{smallest_change_per_cm2(170, 'hair_to_hair'):.0f}" == "4"
    assert "170" in said
    assert "24" in said
    assert "about 4" in said


@pytest.mark.parametrize(
    "broken",
    [
        {"level": "natural"}, {"level": "none"}, {"number": NO_TRIAL}, {"number": ""},
        {"population": None}, {"sources": ["NOBODY"]}, {"grade": "sure"}, {"colour": "red"},
    ],
)  # fmt: skip
def test_a_benefit_without_what_it_needs_is_refused(broken: dict[str, Any]):
    tables = json.loads(json.dumps(read_records("benefit.toml")))
    check_benefits(tables, sources())
    good = tables["alopecia_areata"]["needling"] | broken
    tables["alopecia_areata"]["needling"] = {k: v for k, v in good.items() if v is not None}
    with pytest.raises(BadRecord):
        check_benefits(tables, sources())
    del tables["alopecia_areata"]["needling"]
    with pytest.raises(BadRecord, match="says nothing of needling"):
        check_benefits(tables, sources())
    with pytest.raises(BadRecord):
        check_expectations({"x": {"said": "", "sources": [], "certainty": "low", "kinds": []}}, {})
    assert benefits()


# The command and its page


def printed(page: Any) -> str:
    file = io.StringIO()
    console(file).print(page)
    return file.getvalue()


@pytest.mark.parametrize("name", ["man", "woman", "areata", "shedding", "needs_no_needle"])
def test_the_page_is_whole_in_80_columns_without_colour(name: str):
    said = printed(consultation_page(consult(Patient.read(EXAMPLES / f"{name}.toml"))))
    assert max(cell_len(line) for line in said.splitlines()) <= 80
    assert "\x1b" not in said
    assert "Off-label" in said
    assert "By itself:" in said


def test_a_sign_that_needs_a_diagnosis_sets_the_next_step():
    found = consult(person(scalp_findings=["pustules"]))
    said = " ".join(printed(consultation_page(found)).split())
    assert "See a doctor for a diagnosis today" in said
    assert "A diagnosis comes first" in said


def test_the_command_answers_people_and_machines():
    plain = anagen("consult", EXAMPLES / "woman.toml")
    assert plain.status == 0
    assert "What to expect" in plain.out
    found = json.loads(anagen("consult", EXAMPLES / "woman.toml", "--json").out)
    assert set(found) == {
        "decision", "red_flags", "questionnaire", "expected", "off_label", "version",
    }  # fmt: skip
    counts = anagen("consult", EXAMPLES / "man.toml", "--counts", EXAMPLES / "counts.toml")
    assert "What the counts say: Keep going" in counts.out
    assert is_one_clear_sentence(anagen("consult", "nobody.toml"))


def test_asking_and_expecting_do_not_wait_for_jax():
    code = (
        "import sys; from anagen.consultation.consult import consult;"
        "from anagen.consultation import stopping; from anagen.patient import Patient;"
        f"consult(Patient.read({str(EXAMPLES / 'man.toml')!r})); assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
