"""Server-sent events for the chat page: a slow reader never holds anything up."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from bot.sandbox.happenings import (
    ClockMoved,
    Deleted,
    Edited,
    Rearranged,
    Refused,
    Toast,
    Typing,
    Written,
)
from bot.sandbox.views import local_iso, message_view, sees

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.happenings import Happening
    from bot.sandbox.world import World

_HEARTBEAT = 15.0
_BACKLOG = 500


class Streams:
    """All open event streams; `close` ends them, so that the server can stop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: set[asyncio.Queue[str | None]] = set()

    async def follow(self, user_id: int) -> AsyncIterator[str]:
        """Yield the events one person sees, and a comment now and then to keep the line open."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(_BACKLOG)

        def listen(happening: Happening) -> None:
            event = event_for(self._world, user_id, happening)
            if event is not None:
                _offer(queue, f"data: {json.dumps(event, ensure_ascii=False)}\n\n")

        self._world.listeners.append(listen)
        self._open.add(queue)
        try:
            yield ": connected\n\n"
            while (chunk := await _next(queue)) is not None:
                yield chunk
        finally:
            self._open.discard(queue)
            self._world.listeners.remove(listen)

    def close(self) -> None:
        """End every stream."""
        for queue in self._open:
            _end(queue)


def event_for(world: World, user_id: int, happening: Happening) -> dict[str, object] | None:
    """Return the event this person's page gets, or None if it is not theirs to see."""
    event: dict[str, object] | None = None
    match happening:
        case Written(message) | Edited(message) if sees(user_id, message.chat):
            kind = "message" if isinstance(happening, Written) else "edit"
            event = {"type": kind, "message": message_view(message, user_id)}
        case Deleted(message) if sees(user_id, message.chat):
            event = {"type": "delete", "chat": message.chat.id, "id": message.id}
        case Toast(user, text, alert, url) if user.id == user_id:
            event = {"type": "toast", "text": text, "alert": alert, "url": url}
        case Typing(chat) if sees(user_id, chat):
            event = {"type": "typing", "chat": chat.id}
        case ClockMoved():
            event = {"type": "clock", "now": local_iso(world.clock.now())}
        case Refused(method, description):
            event = {"type": "trouble", "text": f"{method}：{description}"}
        case Rearranged():
            event = {"type": "chats"}
    return event


async def _next(queue: asyncio.Queue[str | None]) -> str | None:
    try:
        async with asyncio.timeout(_HEARTBEAT):
            return await queue.get()
    except TimeoutError:
        return ": still here\n\n"


def _offer(queue: asyncio.Queue[str | None], chunk: str) -> None:
    """Queue a chunk; a reader too far behind is cut off and will come back by itself."""
    if queue.full():
        _end(queue)
    else:
        queue.put_nowait(chunk)


def _end(queue: asyncio.Queue[str | None]) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)
