"""Coming in: by password and a second factor, by passkey, by code, or vouched for.

Each way says the same to somebody who is not known as to somebody who errs, takes as long, and is
counted. Every outcome stands in the audit.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from anagen.accounts import attempts, login_session, passkeys, passwords
from anagen.accounts.login_session import Strength, end_session, end_sessions, open_session
from anagen.accounts.provider import Provider, vouched_for
from anagen.accounts.users import (
    INVITATION_MINUTES,
    accept_code,
    actor_of,
    add_user,
    by_email,
    change_password,
    checked_email,
    checked_name,
    has_second_factor,
    is_set_up,
)
from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.entry import Entry
from anagen.records.store import Store
from anagen.records.tables import LoginSession, Passkey, User

NOBODY = Actor("nobody", "nobody signed in", "nobody")
_WRONG = "The address or the password is not right."
_WRONG_CODE = "The code is not right, or it was used already. Wait for the next one."
_ENDED = "This sign-in has ended; begin again."
_UNKNOWN_PASSKEY = "Passkey: this practice does not know it; use your password."


class Door(NamedTuple):
    """One request to come in: where to, when, from where, and the session token it came with."""

    store: Store
    at: datetime
    address: str
    before: str | None
    idle_minutes: float
    longest_minutes: float


class MustWait(BadInput):
    """Too many wrong answers; ``seconds`` until the next is looked at."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        plain = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
        super().__init__(f"There were too many wrong answers. Please wait {plain} and try again.")


class SignedIn(NamedTuple):
    """A fresh session's token, and how it was come by."""

    token: str
    strength: Strength


def by_password(door: Door, email: str, password: str) -> SignedIn:
    """With "first" as strength where a second factor is to come. Raises `BadInput`, `MustWait`."""
    attempt = _try(door, email)
    with door.store.reading() as db:
        user = by_email(db, email)
    held = user.password_hash if user else None
    if not passwords.matches(held, password) or user is None or held is None:
        _note_failure(door, user, "password")
        raise BadInput(_WRONG)
    fresh = passwords.hashed(password) if passwords.is_dated(held) else None
    with door.store.writing(actor_of(user)) as entry:
        user = entry.db.get_one(User, user.id)
        if user.password_hash != held or not user.active:  # changed while we looked
            raise BadInput(_WRONG)
        if fresh:
            user.password_hash = fresh
        if has_second_factor(entry.db, user):
            attempts.half_right(entry.db, attempt)
            return _open(door, entry, user, "first")
        attempts.right(entry.db, attempt)
        return _open(door, entry, user, "password")


def by_code(door: Door, session: LoginSession, code: str) -> SignedIn:
    """The second step, with a code from an app. Raises `BadInput`, `MustWait`."""
    user = _of(door, session)
    attempt = _try(door, user.email)
    signed_in = None
    with door.store.writing(actor_of(user)) as entry:
        user = entry.db.get_one(User, user.id)
        if entry.db.get(LoginSession, session.token_hash) is None:  # ended while we looked
            raise BadInput(_ENDED)
        if accept_code(door.store.keys, user, code, door.at):
            attempts.right(entry.db, attempt)
            signed_in = _open(door, entry, user, "totp")
    if signed_in is None:
        _note_failure(door, user, "code")
        raise BadInput(_WRONG_CODE)
    return signed_in


def by_passkey(
    door: Door, answer: str, challenge: bytes, place: passkeys.Place, only: str | None = None
) -> SignedIn:
    """With a passkey, alone or as second step of ``only``. Raises `BadInput`, `MustWait`."""
    credential = passkeys.named(answer)
    with door.store.reading() as db:
        held = db.query(Passkey).filter_by(credential=credential).one_or_none()
        user = db.get(User, held.user) if held else None
    if held is None or user is None or not user.active or only not in (None, user.id):
        _try(door, credential.hex())
        _note_failure(door, None, "passkey")
        raise BadInput(_UNKNOWN_PASSKEY)
    attempt = _try(door, user.email)
    with door.store.writing(NOBODY) as entry:
        is_first_use = attempts.use_up(entry.db, challenge, door.at)
    try:
        if not is_first_use:
            raise BadInput("Passkey: this answer was used already; try again.")
        count = passkeys.used(answer, challenge, place, held.public_key, held.sign_count)
    except BadInput:
        _note_failure(door, user, "passkey")
        raise
    with door.store.writing(actor_of(user)) as entry:
        kept, user = entry.db.get(Passkey, held.id), entry.db.get_one(User, user.id)
        if kept is None or not user.active:  # changed while we looked
            raise BadInput(_UNKNOWN_PASSKEY)
        kept.sign_count = count
        attempts.right(entry.db, attempt)
        return _open(door, entry, user, "passkey")


def by_provider(door: Door, provider: Provider, claims: dict[str, Any]) -> SignedIn:
    """Vouched for by a provider, whose checked claims these are. Raises `BadInput`."""
    with door.store.reading() as db:
        actor = actor_of(vouched_for(db, provider, claims))
    with door.store.writing(actor) as entry:
        return _open(door, entry, vouched_for(entry.db, provider, claims), "oidc")


def by_invitation(door: Door, token: str, password: str) -> SignedIn:
    """By the link of an invitation, choosing a password. Raises `BadInput`."""
    with door.store.reading() as db:
        user = invited(db, token, door.at)
    fresh = passwords.new_hash(password, user.name, user.email)
    with door.store.writing(actor_of(user)) as entry:
        user = invited(entry.db, token, door.at)
        change_password(entry, user, fresh)
        attempts.forgive(entry.db, user.email, door.address, door.at)
        is_half = has_second_factor(entry.db, user)
        return _open(door, entry, user, "first" if is_half else "password")


def invited(db: Session, token: str, at: datetime) -> User:
    """Whom an invitation is for. Raises `BadInput` for one that was used or is old."""
    found = login_session.find_session(db, token, at, INVITATION_MINUTES)
    if found is None or found[0].strength != "invited":
        raise BadInput("This invitation was used or is too old; ask the owner for a new one.")
    return found[1]


def as_first_owner(door: Door, name: str, email: str, password: str) -> SignedIn:
    """The first account of a practice. Raises `BadInput` where there is one already."""
    name, email = checked_name(name), checked_email(email)
    fresh = passwords.new_hash(password, name, email)
    with door.store.writing(NOBODY) as entry:
        if is_set_up(entry.db):
            raise BadInput("This practice has its owner already; sign in.")
        user = add_user(entry, name, email, "owner", fresh)
        return _open(door, entry, user, "password")


def confirm_password(door: Door, user: User, password: str) -> None:
    """That somebody who is signed in knows their password. Raises `BadInput`, `MustWait`."""
    attempt = _try(door, user.email)
    if not passwords.matches(user.password_hash, password):
        _note_failure(door, user, "password")
        raise BadInput("Password: the old one is not right.")
    with door.store.writing(actor_of(user)) as entry:
        attempts.half_right(entry.db, attempt)


def upgraded(door: Door, entry: Entry, user: User, strength: Strength) -> SignedIn:
    """A fresh session for somebody who has just proved more, and no other left."""
    end_sessions(entry.db, user.id)
    return _open(door, entry, user, strength, "prove")


def _open(
    door: Door, entry: Entry, user: User, strength: Strength, action: str = "sign_in"
) -> SignedIn:
    login_session.sweep(entry.db, door.at, door.idle_minutes)
    attempts.sweep(entry.db, door.at)
    if door.before:
        end_session(entry.db, door.before)
    entry.note(action, "User", user.id, by=strength, address=door.address)
    return SignedIn(open_session(entry.db, user, strength, door.at, door.longest_minutes), strength)


def _try(door: Door, email: str) -> str:
    """Count a try. Raises `MustWait`."""
    with door.store.writing(NOBODY) as entry:
        wait = attempts.wait_s(entry.db, email, door.address, door.at)
        if wait:
            raise MustWait(wait)
        return attempts.try_once(entry.db, email, door.address, door.at).id


def _of(door: Door, session: LoginSession) -> User:
    with door.store.reading() as db:
        return db.get_one(User, session.user)


def _note_failure(door: Door, user: User | None, by: str) -> None:
    with door.store.writing(NOBODY) as entry:
        who = user.id if user else None
        entry.note("sign_in_failed", "User", who, by=by, address=door.address)
