"""What stands behind the model's solution and use: claims, each with the tests that show it."""

from dataclasses import dataclass
from functools import cache

from anagen.evidence.sources import read_records


@dataclass(frozen=True)
class Claim:
    """A claim and the tests that would fail if it did not hold (file::function)."""

    claim: str
    tests: tuple[str, ...]


@cache
def claims() -> dict[str, tuple[Claim, ...]]:
    """Claims by kind of evidence."""
    return {
        kind: tuple(Claim(item["claim"], tuple(item["tests"])) for item in items)
        for kind, items in read_records("credibility.toml").items()
    }
