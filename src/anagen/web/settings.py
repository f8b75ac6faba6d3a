"""How one practice runs its web app."""

from dataclasses import dataclass
from pathlib import Path

from anagen.accounts.provider import Provider
from anagen.reading import BadInput

_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


@dataclass(frozen=True)
class Settings:
    """Times in minutes, sizes in bytes."""

    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")  # names it answers to
    https: bool = False  # whether browsers reach it by HTTPS, its own or a proxy's
    demo: bool = False  # made-up people, gone when it stops; no second factor asked for
    idle_minutes: float = 15.0
    longest_minutes: float = 720.0
    most_upload_bytes: int = 25_000_000
    most_requests_per_minute: int = 3000  # from one network address, for each worker
    practice: str = "anagen"  # the name at the top of every page
    second_factor: bool = True  # asked of owners and clinicians; never in a demo
    set_up_code: str | None = None  # asked for when the owner's account is made, shown at start
    key_file: Path | None = None  # goes into backups; a demo makes none
    provider: Provider | None = None  # somebody else who may vouch for people (OpenID Connect)

    def __post_init__(self) -> None:
        elsewhere = sorted(set(self.hosts) - _LOOPBACK)
        if elsewhere and not self.https:
            raise BadInput(
                f"the name {elsewhere[0]} is reached over a network; allowed is HTTPS only "
                "(its own or a proxy's), or a name of this machine such as localhost."
            )

    @property
    def asks_second_factor(self) -> bool:
        """Whether the roles that must prove twice who they are have to here."""
        return self.second_factor and not self.demo
