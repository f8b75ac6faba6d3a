"""Administration: what there is to look after."""

from fastapi import APIRouter, Request, Response

from anagen.web.gate import needs
from anagen.web.page import page

router = APIRouter(include_in_schema=False)


@router.get("/administration", dependencies=[needs("admin:audit")])
def administration(request: Request) -> Response:
    """The parts of it."""
    return page(request, "administration.html")
