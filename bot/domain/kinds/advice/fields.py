"""The fields of a recommendation, and what they may not say together."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from bot.domain.entries import Entry, Number, Sight, Text
from bot.domain.errors import DomainError
from bot.domain.items import Items
from bot.domain.kinds.advice.choices import (
    ADOPTIONS,
    ADVICE_NUMBER,
    DELIVERIES,
    DOCUMENT,
    LEVELS,
    PACES,
    PROGRESS,
    REPLY_WAYS,
    TYPES,
    URGINGS,
)
from bot.domain.kinds.kind import Fields
from bot.domain.measures import ComingDay, Day, DayCount
from bot.domain.numbers import NumberKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.records import Value


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


DAYS_IN_ORDER = (
    ("issued_on", "served_on"),
    ("issued_on", "received_on"),
    ("served_on", "replied_on"),
    ("received_on", "replied_on"),
    ("replied_on", "reply_received_on"),
)


def agree(data: Mapping[str, Value]) -> None:
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


def days_if_urgent(data: Mapping[str, Value]) -> tuple[str, ...]:
    """An urgent paper sets its days; and what sets them has a pace, be it only to be asked."""
    if data.get("pace") == "urgent":
        return ("reply_days",)
    return ("pace",) if data.get("reply_days") and "pace" not in data else ()
