"""The states of a recommendation, and which states and steps its rules speak of together."""

from __future__ import annotations

from bot.domain.kinds.lifecycle import Party, State

STATES = (
    State("issued", "已制发待送达", Party.SENDER, "送达并登记"),
    State("served", "已送达待确认", Party.RECEIVER, "核对收到日期"),
    State("received", "已收到待确认", Party.SENDER, "核对收到日期"),
    State("delivered", "已送达", Party.RECEIVER, "开展自查"),
    State("checking", "自查中", Party.RECEIVER, "书面回复"),
    State("replied", "已回复", Party.SENDER, "审查回复"),
    State("rectifying", "继续整改", Party.RECEIVER, "完成整改并报告"),
    State("supplementing", "待补充回复", Party.RECEIVER, "补充回复"),
    State("unmended", "整改不到位", Party.RECEIVER, "整改并报告"),
    State(
        "escalated",
        "已提级",
        Party.RECEIVER,
        "完成整改并报告",
        while_owing=(("reply", "书面回复并整改"),),
    ),
    State("mended", "整改到位", Party.SENDER, "开展回头看"),
    State("looked_back", "已回头看", Party.SENDER, "办结销号"),
    State("sued", "公益诉讼立案", Party.SENDER, "办结销号"),
    State("closed", "已销号", None, "无", closed=True),
    State("withdrawn", "已撤回", None, "无", closed=True),
    State("replaced", "已另发新文号", None, "无", closed=True),
    State("retracted", "已撤销登记", None, "无", closed=True, void=True),
)

AT_WORK = frozenset({"delivered", "checking"})
"""Received, and not replied to yet."""
ANSWERED = frozenset({"replied", "rectifying", "supplementing", "unmended"})
RUNNING = AT_WORK | ANSWERED | {"escalated"}
"""The periods run, and there is something to mend still."""
LAGGING = RUNNING - {"replied"}
"""It is the bureau's turn."""
OPEN = frozenset({"issued", "served", "received", "mended", "looked_back"}) | RUNNING
"""It may still be withdrawn."""

DELIVERED = frozenset(
    {"confirm_receipt", "differ_receipt", "confirm_service", "differ_service", "prove_service"}
)
"""The steps with which both keys are turned, or the proof of service does instead."""
REVIEWED = frozenset({"pass", "go_on", "ask_more", "fail"})
"""The steps that say what the bureau's answer is worth."""
GONE = frozenset({"withdraw", "replace"})
"""The steps after which it does not stand any more."""
SHUT = GONE | {"sue", "close"}
"""The steps after which the bureau has nothing more to do on it."""
