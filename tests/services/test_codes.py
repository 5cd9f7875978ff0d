"""An office file that no longer names what is in use is refused, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.people import Side
from bot.office import OfficeError
from bot.services.codes import require_known_codes
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from bot.services.desk import Desk
    from tests.conftest import Hire, OpenDesk


async def bind(d: Desk, chat_id: int, district: str) -> None:
    await d.tx.chats.bind(Chat(chat_id, 0, "群", district, frozenset(Side)), 1, d.now)


async def test_a_file_that_names_everything_in_use_is_taken(desk: OpenDesk, people: Hire) -> None:
    await people("zrzy-ec")
    async with desk() as d:
        await bind(d, -1, "420704")
        await require_known_codes(d.tx, d.office)


async def test_all_that_is_missing_is_named_in_one_line(desk: OpenDesk, people: Hire) -> None:
    for organ in ("zrzy-ec", "court", "bureau"):
        await people(organ)
    async with desk() as d:
        for chat_id, district in ((-1, "420704"), (-2, "420799"), (-3, "420799")):
            await bind(d, chat_id, district)
        with pytest.raises(OfficeError) as refused:
            await require_known_codes(d.tx, d.office)
    assert str(refused.value) == "420799、bureau、court 正在使用，机关文件里却没有"
