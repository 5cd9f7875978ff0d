from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.people import Side
from bot.office import OfficeError, read_office

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = (resources.files("bot") / "offices" / "ezhou.toml").read_text(encoding="utf-8")


def test_the_office_that_ships_is_valid() -> None:
    office = read_office()
    assert office.notice == "鄂州检会〔2021〕5号"
    assert len(office.organs) == 14
    assert [district.short for district in office.districts] == [
        "市本级",
        "鄂城",
        "华容",
        "梁子湖",
        "葛店",
        "临空",
    ]


def test_a_city_organ_answers_for_every_district() -> None:
    office = read_office()
    assert office.standing("zrzy").districts == {d.code for d in office.districts}


@pytest.mark.parametrize(
    ("organ", "districts"),
    [
        ("jcy-ec", {"420704", "linkong"}),
        ("jcy-hr", {"420703", "gedian"}),
        ("jcy-lzh", {"420702"}),
        ("zrzy-ec", {"420704"}),
        ("zrzy-gd", {"gedian"}),
        ("zrzy-lk", {"linkong"}),
        ("lzb-ec", {"420704", "linkong"}),
    ],
)
def test_a_district_organ_answers_for_the_districts_that_name_it(
    organ: str, districts: set[str]
) -> None:
    assert read_office().standing(organ).districts == districts


def test_a_district_names_its_organ_of_each_side() -> None:
    district = read_office().district("gedian")
    assert [district.organ(side) for side in Side] == ["jcy-hr", "zrzy-gd", "lzb-hr"]


def test_the_longest_spelling_of_a_district_comes_first() -> None:
    spellings = read_office().district("gedian").spellings
    assert spellings[0] == "葛店经济技术开发区"
    assert set(spellings) == {"葛店经济技术开发区", "葛店经开区", "葛店开发区", "葛店"}


def test_what_the_file_does_not_name_is_unknown() -> None:
    office = read_office()
    with pytest.raises(DomainError, match="unknown_organ"):
        office.organ("court")
    with pytest.raises(DomainError, match="unknown_district"):
        office.district("420100")


def test_an_example_speaks_of_this_office() -> None:
    example = read_office().illustrate("2C {district} {organ} {number}")
    assert example == "2C 鄂城 鄂城分局 鄂州资规罚字〔2025〕31号"


def test_an_office_without_districts_below_the_city_has_examples_too() -> None:
    office = read_office()
    city = office.model_copy(update={"districts": office.districts[:1]})
    assert city.illustrate("{district} {organ}") == "市本级 市资规局"


def mistaken(tmp_path: Path, right: str, wrong: str) -> str:
    """Put one mistake into the file that ships; the line that says so."""
    assert right in SHIPPED
    file = tmp_path / "office.toml"
    file.write_text(SHIPPED.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(OfficeError) as refused:
        read_office(file)
    line = str(refused.value)
    assert line.startswith(f"{file}: ")
    return line.removeprefix(f"{file}: ")


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ('side = "procuratorate"', 'side = "court"', "organs.0.side"),
        ('name = "鄂州市人民检察院"', 'name = ""', "organs.0.name"),
        ('code = "zrzy"', 'code = "资规"', "organs.1.code"),
        ('code = "jcy-ec"', 'code = "jcy"', "organs: 'jcy' stands twice"),
        ('short = "鄂城分局"', 'short = "市资规局"', "organs: '市资规局' stands twice"),
        ("city = true", "town = true", "organs.0.town"),
        ('code = "420703"', 'code = "420704"', "districts: '420704' stands twice"),
        ('short = "华容"', 'short = "鄂城"', "districts: '鄂城' stands twice"),
        ('aliases = ["临空区"]', 'aliases = ["葛店"]', "districts: '葛店' stands twice"),
        ('procuratorate = "jcy-ec"', 'procuratorate = "jcy-x"', "420704: no procuratorate organ"),
        ('resources = "zrzy-ec"', 'resources = "jcy-ec"', "420704: no resources organ"),
        ('forestry = "lzb-ec"', "", "districts.1.forestry"),
        ('["09:00", "11:30"]', '["11:30", "09:00"]', "hours: "),
        ("[hours]", "[hours]\nlunch = true", "hours.lunch"),
        ('example = "', 'sample = "', "numbers.example"),
        ('["14:30", "17:30"]', '["11:00", "17:30"]', "hours"),
        ('["09:00", "11:30"]', '["9点", "11:30"]', "hours.blocks.0.0"),
        ("draft_days = 30", "draft_days = 0", "thresholds.draft_days"),
        ('kinds = ["xlsx", "csv"]', 'kinds = ["exe"]', "'exe' is none of xlsx"),
        ("max_bytes = 5_242_880", "max_bytes = 20_971_521", "max_bytes: between"),
        ("max_per_record = 10", "max_per_record = 0", "max_per_record: between"),
        ("max_per_record = 10", "max_files = 10", "files.max_files"),
        ("abbreviations = [", "abbreviations = [] # [", "numbers.abbreviations"),
        ('notice = "', 'decree = "', "notice"),
        ("[hours]", "[hours", "is not TOML"),
    ],
)
def test_a_mistake_gives_one_line_that_names_the_place(
    tmp_path: Path, right: str, wrong: str, place: str
) -> None:
    line = mistaken(tmp_path, right, wrong)
    assert place in line
    assert "\n" not in line


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match=r"office\.toml: cannot be read"):
        read_office(tmp_path / "office.toml")


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text(SHIPPED, encoding="gb18030")
    with pytest.raises(OfficeError, match=r"office\.toml: is not TOML"):
        read_office(file)
