"""Passwords: Argon2id (RFC 9106), twelve characters or more, and no other rule.

NIST SP 800-63B-4, section 3.1.1: length counts; rules of composition and forced changes do not.
"""

import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from anagen.reading import BadInput

SHORTEST, LONGEST = 12, 256
_MOST_TYPED = 5 * LONGEST  # up to four letters typed become one in the usual spelling
HASHER = PasswordHasher()  # argon2-cffi's own choice: t = 3, m = 64 MiB, p = 4
# Each takes 64 MiB: a flood of sign-ins waits in line and does not fill the memory.
_AT_ONCE = BoundedSemaphore(2)


def new_hash(password: str, *not_like: str) -> str:
    """The hash of a new password, unless it is too short or like the person's name or address.

    Slow, so call it outside a write. Raises `BadInput`.
    """
    length = len(_normal(password)) + len(password[_MOST_TYPED:])
    if not SHORTEST <= length <= LONGEST:
        raise BadInput(
            f"Password: it has {length} characters; allowed are {SHORTEST} to {LONGEST}. A few "
            "unrelated words do well."
        )
    if len(set(password)) < 5:
        raise BadInput("Password: it repeats too few characters; allowed are five different ones.")
    if _normal(password).casefold() in {_normal(each).casefold() for each in not_like if each}:
        raise BadInput("Password: it is your name or address; choose something else.")
    return hashed(password)


def hashed(password: str) -> str:
    """The Argon2id hash, with its parameters and salt, as text."""
    with _AT_ONCE:
        return HASHER.hash(_normal(password))


def matches(held: str | None, password: str) -> bool:
    """Whether the password is right. Takes as long when there is none (``held`` is None)."""
    with _AT_ONCE:
        try:
            right = HASHER.verify(held or _of_nobody(HASHER), _normal(password)[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return right and held is not None


def is_dated(held: str) -> bool:
    """Whether a hash was made with weaker parameters than today's and is to be made anew."""
    return HASHER.check_needs_rehash(held)


@cache
def _of_nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody signs in with this")


def _normal(password: str) -> str:
    """One spelling of letters that keyboards compose differently.

    Of more than can be kept only the beginning, since sorting marks takes time with the square of
    their number: 100,000 of them would hold up everybody for half a minute.
    """
    return unicodedata.normalize("NFKC", password[:_MOST_TYPED])
