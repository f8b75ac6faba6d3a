"""Codes from an authenticator app (TOTP, RFC 6238): six digits that change every 30 seconds."""

import hmac
import io
import re
from datetime import datetime

import segno
from pyotp import random_base32
from pyotp.totp import TOTP

SECONDS = 30
_DRIFT = (0, -1, 1)  # a phone's clock may be one step off


def new_secret() -> str:
    """A random secret of 160 bits in base 32."""
    return random_base32()


def address(secret: str, email: str, practice: str) -> str:
    """The ``otpauth:`` address that an authenticator app reads."""
    return TOTP(secret, interval=SECONDS).provisioning_uri(name=email, issuer_name=practice)


def picture(address: str) -> str:
    """The address as a QR code: an SVG without style, with a title for who cannot see it."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out,
        kind="svg",
        scale=5,
        border=4,
        light="#ffffff",
        title="QR code for an authenticator app",
        svgclass="qr",
        lineclass=None,
        xmldecl=False,
        svgns=False,
        nl=False,
    )
    return out.getvalue().decode()


def accepted_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The time step that a code is right for, or None.

    A step that was used before, or one older than it, is refused (RFC 6238, section 5.2): who
    reads a code over a shoulder cannot use it again. Keep the answer as the next ``last_step``.
    """
    code = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    present = int(now.timestamp()) // SECONDS
    right = None
    for step in (present + drift for drift in _DRIFT):
        # Every step is compared, so that the time taken tells nothing.
        is_right = hmac.compare_digest(TOTP(secret).generate_otp(step), code)
        if is_right and right is None and (last_step is None or step > last_step):
            right = step
    return right
