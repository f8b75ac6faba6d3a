"""Pages: templates filled with what a route found, for the person who is signed in."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment

from anagen.care import words
from anagen.care.report import environment
from anagen.records.refusals import Conflict, NotKept, NotThere
from anagen.web import forms, in_words
from anagen.web.assets import address

# Where the parts of the house are, with what one must be allowed to see them.
PLACES = (
    ("/", "Today", "patients:read"),
    ("/patients", "Patients", "patients:read"),
    ("/research", "Research", "research:run"),
    ("/evidence", "Evidence", "evidence:read"),
    ("/administration", "Admin", "admin:audit"),
)
_SAID = {
    401: ("Please sign in", "This page needs you to be signed in."),
    403: ("Not for your role", "Your role does not allow this. The owner of the practice can."),
    404: ("Not found", "There is nothing at this address."),
    405: ("Not here", "This address does not take that."),
    409: ("Changed meanwhile", "Somebody changed this before you. Look at it again."),
    413: ("Too large", "What was sent is larger than allowed."),
    422: ("Cannot be used", "Something that was sent cannot be used."),
    429: ("Too many tries", "Please wait a little and try again."),
    503: ("Not ready yet", "The model is still starting. Please try again in a few seconds."),
}


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page, or a fragment of one, from ``templates/``."""
    html = pages().get_template(template).render(_of(request) | values)
    return HTMLResponse(html, status, headers={"cache-control": "no-store"})


def wants_json(request: Request) -> bool:
    """Whether the caller is a program."""
    return request.url.path.startswith("/api/")


def status_of(fault: Exception) -> int:
    """Of what the records or a reader refused; 422 where the fault lies in what was sent."""
    statuses = {NotThere: 404, Conflict: 409, NotKept: 503}
    return next((status for kind, status in statuses.items() if isinstance(fault, kind)), 422)


def refusal(
    request: Request, status: int, sentence: str, headers: Mapping[str, str] | None = None
) -> Response:
    """What was refused, and what to do next: a page for people, JSON for programs."""
    title, usual = _SAID.get(status, ("That did not work", "Nothing was changed."))
    if wants_json(request):
        return JSONResponse({"error": sentence or usual}, status, headers=dict(headers or {}))
    answer = page(request, "refusal.html", status, title=title, sentence=sentence or usual)
    answer.headers.update(headers or {})
    return answer


def _of(request: Request) -> dict[str, Any]:
    """What every template knows."""
    actor = getattr(request.state, "actor", None)
    allowed = getattr(request.state, "permissions", frozenset())
    return {
        "actor": actor,
        "csrf": getattr(request.state, "csrf", ""),
        "can": allowed.__contains__,
        "places": [(to, said) for to, said, needed in PLACES if needed in allowed],
        "here": request.url.path,
        "settings": request.app.state.settings,
    }


@cache
def pages() -> Environment:
    """The templates of the app, and of the documents that it shows within its own pages."""
    pages = environment("anagen.web", "anagen.care")
    pages.globals["asset"] = address
    pages.filters["number"] = words.number
    pages.filters["plain"] = words.plain
    pages.filters["in_words"] = in_words.in_words
    pages.filters["capital"] = in_words.capital
    pages.filters["as_asked"] = in_words.as_asked
    pages.filters["rounded"] = in_words.rounded
    pages.filters["label"] = in_words.label
    pages.filters["day"] = in_words.day_in_words
    pages.filters["moment"] = in_words.moment_in_words
    pages.filters["about"] = forms.about
    pages.filters["refusal"] = forms.refusal
    pages.filters["plain_words"] = lambda key: key.replace("_", " ")
    return pages
