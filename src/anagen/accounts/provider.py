"""Somebody else who may vouch for people at sign-in.

A provider vouches only for people whom the owner has added: the first time by a verified e-mail
address, from then on by the provider's own name for the person, which does not change.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from anagen.reading import BadInput
from anagen.records.tables import User

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True)
class Provider:
    """Who vouches. ``issuer`` is its https address as it names itself."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = "your organisation"
    transport: "httpx2.BaseTransport | None" = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.issuer.startswith("https://"):
            raise BadInput("the sign-in provider's address: allowed is one that begins https://.")


def vouched_for(db: Session, provider: Provider, claims: dict[str, Any]) -> User:
    """The user whom the claims are about; binds them to the provider's name for them.

    Raises `BadInput`.
    """
    if not claims.get("sub"):  # all whom it does not name would be one person
        raise BadInput(f"Sign-in: {provider.name} did not say who you are.")
    subject = f"{provider.issuer} {claims['sub']}"
    user = db.scalar(select(User).where(User.oidc_subject == subject))
    if user is None and claims.get("email") and claims.get("email_verified") is True:
        email = str(claims["email"]).strip().casefold()
        user = db.scalar(select(User).where(User.email == email, User.oidc_subject.is_(None)))
        if user is not None:
            user.oidc_subject = subject
    if user is None or not user.active:
        raise BadInput(
            f"Sign-in: {provider.name} knows you, but this practice does not; ask its owner."
        )
    return user
