"""The procuratorate's review of the reply, and the mending and reporting that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.kinds.advice.reply import REPLY_FIELDS
from bot.domain.kinds.advice.states import ANSWERED, GONE, REVIEWED, SHUT
from bot.domain.kinds.lifecycle import DutyRule, Move, Party

if TYPE_CHECKING:
    from bot.domain.kinds.lifecycle import Matter


def _reply_not_noted(matter: Matter) -> bool:
    return "reply_received_on" not in matter.record.data


def _replied_only(matter: Matter) -> bool:
    """It was the written reply, and nothing later, that is being reviewed."""
    return matter.last("reply") > matter.last("report", "supplement")


def _to_report(matter: Matter) -> bool:
    """The reply was given, and there is something to mend still."""
    return not matter.owes("reply") and (matter.record.state != "replied" or matter.owes("rectify"))


MOVES = (
    Move(
        "pass",
        "整改到位",
        frozenset({"replied"}),
        "mended",
        Party.SENDER,
        ("review",),
        tells=True,
    ),
    Move(
        "go_on",
        "继续整改",
        frozenset({"replied"}),
        "rectifying",
        Party.SENDER,
        ("review", "rectify_by"),
    ),
    Move(
        "ask_more",
        "要求补充回复",
        frozenset({"replied"}),
        "supplementing",
        Party.SENDER,
        ("lacking",),
    ),
    Move(
        "fail",
        "整改不到位",
        frozenset({"replied"}),
        "unmended",
        Party.SENDER,
        ("review", "rectify_by"),
    ),
    Move(
        "note_reply",
        "登记收到复函",
        ANSWERED | {"mended"},
        "",
        Party.SENDER,
        ("reply_received_on",),
        aside=True,
        when=_reply_not_noted,
    ),
    Move(
        "return_reply",
        "退回回复登记",
        frozenset({"replied"}),
        "",
        Party.SENDER,
        ("returned_reply",),
        aside=True,
        when=_replied_only,
        takes_back="reply",
        clears=(*REPLY_FIELDS, "reply_received_on"),
        tells=True,
    ),
    Move(
        "report",
        "报告整改情况",
        frozenset({"replied", "rectifying", "unmended", "escalated"}),
        "replied",
        Party.RECEIVER,
        ("report", "report_sent_on", "progress"),
        when=_to_report,
    ),
    Move(
        "supplement",
        "补充回复",
        frozenset({"supplementing"}),
        "replied",
        Party.RECEIVER,
        ("supplement_number", "supplement_sent_on", "report"),
    ),
)

RECALLS = frozenset({"reply", "report", "supplement"})
"""The steps whose order tells what is being reviewed."""

RECTIFY = DutyRule(
    code="rectify",
    title="完成整改",
    period="P-RECTIFY",
    named="rectify_by",
    debtor=Party.RECEIVER,
    creditor=Party.SENDER,
    starts=frozenset({"grant_delay", "go_on", "relapse", "fail"}),
    ends=frozenset({"report", "pass"}),
    met_on="report_sent_on",
    drops=SHUT,
    clause="第一条第三款",
)

SUPPLEMENT = DutyRule(
    code="supplement",
    title="补充回复",
    period="P-SUPPLEMENT",
    debtor=Party.RECEIVER,
    creditor=Party.SENDER,
    starts=frozenset({"ask_more"}),
    ends=frozenset({"supplement"}),
    met_on="supplement_sent_on",
    drops=GONE | {"escalate"},
    clause="第一条",
)

DUTIES = (
    RECTIFY,
    DutyRule(
        code="review",
        title="审查回复",
        period="P-REVIEW",
        debtor=Party.SENDER,
        creditor=Party.RECEIVER,
        starts=frozenset({"reply"}),
        since=("reply_received_on",),
        dated_by=frozenset({"note_reply"}),
        ends=REVIEWED,
        drops=GONE | {"return_reply", "report"},
        clause="第一条",
    ),
    DutyRule(
        code="review_more",
        title="审查整改情况",
        period="P-REVIEW",
        debtor=Party.SENDER,
        creditor=Party.RECEIVER,
        starts=frozenset({"report", "supplement"}),
        ends=REVIEWED,
        drops=GONE,
        clause="第一条",
    ),
    SUPPLEMENT,
)
