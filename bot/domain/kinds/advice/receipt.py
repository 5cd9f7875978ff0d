"""Service and receipt: what one side enters, the other confirms or enters otherwise.

The clock starts with both keys, or with the proof of service where the addressee turns none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.kinds.advice.states import GONE, RUNNING
from bot.domain.kinds.lifecycle import DutyRule, Move, Party

if TYPE_CHECKING:
    from bot.domain.kinds.lifecycle import Matter


def _unconfirmed(matter: Matter) -> bool:
    """The addressee lets the other key wait too long, or has refused to sign at all."""
    return matter.late("confirm") or matter.record.data.get("delivery") == "left"


def _receipt_not_told(matter: Matter) -> bool:
    return "received_on" not in matter.record.data


_SENT = ("served_on", "delivery", "signatory")
_GOT = ("received_on", "delivery", "signatory")

MOVES = (
    Move("serve", "登记送达", frozenset({"issued"}), "served", Party.SENDER, _SENT),
    Move("receive", "登记收到", frozenset({"issued"}), "received", Party.RECEIVER, _GOT),
    Move("retract", "撤销登记", frozenset({"issued"}), "retracted", Party.SUBMITTER, aside=True),
    Move(
        "confirm_receipt",
        "确认收到日期",
        frozenset({"served"}),
        "delivered",
        Party.RECEIVER,
        copies=(("received_on", "served_on"),),
        tells=True,
    ),
    Move(
        "differ_receipt",
        "收到日期不一致",
        frozenset({"served"}),
        "delivered",
        Party.RECEIVER,
        ("received_on",),
        tells=True,
        noted="登记不同的收到日期",
    ),
    Move(
        "prove_service",
        "按送达回证起算",
        frozenset({"served"}),
        "delivered",
        Party.SENDER,
        ("service_proof",),
        when=_unconfirmed,
        tells=True,
    ),
    Move(
        "enter_receipt",
        "补登收到日期",
        RUNNING | {"mended"},
        "",
        Party.RECEIVER,
        ("received_on",),
        when=_receipt_not_told,
        tells=True,
    ),
    Move(
        "confirm_service",
        "确认送达日期",
        frozenset({"received"}),
        "delivered",
        Party.SENDER,
        copies=(("served_on", "received_on"),),
    ),
    Move(
        "differ_service",
        "送达日期不一致",
        frozenset({"received"}),
        "delivered",
        Party.SENDER,
        ("served_on",),
        tells=True,
        noted="登记不同的送达日期",
    ),
)

DUTIES = (
    DutyRule(
        code="confirm",
        title="核对收到日期",
        period="P-CONFIRM",
        debtor=Party.RECEIVER,
        creditor=Party.SENDER,
        starts=frozenset({"serve"}),
        ends=frozenset({"confirm_receipt", "differ_receipt"}),
        drops=GONE | {"prove_service"},
        clause="第一条",
    ),
    DutyRule(
        code="confirm_service",
        title="核对收到日期",
        period="P-CONFIRM",
        debtor=Party.SENDER,
        creditor=Party.RECEIVER,
        starts=frozenset({"receive"}),
        ends=frozenset({"confirm_service", "differ_service"}),
        drops=GONE,
        clause="第一条",
    ),
)
