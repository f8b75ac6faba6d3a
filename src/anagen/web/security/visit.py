"""Somebody who is not signed in yet: what a sign-in needs to remember between two pages.

It travels in a cookie that only this practice can make (AES-256-GCM), so nothing is written down
for visitors and no worker has to know what another did.
"""

import json
import secrets
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from anagen.accounts.passkeys import new_challenge
from anagen.records.keys import Keys, Sealed
from anagen.records.refusals import NotOpened

_GOOD_FOR = timedelta(hours=12)
_CHALLENGE_GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Visit:
    """``secret`` makes the token of forms, ``challenge`` is to be signed by a passkey.

    ``away`` is what was agreed with a sign-in provider that the visitor has been sent to.
    """

    at: float
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    challenge: str = field(default_factory=lambda: urlsafe_b64encode(new_challenge()).decode())
    away: dict[str, Any] | None = None

    def challenge_bytes(self) -> bytes:
        """The bytes to be signed."""
        return b64decode(self.challenge, altchars=b"-_")

    def renewed(self, at: datetime, away: dict[str, Any] | None = None) -> "Visit":
        """The same visitor with a fresh challenge; forms that are open stay good."""
        return Visit(at.timestamp(), self.secret, away=away)

    def is_fresh(self, at: datetime) -> bool:
        """Whether the challenge may still be answered."""
        return at.timestamp() - self.at < _CHALLENGE_GOOD_FOR.total_seconds()

    def sealed(self, keys: Keys) -> str:
        """As the value of a cookie."""
        plain = json.dumps(asdict(self)).encode()
        return urlsafe_b64encode(keys.seal("sign-in", plain, "visit").packed()).decode()


def read_visit(cookie: str | None, keys: Keys, at: datetime) -> Visit | None:
    """The visit in a cookie, unless there is none, it is old or it was not made here."""
    try:
        packed = Sealed.unpacked(urlsafe_b64decode(cookie or ""))
        visit = Visit(**json.loads(keys.open("sign-in", packed, "visit")))
    except (NotOpened, ValueError):
        return None
    age = at.timestamp() - visit.at
    return visit if 0 <= age < _GOOD_FOR.total_seconds() else None
