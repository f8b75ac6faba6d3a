"""The keys of a practice: random, in one file, wrapped by a passphrase.

passphrase --Argon2id--> wrapping key --AES-256-GCM--> data keys (256 bits each, with an id)
--HKDF-SHA-256, one per purpose--> the key of the database file, of contents, of secrets.

A new passphrase only wraps anew. A rotation adds a data key; the old ones stay until nothing is
encrypted under them. Without the key file and its passphrase nothing can be read again.
Sources: RFC 9106 (Argon2), RFC 5869 (HKDF), NIST SP 800-38D (GCM).
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Literal, NamedTuple

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anagen.reading import BadInput, shown_path
from anagen.records.refusals import NotOpened
from anagen.records.whole_files import new_file

Purpose = Literal["file", "content", "totp", "sign-in", "check"]
SHORTEST_PASSPHRASE = 12
STRETCHING = {"time_cost": 3, "memory_kib": 65_536, "parallelism": 4}  # RFC 9106, section 4
_FORMAT = "anagen keys 1"
_NONCE = 12  # bytes, random: safe for 2^32 messages under one key (SP 800-38D, 8.3)
_KEY_ID = 16  # characters


class Sealed(NamedTuple):
    """Encrypted and authenticated bytes, and what is needed besides the key to open them."""

    key: str
    nonce: bytes
    sealed: bytes

    def packed(self) -> bytes:
        """As one run of bytes."""
        return self.key.encode() + self.nonce + self.sealed

    @classmethod
    def unpacked(cls, packed: bytes) -> "Sealed":
        """From one run of bytes. Raises `NotOpened`."""
        key, rest = packed[:_KEY_ID], packed[_KEY_ID:]
        if len(rest) < _NONCE or not key.isascii():
            raise NotOpened("a sealed value is damaged: it is too short.")
        return cls(key.decode(), rest[:_NONCE], rest[_NONCE:])


class Keys:
    """Data keys by id; ``current`` is the one that seals. Values never appear in its repr."""

    def __init__(self, by_id: dict[str, bytes], current: str) -> None:
        self._by_id, self.current = by_id, current

    def __repr__(self) -> str:
        return f"Keys(current={self.current!r}, ids={self.ids!r})"

    @classmethod
    def new(cls) -> "Keys":
        """One fresh random key."""
        fresh = secrets.token_hex(_KEY_ID // 2)
        return cls({fresh: secrets.token_bytes(32)}, fresh)

    @property
    def ids(self) -> list[str]:
        """The ids of all keys, the current one first."""
        return sorted(self._by_id, key=lambda key: key != self.current)

    @property
    def is_rotating(self) -> bool:
        """Whether something may still be encrypted under an old key."""
        return len(self._by_id) > 1

    def going_by(self, key: str) -> "Keys":
        """These keys, of which that one is the current one."""
        return Keys(self._by_id, key)

    def with_fresh(self) -> "Keys":
        """These keys and a fresh one, which becomes the current one."""
        fresh = Keys.new()
        return Keys(self._by_id | fresh._by_id, fresh.current)

    def only_current(self) -> "Keys":
        """The current key alone."""
        return Keys({self.current: self._by_id[self.current]}, self.current)

    def derived(self, purpose: Purpose, key: str | None = None) -> bytes:
        """The 256-bit key for one purpose, of the current data key or another."""
        data_key = self._by_id.get(key or self.current)
        if data_key is None:
            raise NotOpened(f"the key {key} is not among the keys of this practice.")
        info = f"anagen {purpose}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(data_key)

    def seal(self, purpose: Purpose, plain: bytes, associated: str) -> Sealed:
        """Encrypt under the current key; ``associated`` must be the same at opening."""
        nonce = os.urandom(_NONCE)
        box = AESGCM(self.derived(purpose))
        return Sealed(self.current, nonce, box.encrypt(nonce, plain, associated.encode()))

    def open(self, purpose: Purpose, sealed: Sealed, associated: str) -> bytes:
        """Decrypt what `seal` gave. Raises `NotOpened` where one bit differs."""
        box = AESGCM(self.derived(purpose, sealed.key))
        try:
            return box.decrypt(sealed.nonce, sealed.sealed, associated.encode())
        except (InvalidTag, ValueError):
            raise NotOpened(
                "a sealed value does not open: damage, another record's value, or a wrong key."
            ) from None

    def save(self, path: Path, passphrase: str) -> None:
        """Write the key file, wholly or not at all. Raises `BadInput`."""
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise BadInput(
                f"the passphrase has {len(passphrase)} characters; allowed is "
                f"{SHORTEST_PASSPHRASE} or more."
            )
        salt, nonce = os.urandom(16), os.urandom(_NONCE)
        held = {
            "current": self.current,
            "keys": {key: b64encode(value).decode() for key, value in self._by_id.items()},
        }
        box = AESGCM(_wrapping_key(passphrase, salt, **STRETCHING))
        wrapped = box.encrypt(nonce, json.dumps(held).encode(), _FORMAT.encode())
        page = {
            "format": _FORMAT,
            "argon2id": STRETCHING,
            "salt": b64encode(salt).decode(),
            "nonce": b64encode(nonce).decode(),
            "wrapped": b64encode(wrapped).decode(),
        }
        with new_file(path) as beside:
            beside.write_bytes(json.dumps(page, indent=1).encode())


def read_keys(path: Path, passphrase: str) -> Keys:
    """The keys in a key file. Raises `NotOpened`."""
    try:
        page = path.read_bytes()
    except OSError as fault:
        raise NotOpened(
            f"{shown_path(path)}: the key file cannot be read ({fault.strerror})."
        ) from None
    return unwrapped(page, passphrase, shown_path(path))


def unwrapped(page: bytes, passphrase: str, name: str) -> Keys:
    """The keys in the bytes of a key file. Raises `NotOpened`."""
    try:
        table = json.loads(page)
        if table["format"] != _FORMAT:
            raise ValueError
        salt, nonce, wrapped = (
            b64decode(table[key], validate=True) for key in ("salt", "nonce", "wrapped")
        )
        stretching = {
            key: min(int(table["argon2id"][key]), most)  # a planted file must not eat the memory
            for key, most in (("time_cost", 20), ("memory_kib", 1_048_576), ("parallelism", 16))
        }
        box = AESGCM(_wrapping_key(passphrase, salt, **stretching))
        held = json.loads(box.decrypt(nonce, wrapped, _FORMAT.encode()))
    except InvalidTag:
        raise NotOpened(
            f"{name}: the passphrase does not open the key file, or the file is damaged."
        ) from None
    except Exception:
        raise NotOpened(f"{name}: is not a key file of anagen, or it is damaged.") from None
    by_id = {key: b64decode(value) for key, value in held["keys"].items()}
    return Keys(by_id, held["current"])


def _wrapping_key(
    passphrase: str, salt: bytes, time_cost: int, memory_kib: int, parallelism: int
) -> bytes:
    return hash_secret_raw(
        passphrase.encode(), salt, time_cost, memory_kib, parallelism, hash_len=32, type=Type.ID
    )
