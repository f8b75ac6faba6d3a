"""The folder of a practice: the key file, and beside it the records and the queue of jobs.

The records may be in PostgreSQL instead; the key file stays here, away from what it opens.
"""

from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from anagen.reading import BadInput, shown_path
from anagen.records.keys import Keys, read_keys
from anagen.records.refusals import NotOpened
from anagen.records.store import Store, create_store, open_store


@dataclass(frozen=True)
class PracticeFolder:
    """Where everything of one practice is. ``database`` is the address of a PostgreSQL database."""

    path: Path
    database: str | None = None

    @classmethod
    def usual(cls) -> "PracticeFolder":
        """The one of this user of this machine."""
        return cls(user_data_path("anagen"))

    @property
    def key_file(self) -> Path:
        """Keys, wrapped by the passphrase."""
        return self.path / "keys.json"

    @property
    def records(self) -> Path | str:
        """What `open_store` opens."""
        return self.database or self.path / "practice.anagen"

    @property
    def queue_file(self) -> Path:
        """Ids of jobs that wait, and nothing else."""
        return self.path / "jobs.queue"

    @property
    def is_new(self) -> bool:
        """Whether no practice was begun here."""
        return not self.key_file.exists()

    def create(self, passphrase: str) -> Store:
        """A new practice. Raises `BadInput` where there is one."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as fault:
            raise BadInput(
                f"{shown_path(self.path)}: cannot be made a folder ({fault.strerror})."
            ) from None
        if self.is_new:
            Keys.new().save(self.key_file, passphrase)
        # Keys without records: someone was interrupted here before.
        return create_store(self.records, self.keys(passphrase))

    def open(self, passphrase: str) -> Store:
        """The practice that is there. Raises `NotOpened`."""
        return open_store(self.records, self.keys(passphrase))

    def keys(self, passphrase: str) -> Keys:
        """Raises `NotOpened` where there are none or the passphrase is another."""
        if self.is_new:
            raise NotOpened(
                f"{shown_path(self.path)}: there is no practice here; `anagen serve` begins one."
            )
        return read_keys(self.key_file, passphrase)
