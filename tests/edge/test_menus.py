"""The menus of commands: by chat, an administrator's as the roster has it, whatever goes wrong."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.kinds import KINDS
from handlers.commands import FOR_ADMINS, IN_GROUPS, IN_PRIVATE, all_commands
from tests.edge.office import STRANGER

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.sandbox.chats import Chat
    from bot.sandbox.faults import FaultKind
    from handlers.commands import Menu
    from tests.edge.office import Office


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what failed be tried again soon."""
    monkeypatch.setattr("handlers.sender.LONGEST_WAIT", timedelta(seconds=0.05))


def declared(menus: Collection[Menu]) -> list[tuple[object, object]]:
    """What these menus offer, as the one table of commands has it."""
    return [(c.name, c.purpose) for c in all_commands(KINDS) if c.menu in menus]


def offered(office: Office, name: str, chat: Chat | None = None) -> list[tuple[object, object]]:
    """What somebody's client offers in a chat, in private unless one is given."""
    person = office[name]
    menu = office.sandbox.world.profile.menu(chat or person.private, person.user)
    return [(command["command"], command["description"]) for command in menu]


async def has_menu(office: Office, name: str, menus: Collection[Menu]) -> None:
    await office.until(lambda: offered(office, name) == declared(menus))


async def second_admin(office: Office) -> None:
    """Let 吴建国 administer too, from the next start on."""
    await office.close()
    await office.open(admins=(office["吴建国"].id,))


async def test_each_chat_offers_what_is_of_use_there(office: Office) -> None:
    await has_menu(office, "孙伟", FOR_ADMINS)
    assert offered(office, "王敏", office.group) == declared(IN_GROUPS)
    assert offered(office, "孙伟", office.group) == declared(IN_GROUPS)
    for name in ("王敏", "吴建国", STRANGER):
        assert offered(office, name) == declared(IN_PRIVATE)
    assert len(declared(IN_GROUPS)) < len(declared(IN_PRIVATE)) < len(declared(FOR_ADMINS))


async def test_whoever_administers_from_now_on_is_offered_more(office: Office) -> None:
    assert offered(office, "吴建国") == declared(IN_PRIVATE)
    await second_admin(office)
    await has_menu(office, "吴建国", FOR_ADMINS)
    assert offered(office, "李静") == declared(IN_PRIVATE)


async def test_who_administers_no_more_is_offered_less(office: Office) -> None:
    await second_admin(office)
    await has_menu(office, "孙伟", FOR_ADMINS)
    office["孙伟"].write(None, "/leave")
    asked = await office.reads("孙伟", "确认退出名册吗")
    await office.pressed("孙伟", asked, asked.labels[0])
    await has_menu(office, "孙伟", IN_PRIVATE)
    assert offered(office, "吴建国") == declared(FOR_ADMINS)


async def test_one_removed_by_another_is_offered_less_even_behind_a_block(office: Office) -> None:
    await second_admin(office)
    await has_menu(office, "孙伟", FOR_ADMINS)
    office["孙伟"].block()
    office["吴建国"].write(None, "/remove 孙伟")
    asked = await office.reads("吴建国", "移出名册吗")
    await office.pressed("吴建国", asked, asked.labels[0])
    await has_menu(office, "孙伟", IN_PRIVATE)


async def test_an_administrator_nobody_can_write_to_yet_has_the_menu_once_they_come(
    closed_office: Office,
) -> None:
    office, newcomer = closed_office, closed_office[STRANGER]
    await office.open(admins=(newcomer.id,))
    await office.settle()
    assert offered(office, STRANGER) == declared(IN_PRIVATE)
    newcomer.start("d1")
    await has_menu(office, STRANGER, FOR_ADMINS)


@pytest.mark.parametrize("kind", ["429", "5xx", "drop_before", "drop_after"])
async def test_a_menu_arrives_however_bad_the_line_is(office: Office, kind: FaultKind) -> None:
    await second_admin(office)
    await has_menu(office, "孙伟", FOR_ADMINS)
    await office.settle()
    for method in ("setMyCommands", "deleteMyCommands"):
        office.sandbox.faults.add(kind, method, times=2, seconds=1)
    office["孙伟"].write(None, "/leave")
    asked = await office.reads("孙伟", "确认退出名册吗")
    await office.pressed("孙伟", asked, asked.labels[0])
    await has_menu(office, "孙伟", IN_PRIVATE)
    await office.settle()
    assert [row for row in await office.rows("outbox") if row["manner"] == "menu"] == []


async def test_a_change_committed_before_a_stop_reaches_the_menu_after_it(office: Office) -> None:
    await second_admin(office)
    await has_menu(office, "孙伟", FOR_ADMINS)
    office.sandbox.faults.add("5xx", "deleteMyCommands")
    office["孙伟"].write(None, "/leave")
    asked = await office.reads("孙伟", "确认退出名册吗")
    await office.pressed("孙伟", asked, asked.labels[0])
    await office.close()
    assert offered(office, "孙伟") == declared(FOR_ADMINS)
    office.sandbox.faults.set([])
    await office.open()
    await has_menu(office, "孙伟", IN_PRIVATE)


async def test_help_lists_what_the_menu_offers_there(office: Office) -> None:
    for name, chat, menus in (
        ("王敏", office.group, IN_GROUPS),
        ("王敏", None, IN_PRIVATE),
        ("孙伟", None, FOR_ADMINS),
    ):
        asked = office[name].write(chat, "/help")
        said = await office.reads(name, "用法", chat, after=asked)
        listed = re.findall(r"^/([a-z]+)　(\S+)", said.text, re.MULTILINE)
        expected = [each for each in declared(menus) if each[0] != "help"]
        assert sorted(listed) == sorted(expected)
