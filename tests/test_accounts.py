"""Roles, passwords, codes and guessing, without the web."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pyotp
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from anagen.accounts import attempts, passwords, totp
from anagen.accounts.login_session import (
    end_session,
    end_sessions,
    find_session,
    open_session,
    put_step,
    take_step,
)
from anagen.accounts.roles import ALLOWED, PERMISSIONS, ROLES, allowed
from anagen.accounts.sign_in import Door, by_code, by_password
from anagen.accounts.users import accept_code, add_user, change_user, keep_totp
from anagen.reading import BadInput
from anagen.records.actor import SYSTEM
from anagen.records.tables import LoginSession, User

AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
PASSWORD = "unrelated words do well"


@pytest.fixture
def owner(store) -> User:
    with store.writing(SYSTEM) as entry:
        return add_user(entry, "Olga", "Olga@Clinic.example", "owner")


# Roles


def test_roles_hold_only_known_permissions_and_the_owner_all() -> None:
    assert set(ALLOWED) == set(ROLES)
    assert all(held <= set(PERMISSIONS) for held in ALLOWED.values())
    assert ALLOWED["owner"] == set(PERMISSIONS)
    assert ALLOWED["assistant"] < ALLOWED["clinician"] < ALLOWED["owner"]


def test_a_researcher_may_nothing_that_shows_a_name() -> None:
    shows_names = {each for each in PERMISSIONS if each.startswith(
        ("patients:", "screenings:", "plans:", "sessions:", "photos:", "counts:", "events:",
         "documents:", "consents:", "export:", "admin:")
    )}  # fmt: skip
    assert not ALLOWED["researcher"] & shows_names


def test_an_unknown_role_may_nothing() -> None:
    assert allowed("superuser") == frozenset()
    assert allowed("") == frozenset()


# Passwords


def test_a_password_matches_itself_alone() -> None:
    held = passwords.new_hash(PASSWORD)
    assert held.startswith("$argon2id$")
    assert PASSWORD not in held
    assert passwords.matches(held, PASSWORD)
    assert not passwords.matches(held, PASSWORD + " ")
    assert not passwords.matches(None, "nobody signs in with this")
    assert not passwords.matches("not a hash", PASSWORD)


def test_letters_composed_in_two_ways_are_one_password() -> None:
    assert passwords.matches(passwords.hashed("une clé à molette"), "une clé à molette")


def test_a_hundred_thousand_marks_hold_up_nobody() -> None:
    """Unicode sorts the marks over a letter in a time that grows with the square of their number,
    and nobody else is answered meanwhile: this many took a minute."""
    marks = (
        "a" + 50_000 * "\N{COMBINING GRAVE ACCENT}" + 50_000 * "\N{COMBINING GRAVE ACCENT BELOW}"
    )
    held, began = passwords.hashed(PASSWORD), perf_counter()
    assert not passwords.matches(held, marks)
    with pytest.raises(BadInput, match="100000 characters"):
        passwords.new_hash(marks)
    assert perf_counter() - began < 5


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "5 characters"),
        ("x" * 257, "257 characters"),
        ("aaaaaaaaaaaaaa", "five different"),
        ("Olga.Owner@clinic.example", "your name or address"),
    ],
)
def test_weak_passwords_are_refused_in_a_sentence(password: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        passwords.new_hash(password, "Olga Owner", "olga.owner@clinic.example")
    assert password not in str(refused.value)


def test_a_hash_of_weaker_parameters_is_dated(monkeypatch) -> None:
    held = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert passwords.matches(held, PASSWORD)
    assert passwords.is_dated(held)
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(1, 8, 1))
    assert not passwords.is_dated(held)


# Codes


def test_the_published_values_of_rfc_6238() -> None:
    # Appendix B, SHA-1, of which six digits are asked here.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        at = datetime.fromtimestamp(seconds, UTC)
        assert totp.accepted_step(secret, code, at, None) == seconds // 30


def test_a_code_is_good_once_and_no_older_one_after_it() -> None:
    secret = totp.new_secret()
    app = pyotp.TOTP(secret)
    step = totp.accepted_step(secret, app.at(AT), AT, None)
    assert step is not None
    assert totp.accepted_step(secret, app.at(AT), AT, step) is None
    assert totp.accepted_step(secret, app.at(AT - timedelta(seconds=30)), AT, step) is None
    later = AT + timedelta(seconds=30)
    assert totp.accepted_step(secret, app.at(later), later, step) == step + 1


def test_a_clock_may_be_one_step_off_but_not_two() -> None:
    secret = totp.new_secret()
    for off, good in ((-60, False), (-30, True), (0, True), (30, True), (60, False)):
        code = pyotp.TOTP(secret).at(AT + timedelta(seconds=off))
        assert (totp.accepted_step(secret, code, AT, None) is not None) == good, off


_CODES = {
    pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").at(AT + timedelta(seconds=off))
    for off in (-30, 0, 30)
}


@given(st.text(max_size=12) | st.text("0123456789 ", min_size=5, max_size=8))
def test_what_is_no_code_is_no_code(said: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    if "".join(said.split()) not in _CODES:
        assert totp.accepted_step(secret, said, AT, None) is None


def test_the_picture_needs_no_style_and_names_itself() -> None:
    address = totp.address(totp.new_secret(), "olga@clinic.example", "A & B <Practice>")
    drawn = totp.picture(address)
    assert drawn.startswith("<svg")
    assert "<title>" in drawn
    assert "style" not in drawn


def test_a_secret_opens_for_its_own_user_only(store, owner) -> None:
    secret = totp.new_secret()
    with store.writing(SYSTEM) as entry:
        held = entry.db.get_one(User, owner.id)
        keep_totp(store.keys, held, secret, 0)
        other = add_user(entry, "Anton", "anton@clinic.example", "assistant")
        other.totp = held.totp
        assert secret.encode() not in held.totp
        assert accept_code(store.keys, held, pyotp.TOTP(secret).at(AT), AT)
        assert not accept_code(store.keys, held, pyotp.TOTP(secret).at(AT), AT)
        with pytest.raises(BadInput):
            accept_code(store.keys, other, pyotp.TOTP(secret).at(AT), AT)


# Login sessions


def test_only_the_digest_of_a_token_is_kept(store, owner) -> None:
    with store.writing(SYSTEM) as entry:
        token = open_session(entry.db, owner, "totp", AT, 720)
        assert token != open_session(entry.db, owner, "totp", AT, 720)
    with store.reading() as db:
        for row in db.query(LoginSession):
            assert token not in {row.token_hash, row.csrf}
    assert len(token) >= 43  # 256 bits


@pytest.mark.parametrize(("minutes", "here"), [(0, True), (14.9, True), (15, False), (60, False)])
def test_who_does_nothing_is_signed_out(store, owner, minutes, here) -> None:
    with store.writing(SYSTEM) as entry:
        token = open_session(entry.db, owner, "totp", AT, 720)
    with store.reading() as db:
        found = find_session(db, token, AT + timedelta(minutes=minutes), 15)
    assert (found is not None) == here


def test_the_longest_session_ends_whatever_is_done(store, owner) -> None:
    with store.writing(SYSTEM) as entry:
        token = open_session(entry.db, owner, "totp", AT, 720)
        held = entry.db.query(LoginSession).one()
        held.seen_at = AT + timedelta(minutes=719)
    with store.reading() as db:
        assert find_session(db, token, AT + timedelta(minutes=719.9), 15)
        assert find_session(db, token, AT + timedelta(minutes=720), 15) is None


def test_an_ended_session_and_an_inactive_user_do_not_come_in(store, owner) -> None:
    with store.writing(SYSTEM) as entry:
        other = add_user(entry, "Paul", "paul@clinic.example", "owner")
        first = open_session(entry.db, owner, "totp", AT, 720)
        second = open_session(entry.db, other, "totp", AT, 720)
        end_session(entry.db, first)
        other.active = False
    with store.reading() as db:
        assert find_session(db, first, AT, 15) is None
        assert find_session(db, second, AT, 15) is None
        assert find_session(db, "", AT, 15) is None


def test_what_was_begun_is_taken_once(store, owner) -> None:
    with store.writing(SYSTEM) as entry:
        open_session(entry.db, owner, "first", AT, 720)
        entry.db.flush()
        session = entry.db.query(LoginSession).one()
        put_step(entry.db, session, challenge="a", totp="b")
    with store.writing(SYSTEM) as entry:
        assert take_step(entry.db, session, "challenge") == "a"
        assert take_step(entry.db, session, "challenge") is None
    with store.writing(SYSTEM) as entry:
        assert take_step(entry.db, session, "totp") == "b"


# Guessing


def test_waiting_grows_with_wrong_answers_and_ends_with_a_right_one(store) -> None:
    at, waits = AT, []
    for _ in range(13):
        with store.writing(SYSTEM) as entry:
            attempts.try_once(entry.db, "Olga@clinic.example", "10.0.0.1", at)
        with store.reading() as db:
            waits.append(attempts.wait_s(db, "olga@clinic.example ", "10.0.0.2", at))
        at += timedelta(seconds=max(waits[-1], 1))
    assert waits[:6] == [0, 0, 0, 0, 30, 60]
    assert waits == sorted(waits)
    assert waits[-1] == attempts.LONGEST_WAIT_S
    with store.writing(SYSTEM) as entry:
        assert attempts.wait_s(entry.db, "olga@clinic.example", "", at) == 0
        attempts.right(entry.db, attempts.try_once(entry.db, "olga@clinic.example", "", at).id)
        at += timedelta(seconds=1)
        attempts.try_once(entry.db, "olga@clinic.example", "", at)
        assert attempts.wait_s(entry.db, "olga@clinic.example", "", at) == 0


def test_many_addresses_from_one_place_must_wait_too(store) -> None:
    with store.writing(SYSTEM) as entry:
        for number in range(attempts.MOST_FROM_ONE_PLACE):
            assert attempts.wait_s(entry.db, f"a{number}@b.c", "10.0.0.1", AT) == 0
            attempts.try_once(entry.db, f"a{number}@b.c", "10.0.0.1", AT)
        assert attempts.wait_s(entry.db, "new@b.c", "10.0.0.1", AT) == 600
        assert attempts.wait_s(entry.db, "new@b.c", "10.0.0.2", AT) == 0


def test_what_was_typed_is_not_kept_readable(store) -> None:
    with store.writing(SYSTEM) as entry:
        kept = attempts.try_once(entry.db, "my password, typed into the wrong field", "", AT)
        assert "password" not in kept.email


def test_a_challenge_is_answered_once(store) -> None:
    with store.writing(SYSTEM) as entry:
        assert attempts.use_up(entry.db, b"challenge", AT)
        entry.db.flush()
        assert not attempts.use_up(entry.db, b"challenge", AT)


def test_guessing_at_once_counts_as_guessing_in_turn(store, owner, monkeypatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(1, 8, 1))
    assert owner.email == "olga@clinic.example"

    def guess(number: int) -> str:
        door = Door(store, AT + timedelta(milliseconds=number), "10.0.0.1", None, 15, 720)
        try:
            by_password(door, "olga@clinic.example", f"wrong {number}")
        except BadInput as fault:
            return type(fault).__name__
        return "in"

    with ThreadPoolExecutor(6) as threads:
        said = list(threads.map(guess, range(24)))
    assert (said.count("BadInput"), said.count("MustWait")) == (attempts.FREE, 24 - attempts.FREE)


def test_a_right_code_opens_nothing_once_the_sign_in_was_ended(store, owner) -> None:
    """As when the password is changed while the code is on its way."""
    secret = totp.new_secret()
    with store.writing(SYSTEM) as entry:
        keep_totp(store.keys, entry.db.get_one(User, owner.id), secret, 0)
        token = open_session(entry.db, owner, "first", AT, 720)
    with store.reading() as db:
        half, _ = find_session(db, token, AT, 15) or pytest.fail("no session")
    with store.writing(SYSTEM) as entry:
        end_sessions(entry.db, owner.id)
    door = Door(store, AT, "10.0.0.1", token, 15, 720)
    with pytest.raises(BadInput, match="has ended"):
        by_code(door, half, pyotp.TOTP(secret).at(AT))
    with store.reading() as db:
        assert db.query(LoginSession).count() == 0


# People


def test_one_active_owner_always_stays(store, owner) -> None:
    for role, active in (("clinician", True), ("owner", False), ("researcher", False)):
        with store.writing(SYSTEM) as entry:
            held = entry.db.get_one(User, owner.id)
            with pytest.raises(BadInput, match="only owner"):
                change_user(entry, held, role, active)
    with store.writing(SYSTEM) as entry:
        add_user(entry, "Paul", "paul@clinic.example", "owner")
        change_user(entry, entry.db.get_one(User, owner.id), "clinician", True)


@pytest.mark.parametrize(
    ("name", "email", "role", "why"),
    [
        ("", "a@b.c", "owner", "Name"),
        ("x" * 81, "a@b.c", "owner", "81 characters"),
        ("Ada\x00", "a@b.c", "owner", "control character"),
        ("Ada", "no address", "owner", "E-mail"),
        ("Ada", "olga@clinic.example", "assistant", "here already"),
        ("Ada", "OLGA@clinic.example", "assistant", "here already"),
        ("Ada", "a@b.c", "admin", "Role"),
    ],
)
def test_people_are_added_by_the_rules(store, owner, name, email, role, why) -> None:
    assert owner.email == "olga@clinic.example"
    with store.writing(SYSTEM) as entry, pytest.raises(BadInput, match=why):
        add_user(entry, name, email, role)
