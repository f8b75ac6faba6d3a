"""A photograph made safe: looked at, turned upright, and nothing left of it but its picture.

Place, time, device, comments, thumbnails and whatever stands behind the picture go, because the
picture is drawn anew. What a file is says its content, never its name.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from anagen.reading import BadInput
from anagen.records.contents import MOST_BYTES

MOST_PIXELS = 50_000_000
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_ALLOWED = "allowed is a JPEG, PNG or WebP of up to 25 MB and 50 million pixels."


@dataclass(frozen=True)
class SafePhoto:
    """A photograph that may be kept and shown."""

    data: bytes
    media_type: str
    width: int
    height: int


def safe_photo(data: bytes) -> SafePhoto:
    """The picture of a file, drawn anew; of several in one file the first. Raises `BadInput`."""
    if len(data) > MOST_BYTES:
        raise BadInput(f"the photograph is too large; {_ALLOWED}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=tuple(_FORMATS)) as found:
                return _drawn_anew(found)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise BadInput(f"the photograph has too many pixels; {_ALLOWED}") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as fault:
        if isinstance(fault, BadInput):
            raise
        raise BadInput(f"the file is no photograph, or it is damaged; {_ALLOWED}") from None


def _drawn_anew(found: Image.Image) -> SafePhoto:
    kind = str(found.format)
    if found.width * found.height > MOST_PIXELS:  # known from the head, before it is unpacked
        raise BadInput(f"the photograph has too many pixels; {_ALLOWED}")
    upright = ImageOps.exif_transpose(found)
    clean = upright.convert("RGB")
    bare = Image.frombytes("RGB", clean.size, clean.tobytes())
    into = io.BytesIO()
    bare.save(into, kind, **({} if kind == "PNG" else {"quality": 92}))
    return SafePhoto(into.getvalue(), _FORMATS[kind], bare.width, bare.height)
