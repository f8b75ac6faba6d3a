"""Whatever a page shows a key of can be looked up; nothing on these pages needs a script."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fake_plan import make_plan
from test_report import Reader
from web_client import Practice, practice

from anagen.care.evidence import cards, find, kinds
from anagen.care.evidence_view import TITLES
from anagen.care.spread_picture import spread_of
from anagen.care.trial_cards import arm_key
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import posterior
from anagen.evidence.rules import rule_book
from anagen.evidence.sources import sources
from anagen.evidence.trials import CONDITIONS, trials
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.range_of_validity import warnings_for
from anagen.screening import screen
from anagen.web.settings import Settings

BARE = {
    "device": {"kind": "pen", "needle_mm": 0.6},
    "course": {"sessions": 3, "interval_days": 14},
    "topicals": [{"drug": "minoxidil"}, {"drug": "prp"}],
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    many = Settings(most_requests_per_minute=100_000)
    with practice(tmp_path_factory.mktemp("evidence"), many) as made:
        yield made


def test_every_rule_number_source_and_arm_has_its_page(here: Practice) -> None:
    """The keys that a screening, a plan, a forecast or a handout shows are among these."""
    keys = {rule.key for rule in rule_book().rules} | set(parameters()) | set(sources())
    keys |= {arm.study_id for arm in trials()} | {arm_key(arm) for arm in trials()}
    assert keys <= set(cards())
    pages, led = {f"/evidence/{quote(key, safe='')}": key for key in cards()}, set()
    for to, key in pages.items():
        answer = here.clinician.get(to)
        assert answer.status_code == 200, key
        assert f'class="pill">{key}<' in answer.text, key
        led |= set(re.findall(r'href="(/evidence/[^"?]+)"', answer.text))
    assert len(led) > 300
    assert led <= set(pages)


def test_the_keys_that_findings_and_warnings_show_are_found(here: Practice) -> None:
    plan = make_plan()
    who = Patient.model_validate(
        {"age": 40, "sex": "male", "condition": "androgenetic_alopecia",
         "medications": ["warfarin", "isotretinoin"], "scalp_findings": ["open wound"]}
    )  # fmt: skip
    shown = {finding.rule for finding in screen(who, plan.options[0].protocol).findings}
    said = " ".join(warnings_for(who, Protocol.model_validate(BARE), 52, 0.0, 0.0))
    shown |= set(re.findall(r"\((\w+\.\w+)\)", said))
    assert len(shown) > 4
    for key in shown:
        assert here.clinician.get(f"/evidence/{key}").status_code == 200, key


def test_a_card_says_value_source_grade_and_conflict(here: Practice) -> None:
    number = Reader(here.clinician.get("/evidence/effects.minoxidil_on_exit").text).said
    record = parameters()["effects.minoxidil_on_exit"]
    for said in (record.describe(), record.grade, "after the trials", "nine in ten from"):
        assert said in number
    rule = next(rule for rule in rule_book().rules if rule.conflict)
    told = Reader(here.clinician.get(f"/evidence/{rule.key}").text).said
    for said in (rule.reason, rule.action, rule.conflict):
        assert " ".join(said.split()) in told


def test_the_picture_of_a_number_is_its_spread_before_and_after() -> None:
    for key in posterior().keys:
        spread = spread_of(parameters()[key])
        assert spread is not None
        (_, before), (_, after) = spread.rows
        told = posterior().made["numbers"][key]
        assert before[2] == pytest.approx(parameters()[key].centre)
        assert after[0] <= told["low"] <= after[2] <= told["high"] <= after[4]
        assert after[2] == pytest.approx(told["median"], rel=0.1)  # 1,000 rows of 4,000
    for record in parameters().values():
        spread = spread_of(record)
        assert (spread is None) == (record.distribution in {"fixed", "bernoulli"})
        assert spread is None or all(list(q) == sorted(q) for _, q in spread.rows)


def test_search_finds_by_word_and_by_kind_in_pages(here: Practice) -> None:
    client = here.researcher
    first = client.get("/evidence", params={"q": "minoxidil"}).text
    assert f"{len(find('minoxidil'))} records" in first
    seen: list[str] = []
    to = "/evidence?kind=number"
    while to:
        page = client.get(to).text
        seen += re.findall(r'<li><a href="/evidence/([^"?]+)"><b>', page)
        after = re.search(r'href="([^"]+)">After</a>', page)
        to = after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == len(set(seen)) == kinds()["number"]
    assert "Nothing here holds these words" in client.get("/evidence?q=qqqqq").text
    assert client.get("/evidence?kind=nonsense").status_code == 422
    assert client.get("/evidence?after=-5&q=minoxidil").status_code == 200


@pytest.mark.parametrize("name", TITLES)
def test_every_view_of_the_trials_has_its_page_for_every_condition(
    here: Practice, name: str
) -> None:
    for condition in ("", *CONDITIONS):
        answer = here.clinician.get(f"/evidence/views/{name}", params={"condition": condition})
        assert answer.status_code == 200
        assert "<svg" in answer.text
    assert here.clinician.get("/evidence/views/nonsense").status_code == 404
    refused = here.clinician.get(f"/evidence/views/{name}", params={"condition": "x"})
    assert refused.status_code == 422


def test_how_wrong_the_forecast_is_stands_first_with_what_failed(here: Practice) -> None:
    overview = Reader(here.clinician.get("/evidence").text).said
    assert "80\u202f% intervals held" in overview or "80 % intervals held" in overview
    told = Reader(here.clinician.get("/evidence/views/qualification").text).said
    assert told.index("What failed") < told.index("Calibration, apart from validation")
    assert "lie outside their 80 %" in told


@pytest.mark.parametrize(
    "path",
    ["/evidence", "/evidence?q=minoxidil", "/evidence/C15", "/evidence/closure.dye_half_life_h",
     "/evidence/DHURAT2013", "/evidence/views/missing", "/evidence/views/qualification"],
)  # fmt: skip
def test_the_pages_hold_the_policy_and_are_whole(here: Practice, path: str) -> None:
    read = Reader(here.clinician.get(path).text)
    assert read.open == []
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in read.elements:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "style"


def test_an_unknown_record_is_not_found_and_the_nearest_is_named(here: Practice) -> None:
    answer = here.clinician.get("/evidence/closure.dye_half_life")
    assert answer.status_code == 404
    assert "closure.dye_half_life_h" in answer.text
