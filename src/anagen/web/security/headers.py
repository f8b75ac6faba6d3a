"""The headers of every answer."""

from anagen.web.settings import Settings

# Nothing is loaded, sent or framed but from here, and nothing runs that stands in a page.
_CONTENT = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
_ALWAYS = {
    "content-security-policy": "; ".join(_CONTENT),
    "x-content-type-options": "nosniff",
    # Not "no-referrer": with it a browser hides the origin of our own forms as well.
    "referrer-policy": "same-origin",
    "permissions-policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


def headers_of(settings: Settings) -> dict[str, str]:
    """Name and value of each. A year of HTTPS only, where browsers reach the app by HTTPS."""
    if settings.https:
        return _ALWAYS | {"strict-transport-security": "max-age=31536000"}
    return dict(_ALWAYS)
