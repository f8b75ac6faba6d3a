"""Research: virtual trials and other long work, started, watched and read."""

import json
from datetime import date
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import defer

from anagen.care.trial_page import answer, trial_document
from anagen.jobs.asking import ask, cancel, resume
from anagen.jobs.kinds import KINDS
from anagen.options import candidates
from anagen.reading import BadInput
from anagen.records import spreadsheet, tables
from anagen.records.current import current
from anagen.records.tables import Job
from anagen.trial.result import kept_result
from anagen.web import course_form, trial_form
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import facts_on, plain
from anagen.web.pseudonymous import without_free_text
from anagen.web.typed import Typed

router = APIRouter(prefix="/research", include_in_schema=False)
RUN = "research:run"
MOST_SHOWN = 200
# Of each kind, what starts it from the list: the trial has a page of its own.
ASKED_FOR = {
    "qualification": "Predictions held against every trial on record, failures first.",
    "calibration_short": "The model fitted to the trials anew, roughly; minutes to an hour.",
}


@router.get("", dependencies=[needs(RUN)])
def research(request: Request) -> Response:
    """What was asked for, the newest first, and what can be."""
    return _list(request)


@router.get("/trials/new", dependencies=[needs(RUN)])
def new_trial(request: Request, preset: str = "added") -> Response:
    """The form of a trial."""
    return _form(request, trial_form.first(preset))


@router.post("/trials/new")
def start_trial(request: Request, typed: Typed, actor: Any = needs(RUN)) -> Response:
    """Ask for a trial."""
    try:
        spec = trial_form.read(typed)
    except BadInput as fault:
        return _form(request, typed, str(fault))
    return _asked(request, actor, "trial", spec)


@router.post("/jobs")
def start(request: Request, typed: Typed, actor: Any = needs(RUN)) -> Response:
    """Ask for another kind of work."""
    kind = typed.get("kind", "")
    try:
        spec = _of_person(request, typed.get("code", "")) if kind == "sensitivity" else {}
        return _asked(request, actor, kind, spec)
    except BadInput as fault:
        return _list(request, str(fault), typed.get("code", ""))


@router.get("/jobs/{job}", dependencies=[needs(RUN)])
def watch(request: Request, job: str) -> Response:
    """One piece of work: how far it is, or what it found. To htmx, how far it is alone."""
    row = _job(request, job)
    if request.headers.get("hx-request"):
        moving = page(request, "job_progress.html", job=row, label=KINDS[row.kind].label)
        if row.state not in {"queued", "running"}:
            moving.headers["hx-refresh"] = "true"  # the page then shows the result
        return moving
    return _shown(request, row)


@router.post("/jobs/{job}/cancel")
def stop(request: Request, job: str, actor: Any = needs(RUN)) -> Response:
    """Stop at the next part."""
    return _changed(request, job, lambda: cancel(request.app.state.store, actor, job))


@router.post("/jobs/{job}/resume")
def go_on(request: Request, job: str, actor: Any = needs(RUN)) -> Response:
    """Go on where it stopped."""
    state = request.app.state
    return _changed(request, job, lambda: resume(state.store, _queue(request), actor, job))


@router.get("/jobs/{job}/result.json", dependencies=[needs(RUN)])
def as_json(request: Request, job: str) -> Response:
    """What it found, for machines."""
    row = _done(request, job)
    told = json.dumps(row.result, ensure_ascii=False, allow_nan=False, indent=1)
    return _file(told, "application/json", f"{row.kind}-{row.id[:8]}.json")


@router.get("/jobs/{job}/result.csv", dependencies=[needs(RUN)])
def as_csv(request: Request, job: str) -> Response:
    """The comparisons of a trial, for a spreadsheet."""
    row = _done(request, job)
    if row.kind != "trial" or row.result is None:
        raise HTTPException(404)
    unit = row.result["unit"]
    lines = (
        [each["arm"], each["control"], visit["week"], unit]
        + [visit["difference"][name] for name in ("median", "p05", "p95")]
        + [visit["power"][name] for name in ("value", "low", "high")]
        + [visit["people_per_arm"], visit["people_per_arm_if_as_expected"]]
        for each in row.result["comparisons"]
        for visit in each["visits"]
    )
    table = spreadsheet.as_csv(_COLUMNS, lines)
    return _file(table, "text/csv; charset=utf-8", f"trial-{row.id[:8]}.csv")


_COLUMNS = (
    "arm", "control", "week", "unit", "difference_median", "difference_p05", "difference_p95",
    "power", "power_low", "power_high", "people_per_arm", "people_per_arm_if_as_expected",
)  # fmt: skip


def _asked(request: Request, actor: Any, kind: str, spec: dict[str, Any]) -> Response:
    job = ask(request.app.state.store, _queue(request), actor, kind, spec)
    return RedirectResponse(f"/research/jobs/{job}", 303)


def _queue(request: Request) -> Any:
    queue = request.app.state.queue
    if queue is None:
        raise BadInput("nobody does long work here; start the practice with `anagen serve`.")
    return queue


def _of_person(request: Request, code: str) -> dict[str, Any]:
    """Facts and course of a person known by a code alone. Raises `BadInput`."""
    code = code.strip().upper()
    with request.app.state.store.reading() as db:
        found = current(db, tables.Patient, tables.Patient.code == code)
        person = next((each for each in found if not each.restricted), None)
        if person is None:
            raise BadInput(f"code is {code[:12]!r}; allowed is the code of a patient, as K7Q-2MD.")
        plans = current(db, tables.Plan, tables.Plan.patient == person.record)
    facts = facts_on(person, date.today())
    offered = next(each.protocol for each in candidates(facts) if each.kind != "none")
    protocol = plans[-1].protocol if plans and plans[-1].protocol else plain(offered)
    return {"patient": without_free_text(plain(facts)), "protocol": protocol}


def _job(request: Request, job_id: str) -> Job:
    with request.app.state.store.reading() as db:
        # What a job has worked out so far may be large, and is for its process alone.
        row = db.get(Job, job_id, options=[defer(Job.checkpoint)])
    if row is None or row.kind not in KINDS:
        raise HTTPException(404)
    return row


def _done(request: Request, job_id: str) -> Job:
    row = _job(request, job_id)
    if row.result is None:
        raise HTTPException(404)
    return row


def _changed(request: Request, job_id: str, change: Any) -> Response:
    _job(request, job_id)
    try:
        change()
    except BadInput as fault:
        return _shown(request, _job(request, job_id), str(fault))
    return RedirectResponse(f"/research/jobs/{job_id}", 303)


def _list(request: Request, error: str = "", code: str = "") -> Response:
    with request.app.state.store.reading() as db:
        # What was worked out may be large and is not shown here.
        columns = (Job.id, Job.kind, Job.state, Job.asked_at, Job.done, Job.total)
        name = Job.spec["name"].as_string().label("name")
        newest = select(*columns, name).order_by(Job.asked_at.desc()).limit(MOST_SHOWN)
        jobs = db.execute(newest).all()
    return page(
        request,
        "research.html",
        422 if error else 200,
        jobs=jobs,
        kinds=KINDS,
        presets=trial_form.PRESETS,
        asked_for=ASKED_FOR,
        code=code[:12],
        error=error,
    )


def _form(request: Request, typed: dict[str, str], error: str = "") -> Response:
    return page(
        request,
        "trial_form.html",
        422 if error else 200,
        typed=typed,
        form=trial_form,
        course=course_form,
        error=error,
    )


def _shown(request: Request, row: Job, error: str = "") -> Response:
    values: dict[str, Any] = {"document": None, "lead": "", "found": row.result}
    if row.kind == "trial" and row.result is not None:
        found = kept_result(row.result)
        values |= {"document": trial_document(found), "lead": answer(found)}
    label = KINDS[row.kind].label
    return page(
        request,
        "job.html",
        422 if error else 200,
        job=row,
        label=label,
        title=row.spec.get("name") or label,
        error=error,
        **values,
    )


def _file(content: str, kind: str, name: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }
    return Response(content.encode(), media_type=kind, headers=headers)
