"""The consultation as a command and as a page."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from screening_cases import person
from shell import anagen, is_one_clear_sentence

from anagen.care.consultation_page import consultation_page
from anagen.care.terminal import console
from anagen.consultation.consult import consult
from anagen.patient import Patient

EXAMPLES = Path(__file__).parents[1] / "examples"


def printed(page: Any) -> str:
    file = io.StringIO()
    console(file).print(page)
    return file.getvalue()


@pytest.mark.parametrize("name", ["man", "woman", "areata", "shedding", "needs_no_needle"])
def test_the_page_is_whole_in_80_columns_without_colour(name: str):
    said = printed(consultation_page(consult(Patient.read(EXAMPLES / f"{name}.toml"))))
    assert max(cell_len(line) for line in said.splitlines()) <= 80
    assert "\x1b" not in said
    assert "Off-label" in said
    assert "By itself:" in said


def test_a_sign_that_needs_a_diagnosis_sets_the_next_step():
    found = consult(person(scalp_findings=["pustules"]))
    said = " ".join(printed(consultation_page(found)).split())
    assert "See a doctor for a diagnosis today" in said
    assert "A diagnosis comes first" in said


def test_the_command_answers_people_and_machines():
    plain = anagen("consult", EXAMPLES / "woman.toml")
    assert plain.status == 0
    assert "What to expect" in plain.out
    found = json.loads(anagen("consult", EXAMPLES / "woman.toml", "--json").out)
    assert set(found) == {
        "decision", "red_flags", "questionnaire", "expected", "off_label", "version",
    }  # fmt: skip
    counts = anagen("consult", EXAMPLES / "man.toml", "--counts", EXAMPLES / "counts.toml")
    assert "What the counts say: Keep going" in counts.out
    assert is_one_clear_sentence(anagen("consult", "nobody.toml"))


def test_asking_and_expecting_do_not_wait_for_jax():
    code = (
        "import sys; from anagen.consultation.consult import consult;"
        "from anagen.consultation import stopping; from anagen.patient import Patient;"
        f"consult(Patient.read({str(EXAMPLES / 'man.toml')!r})); assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
