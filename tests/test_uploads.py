"""Photographs sent to the app over a connection: too large, disguised, or named to do harm."""

import io
import re
import socket
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from browser import serving
from journey import PERSON
from pictures import SCRIPT, archive, bomb, moving, picture, swollen, webp_bomb
from PIL import Image
from sqlalchemy import func, select
from web_client import Practice, practice

from anagen.records.audit import verify
from anagen.records.tables import Content, Photo

BOUNDARY = "between-parts"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
TODAY = date.today().isoformat()
HUGE = 200_000_000
MB = 1_000_000
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@dataclass(frozen=True)
class Here:
    practice: Practice
    base: str
    patient: str
    folder: Path  # everything that the app could reach by a name lies in here

    @property
    def at(self) -> str:
        return f"/patients/{self.patient}/photos"

    @property
    def headers(self) -> dict[str, str]:
        """Those of a browser in which the clinician is signed in."""
        signed_in = self.practice.clinician
        cookies = "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())
        token = signed_in.headers["x-csrf-token"]
        return {"cookie": cookies, "x-csrf-token": token, "origin": self.base}

    def send(self, data: bytes, name: bytes = b"scalp.jpg") -> httpx2.Response:
        """The form with a photograph, as a browser sends it."""
        return httpx2.post(
            self.base + self.at,
            headers=self.headers | {"content-type": FORM},
            content=form(data, name),
            timeout=60,
        )

    def kept(self) -> tuple[int, int]:
        """How many photographs are on record, and how many contents."""
        with self.practice.store.reading() as db:
            counts = [
                db.scalar(select(func.count()).select_from(it)) or 0 for it in (Photo, Content)
            ]
        return counts[0], counts[1]

    def files(self) -> set[str]:
        return {str(each.relative_to(self.folder)) for each in self.folder.rglob("*")}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    folder = tmp_path_factory.mktemp("uploads")
    within = folder / "practice" / "run"
    within.mkdir(parents=True)
    with (
        pytest.MonkeyPatch.context() as patched,
        practice(within.parent) as made,
        serving(made) as base,
    ):
        patched.chdir(within)
        patched.setattr(tempfile, "tempdir", str(folder / "nowhere"))  # nothing may be put aside
        patient = made.clinician.post("/patients/new", data=PERSON).headers["location"]
        consent = {"kind": "photographs", "given": "yes", "on": TODAY, "language": "en"}
        assert made.clinician.post(f"{patient}/consents", data=consent).status_code == 303
        yield Here(made, base, patient.removeprefix("/patients/"), folder)


def form(data: bytes, name: bytes) -> bytes:
    fields = {"taken_on": TODAY, "angle": "crown", "zone": "vertex"}
    parts = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    )
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="'
    kind = '"\r\nContent-Type: image/jpeg\r\n\r\n'
    end = f"\r\n--{BOUNDARY}--\r\n"
    return parts.encode() + head.encode() + name + kind.encode() + data + end.encode()


def poured(here: Here, length: str, chunked: bool = False) -> tuple[int, int]:
    """200 MB poured at the app by who reads no answer before the end: the status of the answer,
    and how many bytes went out before the connection was closed."""
    to = urlsplit(here.base)
    said = {"host": to.netloc, "content-type": FORM} | here.headers
    lines = [f"POST {here.at} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    head = "\r\n".join([*lines, length, "", ""]).encode()
    first = form(b"", b"scalp.jpg").rpartition(b"\r\n--")[0]
    sent = 0
    with socket.create_connection((to.hostname or "", to.port or 0), timeout=30) as line:
        line.sendall(head)
        try:
            for piece in (first, *([bytes(MB)] * (HUGE // MB))):
                line.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                sent += len(piece)
        except OSError:
            pass  # closed by the app
        answer = line.recv(64)
    return int(answer.split()[1]), sent


def peak_bytes(of: str = "VmHWM") -> int:
    found = re.search(rf"{of}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def assert_untouched(here: Here, kept: tuple[int, int], files: set[str]) -> None:
    """Nothing was written, nothing is broken, and the app answers."""
    assert here.kept() == kept
    assert here.files() == files
    assert verify(here.practice.store).whole
    assert httpx2.get(f"{here.base}/health").status_code == 200


@pytest.mark.parametrize(
    ("length", "chunked", "status"),
    [
        (f"content-length: {HUGE}", False, 413),
        ("transfer-encoding: chunked", True, 413),
        ("content-length: 100", False, 422),  # half a form, and behind it no request
        (f"content-length: 100\r\ncontent-length: {HUGE}", False, 400),
        (f"content-length: {HUGE}\r\ntransfer-encoding: chunked", True, 413),
    ],
    ids=["said", "unsaid", "said too small", "said twice", "said both ways"],
)
def test_two_hundred_megabytes_are_turned_away_on_the_way(
    here: Here, length: str, chunked: bool, status: int
) -> None:
    kept, files = here.kept(), here.files()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = peak_bytes("VmRSS")
    answered, sent = poured(here, length, chunked)
    assert answered == status
    assert sent < 45 * MB
    assert peak_bytes() - before < 55 * MB  # what is allowed, twice while it is moved
    assert_untouched(here, kept, files)


def test_a_photograph_that_is_too_large_is_refused_in_a_sentence(here: Here) -> None:
    answer = here.send(bytes(26 * MB))
    assert answer.status_code == 413
    assert answer.text == "What was sent is too large; allowed are 25 MB."


def test_who_hangs_up_halfway_leaves_nothing_behind(here: Here) -> None:
    kept, files = here.kept(), here.files()
    whole = form(picture(size=(400, 400)), b"scalp.jpg")
    to = urlsplit(here.base)
    said = {"host": to.netloc, "content-type": FORM, "content-length": str(len(whole))}
    lines = [f"{name}: {value}" for name, value in (said | here.headers).items()]
    head = "\r\n".join([f"POST {here.at} HTTP/1.1", *lines, "", ""])
    with socket.create_connection((to.hostname or "", to.port or 0), timeout=30) as line:
        line.sendall(head.encode() + whole[:-200])
    assert_untouched(here, kept, files)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"%PDF-1.7", SVG, SCRIPT, archive(), b"\xff\xd8\xff" + SCRIPT,
        picture("TIFF"), moving("GIF"), moving("WEBP"), moving("PNG"),
        bomb(50_000, 50_000), webp_bomb(), swollen(b"iCCP"), swollen(b"zTXt"), swollen(b"iTXt"),
    ],
    ids=[
        "empty", "pdf", "svg", "html", "zip", "html that begins as a JPEG",
        "tiff", "gif", "moving webp", "moving png",
        "png of 50000 by 50000", "webp of 16384 by 16384", "iCCP bomb", "zTXt bomb", "iTXt bomb",
    ],
)  # fmt: skip
def test_what_is_called_a_photograph_and_is_none_is_refused_in_a_sentence(
    here: Here, data: bytes
) -> None:
    kept, files = here.kept(), here.files()
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_bytes("VmRSS")
    answer = here.send(data)
    assert answer.status_code == 422
    (said,) = re.findall(r'role="alert">([^<]+)</p>', answer.text)
    assert re.fullmatch(r"[^.]+\.", said), said
    assert peak_bytes() - before < 50 * MB
    assert_untouched(here, kept, files)


@pytest.mark.parametrize(
    "data",
    [
        picture() + SCRIPT, picture() + archive(), picture(comment=SCRIPT),
        picture("PNG") + archive(), picture("WEBP") + SCRIPT, picture() + bytes(20 * MB),
    ],
    ids=["html behind", "zip behind", "html in a comment", "zip behind png", "html behind webp",
         "20 MB behind"],
)  # fmt: skip
def test_of_two_files_in_one_the_picture_alone_is_kept(here: Here, data: bytes) -> None:
    (photos, contents), files = here.kept(), here.files()
    assert here.send(data).status_code == 303
    assert_untouched(here, (photos + 1, contents + 1), files)
    answer = latest(here)
    assert answer.headers["content-type"].startswith("image/")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"script" not in answer.content
    assert not zipfile.is_zipfile(io.BytesIO(answer.content))
    assert len(answer.content) < 10_000
    with Image.open(io.BytesIO(answer.content)) as seen:
        assert seen.size == (40, 20)


def latest(here: Here) -> httpx2.Response:
    """The photograph that was sent last, as a browser gets it."""
    with here.practice.store.reading() as db:
        record = db.scalars(select(Photo.record).order_by(Photo.recorded_at.desc())).first()
    return httpx2.get(f"{here.base}{here.at}/{record}", headers=here.headers)


@pytest.mark.parametrize(
    "name",
    [
        b"../../x.jpg", rb"..\..\x.jpg", b"/etc/anagen.jpg", rb"C:\x.jpg", b"file:///x.jpg", b"CON",
        b"..%2f..%2fx.jpg", b"a\0b.jpg", b"", b".", b"x" * 4000 + b".jpg", "\u202egpj.exe".encode(),
        b"\xff\xfe.jpg", b"x.html", b"<script>alert(1)</script>.jpg", b"{{ 7 * 7 }}.jpg",
        b"x.jpg\"\r\nContent-Type: text/html\r\nX-More: \"",
    ],
)  # fmt: skip
def test_the_name_of_a_file_counts_for_nothing(here: Here, name: bytes) -> None:
    kept, files = here.kept(), here.files()
    answer = here.send(picture(), name)
    assert answer.status_code in {303, 422}
    if answer.status_code == 303:
        kept = (kept[0] + 1, kept[1] + 1)
        shown = latest(here)
        assert shown.headers["content-type"] == "image/jpeg"
        assert "content-disposition" not in shown.headers
    assert_untouched(here, kept, files)
    page = httpx2.get(f"{here.base}/patients/{here.patient}/followup", headers=here.headers)
    assert page.status_code == 200
    assert "alert(1)" not in page.text
