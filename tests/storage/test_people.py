"""The roster's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.people import Role, Status

if TYPE_CHECKING:
    from tests.conftest import Hire, OpenDesk


async def test_people_stand_in_the_order_of_their_roles(people: Hire, desk: OpenDesk) -> None:
    leader = await people(role=Role.LEADER, name="周强")
    deputy = await people(role=Role.DEPUTY, name="李娜")
    liaison = await people(role=Role.LIAISON, name="王敏")
    await people(organ="jcy-ec", name="陈晨")

    async with desk() as d:
        assert await d.tx.people.of_organs({"zrzy-ec"}) == [liaison, deputy, leader]
        assert await d.tx.people.of_organs({"zrzy-ec"}, {Role.LEADER}) == [leader]


async def test_only_the_active_are_found_by_organ_and_role(people: Hire, desk: OpenDesk) -> None:
    gone = await people(role=Role.ADMIN, organ=None)
    async with desk() as d:
        await d.tx.people.change(gone.id, status=Status.LEFT.value)
        assert await d.tx.people.of_role(Role.ADMIN) == []
        assert [p.id for p in await d.tx.people.everybody(Status.LEFT)] == [gone.id]


async def test_somebody_is_reachable_until_the_bot_is_blocked(people: Hire, desk: OpenDesk) -> None:
    person = await people(user_id=7_500_000_001)
    async with desk() as d:
        await d.tx.people.mark_reachable(person.user_id, d.now, reachable=False)
        blocked = await d.tx.people.by_user(person.user_id)
        assert blocked is not None
        assert not blocked.reachable


async def test_whoever_never_joined_is_forgotten(people: Hire, desk: OpenDesk) -> None:
    asking, member = await people(), await people()
    async with desk() as d:
        await d.tx.people.change(asking.id, status=Status.ASKED.value)
        for person in (asking, member):
            await d.tx.people.forget(person.id)
        assert await d.tx.people.get(asking.id) is None
        assert await d.tx.people.get(member.id) == member


async def test_the_row_of_whoever_left_belongs_to_no_account(people: Hire, desk: OpenDesk) -> None:
    people_gone = [await people(name=name) for name in ("王敏", "李静")]
    async with desk() as d:
        for person in people_gone:
            await d.tx.people.detach(person.id)
            assert await d.tx.people.by_user(person.user_id) is None
            gone = await d.tx.people.get(person.id)
            assert gone is not None
            assert (gone.name, gone.organ, gone.role) == (person.name, person.organ, person.role)
            assert (gone.user_id, gone.reachable, gone.status) == (-gone.id, False, Status.LEFT)
