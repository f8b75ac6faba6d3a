"""The API as OpenAPI: what goes in, what comes out, and how it is refused."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from anagen.reading import Stated
from anagen.web.security.cookies import LOGIN
from anagen.web.stated import model_of

PREFIX = "/api/"
REFUSALS = {
    401: "Nobody is signed in.",
    403: "The role does not allow it, or the token `x-csrf-token` is missing or old.",
    404: "There is no such thing.",
    409: "Somebody changed it meanwhile.",
    413: "The body is too large.",
    422: "Something in the request cannot be used; the sentence says what, where, and what can.",
    429: "Too many requests; `retry-after` says how many seconds to wait.",
    503: "The model or the records cannot answer now; ask again in a moment.",
}
_ABOUT = (
    "Screening, forecasts, records and evidence of one practice. Sign in with a browser; programs "
    "use the cookie of that session, and for every change the token that `GET /api/v1/me` gives. "
    "Supports a clinician and never decides; no medical device; needling the scalp is off-label."
)
_PARTS = "#/components/schemas/"


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of all routes below `PREFIX`."""
    found = get_openapi(
        title="anagen", version=version("anagen"), description=_ABOUT, routes=app.routes
    )
    found["paths"] = {path: of for path, of in found["paths"].items() if path.startswith(PREFIX)}
    parts: dict[str, Any] = {
        "Refusal": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": {"type": "string"}},
            "additionalProperties": False,
        }
    }
    bodies = _bodies(app)
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            changes = method not in ("get", "head")
            operation["security"] = [{"session": [], "csrf": []} if changes else {"session": []}]
            operation["responses"] |= _refusals(has_body=changes)
            model = bodies.get((path, method))
            if model is not None:
                operation["requestBody"] = _body(model, parts)
    found["components"] = {
        "schemas": parts,
        "securitySchemes": {
            "session": {"type": "apiKey", "in": "cookie", "name": LOGIN},
            "csrf": {"type": "apiKey", "in": "header", "name": "x-csrf-token"},
        },
    }
    return found


def _bodies(app: FastAPI) -> dict[tuple[str, str], type[Stated]]:
    """The model of each operation's body."""
    found = {}
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        for part in dependant.dependencies if dependant else ():
            model = model_of(part.call)
            if model is not None:
                for method in route.methods or ():
                    found[str(route.path), method.lower()] = model
    return found


def _body(model: type[Stated], parts: dict[str, Any]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=f"{_PARTS}{{model}}")
    parts |= schema.pop("$defs", {})
    parts[model.__name__] = schema
    content = {"application/json": {"schema": {"$ref": f"{_PARTS}{model.__name__}"}}}
    return {"required": True, "content": content}


def _refusals(*, has_body: bool) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"{_PARTS}Refusal"}}}
    too_large = {"text/plain": {"schema": {"type": "string"}}}  # said before it is known to whom
    left_out = set() if has_body else {409, 413}
    return {
        str(status): {"description": said, "content": too_large if status == 413 else content}
        for status, said in REFUSALS.items()
        if status not in left_out
    }
