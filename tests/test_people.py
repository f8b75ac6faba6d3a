"""Finding people, and everybody who was treated from one lot."""

from datetime import UTC, date, datetime, timedelta

import pytest
from stores import ADA

from anagen.reading import BadInput
from anagen.records import recall as recalling
from anagen.records.people import find
from anagen.records.recall import recall
from anagen.records.tables import Patient, SessionRecord

DAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def person(given="Zoë", family="Núñez", **values):
    facts = {"age": 34.0, "sex": "female", "condition": "undiagnosed"}
    return Patient(given_name=given, family_name=family, facts=facts, **values)


def session(patient, number=1, **values):
    return SessionRecord(
        **{"patient": patient.record, "number": number, "operator": "Ada Ferrer",
           "performed_at": DAY + timedelta(weeks=number), "zones": [], "topicals": []} | values
    )  # fmt: skip


@pytest.fixture
def people(store):
    """Zoë Núñez, Łukasz Müller, Percy 100%_Cotton; the last one is restricted."""
    with store.writing(ADA) as entry:
        return [
            entry.add(person(born=date(1990, 2, 28), clinic_number="A-17")),
            entry.add(person("Łukasz", "Müller")),
            entry.add(person("Percy", "100%_Cotton")),
            entry.add(person("Hidden", "Müller", restricted=True)),
        ]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("nunez", ["Zoë"]),
        ("NUÑEZ zoe", ["Zoë"]),
        ("zoe muller", []),
        ("1990-02-28", ["Zoë"]),
        ("a-17", ["Zoë"]),
        ("muller", ["Łukasz"]),
        ("lukasz", ["Łukasz"]),
        ("0%_c", ["Percy"]),
        ("0__c", []),
        ("%", ["Percy"]),
        ("'; DROP TABLE patient; --", []),
        ("", ["Percy", "Łukasz", "Zoë"]),
        ("  ", ["Percy", "Łukasz", "Zoë"]),
    ],
)
def test_every_word_must_occur(store, asked, given):
    with store.reading() as db:
        assert [row.given_name for row in find(db, asked)] == given


def test_who_is_restricted_is_found_by_the_whole_code_alone(store, people):
    code = people[3].code
    with store.reading() as db:
        assert [row.given_name for row in find(db, f" {code.lower()} ")] == ["Hidden"]
        assert find(db, code[:6]) == []
        assert find(db, "hidden") == []


def test_only_what_stands_is_found(store, people):
    with store.writing(ADA) as entry:
        entry.correct(people[0], "married", family_name="Ferrer")
        entry.withdraw(people[1], "entered twice")
    with store.reading() as db:
        assert find(db, "nunez") == find(db, "lukasz") == []
        assert [row.family_name for row in find(db, "zoe")] == ["Ferrer"]
        assert len(find(db, "", most=1)) == 1


def test_a_search_that_is_no_text_is_refused(store):
    with store.reading() as db, pytest.raises(BadInput, match="the search holds"):
        find(db, "a\x00b")


@pytest.fixture
def treated(store, people):
    zoe, lukasz, percy, hidden = people
    with store.writing(ADA) as entry:
        entry.add(session(zoe, 1, cartridge_lot="LOT ab-12/3", cartridge_expiry=date(2026, 5, 1),
                          device_model="Pen 4", device_serial="S-9"))  # fmt: skip
        entry.add(session(lukasz, 2, topicals=[
            {"product": "Minoxidil 5 % Lösung", "lot": "M77"}]))  # fmt: skip
        entry.add(session(hidden, 3, cartridge_lot="AB123",
                          anaesthetic={"product": "Lidocaine cream", "lot": "L5"}))  # fmt: skip
        return entry.add(session(percy, 4, cartridge_lot="other"))


def names(found):
    return [(each.name, each.number, each.kind, each.lot) for each in found.uses]


ZOE = ("Núñez, Zoë", 1, "cartridge", "LOT ab-12/3")
HIDDEN = ("Müller, Hidden", 3, "cartridge", "AB123")
LUKASZ = ("Müller, Łukasz", 2, "topical", "M77")


@pytest.mark.usefixtures("treated")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"lot": "ab123"}, [HIDDEN, ZOE]),
        ({"lot": "Lot AB 12-3"}, [HIDDEN, ZOE]),
        ({"lot": "B12"}, [HIDDEN, ZOE]),
        ({"lot": "ab123", "kind": "topical"}, []),
        ({"product": "minoxidil losung"}, [LUKASZ]),
        ({"product": "minoxidil", "lot": "M78"}, []),
        ({"expires_before": date(2026, 5, 2)}, [ZOE]),
        ({"expires_before": date(2026, 5, 1)}, []),
        ({"lot": "S9", "kind": "device"}, [("Núñez, Zoë", 1, "device", "S-9")]),
    ],
)
def test_a_recall_finds_everybody_who_was_treated(store, asked, expected):
    with store.reading() as db:
        assert names(recall(db, **asked)) == expected


def test_a_recall_looks_at_sessions_as_they_stand(store, treated, people):
    with store.writing(ADA) as entry:
        again = entry.correct(treated, "misread", cartridge_lot="AB 1234")
        entry.withdraw(people[2], "entered twice")
    with store.reading() as db:
        found = recall(db, lot="ab1234")
        assert names(found) == [("100%_Cotton, Percy", 4, "cartridge", "AB 1234")]
        assert (found.uses[0].session, found.uses[0].patient) == (again.record, people[2].record)
        assert recall(db, lot="other").uses == []
    with store.writing(ADA) as entry:
        entry.withdraw(again, "never happened")
    with store.reading() as db:
        assert recall(db, lot="ab1234").uses == []


def test_of_many_uses_the_latest_are_told_and_all_are_counted(store, monkeypatch):
    monkeypatch.setattr(recalling, "MOST_USES", 2)
    with store.writing(ADA) as entry:
        for family in ("One", "Two"):
            who = entry.add(person(family=family))
            for number in (1, 2, 3):
                entry.add(session(who, number, cartridge_lot="Q1"))
    with store.reading() as db:
        found = recall(db, lot="q1")
    assert (len(found.uses), found.number, found.people) == (2, 6, 2)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "needs a lot"),
        ({"kind": "topical"}, "needs a lot"),
        ({"lot": "-/-"}, "no letter and no digit"),
        ({"lot": "x", "kind": "soap"}, "is unknown"),
        ({"product": "\x00"}, "the product holds"),
    ],
)
def test_a_recall_without_a_question_is_refused(store, asked, said):
    with store.reading() as db, pytest.raises(BadInput, match=said):
        recall(db, **asked)
