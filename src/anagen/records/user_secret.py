"""A secret of one user, such as that of an authenticator app: sealed, and bound to the user."""

import json
from typing import Any

from anagen.records.keys import Keys, Sealed


def sealed_secret(keys: Keys, user: str, held: dict[str, Any]) -> bytes:
    """What only this practice can read, and only as this user's."""
    return keys.seal("totp", json.dumps(held).encode(), f"totp of {user}").packed()


def opened_secret(keys: Keys, user: str, sealed: bytes) -> dict[str, Any]:
    """What `sealed_secret` sealed. Raises `NotOpened`."""
    return json.loads(keys.open("totp", Sealed.unpacked(sealed), f"totp of {user}"))


def key_of(sealed: bytes) -> str:
    """The id of the key that it was sealed under. Raises `NotOpened`."""
    return Sealed.unpacked(sealed).key
