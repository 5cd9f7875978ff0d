"""Pressed buttons that wait for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.messages import Message
    from bot.sandbox.people import User

#: How long a pressed button may wait for its answer.
ANSWER_WITHIN = timedelta(minutes=15)


@dataclass(slots=True, eq=False)
class Callback:
    """One press of a button."""

    id: str
    user: User
    message: Message
    data: str
    pressed: datetime
    answered: bool = False

    def expired(self, now: datetime) -> bool:
        """Tell whether it is too late to answer."""
        return now - self.pressed > ANSWER_WITHIN
