"""Today: who comes, what waits for a signature, what must be looked at."""

from fastapi import APIRouter, Request, Response

from anagen.web.gate import needs, open_to_all
from anagen.web.page import page

router = APIRouter()


@router.get("/health", dependencies=[open_to_all()], include_in_schema=False)
def health() -> Response:
    """Whether the app answers."""
    return Response("ok", media_type="text/plain")


@router.get("/", dependencies=[needs("patients:read")], include_in_schema=False)
def today(request: Request) -> Response:
    """The day at a glance."""
    return page(request, "today.html")
