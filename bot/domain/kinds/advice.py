"""检察建议: the procuratorate recommends, the bureau replies in writing within the legal period.

Notice 鄂州检会〔2021〕5号 第一条; periods BRIEF §1.1, fields §2, life-cycle §3. The clock starts on
receipt, which takes two keys: what one side enters, the other confirms or enters otherwise. An
addressee who does neither cannot stop it: then the proof of service (送达回证) will do.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from bot.domain.entries import Choice, Entry, Number, OneOf, Sight, Text
from bot.domain.errors import DomainError
from bot.domain.items import EachOf, Items
from bot.domain.kinds.kind import Fields, Kind
from bot.domain.kinds.lifecycle import DutyRule, Move, Party, State, unless_owed, while_owed
from bot.domain.measures import ComingDay, Day, DayCount
from bot.domain.numbers import NumberKind
from bot.domain.people import Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.kinds.lifecycle import Matter
    from bot.domain.records import Record, Value

TYPES = OneOf(
    (
        Choice("breach", "纠正违法", ("纠正违法行为",)),
        Choice("governance", "社会治理", ()),
        Choice("public_interest", "公益诉讼", ("行政公益诉讼", "诉前")),
        Choice("retrial", "再审", ("再审检察建议",)),
        Choice("other", "其他类型", ("其他",), alone=frozenset({"其他"})),
    )
)
"""《人民检察院检察建议工作规定》第5条."""
PACES = OneOf(
    (
        Choice("normal", "一般（两个月）", ("一般",), alone=frozenset({"一般"})),
        Choice("urgent", "紧急（按文书载明天数）", ("紧急",), alone=frozenset({"紧急"})),
        Choice("harm", "公益紧急（15日）", ("公益紧急", "损害继续扩大")),
    )
)
DELIVERIES = OneOf(
    (
        Choice("direct", "直接送达", ("直接",)),
        Choice("announced", "宣告送达", ("宣告",)),
        Choice("posted", "邮寄", ("邮寄送达", "挂号", "EMS")),
        Choice("left", "留置送达", ("留置",)),
    )
)
REPLY_WAYS = OneOf(
    (
        Choice("direct", "直接送交", ("直接", "送交")),
        Choice("posted", "邮寄", ("挂号", "EMS")),
        Choice("courier", "机要交换", ("机要",)),
    )
)
ADOPTIONS = OneOf(
    (
        Choice("all", "全部采纳", ("全部", "采纳")),
        Choice("some", "部分采纳", ("部分",)),
        Choice("none", "未采纳", ("不采纳",)),
    )
)
PROGRESS = EachOf(
    (
        Choice("done", "已完成", ("完成", "全部已完成", "全部完成")),
        Choice("partly", "阶段性完成", ("阶段性", "部分完成")),
        Choice("none", "未整改", ("未完成", "尚未整改")),
    ),
    of="items",
)
URGINGS = OneOf(
    (
        Choice("inquiry", "询问"),
        Choice("visit", "走访"),
        Choice("talks", "会商"),
        Choice("meeting", "联席会议"),
    )
)
LEVELS = OneOf(
    (
        Choice("superior", "报上级人民检察院", ("上级检察院",)),
        Choice("notified", "通报其上级机关或主管部门", ("上级机关", "主管部门")),
        Choice("local", "报同级党委、人大，通报政府、纪检监察机关", ("党委", "人大")),
    )
)
ADVICE_NUMBER = Number(
    frozenset({NumberKind.DOCUMENT}), mark="检", words=("检察建议书", "检察建议", "文号")
)
DOCUMENT = Number(frozenset({NumberKind.DOCUMENT}))


class AdviceFields(Fields):
    """The fields of a recommendation (BRIEF §2, 检察建议)."""

    advice_number: Annotated[
        str | None,
        Entry(
            "建议文号",
            ADVICE_NUMBER,
            "检察建议书的文号（如“某检行建〔2026〕5号”）？",
            Sight.GROUP,
        ),
    ] = None
    type: Annotated[str | None, Entry("建议类型", TYPES, "属于哪一类？", Sight.GROUP)] = None
    pace: Annotated[
        str | None, Entry("回复期限类型", PACES, "回复期限属于哪一种？", Sight.GROUP)
    ] = None
    reply_days: Annotated[
        int | None,
        Entry("载明回复天数", DayCount(), "检察建议书要求收到后多少日内回复？", Sight.GROUP),
    ] = None
    issued_on: Annotated[
        date | None, Entry("制发日期", Day(("制发", "发出", "印发")), "制发日期？", Sight.GROUP)
    ] = None
    reason: Annotated[str | None, Entry("事由", Text(200), "因何事提出？")] = None
    items: Annotated[
        str | None,
        Entry("建议事项", Items(1000), "请逐项写明建议事项（1. … 2. …，共1000字以内）。"),
    ] = None
    related: Annotated[
        str | None,
        Entry(
            "关联案件",
            Number(frozenset({NumberKind.SYSTEM}), records=("lead", "warning")),
            "关联哪条线索或预警（编号）？",
        ),
    ] = None
    penalty_number: Annotated[
        str | None,
        Entry("处罚文号", Number(frozenset({NumberKind.DOCUMENT}), mark="罚"), "处罚文号？"),
    ] = None
    court_number: Annotated[
        str | None, Entry("法院案号", Number(frozenset({NumberKind.COURT})), "法院案号？")
    ] = None
    copied_to: Annotated[str | None, Entry("抄送", Text(120), "抄送哪些单位？")] = None
    replaces: Annotated[
        str | None,
        Entry(
            "替代的建议",
            Number(frozenset({NumberKind.SYSTEM}), records=("advice",), leaves="succeeded"),
            "替代哪一件（编号）？",
        ),
    ] = None
    told_by: Annotated[str | None, Entry("情况提供人", Text(60), "情况由谁提供？")] = None
    served_on: Annotated[
        date | None,
        Entry("送达日期（检察机关登记）", Day(), "哪一天送达被建议单位？", Sight.GROUP),
    ] = None
    received_on: Annotated[
        date | None,
        Entry("收到日期（被建议单位登记）", Day(), "本单位哪一天收到？", Sight.GROUP),
    ] = None
    delivery: Annotated[str | None, Entry("送达方式", DELIVERIES, "以什么方式送达？")] = None
    signatory: Annotated[str | None, Entry("签收人", Text(40), "由谁签收？")] = None
    service_proof: Annotated[
        str | None,
        Entry(
            "送达回证情况",
            Text(200),
            "请写明送达回证载明的情况，或者留置送达的时间、地点、见证人（200字以内）。",
        ),
    ] = None
    self_check: Annotated[
        str | None, Entry("自查情况", Text(500), "请写明自查情况（500字以内）。")
    ] = None
    reply_number: Annotated[
        str | None,
        Entry("复函文号", DOCUMENT, "书面回复的文号？", Sight.GROUP),
    ] = None
    replied_on: Annotated[
        date | None,
        Entry("复函送出日期", Day(), "哪一天送出（邮寄的以邮戳为准）？", Sight.GROUP),
    ] = None
    reply_way: Annotated[str | None, Entry("复函送出方式", REPLY_WAYS, "以什么方式送出？")] = None
    reply_signatory: Annotated[
        str | None, Entry("复函签收人", Text(40), "检察机关由谁签收（邮寄的写“邮寄”）？")
    ] = None
    adoption: Annotated[str | None, Entry("采纳情况", ADOPTIONS, "建议是否采纳？")] = None
    progress: Annotated[
        str | None,
        Entry(
            "逐项整改情况",
            PROGRESS,
            "各项整改到什么程度？各项相同的请点按钮，不同的请发送“1已完成 2阶段性”。",
        ),
    ] = None
    reply_received_on: Annotated[
        date | None, Entry("复函收到日期", Day(), "哪一天收到书面回复？")
    ] = None
    delay_reason: Annotated[
        str | None, Entry("未能按期整改的原因", Text(500), "有什么客观原因？（500字以内）")
    ] = None
    planned_on: Annotated[date | None, Entry("拟完成日期", ComingDay(), "拟在哪一天完成整改？")] = (
        None
    )
    delay_refusal: Annotated[
        str | None, Entry("不同意延后的理由", Text(300), "不同意延后整改的理由？")
    ] = None
    rectify_by: Annotated[date | None, Entry("整改期限", ComingDay(), "整改期限定为哪一天？")] = (
        None
    )
    objection: Annotated[
        str | None, Entry("书面异议", Text(500), "请写明异议的内容和理由（500字以内）。")
    ] = None
    objection_result: Annotated[
        str | None,
        Entry("异议复核意见", Text(500), "请写明复核意见（须经检察长同意，写明批准情况）。"),
    ] = None
    withdrawal: Annotated[
        str | None, Entry("撤回理由", Text(300), "撤回的理由（写明决定机关）？")
    ] = None
    successor: Annotated[
        str | None, Entry("新文号", ADVICE_NUMBER, "修改后的检察建议书文号？", Sight.GROUP)
    ] = None
    review: Annotated[str | None, Entry("审查意见", Text(500), "请写明审查意见（500字以内）。")] = (
        None
    )
    lacking: Annotated[str | None, Entry("需补充的内容", Text(300), "还需要补充回复什么？")] = None
    supplement_number: Annotated[
        str | None, Entry("补充复函文号", DOCUMENT, "补充回复的文号？", Sight.GROUP)
    ] = None
    supplement_sent_on: Annotated[
        date | None,
        Entry("补充复函送出日期", Day(), "补充回复哪一天送出（邮寄的以邮戳为准）？", Sight.GROUP),
    ] = None
    report_sent_on: Annotated[
        date | None,
        Entry("整改报告送出日期", Day(), "整改报告哪一天送出（邮寄的以邮戳为准）？"),
    ] = None
    returned_reply: Annotated[
        str | None,
        Entry(
            "退回回复登记的理由", Text(300), "为什么退回（未收到复函，或者登记有误）？请写明理由。"
        ),
    ] = None
    report: Annotated[str | None, Entry("整改报告", Text(500), "请写明整改情况（500字以内）。")] = (
        None
    )
    urged_by: Annotated[str | None, Entry("督促方式", URGINGS, "以什么方式督促？")] = None
    urging: Annotated[
        str | None, Entry("督促工作记录", Text(500), "请写明督促的时间、对象和情况。")
    ] = None
    level: Annotated[str | None, Entry("提级层级", LEVELS, "提到哪一级？")] = None
    escalation: Annotated[
        str | None, Entry("提级理由", Text(500), "请写明提级的理由（500字以内）。")
    ] = None
    litigation_number: Annotated[
        str | None,
        Entry(
            "公益诉讼案号",
            Number(frozenset({NumberKind.DOCUMENT}), mark="检"),
            "公益诉讼立案案号？",
        ),
    ] = None
    looked_on: Annotated[date | None, Entry("回头看日期", Day(), "哪一天开展回头看？")] = None
    look_back: Annotated[str | None, Entry("回头看结论", Text(500), "请写明回头看情况和结论。")] = (
        None
    )
    closing: Annotated[str | None, Entry("办结意见", Text(300), "请写明办结意见。")] = None


def reply_period(data: Mapping[str, Value]) -> str:
    """Which period the reply has: A2 and A3-URGENT by the paper's own word, A3 by its type."""
    by_pace = {"urgent": "A2", "harm": "A3-URGENT"}.get(str(data.get("pace")), "")
    return by_pace or ("A3" if data.get("type") == "public_interest" else "")


def _days_if_urgent(data: Mapping[str, Value]) -> tuple[str, ...]:
    """An urgent paper sets its days; and what sets them has a pace, be it only to be asked."""
    if data.get("pace") == "urgent":
        return ("reply_days",)
    return ("pace",) if data.get("reply_days") and "pace" not in data else ()


def _agree(data: Mapping[str, Value]) -> None:
    """No answer for items there are not, no false urgency."""
    if (
        "items" in data
        and "progress" in data
        and not PROGRESS.fits(data["progress"], data["items"])
    ):
        raise DomainError("not_every_item")
    if data.get("pace") == "harm" and data.get("type") != "public_interest":
        raise DomainError("harm_without_public_interest")
    if data.get("reply_days") and (data.get("pace") or "urgent") != "urgent":
        raise DomainError("days_without_urgency")


def _renewal(record: Record) -> dict[str, Value | None]:
    """The new paper has a number and a day of its own, and names the one it replaces."""
    number = record.data["successor"]
    return {"advice_number": number, "replaces": record.number, "issued_on": None}


def _reply_not_noted(matter: Matter) -> bool:
    return "reply_received_on" not in matter.record.data


def _unconfirmed(matter: Matter) -> bool:
    """The addressee lets the other key wait too long, or has refused to sign at all."""
    return matter.late("confirm") or matter.record.data.get("delivery") == "left"


def _receipt_not_told(matter: Matter) -> bool:
    return "received_on" not in matter.record.data


def _replied_only(matter: Matter) -> bool:
    """It was the written reply, and nothing later, that is being reviewed."""
    return matter.last("reply") > matter.last("report", "supplement")


def _to_report(matter: Matter) -> bool:
    """The reply was given, and there is something to mend still."""
    return not matter.owes("reply") and (matter.record.state != "replied" or matter.owes("rectify"))


def _grounds(matter: Matter) -> list[int]:
    """Why the bureau is to be urged: of each reason, the step with which it began.

    It is late with something, or what it has done does not suffice.
    """
    late = [code for code in ("reply", "rectify", "supplement") if matter.late(code)]
    begun = [matter.last(*ADVICE.rule(code).starts) for code in late]
    failed = matter.record.state in {"unmended", "escalated"}
    return [*begun, matter.last("fail")] if failed else begun


def to_be_urged(matter: Matter) -> bool:
    """The bureau is late, or what it did does not suffice."""
    return bool(_grounds(matter))


def _urged_in_vain(matter: Matter) -> bool:
    """It was urged for a reason that there still is: an urging before that licenses nothing."""
    urged = matter.last("urge")
    return any(urged > ground for ground in _grounds(matter))


def _for_the_public(matter: Matter) -> bool:
    """Only such a recommendation may end in a suit (公益诉讼)."""
    return matter.record.data.get("type") == "public_interest"


def _to_be_closed(matter: Matter) -> bool:
    """Nothing is left to do; or nothing more can be done, where there is no suit to follow."""
    return matter.record.state in {"looked_back", "sued"} or not _for_the_public(matter)


_AT_WORK = frozenset({"delivered", "checking"})
"""Received, and not replied to yet."""
_ANSWERED = frozenset({"replied", "rectifying", "supplementing", "unmended"})
_RUNNING = _AT_WORK | _ANSWERED | {"escalated"}
_LAGGING = _AT_WORK | {"rectifying", "supplementing", "unmended", "escalated"}
_OPEN = frozenset({"issued", "served", "received", "mended", "looked_back"}) | _RUNNING
_RECEIPT = ("served_on", "received_on")
_DELIVERED = frozenset(
    {"confirm_receipt", "differ_receipt", "confirm_service", "differ_service", "prove_service"}
)
_GONE = frozenset({"withdraw", "replace"})
_SHUT = _GONE | {"sue", "close"}
_REPLY = ("reply_number", "replied_on", "reply_way", "reply_signatory", "adoption", "progress")
_SENT = ("served_on", "delivery", "signatory")
_GOT = ("received_on", "delivery", "signatory")

_MOVES = (
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
        _RUNNING | {"mended"},
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
    Move(
        "check", "登记自查", frozenset({"delivered"}), "checking", Party.RECEIVER, ("self_check",)
    ),
    Move(
        "reply",
        "登记书面回复",
        _AT_WORK | {"escalated"},
        "replied",
        Party.RECEIVER,
        _REPLY,
        when=while_owed("reply"),
    ),
    Move(
        "explain",
        "说明情况",
        _AT_WORK | {"replied", "rectifying"},
        "",
        Party.RECEIVER,
        ("delay_reason", "planned_on"),
        when=unless_owed("delay"),
    ),
    Move(
        "grant_delay",
        "同意延后整改",
        _RUNNING,
        "",
        Party.SENDER,
        ("rectify_by",),
        when=while_owed("delay"),
    ),
    Move(
        "refuse_delay",
        "不同意延后",
        _RUNNING,
        "",
        Party.SENDER,
        ("delay_refusal",),
        when=while_owed("delay"),
        tells=True,
    ),
    Move(
        "object",
        "提出书面异议",
        _RUNNING,
        "",
        Party.RECEIVER,
        ("objection",),
        aside=True,
        when=unless_owed("objection"),
    ),
    Move(
        "uphold",
        "异议不成立",
        _RUNNING,
        "",
        Party.SENDER,
        ("objection_result",),
        when=while_owed("objection"),
        tells=True,
    ),
    Move(
        "drop_objection",
        "撤回异议",
        _RUNNING,
        "",
        Party.RECEIVER,
        aside=True,
        when=while_owed("objection"),
    ),
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
        _ANSWERED | {"mended"},
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
        clears=(*_REPLY, "reply_received_on"),
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
    Move(
        "urge",
        "登记督促",
        _LAGGING,
        "",
        Party.SENDER,
        ("urged_by", "urging"),
        when=to_be_urged,
    ),
    Move(
        "escalate",
        "拟提级",
        _LAGGING,
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
        when=_for_the_public,
        tells=True,
    ),
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
        _OPEN,
        "withdrawn",
        Party.SENDER,
        ("withdrawal",),
        aside=True,
        tells=True,
    ),
    Move(
        "replace",
        "修改后另发",
        _OPEN,
        "replaced",
        Party.SENDER,
        ("successor",),
        aside=True,
        renews=True,
        tells=True,
    ),
)

_REVIEWED = frozenset({"pass", "go_on", "ask_more", "fail"})
_CLAUSE = "第一条"

ADVICE = Kind(
    code="advice",
    title="检察建议",
    command="advice",
    words=("检察建议",),
    fields=AdviceFields,
    required=("type", "advice_number", "issued_on", "items"),
    demands=_days_if_urgent,
    days_in_order=(
        ("issued_on", "served_on"),
        ("issued_on", "received_on"),
        ("served_on", "replied_on"),
        ("received_on", "replied_on"),
        ("replied_on", "reply_received_on"),
    ),
    agreement=_agree,
    renewal=_renewal,
    rest="items",
    guided=("pace", "reason", "related", "penalty_number", "court_number"),
    teller="told_by",
    undo="retract",
    from_sides=frozenset({Side.PROCURATORATE}),
    to_side=Side.RESOURCES,
    filing="登记制发",
    filed="已登记",
    states=(
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
    ),
    first="issued",
    moves=_MOVES,
    recalls=_DELIVERED
    | {"urge", "grant_delay", "go_on", "relapse", "fail", "ask_more"}
    | {"reply", "report", "supplement"},
    example="鄂州检行建〔2026〕5号 纠正违法 {district} 制发4月10日 1.催告 2.完善移送台账",
    duties=(
        DutyRule(
            code="confirm",
            title="核对收到日期",
            period="P-CONFIRM",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"serve"}),
            ends=frozenset({"confirm_receipt", "differ_receipt"}),
            drops=_GONE | {"prove_service"},
            clause=_CLAUSE,
        ),
        DutyRule(
            code="confirm_service",
            title="核对收到日期",
            period="P-CONFIRM",
            debtor=Party.SENDER,
            creditor=Party.RECEIVER,
            starts=frozenset({"receive"}),
            ends=frozenset({"confirm_service", "differ_service"}),
            drops=_GONE,
            clause=_CLAUSE,
        ),
        DutyRule(
            code="reply",
            title="书面回复",
            period="A1",
            instead=reply_period,
            chosen_by=("pace", "type"),
            length="reply_days",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=_DELIVERED,
            since=_RECEIPT,
            dated_by=frozenset({"enter_receipt"}),
            estimate=(*_RECEIPT, "issued_on"),
            awaits="待双方确认收到日期",
            ends=frozenset({"reply"}),
            reopened_by=frozenset({"return_reply"}),
            met_on="replied_on",
            drops=_SHUT,
            clause="第一条第三款",
        ),
        DutyRule(
            code="self_check",
            title="登记自查",
            period="P-SELF",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=_DELIVERED,
            since=_RECEIPT,
            dated_by=frozenset({"enter_receipt"}),
            ends=frozenset({"check", "reply"}),
            drops=_GONE | {"escalate"},
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
            drops=_SHUT | _REVIEWED,
            clause="第一条第三款",
        ),
        DutyRule(
            code="objection",
            title="复核书面异议",
            period="P-OBJECTION",
            debtor=Party.SENDER,
            creditor=Party.RECEIVER,
            starts=frozenset({"object"}),
            ends=frozenset({"uphold"}) | _GONE,
            drops=frozenset({"drop_objection", "sue", "close", "pass"}),
            clause=_CLAUSE,
        ),
        DutyRule(
            code="rectify",
            title="完成整改",
            period="P-RECTIFY",
            named="rectify_by",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"grant_delay", "go_on", "relapse", "fail"}),
            ends=frozenset({"report", "pass"}),
            met_on="report_sent_on",
            drops=_SHUT,
            clause="第一条第三款",
        ),
        DutyRule(
            code="review",
            title="审查回复",
            period="P-REVIEW",
            debtor=Party.SENDER,
            creditor=Party.RECEIVER,
            starts=frozenset({"reply"}),
            since=("reply_received_on",),
            dated_by=frozenset({"note_reply"}),
            ends=_REVIEWED,
            drops=_GONE | {"return_reply", "report"},
            clause=_CLAUSE,
        ),
        DutyRule(
            code="review_more",
            title="审查整改情况",
            period="P-REVIEW",
            debtor=Party.SENDER,
            creditor=Party.RECEIVER,
            starts=frozenset({"report", "supplement"}),
            ends=_REVIEWED,
            drops=_GONE,
            clause=_CLAUSE,
        ),
        DutyRule(
            code="supplement",
            title="补充回复",
            period="P-SUPPLEMENT",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"ask_more"}),
            ends=frozenset({"supplement"}),
            met_on="supplement_sent_on",
            drops=_GONE | {"escalate"},
            clause=_CLAUSE,
        ),
        DutyRule(
            code="look_back",
            title="开展回头看",
            period="P-LOOKBACK",
            debtor=Party.SENDER,
            creditor=Party.RECEIVER,
            starts=frozenset({"pass"}),
            ends=frozenset({"look_back", "relapse"}),
            met_on="looked_on",
            drops=_GONE,
            clause=_CLAUSE,
        ),
    ),
)
