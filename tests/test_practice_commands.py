"""The commands that look after a practice, through their entry point."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from shell import Answer, anagen, is_one_clear_sentence
from small_practice import fill, person
from stores import ADA, PASSPHRASE

from anagen.records import keys
from anagen.records.audit import verify
from anagen.records.place import Place

FAST = {"time_cost": 1, "memory_kib": 64, "parallelism": 1}
OTHER = "another dozen of letters"


@pytest.fixture(autouse=True)
def fast_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The passphrase is not stretched: these tests do not guess one."""
    monkeypatch.setattr(keys, "STRETCHING", FAST)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A practice with a little of everything, and its passphrase in a file."""
    made = Place(tmp_path / "practice")
    made.make(PASSPHRASE)
    with closing(made.open(PASSPHRASE)) as store:
        fill(store)
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    (tmp_path / "other").write_text(OTHER)
    return made


def on(place: Place, *arguments: object, passphrase: str = "passphrase") -> Answer:
    """A command on a practice."""
    file = place.folder.parent / passphrase
    return anagen(*arguments, "--data", place.folder, "--passphrase-file", file)


def test_verify_says_that_the_records_are_whole_and_by_a_noted_head_what_is_missing(place):
    answer = on(place, "audit", "verify")
    assert (answer.status, answer.err) == (0, "")
    assert "Whole: " in answer.out
    told = json.loads(on(place, "audit", "verify", "--json").out)
    assert told["whole"]
    assert told["head"] in answer.out
    assert on(place, "audit", "verify", "--head", told["head"]).status == 0
    later = f"{told['entries'] + 1}:{'0' * 64}"
    missing = on(place, "audit", "verify", "--head", later)
    assert (missing.status, missing.err) == (1, "")
    assert f"Entry {told['entries'] + 1} of the audit is missing" in missing.out


@pytest.mark.parametrize("at", [20, 5000])
def test_verify_finds_damage_with_status_1(place, at):
    held = bytearray(place.records.read_bytes())
    held[-at if at > 4096 else at] ^= 1
    place.records.write_bytes(held)
    answer = on(place, "audit", "verify", "--json")
    assert answer.status == 1
    told = json.loads(answer.out)
    assert not told["whole"]
    assert "damaged" in told["sentence"]


def test_backup_and_restore(place, tmp_path):
    made = on(place, "backup", tmp_path, "--json")
    assert made.status == 0
    told = json.loads(made.out)
    assert Path(told["file"]).parent == tmp_path
    there = Place(tmp_path / "there")
    answer = on(there, "restore", told["file"])
    assert (answer.status, answer.err) == (0, "")
    assert "restored. Whole" in answer.out
    assert on(there, "audit", "verify", "--head", told["head"]).status == 0
    assert is_one_clear_sentence(on(place, "restore", told["file"]))
    assert is_one_clear_sentence(on(place, "backup", told["file"]))
    assert is_one_clear_sentence(on(place, "backup", tmp_path / "no folder" / "one"))
    assert is_one_clear_sentence(on(there, "restore", tmp_path / "passphrase"))


def test_export(place, tmp_path):
    out = tmp_path / "0017.zip"
    told = json.loads(on(place, "export", "0017", "--out", out, "--json").out)
    assert (told["files"], told["lost"], told["lines"]["sessions"]) == (2, [], 2)
    assert ZipFile(out).testzip() is None
    assert out.stat().st_mode & 0o077 == 0
    by_code = on(place, "export", told["code"].lower(), "--out", tmp_path / "code.zip")
    assert "It is not encrypted" in by_code.out
    assert is_one_clear_sentence(on(place, "export", "0017", "--out", out))
    assert is_one_clear_sentence(on(place, "export", "18", "--out", tmp_path / "18.zip"))
    assert not list(tmp_path.glob("18.zip*"))


def test_rotate_keys(place):
    before = place.keys(PASSPHRASE).current
    told = json.loads(on(place, "rotate-keys", "--json").out)
    assert told == {"key": place.keys(PASSPHRASE).current, "old_keys_left": []}
    assert told["key"] != before
    assert "fresh key" in on(place, "rotate-keys").out
    with place.alone():
        assert is_one_clear_sentence(on(place, "rotate-keys"))


def test_passphrase(place, tmp_path):
    answer = on(place, "passphrase", "--new-passphrase-file", tmp_path / "other", "--json")
    assert (answer.status, json.loads(answer.out)) == (0, {"changed": True})
    assert is_one_clear_sentence(on(place, "audit", "verify"))
    assert on(place, "audit", "verify", passphrase="other").status == 0
    same = on(place, "passphrase", "--new-passphrase-file", tmp_path / "other", passphrase="other")
    assert is_one_clear_sentence(same)
    (tmp_path / "short").write_text("short")
    assert is_one_clear_sentence(
        on(place, "passphrase", "--new-passphrase-file", tmp_path / "short", passphrase="other")
    )


def test_the_passphrase_comes_from_the_environment_and_stays_there_no_longer(place, monkeypatch):
    monkeypatch.setenv("ANAGEN_PASSPHRASE", PASSPHRASE)
    assert anagen("audit", "verify", "--data", place.folder).status == 0
    assert is_one_clear_sentence(anagen("audit", "verify", "--data", place.folder))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("audit", "verify"), "there is no practice here"),
        (("backup", "."), "there is no practice here"),
        (("rotate-keys",), "there is no practice here"),
        (("passphrase",), "there is no practice here"),
        (("restore", "nowhere"), "cannot be read"),
        (("audit", "verify", "--head", "7"), "a number, a colon"),
    ],
)
def test_where_there_is_nothing_a_sentence_says_so(tmp_path, arguments, said):
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    answer = on(Place(tmp_path / "empty"), *arguments)
    assert is_one_clear_sentence(answer), answer
    assert said in answer.err


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://x", "allowed is an address as postgresql://"),
        ("postgresql://here:port/x", "not one; allowed is postgresql://"),
        ("postgresql://a:secret@127.0.0.1:1/x", "cannot be opened"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_its_password(place, address, said):
    answer = on(place, "audit", "verify", "--database", address)
    assert is_one_clear_sentence(answer), answer
    assert said in answer.err
    assert "secret" not in answer.err


def test_the_usual_folder_is_the_users_own(place, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ANAGEN_PASSPHRASE", PASSPHRASE)
    usual = tmp_path / "home" / "anagen" / "practice"
    usual.parent.mkdir(parents=True)
    place.folder.rename(usual)
    assert anagen("audit", "verify").status == 0


def test_without_the_web_extra_help_works_and_a_practice_asks_for_it():
    script = (
        "import sys, importlib.abc\n"
        "class Without(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.partition('.')[0] in {'sqlalchemy', 'argon2', 'cryptography', 'fastapi',\n"
        "                                      'sqlcipher3', 'alembic', 'huey'}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Without())\n"
        "from anagen.cli import main\n"
        "sys.argv = ['anagen', *sys.argv[1:]]\n"
        "main()\n"
    )
    run = [sys.executable, "-c", script]
    helped = subprocess.run([*run, "--help"], capture_output=True, text=True, timeout=60)
    assert (helped.returncode, helped.stderr) == (0, "")
    assert "rotate-keys" in helped.stdout
    asked = subprocess.run([*run, "audit", "verify"], capture_output=True, text=True, timeout=60)
    assert asked.returncode == 2
    assert "pip install 'anagen[web]'" in asked.stderr


def test_a_backup_is_made_while_others_write(place, tmp_path):
    with closing(place.open(PASSPHRASE)) as store:
        with store.writing(ADA) as entry:
            entry.add(person())
        assert on(place, "backup", tmp_path / "one.backup").status == 0
        with store.writing(ADA) as entry:
            entry.add(person())
        assert verify(store).whole
