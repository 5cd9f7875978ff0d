"""检察建议: the procuratorate recommends, the bureau replies in writing within the legal period.

Notice 鄂州检会〔2021〕5号 第一条; periods BRIEF §1.1, fields §2, life-cycle §3. The clock starts on
receipt, which takes two keys: what one side enters, the other confirms or enters otherwise. An
addressee who does neither cannot stop it: then the proof of service (送达回证) will do.
"""

from __future__ import annotations

from bot.domain.kinds.advice import ending, pressing, receipt, reply, review
from bot.domain.kinds.advice.fields import DAYS_IN_ORDER, AdviceFields, agree, days_if_urgent
from bot.domain.kinds.advice.states import STATES
from bot.domain.kinds.kind import Kind
from bot.domain.people import Side

ADVICE = Kind(
    code="advice",
    title="检察建议",
    command="advice",
    words=("检察建议",),
    fields=AdviceFields,
    required=("type", "advice_number", "issued_on", "items"),
    demands=days_if_urgent,
    days_in_order=DAYS_IN_ORDER,
    agreement=agree,
    renewal=ending.renewal,
    rest="items",
    guided=("pace", "reason", "related", "penalty_number", "court_number"),
    teller="told_by",
    undo="retract",
    from_sides=frozenset({Side.PROCURATORATE}),
    to_side=Side.RESOURCES,
    filing="登记制发",
    filed="已登记",
    states=STATES,
    first="issued",
    moves=(*receipt.MOVES, *reply.MOVES, *review.MOVES, *pressing.MOVES, *ending.MOVES),
    recalls=review.RECALLS | pressing.RECALLS,
    example="鄂州检行建〔2026〕5号 纠正违法 {district} 制发4月10日 1.催告 2.完善移送台账",
    duties=(*receipt.DUTIES, *reply.DUTIES, *review.DUTIES, *ending.DUTIES),
)
