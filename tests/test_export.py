"""Everything about one person: nothing is missing, nothing of another, nothing that is run."""

import csv
import io
import json
from zipfile import ZipFile

import pytest
from small_practice import LEAFLET, PHOTOGRAPH, fill, person
from sqlalchemy import func, select
from stores import ADA, BEN

from anagen.reading import BadInput
from anagen.records.export import export_person
from anagen.records.of_person import NAMES
from anagen.records.tables import Audit, Content, Patient

FORMULA = '=HYPERLINK("http://x.example","a")'


def exported(store, patient: str) -> ZipFile:
    return ZipFile(io.BytesIO(b"".join(export_person(store, BEN, patient).pieces())))


def lines(archive: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"tables/{name}.csv").decode("utf-8-sig"))))


def test_every_version_of_every_record_is_there(store):
    patient = fill(store).patient
    archive = exported(store, patient)
    assert archive.testzip() is None
    with store.reading() as db:
        for table, name in NAMES.items():
            kept = db.scalar(select(func.count()).select_from(table))
            assert kept == len(lines(archive, name)) > 0, name
    old, new = lines(archive, "sessions")
    assert (old["stands"], new["stands"]) == ("no", "yes")
    assert (new["reason"], new["recorded_by_name"]) == ("a lot was misread", ADA.name)
    assert {line["action"] for line in lines(archive, "audit")} >= {
        "add", "correct", "sign", "read", "export",
    }  # fmt: skip
    (record,) = json.loads(archive.read("json/sessions.json"))
    assert [each["cartridge_lot"] for each in record["versions"]] == ["AB-12/3", "AB-12/8"]


def test_photographs_and_documents_are_there_once(store):
    archive = exported(store, fill(store).patient)
    files = [name for name in archive.namelist() if name.startswith(("photographs", "documents"))]
    assert sorted(files) == [
        "documents/001-ihre-kopfhaut-de.html",
        "photographs/001-2026-03-02-vertex.png",
    ]
    assert archive.read(files[0]) in {PHOTOGRAPH, LEAFLET}
    assert {line["file"] for line in lines(archive, "photographs")} == {
        "photographs/001-2026-03-02-vertex.png"
    }


def test_nothing_of_another_person_is_there(store):
    fill(store)
    with store.writing(ADA) as entry:
        other = entry.add(person(given_name="Percy", family_name="Ortiz"))
    archive = exported(store, other.record)
    held = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Percy" in held
    assert "Núñez".encode() not in held
    assert [line["record"] for line in lines(archive, "audit")] == [other.record] * 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝"])
def test_no_cell_is_taken_for_a_formula(store, start):
    told = start + FORMULA[1:]
    with store.writing(ADA) as entry:
        patient = entry.add(person(given_name=told, note=told, clinic_number="-1+1"))
    (line,) = lines(exported(store, patient.record), "person")
    assert line["given_name"] == "'" + told
    assert all(not cell.lstrip(" ").startswith(tuple("=+-@\t\r＝")) for cell in line.values())


@pytest.mark.parametrize("told", ["Ada;=1+1;b", "Ada; @x", "Ada;＝1", "Ada\t-1"])
def test_no_cell_is_one_where_semicolons_or_tabs_part_them(store, told):
    with store.writing(ADA) as entry:
        patient = entry.add(person(note=told)).record
    table = exported(store, patient).read("tables/person.csv").decode("utf-8-sig")
    for separator in (";", "\t"):
        rows = csv.reader(io.StringIO(table, newline=""), delimiter=separator)
        assert not [cell for row in rows for cell in row if cell.lstrip()[:1] in set("=+-@＝")]


def test_a_number_below_zero_stays_a_number(store):
    with store.writing(ADA) as entry:
        patient = entry.add(person(facts={"x": -1.5}))
    (line,) = lines(exported(store, patient.record), "person")
    assert json.loads(line["facts"]) == {"x": -1.5}


def test_a_damaged_photograph_is_said_and_the_rest_is_there(store):
    patient = fill(store).patient
    with store.engine.begin() as connection:
        connection.execute(Content.__table__.update().values(key="0" * 16))
    made = export_person(store, BEN, patient)
    file = io.BytesIO(b"".join(made.pieces()))
    assert (made.files, len(made.lost)) == (0, 2)
    assert "damaged and missing" in ZipFile(file).read("README.txt").decode()


def test_who_took_it_is_noted_and_nobody_is_refused(store):
    patient = fill(store).patient
    exported(store, patient)
    with store.reading() as db:
        last = db.scalars(select(Audit).order_by(Audit.seq.desc()).limit(1)).one()
    assert (last.actor, last.action, last.record) == (BEN.id, "export", patient)
    with pytest.raises(BadInput, match="no such patient"):
        exported(store, "nobody")
    with store.reading() as db:
        assert db.scalar(select(func.max(Audit.seq))) == last.seq


def test_who_was_withdrawn_may_still_see_everything(store):
    with store.writing(ADA) as entry:
        patient = entry.withdraw(entry.add(person()), "entered twice")
    assert isinstance(patient, Patient)
    assert len(lines(exported(store, patient.record), "person")) == 2
