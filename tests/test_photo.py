"""Photographs: what comes in by whatever name leaves as a picture and nothing else."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import bomb, picture
from PIL import Image

from anagen import BadInput
from anagen.records.photo import safe_photo


def test_place_time_and_device_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    raw = picture(exif=exif, comment=b"Zebulon")
    assert b"SecretCamera" in raw
    clean = safe_photo(raw)
    assert b"SecretCamera" not in clean.data
    assert b"Zebulon" not in clean.data
    with Image.open(io.BytesIO(clean.data)) as seen:
        assert len(seen.getexif()) == 0
        assert "comment" not in seen.info


def test_a_picture_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    clean = safe_photo(picture(exif=exif))
    assert (clean.width, clean.height) == (20, 40)


def test_what_hides_behind_the_picture_is_gone() -> None:
    clean = safe_photo(picture("PNG") + b"<script>alert(1)</script>")
    assert b"script" not in clean.data


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        picture("GIF"),
        picture("TIFF"),
        picture()[:200],
        bomb(50_000, 50_000),
        bomb(7_100, 7_100),
        b"\0" * 25_000_001,
    ],
    ids=["empty", "svg", "pdf", "gif", "tiff", "cut", "bomb", "large", "heavy"],
)
def test_what_is_no_photograph_is_refused_in_a_sentence(raw: bytes) -> None:
    with pytest.raises(BadInput, match="allowed"):
        safe_photo(raw)


@given(st.binary(max_size=400), st.integers(0, 300))
def test_damage_is_refused_or_harmless(noise: bytes, at: int) -> None:
    raw = picture()
    try:
        clean = safe_photo(raw[:at] + noise + raw[at:])
    except BadInput:
        return
    with Image.open(io.BytesIO(clean.data)) as seen:
        assert seen.size == (clean.width, clean.height)
