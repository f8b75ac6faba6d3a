"""What every page loads: one style sheet, htmx and small modules, all from here."""

import hashlib
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request, Response

from anagen.care.report import style
from anagen.web.compressed import compressed
from anagen.web.gate import open_to_all

router = APIRouter()
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_KEPT = "public, max-age=31536000, immutable"  # its address changes when it does


@router.get("/static/{name}", dependencies=[open_to_all()], include_in_schema=False)
def asset(request: Request, name: str) -> Response:
    """One file. Nothing but what the package carries is ever looked at."""
    held = assets().get(name)
    if held is None:
        raise HTTPException(404)
    kept = _KEPT if request.query_params.get("v") == marked(name) else "no-cache"
    kind = _TYPES[name.rsplit(".", 1)[1]]
    answer = Response(held, media_type=kind, headers={"cache-control": kept})
    return compressed(request, answer)


@cache
def assets() -> dict[str, bytes]:
    """Every file by name; the style sheet is that of reports with that of the app behind it."""
    folder = files("anagen.web").joinpath("static")
    held = {
        each.name: each.read_bytes()
        for each in folder.iterdir()
        if each.name.rsplit(".", 1)[-1] in _TYPES
    }
    return held | {"anagen.css": style().encode() + held["anagen.css"]}


@cache
def marked(name: str) -> str:
    """A mark of a file's content for its address."""
    return hashlib.sha256(assets()[name]).hexdigest()[:12]


def address(name: str) -> str:
    """Where a page finds a file."""
    return f"/static/{name}?v={marked(name)}"
