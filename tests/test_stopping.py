"""When counts say go on, change, look for another cause, stop - and how often they are wrong."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stopping_people import rates
from virtual_people import COURSE, MAN

from anagen.consultation.changes import changes, changes_for, check_changes
from anagen.consultation.stopping import SAID, Verdict, judge, verdict
from anagen.counting import METHODS, count_error_per_cm2, smallest_change_per_cm2
from anagen.counts import Counts
from anagen.evidence.parameters import parameters
from anagen.evidence.sources import BadRecord, sources
from anagen.patient import Patient
from anagen.protocol import nothing

START = 172.0
# From what is worst to what is best; "too early" stands apart.
ORDER = ("worse", "stop", "change", "keep_going", "responding")
PAGE = Path(__file__).parents[1] / "docs/methods/consultation.md"
densities = st.floats(0.0, 600.0)
weeks = st.floats(2.1, 100.0)
methods = st.sampled_from(list(METHODS))


def told(*visits: tuple[float, float], method: str = "phototrichogram", **more: Any) -> Counts:
    """Counts of week and density, the first at week 0."""
    made = [
        {"week": week, "total_density_per_cm2": density, "method": method, **more}
        for week, density in ((0.0, START), *visits)
    ]
    made[0] = {key: value for key, value in made[0].items() if key != "site"}
    return Counts.model_validate({"counts": made})


def said(*visits: tuple[float, float], **more: Any) -> Verdict:
    return verdict(MAN, told(*visits, **more), COURSE)


@pytest.mark.parametrize(
    ("visits", "result"),
    [
        (((6.0, 150.0),), "too_early"),
        (((11.0, 250.0),), "too_early"),
        (((12.0, 172.0),), "keep_going"),
        (((12.0, 215.0),), "responding"),
        (((12.0, 130.0),), "worse"),
        (((24.0, 172.0),), "keep_going"),
        (((12.0, 160.0), (24.0, 155.0)), "change"),
        (((36.0, 145.0),), "change"),
        (((24.0, 155.0), (36.0, 155.0)), "stop"),
        (((24.0, 155.0), (36.0, 215.0)), "responding"),
    ],
)
def test_the_rule_at_12_24_and_36_weeks(visits: tuple[tuple[float, float], ...], result: str):
    assert said(*visits).result == result


def test_early_shedding_is_called_usual():
    early = said((6.0, 140.0))
    assert any("usual and passes" in why for why in early.why)
    assert not early.changes


@given(method=methods, density=densities, week=weeks)
def test_one_count_never_stops_a_course(method: str, density: float, week: float):
    found = said((week, density), method=method)
    assert found.result != "stop"
    if found.compared[0].found == "within":
        assert found.result in {"too_early", "keep_going", "change"}


@given(
    method=methods,
    early=st.lists(densities, max_size=3),
    week=st.floats(12.0, 100.0),
    density=densities,
    rise=st.floats(0.0, 200.0),
)
def test_more_hair_never_makes_the_verdict_worse(
    method: str, early: list[float], week: float, density: float, rise: float
):
    before = [(8.0 + i, value) for i, value in enumerate(early)]
    low = said(*before, (week, density), method=method)
    high = said(*before, (week, density + rise), method=method)
    assert ORDER.index(high.result) >= ORDER.index(low.result)


@given(method=methods, start=st.floats(1.0, 400.0), week=weeks, area=st.floats(0.1, 1.0))
def test_what_two_counts_can_tell_is_never_less_than_the_method_says(
    method: str, start: float, week: float, area: float
):
    made = [
        {"week": at, "total_density_per_cm2": start, "method": method, "area_cm2": area}
        for at in (0.0, week)
    ]
    (here,) = verdict(MAN, Counts.model_validate({"counts": made})).compared
    least = smallest_change_per_cm2(start, method)
    assert here.detectable > least * (1 - 1e-3)
    larger = [one | {"area_cm2": 50 * area} for one in made]
    (wide,) = verdict(MAN, Counts.model_validate({"counts": larger})).compared
    assert wide.detectable < here.detectable
    made[1]["site"] = "other"
    (elsewhere,) = verdict(MAN, Counts.model_validate({"counts": made})).compared
    assert elsewhere.detectable > here.detectable


def test_the_error_of_a_large_field_is_that_of_the_method_alone():
    made = [
        {"week": week, "total_density_per_cm2": START, "method": "phototrichogram", "area_cm2": 100}
        for week in (0.0, 24.0)
    ]
    (one,) = verdict(MAN, Counts.model_validate({"counts": made})).compared
    assert one.error == pytest.approx(
        float(count_error_per_cm2(np.array(START), "phototrichogram")), rel=0.01
    )
    assert one.detectable == pytest.approx(
        smallest_change_per_cm2(START, "phototrichogram"), rel=0.01
    )


def test_the_baseline_may_be_that_of_the_patient_file():
    counts = Counts.model_validate({"counts": [{"week": 24, "total_density_per_cm2": 250}]})
    assert verdict(MAN, counts).result == "responding"
    bare = MAN.model_copy(update={"hair": None})
    none = verdict(bare, counts)
    assert none.result == "too_early"
    assert "no count of all hairs from before" in none.why[0]
    diameters = Counts.model_validate({"counts": [{"week": 24, "mean_diameter_um": 60}]})
    assert verdict(MAN, diameters).result == "too_early"


class _Forecast:
    """A forecast after the counts, as far as the rule looks at it."""

    def __init__(self, gain: float) -> None:
        end = START + gain + np.linspace(-3.0, 3.0, 101)
        self.draws = {"total_density_per_cm2": np.stack([np.full(101, START), end], axis=1)}


class _Followed:
    def __init__(self, gain: float, seen: tuple[Any, ...] = ()) -> None:
        self.forecast, self.visits = _Forecast(gain), seen


class _Seen:
    def __init__(self, count: Any, used: bool) -> None:
        self.count, self.used = count, used


def test_a_hopeless_forecast_speaks_against_going_on_and_a_bright_one_does_not_overrule_counts():
    counts = told((24.0, 172.0), (36.0, 172.0))
    alone = verdict(MAN, counts, COURSE)
    bleak = verdict(MAN, counts, COURSE, _Followed(0.0))  # type: ignore[arg-type]
    bright = verdict(MAN, counts, COURSE, _Followed(40.0))  # type: ignore[arg-type]
    assert (alone.result, alone.chance_from) == ("keep_going", "counts")
    assert (bleak.result, bleak.chance_from) == ("stop", "forecast")
    assert (bright.result, bright.chance_of_gain) == ("keep_going", alone.chance_of_gain)


def test_a_count_that_the_follow_up_set_aside_is_not_used():
    counts = told((24.0, 60.0))
    wrong = counts.counts[1]
    aside = _Followed(20.0, (_Seen(wrong, used=False),))
    assert verdict(MAN, counts, COURSE).result == "worse"
    assert verdict(MAN, counts, COURSE, aside).result == "too_early"  # type: ignore[arg-type]


def test_every_result_is_reachable_said_and_plain_data():
    found = {
        one.result: one
        for one in (
            said((6.0, 172.0)), said((12.0, 172.0)), said((24.0, 230.0)), said((24.0, 120.0)),
            said((12.0, 155.0), (24.0, 155.0)), said((24.0, 155.0), (36.0, 155.0)),
        )
    }  # fmt: skip
    assert set(found) == set(SAID)
    for one in found.values():
        plain = one.as_dict()
        assert plain["off_label"]
        assert plain["said"] == SAID[one.result]
        assert (one.next_count_week is None) == (one.result == "stop")
        assert bool(plain["changes"]) == (one.result in {"change", "worse", "stop"})


def test_what_to_change_comes_in_the_order_of_the_evidence():
    keys = [change.key for change in changes_for(MAN, COURSE)]
    assert keys[:3] == ["adherence", "counting", "another_cause"]
    assert keys[-2:] == ["interval", "depth"]
    assert "non_responder" in keys
    assert "other_medicine_men" in keys
    assert "other_medicine_women" not in keys
    worse = said((24.0, 120.0)).changes
    assert {change.key for change in worse} == {"adherence", "counting", "another_cause"}
    stop = said((24.0, 155.0), (36.0, 155.0)).changes
    assert not {"interval", "depth"} & {change.key for change in stop}


def test_a_measured_responder_is_not_sent_to_be_tested_and_no_needling_has_no_depth():
    measured = MAN.model_copy(update={"sulfotransferase_od405": 0.6})
    assert "non_responder" not in [change.key for change in changes_for(measured, COURSE)]
    low = MAN.model_copy(update={"sulfotransferase_od405": 0.2})
    assert "non_responder" in [change.key for change in changes_for(low, COURSE)]
    keys = [change.key for change in changes_for(MAN, nothing())]
    assert not {"depth", "interval", "non_responder"} & set(keys)
    areata = Patient.model_validate({"age": 30, "sex": "female", "condition": "alopecia_areata"})
    assert "steroid_areata" in [change.key for change in changes_for(areata)]


@pytest.mark.parametrize(
    "broken",
    [
        {"sources": []}, {"sources": ["NOBODY"]}, {"certainty": "sure"}, {"do": " "},
        {"needs": "luck"}, {"colour": "red"}, {"why": None},
    ],
)  # fmt: skip
def test_a_change_without_what_it_needs_is_refused(broken: dict[str, Any]):
    good = {"do": "Ask.", "why": "So.", "sources": ["SHADI2023"], "certainty": "low"}
    table = {key: value for key, value in (good | broken).items() if value is not None}
    with pytest.raises(BadRecord):
        check_changes({"x": table}, sources())
    assert changes()


def test_the_numbers_of_the_rule_stand_in_their_order():
    names = ("shedding_from", "shedding_until", "first_look", "response", "futility")
    at = [parameters()[f"stopping.{name}_weeks"].centre for name in names]
    assert at == sorted(at)
    assert at[2:] == [12, 24, 36]
    assert 0.02 < parameters()["stopping.futility_chance"].centre < 0.1


@given(chance=st.floats(0.0, 1.0))
def test_a_lower_chance_never_speaks_for_going_on(chance: float):
    compared = said((24.0, 172.0), (36.0, 172.0)).compared
    result, why = judge(compared, 9.0, chance)
    assert (result == "stop") == (chance < parameters()["stopping.futility_chance"].centre)
    assert why
    within = tuple(replace(one, change=0.0) for one in compared)
    assert judge(within, 9.0, chance)[0] == result


def rows() -> list[list[str]]:
    """The published operating characteristics: method, forecast or not, week, three shares in %."""
    text = PAGE.read_text("utf-8").split("<!-- operating characteristics -->")[1]
    table = re.findall(r"^\| (.+) \|$", text, re.MULTILINE)
    return [row.split(" | ") for row in table if re.search(r"\d", row)]


@pytest.mark.parametrize("row", [r for r in rows() if r[1] == "no"], ids=lambda r: f"{r[0]}-{r[2]}")
def test_the_published_error_rates_are_those_of_the_models_own_people(row: list[str]):
    number, visits = 400, {"24": 2, "36": 3}[row[2]]
    found = rates(row[0], number, visits, seed=11)
    for published, share in zip(row[3:], found, strict=True):
        of = float(published) / 100
        spread = np.sqrt(max(of * (1 - of), 0.01) / number)
        assert share == pytest.approx(of, abs=4 * spread), (row, found)
    assert found.wrong_stop < 0.08
