"""A card that has scrolled away is posted anew, and the old one leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.services.reposting import FAR
from tests.edge.office import NUMBER, STRANGER

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from bot.sandbox.messages import Message
    from tests.edge.office import Office

MOVED = f"{NUMBER} 的最新卡片已移到下方。"


def chatter(office: Office, chat: Chat, times: int = FAR + 1) -> None:
    for number in range(times):
        office[STRANGER].write(chat, f"第{number}句闲话")


async def below(office: Office, old: Message) -> Message:
    """The card that now stands in a group, once the old one has said where."""
    await office.sandbox.until(lambda: old.text == MOVED)
    return await office.reads("王敏", f"{NUMBER}　已签收", old.chat, after=old)


@pytest.mark.parametrize("privacy", [True, False], ids=["hears commands only", "hears all"])
async def test_the_old_card_leads_to_the_new_one(office: Office, *, privacy: bool) -> None:
    office.sandbox.world.privacy = privacy
    old = await office.filed()
    chatter(office, office.group)
    office["王敏"].write(office.group, "/help")
    await office.settle()
    assert await office.pressed("李静", old, "签收") == ""
    new = await below(office, old)
    (way,) = old.buttons
    assert (way.label, way.url) == (
        "查看最新卡片",
        f"https://t.me/c/{-office.group.id - 10**12}/{new.id}",
    )
    assert "开始审查" in new.labels
    assert "最新的卡片" in await office.forged("李静", old, "1.mv.1.sign.1")
    await office.pressed("李静", new, "开始审查")
    await office.sandbox.until(lambda: "审查中" in new.text)
    assert old.text == MOVED


async def test_a_basic_group_has_no_such_addresses(office: Office) -> None:
    basic = office.sandbox.group("三方群", *office.cast.values(), kind="group")
    await office.bind(basic, "420704")
    await office.filed()
    old = await office.reads("王敏", f"{NUMBER}　已移送", basic)
    chatter(office, basic)
    await office.settle()
    await office.pressed("李静", old, "签收")
    await below(office, old)
    assert not old.buttons


async def test_talk_in_private_chats_moves_no_basic_groups_card(office: Office) -> None:
    basic = office.sandbox.group("三方群", *office.cast.values(), kind="group")
    await office.bind(basic, "420704")
    await office.filed()
    card = await office.reads("王敏", f"{NUMBER}　已移送", basic)
    chatter(office, office[STRANGER].private)
    await office.settle()
    await office.pressed("李静", card, "签收")
    await office.sandbox.until(lambda: "　已签收\n" in card.text)


async def test_an_old_card_that_somebody_deleted_needs_no_pointer(office: Office) -> None:
    old = await office.filed()
    chatter(office, office.group)
    await office.settle()
    office.sandbox.world.delete(old)
    office["李静"].press(await office.reads("李静", NUMBER), "签收")
    await office.reads("王敏", f"{NUMBER}　已签收", office.group, after=old)
    await office.settle()
    assert not [row for row in await office.rows("outbox") if row["state"] == "failed"]
    assert MOVED not in "".join(office.talk(office.group))


async def test_after_the_upgrade_of_a_group_its_card_is_simply_put_anew(office: Office) -> None:
    basic = office.sandbox.group("三方群", *office.cast.values(), kind="group")
    await office.bind(basic, "420704")
    await office.filed()
    card = await office.reads("王敏", f"{NUMBER}　已移送", basic)
    chatter(office, basic)
    group = office.sandbox.upgrade(basic)
    await office.settle()
    await office.pressed("李静", await office.reads("李静", NUMBER), "签收")
    await office.reads("王敏", f"{NUMBER}　已签收", group)
    await office.settle()
    assert "已移送" in card.text
    assert MOVED not in "".join(office.talk(group))
