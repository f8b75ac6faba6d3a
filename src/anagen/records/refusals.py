"""Why the records refuse. Each is one sentence, and after each the records are as they were."""

from anagen.reading import BadInput


class Conflict(BadInput):
    """Someone else has superseded the version that was to be corrected."""


class NotThere(BadInput):
    """There is no such record, or none where it was asked for."""


class NotOpened(BadInput):
    """The records or their keys cannot be opened: wrong key or passphrase, damage, wrong place."""


class Damaged(NotOpened):
    """The file of the records does not open: it was damaged, or belongs to other keys."""


class NotKept(BadInput):
    """The records could not take a write now: the disk is full, or another write takes long."""


class Running(BadInput):
    """The practice is running: what needs it alone has to wait until it is stopped."""
