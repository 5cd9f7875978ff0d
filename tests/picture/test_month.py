"""What a month looks like, measured in the picture itself."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.domain.kinds import KINDS
from bot.domain.periods import Light
from bot.domain.sheet import Day, Entry, Sheet
from bot.picture import month
from bot.picture.lettering import font

ENTRY = Entry(Light.RED, "检察建议12号", "书面回复", "逾期12天")
EMPTY = tuple(tuple(Day(1 + at + 7 * week) for at in range(7)) for week in range(4))
SHEET = Sheet(
    title="2026年6月",
    subtitle="未来30天的提醒",
    weekdays=tuple("一二三四五六日"),
    weeks=EMPTY,
    lights=((Light.GREEN, "16天以上"),),
    rest="休息日",
    today="今天",
)


def picture(sheet: Sheet) -> Image.Image:
    content = month.draw(sheet)
    image = Image.open(BytesIO(content))
    assert image.format == "PNG"
    assert len(content) < 1_000_000
    return image.convert("RGB")


def having(week: int, at: int, day: Day) -> Sheet:
    """The month with one day told otherwise."""
    weeks = [list(days) for days in SHEET.weeks]
    weeks[week][at] = day
    return replace(SHEET, weeks=tuple(map(tuple, weeks)))


def colours(image: Image.Image) -> dict[str, int]:
    """How many pixels there are of each colour."""
    pixels = image.tobytes()
    counted = Counter(pixels[at : at + 3].hex() for at in range(0, len(pixels), 3))
    return {f"#{colour}": count for colour, count in counted.items()}


@pytest.mark.parametrize("light", month.LIGHTS)
def test_an_entry_bears_the_colour_of_its_light(light: Light) -> None:
    entry = Entry(light, "线索4号", "签收线索", "")
    shown = colours(picture(having(1, 2, Day(10, (entry,)))))
    colour, tint = month.LIGHTS[light]
    assert tint not in colours(picture(SHEET))
    assert shown[colour] > 300
    assert shown[tint] > 2000


def test_rest_days_are_shaded_and_today_is_marked() -> None:
    plain = colours(picture(SHEET))
    rested = colours(picture(having(0, 0, Day(1, rest=True))))
    assert rested[month.SHADE] > plain[month.SHADE] + 10_000
    marked = colours(picture(having(0, 0, Day(1, today=True))))
    assert marked[month.BRAND] > plain[month.BRAND] + 1000


def test_days_that_were_not_asked_for_are_faint() -> None:
    assert month.FAINT not in colours(picture(SHEET))
    assert month.FAINT in colours(picture(having(0, 0, Day(1, asked=False))))


def test_a_week_is_as_high_as_its_fullest_day() -> None:
    empty = picture(SHEET)
    full = picture(having(2, 4, Day(19, (ENTRY,) * 3, more="另有2项")))
    assert empty.width == full.width == month.WIDTH
    assert full.height > empty.height + 250


def test_an_empty_weekend_is_narrow_and_one_with_an_entry_is_not() -> None:
    narrow, even = month._edges(SHEET), month._edges(having(0, 6, Day(7, (ENTRY,))))
    assert narrow[7] == even[7] == month.WIDTH - month.MARGIN
    assert even[7] - even[6] > narrow[7] - narrow[6] + 40


def test_the_fullest_month_is_still_a_photo() -> None:
    longest = max((rule.title for kind in KINDS.all for rule in kind.duties), key=len)
    entry = Entry(Light.RED, "检察建议2025-12345", longest, "逾期123天暂定")
    day = Day(30, (entry,) * 3, "另有99项", "调休上班", rest=True)
    image = picture(replace(SHEET, weeks=((day,) * 7,) * 6))
    assert image.width + image.height <= 10_000
    assert image.height <= 20 * image.width


@given(
    text=st.text(alphabet="线索检察建议〔〕0123456789号Ａ-", min_size=1, max_size=40),
    width=st.integers(30, 400),
)
def test_a_wrapped_text_is_whole_and_fits(text: str, width: int) -> None:
    type_ = font(27)
    lines = month._wrapped(text, type_, width)
    assert "".join(lines) == text
    assert all(type_.getlength(line) <= width or len(line) == 1 for line in lines)


def test_a_sheet_survives_the_row_it_is_kept_in() -> None:
    sheet = having(3, 3, Day(25, (ENTRY,), "另有1项", "暂定", today=True, asked=False))
    assert Sheet.read(json.loads(json.dumps(sheet.plain()))) == sheet


@pytest.mark.parametrize("plain", [None, {}, {"sha256": "0", "name": "a.csv"}, [1]])
def test_what_is_no_sheet_is_not_read(plain: object) -> None:
    with pytest.raises(ValueError, match="Sheet"):
        Sheet.read(plain)
