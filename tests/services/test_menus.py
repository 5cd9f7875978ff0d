"""An administrator's menu follows the roster, in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.outgoing import Manner
from bot.domain.people import Place, Role, Status
from bot.services.menus import offer_menu, opened_private
from bot.services.roster import leave, refresh_admin_menus

if TYPE_CHECKING:
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import Deliver


async def menus(deliver: Deliver) -> list[tuple[int, str]]:
    """The menus that are waiting to be given: chat and role."""
    return [(m.chat_id, m.text) for m in await deliver() if m.manner is Manner.MENU]


async def test_at_the_start_every_administrator_in_reach_is_given_one(
    people: Hire, desk: OpenDesk, deliver: Deliver
) -> None:
    admin, other = await people(None, Role.ADMIN), await people(None, Role.ADMIN)
    await people(None, Role.ADMIN, reachable=False)
    await people()
    async with desk() as d:
        await refresh_admin_menus(d)
    assert await menus(deliver) == [(admin.user_id, "admin"), (other.user_id, "admin")]


async def test_one_who_comes_into_reach_is_given_one_once(
    people: Hire, desk: OpenDesk, deliver: Deliver
) -> None:
    admin = await people(None, Role.ADMIN, reachable=False)
    liaison = await people(reachable=False)
    for _ in range(2):
        async with desk() as d:
            await opened_private(d, admin.user_id)
            await opened_private(d, liaison.user_id)
            await opened_private(d, 1)
    assert await menus(deliver) == [(admin.user_id, "admin")]
    async with desk() as d:
        reached = await d.tx.people.get(liaison.id)
    assert reached is not None
    assert reached.reachable


async def test_one_who_only_asks_is_given_none(
    people: Hire, desk: OpenDesk, deliver: Deliver
) -> None:
    asking = await people(None, Role.ADMIN, reachable=False)
    async with desk() as d:
        await d.tx.people.change(asking.id, status=Status.ASKED.value)
        await opened_private(d, asking.user_id)
    assert await menus(deliver) == []


async def test_who_leaves_is_left_with_everybodys(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    admin, liaison = await people(None, Role.ADMIN), await people()
    stays = await people(None, Role.ADMIN, "孙伟")
    for person in (admin, liaison):
        async with desk() as d:
            place = Place(person.user_id, private=True)
            await leave(d, actor(stays), person.id, place)
    assert await menus(deliver) == [(admin.user_id, "")]


async def test_of_what_still_waits_only_the_newest_is_given(
    people: Hire, desk: OpenDesk, deliver: Deliver
) -> None:
    admin = await people(None, Role.ADMIN)
    async with desk() as d:
        await offer_menu(d, admin.user_id, Role.ADMIN)
        await offer_menu(d, admin.user_id)
    assert await menus(deliver) == [(admin.user_id, "")]
