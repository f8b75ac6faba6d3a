"""The page of backups: the owner takes the practice home in one file."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from small_practice import fill
from sqlalchemy import text
from stores import PASSPHRASE
from web_client import Practice, practice

from anagen.records.audit import verify
from anagen.records.backup import restore
from anagen.records.place import Place
from anagen.web.settings import Settings


@pytest.fixture
def here(tmp_path: Path):
    """A practice whose keys are kept."""
    folder = tmp_path / "practice"
    folder.mkdir()
    with practice(folder, Settings(key_file=folder / "keys.json")) as made:
        made.store.keys.save(folder / "keys.json", PASSPHRASE)
        yield made


def test_a_backup_from_the_page_restores(here: Practice, tmp_path):
    fill(here.store)
    assert "No backup was made yet" in here.owner.get("/administration/backup").text
    answer = here.owner.post("/administration/backup")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    (tmp_path / "one.backup").write_bytes(answer.content)
    there = Place(tmp_path / "there")
    assert restore(tmp_path / "one.backup", PASSPHRASE, there).whole
    with closing(there.open(PASSPHRASE)) as store:
        assert verify(store).whole
    assert here.user("owner").name in here.owner.get("/administration/backup").text
    assert not list((tmp_path / "practice").glob(".anagen-*"))


def test_only_the_owner_makes_one(here: Practice):
    for role in ("clinician", "assistant", "researcher"):
        assert here.as_role(role).get("/administration/backup").status_code == 403
        assert here.as_role(role).post("/administration/backup").status_code == 403


def test_damage_is_said_in_place_of_a_backup(here: Practice, tmp_path):
    fill(here.store)
    here.is_tampered_with = True
    with here.store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER content_no_update"))
        connection.execute(text("UPDATE content SET sealed = nonce"))
    answer = here.owner.post("/administration/backup")
    assert answer.status_code == 422
    assert "The records are damaged" in answer.text
    assert not list((tmp_path / "practice").glob(".anagen-*"))


def test_without_kept_keys_none_is_made(here: Practice):
    here.app.state.settings = replace(here.settings, key_file=None)
    assert "nothing to back up" in here.owner.get("/administration/backup").text
    assert here.owner.post("/administration/backup").status_code == 422
