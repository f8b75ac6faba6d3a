"""How your hair grows: six moving pictures for a patient, from this person's own forecast.

Every number is a median of the forecast's draws with its range, or a record of the evidence; the
words are those of `story_words`, the pictures those of ``story_cycle`` and its siblings. Without
needling, the scenes of needle and healing give way to the hairs that fall and those on their way.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from anagen.care import words
from anagen.care.pages import LANGUAGES, Language
from anagen.care.report import pages, style
from anagen.care.story_motion import animated, still, store
from anagen.care.story_scenes import Scene, Teller
from anagen.care.story_words import page_text
from anagen.reading import BadInput

if TYPE_CHECKING:
    from anagen.forecast import Forecast


@dataclass(frozen=True)
class Story:
    """The page's content in one language."""

    language: Language
    title: str
    opening: tuple[str, ...]
    scenes: tuple[Scene, ...]
    context: tuple[str, ...]
    foot: str
    labels: Mapping[str, str]


def story(forecast: "Forecast", no_needling: "Forecast", language: Language) -> Story:
    """Six scenes about one course, held against no needling for the same person and weeks.

    Raises `BadInput` for another language and for forecasts that do not belong together.
    """
    if language not in LANGUAGES:
        raise BadInput(f"language is {language!r}; allowed is {' or '.join(LANGUAGES)}.")
    if forecast.patient != no_needling.patient or len(forecast.weeks) != len(no_needling.weeks):
        raise BadInput(
            "no_needling is a forecast for another person or number of weeks; allowed is one for "
            "the same."
        )
    text = page_text(language)
    teller = Teller(forecast, no_needling, text)
    needled = forecast.protocol.course.sessions > 0
    middle = (teller.channel, teller.healing) if needled else (teller.shedding, teller.emerging)
    scenes = (teller.cycle, teller.thickness, *middle, teller.blood, teller.year)
    draws = len(forecast.draws[words.TOTAL])
    return Story(
        language=language,
        title=text.title,
        opening=text.opening,
        scenes=tuple(scene() for scene in scenes),
        context=(text.labels["context"], *([text.labels["off_label"]] if needled else [])),
        foot=text.labels["foot"].format(
            draws=teller.say.whole(draws),
            weeks=teller.ahead,
            version=forecast.model_version,
            seed=forecast.seed,
        ),
        labels=text.labels,
    )


def story_html(story: Story) -> str:
    """The story as one HTML file that fetches nothing; it plays without its script, too."""
    script = files("anagen.care").joinpath("templates", "hair_story.js").read_text("utf-8")
    look = files("anagen.care").joinpath("templates", "hair_story.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        pages()
        .get_template("hair_story.html")
        .render(
            story=story,
            figures=[_figure(scene) for scene in story.scenes],
            stored=Markup("".join(store(scene.drawing) for scene in story.scenes)),
            style=Markup(style() + look),
            script=Markup(script),
            digest=digest,
        )
    )


def _figure(scene: Scene) -> dict[str, object]:
    drawing = scene.drawing
    return {
        "moving": Markup(animated(drawing, scene.title, scene.alt)),
        "stills": [
            # The first tells the whole story; what changes is said under each.
            (drawing.said(time), Markup(still(drawing, index, "" if index else scene.alt)))
            for index, time in enumerate(drawing.stills)
        ],
        "seconds": f"{drawing.seconds:g}",
        "times": " ".join(f"{moment.time:.4f}" for moment in drawing.moments),
    }
