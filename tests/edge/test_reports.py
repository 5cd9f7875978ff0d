"""Twelve reports as such offices make them: how much each takes, and what is filed in the end."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.edge.office import Office

ENOUGH = 4
"""Messages and presses together that a report may need, in the median."""


@dataclass(frozen=True)
class Report:
    """What somebody writes, or presses when it stands in 〔〕, and what is filed by it."""

    author: str
    acts: tuple[str, ...]
    filed: dict[str, str | int]


REPORTS = (
    Report(
        "王敏",
        (
            "/lead 超期裁定 鄂城 张某某非法占地3.52亩 鄂州资规罚字〔2025〕31号 "
            "（2026）鄂0704行审18号 申请3月3日",
            "〔移送线索〕",
            "〔✅ 提交〕",
        ),
        {
            "category": "2C",
            "area": "2346.68",
            "penalty_number": "鄂州资规罚字〔2025〕31号",
            "court_number": "（2026）鄂0704行审18号",
            "applied_on": "2026-03-03",
        },
    ),
    Report(
        "王敏",
        ("线索 移送贵院 1A 法院收了申请两个月不受理也不出裁定，泽林镇某村", "〔✅ 提交〕"),
        {"category": "1A", "route": "transfer"},
    ),
    Report(
        "王敏",
        (
            "线索 某公司占用耕地2.6亩，处罚后逾期未履行，法院一直没有裁定",
            "〔2 裁定〕",
            "〔超期裁定〕",
            "〔申请监督〕",
            "3月2日",
            "〔✅ 提交〕",
        ),
        {"category": "2C", "route": "apply", "arable": "1733.34", "known_on": "2026-03-02"},
    ),
    Report(
        "王敏",
        ("/lead W 移送线索 图斑420704-2026-2-137 某村建厂房 监测面积2400平方米", "〔✅ 提交〕"),
        {"category": "W", "parcel_number": "420704-2026-2-0137", "area": "2400.00"},
    ),
    Report(
        "王敏",
        (
            "/lead 4D 移送 鄂州资规罚字[2024]第7号 （2025）鄂0704执66号 去年9月立案至今没执结",
            "〔✅ 提交〕",
        ),
        {"category": "4D", "penalty_number": "鄂州资规罚字〔2024〕7号"},
    ),
    Report(
        "王敏",
        (
            "/lead",
            "〔3 执行〕",
            "〔裁执分离不当〕",
            "〔移送线索〕",
            "镇政府收到裁定后一直没有组织拆除",
            "〔✅ 提交〕",
        ),
        {"category": "3E", "summary": "镇政府收到裁定后一直没有组织拆除"},
    ),
    Report(
        "王敏",
        ("/lead 2B 移送线索 法院以程序违法不准予，罚款12.5万元", "〔✅ 提交〕"),
        {"category": "2B", "fine": 12500000},
    ),
    Report(
        "陈刚",
        ("线索 涉林 移送线索 华容 某村毁林建房4.2亩，现场已固定证据", "〔✅ 提交〕"),
        {"category": "F", "area": "2800.01"},
    ),
    Report(
        "王敏",
        (
            "/lead 超期受理 移送线索 王某某违法占地 受理3月6日",
            "〔补充或修改〕",
            "〔违法地点〕",
            "碧石渡镇卢湾村三组",
            "〔✅ 提交〕",
        ),
        {"category": "1C", "place": "碧石渡镇卢湾村三组", "accepted_on": "2026-03-06"},
    ),
    Report(
        "王敏",
        (
            "/lead 5A 申请监督 裁定准予拆除，没有写明退还土地 上周五裁定 昨天知道",
            "〔✅ 提交〕",
        ),
        {"category": "5A", "route": "apply", "ruled_on": "2026-03-06", "known_on": "2026-03-08"},
    ),
    Report(
        "李静",
        (
            "/warn 鄂城 未申请强制执行 处罚决定生效后未见申请 鄂州资规罚字〔2025〕31号",
            "〔✅ 提交〕",
        ),
        {"penalty_number": "鄂州资规罚字〔2025〕31号"},
    ),
    Report(
        "王敏",
        ("/lead 怠于履行 移送线索", "执行立案半年没有任何措施", "〔✅ 提交〕"),
        {"category": "3I", "summary": "执行立案半年没有任何措施"},
    ),
)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.filed.get("category", "Y"))
async def test_a_report_is_filed_as_it_was_meant(office: Office, report: Report) -> None:
    author = office[report.author]
    for act in report.acts:
        if act.startswith("〔"):
            label = act.strip("〔〕")
            await office.settle()
            shown = [m for m in author.reads() if label in m.labels]
            assert shown, office.talk(author.private)
            author.press(shown[-1], label)
        else:
            author.write(None, act)
        await office.settle()
    (record,) = await office.rows("records")
    assert {name: record["data"].get(name) for name in report.filed} == report.filed


def test_half_of_the_reports_need_no_more_than_four_acts() -> None:
    assert len(REPORTS) == 12
    assert median(len(report.acts) for report in REPORTS) <= ENOUGH
