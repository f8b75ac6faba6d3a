"""Tables of trials: what is printed is kept, and what cannot be is refused in one sentence."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.evidence.columns import columns_of
from anagen.evidence.pooled import PooledEffect, check_pooled, pooled_effects
from anagen.evidence.trials import ArmOutcome, read_trials, trials
from anagen.reading import MAX_SENTENCE, BadInput

SHIPPED = files("anagen.evidence").joinpath("trials.csv").read_text("utf-8")
POOLED = files("anagen.evidence").joinpath("pooled.csv").read_text("utf-8")
COLUMNS = list(columns_of(ArmOutcome))
GOOD = {
    "study_id": "MINE", "arm_id": "MN", "condition": "androgenetic_alopecia", "device": "pen",
    "outcome": "total_density", "week": "24", "unit": "hairs/cm2", "change": "6.5",
    "change_sd": "12", "change_per_cm2": "6.5", "n_randomised": "20", "n_analysed": "18",
    "needle_mm": "0.6", "sessions": "6", "interval_days": "14", "topical": "saline",
    "topical_hold_h": "0", "sex": "M", "role": "calibration", "plausibility": "ok",
    "verification": "full_text", "endpoint": "erythema", "age_mean": "34",
}  # fmt: skip


def written(rows: Iterable[dict[str, str]], columns: Iterable[str] | None = None) -> str:
    rows = list(rows)
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, list(columns or rows[0]))
    table.writeheader()
    table.writerows(rows)
    return file.getvalue()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables") / "mine.csv"


def read(place: Path, content: str | bytes) -> tuple[ArmOutcome, ...]:
    place.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_trials(place)


def test_the_shipped_table_is_read_as_it_is_printed():
    rows = list(csv.DictReader(io.StringIO(SHIPPED)))
    assert len(rows) == len(trials()) == 198
    for row, arm in zip(rows, trials(), strict=True):
        for name, value in asdict(arm).items():
            if isinstance(value, float):
                assert value == float(row[name])
            else:
                assert (value or "") == row[name].strip()


def test_nothing_from_memory_and_nothing_implausible_may_be_fitted():
    fitted = [arm for arm in trials() if arm.role == "calibration"]
    assert fitted
    assert not {arm.verification for arm in fitted} & {"memory", ""}
    assert not {arm.plausibility for arm in fitted} & {"implausible", ""}
    assert all(arm.citation for arm in trials())


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_from_any_spreadsheet_gives_the_same_arms(place: Path, bom: bytes, end: str):
    table = end.join(SHIPPED.splitlines()) + f"{end}{',' * 38}{end}"
    assert read(place, bom + table.encode()) == trials()


def test_five_columns_are_enough_and_what_has_no_column_is_not_reported(place: Path):
    needed = {name: GOOD[name] for name in COLUMNS if columns_of(ArmOutcome)[name].required}
    assert set(needed) == {"study_id", "arm_id", "condition", "device", "outcome"}
    (arm,) = read(place, written([needed]))
    assert arm == ArmOutcome(**needed)
    assert arm.week is arm.change is arm.n_analysed is None
    assert arm.role == arm.citation == arm.sex == ""
    for name in needed:
        fewer = {key: value for key, value in needed.items() if key != name}
        with pytest.raises(BadInput, match=rf"column {name} is missing; required are"):
            read(place, written([fewer]))
        with pytest.raises(BadInput, match=rf"line 2: {name} is missing"):
            read(place, written([needed | {name: " "}]))


# What is written instead, and the words that the refusal must hold.
FAULTS: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({"week": "-1"}, ("line 2: week is '-1'", "a number of weeks from 0 to 1040")),
    ({"week": "3 months"}, ("week is '3 months'", "a number of weeks")),
    ({"week": "nan"}, ("week is 'nan'", "a number of weeks")),
    ({"change": "inf"}, ("change is 'inf'", "allowed is a number")),
    ({"change": "1e999"}, ("change is '1e999'", "allowed is a number")),
    ({"change": "6,5"}, ("change is '6,5'", "write a point, not a comma")),
    ({"change": "1_0"}, ("change is '1_0'", "allowed is a number")),
    ({"n_analysed": "17.5"}, ("n_analysed is '17.5'", "a whole number of people from 1")),
    ({"n_analysed": "21"}, ("n_analysed is above n_randomised",)),
    ({"device": "rolller"}, ("device is 'rolller'", "did you mean 'roller'?", "pen, other")),
    ({"condition": "aga"}, ("condition is 'aga'", "alopecia_areata")),
    ({"outcome": "density"}, ("outcome is 'density'", "one of total_density")),
    ({"sex": "male"}, ("sex is 'male'", "one of M, F, M+F")),
    ({"endpoint": "blood"}, ("endpoint is 'blood'", "pinpoint_bleeding")),
    ({"role": "test"}, ("role is 'test'", "calibration, outlier, context")),
    ({"plausibility": "fine"}, ("plausibility is 'fine'", "suspect")),
    ({"verification": "sure"}, ("verification is 'sure'", "full_text")),
    ({"needle_mm": "15"}, ("needle_mm is '15'", "mm from 0.1 to 3")),
    ({"change_sd": "-2"}, ("change_sd is '-2'", "from 0")),
    ({"change": "-6.5"}, ("differ in sign",)),
    ({"change": "", "unit": ""}, ("change_sd stands without change",)),
    ({"unit": ""}, ("unit is missing",)),
    ({"outcome": "diameter"}, ("change_per_cm2 of diameter", "total_density")),
    ({"device": "none"}, ("not needled", "allowed is blank")),
    ({"topical": "none"}, ("topical_hold_h without a topical",)),
    ({"condition": "female_pattern_hair_loss"}, ("sex of female_pattern_hair_loss is not F",)),
    ({"note": "\x1b[2J"}, ("note holds the control character", "plain text")),
    ({"arm_id": "x" * 500, "week": "w" * 500}, ("week is 'www", "…", "a number of weeks")),
]  # fmt: skip


@pytest.mark.parametrize(("instead", "said"), FAULTS, ids=lambda each: str(each)[:40])
def test_a_fault_is_one_sentence_with_line_and_what_is_allowed(
    place: Path, instead: dict[str, str], said: tuple[str, ...]
):
    read(place, written([GOOD]))
    with pytest.raises(BadInput) as refused:
        read(place, written([GOOD | {"note": ""} | instead]))
    for words in ("mine.csv line 2", "allowed", *said):
        assert words in str(refused.value)


def test_a_row_twice_and_an_arm_at_odds_with_itself_are_refused_with_both_lines(place: Path):
    later = GOOD | {"week": "48"}
    assert len(read(place, written([GOOD, later]))) == 2
    with pytest.raises(BadInput, match=r"line 4.*total_density of MINE MN.*stands in line 2"):
        read(place, written([GOOD, later, GOOD | {"change": "7"}]))
    with pytest.raises(BadInput, match=r"line 3: needle_mm of MINE MN is 1.*in line 2 it is 0\.6"):
        read(place, written([GOOD, later | {"needle_mm": "1"}]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b",,,\n", "is empty"),
        (written([GOOD]).split("\n")[0].encode(), "holds no row"),
        (written([GOOD]).replace(",", ";").encode(), "parted by semicolons"),
        (written([GOOD]).replace(",", "\t").encode(), "parted by tabs"),
        (written([GOOD]).replace("needle_mm", "needle_m").encode(), "did you mean 'needle_mm'?"),
        (written([GOOD]).replace("week", "unit", 1).encode(), "the column unit stands twice"),
        (written([GOOD]).encode() + b"MINE,MN\n", "line 3: has 2 cells"),
        (written([GOOD]).encode() + b'"MINE', "line 3: is not valid CSV"),
        (written([GOOD | {"arm_id": "caf\xe9"}]).encode("latin-1"), "is not UTF-8 text"),
        (written([GOOD | {"arm_id": "x" * 200_000}]).encode(), "is not valid CSV"),
        (b"\x00" * 2_000_000, "is too long"),
    ],
    ids=lambda each: each[:20] if isinstance(each, str) else "",
)
def test_what_is_no_table_is_refused(place: Path, content: bytes, said: str):
    with pytest.raises(BadInput) as refused:
        read(place, content)
    assert said in str(refused.value)
    assert "mine.csv" in str(refused.value)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_trials(tmp_path)
    with pytest.raises(BadInput, match="there is no such file"):
        read_trials(tmp_path / "nobody.csv")


cells = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.text('\x00\x1b\n\r\t",;\u202e\ufeff−-+.e0159', max_size=12),
    st.floats().map(str),
    st.integers(-2, 130).map(str),
    st.sampled_from([*COLUMNS, "pen", "none", "M", "ok", "1e400", "memory", "calibration"]),
)


def answer[T](read: Callable[[], T]) -> T | str:
    """What was read, or the refusal."""
    try:
        return read()
    except BadInput as refused:
        return str(refused)


def is_a_sentence(said: str) -> bool:
    return said.isprintable() and 0 < len(said) <= MAX_SENTENCE


def is_arms_or_a_sentence(place: Path, content: str | bytes) -> None:
    arms = answer(lambda: read(place, content))
    if isinstance(arms, str):
        assert is_a_sentence(arms)
        return
    again = [
        {k: "" if v is None else repr(v) if isinstance(v, float) else v for k, v in row.items()}
        for row in map(asdict, arms)
    ]
    assert read(place, written(again)) == arms


@given(name=st.sampled_from(COLUMNS), cell=cells)
@settings(max_examples=300)
def test_any_text_in_any_cell_gives_arms_or_a_sentence(place: Path, name: str, cell: str):
    is_arms_or_a_sentence(place, written([GOOD | {name: cell}]))


@given(name=st.sampled_from(COLUMNS), cell=cells)
def test_any_text_in_the_head_gives_arms_or_a_sentence(place: Path, name: str, cell: str):
    columns = [cell if column == name else column for column in GOOD]
    row = dict(zip(columns, GOOD.values(), strict=True))
    is_arms_or_a_sentence(place, written([row], columns))


@given(content=st.binary(max_size=200) | st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_bytes_give_arms_or_a_sentence(place: Path, content: str | bytes):
    is_arms_or_a_sentence(place, content)


@given(at=st.integers(0, len(SHIPPED)), typed=cells)
@settings(max_examples=30)
def test_a_slip_of_the_finger_gives_arms_or_a_sentence(place: Path, at: int, typed: str):
    is_arms_or_a_sentence(place, SHIPPED[:at] + typed + SHIPPED[at:])


def test_every_column_says_what_it_holds_and_completes_what_is_allowed():
    for record in (ArmOutcome, PooledEffect):
        for name, column in columns_of(record).items():
            assert column.meaning, name
            assert not column.meaning.endswith("."), name
            assert column.allowed


def test_pooled_intervals_hold_their_estimates():
    effects = pooled_effects()
    assert len(effects) == 49
    for effect in effects:
        ends = (effect.ci_low, effect.estimate, effect.ci_high)
        known = [value for value in ends if value is not None]
        assert known == sorted(known)
    ahmed = next(e for e in effects if e.citation.startswith("Ahmed") and "count" in e.outcome)
    assert (ahmed.estimate, ahmed.ci_low, ahmed.ci_high, ahmed.i2_percent) == (1.32, 0.73, 1.92, 88)


@pytest.mark.parametrize(
    ("was", "instead", "said"),
    [
        ("SMD,1.32,0.73,1.92", "SMD,1.32,1.4,1.92", "estimate lies outside"),
        ("SMD,1.32,0.73,1.92", "SMD,,0.73,1.92", "stands without estimate"),
        ("SMD,1.32,0.73,1.92", "SMD,1.32,0.73,", "ci_high is missing"),
        ("SMD,1.32,0.73,1.92", "HR,1.32,0.73,1.92", "one of MD, SMD, RR, percent"),
        ("RR,2.22", "RR,0", "of a ratio is 0"),
        ("percent,90", "percent,190", "of a share is 190"),
        ("pattern hair loss,hair count", "people,hair count", "population is 'people'"),
        ("1.92,88,", "1.92,188,", "from 0 to 100"),
    ],
)
def test_a_broken_pooled_effect_is_refused(was: str, instead: str, said: str):
    assert POOLED.count(was) >= 1
    with pytest.raises(BadInput) as refused:
        check_pooled(POOLED.replace(was, instead, 1), "pooled.csv")
    assert said in str(refused.value)
    assert "pooled.csv line" in str(refused.value)


@given(at=st.integers(0, len(POOLED)), typed=cells)
def test_a_slip_in_the_pooled_table_gives_effects_or_a_sentence(at: int, typed: str):
    table = POOLED[:at] + typed + POOLED[at:]
    found = answer(lambda: check_pooled(table, "pooled.csv"))
    assert is_a_sentence(found) if isinstance(found, str) else len(found) >= 48
