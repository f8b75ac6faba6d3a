"""What patients read, as whole pages in each language: translated and reviewed page by page.

A page is a TOML file ``name.language.toml``. Sentences take values in braces; numbers and dates
come in as the language writes them (Babel, CLDR).
"""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from anagen.care.words import decimals

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_LOCALES: Mapping[str, str] = {"en": "en_GB", "es": "es_ES"}


@cache
def page(name: str, language: Language) -> Mapping[str, Any]:
    """One page in one language."""
    text = files("anagen.care.pages").joinpath(f"{name}.{language}.toml").read_text("utf-8")
    return tomllib.loads(text)


def locale(language: Language) -> Locale:
    """How a language writes numbers and dates."""
    return Locale.parse(_LOCALES[language])


def said_number(value: float, language: Language) -> str:
    """A value as the language writes it, with a true minus sign."""
    digits = decimals(value)
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    said = format_decimal(round(value, digits) + 0.0, pattern, locale(language))
    return said.replace("-", "−")


def said_day(day: date, language: Language) -> str:
    """``Thursday, 12 March 2026``."""
    return format_date(day, "full", locale(language))


def said_time(at: time, language: Language) -> str:
    """``14:30``."""
    return format_time(at, "short", locale=locale(language))
