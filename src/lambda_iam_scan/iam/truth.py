"""Three values: what holds, what does not, and what cannot be told."""

from __future__ import annotations

from enum import IntEnum


class Truth(IntEnum):
    """Ordered, so that `min` is "and" and `max` is "or"."""

    NO = 0
    MAYBE = 1
    YES = 2

    def negated(self) -> Truth:
        """YES for NO and the reverse; MAYBE stays."""
        return _NEGATED[self]

    @classmethod
    def of(cls, value: bool) -> Truth:
        """YES or NO."""
        return cls.YES if value else cls.NO


_NEGATED = {Truth.NO: Truth.YES, Truth.MAYBE: Truth.MAYBE, Truth.YES: Truth.NO}
