"""Where a value lies on a drawing, and the round numbers that an axis names."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A straight line from values to pixels; ``start`` is where ``low`` lies."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def left(self) -> float:
        return min(self.start, self.end)

    @property
    def right(self) -> float:
        return max(self.start, self.end)

    top = left  # pixels grow downwards


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round values between ``low`` and ``high``: in steps of 1, 2 or 5."""
    rough = (high - low) / max(1, most)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(each * magnitude for each in (1, 2, 5, 10) if each * magnitude >= rough)
    first = math.ceil(low / step)
    return [index * step for index in range(first, math.floor(high / step) + 1)]


def wrap(text: str, width: float, size: float) -> list[str]:
    """Text in lines that fit ``width`` pixels, by the mean width of a letter."""
    most = max(8, int(width / (0.54 * size)))
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
