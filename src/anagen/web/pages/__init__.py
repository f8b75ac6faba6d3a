"""One file a page; `ROUTERS` are all of them. A page that is there is served."""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter

_MODULES = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
ROUTERS: tuple[APIRouter, ...] = tuple(
    module.router for module in _MODULES if hasattr(module, "router")
)
