"""What the procuratorate does when the bureau lags: urging, escalation, suit.

Nothing escalates by itself: it must have been urged in vain, and the leader approves (BRIEF §1.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.kinds.advice.reply import REPLY
from bot.domain.kinds.advice.review import RECTIFY, SUPPLEMENT
from bot.domain.kinds.advice.states import LAGGING
from bot.domain.kinds.lifecycle import Move, Party

if TYPE_CHECKING:
    from bot.domain.kinds.lifecycle import Matter

_PRESSED_FOR = (REPLY, RECTIFY, SUPPLEMENT)
RECALLS = frozenset({"urge", "fail"}).union(*(rule.starts for rule in _PRESSED_FOR))
"""The steps whose order tells whether there is a reason to press that there was not before."""


def _grounds(matter: Matter) -> list[int]:
    """Why the bureau is to be urged: of each reason, the step with which it began.

    It is late with something, or what it has done does not suffice.
    """
    begun = [matter.last(*rule.starts) for rule in _PRESSED_FOR if matter.late(rule.code)]
    failed = matter.record.state in {"unmended", "escalated"}
    return [*begun, matter.last("fail")] if failed else begun


def _to_be_urged(matter: Matter) -> bool:
    """The bureau is late, or what it did does not suffice."""
    return bool(_grounds(matter))


def _urged_in_vain(matter: Matter) -> bool:
    """It was urged for a reason that there still is: an urging before that licenses nothing."""
    urged = matter.last("urge")
    return any(urged > ground for ground in _grounds(matter))


def for_the_public(matter: Matter) -> bool:
    """Only such a recommendation may end in a suit (公益诉讼)."""
    return matter.record.data.get("type") == "public_interest"


MOVES = (
    Move(
        "urge",
        "登记督促",
        LAGGING,
        "",
        Party.SENDER,
        ("urged_by", "urging"),
        when=_to_be_urged,
    ),
    Move(
        "escalate",
        "拟提级",
        LAGGING,
        "escalated",
        Party.SENDER,
        ("level", "escalation"),
        aside=True,
        when=_urged_in_vain,
        approval=True,
        noted="提级",
    ),
    Move(
        "sue",
        "公益诉讼立案",
        frozenset({"escalated", "unmended"}),
        "sued",
        Party.SENDER,
        ("litigation_number",),
        aside=True,
        when=for_the_public,
        tells=True,
    ),
)
