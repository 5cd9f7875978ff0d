"""No picture shows an empty box for a character, on any machine."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import bot
import templates
from bot.domain.calendar import WorkCalendar
from bot.domain.kinds import KINDS
from bot.picture.lettering import FONT, KNOWN, LACKING, drawable, font

ROOT = Path(bot.__file__).parent
LABELS = tomllib.loads((Path(templates.__file__).parent / "zh/labels.toml").read_text("utf-8"))


def drawn() -> dict[str, str]:
    """Whatever may stand in a picture, by where it comes from."""
    titles = [rule.title for kind in KINDS.all for rule in kind.duties]
    calendar = WorkCalendar()
    return {
        **{file.name: file.read_text("utf-8") for file in ROOT.glob("offices/*.toml")},
        "labels": "".join(words for name, words in LABELS.items() if name.startswith("picture_")),
        "kinds": "".join([*titles, *(kind.title for kind in KINDS.all)]),
        "rest days": "".join({calendar.describe(day) for day in calendar._rest}),
    }


@pytest.fixture(scope="module")
def glyphs() -> set[int]:
    """The characters that the font has a glyph for."""
    return set(TTFont(FONT).getBestCmap())


def test_the_font_has_every_character_that_counts_as_known(glyphs: set[int]) -> None:
    assert glyphs >= {ord(sign) for sign in KNOWN}
    assert len(KNOWN) > 7500
    assert LACKING in KNOWN


@pytest.mark.parametrize(("source", "words"), drawn().items(), ids=drawn())
def test_whatever_may_stand_in_a_picture_is_known(source: str, words: str) -> None:
    assert words
    assert set(words) - {"\n", "\t"} <= KNOWN, source


def test_what_is_not_known_is_shown_to_be_lacking() -> None:
    assert drawable("线索〔2026〕4号 㙟😀镕\n") == "线索〔2026〕4号 〓〓〓〓"


def test_no_known_character_looks_like_the_empty_box() -> None:
    type_ = font(27)
    empty = bytes(type_.getmask("\U0001f600"))
    assert bytes(type_.getmask(LACKING)) != empty
    assert not [sign for sign in "线索检察建议逾期暂定〔〕" if bytes(type_.getmask(sign)) == empty]


def test_the_licence_goes_with_the_font() -> None:
    names = TTFont(FONT)["name"]
    assert "SIL Open Font License" in names.getDebugName(13)
    licence = (FONT.parent / "OFL.txt").read_text("utf-8")
    assert licence.startswith("Copyright 2014-2021 Adobe")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert FONT.name in licence


def test_it_stays_small() -> None:
    assert FONT.stat().st_size < 2_000_000
