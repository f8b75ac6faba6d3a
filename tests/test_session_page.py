"""Recording a session: what was typed comes back the same; what took place can be written down."""

import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from web_client import practice

from anagen.care.scalp_zones import AREAS
from anagen.records import tables
from anagen.records.current import current, history
from anagen.web.forecaster import ModelAway

FACTS = {"age": 34, "sex": "male", "condition": "androgenetic_alopecia", "scalp_findings": []}
HOSTILE = '"><script>alert(1)</script>=HYPERLINK("x")'


class Needling:
    """A model that needles: a hundred punctures a cm² for each pass."""

    away = False

    def needling(self, patient, device, passes, area_cm2, zone) -> Any:  # noqa: ARG002
        if self.away:
            raise ModelAway("the model is starting again; ask in a moment.")
        at = {"p05": 50.0 * passes, "median": 100.0 * passes, "p95": 200.0 * passes}
        share = dict.fromkeys(at, 0.25)
        depth = dict.fromkeys(at, device.needle_mm * 0.8)
        return SimpleNamespace(
            punctures_per_cm2=at, channels_per_cm2=at, depth_reached_mm=depth,
            bleeding_share=share, model_version="0.0-test",
        )  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with practice(tmp_path_factory.mktemp("sessions"), forecaster=Needling()) as made:
        yield made


@pytest.fixture
def person(here) -> SimpleNamespace:
    with here.store.writing(here.actor("clinician")) as entry:
        who = tables.Patient(given_name="Ada", family_name="Ferrer", facts=FACTS)
        patient = entry.add(who).record
        consent = entry.add(
            tables.Consent(
                patient=patient, kind="treatment", language="en", given=True, on=date.today()
            )
        ).record
    return SimpleNamespace(record=patient, consent=consent, new=f"/patients/{patient}/sessions/new")


def typed(person, **changes: str) -> dict[str, str]:
    return {
        "performed_at": "2026-03-02T10:15", "operator": "Clara Clinician", "number": "2",
        "consent": person.consent, "with.kind": "pen", "with.needles": "12",
        "frontal.on": "yes", "frontal.depth_mm": "0.6", "frontal.passes": "4",
        "frontal.area_cm2": "40", "frontal.endpoint": "erythema",
        "temporal_left.on": "yes", "temporal_left.depth_mm": "0,5", "temporal_left.passes": "3",
        "vertex.depth_mm": "1.5", "vertex.passes": "6",  # not ticked
        "lots.device_model": "Pen 3", "lots.cartridge_lot": "LOT-7781",
        "lots.cartridge_expiry": "2027-01-31", "lots.single_use": "yes",
        "numbing.product": "Cream", "numbing.lot": "C-12", "numbing.grams": "5",
        "numbing.on_at": "09:20", "numbing.off_at": "10:05",
        "topical1.product": "Serum", "topical1.lot": "S-9", "topical1.minutes_after": "10",
        "after.pain_0_10": "3", "after.reaction": "none", "after.history_rechecked": "yes",
    } | {name.replace("__", "."): value for name, value in changes.items()}  # fmt: skip


def recorded(here, person) -> tables.SessionRecord:
    with here.store.reading() as db:
        (row,) = current(db, tables.SessionRecord, tables.SessionRecord.patient == person.record)
        return row


def test_a_recorded_session_comes_back_the_same(here, person) -> None:
    answer = here.assistant.post(person.new, data=typed(person))
    assert answer.status_code == 303, answer.text
    row = recorded(here, person)
    assert answer.headers["location"] == f"/patients/{person.record}/sessions/{row.record}"
    assert [(z["zone"], z.get("side"), z["depth_mm"], z["passes"]) for z in row.zones] == [
        ("frontal", None, 0.6, 4),
        ("temporal", "left", 0.5, 3),
    ]
    assert [zone["punctures_per_cm2"] for zone in row.zones] == [400, 300]
    assert row.zones[0]["endpoint"] == "erythema"
    assert row.anaesthetic == {
        "product": "Cream", "lot": "C-12", "grams": 5, "on_at": "09:20", "off_at": "10:05",
    }  # fmt: skip
    assert row.topicals == [{"product": "Serum", "lot": "S-9", "minutes_after": 10}]
    assert (row.pain_0_10, row.reaction, row.history_rechecked) == (3, "none", True)
    assert (row.single_use, row.consent, row.reason) == (True, person.consent, None)
    form = here.assistant.get(f"/patients/{person.record}/sessions/{row.record}/correct").text
    for value in ("LOT-7781", "2027-01-31", "0.6", "Serum", "09:20", "2026-03-02T10:15"):
        assert f'value="{value}"' in form
    with here.store.reading() as db:
        lots = set(db.scalars(select(tables.Lot.lot).where(tables.Lot.session == row.id)))
    assert {"LOT-7781", "C-12", "S-9"} <= lots


def test_an_expired_cartridge_is_refused_in_a_sentence_and_nothing_typed_is_lost(here, person):
    answer = here.assistant.post(
        person.new, data=typed(person, lots__cartridge_expiry="2026-03-01")
    )
    assert answer.status_code == 422
    assert "expired on 2026-03-01" in answer.text
    assert 'id="lots.cartridge_expiry-wrong"' in answer.text  # beside the field that it is about
    assert 'value="LOT-7781"' in answer.text
    with here.store.reading() as db:
        assert not current(db, tables.SessionRecord, tables.SessionRecord.patient == person.record)


def test_a_cartridge_on_its_last_day_is_not_expired(here, person):
    day = typed(person, lots__cartridge_expiry="2026-03-02")
    assert here.assistant.post(person.new, data=day).status_code == 303


def test_what_took_place_against_the_screening_is_kept_with_its_reason(here, person):
    with here.store.writing(here.actor("clinician")) as entry:
        barred = entry.add(
            tables.Patient(
                given_name="Ben",
                family_name="Roth",
                facts=FACTS | {"scalp_findings": ["open_wound"]},
            )
        ).record
    new = f"/patients/{barred}/sessions/new"
    page = here.assistant.get(new).text
    assert page.index("screening") < page.index('<form method="post" action="/patients/')
    asked = typed(person, consent="")
    refused = here.assistant.post(new, data=asked)
    assert refused.status_code == 422
    assert "kept with the reason why" in refused.text
    kept = here.assistant.post(new, data=asked | {"despite": "needled elsewhere before"})
    assert kept.status_code == 303
    shown = here.assistant.get(kept.headers["location"]).text
    assert "Went ahead all the same" in shown
    assert "needled elsewhere before" in shown
    with here.store.reading() as db:
        actions = db.scalars(
            select(tables.Audit.action).where(tables.Audit.kind == "SessionRecord")
        ).all()
    assert "override" in actions


def test_without_consent_on_record_a_reason_is_asked_for(here, person):
    refused = here.assistant.post(person.new, data=typed(person, consent=""))
    assert refused.status_code == 422
    assert "No consent to treatment" in refused.text


def test_a_form_that_is_sent_twice_is_kept_once(here, person):
    sent = [here.assistant.post(person.new, data=typed(person)) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 422]
    assert "Session 2 is on record already, of 2 Mar 2026" in sent[1].text
    assert here.assistant.post(person.new, data=typed(person, number="3")).status_code == 303
    with here.store.reading() as db:
        kept = current(db, tables.SessionRecord, tables.SessionRecord.patient == person.record)
    assert [row.number for row in kept] == [2, 3]
    third = f"/patients/{person.record}/sessions/{kept[1].record}/correct"
    taken = typed(person) | {"version": kept[1].id, "why": "a slip"}
    assert here.assistant.post(third, data=taken).status_code == 422
    assert here.assistant.post(third, data=taken | {"number": "4"}).status_code == 303


def test_a_consent_before_a_refusal_holds_no_longer(here, person):
    with here.store.writing(here.actor("clinician")) as entry:
        refused = {"kind": "treatment", "language": "en", "given": False, "on": date.today()}
        entry.add(tables.Consent(patient=person.record, **refused))
    assert 'name="despite"' in here.assistant.get(person.new).text
    answer = here.assistant.post(person.new, data=typed(person))
    assert answer.status_code == 422
    assert "No consent to treatment is on record" in answer.text


def test_a_correction_stands_beside_what_it_corrects(here, person):
    here.assistant.post(person.new, data=typed(person))
    row = recorded(here, person)
    address = f"/patients/{person.record}/sessions/{row.record}"
    changed = typed(person, frontal__passes="6", version=row.id)
    assert here.assistant.post(f"{address}/correct", data=changed).status_code == 422  # no reason
    answer = here.assistant.post(f"{address}/correct", data=changed | {"why": "miscounted passes"})
    assert answer.status_code == 303, answer.text
    assert recorded(here, person).zones[0]["passes"] == 6
    with here.store.reading() as db:
        versions = history(db, tables.SessionRecord, row.record)
    assert [version.zones[0]["passes"] for version in versions] == [4, 6]
    page = here.assistant.get(address).text
    assert "miscounted passes" in page
    assert re.search(r"Frontal: <del>[^<]*passes 4[^<]*</del> → <ins>[^<]*passes 6", page)
    assert "Temporal, left: <del>" not in page  # that area did not change
    assert "Anton Assistant" in page
    again = here.assistant.post(f"{address}/correct", data=changed | {"why": "late"})
    assert again.status_code == 409  # of the version that no longer stands


def test_a_record_that_never_was_is_withdrawn_and_stays_in_its_history(here, person):
    here.assistant.post(person.new, data=typed(person))
    row = recorded(here, person)
    address = f"/patients/{person.record}/sessions/{row.record}"
    data = {"version": row.id, "withdraw": "yes", "why": "another patient's session"}
    assert here.assistant.post(f"{address}/correct", data=data).status_code == 303
    assert here.assistant.get(address).status_code == 404
    with here.store.reading() as db:
        assert [v.withdrawn for v in history(db, tables.SessionRecord, row.record)] == [False, True]


def test_punctures_answer_to_htmx_alone_and_to_a_plain_form_with_the_page(here, person):
    asked = {name: value for name, value in typed(person).items() if "." in name}
    part = here.assistant.get(person.new, params=asked, headers={"hx-request": "true"})
    assert part.headers["vary"] == "hx-request"
    assert "<html" not in part.text
    assert re.search(r"400\s*\(200 to 800\)", part.text)
    assert "16,000" in part.text  # 400 on 40 cm²
    assert part.text.count("<tr>") == 3  # its head and the two areas that are ticked
    whole = here.assistant.post(person.new, data=typed(person) | {"work": "yes"})
    assert whole.status_code == 200
    assert re.search(r"400\s*\(200 to 800\)", whole.text)


def test_without_the_model_a_session_is_kept_and_its_punctures_are_unknown(
    here, person, monkeypatch
):
    monkeypatch.setattr(Needling, "away", True)
    assert "starting again" in here.assistant.get(person.new, params=typed(person)).text
    assert here.assistant.post(person.new, data=typed(person)).status_code == 303
    assert [zone["punctures_per_cm2"] for zone in recorded(here, person).zones] == [None, None]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"frontal__on": "", "temporal_left__on": ""}, "No area is ticked"),
        ({"frontal__depth_mm": "9"}, "0.1 to 3"),
        ({"frontal__passes": ""}, "Passes is missing"),
        ({"performed_at": "soon"}, "YYYY-MM-DD"),
        ({"performed_at": f"{date.today() + timedelta(days=3)}T10:00"}, "lies ahead"),
        ({"performed_at": "0001-01-01T00:00"}, "YYYY-MM-DD"),
        ({"operator": " "}, "Who needled"),
        ({"number": "0"}, "1 to 999"),
        ({"number": "²"}, "1 to 999"),
        ({"number": "0001234"}, "1 to 999"),
        ({"after__reaction": ""}, "Reaction"),
        ({"after__pain_0_10": "11"}, "Pain, 0 to 10 is 11"),
        ({"numbing__product": ""}, "Product is missing"),
        ({"numbing__off_at": "09:00"}, "before it was put on"),
        ({"with__kind": "roller", "with__rate_hz": "100"}, "for pens only"),
        ({"consent": "nobody"}, "Consent is none"),
        ({"plan": "nobody"}, "Plan is none"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(here, person, changes, said):
    answer = here.assistant.post(person.new, data=typed(person, **changes))
    assert answer.status_code == 422
    alert = re.search(r'role="alert">(.*?)</p>', answer.text)
    assert alert, answer.text[:400]
    assert said in alert[1]


def test_hostile_text_stays_text(here, person):
    hostile = typed(
        person, operator=HOSTILE, lots__cartridge_lot=HOSTILE, after__reaction=HOSTILE,
        topical1__product=HOSTILE, after__note=HOSTILE,
    )  # fmt: skip
    answer = here.assistant.post(person.new, data=hostile)
    assert answer.status_code == 303
    for page in (answer.headers["location"], f"{answer.headers['location']}/correct"):
        assert "<script>alert" not in here.assistant.get(page).text


def test_another_patients_session_is_not_found(here, person):
    here.assistant.post(person.new, data=typed(person))
    record = recorded(here, person).record
    for path in ("", "/correct"):
        assert here.assistant.get(f"/patients/nobody/sessions/{record}{path}").status_code == 404


def test_every_area_is_a_control_with_a_name(here, person):
    page = here.assistant.get(person.new).text
    for key, area in AREAS.items():
        assert re.search(rf'<input[^>]*type="checkbox" id="{key}.on" name="{key}.on"', page)
        assert re.search(rf'<label[^>]*for="{key}.on">\s*<span[^>]*>{area.name}<', page)
    assert not re.findall(r'type="checkbox"[^>]* checked', page)  # nothing is ticked beforehand
