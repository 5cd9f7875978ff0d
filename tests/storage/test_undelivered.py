"""What could not be delivered: named, said once more to the same reader only, or dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.outgoing import Button, Detour, Document, Manner, Outgoing
from bot.domain.people import Person, Role, Side, Status
from bot.domain.trouble import Trouble
from bot.storage.chats import Chat
from bot.storage.tables import outbox as outbox_table
from bot.storage.undelivered import Lost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.storage.database import Database, Tx

GROUP = -1001234567890
USER = 7_500_000_001
WORDS = "刘某某"
BLOCKED = "Forbidden: bot was blocked by the user"
KEYS = (f"t{number}" for number in count())
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BINDING = Chat(GROUP, 0, "鄂城群", "420704", frozenset(Side))


@dataclass
class Mail:
    """A transaction in which messages are given up."""

    tx: Tx
    now: datetime

    async def hire(self, at: datetime) -> Person:
        return await self.tx.people.add(
            user_id=USER,
            name="王敏",
            role=Role.LIAISON,
            organ="zrzy-ec",
            status=Status.ACTIVE,
            reachable=True,
            now=at,
        )

    async def give_up(self, chat_id: int, trouble: str = BLOCKED, **how: object) -> int:
        """Let a message fail; returns the row's id."""
        message = Outgoing(chat_id, next(KEYS), WORDS)
        await self.tx.outbox.add(replace(message, **how), self.now)  # type: ignore[arg-type]
        (queued,) = await self.tx.outbox.claim(self.now, 1)
        await self.tx.outbox.failed(queued, trouble, self.now + MINUTE)
        return queued.id

    async def again(self) -> list[bool]:
        return [each.again for each in await self.tx.undelivered.newest(10)]


@pytest.fixture
async def mail(database: Database, now: datetime) -> AsyncIterator[Mail]:
    async with database.write() as tx:
        yield Mail(tx, now)


async def test_it_is_told_to_whom_when_and_why_and_not_what(mail: Mail, now: datetime) -> None:
    await mail.hire(now)
    await mail.tx.chats.bind(BINDING, 1, now)
    await mail.tx.chats.bind(replace(BINDING, thread_id=9, title="鄂城话题"), 1, now)
    places = (USER, GROUP, GROUP - 1, USER + 1)
    ids = [await mail.give_up(place, f"Forbidden: {place}") for place in places]
    ids.append(await mail.give_up(GROUP, "Message thread not found", thread_id=9))
    told = await mail.tx.undelivered.newest(10)
    assert [(each.id, each.whom, each.private, each.trouble) for each in told] == [
        (ids[4], "鄂城话题", False, Trouble.TOPIC),
        (ids[3], "", True, Trouble.REFUSED),
        (ids[2], "", False, Trouble.REFUSED),
        (ids[1], "鄂城群", False, Trouble.REFUSED),
        (ids[0], "王敏", True, Trouble.REFUSED),
    ]
    assert [each.again for each in told] == [True, False, False, True, True]
    assert {each.at for each in told} == {now + MINUTE}
    assert WORDS not in str(told)
    assert len(await mail.tx.undelivered.newest(2)) == 2
    assert await mail.tx.undelivered.attempts() == [(row_id, 1) for row_id in ids]


async def test_it_is_said_once_more_as_it_was(mail: Mail, now: datetime) -> None:
    await mail.hire(now)
    whole = Outgoing(
        chat_id=USER,
        key="k",
        text=WORDS,
        buttons=((Button("签收", "1.mv.1.sign.1"),),),
        detour=Detour(GROUP, 0, "请打开私聊"),
        manner=Manner.DOCUMENT,
        document=Document("f" * 64, "台账.xlsx"),
    )
    await mail.tx.outbox.add(whole, now)
    (queued,) = await mail.tx.outbox.claim(now, 1)
    await mail.tx.outbox.failed(queued, BLOCKED, now)
    later = now + DAY
    assert await mail.tx.undelivered.say_again(queued.id, later)
    assert not await mail.tx.undelivered.say_again(queued.id, later), "a doubled press"
    assert await mail.tx.outbox.waiting_since() == later
    (again,) = await mail.tx.outbox.claim(later, 10)
    assert again.message == whole
    assert (again.repeated, again.attempts) == (False, 2)
    await mail.tx.outbox.failed(again, BLOCKED, later)
    assert await mail.tx.undelivered.attempts() == [(queued.id, 2)]


@pytest.mark.parametrize(
    ("trouble", "perhaps_sent", "marked"),
    [
        (BLOCKED, False, False),
        (BLOCKED, True, True),
        ("fault: KeyError", False, True),
    ],
)
async def test_what_may_have_arrived_says_so(
    mail: Mail, now: datetime, trouble: str, perhaps_sent: bool, marked: bool
) -> None:
    await mail.hire(now)
    await mail.tx.outbox.add(Outgoing(USER, "k", WORDS), now)
    (queued,) = await mail.tx.outbox.claim(now, 1)
    await mail.tx.outbox.put_back(queued, "timeout", now, perhaps_sent=perhaps_sent)
    (queued,) = await mail.tx.outbox.claim(now, 1)
    await mail.tx.outbox.failed(queued, trouble, now)
    await mail.tx.undelivered.say_again(queued.id, now)
    (again,) = await mail.tx.outbox.claim(now, 1)
    assert again.repeated is marked


async def test_where_it_belongs_is_known_of_what_can_be_said(mail: Mail, now: datetime) -> None:
    await mail.hire(now)
    first = await mail.give_up(USER, key="a", post="card/1/7")
    lost = await mail.give_up(GROUP)
    other = await mail.give_up(USER, "fault: KeyError", key="b", thread_id=3)
    wanted = [
        Lost(first, "a", "card/1/7", USER, 0, doubtful=False),
        Lost(other, "b", "", USER, 3, doubtful=True),
    ]
    assert await mail.tx.undelivered.sayable() == wanted
    assert await mail.tx.undelivered.sayable(other) == wanted[1:]
    assert await mail.tx.undelivered.sayable(lost) == []
    assert not await mail.tx.undelivered.say_again(lost, now)


async def test_nobody_gets_what_was_meant_for_somebody_they_were(mail: Mail, now: datetime) -> None:
    person = await mail.hire(now)
    row_id = await mail.give_up(USER)
    assert await mail.again() == [True]
    await mail.tx.people.detach(person.id)
    assert await mail.again() == [False]
    await mail.hire(now + DAY)
    assert await mail.again() == [False], "whoever comes back may stand elsewhere by now"
    assert not await mail.tx.undelivered.say_again(row_id, now)


async def test_no_group_gets_what_was_meant_for_what_it_was(mail: Mail, now: datetime) -> None:
    await mail.tx.chats.bind(BINDING, 1, now)
    await mail.give_up(GROUP)
    await mail.give_up(GROUP, thread_id=9)
    assert await mail.again() == [True, True]
    await mail.tx.chats.bind(replace(BINDING, thread_id=9), 1, now + DAY)
    assert await mail.again() == [False, True]
    await mail.tx.chats.bind(BINDING, 1, now + DAY)
    assert await mail.again() == [False, False]
    await mail.tx.chats.unbind(GROUP)
    assert await mail.again() == [False, False]


async def test_a_group_that_became_a_supergroup_is_the_same(mail: Mail, now: datetime) -> None:
    await mail.tx.chats.bind(BINDING, 1, now)
    await mail.give_up(GROUP)
    await mail.tx.chats.move(GROUP, GROUP - 5)
    (told,) = await mail.tx.undelivered.newest(1)
    assert (told.whom, told.again) == ("鄂城群", True)


async def test_what_is_dropped_is_gone_with_its_words(mail: Mail, now: datetime) -> None:
    await mail.hire(now)
    row_id = await mail.give_up(USER)
    assert await mail.tx.undelivered.dismiss(row_id, now)
    assert not await mail.tx.undelivered.dismiss(row_id, now), "a doubled press"
    assert not await mail.tx.undelivered.dismiss(9999, now)
    assert not await mail.tx.undelivered.say_again(row_id, now)
    assert await mail.tx.undelivered.newest(10) == []
    (row,) = (await mail.tx.connection.execute(select(outbox_table))).all()
    assert row.state == "dismissed"
    assert WORDS not in str(row)
    await mail.tx.outbox.add(Outgoing(USER, row.key, WORDS), now)
    assert await mail.tx.outbox.counts() == {"dismissed": 1}, "nor can it be queued anew"
    await mail.tx.outbox.prune(now + DAY)
    assert await mail.tx.outbox.counts() == {}


async def test_what_was_sent_is_neither_said_again_nor_dropped(mail: Mail, now: datetime) -> None:
    await mail.hire(now)
    await mail.tx.outbox.add(Outgoing(USER, "k", WORDS), now)
    (queued,) = await mail.tx.outbox.claim(now, 1)
    for _ in range(2):
        assert not await mail.tx.undelivered.say_again(queued.id, now)
        assert not await mail.tx.undelivered.dismiss(queued.id, now)
        await mail.tx.outbox.sent(queued, 501, now)
    assert await mail.tx.outbox.counts() == {"sent": 1}


async def test_words_go_before_the_trace(mail: Mail, now: datetime) -> None:
    await mail.hire(now)
    row_id = await mail.give_up(USER, detour=Detour(GROUP, 0, WORDS))
    await mail.tx.undelivered.forget_words(now + MINUTE)
    assert await mail.again() == [True]
    await mail.tx.undelivered.forget_words(now + DAY)
    (row,) = (await mail.tx.connection.execute(select(outbox_table))).all()
    assert WORDS not in str(row)
    assert await mail.again() == [False]
    assert not await mail.tx.undelivered.say_again(row_id, now)
    assert await mail.tx.undelivered.count(now + DAY) == 1
    await mail.tx.undelivered.prune(now + MINUTE)
    assert await mail.tx.undelivered.count(now + DAY) == 1
    await mail.tx.undelivered.prune(now + DAY)
    assert await mail.tx.undelivered.count(now + DAY) == 0
