"""Pictures for tests, and files that pretend to be one."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **saved: Any) -> bytes:
    """A photograph as Pillow writes it."""
    image = Image.new("RGB", size, "#c08060")
    image.putpixel((0, 0), (255, 255, 255))
    into = io.BytesIO()
    image.save(into, kind, **saved)
    return into.getvalue()


def moving(kind: str, frames: int = 300) -> bytes:
    """Many pictures in one file."""
    others = [Image.new("RGB", (40, 20), (at % 256, at // 256, 0)) for at in range(1, frames)]
    return picture(kind, save_all=True, append_images=others)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose head promises far more pixels than its bytes hold."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return _PNG + body + _chunk(b"IEND", b"")


def webp_bomb() -> bytes:
    """A WebP whose head promises the largest picture there is, 16384 on a side."""
    made = bytearray(picture("WEBP", lossless=True))
    at = made.index(b"VP8L") + 9  # behind its size and its signature: 14 bits for each side
    sides = int.from_bytes(made[at : at + 4], "little") | 0xFFF_FFFF
    made[at : at + 4] = sides.to_bytes(4, "little")
    return bytes(made)


def swollen(kind: bytes) -> bytes:
    """A PNG with a chunk of 200 MB in 200 kB: ``iCCP``, ``zTXt`` or ``iTXt``."""
    packed = zlib.compress(bytes(200_000_000), 9)
    before = {b"iCCP": b"sRGB\0\0", b"zTXt": b"Comment\0\0", b"iTXt": b"Comment\0\1\0\0\0"}[kind]
    plain = picture("PNG")
    end_of_head = len(_PNG) + 25
    return plain[:end_of_head] + _chunk(kind, before + packed) + plain[end_of_head:]


def archive() -> bytes:
    """A ZIP file; behind a picture it is one still."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as held:
        held.writestr("run.html", SCRIPT)
    return into.getvalue()


SCRIPT = b"<html><script>alert(document.cookie)</script></html>"
_PNG = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
