"""Backup: the whole practice as one encrypted file, taken home by the browser."""

from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy import select
from starlette.background import BackgroundTask

from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.backup import back_up
from anagen.records.tables import Audit, now
from anagen.web.gate import needs
from anagen.web.page import page

router = APIRouter(include_in_schema=False)
_BACKUP, _HERE = "admin:backup", "/administration/backup"
_SHOWN = 20


@router.get(_HERE, dependencies=[needs(_BACKUP)])
def backups(request: Request) -> Response:
    """When the last ones were made."""
    return _page(request)


@router.post(_HERE)
def make(request: Request, actor: Actor = needs(_BACKUP)) -> Response:
    """Make one now."""
    key_file = request.app.state.settings.key_file
    if key_file is None:
        return _page(request, "Here no backup can be made: the keys of this practice are not kept.")
    # In the practice's folder, where there is room; what lies there is encrypted.
    folder = TemporaryDirectory(dir=key_file.parent, prefix=".anagen-")
    try:
        file = Path(folder.name) / f"anagen-{now():%Y%m%dT%H%M%SZ}.backup"
        made = back_up(request.app.state.store, key_file, file, actor)
    except BadInput as refused:
        folder.cleanup()
        return _page(request, str(refused))
    except BaseException:
        folder.cleanup()
        raise
    if not made.report.whole:
        folder.cleanup()
        return _page(
            request,
            f"The records are damaged. {made.report.sentence} `anagen backup`, where anagen runs, "
            "makes a backup of them as they are.",
        )
    return FileResponse(
        file,
        media_type="application/octet-stream",
        filename=file.name,
        background=BackgroundTask(folder.cleanup),
    )


def _page(request: Request, error: str | None = None) -> Response:
    with request.app.state.store.reading() as db:
        made = db.scalars(
            select(Audit).where(Audit.action == "backup").order_by(Audit.seq.desc()).limit(_SHOWN)
        ).all()
    settings = request.app.state.settings
    return page(
        request,
        "backup.html",
        422 if error else 200,
        made=made,
        can_make=settings.key_file is not None,
        error=error,
    )
