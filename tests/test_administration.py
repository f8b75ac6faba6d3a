"""Administration: the audit as it is asked and verified, and everybody who had a lot."""

import ast
import html
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from web_client import practice

import anagen
from anagen.records.tables import Audit, Patient, SessionRecord
from anagen.web.pages.audit import ACTIONS


@pytest.fixture
def here(tmp_path):
    with practice(tmp_path) as made:
        yield made


def treated(here, family: str, lot: str) -> str:
    """Somebody with one session from a cartridge of ``lot``."""
    with here.store.writing(here.actor("clinician")) as entry:
        patient = entry.add(
            Patient(
                given_name="Ada",
                family_name=family,
                contact=f"{family}@post.example",
                facts={"age": 34, "sex": "female", "condition": "female_pattern_hair_loss"},
            )
        )
        entry.add(
            SessionRecord(
                patient=patient.record,
                number=1,
                performed_at=datetime(2026, 3, 14, 9, 0, tzinfo=UTC),
                operator="Clara",
                cartridge_lot=lot,
                cartridge_expiry=date(2027, 5, 1),
                zones=[],
                topicals=[],
            )
        )
        return patient.record


def notes(here, action: str) -> list[Audit]:
    with here.store.reading() as db:
        return list(db.query(Audit).filter_by(action=action))


def test_a_recall_finds_everybody_and_stands_in_the_audit(here) -> None:
    treated(here, "Ferrer", "LOT-77 A")
    treated(here, "Oduya", "lot77a")
    treated(here, "Unconcerned", "LOT-78")
    answer = here.owner.get("/administration/recall", params={"lot": "Lot 77-a"})
    assert answer.status_code == 200
    assert "2 people in 2 uses" in answer.text
    assert "Ferrer, Ada" in answer.text
    assert "Oduya, Ada" in answer.text
    assert "Unconcerned" not in answer.text
    (note,) = notes(here, "recall")
    asked = {"lot": "Lot 77-a", "kind": "", "product": "", "before": ""}
    assert (note.actor, note.detail) == (here.user("owner").id, {"found": 2, "asked": asked})
    expired = here.clinician.get("/administration/recall", params={"before": "2027-05-02"})
    assert "3 people" in expired.text
    other = here.owner.get("/administration/recall", params={"lot": "77A", "kind": "topical"})
    assert "Nobody was treated from it" in other.text
    assert here.assistant.get("/administration/recall").status_code == 403


@pytest.mark.parametrize(
    "asked", [{"lot": "---"}, {"before": "soon"}, {"lot": "A", "before": "2026-13-40"},
              {"lot": "A", "kind": "needle"}],
)  # fmt: skip
def test_a_recall_says_what_it_needs(here, asked) -> None:
    answer = here.owner.get("/administration/recall", params=asked)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_the_audit_is_asked_by_who_what_which_and_when(here) -> None:
    record = treated(here, "Ferrer", "A")
    pages = {
        "who": here.owner.get("/administration/audit", params={"who": "clara"}),
        "action": here.owner.get("/administration/audit", params={"action": "create"}),
        "record": here.owner.get("/administration/audit", params={"record": record}),
        "until": here.owner.get("/administration/audit", params={"until": "2020-01-01"}),
        "since": here.owner.get("/administration/audit", params={"since": "2020-01-01"}),
    }
    rows = {name: answer.text.count('<th scope="row">') for name, answer in pages.items()}
    assert rows["who"] == 2
    assert rows["action"] == 1
    assert rows["record"] == 1
    assert rows["until"] == 0
    assert rows["since"] > 4


def test_every_action_can_be_asked_for() -> None:
    noted = {"add", "correct", "withdraw", "sign_in", "prove"}  # handed on by name
    for file in Path(anagen.__path__[0]).rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                first = next(iter(call.args), None)
                if call.func.attr in {"note", "_append", "_chain"} and isinstance(
                    first, ast.Constant
                ):
                    noted.add(first.value)
    assert noted == set(ACTIONS)


def test_older_entries_are_one_step_away(here) -> None:
    with here.store.writing(here.actor("owner")) as entry:
        for _ in range(250):
            entry.note("count")
    seen: list[int] = []
    address = "/administration/audit?action=count"
    while address:
        text = here.owner.get(address).text
        seen += [int(each) for each in re.findall(r'<th scope="row">(\d+)<', text)]
        older = re.search(r'href="(\?[^"]+)">Older', text)
        address = "/administration/audit" + html.unescape(older[1]) if older else ""
    assert len(seen) == len(set(seen)) == 250
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "asked",
    [{"since": "yesterday"}, {"until": "9999-12-31"}, {"since": "0001-01-01"}, {"before": "x"},
     {"before": "²"}],
)  # fmt: skip
def test_the_audit_says_what_is_allowed(here, asked) -> None:
    answer = here.owner.get("/administration/audit", params=asked)
    assert answer.status_code == 422
    assert "allowed is" in answer.text


def test_the_chain_is_verified_from_the_page(here) -> None:
    treated(here, "Ferrer", "A")
    answer = here.owner.post("/administration/audit/verify")
    assert "Whole:" in answer.text
    assert len(notes(here, "verify")) == 1
    here.is_tampered_with = True
    with here.store.engine.begin() as connection:
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'"
        ).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit SET actor_name = 'Somebody else' WHERE seq = 3")
    answer = here.owner.post("/administration/audit/verify")
    assert "Not whole." in answer.text
    assert 'role="alert"' in answer.text


def test_what_happens_to_people_is_noted_without_secrets(here) -> None:
    data = {"name": "Nora New", "email": "nora@clinic.example", "role": "assistant"}
    page = here.owner.post("/administration/users", data=data)
    token = page.text.split("/invitation/")[1].split('"')[0]
    with here.store.reading() as db:
        said = " ".join(str((each.action, each.detail)) for each in db.query(Audit))
    assert "invite" in said
    assert token not in said
    assert "argon2" not in said
