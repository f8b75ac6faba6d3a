"""What has to be known first: a question, and the field that its answer goes into."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """A question whose answer a limit, a rule or a flag needs."""

    question: str
    field: str
