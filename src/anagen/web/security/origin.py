"""Where a request comes from: our own pages, or somebody else's."""

import re

from starlette.datastructures import Headers

from anagen.web.settings import Settings

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")


def host_name(headers: Headers) -> str | None:
    """The name in the Host header, without its port; None for anything else there."""
    held = _HOST.fullmatch(headers.get("host", "").lower())
    return held["name"] if held else None


def is_known_host(headers: Headers, settings: Settings) -> bool:
    """Whether the app answers to that name: another may be a page that points its name at us."""
    return host_name(headers) in settings.hosts


def own_origin(headers: Headers, settings: Settings) -> str:
    """Our origin as a browser writes it."""
    return f"{'https' if settings.https else 'http'}://{headers.get('host', '').lower()}"


def is_our_own(headers: Headers, settings: Settings) -> bool:
    """Whether a form was sent from one of our pages, as far as the browser says.

    Browsers say so in Sec-Fetch-Site and Origin; a program that sends neither still needs the
    token of its login session.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    return origin is None or origin.lower() == own_origin(headers, settings)
