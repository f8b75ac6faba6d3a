"""Plans side by side: what stands beside what, and what it is held against."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from fake_plan import HOSTILE, MINOXIDIL, make_forecast, make_patient, make_protocol

from anagen.care.compare_view import MEASURES, comparison, kind_of, name_of
from anagen.protocol import Protocol, nothing
from anagen.reading import BadInput

ALONE = make_protocol(12)
BOTH = make_protocol(12, (MINOXIDIL,))
MEDICINE = make_protocol(0, (MINOXIDIL,))
UNTREATED = make_forecast(-3, 4, nothing(ALONE))


def side_by_side(*courses: tuple[str, float, Protocol]):
    forecasts = [make_forecast(gain, 6, protocol) for _, gain, protocol in courses]
    named = [(f"c{i}", name) for i, (name, _, _) in enumerate(courses)]
    return comparison(named, [*forecasts, UNTREATED])


def test_no_needling_is_always_a_column_and_the_last():
    found = side_by_side(("needling", 5.0, ALONE), ("both", 14.0, BOTH))
    assert [each.key for each in found.columns] == ["c0", "c1", "none"]
    last = found.columns[-1].row
    assert last.is_no_needling
    assert (last.gain, last.visits) == ("nothing to compare", "none")


def test_a_gain_is_counted_against_no_needling_draw_by_draw():
    forecast = make_forecast(14, 6, BOTH)
    column = comparison([("a", "both")], [forecast, UNTREATED]).columns[0]
    total = "total_density_per_cm2"
    gain = forecast.draws[total][:, -1] - UNTREATED.draws[total][:, -1]
    assert column.row.gain.startswith(f"{round(float(np.median(gain))):+d}")


def test_what_needling_adds_to_the_medicine_is_said_where_both_are_there():
    found = side_by_side(("medicine", 9.0, MEDICINE), ("both", 14.0, BOTH))
    assert "Needling adds" in found.columns[1].row.added
    assert found.columns[0].row.added == ""


def test_all_charts_have_one_scale():
    found = side_by_side(("small", 1.0, ALONE), ("large", 60.0, BOTH))
    axes = [re.findall(r'text-anchor="end"[^>]*>([\d,]+)<', each.chart) for each in found.columns]
    assert axes[0] == axes[1] == axes[2]


def test_a_hostile_name_stays_text():
    found = side_by_side((HOSTILE, 5.0, ALONE))
    assert "<script" not in found.columns[0].chart
    ElementTree.fromstring(found.columns[0].chart)
    assert "\x1b" not in found.columns[0].row.name


def test_every_measure_is_told_of_every_column():
    for column in side_by_side(("a", 5.0, ALONE), ("b", 9.0, MEDICINE)).columns:
        assert all(getattr(column.row, name) for name, _ in MEASURES)


@pytest.mark.parametrize(
    ("protocol", "kind", "name"),
    [
        (nothing(), "none", "No needling, no medicine"),
        (MEDICINE, "minoxidil", "Medicine only: minoxidil 5 %"),
        (ALONE, "needling", "0.6 mm pen, 12 sessions every 14 days"),
        (BOTH, "needling_minoxidil", "0.6 mm pen, 12 sessions every 14 days, with minoxidil 5 %"),
        (make_protocol(1, ({"drug": "prp"},)), "needling", "0.6 mm pen, 1 session, with PRP"),
    ],
)
def test_a_course_is_called_by_what_is_done(protocol: Protocol, kind: str, name: str):
    assert (kind_of(protocol), name_of(protocol)) == (kind, name)


@pytest.mark.parametrize(
    "against",
    [
        make_forecast(9, 6, MEDICINE),
        make_forecast(-3, 4, nothing(), patient=make_patient(age=70)),
    ],
)
def test_what_does_not_belong_together_is_not_compared(against):
    with pytest.raises(BadInput):
        comparison([("a", "a")], [make_forecast(5, 6, ALONE), against])
