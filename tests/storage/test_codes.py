"""Every code that a row names is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.kinds.lead import LEAD
from bot.domain.people import Role, Side
from bot.services.ledger import file_record
from bot.storage.chats import Chat
from bot.storage.codes import codes_in_use

if TYPE_CHECKING:
    from tests.conftest import Act, Hire, OpenDesk


async def test_an_empty_database_uses_no_code(desk: OpenDesk) -> None:
    async with desk() as d:
        used = await codes_in_use(d.tx.connection)
    assert (used.districts, used.organs) == (frozenset(), frozenset())


async def test_groups_people_and_records_each_use_codes(
    desk: OpenDesk, people: Hire, actor: Act
) -> None:
    sender = await people("zrzy")
    await people("lzb-lzh")
    await people(None, Role.ADMIN)
    async with desk() as d:
        await d.tx.chats.bind(Chat(-1, 0, "群", "gedian", frozenset(Side)), sender.id, d.now)
        line = {"category": "2C", "route": "transfer", "summary": "张某某非法占地"}
        record = await file_record(d, actor(sender), LEAD, "420704", line)
        used = await codes_in_use(d.tx.connection)
    assert used.districts == {"gedian", "420704"}
    assert used.organs == {"zrzy", "lzb-lzh", record.sender, record.receiver}
