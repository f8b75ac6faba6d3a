"""The model in a process of its own: same answers, refusals as they are, and always there again."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from anagen.care.compare_view import ENDPOINTS, comparison, name_of
from anagen.forecast import simulate_together
from anagen.kept_forecast import keep
from anagen.needled import needled
from anagen.patient import Patient
from anagen.protocol import Protocol, nothing
from anagen.reading import BadInput
from anagen.web import model_process
from anagen.web.forecaster import Forecaster, Model, ModelAway
from anagen.web.model_process import Answers

EXAMPLES = Path(__file__).parent.parent / "examples"
MAN = Patient.read(EXAMPLES / "man.toml")
COURSE = Protocol.read(EXAMPLES / "course.toml")


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with Model() as model:
        yield model


def test_the_answer_is_that_of_the_model_itself(model: Model) -> None:
    told = [COURSE, nothing(COURSE)]
    asked = model.forecaster().ask(MAN, told, weeks=26, draws=40, seed=3)
    for there, here in zip(asked, simulate_together(MAN, told, 26, 40, 3), strict=True):
        assert there.as_dict() == here.as_dict()
        for name, values in here.draws.items():
            np.testing.assert_array_equal(there.draws[name], values)


def test_bands_are_the_forecast_without_its_draws(model: Model) -> None:
    forecaster = model.forecaster()
    (whole,), (told,) = (
        forecaster.ask(MAN, [COURSE], 26, 40),
        forecaster.bands(MAN, [COURSE], 26, 40),
    )
    assert told == whole.as_dict()
    assert len(pickle.dumps(told)) < len(pickle.dumps(whole)) / 4


def test_a_comparison_reads_no_other_draws_than_it_is_sent(model: Model) -> None:
    told = [COURSE, nothing(COURSE)]
    whole = simulate_together(MAN, told, 26, 40, 3)
    sent = model.forecaster().ask(MAN, told, 26, 40, 3, ENDPOINTS)
    named = [("a", name_of(COURSE))]
    assert comparison(named, sent) == comparison(named, whole)
    assert len(pickle.dumps(sent)) < len(pickle.dumps(whole)) / 8


def test_a_plan_is_kept_as_the_model_would_keep_it(model: Model) -> None:
    kept = model.forecaster().kept(MAN, COURSE, 26, 40, 3)
    assert kept == keep(*simulate_together(MAN, [COURSE, nothing(COURSE)], 26, 40, 3))


def test_one_session_is_what_the_forecast_says_of_it(model: Model) -> None:
    (forecast,) = simulate_together(MAN, [COURSE], 26, 40, 0)
    course = COURSE.course
    assert COURSE.device
    found = needled(MAN, COURSE.device, course.passes, 80.0, course.zone, 40)
    for figure in ("channels_per_cm2", "depth_reached_mm", "bleeding_share"):
        assert getattr(found, figure)["median"] == pytest.approx(
            np.median(forecast.session[figure]), rel=1e-9
        )
    assert found.punctures_per_cm2["median"] >= found.channels_per_cm2["median"]
    asked = model.forecaster().needling(MAN, COURSE.device, 4, 80.0, "vertex")
    twice = model.forecaster().needling(MAN, COURSE.device, 8, 80.0, "vertex")
    assert twice.punctures_per_cm2["p95"] == pytest.approx(2 * asked.punctures_per_cm2["p95"])
    with pytest.raises(BadInput, match="passes is 61"):
        model.forecaster().needling(MAN, COURSE.device, 61, 80.0, "vertex")


def test_a_refusal_travels_as_it_is(model: Model) -> None:
    nobody = MAN.model_copy(update={"condition": "undiagnosed", "grade": None})
    with pytest.raises(BadInput, match="condition is 'undiagnosed'"):
        model.forecaster().ask(nobody, [COURSE])
    with pytest.raises(BadInput, match="weeks is 0"):
        model.forecaster().ask(MAN, [COURSE], weeks=0)


def test_pictures_and_the_plan_are_answered(model: Model) -> None:
    forecaster = model.forecaster()
    assert forecaster.microscope(MAN, COURSE).startswith("<svg")
    plan = forecaster.plan(MAN, weeks=26, draws=40)
    assert {option.key for option in plan.options} >= {"none", "minoxidil"}


def test_a_model_that_is_killed_is_there_again(model: Model) -> None:
    forecaster = model.forecaster()
    before = forecaster.ask(MAN, [COURSE], 26, 40)[0]
    killed = model.kept.process.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    after = forecaster.ask(MAN, [COURSE], 26, 40)[0]
    np.testing.assert_array_equal(after.draws["coverage"], before.draws["coverage"])
    assert model.kept.process.pid != killed


def test_who_has_not_the_key_is_not_answered(model: Model) -> None:
    started = time.monotonic()
    while not model.forecaster().ready() and time.monotonic() < started + 60:
        time.sleep(0.1)
    assert not Forecaster(model.address, b"guessed").ready()
    assert model.forecaster().ready()


@pytest.mark.skipif(os.name == "nt", reason="a port of the loopback there")
def test_only_this_user_reaches_the_socket(model: Model) -> None:
    folder = Path(str(model.address)).parent
    assert folder.stat().st_mode & 0o777 == 0o700


def test_no_model_is_said_at_once_where_nobody_waits(tmp_path: Path) -> None:
    alone = Forecaster(str(tmp_path / "nothing"), b"key")
    assert not alone.ready()
    with pytest.raises(ModelAway):
        alone._asked("ask", patience_s=0.0)


def test_a_worker_that_asks_has_no_jax(model: Model) -> None:
    ask = f"""
import sys
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.web.forecaster import Forecaster
man, course = Patient.read("man.toml"), Protocol.read("course.toml")
asked = Forecaster({model.address!r}, bytes.fromhex({model.key.hex()!r}))
asked.ask(man, [course], 26, 40)[0].as_dict()
asked.needling(man, course.device, 4, 80, "vertex").as_dict()
print("jax" in sys.modules)
"""
    said = subprocess.run(
        [sys.executable, "-c", ask], cwd=EXAMPLES, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["False"]


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_the_model_does_not_outlive_who_started_it(tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(
        "import time\nfrom anagen.web.forecaster import Model\n"
        "if __name__ == '__main__':\n"
        "    with Model() as model:\n"
        "        model.forecaster()._asked('ready')\n"
        "        print(model.kept.process.pid, flush=True)\n        time.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    with owner:
        pid = int(owner.stdout.readline())
        owner.kill()
    ends = time.monotonic() + 30
    while _alive(pid) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_what_was_asked_lately_is_remembered_and_the_oldest_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model_process, "MOST_KEPT_BYTES", 250)
    worked_out: list[int] = []

    def long(number: int) -> bytes:
        worked_out.append(number)
        return bytes(60)

    answers = Answers({"long": long})
    for number in (1, 2, 1, 3, 4, 2):
        assert pickle.loads(answers.to("long", (number,))) == (True, bytes(60))
    assert worked_out == [1, 2, 3, 4, 2]


def test_a_fault_of_the_model_ends_neither_it_nor_the_worker(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers = Answers({"divide": lambda: 1 / 0})
    answered, fault = pickle.loads(answers.to("divide", ()))
    assert not answered
    assert str(fault) == "the model failed: ZeroDivisionError"
    assert "ZeroDivisionError" in capsys.readouterr().err
