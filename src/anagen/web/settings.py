"""How one practice runs its web app."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Times in minutes, sizes in bytes."""

    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")  # names it answers to
    https: bool = False  # whether browsers reach it by HTTPS, its own or a proxy's
    demo: bool = False  # made-up people, gone when it stops; no second factor asked for
    idle_minutes: float = 15.0
    longest_minutes: float = 720.0
    most_upload_bytes: int = 25_000_000
    practice: str = "anagen"  # the name at the top of every page
