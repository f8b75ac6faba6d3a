"""Where a practice lies: one folder with its records, the key file and the queue of long work.

With PostgreSQL the records lie there, the rest stays in the folder, away from what the keys open.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from anagen.reading import BadInput, shown_path
from anagen.records.actor import SYSTEM
from anagen.records.keys import Keys, read_keys
from anagen.records.refusals import NotOpened, Running
from anagen.records.rotation import begin, finish
from anagen.records.store import Store, create_store, open_store


@dataclass(frozen=True)
class Place:
    """One practice. ``database`` is the address of a PostgreSQL database, if it uses one."""

    folder: Path
    database: str | None = None

    @property
    def records(self) -> str | Path:
        """What `open_store` opens."""
        return self.database or self.folder / "practice.anagen"

    @property
    def key_file(self) -> Path:
        """The keys, wrapped by the passphrase."""
        return self.folder / "keys.json"

    @property
    def queue(self) -> Path:
        """Ids of jobs that wait, and nothing else."""
        return self.folder / "queue.db"

    @property
    def is_new(self) -> bool:
        """Whether there are no keys here yet."""
        return not self.key_file.exists()

    def make(self, passphrase: str) -> Keys:
        """Fresh keys and empty records. Raises `BadInput` where there are some already."""
        if not self.is_new:
            raise BadInput(f"{shown_path(self.key_file)}: there are keys already.")
        self.make_folder()
        keys = Keys.new()
        # The keys first: records whose keys were lost in a crash could never be opened.
        keys.save(self.key_file, passphrase)
        create_store(self.records, keys).close()
        return keys

    def make_folder(self) -> None:
        """The folder, for its owner alone. Raises `BadInput`."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as fault:
            raise BadInput(
                f"{shown_path(self.folder)}: cannot be made a folder ({fault.strerror})."
            ) from None

    def keys(self, passphrase: str) -> Keys:
        """The keys of the records that are here. Raises `NotOpened`, `Damaged`."""
        store = self.open(passphrase)
        store.close()
        return store.keys

    def open(self, passphrase: str) -> Store:
        """The records that are here. Raises `NotOpened`, `Damaged`."""
        self._check_is_there()
        keys = read_keys(self.key_file, passphrase)
        if keys.is_rotating:
            with suppress(Running), self.alone():
                for _ in finish(self.records, self.key_file, keys, passphrase):
                    pass
            keys = read_keys(self.key_file, passphrase)
        return open_store(self.records, keys)

    def rotate(self, passphrase: str) -> Iterator[tuple[int, int]]:
        """Take a fresh key for everything. After each step: contents done, of how many.

        Raises `NotOpened`, `NotKept`, `Running`.
        """
        self._check_is_there()
        with self.alone():
            keys = begin(self.records, self.key_file, passphrase)
            yield 0, 0
            yield from finish(self.records, self.key_file, keys, passphrase)

    def change_passphrase(self, old: str, new: str) -> None:
        """Wrap the keys by another passphrase. Raises `NotOpened`, `BadInput`."""
        store = self.open(old)
        try:
            with store.writing(SYSTEM) as entry:
                entry.note("change_passphrase")
                read_keys(self.key_file, old).save(self.key_file, new)
        finally:
            store.close()

    def _check_is_there(self) -> None:
        if self.is_new:
            raise NotOpened(
                f"{shown_path(self.folder)}: there is no practice here; `anagen serve` begins one."
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from running the same practice. Raises `Running` where somebody does."""
        try:
            import fcntl
        except ImportError:  # Windows has none of this
            yield
            return
        with (self.folder / ".running").open("wb") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Running(
                    f"{shown_path(self.folder)}: anagen is running here already; stop it first."
                ) from None
            yield


def usual_folder() -> Path:
    """Where a practice lies when nobody says otherwise."""
    return user_data_path("anagen") / "practice"
