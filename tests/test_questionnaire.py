"""The questionnaire: what a file leaves open is asked, and only what could matter."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from screening_cases import CLINIC, EMLA, MINOXIDIL, course, person, rank, woman

from anagen.consultation.questionnaire import Item, questionnaire
from anagen.evidence.naming import recognise
from anagen.evidence.rules import Alternative, rule_book
from anagen.evidence.vocabulary import vocabulary
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening import screen
from anagen.screening.facts import LISTS

RULES = {rule.key: rule for rule in rule_book().rules}
TERMS = vocabulary().terms
CONDITIONS = (
    "androgenetic_alopecia", "alopecia_areata", "telogen_effluvium", "senescent_alopecia",
    "cicatricial_alopecia", "undiagnosed",
)  # fmt: skip
Files = tuple[dict[str, Any], dict[str, Any] | None]


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
