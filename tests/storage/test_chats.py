"""Which group is whose, also after it became another group."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.outgoing import Detour, Manner, Outgoing
from bot.domain.people import Side
from bot.domain.records import Draft
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.database import Database
    from tests.conftest import Hire

GROUP = -4512345678
SUPERGROUP = -1002345678901
BOTH = frozenset({Side.PROCURATORATE, Side.RESOURCES})
WHOLE = Chat(GROUP, 0, "鄂城联络群", "420704", BOTH)
TOPIC = Chat(GROUP, 8, "涉林专题", "420704", BOTH | {Side.FORESTRY})


async def bind(database: Database, now: datetime, *chats: Chat) -> None:
    async with database.write() as tx:
        for serial, chat in enumerate(chats):
            await tx.chats.bind(chat, 1, now + timedelta(seconds=serial))


async def test_a_topic_s_own_binding_wins(database: Database, now: datetime) -> None:
    await bind(database, now, WHOLE, TOPIC)
    async with database.read() as tx:
        assert await tx.chats.at(GROUP, 8) == TOPIC
        assert await tx.chats.at(GROUP, 9) == WHOLE
        assert await tx.chats.at(GROUP, 0) == WHOLE
        assert await tx.chats.at(SUPERGROUP, 0) is None


async def test_a_bound_topic_binds_no_other(database: Database, now: datetime) -> None:
    await bind(database, now, TOPIC)
    async with database.read() as tx:
        assert await tx.chats.at(GROUP, 0) is None
        assert await tx.chats.at(GROUP, 9) is None


async def test_binding_anew_replaces(database: Database, now: datetime) -> None:
    moved = Chat(GROUP, 0, "华容联络群", "420703", BOTH)
    await bind(database, now, WHOLE, moved)
    async with database.write() as tx:
        assert await tx.chats.everywhere() == [moved]
        assert await tx.chats.unbind(GROUP)
        assert not await tx.chats.unbind(GROUP)


async def test_a_topic_is_unbound_with_its_posts(database: Database, now: datetime) -> None:
    await bind(database, now, WHOLE, TOPIC)
    async with database.write() as tx:
        for thread_id in (0, 8):
            post = Outgoing(GROUP, f"{thread_id}", thread_id=thread_id, post=f"card/{thread_id}")
            await tx.outbox.add(replace(post, manner=Manner.PUT), now)
            (queued,) = await tx.outbox.claim(now, 1)
            await tx.outbox.sent(queued, 55 + thread_id, now)

        assert await tx.chats.unbind(GROUP, 8)
        assert await tx.chats.of_group(GROUP) == [WHOLE]
        assert await tx.chats.post("card/8") is None
        assert await tx.chats.post("card/0") == (GROUP, 55)


async def test_no_card_that_waits_is_said_where_nothing_is_bound_any_more(
    database: Database, now: datetime
) -> None:
    await bind(database, now, WHOLE, TOPIC)
    async with database.write() as tx:
        for thread_id in (0, 8):
            for post in (f"card/1/{thread_id}", f"draft/{thread_id}", ""):
                key = f"{thread_id} {post}"
                await tx.outbox.add(Outgoing(GROUP, key, thread_id=thread_id, post=post), now)
    async with database.write() as tx:
        await tx.chats.unbind(GROUP, 8)
        said = []
        while batch := await tx.outbox.claim(now, 9):
            said += [queued.message.key for queued in batch]
    assert said == ["0 card/1/0", "0 draft/0", "0 ", "8 draft/8", "8 "]


async def test_a_matter_goes_only_where_its_sides_are(database: Database, now: datetime) -> None:
    await bind(database, now, WHOLE, TOPIC)
    async with database.read() as tx:
        assert await tx.chats.for_matter("420704", BOTH) == [WHOLE, TOPIC]
        assert await tx.chats.for_matter("420704", {Side.FORESTRY}) == [TOPIC]
        assert await tx.chats.for_matter("420703", BOTH) == []


async def test_a_group_that_became_a_supergroup_is_followed_everywhere(
    database: Database, people: Hire, now: datetime
) -> None:
    person = await people()
    await bind(database, now, WHOLE)
    draft = Draft(0, "lead", person.id, GROUP, 0, False, "", None, None, "summary")
    async with database.write() as tx:
        draft = await tx.drafts.add(draft, now)
        await tx.outbox.add(Outgoing(GROUP, "standing", manner=Manner.PUT, post="card/1"), now)
        (standing,) = await tx.outbox.claim(now, 1)
        await tx.outbox.sent(standing, 55, now)
        await tx.outbox.add(Outgoing(GROUP, "waiting"), now)
        detour = Detour(GROUP, 0, "请私聊机器人。")
        await tx.outbox.add(Outgoing(person.user_id, "private", detour=detour), now)

    async with database.write() as tx:
        await tx.chats.move(GROUP, SUPERGROUP)

    async with database.write() as tx:
        moved = await tx.drafts.get(draft.id)
        assert moved is not None
        assert moved.chat_id == SUPERGROUP
        assert await tx.chats.at(GROUP, 0) is None
        assert await tx.chats.at(SUPERGROUP, 0) is not None
        assert await tx.chats.post("card/1") is None
        waiting, private = [queued.message for queued in await tx.outbox.claim(now, 9)]
        assert (waiting.key, waiting.chat_id) == ("waiting", SUPERGROUP)
        assert private.detour == Detour(SUPERGROUP, 0, "请私聊机器人。")


async def test_posts_are_known_before_they_stand(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await tx.outbox.add(Outgoing(GROUP, "one", manner=Manner.PUT, post="card/1/a"), now)
        assert await tx.chats.posts_under("card/1/") == [(GROUP, 0)]
        assert await tx.chats.posts_under("card/2/") == []
        (queued,) = await tx.outbox.claim(now, 1)
        await tx.outbox.sent(queued, 55, now)
        assert await tx.chats.posts_under("card/1/") == [(GROUP, 0)]
        assert await tx.chats.post("card/1/a") == (GROUP, 55)
