"""Files as they are offered: which kinds are taken, how large, and under which name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.domain.entries import Reading
from bot.domain.errors import DomainError
from bot.domain.files import (
    GETFILE_LIMIT,
    KINDS,
    TRIES,
    FileRules,
    Offered,
    admit,
    check_size,
    keepable_name,
    pause_after,
    show_size,
)

DEFAULT = FileRules()
ALL = FileRules(tuple(KINDS))
READING = Reading(date(2026, 3, 9), abbreviations=["鄂州"])
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offered(name: str, mime_type: str = "", size: int | None = 1000) -> Offered:
    return Offered("BQAC1", name, mime_type, size)


def refusal(name: str, mime_type: str = "", size: int | None = 1000) -> DomainError:
    with pytest.raises(DomainError) as caught:
        admit(offered(name, mime_type, size), DEFAULT)
    return caught.value


def kept(name: str, kind: str = "xlsx") -> str:
    return keepable_name(offered(name), kind, READING)


@pytest.mark.parametrize(
    ("name", "mime_type", "kind"),
    [
        ("台账.xlsx", SHEET, "xlsx"),
        ("台账.XLSX", SHEET, "xlsx"),
        ("台账.xlsx", "", "xlsx"),
        ("台账.xlsx", "application/octet-stream", "xlsx"),
        ("台账.xlsx", "application/wps-office.xlsx", "xlsx"),
        ("台账.xlsx", "application/vnd.ms-excel", "xlsx"),
        ("台账.csv", "text/csv", "csv"),
        ("台账.csv", "text/plain", "csv"),
        ("台账.csv", "application/vnd.ms-excel", "csv"),
    ],
)
def test_spreadsheets_are_taken_by_default(name: str, mime_type: str, kind: str) -> None:
    assert admit(offered(name, mime_type), DEFAULT) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_an_office_may_take_any_kind_there_is(kind: str) -> None:
    for ending in KINDS[kind].endings:
        for mime_type in ("", *KINDS[kind].mime_types):
            assert admit(offered(f"a{ending}", mime_type), ALL) == kind


@pytest.mark.parametrize(
    "name",
    [
        "通知.docx",
        "决定书.pdf",
        "现场.jpg",
        "现场.png",
        "台账.xls",
        "台账.et",
        "台账.xlsx.exe",
        "台账",
        "",
        ".",
        "台账.xlsx\u202egpj.",
    ],
)
def test_whatever_else_is_refused_naming_what_is_taken(name: str) -> None:
    error = refusal(name)
    assert error.code == "file_kind"
    assert error.facts == {"allowed": ["Excel 表格（.xlsx）", "CSV 表格（.csv）"]}


@pytest.mark.parametrize(
    ("name", "mime_type"), [("a.xlsx", "image/png"), ("a.csv", SHEET), ("a.xlsx", "text/csv")]
)
def test_a_name_that_contradicts_its_media_type_is_refused(name: str, mime_type: str) -> None:
    assert refusal(name, mime_type).code == "file_kind"


@pytest.mark.parametrize("ending", ["xlsm", "XLSM", "xlsb", "docm", "xltm"])
def test_a_file_with_macros_is_refused_by_its_name(ending: str) -> None:
    assert refusal(f"台账.{ending}").code == "file_active"


def test_size_is_judged_before_anything_is_fetched() -> None:
    assert refusal("a.xlsx", size=0).code == "file_empty"
    assert refusal("a.xlsx", size=DEFAULT.max_bytes + 1).facts == {"largest": "5 MB"}
    assert admit(offered("a.xlsx", size=DEFAULT.max_bytes), DEFAULT) == "xlsx"
    assert admit(offered("a.xlsx", size=None), DEFAULT) == "xlsx"
    with pytest.raises(DomainError, match="file_too_large"):
        check_size(DEFAULT.max_bytes + 1, DEFAULT)


@pytest.mark.parametrize(
    ("kinds", "max_bytes", "max_per_record", "wrong"),
    [
        (("exe",), 1024, 1, "kinds"),
        (("csv",), GETFILE_LIMIT + 1, 1, "max_bytes"),
        (("csv",), 0, 1, "max_bytes"),
        (("csv",), 1024, 0, "max_per_record"),
        (("csv",), 1024, 21, "max_per_record"),
    ],
)
def test_an_office_cannot_ask_for_what_cannot_be(
    kinds: tuple[str, ...], max_bytes: int, max_per_record: int, wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        FileRules(kinds, max_bytes, max_per_record)


@pytest.mark.parametrize(
    ("name", "as_kept"),
    [
        ("台账.xlsx", "台账.xlsx"),
        ("C:\\Users\\王敏\\台账.XLSX", "台账.xlsx"),
        ("../../etc/台账.xlsx", "台账.xlsx"),
        ("..xlsx", "未命名.xlsx"),
        (".xlsx", "未命名.xlsx"),
        ("台\x00账\u202e\u200b\n一.xlsx", "台账 一.xlsx"),
        ('台<账>:"|?*.xlsx', "台_账______.xlsx"),
        ("  台   账 .xlsx", "台 账.xlsx"),
        ("鄂州资规罚字〔2025〕31号.xlsx", "鄂州资规罚字〔2025〕31号.xlsx"),
        ("420704199001011234.xlsx", "420***********234.xlsx"),
        ("联系13812345678.xlsx", "联系138****5678.xlsx"),
        ("当事人刘建国.xlsx", "当事人刘某某.xlsx"),
    ],
)
def test_a_name_is_kept_without_what_should_not_be_in_it(name: str, as_kept: str) -> None:
    assert kept(name) == as_kept


def test_a_long_name_is_cut_and_its_ending_stays() -> None:
    assert kept("账" * 500 + ".xlsx") == "账" * 80 + ".xlsx"
    assert keepable_name(offered("a.JPEG"), "jpg", READING) == "a.jpeg"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("【机密★5年】台账.xlsx", "secrecy_mark"),
        ("机密★/台账.xlsx", "secrecy_mark"),
        ("举报人名单.xlsx", "informant_or_minor"),
        ("未成年人名单.xlsx", "informant_or_minor"),
    ],
)
def test_some_names_are_not_kept_at_all(name: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        kept(name)


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (1, "1 字节"),
        (1023, "1023 字节"),
        (12_345, "12 KB"),
        (5 * 1024 * 1024, "5 MB"),
        (3_670_016, "3.5 MB"),
    ],
)
def test_a_size_is_said_as_people_read_it(size: int, shown: str) -> None:
    assert show_size(size) == shown


def test_attempts_become_rarer_and_end_within_an_hour() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, TRIES + 1)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert timedelta(minutes=30) < sum(pauses, timedelta()) < timedelta(hours=1)
