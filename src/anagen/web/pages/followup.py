"""Follow-up: counts beside the forecast, the forecast after them, photographs side by side."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from anagen.care.chart import forecast_chart
from anagen.counts import Counts
from anagen.kept_forecast import AnyForecast
from anagen.reading import BadInput
from anagen.records import tables
from anagen.records.contents import MOST_BYTES, read_content
from anagen.records.current import current_one
from anagen.records.photo import safe_photo
from anagen.web import forms
from anagen.web.forecaster import ModelAway
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import Person, person_of, protocol_of
from anagen.web.photo_form import Taken, columns
from anagen.web.story import kept_forecasts, measured, sentence
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
READ = "patients:read"


@router.get("/patients/{patient}/followup", dependencies=[needs(READ)])
def followup(request: Request, patient: str, left: str = "", right: str = "") -> Response:
    """What was counted and photographed since the course began."""
    return _shown(request, patient, {}, left, right)


@router.get("/patients/{patient}/followup/forecast", dependencies=[needs(READ)])
def after_counts(request: Request, patient: str) -> Response:
    """The forecast again, with what was counted."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    try:
        found, figures, refused = *_followed(request, person), ""
    except (BadInput, ModelAway) as fault:
        found, figures, refused = None, [], str(fault)
    whole = "hx-request" not in request.headers
    return page(
        request,
        "followup_forecast_page.html" if whole else "followup_forecast.html",
        person=person,
        found=found,
        figures=figures,
        refused=refused,
    )


@router.post("/patients/{patient}/photos")
def take(
    request: Request,
    patient: str,
    typed: Typed,
    file: Annotated[UploadFile, File()],
    actor: Any = needs("photos:write"),
) -> Response:
    """A photograph: looked at, cleaned of everything but its picture, and sealed."""
    try:
        told = Taken.from_table(forms.table(Taken, typed), where="the photograph")
        forms.check_not_ahead(told.taken_on, "the photograph", "taken_on")
        with request.app.state.store.reading() as db:
            if not person_of(db, patient).consented("photographs"):
                raise BadInput("there is no consent to photographs on record; ask for it first.")
        safe = safe_photo(file.file.read(MOST_BYTES + 1))
        row = tables.Photo(
            patient=patient,
            media_type=safe.media_type,
            width=safe.width,
            height=safe.height,
            **columns(told),
        )
        with request.app.state.store.writing(actor) as entry:
            entry.add(row, safe.data)
    except BadInput as fault:
        return _shown(request, patient, typed, error=fault)
    return RedirectResponse(f"/patients/{patient}/followup#photographs", 303)


@router.get("/patients/{patient}/photos/{record}", dependencies=[needs("photos:read")])
def picture(request: Request, patient: str, record: str) -> Response:
    """The photograph itself."""
    with request.app.state.store.reading() as db:
        row = current_one(db, tables.Photo, record, tables.Photo.patient == patient)
        data = read_content(db, row)
    return Response(data, media_type=row.media_type, headers={"cache-control": "private, no-store"})


@router.post("/patients/{patient}/photos/{record}/withdraw")
def withdraw(
    request: Request, patient: str, record: str, typed: Typed, actor: Any = needs("photos:write")
) -> Response:
    """Take a photograph out of every page; the history keeps that it was there."""
    with request.app.state.store.writing(actor) as entry:
        row = current_one(entry.db, tables.Photo, record, tables.Photo.patient == patient)
        entry.withdraw(row, typed.get("reason", "")[:500])
    return RedirectResponse(f"/patients/{patient}/followup#photographs", 303)


def _followed(request: Request, person: Person) -> tuple[Any, list[str]]:
    if person.plan is None or not person.counts:
        raise BadInput("the forecast after the counts needs a plan and a count.")
    counts = Counts.from_table(
        {"start": person.first_day, "counts": [_count(each) for each in person.counts]},
        where="the counts",
    )
    protocol = protocol_of(person.plan)
    kept = kept_forecasts(person.plan)["plan"]
    found = request.app.state.forecaster.follow_up(
        kept.patient, protocol, counts, weeks=person.plan.weeks, seed=person.plan.seed
    )
    points = measured(person, kept)
    after: AnyForecast = found.forecast
    drawn = {"before": found.before, "no_needling": found.no_needling, "points": points}
    figures = [
        forecast_chart(after, title="After the counts", width=width, key=f"after-{key}", **drawn)
        for width, key in ((860, "wide"), (344, "narrow"))
    ]
    return found, figures


def _count(row: tables.HairCount) -> dict[str, Any]:
    names = (
        "total_density_per_cm2", "terminal_density_per_cm2", "mean_diameter_um",
        "anagen_fraction", "method", "area_cm2", "site", "keep",
    )  # fmt: skip
    told = {name: getattr(row, name) for name in names}
    return {"date": row.on} | {name: value for name, value in told.items() if value is not None}


def _shown(
    request: Request,
    patient: str,
    typed: dict[str, str],
    left: str = "",
    right: str = "",
    error: BadInput | str = "",
) -> Response:
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    kept = kept_forecasts(person.plan) if person.plan else {}
    by_record = {photo.record: photo for photo in person.photos}
    one, other = _pair(person, by_record, left, right)
    figures = [
        forecast_chart(
            kept["plan"],
            title="As planned",
            no_needling=kept.get("no_needling"),
            points=measured(person, kept["plan"]),
            width=width,
            key=key,
        )
        for width, key in ((860, "wide"), (344, "narrow"))
        if kept
    ]
    return page(
        request,
        "followup.html",
        422 if error else 200,
        person=person,
        said=sentence(person, kept.get("plan")),
        figures=figures,
        left=one,
        right=other,
        error=error,
        fields=forms.fields(Taken, {"taken_on": date.today().isoformat()} | typed),
    )


def _pair(person: Person, by_record: dict[str, Any], left: str, right: str) -> tuple[Any, Any]:
    """The two photographs to compare: those asked for, else the first and the last of one angle."""
    if left in by_record and right in by_record:
        return by_record[left], by_record[right]
    if not person.photos:
        return None, None
    last = person.photos[-1]
    same = [
        photo
        for photo in person.photos
        if (photo.zone, photo.angle) == (last.zone, last.angle) and photo is not last
    ]
    return (same[0] if same else None), last
