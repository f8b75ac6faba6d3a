"""Who may do what: every route says which permission it needs, or that it is open."""

from collections.abc import Callable
from typing import Any

from fastapi import Depends, HTTPException, Request

OPEN = "open to all"


def needs(permission: str) -> Any:
    """A dependency that lets in only who is signed in and has the permission; gives the actor."""

    def let_in(request: Request) -> Any:
        actor = getattr(request.app.state, "actor", None)
        if actor is None:
            raise HTTPException(401)
        return actor

    let_in.permission = permission  # type: ignore[attr-defined]
    return Depends(let_in)


def open_to_all() -> Any:
    """The marked exception: a route for anybody."""

    def let_in() -> None:
        return None

    let_in.permission = OPEN  # type: ignore[attr-defined]
    return Depends(let_in)


def permission_of(dependency: Callable[..., Any]) -> str | None:
    """The permission that a dependency stands for, if it is one of these."""
    return getattr(dependency, "permission", None)
