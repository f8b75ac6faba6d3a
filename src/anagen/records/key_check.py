"""A setting that says by which key the records go: one small value sealed under it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anagen.records.entry import Entry
from anagen.records.keys import Keys, Sealed
from anagen.records.refusals import NotOpened
from anagen.records.tables import Setting

_NAME = "key check"


def current_key(db: Session) -> str:
    """The id of the key that seals now. Raises `NotOpened`."""
    return _sealed(db).key


def check_keys(db: Session, keys: Keys) -> None:
    """Raises `NotOpened` where these are not the keys of these records."""
    keys.open("check", _sealed(db), _NAME)


def go_by(entry: Entry, keys: Keys) -> None:
    """Let the records go by the current one of ``keys``."""
    value = {"sealed": keys.seal("check", b"anagen", _NAME).packed().hex()}
    setting = entry.db.get(Setting, _NAME)
    if setting is None:
        entry.add(Setting(name=_NAME, value=value))
    elif current_key(entry.db) != keys.current:
        setting.value = value


def _sealed(db: Session) -> Sealed:
    value = db.scalars(select(Setting.value).where(Setting.name == _NAME)).one_or_none()
    try:
        return Sealed.unpacked(bytes.fromhex((value or {})["sealed"]))
    except (KeyError, TypeError, ValueError):
        raise NotOpened("the records do not say which key they go by: they are damaged.") from None
