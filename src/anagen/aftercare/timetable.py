"""The timetable after a session: what waits until when, what is normal, what to call about.

Where sources name a range the longest wait is taken; both ends stay visible.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from anagen.aftercare.restart import Restart, restart
from anagen.evidence.aftercare import Advice, Kind, Urgency, aftercare
from anagen.patient import Patient
from anagen.protocol import Protocol

if TYPE_CHECKING:
    from anagen.forecast import Forecast


@dataclass(frozen=True)
class Line:
    """One line: from the end of a session, ``until_h`` hours; with why, source and certainty.

    ``basis`` says where the hours come from: texts, protocol, person or model.
    """

    key: str
    kind: Kind
    until_h: float
    least_h: float  # the shortest that a source names
    why: str
    sources: tuple[str, ...]
    certainty: str
    basis: str
    urgency: Urgency | None = None


@dataclass(frozen=True)
class Timetable:
    """What follows each session; empty without needling."""

    lines: tuple[Line, ...]
    restart: Restart | None
    redness_h: tuple[float, float, float] | None  # of the model: 5, 50 and 95 of 100 draws

    def of(self, kind: Kind) -> tuple[Line, ...]:
        """The lines of one kind, the soonest first."""
        return tuple(line for line in self.lines if line.kind == kind)

    def as_dict(self) -> dict[str, Any]:
        """The timetable as plain data for JSON."""
        return asdict(self)


def timetable(patient: Patient, protocol: Protocol, forecast: "Forecast") -> Timetable:
    """The timetable of one person and protocol; its forecast gives closing and redness."""
    if protocol.course.sessions == 0:
        return Timetable((), None, None)
    again = restart(patient, protocol, forecast)
    lines = [
        _line(advice)
        for advice in aftercare().values()
        if advice.kind != "restart" and _concerns(advice, protocol)
    ]
    if again is not None:
        first = again.reasons[0]
        lines.append(
            Line(
                "minoxidil", "wait", again.hours, again.reasons[-1].hours, first.why,
                first.sources, first.certainty, first.basis,
            )
        )  # fmt: skip
    days = np.quantile(forecast.session["days_of_redness"], [0.05, 0.5, 0.95])
    low, middle, high = (float(24 * day) for day in days)
    lines.sort(key=lambda line: line.until_h)
    return Timetable(tuple(lines), again, (low, middle, high))


def _concerns(advice: Advice, protocol: Protocol) -> bool:
    """Signs of a medicine or a cream that is not used are left out."""
    if advice.kind != "call":
        return True
    if advice.key == "numbing":
        return protocol.anaesthetic is not None
    if advice.key == "minoxidil":
        by_mouth = protocol.medicine("oral_minoxidil") is not None
        return by_mouth or protocol.topical("minoxidil") is not None
    return True


def _line(advice: Advice) -> Line:
    return Line(
        advice.key, advice.kind, advice.most_h, advice.least_h, advice.why, advice.basis.cited,
        advice.basis.certainty, "texts", advice.urgency,
    )  # fmt: skip
