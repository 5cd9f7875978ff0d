from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DomainError
from bot.domain.people import Role, is_name
from bot.office import read_office
from bot.services import buttons
from bot.services.wish import Wish, pressed_wish, read_wish

if TYPE_CHECKING:
    from bot.services.desk import Books

OFFICE = read_office()


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("", Wish()),
        ("鄂城分局 联络员A角 王敏", Wish("zrzy-ec", Role.LIAISON, "王敏")),
        ("鄂城分局 联络员 王敏", Wish("zrzy-ec", Role.LIAISON, "王敏")),
        ("王敏，鄂城分局，联络员（Ａ角）", Wish("zrzy-ec", Role.LIAISON, "王敏")),
        ("鄂城分局联络员王敏", Wish("zrzy-ec", Role.LIAISON, "王敏")),
        ("鄂城分局 联络员 b角 李娜", Wish("zrzy-ec", Role.DEPUTY, "李娜")),
        ("鄂城分局 B角 李娜", Wish("zrzy-ec", Role.DEPUTY, "李娜")),
        ("鄂州市人民检察院 分管负责人 周强", Wish("jcy", Role.LEADER, "周强")),
        ("鄂州市检察院 负责人 周强", Wish("jcy", Role.LEADER, "周强")),
        ("鄂州市自然资源和规划局鄂城分局 A角 王敏", Wish("zrzy-ec", Role.LIAISON, "王敏")),
        ("鄂城区林长办 A角", Wish("lzb-ec", Role.LIAISON)),
        ("市林长办", Wish("lzb")),
        ("系统管理员 刘洋", Wish(None, Role.ADMIN, "刘洋")),
        ("市检察院 管理员 刘洋", Wish(None, Role.ADMIN, "刘洋")),
        ("王敏", Wish(name="王敏")),
    ],
)
def test_a_line_is_read_in_any_order(line: str, wish: Wish) -> None:
    assert read_wish(OFFICE, line) == wish


@pytest.mark.parametrize(
    "line", ["鄂城公安局 联络员 王敏", "鄂城分局 联络员 王敏 13800000000", "鄂城分局 x1"]
)
def test_words_left_over_are_shown_back(line: str) -> None:
    with pytest.raises(DomainError, match="join_unread"):
        read_wish(OFFICE, line)


@given(st.text())
def test_any_line_is_read_or_refused(line: str) -> None:
    with suppress(DomainError):
        wish = read_wish(OFFICE, line)
        assert wish.name == "" or is_name(wish.name)


@given(
    st.sampled_from([organ.short for organ in OFFICE.organs]),
    st.sampled_from([role for role in Role if role is not Role.ADMIN]),
    st.permutations([0, 1, 2]),
)
def test_every_organ_and_role_is_known_by_its_own_name(
    organ: str, role: Role, order: list[int]
) -> None:
    words = [organ, role.label, "欧阳修远"]
    wish = read_wish(OFFICE, " ".join(words[at] for at in order))
    assert wish.organ is not None
    assert (OFFICE.organ(wish.organ).short, wish.role, wish.name) == (organ, role, "欧阳修远")


@pytest.mark.parametrize("role", Role)
def test_a_code_gives_the_wish_back(role: Role) -> None:
    wish = Wish(None if role is Role.ADMIN else "zrzy-ec", role)
    assert pressed_wish(OFFICE, buttons.read(buttons.code(buttons.JOIN, *wish.args))) == wish


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("-",),
        ("-", "liaison"),
        ("zrzy-ec", "admin"),
        ("zrzy-ec", "president"),
        ("court",),
        ("court", "liaison"),
    ],
)
def test_a_forged_code_gives_nothing(books: Books, args: tuple[str, ...]) -> None:
    with pytest.raises(DomainError, match=r"unknown_button|unknown_organ"):
        pressed_wish(books.office, buttons.read(buttons.code(buttons.JOIN, *args)))
