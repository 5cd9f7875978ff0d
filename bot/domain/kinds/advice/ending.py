"""How a recommendation ends: looked back upon and closed, withdrawn, or replaced by a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.kinds.advice.pressing import for_the_public
from bot.domain.kinds.advice.states import GONE, OPEN
from bot.domain.kinds.lifecycle import DutyRule, Move, Party

if TYPE_CHECKING:
    from bot.domain.kinds.lifecycle import Matter
    from bot.domain.records import Record, Value


def _to_be_closed(matter: Matter) -> bool:
    """Nothing is left to do; or nothing more can be done, where there is no suit to follow."""
    return matter.record.state in {"looked_back", "sued"} or not for_the_public(matter)


def renewal(record: Record) -> dict[str, Value | None]:
    """The new paper has a number and a day of its own, and names the one it replaces."""
    number = record.data["successor"]
    return {"advice_number": number, "replaces": record.number, "issued_on": None}


MOVES = (
    Move(
        "look_back",
        "回头看：已巩固",
        frozenset({"mended"}),
        "looked_back",
        Party.SENDER,
        ("looked_on", "look_back"),
    ),
    Move(
        "relapse",
        "回头看：有反弹",
        frozenset({"mended"}),
        "rectifying",
        Party.SENDER,
        ("looked_on", "look_back", "rectify_by"),
    ),
    Move(
        "close",
        "办结销号",
        frozenset({"looked_back", "sued", "unmended", "escalated"}),
        "closed",
        Party.SENDER,
        ("closing",),
        when=_to_be_closed,
        tells=True,
    ),
    Move(
        "withdraw",
        "撤回建议",
        OPEN,
        "withdrawn",
        Party.SENDER,
        ("withdrawal",),
        aside=True,
        tells=True,
    ),
    Move(
        "replace",
        "修改后另发",
        OPEN,
        "replaced",
        Party.SENDER,
        ("successor",),
        aside=True,
        renews=True,
        tells=True,
    ),
)

DUTIES = (
    DutyRule(
        code="look_back",
        title="开展回头看",
        period="P-LOOKBACK",
        debtor=Party.SENDER,
        creditor=Party.RECEIVER,
        starts=frozenset({"pass"}),
        ends=frozenset({"look_back", "relapse"}),
        met_on="looked_on",
        drops=GONE,
        clause="第一条",
    ),
)
