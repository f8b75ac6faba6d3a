"""Who does something: a signed-in person, or the program itself."""

from typing import NamedTuple


class Actor(NamedTuple):
    id: str
    name: str
    role: str


SYSTEM = Actor("system", "anagen", "system")
