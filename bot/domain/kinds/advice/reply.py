"""The bureau's part: self-check, written reply, explanation of a delay, objection.

Neither of the latter two stops the reply's clock; each is answered by the procuratorate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.kinds.advice.states import AT_WORK, DELIVERED, GONE, REVIEWED, RUNNING, SHUT
from bot.domain.kinds.lifecycle import DutyRule, Move, Party, unless_owed, while_owed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.records import Value

REPLY_FIELDS = (
    "reply_number",
    "replied_on",
    "reply_way",
    "reply_signatory",
    "adoption",
    "progress",
)
"""The fields that tell the written reply."""
_RECEIPT = ("served_on", "received_on")

MOVES = (
    Move(
        "check", "登记自查", frozenset({"delivered"}), "checking", Party.RECEIVER, ("self_check",)
    ),
    Move(
        "reply",
        "登记书面回复",
        AT_WORK | {"escalated"},
        "replied",
        Party.RECEIVER,
        REPLY_FIELDS,
        when=while_owed("reply"),
    ),
    Move(
        "explain",
        "说明情况",
        AT_WORK | {"replied", "rectifying"},
        "",
        Party.RECEIVER,
        ("delay_reason", "planned_on"),
        when=unless_owed("delay"),
    ),
    Move(
        "grant_delay",
        "同意延后整改",
        RUNNING,
        "",
        Party.SENDER,
        ("rectify_by",),
        when=while_owed("delay"),
    ),
    Move(
        "refuse_delay",
        "不同意延后",
        RUNNING,
        "",
        Party.SENDER,
        ("delay_refusal",),
        when=while_owed("delay"),
        tells=True,
    ),
    Move(
        "object",
        "提出书面异议",
        RUNNING,
        "",
        Party.RECEIVER,
        ("objection",),
        aside=True,
        when=unless_owed("objection"),
    ),
    Move(
        "uphold",
        "异议不成立",
        RUNNING,
        "",
        Party.SENDER,
        ("objection_result",),
        when=while_owed("objection"),
        tells=True,
    ),
    Move(
        "drop_objection",
        "撤回异议",
        RUNNING,
        "",
        Party.RECEIVER,
        aside=True,
        when=while_owed("objection"),
    ),
)


def _period(data: Mapping[str, Value]) -> str:
    """Which period the reply has: A2 and A3-URGENT by the paper's own word, A3 by its type."""
    by_pace = {"urgent": "A2", "harm": "A3-URGENT"}.get(str(data.get("pace")), "")
    return by_pace or ("A3" if data.get("type") == "public_interest" else "")


REPLY = DutyRule(
    code="reply",
    title="书面回复",
    period="A1",
    instead=_period,
    chosen_by=("pace", "type"),
    length="reply_days",
    debtor=Party.RECEIVER,
    creditor=Party.SENDER,
    starts=DELIVERED,
    since=_RECEIPT,
    dated_by=frozenset({"enter_receipt"}),
    estimate=(*_RECEIPT, "issued_on"),
    awaits="待双方确认收到日期",
    ends=frozenset({"reply"}),
    reopened_by=frozenset({"return_reply"}),
    met_on="replied_on",
    drops=SHUT,
    clause="第一条第三款",
)

DUTIES = (
    REPLY,
    DutyRule(
        code="self_check",
        title="登记自查",
        period="P-SELF",
        debtor=Party.RECEIVER,
        creditor=Party.SENDER,
        starts=DELIVERED,
        since=_RECEIPT,
        dated_by=frozenset({"enter_receipt"}),
        ends=frozenset({"check", "reply"}),
        drops=GONE | {"escalate"},
        clause="第一条第三款",
    ),
    DutyRule(
        code="delay",
        title="答复情况说明",
        period="P-DELAY",
        debtor=Party.SENDER,
        creditor=Party.RECEIVER,
        starts=frozenset({"explain"}),
        ends=frozenset({"grant_delay", "refuse_delay"}),
        drops=SHUT | REVIEWED,
        clause="第一条第三款",
    ),
    DutyRule(
        code="objection",
        title="复核书面异议",
        period="P-OBJECTION",
        debtor=Party.SENDER,
        creditor=Party.RECEIVER,
        starts=frozenset({"object"}),
        ends=frozenset({"uphold"}) | GONE,
        drops=frozenset({"drop_objection", "sue", "close", "pass"}),
        clause="第一条",
    ),
)
