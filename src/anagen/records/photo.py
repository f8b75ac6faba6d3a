"""A photograph as it is kept: turned upright, in sRGB, and written anew with nothing beside it.

What a file says of itself (its name, its declared type) counts for nothing. What is not the
picture goes: EXIF with place and device, colour profiles, texts, thumbnails, bytes after the end.
"""

import re
from io import BytesIO
from threading import Lock
from typing import NamedTuple

from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.ExifTags import Base as Exif

from anagen.reading import BadInput
from anagen.records.contents import MOST_BYTES

MOST_PIXELS = 50_000_000
MOST_SCANS = (
    100  # of a progressive JPEG; encoders make about ten, each costs a pass over the picture
)
_ALLOWED = "allowed is a JPEG, PNG or WebP picture"
# A telephone's JPEG may carry further pictures ("MPO"): a depth map, a preview. The first is kept.
_KEPT_AS = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
_SAVED_WITH = {
    "JPEG": {"quality": 92, "subsampling": 0},  # full colour resolution: redness is looked at
    "PNG": {},
    "WEBP": {"quality": 92},
}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # by EXIF orientation
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")  # one that has a length, or an end
# The largest picture allowed takes some 600 MB while it is turned; two at once are too many.
_ONE_AT_A_TIME = Lock()


class SafePhoto(NamedTuple):
    """A picture without anything beside it; ``width`` and ``height`` in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def safe_photo(data: bytes) -> SafePhoto:
    """The picture in the bytes of a file, written anew. Raises `BadInput`."""
    if len(data) > MOST_BYTES:
        raise BadInput(f"the photograph is too large; allowed are {MOST_BYTES // 10**6} MB.")
    with _ONE_AT_A_TIME:
        try:
            return _written_anew(data)
        except BadInput:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _too_many_pixels() from None
        except UnidentifiedImageError:
            raise BadInput(f"the file is no photograph; {_ALLOWED}.") from None
        except Exception:  # Pillow's readers raise a dozen kinds for a damaged file
            raise BadInput(f"the photograph is damaged or incomplete; {_ALLOWED}.") from None


def _written_anew(data: bytes) -> SafePhoto:
    with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
        kind = _KEPT_AS[image.format or ""]
        if image.width * image.height > MOST_PIXELS:
            raise _too_many_pixels()
        if kind == "JPEG" and _scans(data) > MOST_SCANS:
            raise BadInput(f"the JPEG has too many scans; allowed are {MOST_SCANS}.")
        if kind != "JPEG" and getattr(image, "is_animated", False):
            raise BadInput("the picture moves; allowed is a still picture.")
        image.load()
        picture = _in_srgb(image)
        turn = _UPRIGHT.get(image.getexif().get(Exif.Orientation, 1))
    if turn is not None:
        picture = picture.transpose(turn)
    picture.info = {}  # else a comment, a profile or a resolution goes along
    written = BytesIO()
    picture.save(written, kind, **_SAVED_WITH[kind])
    return SafePhoto(written.getvalue(), f"image/{kind.lower()}", *picture.size)


def _in_srgb(image: Image.Image) -> Image.Image:
    """Eight bits a channel, in sRGB, with transparency where there is some."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # sixteen bits; a plain conversion would cut them off at 255
        image = image.point(lambda value: value / 256, "L")
    plain = "RGBA" if image.has_transparency_data else "RGB"
    if profile and image.mode in {"L", "RGB", "CMYK"}:
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )  # fmt: skip
        except (ImageCms.PyCMSError, OSError):
            converted = None  # a profile that cannot be used says nothing
        if converted is not None:
            return converted
    return image.convert(plain)


def _scans(data: bytes) -> int:
    """How many scans the first picture of a JPEG has, found without decoding."""
    count, at = 0, 2
    while found := _MARKER.search(data, at):
        marker = found[1][0]
        if marker == 0xD9:  # the end of the picture
            break
        count += marker == 0xDA
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
    return count


def _too_many_pixels() -> BadInput:
    return BadInput(
        f"the photograph has too many pixels; allowed are {MOST_PIXELS // 10**6} million."
    )
