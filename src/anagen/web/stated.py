"""Bodies of JSON: read after it is known who sends them, checked by the models that files have."""

from typing import Any

from fastapi import Depends, Request

from anagen.reading import BadInput, Stated, table_in, text_of

WHERE = "the body"


def stated[T: Stated](model: type[T]) -> Any:
    """A dependency that gives the request's JSON as a model. `BadInput` where it is none."""

    async def read(request: Request) -> T:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise BadInput(
                f"{WHERE} is sent as {kind[:60] or 'nothing'}; allowed is application/json."
            )
        table = table_in(text_of(await request.body(), WHERE), "JSON", WHERE)
        return model.from_table(table, WHERE)

    read.model = model  # type: ignore[attr-defined]
    return Depends(read)


def model_of(dependency: Any) -> type[Stated] | None:
    """The model that a dependency of `stated` reads."""
    return getattr(dependency, "model", None)
