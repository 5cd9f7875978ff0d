"""A group of the district's, and what groups are told, for tests of what the bot says there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.people import Side
from bot.services.group_keys import GROUP_KEY
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from tests.services.advising import Advice

BUREAU = 7002
"""The chat of the bureau's liaison."""
BOTH = frozenset({Side.PROCURATORATE, Side.RESOURCES})
DISTRICT = "420704"
GROUP = Chat(-100_77, 0, "鄂城群", DISTRICT, BOTH)


async def bind(owed: Advice, *chats: Chat) -> None:
    """Tie groups, on a day in April."""
    async with owed.on("04-13") as d:
        for chat in chats:
            await d.tx.chats.bind(chat, 1, d.now)


def words(said: list[Outgoing]) -> dict[int, str]:
    """What groups were told, by chat."""
    return {each.chat_id: each.text for each in said if each.key.startswith(GROUP_KEY)}
