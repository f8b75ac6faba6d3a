"""Every route as every role and as nobody: what the table says, never a fault, never a leak."""

import pytest
from web_client import practice

from anagen.accounts.roles import ROLES, allowed
from anagen.records.tables import Patient
from anagen.web.gate import OPEN, declared

GIVEN, FAMILY = "Zebulonia", "Quagmirovska"
CONTACT, NUMBER, NOTE = "+00 555 0173 999", "CLINIC-77315", "afraid of the sound of the pen"
PLANTED = (GIVEN, FAMILY, CONTACT, NUMBER, NOTE)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with practice(tmp_path_factory.mktemp("routes")) as made:
        with made.store.writing(made.actor("owner")) as entry:
            patient = entry.add(
                Patient(
                    given_name=GIVEN,
                    family_name=FAMILY,
                    born=None,
                    contact=CONTACT,
                    clinic_number=NUMBER,
                    facts={"age": 34, "sex": "female", "condition": "female_pattern_hair_loss"},
                    note=NOTE,
                )
            )
            made.patient = patient.record
        yield made


def addresses(here):
    """Every method and address, with the permission that it asks for."""
    for route, (permission,) in declared(here.app.routes):
        path = str(route.path)
        for name, value in {
            "{patient}": here.patient,
            "{name}": "anagen.css",
            "{user}": here.user("assistant").id,
            "{key}": "no-such-key",
        }.items():
            path = path.replace(name, value)
        while "{" in path:
            path = path[: path.index("{")] + "no-such-thing" + path[path.index("}") + 1 :]
        for method in sorted(route.methods or ()):
            yield method, path, permission


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_every_route(here, role) -> None:
    tried = 0
    for method, path, permission in addresses(here):
        client = here.browser() if role == "nobody" else here.signed_in(role)
        for sent in ({}, {"data": {"x": "'\"<script>"}}) if method == "POST" else ({},):
            answer = client.request(method, path, **sent)
            tried += 1
            said = f"{method} {path} as {role}: {answer.status_code}"
            assert answer.status_code < 500, said
            if role == "researcher":
                found = [each for each in PLANTED if each in answer.text]
                assert not found, f"{said} shows {found}"
            if permission == OPEN:
                assert answer.status_code in {200, 303, 403, 404, 422}, said
            elif role == "nobody":
                assert answer.status_code == (401 if path.startswith("/api/") else 303), said
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith("/sign-in"), said
            elif permission in allowed(role):
                assert answer.status_code not in {401, 403}, said
                assert not answer.headers.get("location", "").startswith("/sign-in") or (
                    path == "/account/sign-out-everywhere"
                ), said
            else:
                assert answer.status_code == 403, said
            assert not (role == "nobody" and any(each in answer.text for each in PLANTED)), said
    assert tried > 30


@pytest.mark.parametrize("asked", ["/patients", "/patients/%01", "/patients/a%0A%3Fb"])
def test_a_refusal_for_the_role_is_in_the_audit(here, asked: str) -> None:
    from anagen.records.tables import Audit

    assert here.signed_in("researcher").get(asked).status_code == 403
    with here.store.reading() as db:
        last = db.query(Audit).order_by(Audit.seq.desc()).first()
    assert last is not None
    assert (last.action, last.actor) == ("refuse", here.user("researcher").id)
    assert last.detail == {"permission": "patients:read", "path": asked}


class Record(dict):
    """What stands in an address; a record that is not there for whatever it does not hold."""

    def __missing__(self, name: str) -> str:
        return f"no-{name}"


def test_who_looks_at_what_of_a_patient_is_in_the_audit_once_a_session(here) -> None:
    from anagen.records.tables import Audit

    patient = here.patient

    def looks() -> list[tuple[str, str | None, dict]]:
        with here.store.reading() as db:
            read = db.query(Audit).filter(Audit.action == "read").order_by(Audit.seq)
            return [(each.actor, each.record, each.detail) for each in read]

    begun = "/patients/{patient}"
    pages = [
        route.path.format_map(Record(patient=patient))
        for route, _ in declared(here.app.routes)
        if route.path.startswith(begun) and "GET" in (route.methods or ())
    ]
    assert len(pages) > 12
    client, before = here.signed_in("clinician"), len(looks())
    for page in [*pages, *pages, "/patients/nobody", "/patients/%00"]:
        client.get(page)
    who = here.user("clinician").id
    assert looks()[before:] == [(who, patient, {"page": page}) for page in pages]
    here.signed_in("clinician").get(pages[0])
    assert looks()[-1] == (who, patient, {"page": pages[0]})
    assert len(looks()) == before + len(pages) + 1
