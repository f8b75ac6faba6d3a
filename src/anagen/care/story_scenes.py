"""The scenes of the hair story: the words of one language with the numbers of one forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import (
    story_blood,
    story_channel,
    story_cycle,
    story_emerging,
    story_healing,
    story_shedding,
    story_thickness,
    story_year,
    words,
)
from anagen.care.story_motion import Drawing
from anagen.care.story_words import Numbers, PageText
from anagen.evidence.parameters import parameters
from anagen.evidence.sources import sources

if TYPE_CHECKING:
    from anagen.forecast import Forecast

EARLY_WEEKS = 16  # within which a fall of the count is told as early shedding


@dataclass(frozen=True)
class Mark:
    """One entry of a legend: a shape in a colour token, and what it stands for."""

    shape: str
    token: str
    said: str


@dataclass(frozen=True)
class Scene:
    """One picture with its words, all numbers filled in."""

    key: str
    title: str
    sentences: tuple[str, str]
    try_this: str
    sure: str
    call: str  # when to call; empty where a scene has no need of it
    drawing: Drawing
    alt: str
    legend: tuple[Mark, ...]
    sources: tuple[str, ...]
    certainty: str


@dataclass(frozen=True)
class Teller:
    """Fills the words of each scene with the numbers of one forecast."""

    forecast: "Forecast"
    no_needling: "Forecast"
    text: PageText

    @property
    def say(self) -> Numbers:
        return Numbers(self.text.language, self.text.labels["range"])

    @property
    def ahead(self) -> str:
        """How far the forecast looks, e.g. 52 weeks."""
        return self.say.weeks(float(self.forecast.weeks[-1]))

    def cycle(self) -> Scene:
        known, say = story_cycle.shares(self.forecast), self.say
        told = {
            "growth": say.duration(parameters()["follicles.anagen_days"].centre),
            "rest": say.duration(parameters()["follicles.telogen_days"].centre),
            "weeks": self.ahead,
            "today": say.ranged(known.today, say.of_100),
            "later": say.ranged(known.later, say.of_100),
        }
        moments = self.text.scenes["cycle"].moments
        return self._scene("cycle", told, story_cycle, story_cycle.picture(known, moments))

    def thickness(self) -> Scene:
        known, say = story_thickness.thickness(self.forecast), self.say
        told = {
            "today": say.ranged(known.today, say.um),
            "healthy": say.um(known.healthy["median"]),
            "healthy_low": say.um(known.healthy["p05"]),
            "healthy_high": say.um(known.healthy["p95"]),
        }
        key = "thickness_finer" if known.finer else "thickness_alike"
        words = self.text.scenes[key]
        return self._scene(
            key, told, story_thickness, story_thickness.picture(known, words.moments)
        )

    def channel(self) -> Scene:
        known, say = story_channel.channel(self.forecast), self.say
        told = {
            "set": say.mm(known.set_mm),
            "reached": say.ranged(known.depth_mm, say.mm),
            "channels": say.ranged(known.per_cm2, say.rough),
            "closed": say.ranged(known.hours_to_closed, lambda hours: say.duration(hours / 24)),
            "spots": say.whole(story_channel.spots(known)),
        }
        times = [say.duration(story_channel.hours(known, t) / 24) for t in story_channel.STEPS[2:]]
        goes_in, opened, narrows, closes = self.text.scenes["channel"].moments
        closing = [*([narrows] * (len(times) - 1)), closes]
        later = (each.format(time=time) for each, time in zip(closing, times, strict=True))
        moments = (goes_in, opened, *later)
        return self._scene("channel", told, story_channel, story_channel.picture(known, moments))

    def healing(self) -> Scene:
        known, say = story_healing.repair(self.forecast), self.say

        def more(ratio: Mapping[str, float]) -> str:
            return say.ranged(ratio, lambda value: say.percent(value - 1))

        told = {
            "redness": say.ranged(known.days_of_redness, say.duration),
            "most": more(known.collagen_most),
            "most_week": say.whole(known.collagen_most_week),
            "end": more(known.collagen_end),
            "end_week": say.whole(known.end_week),
        }
        days = (story_healing.days(known, time) for time in story_healing.STEPS)
        moments = self._passing("healing", [{"time": say.duration(each)} for each in days])
        return self._scene("healing", told, story_healing, story_healing.picture(known, moments))

    def shedding(self) -> Scene:
        known, say = story_shedding.shedding(self.forecast), self.say
        shown = len(known.fallen) - 1
        told = {
            "today": say.ranged(known.today, say.rough),
            "most": say.ranged(known.most, say.rough),
            "most_week": say.whole(known.most_week),
            "field": say.whole(story_shedding.HAIRS),
            "fallen": say.whole(int(known.fallen[-1])),
            "weeks": say.weeks(shown),
        }
        key = "shedding_more" if known.more else "shedding_steady"
        weeks = (story_shedding.week(known, time) for time in story_shedding.STEPS)
        moments = self._passing(key, [{"time": say.weeks(each)} for each in weeks])
        return self._scene(key, told, story_shedding, story_shedding.picture(known, moments))

    def emerging(self) -> Scene:
        known, say = story_emerging.emerging(self.forecast), self.say
        told = {
            "early": say.ranged(known.per_cm2, say.whole),
            "until": say.duration(known.days_until_seen),
            "growth": say.mm(round(30 * known.growth_mm_day)),
        }
        moments = self.text.scenes["emerging"].moments
        return self._scene("emerging", told, story_emerging, story_emerging.picture(moments))

    def blood(self) -> Scene:
        known, say = story_blood.blood(self.forecast), self.say
        phrases, key, drug = self.text.phrases, *_medicine(self.forecast)
        flow = phrases["flow_steady" if known.steady else "flow_changes"]
        if not drug and known.steady:
            key = "blood_steady"
        minoxidil = self.forecast.protocol.topical("minoxidil")
        hours = minoxidil.hold_hours if minoxidil is not None else None
        hold = phrases["hold_asked" if hours is None else "hold_said"]
        told = {
            "flow_said": flow.format(flow=say.ranged(known.flow_end, say.rough), weeks=self.ahead),
            "oxygen": say.ranged(known.oxygen, say.rough),
            "plasma": say.ranged(known.plasma_ng_ml, say.rough),
            "hold": hold.format(hours=say.duration((hours or 0) / 24)),
            "drug": self.text.drugs[drug] if drug else "",
        }
        weeks = (story_blood.week(known, time) for time in story_blood.STEPS)
        moments = self._passing(key, [{"time": say.weeks(each)} for each in weeks])
        return self._scene(key, told, story_blood, story_blood.picture(known, moments))

    def year(self) -> Scene:
        known, say = story_year.year(self.forecast, self.no_needling), self.say
        median, detectable = known.hairs["median"], self.forecast.detectable
        lowest = int(median.argmin())
        last = int(known.weeks[-1])
        drawn = self.forecast.draws[words.TOTAL]
        change = np.abs(drawn[:, -1] - drawn[:, 0])
        unseen = float((change <= detectable.smallest_change_per_cm2).mean())
        told = {
            "weeks": self.ahead,
            "today": say.ranged(_at(known.hairs, 0), say.whole),
            "later": say.ranged(_at(known.hairs, last), say.whole),
            "nothing": say.ranged(_at(known.nothing or known.hairs, last), say.whole),
            "lowest": say.whole(float(median[lowest])),
            "lowest_week": say.whole(lowest),
            "smallest": say.whole(detectable.smallest_change_per_cm2),
            "unseen": say.of_100(unseen),
        }
        alone, early = known.nothing is None, 0 < lowest <= EARLY_WEEKS < last
        key = "year_alone" if alone else "year_shedding" if early else "year"
        shown = [
            {
                "time": say.weeks(story_year.week(known, time)),
                "hairs": say.whole(story_year.hairs(known, time)),
            }
            for time in story_year.STEPS
        ]
        moments = self._passing(key, shown)
        return self._scene(key, told, story_year, story_year.picture(known, moments))

    def _passing(self, key: str, shown: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
        """What times of a drawing are called: the first by its own words, all others alike."""
        first, later = self.text.scenes[key].moments
        return (first.format(**shown[0]), *(later.format(**each) for each in shown[1:]))

    def _scene(
        self, key: str, told: Mapping[str, str], drawn: ModuleType, drawing: Drawing
    ) -> Scene:
        text = self.text.scenes[key]
        certainty = self.text.certainties[text.certainty]
        first, second = (each.format(**told) for each in text.sentences)
        return Scene(
            key=key,
            title=text.title,
            sentences=(first, second),
            try_this=text.try_this,
            sure=text.sure.format(**told),
            call=text.call,
            drawing=drawing,
            alt=text.alt.format(**told),
            legend=tuple(
                Mark(shape, token, text.legend[name].format(**told))
                for name, shape, token in drawn.MARKS
                if name in text.legend
            ),
            sources=tuple(str(sources()[each]) for each in text.sources),
            certainty=self.text.labels["certainty"].format(certainty=certainty),
        )


def _at(quantiles: Mapping[str, np.ndarray], week: int) -> dict[str, float]:
    return {name: float(values[week]) for name, values in quantiles.items()}


def _medicine(forecast: "Forecast") -> tuple[str, str]:
    """Which scene tells of a protocol's medicine, and the drug it names: what is put on first."""
    protocol = forecast.protocol
    if protocol.topical("minoxidil") is not None:
        return ("minoxidil_needled" if protocol.course.sessions else "minoxidil"), "minoxidil"
    for topical in protocol.topicals:
        if topical.drug != "none":
            return "on_skin", topical.drug
    if protocol.medicines:
        return "tablet", protocol.medicines[0].drug
    return "blood", ""
