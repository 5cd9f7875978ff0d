"""What to do about a message that cannot be delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.outgoing import Queued
    from bot.services.desk import Desk


async def undeliverable(desk: Desk, queued: Queued, trouble: str, *, away: bool) -> None:
    """Give a message up and take its detour; `away`: its reader cannot be reached at all."""
    message = queued.message
    await desk.tx.outbox.failed(queued, trouble, desk.now)
    if away:
        await desk.tx.people.mark_reachable(message.chat_id, reachable=False)
    if message.detour is not None:
        await desk.say(
            message.detour.chat_id,
            thread_id=message.detour.thread_id,
            text=message.detour.text,
            priority=message.priority,
            key=f"detour/{queued.id}",
        )
