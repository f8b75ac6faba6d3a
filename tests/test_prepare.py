"""A folder for one person's course of care, from the shell, for the five example people."""

import io
import json
from pathlib import Path

import pytest
from icalendar import Calendar
from pypdf import PdfReader
from shell import anagen, is_one_clear_sentence

EXAMPLES = Path(__file__).parents[1] / "examples"
START = ("--start", "2026-12-07")
PEOPLE = {
    "man": ("course", True),
    "woman": ("course", True),
    "areata": ("course_areata", True),
    "shedding": ("course", None),
    "needs_no_needle": ("course", False),
}


def prepare(who: str, course: str, out: Path, *more: str) -> dict:
    answer = anagen(
        "prepare", EXAMPLES / f"{who}.toml", EXAMPLES / f"{course}.toml", "--out", out, "--json",
        *START, *more,
    )  # fmt: skip
    assert answer.status == 0, answer.err
    return json.loads(answer.out)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_example_person_gets_a_whole_folder(who: str, tmp_path: Path):
    course, needled = PEOPLE[who]
    told = prepare(who, course, tmp_path, "--signed-by", "Dr. Ana Ruiz")
    assert sorted(path.name for path in tmp_path.iterdir()) == told["files"]
    wanted = {
        "procedure.html", "procedure.pdf", "timetable.html", "calendar.ics", "handout.en.html",
        "handout.en.pdf", "handout-large.en.pdf", "how-your-hair-grows.en.html",
    }  # fmt: skip
    assert wanted <= set(told["files"])
    may = told["screening"]["decision"] in {"proceed", "caution"}
    assert needled in {may, None}
    assert ("consent.en.pdf" in told["files"]) == may
    assert bool(told["visits"]) == may == bool(told["timetable"]["lines"])
    events = Calendar.from_ical((tmp_path / "calendar.ics").read_bytes()).walk("VEVENT")
    titles = [str(event["summary"]) for event in events]
    assert sum(title.startswith("Visit") for title in titles) == len(told["visits"])
    assert any(title.startswith("Review") for title in titles)
    for path in tmp_path.glob("*.pdf"):
        root = PdfReader(io.BytesIO(path.read_bytes())).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"], path.name
    for path in tmp_path.glob("*.html"):
        text = path.read_text("utf-8")
        assert "http-equiv" in text or "<script" not in text, path.name


def test_unsigned_what_a_patient_reads_is_a_draft(tmp_path: Path):
    told = prepare("man", "course", tmp_path)
    assert told["signed"] is False
    patients = [name for name in told["files"] if "handout" in name or "consent" in name]
    assert patients
    assert all(name.startswith("draft-") for name in patients)


def test_spanish_pages_are_spanish(tmp_path: Path):
    told = prepare("man", "course", tmp_path, "--lang", "es", "--signed-by", "Dra. Ana Ruiz")
    assert {"handout.es.html", "consent.es.pdf"} <= set(told["files"])
    assert "Después de su visita" in (tmp_path / "handout.es.html").read_text("utf-8")
    assert b"Visita 1 de 6" in (tmp_path / "calendar.ics").read_bytes()


def test_a_sunburn_moves_the_calendar_and_the_same_file_again_changes_nothing(tmp_path: Path):
    prepare("man", "course", tmp_path, "--at", "10:00", "--zone", "Europe/Madrid")
    who = tmp_path / "who.toml"
    text = (EXAMPLES / "man.toml").read_text("utf-8")
    who.write_text(text.replace("scalp_findings = []", 'scalp_findings = ["sunburn"]'), "utf-8")
    new = tmp_path / "new.ics"
    answer = anagen(
        "replan", who, EXAMPLES / "course.toml", tmp_path / "calendar.ics", "--out", new, "--json",
        "--today", "2026-12-20", "--until", "2027-01-11",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    told = json.loads(answer.out)
    assert told["visits"][:3] == ["2026-12-07", "2027-01-11", "2027-01-25"]
    assert any("unburn" in reason for reason in told["reasons"])
    same = anagen(
        "replan", EXAMPLES / "man.toml", EXAMPLES / "course.toml", new, "--out",
        tmp_path / "same.ics", "--today", "2026-12-21",
    )  # fmt: skip
    assert same.status == 0
    first, second = (
        {str(e["uid"]): (e["sequence"], e.decoded("dtstart")) for e in
         Calendar.from_ical(path.read_bytes()).walk("VEVENT")}
        for path in (new, tmp_path / "same.ics")
    )  # fmt: skip
    assert first == second


def test_a_cream_is_refused_until_everything_is_known_and_then_has_its_limits():
    files = EXAMPLES / "areata.toml", EXAMPLES / "course_areata.toml"
    refused = json.loads(anagen("numb", *files, "--json").out)
    assert refused["allowed"] is False
    assert "lidocaine" in json.dumps(refused["dose"]["questions"])
    allowed = json.loads(anagen("numb", *files, "--other-lidocaine-mg", "0", "--json").out)
    assert allowed["allowed"] is True
    assert allowed["largest_grams"] >= 2
    page = anagen("numb", *files, "--other-lidocaine-mg", "0").out
    assert "Within every limit" in page
    assert max(map(len, page.splitlines())) <= 80


def test_an_event_says_how_urgent_it_is():
    files = EXAMPLES / "event.toml", EXAMPLES / "woman.toml", EXAMPLES / "course.toml"
    told = json.loads(anagen("event", *files, "--json").out)
    assert told["urgency"] == "same_day"
    assert told["actions"]
    assert "Look at the person" in anagen("event", *files).out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--lang", "fr"), "--lang"),
        (("--at", "10:00"), "--zone"),
        (("--at", "25:00", "--zone", "Europe/Madrid"), "--at"),
        (("--at", "10:00", "--zone", "Mars/Base"), "--zone"),
        (("--start", "tomorrow"), "--start"),
        (("--signed-by", " "), "--signed-by"),
        (("--other-lidocaine-mg", "-3"), "other_lidocaine_mg"),
    ],
)
def test_a_wrong_option_is_one_sentence(typed: tuple[str, ...], said: str, tmp_path: Path):
    answer = anagen(
        "prepare", EXAMPLES / "areata.toml", EXAMPLES / "course_areata.toml", "--out",
        tmp_path / "folder", *typed,
    )  # fmt: skip
    assert answer.status == 2
    assert is_one_clear_sentence(answer)
    assert said in answer.err


def test_a_calendar_of_another_program_is_one_sentence(tmp_path: Path):
    other = tmp_path / "other.ics"
    other.write_bytes(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    for path in (other, tmp_path / "none.ics"):
        answer = anagen(
            "replan", EXAMPLES / "man.toml", EXAMPLES / "course.toml", path, "--out",
            tmp_path / "new.ics",
        )  # fmt: skip
        assert answer.status == 2
        assert is_one_clear_sentence(answer)
