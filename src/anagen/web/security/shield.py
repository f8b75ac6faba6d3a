"""What every request passes before a page is looked for."""

import logging
from collections.abc import Callable, Mapping
from urllib.parse import quote

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from anagen.web.security.headers import headers_of
from anagen.web.security.origin import is_known_host, is_our_own
from anagen.web.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FORM_BYTES = 1_000_000  # of a form without a file
_LOG = logging.getLogger("anagen.web")


class Shield:
    """Refuses strange hosts, other sites' forms, floods and bodies that are too large.

    Every answer leaves with the headers of `headers_of`; a fault inside becomes a plain 500.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, is_signed_in: Callable[[Request], bool]
    ) -> None:
        self.is_signed_in = is_signed_in
        self.settings, self.headers = settings, headers_of(settings)
        self.with_files = RequestBodyLimitMiddleware(app, settings.most_upload_bytes)
        self.with_forms = RequestBodyLimitMiddleware(app, MOST_FORM_BYTES)
        self.rate = RateLimitItemPerMinute(settings.most_requests_per_minute)
        self.counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.with_forms(scope, receive, send)
            return  # there are no websockets here
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                held = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    held.setdefault(name, value)
                if "cache-control" not in held:
                    held["cache-control"] = "no-store"
                if message["status"] == 413:  # else the rest would be read, to be thrown away
                    held["connection"] = "close"
            await send(message)

        try:
            answer = self._refused(scope) or await self._limited(scope)
            await answer(scope, receive, send_with_headers)
        except Exception:
            _LOG.exception("%s %s failed", scope["method"], quote(scope["path"]))
            if begun:
                raise
            said = "Something failed here. Nothing was changed; please try again."
            await _said(scope, said, 500)(scope, receive, send_with_headers)

    async def _limited(self, scope: Scope) -> ASGIApp:
        """Large bodies are taken with a file, and from who is signed in: they fill the memory."""
        headers = Headers(scope=scope)
        allowed, answer = MOST_FORM_BYTES, self.with_forms
        if headers.get("content-type", "").startswith("multipart/form-data") and (
            await run_in_threadpool(self.is_signed_in, Request(scope))
        ):
            allowed, answer = self.settings.most_upload_bytes, self.with_files
        said = headers.get("content-length", "")
        if said.isdecimal() and int(said) > allowed:
            sentence = f"What was sent is too large; allowed are {allowed // 10**6} MB."
            return _said(scope, sentence, 413)
        return answer

    def _refused(self, scope: Scope) -> Response | None:
        headers, settings = Headers(scope=scope), self.settings
        if not is_known_host(headers, settings):
            return _said(scope, "This app does not answer to that name.", 421)
        if "\0" in scope["path"]:  # PostgreSQL cannot even be asked for it
            return _said(scope, "There is nothing at this address.", 404)
        client = scope.get("client")
        if not self.counted.hit(self.rate, client[0] if client else ""):
            said = "Too many requests at once. Please wait a minute."
            return _said(scope, said, 429, {"retry-after": "60"})
        if scope["method"] not in SAFE and not is_our_own(headers, settings):
            return _said(scope, "This form was sent from another site.", 403)
        kind = headers.get("content-type", "").lower()
        # The parser reads with any codec that Python has, one of which (punycode) takes minutes.
        if kind.startswith("multipart/form-data") and "charset" in kind:
            return _said(scope, "A form is sent as UTF-8, without saying so.", 415)
        return None


def _said(
    scope: Scope, sentence: str, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    """The sentence, as JSON for programs."""
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": sentence}, status, headers)
    return PlainTextResponse(sentence, status, headers)
