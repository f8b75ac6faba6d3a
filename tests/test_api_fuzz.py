"""The whole API against its own description, and hostile text wherever text may stand."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from fake_plan import make_plan
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from test_typed_text import HOSTILE, assert_only_text
from web_client import Practice, practice

from anagen.needled import needled
from anagen.reading import MAX_SENTENCE, BadInput
from anagen.web.api_description import described
from anagen.web.app import make_app
from anagen.web.settings import Settings

PLAN = make_plan()
FORECAST = PLAN.options[0].forecast.as_dict()
MAN = {"age": 34, "sex": "male", "condition": "androgenetic_alopecia"}
ADA = {"given_name": "Ada", "family_name": "Ferrer", "facts": MAN}
COURSE = {
    "device": {"kind": "pen", "needle_mm": 0.6},
    "course": {"sessions": 6, "interval_days": 14},
}
COUNTS = {"counts": [{"week": 12, "total_density_per_cm2": 170}]}


class Answered:
    """The model with its answers ready: what is asked is checked, nothing is computed."""

    def ask(self, _: Any, protocols: Any, *__: Any) -> list[Any]:
        return [PLAN.options[0].forecast for _ in protocols]

    def bands(self, _: Any, protocols: Any, *__: Any) -> list[dict[str, Any]]:
        return [FORECAST for _ in protocols]

    def needling(self, *told: Any) -> Any:
        return needled(*told)

    def __getattr__(self, name: str) -> Any:
        """Papers and pictures: not here, as for an undiagnosed person."""

        def refused(*_: Any, **__: Any) -> Any:
            raise BadInput(f"{name} is not asked here; allowed is what a test needs.")

        return refused

    def plan(self, *_: Any) -> Any:
        return PLAN

    def follow_up(self, *_: Any) -> Any:
        return SimpleNamespace(as_dict=lambda: {"forecast": FORECAST})


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    many = Settings(most_requests_per_minute=100_000)
    with practice(tmp_path_factory.mktemp("api"), many, Answered()) as made:
        yield made


# The description

OPERATIONS = [
    (method, path)
    for path, methods in described(make_app(None, Settings(), None))["paths"].items()
    for method in methods
]


@pytest.fixture(scope="module")
def api(here: Practice) -> Any:
    """The description as for somebody who is signed in: who is not is tried below."""
    told = described(here.app)
    for methods in told["paths"].values():
        for operation in methods.values():
            operation["security"] = []
    # What goes together in a patient or a protocol no JSON schema can say: 422 is right there.
    config = schemathesis.Config()
    acceptance = config.projects.default.checks.positive_data_acceptance
    acceptance.expected_statuses = [*acceptance.expected_statuses, "422"]
    schema = schemathesis.openapi.from_dict(told, config=config)
    schema.app = here.app
    schema.config.update(base_url="http://localhost")
    return schema


def try_out(here: Practice, operation: Any, mode: GenerationMode, examples: int) -> None:
    """All checks of Schemathesis on requests as described, or on broken ones."""
    client = here.clinician
    headers = {"x-csrf-token": client.headers["x-csrf-token"], "host": "localhost"}

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    def asked(case: Any) -> None:
        case.call_and_validate(headers=headers, cookies=dict(client.cookies))

    asked()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_described_is_taken_and_answered_as_described(
    method: str, path: str, here: Practice, api: Any
) -> None:
    try_out(here, api[path][method], GenerationMode.POSITIVE, 25)


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each[0] == "post"])
def test_what_is_broken_is_refused_as_described(
    method: str, path: str, here: Practice, api: Any
) -> None:
    try_out(here, api[path][method], GenerationMode.NEGATIVE, 25)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_nothing_is_answered_without_a_session_and_nothing_changed_without_its_token(
    method: str, path: str, here: Practice
) -> None:
    path = path.replace("{patient}", "x").replace("{kind}", "counts").replace("{key}", "C15")
    refused = here.nobody.request(method, path, json={})
    assert (refused.status_code, set(refused.json())) == (401, {"error"})
    if method == "post":
        client = here.signed_in("clinician")
        del client.headers["x-csrf-token"]
        assert client.post(path, json={}).status_code == 403


def test_the_description_is_for_those_who_are_signed_in_and_whole(here: Practice) -> None:
    assert here.nobody.get("/api/v1/openapi.json").status_code == 401
    told = here.researcher.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.")
    for methods in told["paths"].values():
        for method, operation in methods.items():
            assert operation["security"]
            assert {"401", "403", "404", "422", "429", "503"} <= set(operation["responses"])
            assert ("requestBody" in operation) == (method == "post")
    names = json.dumps(told)
    for part in told["components"]["schemas"]:
        assert f"#/components/schemas/{part}" in names


# Hostile text

LONE, LONG, DEEP = "half a letter \ud83d", "x" * 400_000, "deep"
STRANGE = (*HOSTILE, "\x00\x07\x1b[31m", LONE, "+1+1", "@SUM(A1)", "\u2028\u2066", LONG)


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every text in a body."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from leaves(inner, (*at, key))
        case list():
            for number, inner in enumerate(value):
                yield from leaves(inner, (*at, number))
        case str():
            yield at


def with_text(value: Any, at: tuple[Any, ...], text: str) -> Any:
    """A copy of a body with another text at one path."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = text
    return copy


FULL_MAN = MAN | {
    "grade": "norwood_3v",
    "conditions": ["psoriasis", {"name": "eczema", "days_ago": 3}],
    "medications": [{"name": "warfarin", "stopped_days_ago": 3}, "finasteride"],
    "allergies": ["nickel"],
    "scalp_findings": ["open wound"],
}
FULL_COURSE = COURSE | {
    "course": COURSE["course"] | {"endpoint": "erythema", "zone": "vertex"},
    "topicals": [{"drug": "minoxidil", "per_day": 2}],
    "medicines": [{"drug": "finasteride", "mg_per_day": 1.0}],
    "anaesthetic": {"drug": "lidocaine_4"},
    "setting": {"place": "clinic"},
}
BODIES: dict[str, Any] = {
    "screen": {"patient": FULL_MAN, "protocol": FULL_COURSE},
    "simulate": {"patient": FULL_MAN, "protocol": FULL_COURSE, "counting": "phototrichogram"},
    "followup": {
        "patient": MAN, "protocol": COURSE,
        "counts": {"start": "2026-01-05", "counts": [
            {"date": "2026-05-01", "total_density_per_cm2": 170, "method": "hair_to_hair",
             "site": "same"}]},
    },
    "patients": ADA | {
        "facts": FULL_MAN, "born": "1990-02-28", "contact": "by telephone",
        "clinic_number": "A-17", "note": "likes tea",
    },
}  # fmt: skip
PLACES = [(name, at) for name, body in BODIES.items() for at in leaves(body)]


def sent(client: Any, path: str, body: Any) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(path, content=text, headers={"content-type": "application/json"})


@pytest.mark.parametrize(("name", "at"), PLACES, ids=lambda part: str(part))
def test_hostile_text_is_kept_as_text_or_refused_in_a_sentence(
    name: str, at: tuple[Any, ...], here: Practice
) -> None:
    for text in STRANGE:
        answer = sent(here.clinician, f"/api/v1/{name}", with_text(BODIES[name], at, text))
        said = f"{name} {at}: {text[:20]!r}: {answer.status_code}"
        assert answer.status_code in {200, 201, 422}, said
        assert answer.headers["content-type"] == "application/json", said
        assert answer.headers["x-content-type-options"] == "nosniff", said
        if answer.status_code == 422:
            (sentence,) = answer.json().values()
            assert len(sentence) <= MAX_SENTENCE, said
            assert sentence.isprintable(), said
            assert "Traceback" not in sentence, said


def test_what_was_kept_is_shown_as_text(here: Practice) -> None:
    """Names, codes and searches on every page that lists people, and the evidence by the way."""
    client = here.clinician
    for text in HOSTILE:
        sent(client, "/api/v1/patients", ADA | {"family_name": text, "note": text})
        assert_only_text(client.get("/evidence", params={"q": text}), text)
        assert_only_text(client.get("/evidence", params={"kind": text}), text)
        assert_only_text(client.get("/evidence/views/forest", params={"condition": text}), text)
        assert client.get("/api/v1/evidence", params={"q": text, "kind": text}).status_code == 422
        found = client.get("/api/v1/patients", params={"q": text})
        assert found.status_code == (422 if "\x00" in text else 200)


@pytest.mark.parametrize("path", ["screen", "simulate", "plan", "followup", "patients"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"patient":' * 50_000, 422),
        ("[" * 100_000, 422),
        ('{"patient": {"age": ' + "9" * 10_000 + "}}", 422),
        ('{"patient": {"age": NaN}}', 422),
        ('{"patient": 1, "patient": 2}', 422),
        ("\ufeff{}", 422),
        ("", 422),
        ("null", 422),
        ('{"' + "k" * 900_000 + '": 1}', 422),
        ('{"patient": "' + "x" * 1_100_000 + '"}', 413),
    ],
    ids=["deep", "lists", "digits", "nan", "twice", "mark", "empty", "null", "key", "megabyte"],
)
def test_a_body_that_is_none_is_refused_in_one_sentence(
    path: str, body: str, status: int, here: Practice
) -> None:
    answer = sent(here.clinician, f"/api/v1/{path}", body)
    assert answer.status_code == status
    if status == 422:
        (sentence,) = answer.json().values()
        assert len(sentence) <= MAX_SENTENCE
        assert sentence.isprintable()


def test_other_kinds_of_bodies_are_refused(here: Practice) -> None:
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x"):
        answer = here.clinician.post("/api/v1/screen", content="{}", headers={"content-type": kind})
        assert answer.status_code == 422
        assert "application/json" in answer.json()["error"]
