"""Everything for one person's course of care, as files: for the clinic, for the patient, and data.

for the clinic    procedure.html and .pdf, timetable.html
for the patient   handout (page, paper, large print), consent, calendar, how hair grows
Unsigned, what a patient would read is a draft, is named so and says so on every page.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from anagen.aftercare import Timetable, timetable
from anagen.care.appointments import When, visit_days
from anagen.care.consent_document import consent_document
from anagen.care.course_calendar import first_calendar
from anagen.care.document_pages import document_html, document_pdf
from anagen.care.hair_story import story, story_html
from anagen.care.handout import Handout, Signature, handout
from anagen.care.handout_pages import handout_html, handout_pdf
from anagen.care.pages import Language
from anagen.care.sheet_document import sheet_document
from anagen.care.timetable_page import timetable_document
from anagen.patient import Patient
from anagen.procedure import Sheet, consent_page, procedure_sheet
from anagen.protocol import Protocol, nothing
from anagen.screening import BARRED, Screening, screen


@dataclass(frozen=True)
class Folder:
    """One person's course of care."""

    screening: Screening
    sheet: Sheet | None  # None: a protocol without needling
    timetable: Timetable
    handout: Handout
    visits: tuple[When, ...]
    files: dict[str, bytes]

    def as_dict(self) -> dict[str, Any]:
        """The folder as plain data for JSON."""
        return {
            "screening": self.screening.as_dict(),
            "signed": self.handout.signed,
            "visits": [when.day.isoformat() for when in self.visits],
            "timetable": self.timetable.as_dict(),
            "files": sorted(self.files),
            "off_label": True,
        }


def folder(
    patient: Patient,
    protocol: Protocol,
    first: When,
    weeks: int,
    seed: int,
    language: Language,
    signature: Signature | None,
    other_lidocaine_mg: float | None,
    advance: Callable[[str], None],
) -> Folder:
    """Prepare a course from its first day on.

    Where the screening bars needling, the protocol's medicines are left for a clinician to decide:
    the folder holds no session, and its forecast is that of doing nothing.
    Raises `BadInput` for an undiagnosed person and for weeks out of range.
    """
    from anagen.forecast import simulate_together

    screening = screen(patient, protocol)
    barred = screening.decision in BARRED
    done = nothing(protocol) if barred else protocol
    advance("Computing the forecast")
    courses = [done] if barred else [done, nothing(done)]
    computed = simulate_together(patient, courses, weeks, seed=seed)
    forecast, untreated = computed[0], computed[-1]
    needled = done.course.sessions > 0
    visits = tuple(first.on(day) for day in visit_days(done, first.day, weeks))
    table = timetable(patient, done, forecast)
    sheet = None
    if protocol.course.sessions:
        sheet = procedure_sheet(patient, protocol, screening, other_lidocaine_mg)
    said = handout(patient, done, screening, forecast, table, visits, language, signature)
    version = forecast.model_version
    advance("Writing for the clinic")
    files = {"timetable.html": document_html(timetable_document(table, version)).encode()}
    if sheet is not None:
        told = sheet_document(sheet, version)
        files["procedure.html"] = document_html(told).encode()
        files["procedure.pdf"] = document_pdf(told, first.day)
    advance("Writing for the patient")
    draft = "" if signature else "draft-"
    files[f"{draft}handout.{language}.html"] = handout_html(said).encode()
    files[f"{draft}handout.{language}.pdf"] = handout_pdf(said, "usual", first.day)
    files[f"{draft}handout-large.{language}.pdf"] = handout_pdf(said, "large", first.day)
    grows = story(forecast, untreated, language)
    grows = replace(grows, opening=(said.status, *grows.opening))
    files[f"{draft}how-your-hair-grows.{language}.html"] = story_html(grows).encode()
    if needled:
        consent = consent_document(consent_page(patient, done), language, version)
        files[f"{draft}consent.{language}.html"] = document_html(consent).encode()
        files[f"{draft}consent.{language}.pdf"] = document_pdf(consent, first.day)
    pause_h = table.restart.hours if table.restart else 0.0
    files["calendar.ics"] = first_calendar(
        patient, done, screening, first, weeks, pause_h, language
    )
    return Folder(screening, sheet, table, said, visits, files)
