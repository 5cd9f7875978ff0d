"""docs/periods.md is what the data gives."""

from __future__ import annotations

import pytest

from bot.domain.kinds import KINDS
from bot.domain.periods import PERIODS, with_overrides
from docs.make_periods import PAGE, page, uses_of


def test_the_page_is_what_the_data_gives() -> None:
    assert page() == PAGE.read_text(encoding="utf-8"), "run `make periods`"


def test_every_period_has_its_row_and_every_duty_its_period() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| ")]
    assert {row.split(" | ")[0].removeprefix("| ") for row in rows} >= PERIODS.keys()
    uses = uses_of(KINDS)
    assert uses.keys() <= PERIODS.keys()
    told = {use for several in uses.values() for use in several}
    assert told == {f"{kind.title}：{rule.title}" for kind in KINDS.all for rule in kind.duties}


def test_a_period_that_the_content_chooses_is_told_too() -> None:
    uses = uses_of(KINDS)
    assert {c for c in uses if "检察建议：书面回复" in uses[c]} == {"A1", "A2", "A3", "A3-URGENT"}


@pytest.mark.parametrize("code", sorted(PERIODS))
def test_what_the_page_says_may_be_changed_may_be(code: str) -> None:
    told = next(line for line in page().splitlines() if "可以调整的有：" in line)
    listed = told.split("：")[1].rstrip("。").split("、")
    if code in listed:
        assert with_overrides(PERIODS, {code: 4})[code].length == 4
    else:
        with pytest.raises(ValueError, match=code):
            with_overrides(PERIODS, {code: 4})
