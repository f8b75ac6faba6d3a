"""Bad input gets one clear sentence and exit status 2, never a traceback.

``bad_input/`` holds files as people and machines really write them. The table says which words the
refusal of each must hold: the field, and what is allowed.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from shell import Answer, anagen, is_one_clear_sentence

from anagen.forecast import MAX_DRAWS, MAX_WEEKS

HERE = Path(__file__).parent / "bad_input"
EXAMPLES = Path(__file__).parents[1] / "examples"
MAN, COURSE = EXAMPLES / "man.toml", EXAMPLES / "course.toml"

YEARS = "a number of years from 0 to 120"
UTF_8 = "save it as UTF-8"
REFUSALS: dict[str, tuple[str, ...]] = {
    # A value that cannot be.
    "patient_age_340.toml": ("age is 340;", YEARS),
    "patient_age_in_quotes.toml": ("age is '34';", YEARS),
    "patient_age_nan.toml": ("age is nan;", YEARS),
    "patient_age_infinite.toml": ("age is inf;", YEARS),
    "patient_age_is_a_birthday.toml": ("age is the date or time 1991-05-27;", YEARS),
    "patient_age_is_yes.toml": ("age is true;", YEARS),
    "patient_age_in_hexadecimal.toml": ("age is", "more than 15 digits", YEARS),
    "patient_age_null.json": ("age is null;", YEARS),
    "patient_age_nan.json": ("age is nan;", YEARS),
    "patient_age_infinite.json": ("age is inf;", YEARS),
    "patient_age_401_digits.json": ("age is", "more than 15 digits", YEARS),
    "patient_age_5001_digits.json": ("not valid JSON", "a number has too many digits"),
    "patient_sex_capital.toml": ("sex is 'Male'", "did you mean 'male'?", '"male" or "female"'),
    "patient_sex_missing.toml": ("sex is missing", '"male" or "female"'),
    "patient_condition_misspelt.toml": ("condition is", "did you mean 'androgenetic_alopecia'?"),
    "patient_condition_unheard_of.toml": ("condition is 'receding';", "telogen_effluvium"),
    "patient_skin_type_between.toml": ("skin_type is 3.5;", "a whole number from 1 to 6"),
    "patient_skin_type_roman.toml": ("skin_type is 'IV';", "a whole number from 1 to 6"),
    "patient_weight_in_grams.toml": ("weight_kg is 78000;", "from 2 to 350"),
    "patient_pregnant_no.toml": ("pregnant is 'no';", "true or false"),
    "patient_conditions_not_a_list.toml": ("conditions is 'psoriasis_scalp';", "a list"),
    "patient_medication_is_a_number.toml": ("medications entry 2 is 11289;", "in quotes"),
    "patient_medication_empty.toml": ("medications entry 2, name is '';", "a medicine's name"),
    "patient_medication_stops_tomorrow.toml": (
        "medications entry 1, stopped_days_ago is -1;",
        "from 0 to 45000",
    ),
    "patient_medication_without_name.toml": ("medications entry 1, name is missing",),
    "patient_medication_too_long.toml": ("medications entry 1, name is", "up to 120 characters"),
    "patient_medication_terminal_escape.toml": ("medications entry 1", r"'\x1b'", "plain text"),
    "patient_hair_is_a_list.toml": ("hair is a list", "a table [hair]"),
    "patient_hair_is_a_list.json": ("hair is a list of 3;", "a table [hair]"),
    "patient_hair_percent.toml": ("hair.terminal_fraction is 71;", "from 0 to 1"),
    "patient_assay_in_percent.toml": ("sulfotransferase_od405 is 40;", "from 0 to 4"),
    "patient_hair_in_millimetres.toml": ("hair.mean_diameter_um is 0.058;", "µm from 15 to 150"),
    "protocol_needle_15_mm.toml": ("device.needle_mm is 15;", "mm from 0.1 to 3"),
    "protocol_needle_with_unit.toml": ("device.needle_mm is '0.6 mm';", "a number of mm"),
    "protocol_needles_half.toml": ("device.needles is 12.5;", "a whole number from 1 to 2000"),
    "protocol_kind_misspelt.toml": ("device.kind is 'rolller'", "did you mean 'roller'?"),
    "protocol_dwell_in_minutes.toml": ("device.dwell_s is 120;", "seconds", "from 0.05 to 30"),
    "protocol_zone_crown.toml": ("course.zone is 'crown';", '"frontal"', '"occipital"'),
    "protocol_occluded_yes.toml": ("course.occluded_hours is true;", "from 0 (not at all) to 72"),
    "protocol_device_null.json": ("device.kind is null;", '"roller", "stamp" or "pen"'),
    "protocol_sessions_negative.toml": ("course.sessions is -1;", "from 0"),
    "protocol_sessions_true.toml": ("course.sessions is true;", "a whole number"),
    "protocol_without_sessions.toml": ("course.sessions is missing", "a whole number"),
    "protocol_without_course.toml": ("course is missing", "a table [course]"),
    "protocol_course_is_a_number.json": ("course is 6;", "a table [course]"),
    "protocol_interval_is_a_date.toml": ("course.interval_days is the date", "from 1 to 365"),
    "protocol_endpoint_with_space.toml": ("course.endpoint is", "did you mean 'pinpoint_bleeding'"),
    "protocol_anaesthetic_brand.toml": ("anaesthetic.drug is 'EMLA';", "lidocaine_prilocaine"),
    "protocol_anaesthetic_in_mg.toml": ("anaesthetic.grams is 5000;", "grams from 0 to 500"),
    "protocol_topical_misspelt.toml": ("topicals entry 1, drug is", "did you mean 'minoxidil'?"),
    "protocol_topical_hold_negative.toml": ("topicals entry 1, hold_hours is -1;", "from 0"),
    "protocol_topical_strength_50.toml": ("topicals entry 2, strength_percent is 50;", "up to 15"),
    "protocol_topical_single_brackets.toml": ("topicals is a table;", "[[topicals]]"),
    "protocol_nine_topicals.json": ("topicals is a list of 9;", "up to 8"),
    "protocol_medicine_misspelt.toml": (
        "medicines entry 1, drug is 'finastride'",
        "did you mean 'finasteride'?",
    ),
    "protocol_medicine_in_grams.toml": ("medicines entry 2, mg_per_day is '1 mg';", "milligrams"),
    "protocol_medicine_not_oral.toml": ("medicines entry 1, drug is 'minoxidil'", "oral_minoxidil"),
    "protocol_medicine_dose_negative.toml": ("medicines entry 1, mg_per_day is -1;", "above 0"),
    "protocol_medicine_without_dose.toml": ("medicines entry 1, mg_per_day is missing",),
    "protocol_medicine_dose_of_another.toml": (
        "medicines entry 1",
        "mg_per_day is 100 for finasteride",
        "up to 5",
    ),
    "protocol_medicine_stops_before.toml": ("medicines entry 1, stop_day is 0;", "above 0"),
    "protocol_medicines_single_brackets.toml": ("medicines is a table;", "[[medicines]]"),
    "protocol_setting_salon.toml": ("setting.place is 'salon';", '"clinic" or "home"'),
    # Values that do not go together.
    "patient_grade_of_another_condition.toml": ("grade 'ludwig_2'", "alopecia_areata", "salt_0"),
    "patient_grade_ludwig_for_a_man.toml": ("grade 'ludwig_2'", "(male)", "norwood_1"),
    "patient_grade_norwood_8.toml": ("grade 'norwood_8'", "norwood_1 to norwood_7"),
    "patient_grade_without_a_scale.toml": ("grade 'sinclair_2'", "leave it out"),
    "patient_female_pattern_male.toml": ("female_pattern_hair_loss", "androgenetic_alopecia"),
    "patient_pregnant_man.toml": ("pregnant is true", "sex is male", "allowed is false"),
    "patient_onset_before_birth.toml": ("months_since_onset is 480", "allowed is 0 to 408"),
    "protocol_rate_on_a_roller.toml": ("device: rate_hz is for pens only",),
    "protocol_platelets_of_minoxidil.toml": ("topicals", "platelets_fold is for prp only"),
    "protocol_dwell_on_a_roller.toml": ("device: dwell_s is for pens only", "for a roller"),
    "protocol_without_device.toml": ("device is missing", "kind and needle_mm"),
    "protocol_without_interval.toml": ("course.interval_days is missing", "from 1 to 365"),
    "protocol_topical_twice.toml": ("topicals names a drug twice", "one entry for each drug"),
    "protocol_medicine_twice.toml": ("medicines names a drug twice", "one entry for each drug"),
    "protocol_medicines_of_one_enzyme.toml": ("finasteride and dutasteride", "one of the two"),
    # A key that is unknown, missing or in the wrong table.
    "patient_key_near_miss.toml": ("unknown key skintype", "did you mean 'skin_type'?"),
    "patient_key_far_off.toml": ("unknown key favourite_colour;", "allowed are age, sex"),
    "patient_key_terminal_escape.toml": (r"unknown key \x1b]0;owned\x07\u202e;", "allowed are"),
    "patient_key_very_long.toml": ("unknown key aaaa", "…", "allowed are age"),
    "patient_key_half_a_letter.json": ("key '\\ud83d' is not text", "allowed"),
    "patient_medication_wrong_key.toml": (
        "unknown key medications entry 1, stopped_day_ago",
        "did you mean 'stopped_days_ago'?",
    ),
    "patient_hair_keys_at_the_top.toml": ("total_density_per_cm2 (it belongs in [hair])",),
    "patient_hair_comes_first.toml": ("unknown key hair.age", "belongs at the top of the file"),
    "patient_is_a_protocol.toml": ("unknown key device;", "allowed are age, sex"),
    "patient_as_fhir.json": ("unknown key resourceType;", "allowed are age, sex"),
    "patient_empty.toml": ("age is missing", YEARS),
    "protocol_flat.toml": ("unknown key kind", "it belongs in [device]"),
    "protocol_zone_in_the_device.toml": ("device.zone", "it belongs in [course]"),
    "protocol_needle_in_the_course.toml": ("course.needle_mm", "it belongs in [device]"),
    # Not TOML, not JSON, not text.
    "patient_sex_unquoted.toml": ("not valid TOML", 'text must stand in "quotes"', "line 2"),
    "patient_decimal_comma.toml": ("not valid TOML", "line 4, column 15"),
    "patient_without_equals.toml": ("not valid TOML", "Expected '='", "line 1"),
    "patient_quote_left_open.toml": ("not valid TOML", "a quote is left open", "line 2"),
    "patient_key_twice.toml": ("not valid TOML", "a key stands twice", "line 4"),
    "patient_key_twice.json": ("not valid JSON", "the key 'age' stands twice"),
    "patient_trailing_comma.json": ("not valid JSON", "line"),
    "patient_commented.json": ("not valid JSON", "double quotes", "line 2"),
    "patient_cut_off.json": ("not valid JSON", "line 1"),
    "patient_is_toml.json": ("not valid JSON", "line 1"),
    "patient_empty.json": ("not valid JSON", "line 1"),
    "patient_list_on_top.json": ("must hold a table of keys", "not a list"),
    "patient_number_on_top.json": ("must hold a table of keys", "not 34"),
    "patient_utf_16.toml": ("byte 0 is not UTF-8", UTF_8),
    "patient_latin_1.toml": ("byte 25 is not UTF-8", UTF_8),
    "patient_binary.json": ("byte 0 is not UTF-8", UTF_8),
    "patient_nul_bytes.toml": ("not valid TOML", "line 3"),
    "protocol_spreadsheet.csv": ("must end in .toml or .json",),
}


def refuse(file: Path, as_protocol: bool = False) -> Answer:
    return anagen("screen", MAN, "--protocol", file) if as_protocol else anagen("screen", file)


def assert_refused(answer: Answer, *said: str) -> None:
    assert is_one_clear_sentence(answer), answer
    for words in said:
        assert words in answer.err


def test_every_bad_file_has_its_row() -> None:
    assert {file.name for file in HERE.iterdir()} == set(REFUSALS)


@pytest.mark.parametrize("name", REFUSALS)
def test_bad_file(name: str) -> None:
    answer = refuse(HERE / name, as_protocol=name.startswith("protocol"))
    assert_refused(answer, name, *REFUSALS[name])


# Files too large or too strange to keep, each written by the test.
_BODY = MAN.read_text()
MONSTERS: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "three_megabytes.toml": (
        lambda: (_BODY + "# and so on\n" * 260_000).encode(),
        ("too long", "1000000 bytes"),
    ),
    "nested_100000_deep.json": (lambda: b"[" * 100_000 + b"]" * 100_000, ("nested too deeply",)),
    "tables_100000_deep.json": (
        lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        ("nested too deeply",),
    ),
    "nested_100000_deep.toml": (lambda: b"age = " + b"[" * 100_000, ("nested too deeply",)),
    "dotted_100000_deep.toml": (lambda: b"a." * 100_000 + b"a = 1", ("nested too deeply",)),
    "many_unknown_keys.toml": (
        lambda: "".join(f"key_{number} = 1\n" for number in range(50_000)).encode(),
        ("unknown key key_0;", "more to mend"),
    ),
    "long_text.json": (
        lambda: b'{"age": 34, "sex": "' + b"fe" * 400_000 + b'male", "condition": ""}',
        ("sex is 'fefe", "…", '"male" or "female"'),
    ),
    "201_medicines.json": (
        lambda: _json_patient(medications='["warfarin"' + ', "warfarin"' * 200 + "]"),
        ("medications is a list of 201;", "up to 200"),
    ),
    "escape_\x1b[2J\nin_the_name.toml": (lambda: b"", (r"escape_\x1b[2J in_the_name.toml: age",)),
}


def _json_patient(**fields: str) -> bytes:
    said = {"age": "34", "sex": '"male"', "condition": '"androgenetic_alopecia"'} | fields
    return ("{" + ", ".join(f'"{key}": {value}' for key, value in said.items()) + "}").encode()


@pytest.mark.parametrize("name", MONSTERS)
def test_monstrous_file(name: str, tmp_path: Path) -> None:
    content, said = MONSTERS[name]
    file = tmp_path / name
    file.write_bytes(content())
    assert_refused(refuse(file), *said)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_BODY.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(_BODY.replace("\n", "\r\n").encode(), id="lines as on Windows"),
        pytest.param(
            _BODY.replace("medications = []", 'medications = ["war\\u00adfarin\\u00a0 sodium"]'
            ).encode(),
            id="name copied from a page",
        ),
    ],
)  # fmt: skip
def test_what_only_looks_bad_is_read(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "patient.toml"
    file.write_bytes(content)
    answer = anagen("screen", file, "--json")
    assert (answer.status, answer.err) == (0, "")


def _paths(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    return {
        "folder": tmp_path / "folder.toml",
        "missing": tmp_path / "nobody.toml",
        "loop": tmp_path / "loop.toml",
        "photo": tmp_path / "scalp.jpg",
        "long": tmp_path / ("x" * 4000 + ".toml"),
        "file as folder": MAN / "patient.toml",
        "nothing": Path(),
    }


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("folder", ("folder.toml: cannot be read",)),
        ("missing", ("nobody.toml: there is no such file",)),
        ("loop", ("loop.toml: cannot be read",)),
        ("photo", ("scalp.jpg: the file name must end in .toml or .json",)),
        ("long", ("…", "xxx.toml: cannot be read")),
        ("file as folder", ("man.toml/patient.toml: cannot be read",)),
        ("nothing", ("must end in .toml or .json",)),
    ],
)
def test_bad_path(which: str, said: tuple[str, ...], tmp_path: Path) -> None:
    assert_refused(refuse(_paths(tmp_path)[which]), *said)


WEEKS = f"allowed is a whole number from 1 to {MAX_WEEKS}"
DRAWS = f"allowed is a whole number from 1 to {MAX_DRAWS}"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("plan", MAN, "--start", "2026-02-30"), ("--start is '2026-02-30'", "YYYY-MM-DD")),
        (("plan", MAN, "--start", "tomorrow"), ("--start is 'tomorrow'", "YYYY-MM-DD")),
        (("plan", MAN, "--weeks", "0"), ("weeks is 0", WEEKS)),
        (("plan", MAN, "--weeks", "100000"), ("weeks is 100000", WEEKS)),
        (("plan", MAN, "--weeks", "a year"), ("'--weeks'", "integer")),
        (("plan", MAN, "--weeks", "12.5"), ("'--weeks'", "integer")),
        (("plan", MAN, "--weeks"), ("'--weeks' requires an argument",)),
        (("plan", MAN, "--seed", "-1"), ("seed is -1", "from 0")),
        (("plan", MAN, "--seed", 10**400), ("seed is 1000", "from 0")),
        (("plan", EXAMPLES / "needs_no_needle.toml", "--weeks", "0"), ("weeks is 0", WEEKS)),
        (("plan", MAN, "--out", COURSE), ("course.toml: cannot be made a folder",)),
        (("plan", MAN, "--out", COURSE / "plan"), ("plan: cannot be made a folder",)),
        (("plan", MAN, "--out"), ("'--out' requires an argument",)),
        (("simulate", MAN, COURSE, "--draws", "0"), ("draws is 0", DRAWS)),
        (("simulate", MAN, COURSE, "--draws", "1e9"), ("'--draws'", "integer")),
        (("simulate", MAN, COURSE, "--weeks", "-3"), ("weeks is -3", WEEKS)),
        (("simulate", MAN), ("Missing argument 'C.toml'",)),
        (("simulate", COURSE, MAN), ("course.toml: unknown key", "allowed are age")),
        (("screen",), ("Missing argument 'P.toml'",)),
        (("screen", MAN, COURSE), ("unexpected extra argument",)),
        (("screen", MAN, "--protocl", COURSE), ("--protocl", "--protocol")),
        (("screen", MAN, "--json=yes"), ("--json",)),
        (
            ("evidence", "closure.dye_half_live_h"),
            ("no record 'closure.dye_half_live_h'", "did you mean"),
        ),
        (("evidence", "\x1b[2J" * 500), (r"no record '\x1b[2J", "lists all")),
        (("evidence", "--view", "florest"), ("--view is 'florest'", "did you mean 'forest'?")),
        (("evidence", "--view", "\x1b[2J"), (r"--view is '\x1b[2J'", "allowed is one of forest")),
        (("evidence", "C15", "--view", "forest"), ("--view forest goes without KEY",)),
        (("evidence", "--condition", "alopecia_areata"), ("--condition goes with --view",)),
        (("evidence", "C15", "--out", "a.svg"), ("--out goes with --view",)),
        (("evidence", "--view", "depth", "--out", "a.png"), ("a.png", ".svg or .html")),
        (("evidence", "--view", "depth", "--out", MAN / "a.svg"), ("a.svg: cannot be written",)),
        (
            ("evidence", "--view", "depth", "--condition", "areata"),
            ("condition is 'areata'", "allowed is one of", "alopecia_areata"),
        ),
        (("scren", MAN), ("No such command 'scren'",)),
        (("\x1b[2J\n" * 500,), (r"No such command '\x1b[2J",)),
        (("--verison",), ("No such option: --verison",)),
    ],
)
def test_bad_command_line(typed: tuple[object, ...], said: tuple[str, ...]) -> None:
    assert_refused(anagen(*typed), *said)


@pytest.mark.parametrize("typed", [(), ("--help",), ("plan", "--help")])
def test_help_is_an_answer(typed: tuple[str, ...]) -> None:
    answer = anagen(*typed)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("Usage: anagen")


def test_a_page_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fake_plan import make_plan

    monkeypatch.setattr("anagen.planning.plan", lambda *_, **__: make_plan())
    (tmp_path / "plan.json").mkdir()
    answer = anagen("plan", MAN, "--out", tmp_path)
    assert_refused(answer, "plan.json: cannot be written")


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("anagen.patient.Patient.read", interrupted)
    assert anagen("screen", MAN) == Answer(130, "", "")


COMMAND = (sys.executable, "-m", "anagen.cli")


def _process(*typed: object) -> Answer:
    ran = subprocess.run([*COMMAND, *map(str, typed)], capture_output=True, check=False)
    return Answer(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


@pytest.mark.parametrize(
    "typed",
    [
        ("screen", HERE / "patient_age_340.toml"),
        ("screen", HERE / "patient_key_half_a_letter.json"),
        ("screen", MAN, "--protocol", HERE / "protocol_needle_15_mm.toml"),
        ("simulate", MAN, COURSE, "--draws", "0"),
        ("screen", b"caf\xe9.toml".decode("utf-8", "surrogateescape")),
        ("nonsense",),
    ],
)
def test_in_a_process_of_its_own(typed: tuple[object, ...]) -> None:
    answer = _process(*typed)
    assert is_one_clear_sentence(answer), answer


def test_nested_beyond_the_stack_in_a_process_of_its_own(tmp_path: Path) -> None:
    """Deep nesting is the one fault that could take the interpreter itself down."""
    for name in ("nested_100000_deep.json", "tables_100000_deep.json", "nested_100000_deep.toml"):
        file = tmp_path / name
        file.write_bytes(MONSTERS[name][0]())
        assert_refused(_process("screen", file), "nested too deeply")


def test_a_reader_that_leaves_early_causes_no_noise() -> None:
    ran = subprocess.run(
        ["/bin/sh", "-c", f"{' '.join(COMMAND)} evidence | head -c 1"],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert (len(ran.stdout), ran.stderr) == (1, b"")


def test_every_description_reads_as_what_is_allowed() -> None:
    """A refusal completes "allowed is ..." with a field's description, so each must have one."""
    from anagen.patient import Hair, Medicine, Noted, Patient
    from anagen.protocol import Anaesthetic, Course, Device, Protocol, Setting, Tablet, Topical

    stated = (Patient, Hair, Noted, Medicine)
    done = (Protocol, Device, Course, Anaesthetic, Topical, Tablet, Setting)
    for model in (*stated, *done):
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"
            assert not re.search(r"[.\n]$", field.description)
