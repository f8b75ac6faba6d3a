"""The report says everything it must, to everyone, and nothing in it can act or fetch."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from fake_plan import (
    HOSTILE,
    INFECTION,
    SMALLEST,
    make_barred_plan,
    make_forecast,
    make_hostile_plan,
    make_option,
    make_plan,
    make_protocol,
    make_screening,
)

from anagen.care import words
from anagen.care.content import page_of
from anagen.care.report import report_html
from anagen.care.words import expectation, hairs, number, one_in, people, plain, with_band

PLAN = make_plan()
PAGE = report_html(PLAN, date(2026, 3, 2))
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    """The elements of a page with their attributes, its text, and whether it is well nested."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def said(self) -> str:
        return " ".join(" ".join(self.text).replace(words.THIN, " ").split())

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]


READ = Reader(PAGE)
BARRED = Reader(report_html(make_barred_plan()))


@pytest.mark.parametrize("option", PLAN.options, ids=lambda option: option.key)
def test_every_option_is_there_with_its_band_burden_and_evidence(option):
    for needed in (
        option.name,
        with_band(option.gain).replace(words.THIN, " ")
        if option.key != "none"
        else "nothing to compare",
        option.evidence,
        *option.reasons,
    ):
        assert needed in READ.said


def test_no_option_is_hidden_when_there_are_many():
    screening = make_screening()
    more = tuple(
        make_option(rank, f"o{rank}", f"Course {rank}", 5, 5, make_protocol(6), screening)
        for rank in range(5, 25)
    )
    page = Reader(report_html(replace(PLAN, options=(*PLAN.options, *more)))).said
    assert all(option.name in page for option in more)
    assert "Show the other 20 options" in page
    assert "No needling" in page.split("Show the other")[0]


def test_what_must_always_stand_there():
    for needed in (
        "Off-label",
        "not a medical device",
        "not cleared or CE-marked",
        "Needling only with care",
        "No needling",
        PLAN.message,
        PLAN.model_version,
        "seed 0",
        "2 March 2026",
        "Roller 1.5 mm every week",
        "The wounds would not close between sessions.",
        *PLAN.would_change,
        "Show the numbers",
        "lies outside the trials",
        "finasteride",
    ):
        assert needed in READ.said


def test_findings_carry_reason_action_source_certainty_and_conflict():
    for finding in PLAN.screening.findings:
        for needed in (finding.title, finding.reason, finding.action, finding.source):
            assert needed in READ.said
        assert finding.certainty in READ.said
        assert finding.conflict in READ.said
    for unknown in PLAN.screening.unknown:
        assert unknown.question in READ.said


def test_inputs_used_and_missing_are_told_apart():
    page = page_of(PLAN)
    used = dict(page.used)
    assert used["Medicines"] == "warfarin; isotretinoin (stopped 40 days ago)"
    assert used["Other conditions"] == "none (asked)"
    assert used["Hairs counted"].replace(words.THIN, " ") == "172 hairs/cm²"
    assert page.missing == (
        "Weight",
        "Allergies",
        "Seen on the scalp today",
        "Sulfotransferase in plucked hair (OD at 405 nm)",
        "Share of thick hairs",
        "Share of hairs in growth",
    )
    woman = page_of(make_plan(sex="female", condition="telogen_effluvium", grade=None, hair=None))
    assert {"Pregnant", "Breastfeeding", "Hairs counted"} <= set(woman.missing)
    assert "Grade" not in woman.missing
    assert not any("Sulfotransferase" in label for label in woman.missing)  # pattern loss only


def test_nothing_is_fetched_and_nothing_runs():
    assert "script" not in READ.tags()
    assert not {"link", "img", "iframe", "object", "form", "input"} & set(READ.tags())
    for _, attributes in READ.elements:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href"):
                assert value
                assert value.startswith("#")
    assert "@import" not in PAGE
    assert not re.search(r"url\((?!#)", PAGE)
    policy = next(a["content"] for t, a in READ.elements if t == "meta" and "http-equiv" in a)
    assert policy
    assert policy.startswith("default-src 'none'")


def test_a_hostile_file_stays_text():
    page = report_html(make_hostile_plan())
    read = Reader(page)
    assert "script" not in read.tags()
    assert plain(HOSTILE) in read.said
    assert "{{ 7 * 7 }}" in read.said
    assert "\x1b" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("read", [READ, BARRED], ids=["plan", "barred"])
def test_a_page_can_be_walked_by_its_structure(read):
    tags = read.tags()
    assert read.open == []
    assert [tags.count(each) for each in ("h1", "main", "header", "footer")] == [1, 1, 1, 1]
    assert dict(read.elements)["html"]["lang"] == "en"
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [a["id"] for _, a in read.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in read.elements:
        for reference in (attributes.get("aria-labelledby") or "").split():
            assert reference in ids
    for tag, attributes in read.elements:
        if tag == "svg":
            assert attributes.get("aria-hidden") == "true" or attributes.get("role") == "img"


def test_each_chart_has_its_numbers_in_a_table():
    head = READ.said.index("Show the numbers")
    assert "Visible hairs per cm²" in READ.said[head:]
    numbers = page_of(PLAN).numbers
    assert numbers
    assert [row[0] for row in numbers.rows] == ["0", "4", "8", "12", "16", "24", "36", "52"]
    assert all(len(row) == len(numbers.head) for row in numbers.rows)


def test_a_person_who_must_not_be_needled_gets_reason_way_out_and_next_step():
    plan = make_barred_plan()
    for needed in (
        plan.message,
        "Do not needle",
        INFECTION.reason,
        INFECTION.action,
        "What would change the answer",
        plan.would_change[0],
        "Next step",
        "Off-label",
        plan.model_version,
    ):
        assert needed in BARRED.said
    assert "The options" not in BARRED.said
    assert "Show the numbers" not in BARRED.said


def test_the_same_plan_gives_the_same_page():
    assert report_html(make_plan(), date(2026, 3, 2)) == PAGE


@pytest.mark.parametrize("read", [READ, BARRED], ids=["plan", "barred"])
def test_no_page_promises(read):
    assert not re.search(r"regrow|miracle|guarantee|before/after|cure", read.said, re.I)


def test_a_gain_smaller_than_the_counting_error_is_never_shown_as_a_result():
    for row, option in zip(page_of(PLAN).rows, PLAN.options, strict=True):
        small = abs(option.gain["median"]) < SMALLEST
        assert ("less than a count can tell" in row.gain_note) == (small and option.key != "none")
    weak = make_forecast(3, 2, make_protocol(6))
    assert "cannot tell that from no change" in expectation(weak, 52)


def test_what_needling_adds_to_the_medicine_is_said_beside_its_gain():
    """The same draws end 5 hairs higher with needles than without: that is all the needles did."""
    first, medicine, *others = PLAN.options
    drawn = dict(medicine.forecast.draws)
    drawn[words.TOTAL] = drawn[words.TOTAL] + np.linspace(0, 5, 53)
    lifted = replace(first, forecast=replace(first.forecast, draws=drawn))
    rows = page_of(replace(PLAN, options=(lifted, medicine, *others))).rows
    said = rows[0].added.replace(words.THIN, " ")
    assert said == (
        "Needling adds +5 (+5 to +5) hairs/cm² to the medicine alone: "
        "less than a count can tell (±14)."
    )
    assert [row.added for row in rows[1:]] == ["", "", ""]


def test_an_expectation_gives_the_range_and_the_people_who_see_nothing():
    said = expectation(PLAN.options[0].forecast, 52).replace(words.THIN, " ")
    assert re.match(r"We expect (between|anything from) \d+ ", said)
    assert "on a thumbnail's area (1 cm²) after 52 weeks" in said
    assert "no change that can be measured" in said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (4.2, 20.8, "between 4 and 21 more hairs"),
        (-6, 21, "anything from 6 fewer to 21 more hairs"),
        (-15, -4, "between 4 and 15 fewer hairs"),
        (3.2, 3.4, "about 3 more hairs"),
        (-0.2, 0.3, "no more and no fewer hairs"),
    ],
)
def test_ranges_of_hairs_in_words(low, high, said):
    assert hairs(low, high) == said


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.0, "hardly anyone sees"),
        (0.21, "about one person in five sees"),
        (0.66, "about two people in three see"),
        (0.99, "nearly everyone sees"),
    ],
)
def test_chances_as_people(chance, said):
    assert people(chance, "sees", "see") == said


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0, "none"),
        (0.5, "1 in 2"),
        (0.0096, "1 in 100"),
        (1 / 340, "1 in 300"),
        (2e-4, "1 in 5,000"),
        (1e-9, "less than 1 in 100,000"),
    ],
)
def test_small_chances(chance, said):
    assert one_in(chance) == said


@pytest.mark.parametrize(
    ("value", "said"), [(172.4, "172"), (14.0, "14"), (2.25, "2.2"), (-0.001, "0"), (-3.5, "−3.5")]
)
def test_numbers_are_no_more_exact_than_they_are(value, said):
    assert number(value) == said
