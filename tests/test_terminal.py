"""Terminal pages: 80 columns, whole without colour, and deaf to control characters."""

import io
import re
import subprocess
import sys

import pytest
from fake_plan import (
    HOSTILE,
    make_barred_plan,
    make_forecast,
    make_hostile_plan,
    make_plan,
    make_protocol,
    make_screening,
)
from rich.cells import cell_len
from rich.console import Console

from anagen.care.terminal import console, forecast_page, plan_page, screening_page
from anagen.care.words import plain

PLAN = make_plan()
SCREENING = make_screening()
COURSE, UNTREATED = PLAN.options[0].forecast, PLAN.options[-1].forecast
PAGES = {
    "plan": plan_page(PLAN),
    "barred": plan_page(make_barred_plan()),
    "screening": screening_page(SCREENING),
    "forecast": forecast_page(COURSE, UNTREATED),
    "hostile plan": plan_page(make_hostile_plan()),
    "hostile screening": screening_page(make_hostile_plan().screening),
}


def printed(page):
    file = io.StringIO()
    console(file).print(page)
    return file.getvalue()


def words_of(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name", PAGES)
def test_no_line_is_wider_than_80_columns_and_none_is_coloured_in_a_pipe(name):
    said = printed(PAGES[name])
    assert max(cell_len(line) for line in said.splitlines()) <= 80
    assert "\x1b" not in said


@pytest.mark.parametrize("name", PAGES)
def test_colour_adds_nothing_but_colour(name):
    file = io.StringIO()
    coloured = Console(
        file=file, force_terminal=True, color_system="standard", width=80, highlight=False
    )
    coloured.print(PAGES[name])
    bare = re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue())
    assert bare != file.getvalue()
    assert bare == printed(PAGES[name])


@pytest.mark.parametrize("name", PAGES)
def test_off_label_status_and_version_are_always_there(name):
    said = words_of(printed(PAGES[name]))
    assert "Off-label" in said
    assert "not a medical device" in said
    assert "2026.1" in said or "0.1.0+fake" in said
    assert said.count("Next step:") == 1
    assert not re.search(r"regrow|miracle|guarantee|before/after", said, re.I)


def test_the_plan_shows_message_options_no_needling_and_what_is_held_back():
    said = words_of(printed(PAGES["plan"]))
    assert PLAN.message in said
    for name in ("0.6 mm × 12, medicine", "medicine only", "no needling", "too small to measure"):
        assert name in said
    assert "The wounds would not close" in said
    assert "▲ Needling only with care" in said


def test_every_middle_has_its_range():
    table = printed(PAGES["forecast"]).split("Week ")[1].split("Middle and range")[0]
    for line in table.splitlines()[1:]:
        assert line.count("(") in (0, 3)


def test_the_screening_puts_the_decision_first_then_findings_then_questions():
    said = printed(PAGES["screening"])
    order = ["Needling only with care", "Takes a blood thinner", "Isotretinoin in the last"]
    order += ["What we do not know yet", "Have you ever had a scar", "Entries that no rule knows"]
    places = [said.index(each) for each in order]
    assert places == sorted(places)
    flat = words_of(said)
    for finding in SCREENING.findings:
        for needed in (finding.reason, finding.action, finding.source, finding.conflict):
            assert needed in flat


def test_a_screening_without_findings_is_a_page_too():
    clear = make_screening("proceed").__class__("proceed", (), (), (), True, "2026.1")
    assert "No rule applies" in printed(screening_page(clear))


def test_hostile_text_neither_drives_the_terminal_nor_is_read_as_markup():
    said = words_of(printed(PAGES["hostile plan"]))
    assert words_of(plain(HOSTILE)) in said
    assert "[red]b[/red]" in said
    assert "\u202e" not in said


@pytest.mark.parametrize("gain", [-60, 0, 80])
def test_the_chart_holds_the_start_and_the_bands_wherever_they_go(gain):
    said = printed(forecast_page(make_forecast(gain, 6, make_protocol(12)), UNTREATED))
    assert "●" in said
    assert all(sign in said for sign in "░▒━▼-·")


def test_a_forecast_without_its_comparison_says_where_to_find_it():
    assert "anagen plan sets it beside this" in words_of(printed(forecast_page(COURSE)))


def test_a_stream_that_lacks_the_letters_does_not_fail():
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="cp1252")
    console(file).print(PAGES["plan"])
    file.flush()
    assert b"No needling" in raw.getvalue()


def test_pages_come_up_without_the_machinery_that_computes():
    code = (
        "import sys, anagen.care.terminal, anagen.care.report, anagen.care.paper, "
        "anagen.care.course_calendar; assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
