"""The app: its store, its pages, and what is said when something is refused."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from anagen.reading import BadInput
from anagen.web.assets import router as assets
from anagen.web.forecaster import ModelAway
from anagen.web.gate import install
from anagen.web.page import refusal, status_of
from anagen.web.pages import ROUTERS
from anagen.web.settings import Settings


def make_app(store: Any, settings: Settings, forecaster: Any, queue: Any = None) -> FastAPI:
    """The app over one store. ``forecaster`` answers for the model, which lives elsewhere;
    ``queue`` wakes the worker that does long work.

    Raises `RuntimeError` for a route that does not say who may come in.
    """
    app = FastAPI(title="anagen", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store, app.state.settings = store, settings
    app.state.forecaster, app.state.queue = forecaster, queue
    app.include_router(assets)
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(BadInput, _bad_input)
    app.add_exception_handler(ModelAway, _away)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(StarletteHTTPException, _refused)
    install(app)
    return app


def _bad_input(request: Request, fault: Exception) -> Response:
    return refusal(request, status_of(fault), str(fault))


def _away(request: Request, fault: Exception) -> Response:
    return refusal(request, 503, str(fault), {"retry-after": "5"})


def _bad_request(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    first = fault.errors()[0]
    where = ".".join(str(step) for step in first["loc"][1:])[:80]
    return refusal(request, 422, f"{where or 'the request'}: {first['msg'][:200]}.")


def _refused(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException | StarletteHTTPException)
    if fault.status_code in {301, 302, 303, 307, 308}:
        return PlainTextResponse("", fault.status_code, headers=fault.headers)
    usual = {HTTPStatus(fault.status_code).phrase, "There was an error parsing the body"}
    said = "" if fault.detail in usual else str(fault.detail)
    return refusal(request, fault.status_code, said, fault.headers)
