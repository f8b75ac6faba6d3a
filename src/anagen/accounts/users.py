"""The people of a practice: added by its owner, invited by a link that is good once.

Nobody is deleted, because the records name them; who leaves is made inactive. At least one active
owner always stays.
"""

import re
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anagen.accounts import totp
from anagen.accounts.login_session import end_invitations, end_sessions, open_session
from anagen.accounts.roles import ROLES
from anagen.reading import BadInput, plain_name
from anagen.records.actor import Actor
from anagen.records.entry import Entry
from anagen.records.keys import Keys
from anagen.records.tables import Passkey, User
from anagen.records.user_secret import opened_secret, sealed_secret

INVITATION_MINUTES = 3 * 24 * 60.0
_EMAIL = re.compile(r"[^@\s,;<>\"']{1,64}@[^@\s,;<>\"']{1,190}")


def actor_of(user: User) -> Actor:
    """The user as one who acts."""
    return Actor(user.id, user.name, user.role)


def checked_name(name: str) -> str:
    """A name as it is kept. Raises `BadInput`."""
    return checked_line(name, "Name", 80)


def checked_email(email: str) -> str:
    """An e-mail address as it is kept, in small letters. Raises `BadInput`."""
    email = checked_line(email, "E-mail", 254).casefold()
    if not _EMAIL.fullmatch(email):
        raise BadInput("E-mail: this is no address; allowed is one such as name@clinic.example.")
    return email


def checked_role(role: str) -> str:
    """A role that exists. Raises `BadInput`."""
    if role not in ROLES:
        raise BadInput(f"Role: allowed are {', '.join(ROLES)}.")
    return role


def is_set_up(db: Session) -> bool:
    """Whether the practice has its first owner."""
    return db.scalar(select(User.id).limit(1)) is not None


def by_email(db: Session, email: str) -> User | None:
    """The active user of an address."""
    return db.scalar(select(User).where(User.email == email.strip().casefold(), User.active))


def add_user(
    entry: Entry, name: str, email: str, role: str, password_hash: str | None = None
) -> User:
    """A new user; without a password one who is yet to be invited. Raises `BadInput`."""
    name, email, role = checked_name(name), checked_email(email), checked_role(role)
    if entry.db.scalar(select(User.id).where(User.email == email)):
        raise BadInput("E-mail: somebody with this address is here already.")
    return entry.add(User(name=name, email=email, role=role, password_hash=password_hash))


def invite(entry: Entry, user: User, at: datetime) -> str:
    """The token of a link with which the user chooses a password, once, within three days.

    An earlier link is good no longer: it may be in the wrong hands.
    """
    end_invitations(entry.db, user.id)
    entry.note("invite", "User", user.id)
    return open_session(entry.db, user, "invited", at, INVITATION_MINUTES)


def change_user(entry: Entry, user: User, role: str, active: bool) -> None:
    """Another role, or no longer (or again) let in. Ends their sessions. Raises `BadInput`."""
    checked_role(role)
    if (user.role, user.active) == (role, active):
        raise BadInput("Nothing was changed.")
    if user.role == "owner" and user.active and not (role == "owner" and active):
        others = select(func.count()).where(User.role == "owner", User.active, User.id != user.id)
        if not entry.db.scalar(others):
            raise BadInput(f"{user.name} is the only owner; make somebody else owner first.")
    user.role, user.active = role, active
    end_sessions(entry.db, user.id)


def change_password(entry: Entry, user: User, password_hash: str) -> None:
    """A new password. Ends every session and invitation."""
    user.password_hash = password_hash
    end_sessions(entry.db, user.id)


def has_second_factor(db: Session, user: User) -> bool:
    """Whether more than a password is asked of them."""
    return user.totp is not None or bool(passkeys_of(db, user.id))


def with_second_factor(db: Session) -> set[str]:
    """The ids of all of whom more than a password is asked."""
    coded = select(User.id).where(User.totp.is_not(None))
    return set(db.scalars(coded.union(select(Passkey.user))))


def passkeys_of(db: Session, user: str) -> list[Passkey]:
    """Their passkeys, the oldest first."""
    return list(db.scalars(select(Passkey).where(Passkey.user == user).order_by(Passkey.made_at)))


def forget_second_factor(entry: Entry, user: User) -> None:
    """Take away codes and passkeys, for somebody who has lost them. Ends their sessions."""
    user.totp = None
    for passkey in passkeys_of(entry.db, user.id):
        entry.db.delete(passkey)
    end_sessions(entry.db, user.id)


def keep_totp(keys: Keys, user: User, secret: str, step: int) -> None:
    """Ask for codes from now on; ``step`` is the last one used."""
    user.totp = sealed_secret(keys, user.id, {"secret": secret, "step": step})


def accept_code(keys: Keys, user: User, code: str, at: datetime) -> bool:
    """Whether a code is right; it is used up then. Call it within a write."""
    if user.totp is None:
        return False
    held = opened_secret(keys, user.id, user.totp)
    step = totp.accepted_step(held["secret"], code, at, held["step"])
    if step is None:
        return False
    keep_totp(keys, user, held["secret"], step)
    return True


def checked_line(text: str, what: str, longest: int) -> str:
    """One line of plain text; ``what`` names the field. Raises `BadInput`."""
    try:
        line = plain_name(text)
    except ValueError as fault:
        raise BadInput(f"{what}: {fault}") from None
    if not 1 <= len(line) <= longest:
        raise BadInput(f"{what}: it has {len(line)} characters; allowed are 1 to {longest}.")
    return line
