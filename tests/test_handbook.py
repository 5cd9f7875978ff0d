"""The handbook says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from bot.domain.kinds import KINDS
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import CATEGORIES, LEAD
from bot.domain.kinds.lifecycle import Party
from bot.domain.kinds.warning import WARNING
from bot.services.blanks import DISTRICT

DOCS = Path(__file__).parent.parent / "docs"
HANDBOOK = (DOCS / "handbook.md").read_text(encoding="utf-8")
WHO = {Party.SENDER: "移送单位", Party.RECEIVER: "接收单位", Party.SUBMITTER: "登记人本人"}

STAYS = {False: "不变", True: "登记回复前的状态"}


def steps_told() -> set[tuple[str, str, str, bool, str]]:
    """The rows of the table of steps: state, who, button, whether to fill in, next state."""
    rows = re.findall(r"^\| (.+) \| (\S+) \| (\S+) \| (.+) \| (\S+) \|$", HANDBOOK, re.MULTILINE)
    return {
        (state, who, button, needs != "—", after)
        for states, who, button, needs, after in rows
        if who in WHO.values()
        for state in states.split("、")
    }


def test_the_table_of_steps_is_the_life_cycle() -> None:
    assert steps_told() == {
        (
            kind.state(state).title,
            WHO[move.who],
            move.title,
            bool(move.needs),
            kind.state(move.after).title if move.after else STAYS[bool(move.takes_back)],
        )
        for kind in KINDS.all
        for move in kind.moves
        for state in move.before
    }


def test_every_category_is_told() -> None:
    for choice in CATEGORIES.choices:
        assert f"{choice.code} {choice.title}" in HANDBOOK


def test_what_must_be_known_is_told() -> None:
    assert [DISTRICT, *LEAD.required] == ["district", "category", "route", "summary"]
    assert "必须写明的只有四项：区域、线索类别、路径（申请监督或移送线索）、线索摘要" in HANDBOOK
    assert WARNING.required == ("matter", "summary")
    assert "必须写明的只有三项：区域、预警事项、预警内容" in HANDBOOK
    assert ADVICE.required == ("type", "advice_number", "issued_on", "items")
    told = "必须写明的只有五项：区域（即被建议单位）、建议类型、建议文号、制发日期、建议事项"
    assert told in HANDBOOK


def test_every_picture_is_there_and_shown() -> None:
    shown = set(re.findall(r"images/(\w+\.png)", HANDBOOK))
    assert shown == {file.name for file in (DOCS / "images").iterdir()}
