"""The PDF is tagged, the same everywhere, and carries a person's text as text."""

import re
from datetime import date
from io import BytesIO
from typing import Any

import typst
from fake_plan import make_barred_plan, make_hostile_plan, make_plan
from pypdf import PdfReader

from anagen.care import paper
from anagen.care.paper import coverage, printable, report_pdf

PLAN = make_plan()
RAW = report_pdf(PLAN, date(2026, 3, 2))


def text_of(raw):
    read = "\n".join(page.extract_text() for page in PdfReader(BytesIO(raw)).pages)
    return " ".join(read.replace("\u00a0", " ").split())


def catalogue(raw) -> Any:
    return PdfReader(BytesIO(raw)).trailer["/Root"]


def structure(node, found):
    """All elements of the tag tree below ``node``."""
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            structure(each, found)
    elif isinstance(node, dict):
        found.append(node)
        if "/K" in node:
            structure(node["/K"], found)
    return found


def test_it_is_tagged_titled_and_says_its_language():
    reader = PdfReader(BytesIO(RAW))
    root = catalogue(RAW)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata
    assert reader.metadata.title == "Your plan · anagen"
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()


def test_headings_tables_and_pictures_are_tagged_and_pictures_described():
    elements = structure(catalogue(RAW)["/StructTreeRoot"]["/K"], [])
    kinds = [str(each.get("/S")) for each in elements]
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/L"} <= set(kinds)
    figures = [each for each in elements if each.get("/S") == "/Figure"]
    assert len(figures) == 1 + len(PLAN.options)
    assert all("nine in ten" in str(each["/Alt"]) for each in figures)


def test_what_must_always_stand_there():
    said = text_of(RAW)
    for needed in (
        *(option.name for option in PLAN.options),
        "Off-label",
        "not a medical device",
        PLAN.model_version,
        "seed 0",
        "No needling",
        "too small to measure",
        "2 March 2026",
        *PLAN.would_change,
    ):
        assert needed in said
    for finding in PLAN.screening.findings:
        assert finding.title in said


def test_it_is_a4_and_set_in_the_fonts_of_the_package_alone():
    reader = PdfReader(BytesIO(RAW))
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    pages: Any = reader.pages
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("OpenSans" in font for font in fonts)


def test_the_same_plan_and_day_give_the_same_bytes():
    assert report_pdf(make_plan(), date(2026, 3, 2)) == RAW


def test_typst_and_html_commands_in_a_persons_text_stay_text():
    said = text_of(report_pdf(make_hostile_plan()))
    for inert in ("#panic()", "<script>", "*a*", "[red]b[/red]", "{{ 7 * 7 }}"):
        assert inert in said


def test_letters_the_font_lacks_are_replaced_and_owned_up_to():
    raw = report_pdf(make_plan(medications=["麻黄 Łódź 😀"]))
    said = text_of(raw)
    assert "?? Łódź ?" in said
    assert "cannot be printed here" in said
    assert "cannot be printed here" not in text_of(RAW)


def test_every_letter_on_the_list_is_in_the_font():
    letters = "".join(sorted(coverage()))
    assert {"µ", "²", "−", "±", "é", "Ж", "Σ"} <= coverage()
    source = b'#set document(title: "t")\n#set text(font: "Open Sans")\n#sys.inputs.x'
    for weight in (b"400", b"600"):
        typst.compile(  # a PDF/UA with a letter that the font lacks is an error
            source.replace(b'Sans")', b'Sans", weight: ' + weight + b")"),
            font_paths=paper.fonts(),
            ignore_system_fonts=True,
            sys_inputs={"x": " ".join(letters)},
            pdf_standards="ua-1",
            timestamp=0,
        )


def test_printable_leaves_numbers_and_shapes_alone():
    data = {"a": ["1\u202f000", 2, None, True], "b": {"c": "→"}}
    assert printable(data) == {"a": ["1\u00a0000", 2, None, True], "b": {"c": "?"}}


def test_a_person_who_must_not_be_needled_gets_a_page_too():
    plan = make_barred_plan()
    said = text_of(report_pdf(plan))
    for needed in (plan.message, "Do not needle", plan.would_change[0], "Next step", "Off-label"):
        assert needed in said
    assert not re.search(r"The options|Talked over", said)


def test_no_page_promises():
    assert not re.search(r"regrow|miracle|guarantee|before/after", text_of(RAW), re.I)
