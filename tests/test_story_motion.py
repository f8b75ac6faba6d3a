"""Stills and animation of the hair story are one and the same drawing."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from hair_story_cases import made_stories, parsed

from anagen.care.hair_story import Story
from anagen.care.story_motion import NUMBER, SAMPLES, Drawing, Moment, animated, sampled, still


@pytest.fixture(scope="module")
def stories() -> dict[tuple[str, str], Story]:
    return made_stories()


@pytest.mark.parametrize("name", ["needled", "medicine"])
def test_stills_are_the_animation_at_their_times(stories, name):
    """Every attribute of the animation, interpolated as SMIL does, is that of the still."""
    for scene in stories[name, "en"].scenes:
        playing = parsed(animated(scene.drawing, "", ""))
        for index, time in enumerate(scene.drawing.stills):
            assert time * SAMPLES == pytest.approx(round(time * SAMPLES))
            shown = _moving(parsed(still(scene.drawing, index, "")))
            played = _frozen(playing, time)
            assert shown, scene.key
            for attributes in shown:
                assert any(_alike(attributes, other) for other in played), (scene.key, attributes)


def _moving(root: ET.Element) -> list[dict[str, str]]:
    return [dict(each.attrib) for each in root.iter() if each.tag in ("path", "circle", "use", "g")]


def _frozen(root: ET.Element, time: float) -> list[dict[str, str]]:
    """The attributes of all elements of an animation at one time."""
    found = []
    for element in root.iter():
        attributes = dict(element.attrib)
        for move in element:
            if move.tag not in ("animate", "animateTransform"):
                continue
            value = _value(move, time)
            if move.tag == "animateTransform":
                attributes["transform"] = f"{move.get('type')}({value})"
            else:
                attributes[move.get("attributeName", "")] = value
        found.append(attributes)
    return found


def _value(move: ET.Element, time: float) -> str:
    # Key times are steps of the drawing, written to thousandths.
    written = [SAMPLES * float(each) for each in move.get("keyTimes", "").split(";")]
    times = [round(each) / SAMPLES for each in written]
    assert np.allclose(written, [SAMPLES * each for each in times], atol=0.04)
    values = move.get("values", "").split(";")
    assert len(times) == len(values)
    assert times[0] == 0
    assert times == sorted(times)
    before = max(index for index, each in enumerate(times) if each <= time + 1e-3)
    if move.get("calcMode") == "discrete" or before + 1 == len(times):
        return values[before]
    share = max(0.0, (time - times[before]) / (times[before + 1] - times[before]))
    first, second = (
        [float(each) for each in NUMBER.findall(values[index])] for index in (before, before + 1)
    )
    now = iter((1 - share) * a + share * b for a, b in zip(first, second, strict=True))
    return NUMBER.sub(lambda _: f"{next(now):.3f}", values[before])


def _alike(shown: dict[str, str], played: dict[str, str]) -> bool:
    played = {name: value for name, value in played.items() if (name, value) != ("opacity", "1")}
    if set(shown) - set(played) or set(played) - set(shown) - {"opacity"}:
        return False
    return all(
        NUMBER.sub("#", value) == NUMBER.sub("#", played[name])
        and np.allclose(_numbers(value), _numbers(played[name]), atol=0.12)
        for name, value in shown.items()
    ) and ("opacity" in shown or float(played.get("opacity", 1)) > 0.99)


def _numbers(value: str) -> list[float]:
    return [float(each) for each in NUMBER.findall(value)]


def test_what_an_animation_leaves_out_lies_on_the_way(stories):
    """Between its key times no attribute of a drawing is further off than a pixel."""
    for scene in stories["needled", "en"].scenes:
        for shape in _shapes(scene.drawing.shapes):
            for name, moving in shape.moving.items():
                lone = Drawing("x", (replace(shape, moving={name: moving}, inside=()),),
                               (Moment(0.0, ""),), (0.5,), 1)  # fmt: skip
                moves = [
                    each
                    for element in parsed(animated(lone, "", "")).iter(shape.tag)
                    for each in element
                    if each.tag.startswith("animate")
                ]
                for step, exact in enumerate(sampled(moving)):
                    for move in moves:
                        told = _numbers(_value(move, step / SAMPLES))
                        assert np.allclose(told, _numbers(exact), atol=1.0), (scene.key, name, step)


def _shapes(shapes):
    for shape in shapes:
        yield shape
        yield from _shapes(shape.inside)


def test_loops_are_short_and_nothing_jumps_when_they_begin_anew(stories):
    """What is seen at the end stands where it stands at the start; a count of weeks starts anew."""
    for told in stories.values():
        for scene in told.scenes:
            assert scene.drawing.seconds <= 12
            if scene.drawing.key == "year":
                continue
            for shape, seen in _seen(scene.drawing.shapes, 1.0):
                for name, moving in shape.moving.items():
                    first, last = (_numbers(sampled(moving)[end]) for end in (0, -1))
                    if name == "rotate":
                        first, last = first[:1], [last[0] % 360]
                    assert not seen or np.allclose(first, last, atol=1), (scene.key, name)


def _seen(shapes, opacity):
    for shape in shapes:
        own = shape.moving.get("opacity", lambda _: 1.0)
        now = opacity * min(float(own(0.0)), float(own(1.0)))
        yield shape, now > 0.05
        yield from _seen(shape.inside, now)
