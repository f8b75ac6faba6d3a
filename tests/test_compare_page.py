"""Comparing plans in the browser: plain or by htmx, few draws or all, and keeping one of them."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from fake_plan import make_forecast
from sqlalchemy import select
from web_client import practice

from anagen import kept_forecast
from anagen.care.words import no_needling
from anagen.kept_forecast import KeptForecast
from anagen.protocol import Protocol, nothing
from anagen.records import tables
from anagen.records.current import current
from anagen.web import course_form
from anagen.web.pages.compare import ALL, FEW

FACTS = {"age": 34, "sex": "male", "condition": "androgenetic_alopecia", "conditions": [],
         "medications": [], "allergies": [], "scalp_findings": []}  # fmt: skip
HTMX = {"hx-request": "true"}
HOSTILE = '"><script>alert(1)</script>{{ 7 * 7 }}'


class Model:
    """Remembers how many draws it was asked for."""

    asked: list[int]

    def __init__(self) -> None:
        self.asked = []

    def kept(self, patient, protocol, weeks, draws, seed) -> dict[str, Any]:
        return kept_forecast.keep(
            *self.ask(patient, [protocol, nothing(protocol)], weeks, draws, seed)
        )

    def ask(self, patient, protocols, weeks, draws, seed, endpoints=None) -> list[Any]:  # noqa: ARG002
        self.asked.append(draws)
        return [
            make_forecast(-3 if no_needling(each) else 9, 5, each, patient) for each in protocols
        ]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    model = Model()
    with practice(tmp_path_factory.mktemp("compare"), forecaster=model) as made:
        with made.store.writing(made.actor("clinician")) as entry:
            names = {"well": FACTS, "barred": FACTS | {"scalp_findings": ["open_wound"]}}
            made.people = {
                name: entry.add(
                    tables.Patient(given_name="Ada", family_name=HOSTILE, facts=facts)
                ).record
                for name, facts in names.items()
            }
        made.model = model
        yield made


def address(here, who: str = "well", keep: bool = False) -> str:
    return f"/patients/{here.people[who]}/compare{'/keep' if keep else ''}"


def course(key: str = "a", **changes: str) -> dict[str, str]:
    typed = {
        "device": "pen", "needle_mm": "0.8", "sessions": "6", "interval_days": "28",
        "topical": "minoxidil:5", "hold_hours": "24",
    } | changes  # fmt: skip
    return {f"{key}.{name}": value for name, value in typed.items()}


def test_no_needling_is_a_column_of_every_comparison(here) -> None:
    for asked in ({}, course(), course() | course("b", device="none") | course("c")):
        text = here.assistant.get(address(here), params=asked).text
        assert re.search(r'id="chart-none"[^>]*>\s*<h2>No needling<', text)
        assert text.count("<svg") >= 2


def test_the_first_page_offers_two_courses_and_ticks_no_third() -> None:
    typed = course_form.first_courses(SimpleNamespace(condition="androgenetic_alopecia"))  # type: ignore[arg-type]
    chosen = dict(course_form.chosen(typed))
    assert list(chosen) == ["a", "b"]
    assert all(isinstance(each, Protocol) for each in chosen.values())


def test_a_moving_slider_gets_few_draws_and_a_released_one_all(here) -> None:
    here.model.asked.clear()
    few = here.assistant.get(address(here), params=course() | {"draws": "few"}, headers=HTMX)
    assert set(here.model.asked) == {FEW}
    assert f"{FEW} draws while you slide; all {ALL} when you let go" in few.text
    here.model.asked.clear()
    every = here.assistant.get(address(here), params=course(), headers=HTMX)
    assert set(here.model.asked) == {ALL}
    assert f"all {ALL} draws" in every.text


def test_htmx_gets_the_parts_that_change_and_a_browser_the_whole_page(here) -> None:
    part = here.assistant.get(address(here), params=course(), headers=HTMX)
    assert part.headers["vary"] == "hx-request"
    assert "<html" not in part.text
    assert part.text.count('hx-swap-oob="true"') == 5  # four charts and what was drawn
    whole = here.assistant.get(address(here), params=course())
    assert "<html" in whole.text
    for name, value in course().items():
        field = re.search(rf'name="{re.escape(name)}".*?</div>', whole.text, re.DOTALL)
        assert field, name
        assert re.search(rf'value="{re.escape(value)}"', field[0]), name


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"a.needle_mm": "9"}, "plan A: device.needle_mm is 9"),
        ({"a.needle_mm": HOSTILE}, "plan A: device.needle_mm"),
        ({"a.sessions": "0"}, "sessions is 0"),
        ({"a.interval_days": ""}, "interval_days"),
        ({"a.topical": HOSTILE}, "plan A: topical"),
        ({"a.device": "laser"}, "plan A: device"),
        ({"a.device": ""}, "nothing is chosen"),
        ({"weeks": "1000"}, "weeks is"),
    ],
)
def test_what_cannot_be_planned_is_said_in_a_sentence(here, changes, said, headers) -> None:
    answer = here.assistant.get(address(here), params=course() | changes, headers=headers)
    assert answer.status_code == 422
    alert = re.search(r'role="alert">([^<]*)<', answer.text)
    assert alert
    assert said in alert[1]
    assert "<script>alert" not in answer.text
    assert "49" not in alert[1]


def test_a_patients_name_stays_text(here) -> None:
    for keep, asked in ((False, course()), (True, course() | {"column": "a"})):
        text = here.clinician.get(address(here, keep=keep), params=asked).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


def test_a_kept_plan_holds_its_inputs_and_its_forecast(here) -> None:
    asked = course() | {"column": "a", "weeks": "52", "first_day": "2026-06-01", "name": "Slow"}
    answer = here.clinician.post(address(here, keep=True), data=asked)
    assert answer.status_code == 303, answer.text
    with here.store.reading() as db:
        (plan,) = current(db, tables.Plan, tables.Plan.patient == here.people["well"])
        (screening,) = current(
            db, tables.Screening, tables.Screening.patient == here.people["well"]
        )
    assert answer.headers["location"] == f"/patients/{here.people['well']}/plans/{plan.record}"
    assert (plan.name, plan.first_day, plan.weeks, plan.draws) == (
        "Slow",
        date(2026, 6, 1),
        52,
        500,
    )
    assert (plan.screening, plan.override_reason) == (screening.record, None)
    assert Protocol.from_table(plan.protocol, where="kept") == course_form.protocol_of(asked, "a")
    assert plan.protocol["device"]["needle_mm"] == 0.8
    assert plan.model_version == "0.1.0+fake"
    kept = KeptForecast.of(plan.forecast, plan.facts, plan.protocol)
    against = KeptForecast.of(
        plan.forecast["no_needling"], plan.facts, plan.forecast["no_needling_protocol"]
    )
    assert no_needling(against.protocol)
    total = "total_density_per_cm2"
    assert kept.band(total)["median"][-1] > against.band(total)["median"][-1]


def test_a_barred_course_is_kept_only_with_a_reason_which_the_audit_tells(here) -> None:
    asked = course() | {"column": "a", "first_day": "2026-06-01"}
    to = address(here, "barred", keep=True)
    page = here.clinician.get(to, params=asked).text
    assert "override_reason" in page
    refused = here.clinician.post(to, data=asked)
    assert refused.status_code == 422
    with here.store.reading() as db:
        assert not current(db, tables.Plan, tables.Plan.patient == here.people["barred"])
    kept = here.clinician.post(to, data=asked | {"override_reason": "healed by then"})
    assert kept.status_code == 303
    with here.store.reading() as db:
        (plan,) = current(db, tables.Plan, tables.Plan.patient == here.people["barred"])
        noted = db.scalars(select(tables.Audit).where(tables.Audit.action == "override")).all()
    assert plan.override_reason == "healed by then"
    assert [each.detail["reason"] for each in noted if each.record == plan.record] == [
        "healed by then"
    ]


def test_only_who_may_plan_is_offered_to_keep(here) -> None:
    assert "Keep plan A" in here.clinician.get(address(here), params=course()).text
    assert "Keep plan A" not in here.assistant.get(address(here), params=course()).text
    assert here.assistant.post(address(here, keep=True), data=course()).status_code == 403


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"first_day": "soon"}, "YYYY-MM-DD"), ({"column": "z"}, "allowed is a, b or c")],
)
def test_a_plan_that_cannot_be_kept_says_why(here, changes, said) -> None:
    asked = course() | {"column": "a", "first_day": "2026-06-01"} | changes
    answer = here.clinician.post(address(here, keep=True), data=asked)
    assert answer.status_code == 422
    assert said in answer.text


def test_without_the_model_the_page_says_so_and_stands(tmp_path) -> None:
    with practice(tmp_path) as alone:
        with alone.store.writing(alone.actor("clinician")) as entry:
            row = tables.Patient(given_name="A", family_name="B", facts=FACTS)
            patient = entry.add(row).record
        for path in ("compare", "microscope"):
            answer = alone.assistant.get(f"/patients/{patient}/{path}")
            assert answer.status_code == 200
            assert "the model is not there yet" in answer.text
