"""The names and shapes that others build on: extended freely, changed only for a written reason."""

import inspect
import json
import pkgutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from shell import anagen

import anagen as package
from anagen import Patient, Protocol

PATIENT = """
age = 34
sex = "male"                        # male | female
condition = "androgenetic_alopecia" # | female_pattern_hair_loss | alopecia_areata | telogen_effluvium | senescent_alopecia
                                    # | cicatricial_alopecia | undiagnosed
grade = "norwood_3v"                # norwood_1..7 (3v), ludwig_1..3, sinclair_1..5, salt_0..100
months_since_onset = 48
skin_type = 3                       # Fitzpatrick 1-6
weight_kg = 78
pregnant = false
breastfeeding = false
conditions = ["psoriasis_scalp"]    # keys or ICD-10-CM codes; unknown entries are reported, not dropped
medications = ["warfarin"]          # names or RxNorm codes; {name="isotretinoin", stopped_days_ago=40} also accepted
allergies = ["nickel"]
scalp_findings = ["open_wound"]     # seen today on the area to be needled
[hair]                              # measured, where known
total_density_per_cm2 = 152
terminal_fraction = 0.71
mean_diameter_um = 58
anagen_fraction = 0.78
"""  # noqa: E501
PROTOCOL = """
[device]
kind = "pen"            # roller | stamp | pen
needle_mm = 0.6         # the set length; what is reached is the model's business
needles = 12
rate_hz = 100           # pen only
[course]
sessions = 6            # 0 = no needling: medicine only, or nothing
interval_days = 14
passes = 4
area_cm2 = 100
endpoint = "erythema"   # erythema | pinpoint_bleeding
[anaesthetic]           # optional
drug = "lidocaine_4"
grams = 5
minutes = 45
[[topicals]]
drug = "minoxidil"      # minoxidil | prp | growth_factors | triamcinolone | none
strength_percent = 5
dose_ml = 1.0
per_day = 2
hold_hours = 24         # after each session
"""
LEAST = {"age": 34, "sex": "male", "condition": "androgenetic_alopecia"}
READERS = pytest.mark.parametrize(("model", "text"), [(Patient, PATIENT), (Protocol, PROTOCOL)])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    patient, protocol = tmp_path / "patient.toml", tmp_path / "protocol.toml"
    patient.write_text(PATIENT)
    protocol.write_text(PROTOCOL)
    return patient, protocol


@pytest.mark.parametrize("name", ["Patient", "Protocol", "screen", "simulate", "plan"])
def test_names_of_the_package(name: str) -> None:
    assert callable(getattr(package, name))


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'diagnose'"):
        _ = package.diagnose  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("screen", {"protocol": None}),
        ("simulate", {"weeks": 52, "draws": 500, "seed": 0}),
        ("plan", {}),
    ],
)
def test_parameters_and_defaults(name: str, parameters: dict[str, object]) -> None:
    found = inspect.signature(getattr(package, name)).parameters
    assert next(iter(found)) == "patient"
    assert {key: found[key].default for key in parameters} == parameters


@READERS
def test_files_of_the_contract_say_the_same_in_toml_and_json(
    model: type[Patient] | type[Protocol], text: str, tmp_path: Path
) -> None:
    table = tomllib.loads(text)
    as_toml, as_json = tmp_path / "written.toml", tmp_path / "written.json"
    as_toml.write_text(text)
    as_json.write_text(json.dumps(table))
    read = model.read(as_toml)
    assert read == model.read(as_json)
    stated = json.loads(read.model_dump_json(exclude_unset=True))
    entries = {"conditions", "medications", "allergies", "scalp_findings"} & set(table)
    assert stated == table | {key: [{"name": name} for name in table[key]] for key in entries}


@pytest.mark.parametrize("condition", [
    "androgenetic_alopecia", "female_pattern_hair_loss", "alopecia_areata", "telogen_effluvium",
    "senescent_alopecia", "cicatricial_alopecia", "undiagnosed",
])  # fmt: skip
def test_conditions(condition: str) -> None:
    table = LEAST | {"condition": condition, "sex": "female"}
    assert Patient.from_table(table, "least").condition == condition


def test_a_stopped_medicine() -> None:
    stopped = {"name": "isotretinoin", "stopped_days_ago": 40}
    patient = Patient.from_table(LEAST | {"medications": ["warfarin", stopped]}, "stopped")
    assert patient.medications is not None
    assert [(m.name, m.stopped_days_ago) for m in patient.medications] == [
        ("warfarin", None),
        ("isotretinoin", 40),
    ]


def test_what_is_left_out_is_unknown() -> None:
    patient = Patient.from_table(LEAST, "least")
    assert set(patient.model_dump(exclude=set(LEAST)).values()) == {None}
    nothing = Protocol.from_table({"course": {"sessions": 0}}, "least")
    assert set(nothing.course.model_dump(exclude={"sessions"}).values()) == {None}
    assert (nothing.device, nothing.anaesthetic, nothing.setting) == (None, None, None)


def test_asked_and_none_is_not_unknown() -> None:
    assert Patient.from_table(LEAST | {"medications": []}, "asked").medications == ()


@pytest.mark.parametrize("command", ["screen", "plan", "simulate", "evidence"])
def test_commands(command: str) -> None:
    assert f"  {command} " in anagen("--help").out
    assert "--json" in anagen(command, "--help").out


def test_screen_as_json(files: tuple[Path, Path]) -> None:
    patient, protocol = files
    answer = anagen("screen", patient, "--protocol", protocol, "--json")
    assert (answer.status, answer.err) == (0, "")
    said = json.loads(answer.out)
    assert said["decision"] in {"proceed", "caution", "defer", "refer", "do_not_treat"}
    assert said["off_label"] is True
    assert {"unknown", "version"} <= set(said)
    assert said["findings"]
    for finding in said["findings"]:
        assert finding["severity"] in {"absolute", "relative", "caution", "information"}
        assert {"rule", "applies_to", "reason", "action", "source", "certainty"} <= set(finding)


def test_simulate_as_json(files: tuple[Path, Path]) -> None:
    answer = anagen("simulate", *files, "--weeks", 4, "--draws", 16, "--json")
    assert (answer.status, answer.err) == (0, "")
    said = json.loads(answer.out)
    assert said["weeks"] == [0, 1, 2, 3, 4]
    assert {"change_at", "detectable", "warnings", "model_version", "seed"} <= set(said)
    assert {
        "total_density_per_cm2", "terminal_density_per_cm2", "mean_diameter_um", "anagen_fraction",
        "shed_per_day_per_1000", "coverage", "hair_mass_index", "erythema", "perfusion_ratio",
        "collagen_ratio", "elastin_ratio", "plasma_minoxidil_ng_ml", "channel_open_fraction",
    } <= set(said["endpoints"])  # fmt: skip
    for band in said["endpoints"].values():
        assert {name: len(band[name]) for name in ("median", "p05", "p25", "p75", "p95")} == (
            dict.fromkeys(("median", "p05", "p25", "p75", "p95"), 5)
        )


@pytest.mark.parametrize(
    "hair",
    [
        {"total_density_per_cm2": 500, "terminal_fraction": 0, "mean_diameter_um": 15},
        {"total_density_per_cm2": 0, "anagen_fraction": 0, "mean_diameter_um": 150},
    ],
)
def test_what_is_accepted_gives_numbers(hair: dict[str, float], files: tuple[Path, Path]) -> None:
    """JSON holds no NaN, so a limit of the files must be one that the model bears."""
    patient, protocol = files
    patient = patient.with_suffix(".json")
    patient.write_text(json.dumps(LEAST | {"hair": hair}))
    answer = anagen("simulate", patient, protocol, "--weeks", 4, "--draws", 16, "--json")
    assert (answer.status, answer.err) == (0, "")


def _modules(*packages: str) -> list[str]:
    found = list(packages)
    for name in packages:
        inside = pkgutil.walk_packages(import_module(name).__path__, f"{name}.")
        found += [module.name for module in inside]
    return found


def _told(code: str) -> str:
    """The last line that ``code`` prints in a fresh interpreter."""
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    return told.stdout.splitlines()[-1]


def test_who_does_not_compute_does_not_load_jax() -> None:
    drawn_from_the_model = {"anagen.care.scalp_picture", "anagen.care.microscope_of"}
    modules = set(_modules("anagen.evidence", "anagen.screening", "anagen.care"))
    light = ["anagen.cli", *sorted(modules - drawn_from_the_model)]
    assert (
        _told(
            "import sys; from importlib import import_module\n"
            "from anagen import Patient, Protocol, screen\n"
            f"for name in {light}:\n"
            "    import_module(name)\n"
            "    if 'jax' in sys.modules: break\n"
            "print(f'{name} loads JAX' if 'jax' in sys.modules else 'light')"
        )
        == "light"
    )


@pytest.mark.parametrize(
    "typed",
    [
        ["--help"],
        ["screen", "{patient}", "--protocol", "{protocol}"],
        ["screen", "{patient}", "--json"],
        ["evidence"],
        ["simulate", "{protocol}", "{patient}"],  # refused before the wait
    ],
)
def test_commands_that_answer_without_jax(typed: list[str], files: tuple[Path, Path]) -> None:
    patient, protocol = files
    typed = [word.format(patient=patient, protocol=protocol) for word in typed]
    assert (
        _told(
            f"import sys; sys.argv = {['anagen', *typed]!r}\n"
            "from anagen.cli import main\n"
            "try: main()\nexcept SystemExit: pass\n"
            "print('jax' in sys.modules)"
        )
        == "False"
    )
