"""The whole API against its own description: what it says it takes, gives and refuses."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from fake_plan import make_plan
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from web_client import Practice, practice

from anagen.web.api_description import described
from anagen.web.app import make_app
from anagen.web.security.cookies import LOGIN
from anagen.web.settings import Settings

PLAN = make_plan()
FORECAST = PLAN.options[0].forecast.as_dict()


class Answered:
    """The model with its answers ready: what is asked is checked, what is computed is not."""

    def bands(self, *_: Any) -> list[dict[str, Any]]:
        return [FORECAST]

    def plan(self, *_: Any) -> Any:
        return PLAN

    def follow_up(self, *_: Any) -> Any:
        return SimpleNamespace(as_dict=lambda: {"forecast": FORECAST})


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with practice(tmp_path_factory.mktemp("api"), forecaster=Answered()) as made:
        yield made


@pytest.fixture(scope="module")
def api(here: Practice) -> Any:
    """The description, signed in: that everything needs it is tried below, each way."""
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


OPERATIONS = [
    (method, path)
    for path, methods in described(make_app(None, Settings(), None))["paths"].items()
    for method in methods
]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_api_is_as_it_describes_itself(
    method: str, path: str, mode: GenerationMode, here: Practice, api: Any
) -> None:
    client = here.clinician
    headers = {"x-csrf-token": client.headers["x-csrf-token"], "host": "localhost"}
    cookies = {LOGIN: client.cookies[LOGIN]}
    operation = api[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    def asked(case: Any) -> None:
        case.call_and_validate(headers=headers, cookies=cookies)

    asked()


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
