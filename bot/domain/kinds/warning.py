"""履职预警: the procuratorate sees that the bureau may be failing a duty, and says so early.

Notice 鄂州检会〔2021〕5号 第二条（二）三; category Y of BRIEF §1.4, life-cycle §3. It is no
recommendation: the bureau looks into it, and the procuratorate then lets it rest or goes on.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from bot.domain.entries import Choice, Entry, Number, OneOf, Sight, Text
from bot.domain.kinds.kind import Fields, Kind
from bot.domain.kinds.lifecycle import DutyRule, Move, Party, State
from bot.domain.measures import Surface
from bot.domain.numbers import NumberKind
from bot.domain.people import Side
from bot.domain.quantities import AreaRole

MATTERS = OneOf(
    (
        Choice("investigate", "应查处未查处", ("未查处", "未立案", "查处不及时")),
        Choice("apply", "未申请强制执行", ("未申请强执", "逾期未申请", "未催告")),
        Choice("enforce", "处罚执行不到位", ("执行不到位", "未拆除", "罚款未缴")),
        Choice("satellite", "卫片整改不到位", ("卫片整改", "卫片未整改")),
        Choice("report", "信息报送不及时", ("未报送", "报送不及时", "迟报")),
        Choice("other", "其他履职事项", ("其他",), alone=frozenset({"其他"})),
    )
)
"""Where a duty may be in danger: the questions that liaisons sort warnings by."""

CONCLUSIONS = OneOf(
    (
        Choice("none", "不存在履职问题", ("不存在问题", "无问题")),
        Choice("mended", "存在问题，已纠正", ("已纠正", "已整改")),
        Choice("mending", "存在问题，正在纠正", ("正在纠正", "整改中")),
    )
)


RELATED = Number(frozenset({NumberKind.SYSTEM}), records=("lead",))


class WarningFields(Fields):
    """The fields of a warning."""

    matter: Annotated[
        str | None, Entry("预警事项", MATTERS, "可能存在哪方面的履职问题？", Sight.GROUP)
    ] = None
    related: Annotated[
        str | None,
        Entry("关联线索", RELATED, "关联哪条线索（编号）？"),
    ] = None
    penalty_number: Annotated[
        str | None, Entry("处罚文号", Number(frozenset({NumberKind.DOCUMENT})))
    ] = None
    court_number: Annotated[
        str | None, Entry("法院案号", Number(frozenset({NumberKind.COURT})))
    ] = None
    place: Annotated[str | None, Entry("地点", Text(120))] = None
    area: Annotated[Decimal | None, Entry("面积", Surface(AreaRole.TOTAL))] = None
    summary: Annotated[
        str | None, Entry("预警内容", Text(500), "请用一两句话写明情况（500字以内）。")
    ] = None
    told_by: Annotated[str | None, Entry("情况提供人", Text(60), "情况由谁提供？")] = None
    void_reason: Annotated[str | None, Entry("作废理由", Text(200), "为什么作废？")] = None
    conclusion: Annotated[
        str | None, Entry("核查结论", CONCLUSIONS, "核查结论是什么？", Sight.GROUP)
    ] = None
    findings: Annotated[
        str | None, Entry("核查情况", Text(500), "请写明核查情况（500字以内）。")
    ] = None
    advice_number: Annotated[
        str | None,
        Entry(
            "检察建议文号",
            Number(frozenset({NumberKind.DOCUMENT})),
            "请发送检察建议文号（机关代字〔年份〕编号号）。",
            Sight.GROUP,
        ),
    ] = None


_CLAUSE = "第二条第（二）项第三款"

WARNING = Kind(
    code="warning",
    title="预警",
    command="warn",
    words=("预警", "履职预警"),
    fields=WarningFields,
    required=("matter", "summary"),
    rest="summary",
    guided=("related", "penalty_number"),
    teller="told_by",
    undo="withdraw",
    from_sides=frozenset({Side.PROCURATORATE}),
    to_side=Side.RESOURCES,
    filing="登记告知",
    filed="已登记并告知",
    states=(
        State("told", "已告知", Party.RECEIVER, "签收"),
        State("signed", "已签收", Party.RECEIVER, "核查并反馈结论"),
        State("checked", "已核查", Party.SENDER, "消除预警或转检察建议"),
        State("cleared", "已消除", None, "无", closed=True),
        State("advised", "已转检察建议", None, "按检察建议办理", closed=True),
        State("withdrawn", "已撤回", None, "无", closed=True, void=True),
        State("voided", "已作废", None, "无", closed=True, void=True),
    ),
    first="told",
    moves=(
        Move("sign", "签收", frozenset({"told"}), "signed", Party.RECEIVER),
        Move("withdraw", "撤回", frozenset({"told"}), "withdrawn", Party.SUBMITTER),
        Move(
            "void",
            "作废",
            frozenset({"signed", "checked"}),
            "voided",
            Party.SENDER,
            ("void_reason",),
            aside=True,
        ),
        Move(
            "check",
            "反馈核查结论",
            frozenset({"signed"}),
            "checked",
            Party.RECEIVER,
            ("conclusion", "findings"),
        ),
        Move("clear", "消除预警", frozenset({"checked"}), "cleared", Party.SENDER),
        Move(
            "advise",
            "转检察建议",
            frozenset({"checked"}),
            "advised",
            Party.SENDER,
            ("advice_number",),
        ),
    ),
    example="未申请强制执行 {district} 处罚决定生效后未见申请强制执行 {number}",
    duties=(
        DutyRule(
            code="sign",
            title="签收预警",
            period="P-SIGN",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"file"}),
            ends=frozenset({"sign"}),
            drops=frozenset({"withdraw"}),
            clause=_CLAUSE,
        ),
        DutyRule(
            code="check",
            title="反馈核查结论",
            period="P-CHECK",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"sign"}),
            ends=frozenset({"check"}),
            drops=frozenset({"void"}),
            clause=_CLAUSE,
        ),
    ),
    signature="sign",
)
