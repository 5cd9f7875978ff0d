"""What may be picked in the fields of a recommendation, and the numbers they hold."""

from __future__ import annotations

from bot.domain.entries import Choice, Number, OneOf
from bot.domain.items import EachOf
from bot.domain.numbers import NumberKind

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
