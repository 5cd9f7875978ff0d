"""The days that rest by law, held against a library that others keep, and against the notices."""

import json
from datetime import date
from pathlib import Path

import holidays
import pytest

from bot.domain.statutory import YEARS, statutory_rest

PUBLISHED = json.loads((Path(__file__).parent / "data" / "holidays_cn.json").read_text("utf-8"))
NAMES = {
    "元旦": "元旦",
    "农历除夕": "春节",
    "春节": "春节",
    "清明节": "清明节",
    "劳动节": "劳动节",
    "端午节": "端午节",
    "中秋节": "中秋节",
    "国庆节": "国庆节",
}
"""What the library calls the days of the law; it also lists those that a notice has moved."""


def by_the_library(year: int) -> dict[date, set[str]]:
    china = holidays.country_holidays("CN", years=year, observed=False, language="zh_CN")
    named = {day: {NAMES[n] for n in china.get_list(day) if n in NAMES} for day in china}
    return {day: names for day, names in named.items() if names}


@pytest.mark.parametrize("year", YEARS)
def test_every_day_and_name_is_that_of_the_library(year: int) -> None:
    told = {day: set(name.split("、")) for day, name in statutory_rest(year).items()}
    assert told == by_the_library(year)


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_published_year_rests_on_each_of_them(year: int) -> None:
    worked = [
        day
        for day in statutory_rest(year)
        if day.isoformat() in PUBLISHED["makeup_workdays"]
        or (day.weekday() < 5 and day.isoformat() not in PUBLISHED["off_weekdays"])
    ]
    assert worked == []


def test_2027_as_it_stands_on_a_wall_calendar() -> None:
    weekdays = {
        f"{day:%m-%d}": name for day, name in statutory_rest(2027).items() if day.weekday() < 5
    }
    assert weekdays == {
        "01-01": "元旦",
        "02-05": "春节",
        "02-08": "春节",
        "04-05": "清明节",
        "06-09": "端午节",
        "09-15": "中秋节",
        "10-01": "国庆节",
    }


def test_two_that_fall_on_one_day_are_both_named() -> None:
    assert statutory_rest(2028)[date(2028, 10, 3)] == "国庆节、中秋节"
