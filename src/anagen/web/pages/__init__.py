"""One file a page; `ROUTERS` are all of them, in the order of the house."""

from fastapi import APIRouter

from anagen.web.pages import evidence, today

ROUTERS: tuple[APIRouter, ...] = (today.router, evidence.router)
