"""Parcels' numbers: one spelling, in lines, questions and masked texts."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.entries import ParcelNumber, Reading
from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.line import read_line
from bot.domain.masking import mask
from bot.domain.parcels import find_parcels, parse_parcel

READING = Reading(date(2026, 3, 9))
ONE = "420704-2026-2-0137"


@pytest.mark.parametrize(
    "written",
    [
        ONE,
        "420704-2026-2-137",
        "420704－2026－2－0137",
        "420704—2026—02—0137",
        "420704/2026/2/0137",
        " 420704 - 2026 - 2 - 0137 ",
        "４２０７０４-２０２６-２-０１３７",
    ],
)
def test_every_spelling_is_the_same_number(written: str) -> None:
    assert parse_parcel(written) == ONE
    assert ParcelNumber().read(f"图斑 {written}", READING) == ONE


@pytest.mark.parametrize(
    "written", ["420704-2026-13-0137", "2026-3-9", "420704-1990-01-011234", "0711-2026-2-0137", ""]
)
def test_what_is_none_is_not_taken(written: str) -> None:
    assert find_parcels(written) == []
    with pytest.raises(DomainError, match="not_a_parcel"):
        ParcelNumber().read(written, READING)


def test_a_line_gives_it_and_neither_date_nor_area_out_of_it() -> None:
    heard = read_line(
        "W 移送线索 图斑编号：420704-2026-3-9 某村占地3亩 申请3月3日",
        LEAD.entries,
        LEAD.rest,
        READING,
    )
    assert heard.data["parcel_number"] == "420704-2026-3-0009"
    assert heard.data["applied_on"] == "2026-03-03"
    assert heard.data["summary"] == "图斑编号：420704-2026-3-9 某村占地3亩"


def test_it_is_no_bank_card() -> None:
    assert mask("图斑420704-2026-12-01375，卡号4111111111111111") == (
        "图斑420704-2026-12-01375，卡号4111****1111"
    )
