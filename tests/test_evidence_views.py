"""Views of the trials: nothing of the table is lost, and what is said can be counted again."""

import csv
import io
import json
import random
import re
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.cells import cell_len
from scipy import stats
from shell import anagen

from anagen.care.evidence_findings import forest_findings, gap_findings, worth_measuring
from anagen.care.evidence_view import TITLES, view, view_html, view_svg
from anagen.care.evidence_words import arm_name
from anagen.care.tokens import DARK, LIGHT
from anagen.evidence.comparisons import (
    CLASSES,
    class_of,
    compare,
    interval_of,
    of_condition,
    people,
    pooled_for,
    readings_per_cm2,
)
from anagen.evidence.dose_response import LEAST_STUDIES, SETTINGS, dose_response
from anagen.evidence.gaps import REPORTS, gaps
from anagen.evidence.pooled import pooled_effects
from anagen.evidence.trials import CONDITIONS, COUNTED, ArmOutcome, trials

SVG = "{http://www.w3.org/2000/svg}"
FOREST = compare(trials(), pooled_effects())
SHOWN = {name: view(name) for name in TITLES}
ROWS = list(
    csv.DictReader(io.StringIO(files("anagen.evidence").joinpath("trials.csv").read_text("utf-8")))
)
SHAM = ArmOutcome(
    study_id="SHAM", arm_id="MN", condition="androgenetic_alopecia", device="pen", needle_mm=0.6,
    sessions=6, interval_days=14, topical="none", week=24, outcome="total_density",
    unit="hairs/cm2", n_analysed=30, baseline=150, change=4, change_sd=10, change_per_cm2=4,
)  # fmt: skip


def arm(study: str, name: str, week: float | None = None) -> ArmOutcome:
    found = [a for a in trials() if (a.study_id, a.arm_id) == (study, name)]
    return next(a for a in found if (week is None or a.week == week) and a.outcome in COUNTED)


def parsed(svg: str) -> Any:
    return ElementTree.fromstring(svg)


def of_class(root: Any, *names: str) -> list[Any]:
    return [each for each in root.iter() if each.get("class") in names]


def test_every_arm_is_in_the_forest_or_among_those_without_a_change_and_never_in_both():
    placed = [(c.arm.study_id, c.arm.arm_id) for c in FOREST.changes]
    unplaced = [(each.study_id, each.arm_id) for each in FOREST.unplaced]
    assert len(unplaced) == len(set(unplaced))
    assert not set(placed) & set(unplaced)
    assert set(placed) | set(unplaced) == {(a.study_id, a.arm_id) for a in trials()}
    drawn = [change.arm for change in FOREST.changes]
    assert len(drawn) == len(set(drawn))
    printed = {(r["study_id"], r["arm_id"], r["week"]) for r in ROWS if r["change_per_cm2"]}
    in_conflict = {("KUMAR2018", "MN+MX", "12"), ("KUMAR2018", "MX", "12")}
    assert {(a.study_id, a.arm_id, f"{a.week:g}") for a in drawn} == printed | in_conflict


def test_every_pooled_effect_is_drawn_or_listed_once():
    kinds = (FOREST.between_groups, FOREST.before_after, FOREST.standardised, FOREST.elsewhere)
    assert sum(map(len, kinds)) == len(pooled_effects())
    assert set().union(*kinds) == set(pooled_effects())


@pytest.mark.parametrize(
    ("study", "name", "given"),
    [
        ("AGGARWAL2020", "MN", "needling"),
        ("RO_FGF9", "MN+saline", "needling"),
        ("DHURAT2013", "MN+MX", "needling_minoxidil"),
        ("AGGARWAL2020", "MN+PRP", "needling_prp"),
        ("RO_FGF9", "MN+GFC", "needling_growth_factors"),
        ("WAN2025", "MN+exosome", "needling_growth_factors"),
        ("SERUMMN2024", "MN serum + drugs", "needling_other"),
        ("OLSEN2002", "MX5%", "minoxidil"),
        ("OLSEN2002", "placebo", "untreated"),
        ("RUSHTON1991", "untreated", "untreated"),
        ("VAHABI2021", "oral minoxidil 0.25 mg", "oral_minoxidil"),
        ("KAUFMAN1998", "finasteride 1 mg", "reductase"),
        ("VNC2020", "FIN+MX5%", "several"),
        ("IJCED2025", "PRP+MX", "prp"),
        ("LLLT2023", "LLLT+MX5%", "procedure"),
        ("KOUMPR2025", "MNRF+exosome", "procedure"),
    ],
)
def test_arms_fall_into_the_class_of_what_was_given(study: str, name: str, given: str):
    assert class_of(arm(study, name)) == given


def test_no_arm_without_needles_is_among_the_needled():
    for each in trials():
        assert class_of(each) in CLASSES
        if each.device == "none":
            assert not class_of(each).startswith("needling")
    assert class_of(replace(SHAM, device="sham")) == "sham"


def test_an_interval_from_a_standard_deviation_is_student_s():
    olsen = arm("OLSEN2002", "MX5%")
    found = interval_of(olsen)
    assert found is not None
    expected = stats.t.interval(0.95, 138, loc=18.6, scale=25.4 / np.sqrt(139))
    assert (found.low, found.high) == pytest.approx(expected)
    assert found.how == "sd"


@pytest.mark.parametrize(
    ("study", "name", "week", "p"),
    [
        ("HOFFMANN2005", "MX5%", 12, 0.047),
        ("HOFFMANN2005", "MX5%", 24, 0.011),
        ("OMW2020", "oral minoxidil 0.5-2 mg", 24, 0.025),
    ],
)
def test_an_interval_from_a_p_value_gives_that_p_value_back(
    study: str, name: str, week: float, p: float
):
    told = arm(study, name, week)
    found, n = interval_of(told), people(told)
    assert found is not None
    assert n is not None
    error = (found.high - found.low) / 2 / stats.t.ppf(0.975, n - 1)
    middle = (found.high + found.low) / 2
    assert middle == pytest.approx(told.change_per_cm2)
    assert 2 * stats.t.sf(middle / error, n - 1) == pytest.approx(p)


def test_an_interval_is_brought_to_square_centimetres_with_its_change():
    """Kaufman counted on 5.1 cm²: were its SD 100 hairs, it would be 19.6 hairs/cm²."""
    kaufman = arm("KAUFMAN1998", "finasteride 1 mg", 52)
    assert interval_of(kaufman) is None
    found = interval_of(replace(kaufman, change_sd=100))
    assert found is not None
    expected = stats.t.ppf(0.975, 678) * 100 / np.sqrt(679) * 16.9 / 86
    assert (found.high - found.low) / 2 == pytest.approx(expected)


def test_no_interval_is_made_up():
    known = {(c.arm.study_id, c.arm.arm_id) for c in FOREST.changes if c.interval is not None}
    for row in ROWS:
        if row["change_per_cm2"] and (row["study_id"], row["arm_id"]) in known:
            assert row["change_sd"] or re.match(r"[pP]=[\d.]+ vs baseline", row["se_or_p"])
    assert all((c.arm.study_id, c.arm.arm_id) in known for c in FOREST.changes if c.arm.change_sd)
    said = SHOWN["forest"].chart.plain
    bare = [c for c in FOREST.changes if c.interval is None]
    effects = (*FOREST.between_groups, *FOREST.before_after, *FOREST.standardised)
    bare_pooled = [e for e in effects if e.ci_low is None]
    assert words(said).count("no interval published") == len(bare) + len(bare_pooled)


def test_a_unit_in_conflict_keeps_both_readings_a_square_inch_apart():
    low, high = readings_per_cm2(arm("KUMAR2018", "MN+MX"))
    assert high == 12.52
    assert high / low == pytest.approx(6.4516)
    control = readings_per_cm2(arm("KUMAR2018", "MX"))
    assert low - control[0] == pytest.approx(1.65, abs=0.005)  # the add-on in both readings
    assert high - control[1] == pytest.approx(10.6, abs=0.05)


def test_the_findings_say_what_the_trials_say():
    said = "\n".join(SHOWN["forest"].findings)
    assert "pretence (sham)" in said
    assert "Needling alone: +5.4 to +10.8" in said
    assert "Minoxidil alone at week 12 runs from +0.29 to +52" in said
    assert f"{91.4 / 18.6:.1f} times the largest gain of minoxidil alone at week 48" in said
    depth = "\n".join(SHOWN["depth"].findings)
    assert "0.5 mm gained 7 hairs/cm² more than 0.3 mm" in depth
    assert "p=0.017 vs minoxidil" in depth
    assert "+1.16 (+0.86 to +1.42)" in depth
    assert "+0.52 (+0.23 to +0.82)" in depth
    assert "longer needles did not gain more" in depth
    assert "No study here compares two settings" in "\n".join(SHOWN["interval"].findings)
    missing = "\n".join(SHOWN["missing"].findings)
    assert "telogen effluvium, thinning with age or scarring alopecia" in missing


def test_minoxidil_alone_spans_more_between_studies_than_needling_is_said_to_add():
    early = [
        value
        for change in dict(FOREST.groups)["minoxidil"]
        if change.arm.week == 12
        for value in change.readings
    ]
    assert min(early) == pytest.approx(0.3, abs=0.01)
    assert max(early) == pytest.approx(52, abs=0.5)
    added = [e.estimate or 0 for e in FOREST.between_groups if "microneedling" in e.comparison]
    assert max(early) - min(early) > max(added)


@pytest.mark.parametrize("name", SETTINGS)
def test_points_have_both_numbers_and_no_line_is_fitted_without_ten_studies(name: str):
    found = dose_response(name, trials(), pooled_effects())
    column = SETTINGS[name].column
    assert found.points
    for point in found.points:
        assert point.setting == getattr(point.change.arm, column)
        assert point.change.arm.device != "none"
    points = {(p.change.arm.study_id, p.change.arm.arm_id) for p in found.points}
    unset = {(c.arm.study_id, c.arm.arm_id) for c in found.unset}
    assert not points & unset
    needles = {
        (r["study_id"], r["arm_id"])
        for r in ROWS
        if r["device"] != "none" and (r["change_per_cm2"] or r["study_id"] == "KUMAR2018")
        if r["outcome"] in COUNTED
    }
    assert points | unset == needles
    assert found.studies < LEAST_STUDIES
    assert f"there are {found.studies}" in SHOWN[name].findings[-1]


def test_a_step_joins_arms_of_one_study_that_differ_in_the_setting_alone():
    deeper = replace(SHAM, arm_id="MN 1.2", needle_mm=1.2, change=9.0, change_per_cm2=9.0)
    (step,) = dose_response("depth", [deeper, SHAM]).steps
    assert (step.lower.setting, step.higher.setting, step.gain) == (0.6, 1.2, 5)
    for other in (
        replace(deeper, needle_mm=0.6),
        replace(deeper, study_id="OTHER"),
        replace(deeper, topical="minoxidil"),
        replace(deeper, week=48),
        replace(deeper, outcome="terminal_density"),
    ):
        assert not dose_response("depth", [other, SHAM]).steps


def test_what_is_missing_are_the_blanks_of_the_table():
    counts = {count.report: count for count in gaps(trials()).counts}
    measured = [r for r in ROWS if r["outcome"] in (*COUNTED, "diameter", "salt")]
    needles = [r for r in ROWS if r["device"] != "none"]
    for column in ("change", "change_sd", "baseline"):
        assert counts[column].rows == len(measured)
        assert counts[column].untold == sum(not r[column] for r in measured)
    for column in ("needle_mm", "sessions", "interval_days"):
        assert counts[column].rows == len(needles)
        assert counts[column].untold == sum(not r[column] for r in needles)
    assert counts["week"].untold == sum(not r["week"] for r in ROWS)
    assert counts["n"].untold == sum(not (r["n_randomised"] or r["n_analysed"]) for r in ROWS)
    assert counts["device"].untold == sum(r["device"] == "other" for r in needles)
    bare = [r for r in measured if not r["unit"]]
    assert len(bare) < counts["unit"].untold <= len(measured)


def test_every_arm_is_listed_once_with_all_that_applies_to_it():
    listed = gaps(trials()).arms
    assert len(listed) == len({(a.study_id, a.arm_id) for a in trials()})
    for each in listed:
        rows = [r for r in trials() if (r.study_id, r.arm_id) == (each.study_id, each.arm_id)]
        assert not set(each.told) & set(each.untold)
        applying = {key for key, r in REPORTS.items() if any(map(r.applies, rows))}
        assert set(each.told) | set(each.untold) == applying


def test_comparisons_are_those_that_a_study_holds():
    classes: dict[str, set[str]] = {}
    for each in trials():
        classes.setdefault(each.study_id, set()).add(class_of(each))
    found = gaps(trials())
    for contest in found.contests:
        pair = {contest.one, contest.other}
        assert set(contest.studies) == {s for s, held in classes.items() if pair <= held}
        assert set(contest.with_spread) <= set(contest.with_numbers) <= set(contest.studies)
    asked = [frozenset((c.one, c.other)) for c in found.contests]
    assert len(asked) == len(set(asked))
    assert not any("sham" in pair for pair in asked if any(pair <= h for h in classes.values()))


def test_the_order_of_the_table_does_not_matter():
    arms = list(trials())
    random.Random(1).shuffle(arms)
    there, back = gaps(trials()), gaps(arms)
    assert there.counts == back.counts
    for one, other in zip(there.contests, back.contests, strict=True):
        assert set(one.studies) == set(other.studies)
        assert set(one.with_numbers) == set(other.with_numbers)
    shuffled = compare(arms, pooled_effects())
    assert set(shuffled.changes) == set(FOREST.changes)
    assert {(u.study_id, u.arm_id, u.reason, *sorted(u.outcomes)) for u in shuffled.unplaced} == {
        (u.study_id, u.arm_id, u.reason, *sorted(u.outcomes)) for u in FOREST.unplaced
    }


def test_a_trial_with_a_sham_arm_closes_the_gap():
    sham = replace(SHAM, arm_id="sham", device="sham", needle_mm=None)
    arms = (*trials(), SHAM, sham)
    assert any("pretence" in each for each in worth_measuring(gaps(trials())))
    assert not any("pretence" in each for each in worth_measuring(gaps(arms)))
    said = forest_findings(compare(arms), arms)
    assert not any("None of the" in each and "pretence" in each for each in said)
    (contest,) = [c for c in gaps(arms).contests if {c.one, c.other} == {"needling", "sham"}]
    assert contest.studies == contest.with_numbers == contest.with_spread == ("SHAM",)
    bare = (*trials(), SHAM, replace(sham, change_sd=None))
    assert any("pretence" in each for each in worth_measuring(gaps(bare)))


@pytest.mark.parametrize("condition", [None, *CONDITIONS])
def test_every_view_of_every_condition_can_be_shown(condition: str | None):
    for name in TITLES:
        shown = view(name, condition)
        assert shown.findings
        json.dumps(shown.as_dict(), allow_nan=False)
        parsed(shown.draw(colours=LIGHT, width=344))
        parsed(view_svg(shown))


def test_a_condition_keeps_its_own_arms_and_the_mixed_ones():
    men = of_condition(trials(), "androgenetic_alopecia")
    assert {a.condition for a in men} == {"androgenetic_alopecia", "mixed_pattern"}
    areata = of_condition(trials(), "alopecia_areata")
    assert {a.condition for a in areata} == {"alopecia_areata"}
    assert not compare(areata).changes  # patches are not counted in hairs/cm²
    assert {e.population for e in pooled_for(pooled_effects(), "alopecia_areata")} == {
        "alopecia areata", "alopecia areata, first patch", "alopecia areata, mild",
        "hair loss, all types",
    }  # fmt: skip
    (said,) = [s for s in gap_findings(gaps(()), "telogen_effluvium") if "needles" in s]
    assert "telogen effluvium" in said
    assert "scarring" not in said


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_forest_draws_each_reading_each_interval_and_each_pooled_effect_once():
    root = parsed(SHOWN["forest"].draw(colours=LIGHT))
    kinds = {f"{a} {b}" for a in ("ok", "suspect", "implausible") for b in
             ("calibration", "context", "outlier")}  # fmt: skip
    legend = 5  # marks that explain themselves
    readings = sum(len(change.readings) for change in FOREST.changes)
    assert len(of_class(root, *kinds)) == readings + legend
    intervals = sum(change.interval is not None for change in FOREST.changes)
    assert len(of_class(root, "interval")) == intervals + 1
    pooled = (*FOREST.between_groups, *FOREST.before_after, *FOREST.standardised)
    assert len(of_class(root, "pooled")) == len(pooled) + 2
    assert len(of_class(root, "readings")) == 2 + 1


def test_plausibility_and_role_are_told_by_word_and_by_shape():
    said = words(SHOWN["forest"].chart.plain)
    outline = {}
    root = parsed(SHOWN["forest"].draw(colours=LIGHT))
    for name in ("ok", "suspect", "implausible"):
        (mark, *_) = of_class(root, f"{name} calibration", f"{name} context")
        outline[name] = re.sub(r"^M[-\d.]+ [-\d.]+", "", mark.get("d"))
    assert len(set(outline.values())) == 3
    for word in ("implausible · outlier", "suspect", "for reading only", "area in conflict"):
        assert word in said
        assert word in words(" ".join(root.itertext()))


@pytest.mark.parametrize("name", TITLES)
def test_a_drawing_explains_itself_and_takes_its_colours_from_the_tokens(name: str):
    shown = SHOWN[name]
    on_page = shown.draw()
    root = parsed(on_page)
    title, described = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
    assert words(described.text) == words(" ".join(shown.findings))
    fixed = re.sub(r"var\(--[a-z]+, #[0-9A-F]{6}\)", "", on_page)
    assert not re.search(r'"#[0-9A-Fa-f]{6}"', fixed)
    for colours in (LIGHT, DARK):
        drawn = re.findall(r'(?:fill|stroke)="(#\w+)"', shown.draw(colours=colours))
        assert set(drawn) <= set(colours.values())


@pytest.mark.parametrize("name", TITLES)
def test_a_picture_of_its_own_turns_dark_by_its_own_style(name: str):
    svg = view_svg(SHOWN[name])
    root = parsed(svg)
    style = next(root.iter(f"{SVG}style")).text
    assert "prefers-color-scheme:dark" in style
    for token, light in LIGHT.items():
        assert f'[fill="{light}"]{{fill:{DARK[token]}}}' in style
    assert "var(" not in svg


@pytest.mark.parametrize("name", TITLES)
def test_a_page_holds_the_findings_the_picture_and_its_numbers_and_fetches_nothing(name: str):
    shown = SHOWN[name]
    page = view_html(shown)
    assert page.count("<svg") == 2  # for a wide screen and a narrow one
    assert page.count("<details>") == len(shown.tables)
    assert "Off-label" in page
    assert "not a medical device" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert not re.search(r"<script|(src|href)=\"(https?:)?//|@import", page)
    rows = sum(len(table.rows) for table in shown.tables)
    assert page.count('<th scope="row">') == rows
    for table in shown.tables:
        assert {len(row) for row in table.rows} == {len(table.head)}


def test_the_tables_behind_the_forest_hold_every_number_of_it():
    changes, unplaced, pooled = SHOWN["forest"].tables
    assert len(changes.rows) == len(FOREST.changes)
    assert len(unplaced.rows) == len(FOREST.unplaced)
    assert len(pooled.rows) == len(pooled_effects())


@pytest.mark.parametrize("name", TITLES)
def test_the_page_of_a_terminal_has_80_columns_and_one_next_step(name: str):
    answer = anagen("evidence", "--view", name)
    assert (answer.status, answer.err) == (0, "")
    assert max(cell_len(line) for line in answer.out.splitlines()) <= 80
    assert "\x1b" not in answer.out
    assert answer.out.count("Next step:") == 1
    for finding in SHOWN[name].findings:
        assert words(finding) in words(answer.out)


def test_the_terminal_names_every_arm_of_the_table():
    forest = words(anagen("evidence", "--view", "forest").out)
    for each in FOREST.unplaced:
        assert f"{each.study_id} {each.arm_id}" in forest
    for change in FOREST.changes:
        assert arm_name(change.arm) in forest
    missing = words(anagen("evidence", "--view", "missing").out)
    for each in trials():
        assert f"{each.study_id} {each.arm_id}" in missing


def test_machines_get_the_same_view_and_a_file_is_written(tmp_path: Path):
    for name, ending in (("forest", "svg"), ("missing", "html")):
        file = tmp_path / f"{name}.{ending}"
        answer = anagen("evidence", "--view", name, "--out", file, "--json")
        assert json.loads(answer.out) == json.loads(json.dumps(SHOWN[name].as_dict()))
        assert file.read_text("utf-8").startswith("<svg" if ending == "svg" else "<!doctype html>")
    answer = anagen("evidence", "--view", "depth", "--out", tmp_path / "a.SVG")
    assert f"wrote {tmp_path / 'a.SVG'}" in answer.out


def test_the_cards_are_where_they_were():
    assert "Dhurat 2013" in anagen("evidence", "dhurat2013").out
    assert "Look one up with `anagen evidence KEY`." in words(anagen("evidence").out)


def test_a_view_comes_up_without_the_machinery_that_computes():
    code = (
        "import sys; from anagen.care.evidence_view import view; view('forest'); "
        "assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_json_keys_stand_in_the_docs():
    listed = (Path(__file__).parents[1] / "docs" / "json.md").read_text("utf-8")
    known = set(re.findall(r"`(\w+)`", listed)) | {c for e in pooled_effects() for c in vars(e)}

    def keys(data: Any) -> set[str]:
        if isinstance(data, dict):
            return set(data) | {key for value in data.values() for key in keys(value)}
        return {key for each in data for key in keys(each)} if isinstance(data, list) else set()

    for shown in SHOWN.values():
        assert keys(shown.as_dict()) <= known | set(REPORTS) | set(CONDITIONS)
