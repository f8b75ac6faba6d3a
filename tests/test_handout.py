"""What a patient reads: plain, whole in both languages, locked until signed."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from fake_plan import MINOXIDIL, PATIENT, make_plan, make_protocol
from pypdf import PdfReader
from reading_grade import grade, syllables

from anagen.aftercare import restart, timetable
from anagen.care.appointments import When, visit_days
from anagen.care.handout import Signature, handout, hours_said
from anagen.care.handout_pages import handout_html, handout_pdf
from anagen.care.pages import LANGUAGES, page
from anagen.care.weather import SHED, outlook, weather_map
from anagen.evidence.aftercare import aftercare, check_aftercare
from anagen.evidence.consent import consent_text
from anagen.evidence.sources import BadRecord, sources
from anagen.patient import Patient
from anagen.protocol import Protocol, nothing
from anagen.screening import BARRED, screen

PAGES = sorted(
    {
        path.name.partition(".")[0]
        for path in files("anagen.care.pages").iterdir()
        if ".en." in path.name
    }
)
SIGNED = Signature("Dr. Ana Ruiz", date(2026, 11, 26))
CLEAN = PATIENT | {"medications": [], "allergies": [], "scalp_findings": []}
WHO = Patient.model_validate(CLEAN)
PLAN = make_plan()
FIRST = When(date(2026, 12, 7), time(10), "Europe/Madrid")
COURSE = make_protocol(6, (MINOXIDIL,))


def forecast(protocol: Protocol = COURSE, hours: float = 12.0) -> Any:
    found = PLAN.options[0].forecast
    session = dict(found.session) | {
        "hours_to_closed": np.full(100, hours),
        "days_of_redness": np.full(100, 1.5),
    }
    draws = dict(found.draws)
    draws.setdefault(SHED, np.ones_like(draws["total_density_per_cm2"]))
    return replace(found, protocol=protocol, session=session, draws=draws)


def made(
    language: Any = "en",
    protocol: Protocol = COURSE,
    who: Patient = WHO,
    signed: bool = True,
    found: Any = None,
):
    visits = tuple(FIRST.on(day) for day in visit_days(protocol, FIRST.day, 52))
    screening, found = screen(who, protocol), found or forecast(protocol)
    done = nothing(protocol) if screening.decision in BARRED else protocol
    return handout(
        who, protocol, screening, found, timetable(who, done, found), visits, language,
        SIGNED if signed else None,
    )  # fmt: skip


def leaves(table: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(table, Mapping):
        for key, value in table.items():
            yield from leaves(value, f"{at}.{key}")
    elif isinstance(table, list):
        for number, value in enumerate(table):
            yield from leaves(value, f"{at}.{number}")
    else:
        yield at, str(table)


CONSENT = {
    f".sections.{part.key}.{name}": getattr(part, name)
    for part in consent_text().sections
    for name in ("heading", "text")
} | {
    f".risks.{risk.key}.{name}": getattr(risk, name)
    for risk in consent_text().risks
    for name in ("what", "how_often", "how_long")
}


def values(text: str) -> set[str]:
    return set(re.findall(r"\{.*?\}", text))


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_whole_in_every_language(name: str):
    english = dict(leaves(page(name, "en"))) | (CONSENT if name == "consent" else {})
    for language in LANGUAGES:
        theirs = dict(leaves(page(name, language)))
        if name == "consent" and language == "en":
            continue  # its text stands with the evidence
        assert theirs.keys() == english.keys()
        for key, text in theirs.items():
            assert text.strip(), key
            assert set(re.findall(r"\{.*?\}", text)) == set(re.findall(r"\{.*?\}", english[key])), (
                key
            )
            if language != "en" and len(text) > 40:
                assert text != english[key], f"{key} is not translated"


@pytest.mark.parametrize("name", PAGES)
def test_every_english_page_reads_at_grade_eight_or_below(name: str):
    whole = [said for _, said in leaves(page(name, "en")) if len(said.split()) > 5]
    text = "\n".join(re.sub(r"\{.*?\}", "7", said) for said in whole)  # no labels, no headings
    assert grade(text) <= 8
    if name in {"handout", "aftercare"}:
        assert grade(text) <= 6  # the target


def test_the_reading_grade_is_that_of_flesch_and_kincaid():
    told = {"hair": 1, "needle": 2, "microneedling": 4, "today": 2, "minoxidil": 4}
    assert {word: syllables(word) for word in told} == told
    # Ten words of one syllable in one sentence: 0.39 · 10 + 11.8 − 15.59.
    assert grade("The cat sat on the mat and ate a fish.") == pytest.approx(0.11, abs=0.01)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", ["regrow", "miracle", "guarantee", "before and after", "milagro",
                                  "garantiza", "rebrota", "streak", "racha"])  # fmt: skip
def test_nothing_is_promised(language: str, word: str):
    for name in PAGES:
        for _, said in leaves(page(name, language)):  # pyright: ignore[reportArgumentType]
            assert word not in said.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unsigned_handout_says_on_every_page_that_it_is_a_draft(language: Any):
    said, signed = made(language, signed=False), made(language)
    stamp = page("handout", language)["draft"].partition(".")[0]
    assert said.status.startswith(stamp)
    assert 'class="status draft"' in handout_html(said)
    assert "Ana Ruiz" in signed.status
    assert stamp not in handout_html(signed)


def test_every_line_of_aftercare_says_how_sure_it_is_and_who_says_so():
    said = made()
    assert len(said.waits) >= 10
    for line in (*said.waits, *(sign for _, _, signs in said.calls for sign in signs)):
        assert line.certainty
        assert line.sources
        assert max(line.sources) <= len(said.sources)
    html = handout_html(said)
    for number in range(1, len(said.sources) + 1):
        assert f'id="source-{number}"' in html


def test_every_word_of_the_timetable_has_its_record_and_the_other_way_round():
    for kind in ("wait", "normal", "call"):
        keys = {advice.key for advice in aftercare().values() if advice.kind == kind}
        told = set(page("aftercare", "en")[kind])
        assert told - keys == ({"minoxidil"} if kind == "wait" else set())
        assert keys <= told


def test_the_first_visit_gives_every_wait_its_day_and_hour():
    said = made()
    washing = next(wait for wait in said.waits if "wash your hair" in wait.what)
    assert washing.until == "48 hours"
    assert washing.first == "Wednesday, 9 December 2026, 10:00"


@pytest.mark.parametrize(
    ("changed", "told", "hours"),
    [
        ({}, {}, 24),
        ({"hold_hours": 36}, {}, 36),
        ({}, {"needle_mm": 1.5}, 72),
        ({}, {"occluded_hours": 4}, 72),
        ({}, {"skin_type": 5}, 48),
        ({}, {"conditions": ["heart murmur"]}, 72),
        ({}, {"closed": 30.4}, 31),
    ],
)
def test_the_restart_is_the_longest_wait_that_applies(changed: dict, told: dict, hours: float):
    raw = make_protocol(3, (MINOXIDIL | changed,)).model_dump()
    raw["device"]["needle_mm"] = told.get("needle_mm", 0.6)
    raw["course"]["occluded_hours"] = told.get("occluded_hours")
    who = Patient.model_validate(
        CLEAN | {key: told[key] for key in ("skin_type", "conditions") if key in told}
    )
    protocol = Protocol.model_validate(raw)
    found = restart(who, protocol, forecast(protocol, told.get("closed", 12.0)))
    assert found is not None
    assert found.hours == hours == max(reason.hours for reason in found.reasons)
    assert all(reason.sources for reason in found.reasons)


@pytest.mark.parametrize(("per_day", "used"), [(None, True), (0, False), (1, True)])
def test_minoxidil_of_unknown_frequency_is_used_and_of_none_is_not(per_day: Any, used: bool):
    protocol = make_protocol(3, (MINOXIDIL | {"per_day": per_day},))
    assert (restart(WHO, protocol, forecast(protocol)) is not None) == used


def test_without_a_forecast_the_wait_of_the_model_is_left_out_and_all_others_stay():
    whole, bare = restart(WHO, COURSE, forecast(hours=200.0)), restart(WHO, COURSE, None)
    assert whole is not None
    assert bare is not None
    assert whole.hours == 200
    assert bare.reasons == tuple(each for each in whole.reasons if each.basis != "model")
    assert bare.hours == 24


UNSAID = {"en": ("as your clinician told you", "You pause it"), "es": ("su médico", "en pausa")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unknown", ["strength_percent", "per_day"])
def test_minoxidil_of_unknown_dose_is_paused_too_and_no_dose_is_made_up(
    language: Any, unknown: str
):
    protocol = make_protocol(6, (MINOXIDIL | {unknown: None},))
    points = made(language, protocol).plan.points
    (told,) = [point for point in points if "minoxidil" in point.lower()]
    clinician, pause = UNSAID[language]
    assert clinician in told
    assert not re.search(r"\d", told)
    assert any(pause in point for point in points)
    assert made(language, protocol).waits == made(language).waits


@pytest.mark.parametrize("language", LANGUAGES)
def test_minoxidil_that_is_never_put_on_is_not_told_of(language: Any):
    protocol = make_protocol(6, (MINOXIDIL | {"per_day": 0},))
    assert "minoxidil" not in " ".join(made(language, protocol).plan.points).lower()


def test_without_minoxidil_there_is_no_restart_and_without_needling_no_timetable():
    bare = make_protocol(3, ())
    assert restart(WHO, bare, forecast(bare)) is None
    assert "minoxidil" not in {line.key for line in timetable(WHO, bare, forecast(bare)).lines}
    assert timetable(WHO, make_protocol(0, (MINOXIDIL,)), forecast()).lines == ()


def test_who_may_not_be_needled_gets_a_page_without_needles():
    who = Patient.model_validate(CLEAN | {"conditions": ["keloid_history"]})
    said = made(who=who)
    assert screen(who, COURSE).decision == "do_not_treat"
    assert said.title == "Your plan without needles"
    assert said.why_not is not None
    assert (said.waits, said.dates, said.day, said.before) == ((), (), None, None)
    assert "pen" not in " ".join(said.plan.points)


def test_the_weather_is_the_forecast():
    found = forecast()
    total, smallest = found.draws["total_density_per_cm2"], found.detectable.smallest_change_per_cm2
    for day in outlook(found):
        change = total[:, day.week] - total[:, 0]
        assert day.more == pytest.approx((change > smallest).mean())
        assert day.less == pytest.approx((change < -smallest).mean())
        assert day.more + day.same + day.less == pytest.approx(1)
    for columns in (3, 6):
        assert "<title" in weather_map(outlook(found), "es", columns=columns)


def test_a_condition_without_a_fitted_trial_is_called_a_rough_guess():
    areata = Patient.model_validate(
        {"age": 28, "sex": "female", "condition": "alopecia_areata", "grade": "salt_12"}
        | {name: [] for name in ("conditions", "medications", "allergies", "scalp_findings")}
        | {"pregnant": False, "breastfeeding": False, "skin_type": 3}
    )
    rough = page("handout", "en")["outlook"]["rough"]
    assert rough in made(who=areata).outlook.paragraphs
    assert rough not in made().outlook.paragraphs


def test_shedding_and_patience_are_told_of_only_where_the_forecast_shows_them():
    told = page("handout", "en")["outlook"]
    found = forecast()
    draws = dict(found.draws)
    shed = np.ones_like(draws[SHED])
    shed[:, 2:8] = 3.0
    for course, more in ((np.ones_like(shed), False), (shed, True)):
        changed = replace(found, draws=draws | {SHED: course})
        said = made(found=changed)
        assert (told["shedding"] in said.outlook.paragraphs) == more
    bright = np.repeat(draws["total_density_per_cm2"][:, :1], draws[SHED].shape[1], axis=1)
    bright[:, 1:] += 60
    changed = replace(found, draws=draws | {"total_density_per_cm2": bright})
    said = made(found=changed)
    assert told["nothing_yet"] not in said.outlook.paragraphs


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", ["usual", "large"])
def test_the_paper_is_tagged_in_its_language_and_holds_every_sentence(language: Any, size: Any):
    said = made(language)
    reader = PdfReader(io.BytesIO(handout_pdf(said, size)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith(language)
    text = re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in reader.pages))
    for sentence in (said.title, said.off_label, *said.plan.points, *said.unknown.points):
        assert re.sub(r"\s+", " ", sentence) in text
    assert handout_pdf(said, size) == handout_pdf(said, size)


def test_large_print_is_larger():
    usual, large = (PdfReader(io.BytesIO(handout_pdf(made(), size))) for size in ("usual", "large"))
    assert len(large.pages) > len(usual.pages)


def test_nothing_is_fetched_and_text_from_outside_stays_text():
    name = Signature('<script>alert("x")</script>', date(2026, 1, 1))
    said = replace(made(), status=name.name)
    html = handout_html(said)
    assert "<script" not in html
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", html)


@pytest.mark.parametrize(("hours", "said"), [(24, "24 hours"), (48, "48 hours"), (72, "3 days"),
                                             (336, "14 days"), (31, "31 hours")])  # fmt: skip
def test_hours_in_words(hours: float, said: str):
    assert hours_said(hours, "en") == said


def test_a_record_without_source_or_reason_is_refused():
    good = {"hours": [1, 2], "why": "x", "sources": ["CHU2021"], "certainty": "low"}
    assert check_aftercare({"wait": {"a": good}}, sources())["wait.a"].most_h == 2
    for fault in ({"sources": []}, {"why": " "}, {"hours": [3, 2]}, {"certainty": "sure"}):
        with pytest.raises(BadRecord):
            check_aftercare({"wait": {"a": good | fault}}, sources())
    with pytest.raises(BadRecord):
        check_aftercare({"call": {"a": good}}, sources())


def test_the_timetable_as_data_is_plain_json():
    told = timetable(WHO, COURSE, forecast()).as_dict()
    assert json.loads(json.dumps(told))["restart"]["hours"] == 24
    assert (FIRST.later(48).day - FIRST.day) == timedelta(days=2)
