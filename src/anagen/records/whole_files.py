"""Files that are there wholly or not at all, whatever happens while they are written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anagen.reading import BadInput, shown_path


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """An empty file beside ``path``, for its owner alone, that takes its place at the end.

    After a crash there is the old file or the new one. Raises `BadInput` where the disk refuses.
    """
    beside = path.with_name(path.name + ".new")
    try:
        beside.unlink(missing_ok=True)
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            yield beside
            _to_disk(beside)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
        _to_disk(path.parent)
    except OSError as fault:
        raise BadInput(f"{shown_path(path)}: cannot be written ({fault.strerror}).") from None


def _to_disk(path: Path) -> None:
    """Wait until a file or the names in a folder are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
