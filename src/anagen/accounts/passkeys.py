"""Passkeys (WebAuthn): a key pair whose private half never leaves a phone, laptop or token.

The authenticator always checks who holds it (PIN, finger or face), so a passkey alone is two
factors. All checks are py_webauthn's; this file says what we ask for.
"""

import json
import secrets
from typing import NamedTuple

import webauthn
from webauthn.helpers import options_to_json, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from anagen.reading import BadInput

_LONGEST_ANSWER = 20_000  # characters; a real one has about 1,500
_ALWAYS = UserVerificationRequirement.REQUIRED


class Place(NamedTuple):
    """Where a passkey is good: the host's name, and the origin as the browser writes it."""

    host: str
    origin: str


class NewPasskey(NamedTuple):
    """What is kept of a passkey."""

    credential: bytes
    public_key: bytes
    sign_count: int


def new_challenge() -> bytes:
    """32 random bytes to be signed; each is good for one answer."""
    return secrets.token_bytes(32)


def options_to_make(
    place: Place, practice: str, user: str, email: str, held: list[bytes], challenge: bytes
) -> str:
    """What the browser needs to make a passkey, as JSON. ``held``: credentials it has already."""
    return options_to_json(
        webauthn.generate_registration_options(
            rp_id=place.host,
            rp_name=practice,
            user_id=user.encode(),
            user_name=email,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_ALWAYS
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in held],
        )
    )


def made(answer: str, challenge: bytes, place: Place) -> NewPasskey:
    """The passkey that the browser made. Raises `BadInput`."""
    try:
        new = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except Exception:  # hostile bytes find many ways to fail in CBOR, base 64 and X.509
        raise BadInput("Passkey: what the browser sent does not fit; try again.") from None
    return NewPasskey(new.credential_id, new.credential_public_key, new.sign_count)


def options_to_use(place: Place, allowed: list[bytes], challenge: bytes) -> str:
    """What the browser needs to sign in, as JSON; without ``allowed`` the person picks any."""
    return options_to_json(
        webauthn.generate_authentication_options(
            rp_id=place.host,
            challenge=challenge,
            allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
            user_verification=_ALWAYS,
        )
    )


def named(answer: str) -> bytes:
    """Which credential an answer claims to be of. Raises `BadInput`."""
    try:
        return parse_authentication_credential_json(_read(answer)).raw_id
    except Exception:
        raise BadInput("Passkey: what the browser sent does not fit; try again.") from None


def used(answer: str, challenge: bytes, place: Place, public_key: bytes, sign_count: int) -> int:
    """Check a signed answer; gives the new counter. Raises `BadInput`.

    A counter that does not grow means a copied key, and is refused.
    """
    try:
        right = webauthn.verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except Exception:
        raise BadInput("Passkey: it was not accepted; try again or use your password.") from None
    return right.new_sign_count


def _read(answer: str) -> dict:
    if len(answer) > _LONGEST_ANSWER:
        raise ValueError("too long")
    table = json.loads(answer)
    if not isinstance(table, dict):
        raise TypeError("not an object")
    return table
