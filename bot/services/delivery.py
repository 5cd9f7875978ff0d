"""What becomes of a message: it arrived, or it cannot be delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.group_keys import GROUP_KEY
from bot.services.places import topic_deleted
from bot.services.planning import NAG_KEY, recall_if_answered, unsay
from bot.services.reminded import note_reminded
from bot.services.reposting import point_from_old
from bot.services.ticking import tick_arrived

if TYPE_CHECKING:
    from bot.domain.outgoing import Queued
    from bot.services.desk import Desk


async def arrived(desk: Desk, queued: Queued, message_id: int | None) -> None:
    """Settle a message that was sent; `message_id`: the one it is, where it is one."""
    await desk.tx.outbox.sent(queued, message_id, desk.now)
    if message_id is not None and queued.message_id is None:
        await point_from_old(desk, queued, message_id)
    if queued.message.key.startswith(NAG_KEY):
        await note_reminded(desk, queued.message.key)
        await tick_arrived(desk, queued.message.key)


async def postponed(desk: Desk, queued: Queued, trouble: str, *, perhaps_sent: bool) -> None:
    """Let a message wait for another attempt, unless what it says has been answered meanwhile.

    One that was withdrawn stays so: what it was to remind of is said in another.
    """
    key = queued.message.key
    kept = await desk.tx.outbox.put_back(queued, trouble, desk.now, perhaps_sent=perhaps_sent)
    if not kept:
        await unsay(desk, key, doubtful=queued.repeated or perhaps_sent)
    elif key.startswith((NAG_KEY, GROUP_KEY)):
        await recall_if_answered(desk, key)


async def undeliverable(desk: Desk, queued: Queued, trouble: str, *, away: bool) -> None:
    """Give a message up and take its detour; `away`: its reader cannot be reached at all."""
    message = queued.message
    kept = await desk.tx.outbox.failed(queued, trouble, desk.now)
    if away:
        await desk.tx.people.mark_reachable(message.chat_id, desk.now, reachable=False)
    if away or not kept:  # somebody else will be reminded
        await unsay(desk, message.key, doubtful=queued.repeated)
    if message.detour is not None:
        await desk.say(
            message.detour.chat_id,
            thread_id=message.detour.thread_id,
            text=message.detour.text,
            priority=message.priority,
            key=f"detour/{queued.id}",
        )


async def topic_gone(desk: Desk, queued: Queued, trouble: str) -> None:
    """Give a message up whose topic was deleted: nothing more is said there, but elsewhere."""
    await undeliverable(desk, queued, trouble, away=False)
    await unsay(desk, queued.message.key, doubtful=queued.repeated)
    await topic_deleted(desk, queued.message.chat_id, queued.message.thread_id)
