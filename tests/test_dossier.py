"""The qualification report: failures first, every claim held up by a test that exists."""

import io
import re
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from pypdf import PdfReader

from anagen.calibration.average_effect import WEEKS, AverageEffect
from anagen.calibration.left_out_predictions import ArmPrediction, left_out_predictions
from anagen.care.arm_forest import arm_forest, rank_chart
from anagen.care.average_chart import average_chart
from anagen.care.document import Document
from anagen.care.document_pages import document_html, document_pdf
from anagen.care.dossier import dossier
from anagen.evidence.credibility import claims
from anagen.evidence.pooled import pooled_effects
from anagen.evidence.posterior import posterior
from anagen.evidence.trials import trials
from anagen.qualification.failures import failures, sampling
from anagen.qualification.held_against import held_against
from anagen.qualification.ranks import rank_chances
from anagen.qualification.scope import conditions, never_fitted, ranges, treatments

TESTS = Path(__file__).parent
DAY = date(2026, 1, 2)


@pytest.fixture(scope="module")
def averages() -> tuple[AverageEffect, ...]:
    """Two comparisons: one that meets its review, one that does not."""
    pooled = tuple(p for p in pooled_effects() if p.comparison.startswith("combined") and p.ci_low)
    random = np.random.default_rng(0)
    at = random.normal(size=(len(WEEKS), 500))
    return (
        AverageEffect("needling", "Needling over nothing", 5 + 3 * at, ()),
        AverageEffect("added", "Needling added to minoxidil", 2 + at, pooled[:1]),
    )


@pytest.fixture(scope="module")
def report(averages) -> Document:
    found = held_against(left_out_predictions())
    outlier = next(arm for arm in trials() if arm.role == "outlier" and arm.change_per_cm2 == 91.4)
    claimed = ArmPrediction(outlier, 91.4, np.random.default_rng(0).normal(15, 10, 2000), "")
    failed = failures(found, averages)
    others = held_against([claimed], unseen=True)
    return dossier(found, others, averages, failed, WEEKS, "0.1.0", DAY)


def test_failures_come_first(report):
    assert report.sections[0].title == "What failed"
    assert any("outside their 80 %" in item for item in report.sections[0].items)


def test_a_review_that_disagrees_is_a_failure_and_one_that_agrees_is_none(averages):
    said = failures(held_against([]), averages)
    assert any("Needling added to minoxidil" in one for one in said)
    agrees = AverageEffect("added", "Met", averages[1].draws + 12, averages[1].pooled)
    assert not any("Met" in one for one in failures(held_against([]), (agrees,)))


def test_the_outlier_is_called_implausible_and_how_far_outside_is_said(report):
    (section,) = [s for s in report.sections if "reproduced" in s.title]
    (item,) = section.items
    assert "implausible" in item
    assert "+91.4" in item
    away = float(re.search(r"([\d.]+) standard deviations", item)[1])
    assert away == pytest.approx((91.4 - 15) / 10, rel=0.1)


def test_what_no_scored_result_stands_behind_is_a_failure():
    """Without the studies that needled, needling is uncovered; a study less narrows no range."""
    every = left_out_predictions()
    without = held_against([one for one in every if one.arm.device == "none"])
    empty = {one.key for one in treatments(without) if not one.results}
    assert {"needling", "needling_prp", "needling_growth_factors"} <= empty
    assert not {"untreated", "minoxidil", "reductase"} & empty
    said = " ".join(failures(without, ()))
    assert "No result could be scored of: needling alone, or with saline." in said
    assert "No result could be scored in: alopecia areata" in said
    needle = next(one for one in ranges(without) if one.label == "Needle length")
    assert needle.span is None
    assert needle.results == 0
    by_key = {one.key: one.results for one in conditions(held_against(every))}
    assert by_key["androgenetic_alopecia"] >= 10
    assert by_key["telogen_effluvium"] == 0


def test_better_by_chance_is_said_and_better_beyond_chance_is_not():
    """Baselines as they are against draws that know the answer within 0.1 hairs/cm²."""
    random = np.random.default_rng(0)
    used = [one for one in left_out_predictions() if not one.why_not_used]
    knowing = [
        replace(one, draws=random.normal(one.observed, 0.1, 500), observed=one.observed)
        for one in used
    ]
    said = " ".join(failures(held_against(knowing), ()))
    assert "may be chance" not in said
    ratio = held_against(used).against("meta_regression")
    assert ratio is not None
    assert ("may be chance" in " ".join(failures(held_against(used), ()))) == (
        ratio[1] < 1 < ratio[2]
    )


def test_ranks_that_are_not_flat_and_draws_that_did_not_converge_are_failures():
    random = np.random.default_rng(0)
    flat, heaped = random.uniform(size=(100, 3)), random.beta(4, 4, size=(100, 3))
    assert rank_chances({"ranks": {"below": flat.tolist()}})[1] == 3
    post = posterior()
    quality = {"r_hat": {"x": 1.0}, "effective": {"x": 900}, "divergences": 0}

    def said(below: np.ndarray, **other: object) -> list[str]:
        checks = {"ranks": {"below": below.tolist()}, "recovery": {"below": below.tolist()}}
        made = {**post.made, "quality": quality | other, "checks": checks}
        return sampling(replace(post, made=made))

    assert said(flat) == []
    assert "not flat" in said(heaped)[0]
    assert "R-hat of x is 1.200" in said(flat, r_hat={"x": 1.2})[0]
    unchecked = replace(post, made={**post.made, "quality": quality, "checks": {}})
    assert len(sampling(unchecked)) == 2
    assert "found again" in sampling(unchecked)[0]
    assert "not checked on virtual trials" in sampling(unchecked)[1]
    assert "12 virtual worlds only" in said(flat[:12])[0]


def test_arms_of_the_calibration_are_never_among_those_never_fitted():
    fitted = {(one.arm.study_id, one.arm.arm_id, one.arm.week) for one in left_out_predictions()}
    asked = never_fitted()
    assert any(arm.change_per_cm2 == 91.4 for arm in asked)
    assert not fitted & {(arm.study_id, arm.arm_id, arm.week) for arm in asked}


def test_every_claim_names_tests_that_exist():
    for items in claims().values():
        for item in items:
            for named in item.tests:
                file, _, function = named.partition("::")
                source = (TESTS / file).read_text("utf-8")
                assert not function or f"def {function}(" in source, named


def test_validation_stands_before_verification_and_numbered_cases_keep_their_number(report):
    titles = [section.title for section in report.sections]
    assert titles.index("Validation: studies left out") < titles.index("Evidence by kind")
    (kinds,) = [section for section in report.sections if section.title == "Evidence by kind"]
    said = " ".join(cell for table in kinds.tables for row in table.rows for cell in row)
    assert "test_needling: V1.1 roller density per pass" in said


def test_every_arm_is_in_the_report_scored_or_with_its_reason(report):
    (section,) = [s for s in report.sections if s.title == "Validation: studies left out"]
    told = section.figures[0].wide + section.figures[1].wide
    told += " ".join(row[0] for row in section.tables[1].rows)
    for one in left_out_predictions():
        assert f"{one.arm.study_id} {escape(one.arm.arm_id)}" in told


def test_no_numbered_verification_case_is_left_out_of_the_report():
    named = {test for items in claims().values() for item in items for test in item.tests}
    for path in TESTS.glob("test_*.py"):
        cases = re.findall(r"^def (test_v\d\w+)", path.read_text("utf-8"), re.MULTILINE)
        assert {f"{path.name}::{case}" for case in cases} <= named, path.name


def test_the_page_is_whole_fetches_nothing_and_says_it_all(report):
    page = document_html(report)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert "<script" not in page
    for section in report.sections:
        assert section.title in page
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_paper_is_tagged_and_the_same_each_time(report):
    paper = document_pdf(report, DAY)
    assert paper == document_pdf(report, DAY)
    reader = PdfReader(io.BytesIO(paper))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = "".join(page.extract_text() for page in reader.pages)
    assert "What failed" in text


@pytest.mark.parametrize("width", [344, 860])
def test_pictures_are_well_formed_and_describe_themselves(averages, width):
    arms = [one for one in left_out_predictions() if not one.why_not_used]
    drawings = (
        arm_forest(arms, width=width),
        rank_chart([0.1, 0.5, 0.9], width=width),
        average_chart(averages, WEEKS, width=width),
    )
    for svg in drawings:
        root = ElementTree.fromstring(svg)
        space = "{http://www.w3.org/2000/svg}"
        assert root.find(f"{space}title") is not None
        assert root.find(f"{space}desc") is not None
