"""The chat page: what a person sees there."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.deeds import Deeds
from bot.sandbox.lookup import Lookup, NotThereError, query_number
from bot.sandbox.stream import Streams
from bot.sandbox.views import chat_list, history, local_iso, sees

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox

_STATIC = Path(__file__).parent / "static"


class Page:
    """The page of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._world = sandbox.world
        self._lookup = Lookup(sandbox)
        self._deeds = Deeds(sandbox)
        self._read: dict[tuple[int, int], int] = {}
        self.streams = Streams(sandbox.world)

    def routes(self) -> list[BaseRoute]:
        """Return all routes of the page."""
        return [
            Route("/", self.index),
            Mount("/static", StaticFiles(directory=_STATIC)),
            Route("/page/state", self.state),
            Route("/page/messages", self.messages),
            Route("/page/events", self.events),
            Route("/page/file/{file_id}", self.download),
            Route("/page/faults", self.faults),
            *self._deeds.routes(),
        ]

    async def index(self, _: Request) -> Response:
        """Return the page itself."""
        return FileResponse(_STATIC / "index.html")

    async def state(self, request: Request) -> Response:
        """Return everything around the messages, as one person sees it."""
        persona = self._lookup.onlooker(request)
        chats = chat_list(self._world, persona.user, self._read)
        bot = self._world.bot
        menus = {
            str(chat.id): self._world.profile.menu(chat, persona.user)
            for chat in self._world.chats.values()
            if sees(persona.id, chat)
        }
        state = {
            "title": self._sandbox.title,
            "bot": {"id": bot.id, "first_name": bot.first_name, "username": bot.username},
            "now": local_iso(self._sandbox.clock.now()),
            "personas": [_person(each) for each in self._sandbox.people.values()],
            "as": persona.id,
            "chats": chats,
            "commands": menus,
            "limits": self._sandbox.limits.on,
        }
        return JSONResponse(state)

    async def messages(self, request: Request) -> Response:
        """Return the newest messages of a chat, which thereby count as read."""
        persona = self._lookup.onlooker(request)
        chat = self._lookup.chat(query_number(request, "chat"))
        if not sees(persona.id, chat):
            raise NotThereError("看不到这个会话")
        topic = query_number(request, "topic") if request.query_params.get("topic") else None
        if chat.messages:
            self._read[persona.id, chat.id] = next(reversed(chat.messages))
        return JSONResponse({"messages": history(chat, persona.id, topic)})

    async def events(self, request: Request) -> Response:
        """Stream what happens from now on."""
        persona = self._lookup.onlooker(request)
        return StreamingResponse(
            self.streams.follow(persona.id),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    async def download(self, request: Request) -> Response:
        """Return a file that went through a chat; anything but a picture is saved, not shown."""
        file = self._world.files.get(request.path_params["file_id"])
        if file is None:
            raise NotThereError("没有这个文件")
        headers = {"X-Content-Type-Options": "nosniff"}
        if not file.is_photo:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
        return Response(file.data, media_type=file.mime_type, headers=headers)

    async def faults(self, _: Request) -> Response:
        """Return the rules in force."""
        return JSONResponse({"rules": [asdict(rule) for rule in self._sandbox.faults.rules]})


def explain(_: Request, error: Exception) -> Response:
    """Return a refusal as the page expects it."""
    status = 404 if isinstance(error, NotThereError) else 400
    return JSONResponse({"error": str(error)}, status_code=status)


def _person(persona: Persona) -> dict[str, object]:
    user = persona.user
    return {"id": user.id, "name": user.first_name, "post": user.post, "username": user.username}
