"""`anagen serve`: it starts, keeps its processes alive, ends cleanly, keeps its secrets."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell import anagen, is_one_clear_sentence
from web_client import practice

from anagen.records.audit import verify
from anagen.records.current import current
from anagen.records.keys import read_keys
from anagen.records.tables import AdverseEvent, HairCount, Patient, Plan, SessionRecord
from anagen.web import demo
from anagen.web.forecaster import Model

EXAMPLES = Path(__file__).parent.parent / "examples"
PASSPHRASE = "twelve quiet follicles"


class Running:
    """A practice that runs in a process of its own."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "anagen.cli", "serve", "--data", folder, "--port", "0"]
        environment = os.environ | {"ANAGEN_PASSPHRASE": PASSPHRASE}
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
        )
        assert self.process.stdout
        self.said = ""
        while " is at " not in self.said:
            line = self.process.stdout.readline()
            assert line, f"it ended: {self.said}"
            self.said += line
        self.at = re.findall(r"is at (\S+)", self.said)[0]

    def get(self, path: str) -> tuple[int, str]:
        """Where a page leads to, and its status; waits for the first worker."""
        for _ in range(600):
            try:
                with urllib.request.urlopen(self.at + path, timeout=10) as answer:
                    return answer.status, answer.url
            except urllib.error.HTTPError as refused:
                return refused.code, path
            except OSError:
                time.sleep(0.1)
        raise AssertionError("it does not answer")

    def children(self) -> dict[int, str]:
        """Process ids with their command lines."""
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                line = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if parent == self.process.pid and "spawn_main" in line:
                found[int(stat.parent.name)] = line
        return found


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if not Path("/proc/self/stat").exists():
        pytest.skip("looks at processes by /proc")
    here = Running(tmp_path_factory.mktemp("practice") / "new")
    with here.process:  # closes its pipe
        yield here
        here.process.kill()


def test_the_first_run_leads_to_the_owners_account_by_a_link_that_is_shown_once(running: Running):
    link = re.findall(r"(/set-up\?code=\S+)", running.said)[0]
    assert running.get("/health") == (200, f"{running.at}/health")
    assert running.get("/patients") == (200, f"{running.at}/set-up")
    assert running.get(link)[0] == 200


def test_the_folder_is_its_owners_alone_and_opens_with_the_passphrase_alone(running: Running):
    folder = Path(running.process.args[5])  # type: ignore[index]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "keys.json").stat().st_mode & 0o077 == 0
    assert read_keys(folder / "keys.json", PASSPHRASE).current
    assert (folder / "practice.anagen").read_bytes()[:6] != b"SQLite"


def test_neither_command_lines_nor_environments_hold_a_secret(running: Running):
    running.get("/health")
    folder = Path(running.process.args[5])  # type: ignore[index]
    keys = read_keys(folder / "keys.json", PASSPHRASE)
    held = [keys.derived("file").hex().encode(), PASSPHRASE.encode()]
    for child, line in running.children().items():
        assert PASSPHRASE not in line
        environment = Path(f"/proc/{child}/environ").read_bytes()
        assert not any(secret in environment for secret in held)


def test_who_is_killed_is_started_again(running: Running):
    running.get("/health")
    before = running.children()
    assert len(before) == 4  # the model, the worker and two web workers
    for child in before:
        os.kill(child, signal.SIGKILL)
    assert running.get("/health")[0] == 200
    ends = time.monotonic() + 60
    while len(running.children().keys() - before.keys()) < 4:
        assert time.monotonic() < ends, "not started again"
        time.sleep(0.1)


def test_the_same_practice_is_not_run_twice(running: Running, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANAGEN_PASSPHRASE", PASSPHRASE)
    again = anagen("serve", "--data", running.process.args[5], "--port", "0")  # type: ignore[index]
    assert is_one_clear_sentence(again)
    assert "is running here already" in again.err


def test_it_ends_when_told_to_and_leaves_no_process(running: Running):
    children = running.children()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    ends = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < ends, "a process was left"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "is reached over a network; allowed is HTTPS only"),
        (["--workers", "0"], "--workers is 0; allowed is a whole number from 1 to 16"),
        (["--tls-cert", "x.pem"], "--tls-cert and --tls-key go together"),
        (["--demo", "--data", "x"], "--demo keeps nothing"),
        (["--name", "clinic.example"], "allowed is HTTPS only"),
        (["--port", "99999"], "--port is 99999; allowed is a whole number from 0 to 65535"),
        (["--host", "192.0.2.1", "--behind-https"], "cannot be listened on"),
    ],
)
def test_what_is_not_safe_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
):
    monkeypatch.setenv("ANAGEN_PASSPHRASE", PASSPHRASE)
    data = [] if "--demo" in options else ["--data", tmp_path / "practice"]
    refused = anagen("serve", *data, *options)
    assert is_one_clear_sentence(refused), refused
    assert said in refused.err


def test_a_wrong_passphrase_opens_nothing_and_none_is_asked_of_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("ANAGEN_PASSPHRASE", raising=False)
    asked = anagen("serve", "--data", tmp_path / "practice")
    assert is_one_clear_sentence(asked)
    assert "the passphrase is missing" in asked.err
    assert not (tmp_path / "practice").exists()
    from anagen.records.place import Place

    Place(tmp_path / "practice").make(PASSPHRASE)
    (tmp_path / "passphrase").write_text("eleven loud follicles\n", "utf-8")
    wrong = anagen(
        "serve", "--data", tmp_path / "practice", "--passphrase-file", tmp_path / "passphrase"
    )
    assert is_one_clear_sentence(wrong)
    assert "the passphrase does not open" in wrong.err


# The demo


def test_the_demo_tells_whole_stories_in_order(tmp_path: Path):
    with Model() as model, practice(tmp_path, forecaster=model.forecaster()) as here:
        said = demo.fill(here.store, model.forecaster())
        assert demo.PASSWORD in said
        with here.store.reading() as db:
            people = current(db, Patient)
            counted = {
                table: {row.patient for row in current(db, table)}
                for table in (Plan, SessionRecord, HairCount, AdverseEvent)
            }
        assert len(people) == 5
        assert len(counted[Plan] & counted[SessionRecord] & counted[HairCount]) == 2
        assert len(counted[AdverseEvent]) == 1
        assert verify(here.store).whole
        for person in people:
            page = here.clinician.get(f"/patients/{person.record}")
            assert page.status_code == 200
            assert person.family_name in page.text
        assert here.clinician.get("/").status_code == 200


@pytest.mark.parametrize("name", [path.name for path in Path(demo.__file__).parent.glob("*.toml")])
def test_the_people_of_the_demo_are_those_of_the_examples(name: str):
    held = Path(demo.__file__).parent / name
    assert held.read_text("utf-8") == (EXAMPLES / name).read_text("utf-8")
