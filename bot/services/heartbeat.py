"""A tick leaves a trace that every process reads, and that outlives a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.health import DOWN

if TYPE_CHECKING:
    from bot.services.desk import Desk


async def resume(desk: Desk) -> None:
    """Ticking begins: remember since when there was none, if the bot was down for long."""
    await desk.tx.heartbeats.resume(desk.now, DOWN)


async def beat(desk: Desk) -> None:
    """A tick has ended."""
    await desk.tx.heartbeats.beat(desk.now)
