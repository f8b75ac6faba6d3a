"""Sources as numbers in the text and one list at the end of a document."""

from collections.abc import Iterable

from anagen.care.document import Section
from anagen.care.words import CERTAINTIES, plain


class Citations:
    """The sources of one document, numbered as they are first named."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def numbers(self, sources: Iterable[str]) -> tuple[int, ...]:
        """The numbers of sources, in rising order."""
        found = {
            self._numbers.setdefault(plain(source).rstrip("."), len(self._numbers) + 1)
            for source in sources
        }
        return tuple(sorted(found))

    def __call__(self, sources: Iterable[str], certainty: str = "") -> str:
        """``[1, 3] low``: numbers, and how sure it is."""
        listed = ", ".join(str(number) for number in self.numbers(sources))
        sure = CERTAINTIES.get(certainty, certainty)
        return f"[{listed}] {sure}".rstrip()

    @property
    def listed(self) -> tuple[str, ...]:
        """All sources in the order of their numbers."""
        return tuple(self._numbers)

    def section(self, title: str = "Sources") -> Section:
        """The list at the end."""
        return Section(title, items=tuple(f"[{n}] {said}" for said, n in self._numbers.items()))
