"""Whatever is printed is screened: what people wrote, never what the bot says of itself."""

from __future__ import annotations

import logging
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.entries import OneOf
from bot.domain.kinds import KINDS
from bot.office import read_office
from bot.text import Texts

OFFICE = read_office()
TEXTS = Texts(places=OFFICE.places)
SHIELDED = "〔涉密标志，已屏蔽〕"


def detail(value: str) -> str:
    return TEXTS.render("detail", card="", fields={"线索摘要": value}, purged=False)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("当事人刘建国非法占地3.52亩", "当事人刘某某非法占地3.52亩"),
        ("华容非法占地3.52亩，杜山擅自占地", "华容非法占地3.52亩，杜山擅自占地"),
        ("电话13812345678", "电话138****5678"),
        ("身份证420704198001011234", "身份证420***********234"),
        ("卡号4111111111111111", "卡号4111****1111"),
        ("济历下检捕受〔2018〕37010200154号", "济历下检捕受〔2018〕37010200154号"),
        ("2026年3月9日占地12345678901.5㎡", "2026年3月9日占地12345678901.5㎡"),
    ],
)
def test_a_fact_is_masked_as_when_it_comes_in(written: str, said: str) -> None:
    assert said in detail(written)


@pytest.mark.parametrize(
    "written", ["【机密★5年】会议意见", "绝 密 会议意见", "见内部资料会议意见"]
)
def test_a_fact_with_a_mark_is_not_said_at_all(
    written: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        said = detail(written)
    assert SHIELDED in said
    assert "会议意见" not in said + caplog.text
    assert "detail" in caplog.text


def test_a_refusal_repeats_nothing_that_may_not_be_said() -> None:
    said = TEXTS.render("errors/not_found", question="刘某 13812345678")
    assert "138****5678" in said
    assert SHIELDED in TEXTS.render("errors/not_found", question="机密★")


def test_what_the_bot_says_of_secrecy_is_said() -> None:
    assert "内部资料字样" in TEXTS.render("errors/secrecy_mark")


def test_markup_is_still_escaped() -> None:
    assert "&lt;b&gt;" in detail("<b>")


@given(st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_digest_is_never_masked(code: str) -> None:
    said = TEXTS.render("digest", day=date(2026, 3, 9), streams=1, code=code)
    assert code in said.replace("\n", "").replace(" ", "")


def declared() -> set[str]:
    """Everything that kinds, organs and districts are called."""
    words = {kind.title for kind in KINDS.all} | {o.name for o in OFFICE.organs}
    words |= {organ.short for organ in OFFICE.organs} | {OFFICE.name, OFFICE.notice_title}
    words |= {word for district in OFFICE.districts for word in district.spellings}
    for kind in KINDS.all:
        words |= {s.title for s in kind.states} | {s.next_step for s in kind.states}
        words |= {step for s in kind.states for _, step in s.while_owing}
        words |= {m.title for m in kind.moves} | {d.title for d in kind.duties}
        words |= {e.title for e in kind.entries.values()} | {e.ask for e in kind.entries.values()}
        words |= {"、".join(entry.title for entry in kind.entries.values())}
        words |= {
            choice.title
            for entry in kind.entries.values()
            if isinstance(entry.holds, OneOf)
            for choice in entry.holds.choices
        }
    return words


@pytest.mark.parametrize("name", ["王敏", "李静", "赵立", "欧阳建国"])
def test_who_is_on_the_roster_is_named(name: str) -> None:
    said = TEXTS.render("not_reached", number="线索〔2026〕1号", organ="鄂城分局", person=name)
    assert name in said


def test_nothing_that_is_declared_is_disfigured() -> None:
    assert {word: TEXTS.screened(word) for word in declared()} == {w: w for w in declared()}
