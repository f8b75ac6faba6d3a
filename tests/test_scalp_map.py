"""The scalp map, the noise of counting in a window of it, and its picture."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from follicle_cases import WEEKS as YEAR
from follicle_cases import at_centre, first_weeks
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import cKDTree

from anagen.care import scalp_picture as picture
from anagen.care.scalp_picture import Clipping, Moment
from anagen.courses import courses
from anagen.evidence.parameters import parameters
from anagen.model_inputs import person_of, treatment_of
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp import automaton
from anagen.scalp.conditions import Person
from anagen.scalp.course import Scalp, Treatment
from anagen.scalp.drive import DrawnDrive, drive, of_draw
from anagen.scalp.population import ANAGEN, TELOGEN, Population, populate
from anagen.scalp.scalp_map import (
    Layout,
    hair_diameter_um,
    in_window,
    lay_out,
    sampling_sd,
    window_counts,
)

LAYOUT = Layout(0.2838, 0.5262, 0.1748, 0.0152, displacement=0.28, opening_distance_mm=0.15)
CLIPPING = Clipping(1.0, 2.0, 0.37, 20.0, 30.0, 40.0)
WEEKS = 26
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def treated(central: Scalp) -> DrawnDrive:
    d = of_draw(drive(*told(), central, "androgenetic_alopecia", YEAR), 0)
    return first_weeks(d, WEEKS)


def told() -> tuple[Person, Treatment]:
    person = person_of(Patient.read("examples/man.toml"), at_centre())
    return person, treatment_of(Protocol.read("examples/course.toml"), 1)


def test_every_unit_has_one_to_four_hairs():
    units = [parameters()[f"scalp_map.{name}"].centre for name in Layout._fields[:4]]
    assert sum(units) == pytest.approx(1.0)


@settings(max_examples=25)
@given(
    density=st.floats(80, 400),
    width=st.floats(1, 8),
    height=st.floats(1, 8),
    displacement=st.floats(0, 0.45),
    seed=st.integers(0, 2**40),
)
def test_units_keep_their_density_and_their_distance(
    density: float, width: float, height: float, displacement: float, seed: int
):
    scalp = lay_out(density, width, height, LAYOUT._replace(displacement=displacement), seed)
    in_unit = np.bincount(scalp.unit, minlength=len(scalp.unit_xy_cm))
    assert ((in_unit >= 1) & (in_unit <= 4)).all()
    assert ((scalp.unit_xy_cm >= 0) & (scalp.unit_xy_cm <= [width, height])).all()
    units = density / (LAYOUT.shares() @ [1, 2, 3, 4])
    spacing = np.sqrt(2 / (np.sqrt(3) * units))
    # A lattice keeps its number but for what crosses the edge.
    edge = 2 * (width + height) / spacing
    assert abs(len(scalp.unit_xy_cm) - units * width * height) < 3 * np.sqrt(edge) + 0.1 * edge
    nearest = cKDTree(scalp.unit_xy_cm).query(scalp.unit_xy_cm, 2)[0][:, 1]
    assert nearest.min() >= (1 - 2 * displacement) * spacing - 1e-9


def test_units_of_one_to_four_stand_in_their_recorded_shares():
    scalp = lay_out(230, 30, 30, LAYOUT, 4)
    found = np.bincount(np.bincount(scalp.unit), minlength=5)[1:]
    assert stats.chisquare(found, LAYOUT.shares() * found.sum()).pvalue > 1e-3
    assert scalp.follicles / 900 == pytest.approx(230, rel=0.01)
    # Openings of a unit of two are as far apart as recorded.
    two = np.flatnonzero(np.bincount(scalp.unit) == 2)[:50]
    for unit in two:
        one, other = scalp.xy_cm[scalp.unit == unit]
        assert 10 * np.hypot(*(one - other)) == pytest.approx(0.15)


def test_the_noise_of_a_share_read_in_a_window_is_binomial(treated: DrawnDrive):
    scalp = lay_out(treated.density_per_cm2, 40, 25, LAYOUT, 6)
    end = automaton.of_drive(treated, scalp.follicles, seed=6).end
    for seen in (end.visible(), end.phase == TELOGEN, end.phase == ANAGEN):
        counted, every = window_counts(scalp, seen)
        assert counted.size == 1000
        p = seen.mean()
        z = (counted - every * p) / (every * sampling_sd(p, 1) / np.sqrt(every))
        spread = (z**2).sum()
        assert 1e-3 < stats.chi2(999).cdf(spread) < 1 - 1e-3
        assert np.std(counted / every) == pytest.approx(sampling_sd(p, every.mean()), rel=0.07)


def test_counts_in_windows_have_the_mean_of_the_course(treated: DrawnDrive):
    """Diameters within a class are spread over its band, so that cut-offs agree on the mean."""
    by_week = courses([told()], at_centre(), "androgenetic_alopecia", WEEKS)[0].by_week
    scalp = lay_out(treated.density_per_cm2, 40, 25, LAYOUT, 7)
    end = automaton.of_drive(treated, scalp.follicles, seed=7).end
    diameter = hair_diameter_um(scalp, end, treated)
    for limit, name in ((20.0, "total_density_per_cm2"), (40.0, "terminal_density_per_cm2")):
        seen = end.visible() & (diameter >= limit)
        counted, every = window_counts(scalp, seen)
        p = seen.mean()
        error = treated.density_per_cm2 * sampling_sd(p, every.sum())
        found = treated.density_per_cm2 * counted.sum() / every.sum()
        assert abs(found - float(by_week[name][WEEKS, 0])) < 4 * error, name


def test_windows_count_what_opens_within_them():
    scalp = lay_out(200, 3, 2, LAYOUT, 1)
    everyone = np.ones(scalp.follicles, dtype=bool)
    counted, every = window_counts(scalp, everyone)
    assert (counted == every).all()
    assert len(every) == 6
    assert every[0] == in_window(scalp, 0.0, 0.0).sum()
    assert every[-1] == in_window(scalp, 2.0, 1.0).sum()
    with pytest.raises(ValueError, match="No window"):
        window_counts(scalp, everyone, side_cm=5.0)
    with pytest.raises(ValueError, match=r"below 0\.5"):
        lay_out(200, 1, 1, LAYOUT._replace(displacement=0.6), 1)


def drawn_twice(treated: DrawnDrive) -> tuple[str, np.ndarray]:
    scalp = lay_out(treated.density_per_cm2, 1.5, 1.5, LAYOUT, 2)
    start = populate(treated.follicles, scalp.follicles, 2)
    end = automaton.follow(start, treated.rates, treated.delay_days, 2).end
    moments = Moment("Week 0", 0.0, start), Moment("Week 24", 168.0, end)
    made = picture.scalp_picture(scalp, treated, *moments, CLIPPING)
    inside = in_window(scalp, 0.25, 0.25)
    thick = hair_diameter_um(scalp, start, treated) >= 20.0
    return made, np.array([(start.visible() & inside & thick).sum()])


def test_the_picture_says_and_shows_the_same_hairs(treated: DrawnDrive):
    made, shown = drawn_twice(treated)
    root = ElementTree.fromstring(made)
    said = root.findtext(f"{SVG}desc") or ""
    assert f"Week 0: {shown[0]} hairs" in said
    assert f"{shown[0]} hairs/cm²" in made
    groups = [g for g in root.iter(f"{SVG}g") if g.get("class") == "terminal"]
    assert len(groups) == 2
    assert min(len(g) for g in groups) > 100
    assert "1 mm" in made
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|nan|inf\b", made)


def test_hairs_are_drawn_to_scale():
    path = picture.hair(np.array([100.0, 50.0]), 0.0, 0.0, length_mm=1.5, um=80.0, kind="terminal")
    at = np.array(re.findall(r"-?\d+\.\d+", path), dtype=float).reshape(-1, 2)
    assert np.ptp(at[:, 0]) == pytest.approx(1.5 * picture.PX_PER_MM, rel=1e-3)
    assert np.ptp(at[:, 1]) == pytest.approx(0.08 * picture.PX_PER_MM, rel=1e-2)


def test_growing_hairs_are_longer_than_resting_ones_and_new_ones_shorter():
    population = Population(
        phase=np.array([ANAGEN, TELOGEN, ANAGEN, ANAGEN], dtype=np.int8),
        size=np.full(4, 4, dtype=np.int8),
        place=np.zeros(4, dtype=np.int8),
        since_day=np.array([-np.inf, -np.inf, 99.0, 97.0], dtype=np.float32),
    )
    length = picture._length_mm(Moment("Week 14", 100.0, population), CLIPPING)
    assert length == pytest.approx([1.74, 1.0, 0.37, 0.37 * 3])


def test_a_person_gets_their_picture_and_the_seed_its_sample():
    patient, protocol = Patient.read("examples/woman.toml"), Protocol.read("examples/course.toml")
    one, again, other = (picture.picture_of(patient, protocol, 12, seed) for seed in (3, 3, 4))
    assert one == again != other
    counts = [int(n) for n in re.findall(r"(\d+) hairs/cm²", one + other)]
    # 158 per cm² were measured; a sample lies within its noise of that.
    noise = 230 * sampling_sd(158 / 230, 230)
    assert abs(counts[0] - 158) < 4 * noise
    assert abs(counts[2] - 158) < 4 * noise
