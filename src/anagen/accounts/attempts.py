"""How often somebody may guess: after five wrong answers for one address, each costs more time.

Every try is written down as failed before it is looked at and mended after, so that many at once
count as many. Addresses are kept as digests: what is typed there may be a password. An address
that nobody has is treated as any other, so that waiting tells nothing.
"""

import hashlib
import math
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from anagen.records.tables import LoginAttempt

FREE = 5  # wrong answers in a row before anybody has to wait
FIRST_WAIT_S, LONGEST_WAIT_S = 30.0, 900.0
MOST_FROM_ONE_PLACE = 30  # wrong answers from one network address within ten minutes
_REMEMBERED = timedelta(hours=24)
_FROM_ONE_PLACE = timedelta(minutes=10)


def whom(email: str) -> str:
    """How an address is kept."""
    return hashlib.sha256(email.strip().casefold().encode()).hexdigest()


def wait_s(db: Session, email: str, address: str, at: datetime) -> int:
    """Seconds until the next try is looked at; 0 for now.

    The wait doubles with every wrong answer in a row, up to a quarter of an hour.
    """
    of_account = LoginAttempt.email == whom(email)
    last_right = (
        select(func.max(LoginAttempt.at))
        .where(of_account, LoginAttempt.succeeded)
        .scalar_subquery()
    )
    since = func.coalesce(last_right, at - _REMEMBERED)
    wrong, last_wrong = db.execute(
        select(func.count(), func.max(LoginAttempt.at)).where(
            of_account,
            ~LoginAttempt.succeeded,
            LoginAttempt.at > since,
            LoginAttempt.at > at - _REMEMBERED,
        )
    ).one()
    left = 0.0
    if wrong >= FREE:
        doubled = FIRST_WAIT_S * 2.0 ** min(wrong - FREE, 10)
        left = min(doubled, LONGEST_WAIT_S) - (at - last_wrong).total_seconds()
    here, first_here = db.execute(
        select(func.count(), func.min(LoginAttempt.at)).where(
            LoginAttempt.address == address,
            ~LoginAttempt.succeeded,
            LoginAttempt.at > at - _FROM_ONE_PLACE,
        )
    ).one()
    if here >= MOST_FROM_ONE_PLACE:
        left = max(left, (first_here + _FROM_ONE_PLACE - at).total_seconds())
    return max(0, math.ceil(left))


def try_once(db: Session, email: str, address: str, at: datetime) -> LoginAttempt:
    """Write a try down, as failed for now."""
    attempt = LoginAttempt(email=whom(email), address=address, at=at, succeeded=False)
    db.add(attempt)
    db.flush()
    return attempt


def right(db: Session, attempt: str) -> None:
    """The try was right and the person is in: earlier wrong ones no longer count."""
    held = db.get(LoginAttempt, attempt)
    if held is not None:
        held.succeeded = True


def half_right(db: Session, attempt: str) -> None:
    """The password was right and the second factor is to come: it counts as neither."""
    db.execute(delete(LoginAttempt).where(LoginAttempt.id == attempt))


def forgive(db: Session, email: str, address: str, at: datetime) -> None:
    """Begin anew for an address, after its owner was invited again."""
    db.add(LoginAttempt(email=whom(email), address=address, at=at, succeeded=True))


def use_up(db: Session, challenge: bytes, at: datetime) -> bool:
    """Whether a challenge is used for the first time; from now on it is used."""
    name = "challenge " + hashlib.sha256(challenge).hexdigest()
    if db.scalar(select(LoginAttempt.id).where(LoginAttempt.email == name)):
        return False
    db.add(LoginAttempt(email=name, address="", at=at, succeeded=True))
    return True


def sweep(db: Session, at: datetime) -> None:
    """Forget what no longer counts."""
    db.execute(delete(LoginAttempt).where(LoginAttempt.at < at - timedelta(days=30)))
