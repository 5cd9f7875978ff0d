"""案件线索: the bureau finds something at the courts or on the land, and hands it over.

Notice 鄂州检会〔2021〕5号 第二条; categories BRIEF §1.4, fields §2, life-cycle §3. The case's three
months count from its acceptance (受理); what a chief procurator extends and what is excluded
(调卷、鉴定、评估、审计) is not reckoned with.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from bot.domain.entries import Choice, Entry, Number, OneOf, ParcelNumber, Sight, Text
from bot.domain.kinds.kind import Fields, Kind
from bot.domain.kinds.lifecycle import FILE, DutyRule, Move, Party, State
from bot.domain.measures import Day, Money, Surface
from bot.domain.numbers import NumberKind
from bot.domain.parties import PartyName, PartyTypes
from bot.domain.people import Side
from bot.domain.quantities import AreaRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.records import Value

CATEGORIES = OneOf(
    (
        Choice("1A", "应受理不受理", ("不受理",), "1 受理"),
        Choice("1B", "不受理又不裁定不予受理", ("不出裁定", "不作裁定"), "1 受理"),
        Choice("1C", "超期受理", ("受理超期", "逾期受理"), "1 受理"),
        Choice("2A", "准予裁定违法", ("违法准予",), "2 裁定"),
        Choice("2B", "不准予裁定违法", ("违法不准予",), "2 裁定"),
        Choice("2C", "超期裁定", ("裁定超期", "逾期裁定"), "2 裁定"),
        Choice("3A", "适用法律错误", ("法律适用错误",), "3 执行"),
        Choice("3B", "执行主体错误", ("主体错误",), "3 执行"),
        Choice("3C", "中止裁定违法", ("违法中止",), "3 执行"),
        Choice("3D", "终结裁定违法", ("违法终结",), "3 执行"),
        Choice("3E", "裁执分离不当", ("裁执分离",), "3 执行"),
        Choice("3F", "查封、扣押、冻结违法", ("违法查封", "违法扣押", "违法冻结"), "3 执行"),
        Choice("3G", "执行内容与裁定不一致", ("执行不一致",), "3 执行"),
        Choice("3H", "执行和解违法", ("违法和解",), "3 执行"),
        Choice("3I", "其他不履行或怠于履行执行职责", ("怠于履行", "怠于执行"), "3 执行"),
        Choice("4A", "执行异议审查或裁定违法", ("执行异议",), "4 异议结案"),
        Choice("4B", "案外人异议审查或裁定违法", ("案外人异议",), "4 异议结案"),
        Choice("4C", "无正当理由执行结案", ("无故结案",), "4 异议结案"),
        Choice("4D", "超期未执结", ("未执结", "执行超期"), "4 异议结案"),
        Choice("4E", "未及时移送执行", ("未移送执行",), "4 异议结案"),
        Choice("5A", "准予内容与申请不符且裁定未明确", ("内容与申请不符",), "5 内容不符"),
        Choice("W", "卫片违法用地", ("卫片",), "其他"),
        Choice("F", "涉林", ("林地", "毁林", "盗伐", "滥伐"), "其他"),
    ),
    with_codes=True,
)
"""The five categories of 第二条（一） with their sub-reasons, and the two of 第二、三条."""

ROUTES = OneOf(
    (
        Choice("apply", "申请监督", ("申请检察监督",)),
        Choice(
            "transfer",
            "移送线索",
            ("线索移送", "移送贵院", "移送你院", "移送"),
            alone=frozenset({"移送"}),
        ),
    )
)
SOURCES = OneOf(
    (
        Choice("casework", "日常办案"),
        Choice("patrol", "巡查"),
        Choice("public", "群众举报", ("举报",)),
        Choice("assigned", "上级交办", ("交办",)),
        Choice("satellite", "卫片"),
        Choice("platform", "两法衔接平台", ("两法衔接",)),
        Choice("media", "媒体"),
    )
)
PARTY_TYPES = PartyTypes(
    (
        Choice("person", "自然人", ("个人",)),
        Choice("company", "法人", ("公司", "企业")),
        Choice("village", "村集体", ("村委会",)),
        Choice("government", "政府部门", ("镇政府", "街道办")),
    )
)
URGENCIES = OneOf(
    (
        Choice("normal", "一般", alone=frozenset({"一般"})),
        Choice("urgent", "紧急", alone=frozenset({"紧急"})),
        Choice("very_urgent", "特急"),
    )
)
COURT = Number(
    frozenset({NumberKind.COURT}), words=("法院案号", "执行案号", "案号", "裁定书", "裁定")
)
PENALTY = Number(
    frozenset({NumberKind.DOCUMENT}),
    mark="罚",
    words=("行政处罚决定书", "行政处罚决定", "处罚决定书", "处罚决定", "处罚文号", "文号"),
)
FINE = Money(("罚款", "罚没款", "罚金"))
PROCURATORATE = Number(frozenset({NumberKind.DOCUMENT}), mark="检")
TARGET = Number(frozenset({NumberKind.SYSTEM}), records=("lead",), leaves="absorbed")


class LeadFields(Fields):
    """The fields of a lead (BRIEF §2, 案件线索)."""

    category: Annotated[
        str | None, Entry("线索类别", CATEGORIES, "属于哪一类情形？", Sight.GROUP)
    ] = None
    route: Annotated[
        str | None,
        Entry("路径", ROUTES, "申请监督，还是移送线索？（申请监督受6个月限制）", Sight.GROUP),
    ] = None
    urgency: Annotated[str | None, Entry("紧急程度", URGENCIES, "紧急程度？", Sight.GROUP)] = None
    source: Annotated[str | None, Entry("来源", SOURCES, "线索从哪里来？")] = None
    case_name: Annotated[str | None, Entry("案件名称", Text(100))] = None
    party_type: Annotated[str | None, Entry("被执行人类型", PARTY_TYPES)] = None
    party: Annotated[
        str | None, Entry("被执行人", PartyName(60), "被执行人（自然人写张某某）？")
    ] = None
    place: Annotated[str | None, Entry("违法地点", Text(120))] = None
    arable: Annotated[Decimal | None, Entry("其中耕地", Surface(AreaRole.ARABLE))] = None
    basic_farmland: Annotated[
        Decimal | None, Entry("其中永久基本农田", Surface(AreaRole.BASIC_FARMLAND))
    ] = None
    area: Annotated[Decimal | None, Entry("占地面积", Surface(AreaRole.TOTAL))] = None
    fine: Annotated[int | None, Entry("罚款金额", FINE)] = None
    penalty_number: Annotated[str | None, Entry("处罚文号", PENALTY)] = None
    court_number: Annotated[str | None, Entry("法院案号", COURT)] = None
    parcel_number: Annotated[str | None, Entry("图斑编号", ParcelNumber())] = None
    known_on: Annotated[
        date | None,
        Entry(
            "知道违法行为日期",
            Day(("知道", "知悉", "得知")),
            "哪一天知道法院的违法行为？（申请监督须在6个月内提出）",
        ),
    ] = None
    handed_in_on: Annotated[
        date | None,
        Entry(
            "申请提交日期",
            Day(),
            "监督申请哪一天提交（跳过的，以登记日为准）？",
        ),
    ] = None
    applied_on: Annotated[date | None, Entry("申请日期", Day(("申请",)))] = None
    accepted_on: Annotated[date | None, Entry("受理日期", Day(("受理",)))] = None
    ruled_on: Annotated[date | None, Entry("裁定日期", Day(("裁定",)))] = None
    enforced_on: Annotated[
        date | None, Entry("立案执行日期", Day(("立案执行", "立案", "执行")))
    ] = None
    summary: Annotated[
        str | None, Entry("线索摘要", Text(500), "请用一两句话写明情况（500字以内）。")
    ] = None
    told_by: Annotated[str | None, Entry("情况提供人", Text(60), "情况由谁提供？")] = None
    evidence: Annotated[str | None, Entry("证据清单", Text(500), "证据名称及存放处？")] = None
    void_reason: Annotated[str | None, Entry("作废理由", Text(200), "为什么作废？")] = None
    missing_items: Annotated[str | None, Entry("缺项", Text(300), "请写明需要补正的材料。")] = None
    supplement: Annotated[str | None, Entry("补正情况", Text(500), "请写明补正了什么。")] = None
    case_number: Annotated[
        str | None,
        Entry(
            "检察案号",
            PROCURATORATE,
            "请发送检察案号（机关代字〔年份〕编号号）。",
            Sight.GROUP,
        ),
    ] = None
    case_accepted_on: Annotated[
        date | None,
        Entry("监督案件受理日期", Day(), "监督案件哪一天受理（跳过的，以今天为准）？"),
    ] = None
    refusal: Annotated[str | None, Entry("不予受理理由", Text(300), "不予受理的理由？")] = None
    transferred_to: Annotated[str | None, Entry("转办单位", Text(60), "转给哪个单位？")] = None
    merged_into: Annotated[str | None, Entry("并入线索", TARGET, "并入哪条线索（编号）？")] = None
    result: Annotated[str | None, Entry("办理结果", Text(500), "请写结果摘要。")] = None


def forest_business(data: Mapping[str, Value]) -> frozenset[Side]:
    """A forest lead is the forest chief office's business too (第三条)."""
    return frozenset({Side.FORESTRY}) if data.get("category") == "F" else frozenset()


def _handing_over(data: Mapping[str, Value]) -> str:
    """What is no matter of a court's is handed over by another clause of the notice."""
    return {"W": "第二条第（二）项第一款", "F": _FOREST_CLAUSE}.get(str(data.get("category")), "")


def _telling_back(data: Mapping[str, Value]) -> str:
    """How a forest lead has gone on is told back by the clause by which it came."""
    return _FOREST_CLAUSE if data.get("category") == "F" else ""


def _applied_for(data: Mapping[str, Value]) -> bool:
    """Only an application has a limit; what is handed over by oneself has none (BRIEF §1.3)."""
    return data.get("route") == "apply" and "known_on" in data


def _when_handed_in(data: Mapping[str, Value]) -> tuple[str, ...]:
    return ("handed_in_on",) if data.get("route") == "apply" else ()


def _when_known(data: Mapping[str, Value]) -> tuple[str, ...]:
    return ("known_on",) if data.get("route") == "apply" else ()


_FOREST_CLAUSE = "第三条第二项第二款"
"""二是建立信息共享机制: its second paragraph, leads and how they have gone on."""
_OUTCOMES = frozenset({"filed", "refused", "transferred", "merged"})

LEAD = Kind(
    code="lead",
    title="线索",
    command="lead",
    words=("线索",),
    fields=LeadFields,
    required=("category", "route", "summary"),
    wonders=_when_handed_in,
    demands=_when_known,
    days_in_order=(("known_on", "handed_in_on"),),
    rest="summary",
    guided=("party", "area", "penalty_number", "court_number"),
    teller="told_by",
    undo="withdraw",
    alike=("party", "parcel_number"),
    from_sides=frozenset({Side.RESOURCES, Side.FORESTRY}),
    to_side=Side.PROCURATORATE,
    states=(
        State("handed_over", "已移送", Party.RECEIVER, "签收"),
        State("signed", "已签收", Party.RECEIVER, "开始审查"),
        State("reviewing", "审查中", Party.RECEIVER, "作出处理"),
        State("returned", "退回补正", Party.SENDER, "补正后重新移送"),
        State("filed", "已立案", Party.RECEIVER, "办理并告知结果"),
        State("refused", "不予受理", Party.RECEIVER, "告知结果"),
        State("transferred", "已转办", Party.RECEIVER, "跟踪并告知结果"),
        State("merged", "已并案", Party.RECEIVER, "告知结果"),
        State("concluded", "已办结", Party.SENDER, "确认反馈"),
        State("fed_back", "已反馈", Party.RECEIVER, "归档"),
        State("archived", "已归档", None, "无", closed=True),
        State("withdrawn", "已撤回", None, "无", closed=True, void=True),
        State("voided", "已作废", None, "无", closed=True, void=True),
    ),
    first="handed_over",
    moves=(
        Move("sign", "签收", frozenset({"handed_over"}), "signed", Party.RECEIVER),
        Move("withdraw", "撤回", frozenset({"handed_over"}), "withdrawn", Party.SUBMITTER),
        Move(
            "void",
            "作废",
            frozenset({"signed", "reviewing", "returned"}),
            "voided",
            Party.SENDER,
            ("void_reason",),
            aside=True,
        ),
        Move("review", "开始审查", frozenset({"signed"}), "reviewing", Party.RECEIVER),
        Move(
            "accept",
            "立案",
            frozenset({"reviewing"}),
            "filed",
            Party.RECEIVER,
            ("case_number",),
            ("case_accepted_on",),
        ),
        Move(
            "return",
            "退回补正",
            frozenset({"reviewing"}),
            "returned",
            Party.RECEIVER,
            ("missing_items",),
        ),
        Move(
            "resubmit",
            "补正后重新移送",
            frozenset({"returned"}),
            "reviewing",
            Party.SENDER,
            ("supplement",),
        ),
        Move(
            "refuse",
            "不予受理",
            frozenset({"reviewing"}),
            "refused",
            Party.RECEIVER,
            ("refusal",),
        ),
        Move(
            "transfer",
            "转办",
            frozenset({"reviewing"}),
            "transferred",
            Party.RECEIVER,
            ("transferred_to",),
        ),
        Move(
            "merge",
            "并案",
            frozenset({"reviewing"}),
            "merged",
            Party.RECEIVER,
            ("merged_into",),
        ),
        Move("conclude", "办结", _OUTCOMES, "concluded", Party.RECEIVER, ("result",)),
        Move("confirm", "确认收到反馈", frozenset({"concluded"}), "fed_back", Party.SENDER),
        Move("archive", "归档", frozenset({"fed_back"}), "archived", Party.RECEIVER),
    ),
    example="2C 移送线索 {district} 张某某非法占地3.52亩 {number}",
    duties=(
        DutyRule(
            code="apply",
            title="申请监督",
            period="C1",
            debtor=Party.SENDER,
            creditor=Party.RECEIVER,
            starts=frozenset({FILE}),
            ends=frozenset({FILE}),
            since=("known_on",),
            met_on="handed_in_on",
            estimate=("known_on",),
            owed=_applied_for,
            chosen_by=("route",),
            clause="第二条第（一）项",
        ),
        DutyRule(
            code="sign",
            title="签收线索",
            period="P-SIGN",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"file"}),
            ends=frozenset({"sign"}),
            drops=frozenset({"withdraw"}),
            clause="第二条第（二）项第三款",
            clause_instead=_handing_over,
        ),
        DutyRule(
            code="answer",
            title="程序性答复",
            period="P-REPLY",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"sign", "resubmit"}),
            ends=frozenset({"accept", "return", "refuse", "transfer", "merge"}),
            drops=frozenset({"void"}),
            clause="第二条第（二）项第三款",
            clause_instead=_handing_over,
        ),
        DutyRule(
            code="result",
            title="告知办理结果",
            period="P-RESULT",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"transfer", "merge", "refuse"}),
            ends=frozenset({"conclude"}),
            clause="第二条第（二）项第二款",
            clause_instead=_telling_back,
        ),
        DutyRule(
            code="case",
            title="审查终结并告知结果",
            period="C2",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"accept"}),
            since=("case_accepted_on",),
            ends=frozenset({"conclude"}),
            clause="第二条第（二）项第二款",
            clause_instead=_telling_back,
        ),
    ),
    signature="sign",
    also_concerns=forest_business,
)
