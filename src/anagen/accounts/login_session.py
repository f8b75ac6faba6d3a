"""Login sessions: kept here, named in the browser by a random token, ended when nobody uses them.

Only the SHA-256 of a token is kept, so whoever reads the records cannot come in with it. A sign-in
always makes a fresh token (nothing that was known before is good after it).
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anagen.records.tables import LoginSession, User

# How somebody proved who they are. "first": the password was right and a second factor is still
# to come; such a session opens nothing. "invited": it only chooses a first password.
Strength = Literal["invited", "first", "password", "totp", "passkey", "oidc"]
_SEEN_EVERY = timedelta(seconds=60)  # how often being there is written down


def open_session(
    db: Session,
    user: User,
    strength: Strength,
    at: datetime,
    longest_minutes: float,
    step: dict[str, Any] | None = None,
) -> str:
    """Begin a session; gives its token (256 random bits), which is nowhere kept."""
    token = secrets.token_urlsafe(32)
    db.add(
        LoginSession(
            token_hash=_digest(token),
            user=user.id,
            csrf=secrets.token_urlsafe(32),
            made_at=at,
            seen_at=at,
            ends_at=at + timedelta(minutes=longest_minutes),
            strength=strength,
            step=step,
        )
    )
    return token


def find_session(
    db: Session, token: str, at: datetime, idle_minutes: float
) -> tuple[LoginSession, User] | None:
    """The session of a token and whose it is, unless it has ended or they may not come in."""
    found = db.execute(
        select(LoginSession, User)
        .join(User, LoginSession.user == User.id)
        .where(LoginSession.token_hash == _digest(token), User.active)
    ).one_or_none()
    if found is None:
        return None
    session, user = found
    if at >= session.ends_at or at - session.seen_at >= timedelta(minutes=idle_minutes):
        return None
    return session, user


def is_to_be_seen(session: LoginSession, at: datetime) -> bool:
    """Whether it is time to write down that the person is still there."""
    return at - session.seen_at >= _SEEN_EVERY


def put_step(db: Session, session: LoginSession, **step: Any) -> None:
    """Remember what was begun in a session, such as a challenge to be signed."""
    held = db.get_one(LoginSession, session.token_hash)
    held.step = (held.step or {}) | step


def take_step(db: Session, session: LoginSession, name: str) -> Any:
    """What was begun, which is forgotten with that: it is good once. None where nothing was."""
    held = db.get(LoginSession, session.token_hash)
    if held is None or not held.step or name not in held.step:
        return None
    step = dict(held.step)
    taken = step.pop(name)
    held.step = step
    return taken


def end_session(db: Session, token: str) -> None:
    """End one session."""
    db.execute(delete(LoginSession).where(LoginSession.token_hash == _digest(token)))


def end_sessions(db: Session, user: str, but: str | None = None) -> None:
    """End every session of a user, or all but that of the token ``but``."""
    gone = delete(LoginSession).where(LoginSession.user == user)
    db.execute(gone.where(LoginSession.token_hash != _digest(but)) if but else gone)


def end_invitations(db: Session, user: str) -> None:
    """End the invitations of a user that were not used."""
    mine = (LoginSession.user == user) & (LoginSession.strength == "invited")
    db.execute(delete(LoginSession).where(mine))


def sweep(db: Session, at: datetime, idle_minutes: float) -> None:
    """Forget sessions that have ended."""
    idle = at - timedelta(minutes=idle_minutes)
    ended = (LoginSession.ends_at <= at) | (
        (LoginSession.seen_at <= idle) & (LoginSession.strength != "invited")
    )
    db.execute(delete(LoginSession).where(ended))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(secret: str) -> str:
    """The token that a form carries, from what only the browser's cookie knows."""
    mixed = hashlib.sha256(b"anagen form" + secret.encode()).digest()
    return urlsafe_b64encode(mixed).decode().rstrip("=")
