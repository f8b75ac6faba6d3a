"""What a browser sends with a form: names and text, nothing that is not text."""

from typing import Annotated

from fastapi import Depends, Request

from anagen.reading import BadInput

MOST_FIELDS, MOST_CHARACTERS = 400, 100_000


async def _typed(request: Request) -> dict[str, str]:
    """The fields of a form by name. Raises `BadInput` for more or longer ones than any form has."""
    form = await request.form(max_fields=MOST_FIELDS)
    found: dict[str, str] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str):
            continue
        if len(value) > MOST_CHARACTERS:
            raise BadInput(f"{name[:60]} is too long; allowed are {MOST_CHARACTERS} characters.")
        found[name] = value.replace("\r\n", "\n").replace("\0", "")
    return found


Typed = Annotated[dict[str, str], Depends(_typed)]
