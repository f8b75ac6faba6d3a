"""Keyframes: the forecast's own numbers at its own times, and the closed forms in between."""

import numpy as np
import pytest
from fake_plan import MINOXIDIL, make_patient, make_protocol

from anagen.close_up import EARLY_HOURS, HALF_DAY_S, WEEK_S, CloseUp, close_up, frames
from anagen.forecast import Forecast, simulate
from anagen.protocol import nothing
from anagen.reading import BadInput

WEEKS, DRAWS, SEED = 26, 50, 3
NOW = MINOXIDIL | {"hold_hours": 0}
COURSE = make_protocol(4, (NOW,))  # a fortnight apart


@pytest.fixture(scope="module")
def seen() -> CloseUp:
    return close_up(make_patient(), COURSE, WEEKS, DRAWS, SEED)


@pytest.fixture(scope="module")
def forecast() -> Forecast:
    return simulate(make_patient(), COURSE, WEEKS, DRAWS, SEED)


def frame_of(seen: CloseUp, half_day: int) -> int:
    return seen.seconds.index((half_day + 0.5) * HALF_DAY_S)


@pytest.mark.parametrize("week", [1, 5, 10, WEEKS])
def test_at_the_end_of_a_week_a_keyframe_is_the_forecast(
    seen: CloseUp, forecast: Forecast, week: int
):
    frame = frame_of(seen, 14 * week - 1)
    band = forecast.band("collagen_ratio")
    for quantile in ("p05", "median", "p95"):
        shown = seen.shown["collagen_ratio"][quantile][frame]
        assert shown == pytest.approx(band[quantile][week], rel=1e-12)


def test_what_a_week_means_is_the_mean_of_its_half_days(seen: CloseUp, forecast: Forecast):
    # A single draw is its own median, so means and medians can be held together.
    one = close_up(make_patient(), COURSE, WEEKS, 1, SEED)
    alone = simulate(make_patient(), COURSE, WEEKS, 1, SEED)
    later = [one.shown["signal"]["median"][frame_of(one, i)] for i in range(1, 14)]
    first = 14 * alone.draws["healing_signal"][0, 1] - sum(later)
    assert 0 < first < later[0] < later[-1]  # what is left for the first half-day
    assert seen.draws == len(forecast.draws["healing_signal"])


def test_times_run_forward_from_the_needle_to_the_last_week(seen: CloseUp):
    assert seen.seconds[0] == 0
    assert np.all(np.diff(seen.seconds) > 0)
    assert seen.seconds[1] == pytest.approx(1.0)
    assert seen.seconds[-1] == WEEKS * WEEK_S - HALF_DAY_S / 2
    assert all(len(of["median"]) == len(seen.seconds) for of in seen.shown.values())


def test_a_channel_opens_at_once_and_only_closes_until_the_next_session(seen: CloseUp):
    second = seen.sessions_s[1]
    until = [i for i, at in enumerate(seen.seconds) if at < second]
    for name in ("open_share", "track_open_share", "redness"):
        falling = np.array(seen.shown[name]["median"])[until]
        assert falling[0] == 1
        assert np.all(np.diff(falling) <= 1e-12)
    assert seen.at("open_share", second + HALF_DAY_S / 2) > seen.at("open_share", second - 1)


def test_the_first_hours_follow_the_closed_form(seen: CloseUp, forecast: Forecast):
    # No dye clock among them: 5 % left at `hours_to_closed` is then an exponential.
    closed = forecast.session["hours_to_closed"]
    hour = 12
    expected = np.median(0.05 ** (EARLY_HOURS[hour] / closed))
    assert seen.shown["open_share"]["median"][1 + hour] == pytest.approx(expected, abs=0.03)


def test_medicine_put_on_at_once_is_in_the_skin_sooner_than_after_a_hold(seen: CloseUp):
    held = close_up(make_patient(), make_protocol(4, (MINOXIDIL,)), WEEKS, DRAWS, SEED)
    assert seen.at("skin_ug_cm2", 6 * 3600) > 0
    assert held.at("skin_ug_cm2", 6 * 3600) == 0
    assert held.at("skin_ug_cm2", 3 * 86400) > 0


def test_without_needling_nothing_opens_and_nothing_heals():
    seen = close_up(make_patient(), nothing(), WEEKS, DRAWS, SEED)
    for name in ("open_share", "track_open_share", "redness", "signal", "skin_ug_cm2"):
        assert not np.any(seen.shown[name]["p95"])
    for name in ("collagen_ratio", "flow_ratio", "exit_factor"):
        assert np.allclose(seen.shown[name]["median"], 1)
    assert seen.sessions_s == () and seen.lengths["depth_mm"] == 0  # noqa: PT018


def test_every_session_within_the_weeks_has_its_frames():
    found = frames(COURSE, WEEKS)
    assert {28, 56, 84} <= set(found)  # half-days of the later sessions
    assert max(frames(COURSE, 5)) < 70


def test_an_undiagnosed_person_has_no_course_to_show():
    patient = make_patient(condition="undiagnosed", grade=None)
    with pytest.raises(BadInput, match="undiagnosed"):
        close_up(patient, COURSE)
