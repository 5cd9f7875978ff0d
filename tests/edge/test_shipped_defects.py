"""Defects that others shipped (FEATURES) and only the messenger can show; see tests/services."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.edge.office import NUMBER

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from bot.sandbox.faults import FaultKind
    from tests.edge.office import Office

MARK = "（此条可能重复发送）"


async def next_day(office: Office, days: int = 1) -> None:
    office.sandbox.clock.advance(timedelta(days=days))
    await office.tick()
    await office.settle()


@pytest.mark.parametrize("kind", ["429", "5xx", "drop_before", "drop_after"])
async def test_defect_03_a_passing_failure_to_send_deletes_no_reminder(
    office: Office, kind: FaultKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.sender.LONGEST_WAIT", timedelta(seconds=0.05))
    await office.filed()
    await office.settle()
    office.sandbox.faults.add(kind, "sendMessage", times=1, seconds=0.2)
    await next_day(office)
    heard = [m.text for m in office["李静"].reads() if "办理提醒" in m.text]
    assert len(heard) == (2 if kind == "drop_after" else 1)
    assert all(NUMBER in text for text in heard)
    assert (MARK in heard[-1]) == (kind != "429")


async def test_defect_14_what_is_asked_in_a_group_is_never_ignored(office: Office) -> None:
    """Neither in a bound group nor in one that is not, nor from who may not ask."""
    unbound = office.sandbox.group("新群", office["王敏"], office["路人甲"])
    for chat in (office.group, unbound):
        for name in ("王敏", "路人甲"):
            asked = office[name].write(chat, "/upcoming")
            await office.reads(name, "", chat, after=asked)


async def test_defect_17_the_upgrade_of_a_group_does_not_mute_the_bot(office: Office) -> None:
    """Nobody told the bot of it: the week's word, said to the old group, is told in the new."""
    group = office.sandbox.group("鄂城小群", *office.cast.values(), kind="group")
    await office.bind(group, "420704")
    await next_day(office, 7)
    assert weeks(office, group) == 1
    await office.close()
    upgraded = office.sandbox.upgrade(group)
    office.sandbox.world.updates.clear()
    await office.open()
    await next_day(office, 7)
    await next_day(office, 7)
    assert weeks(office, upgraded) == 2


def weeks(office: Office, chat: Chat) -> int:
    """How often a chat was told what the week brings."""
    return sum(line.startswith("本周到期事项") for line in office.talk(chat))
