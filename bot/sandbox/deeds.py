"""What a person does on the chat page."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import forms
from bot.sandbox.durations import parse_duration
from bot.sandbox.errors import SandboxError
from bot.sandbox.images import dimensions
from bot.sandbox.lookup import Lookup, read_form, validated
from bot.sandbox.views import local_iso, message_view

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from bot.sandbox.messages import Message
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox


class Deeds:
    """Everything the page posts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._lookup = Lookup(sandbox)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of all deeds."""
        post = ["POST"]
        return [
            Route("/page/send", self.send, methods=post),
            Route("/page/file", self.send_file, methods=post),
            Route("/page/edit", self.edit, methods=post),
            Route("/page/press", self.press, methods=post),
            Route("/page/react", self.react, methods=post),
            Route("/page/start", self.start, methods=post),
            Route("/page/clock", self.clock, methods=post),
            Route("/page/faults", self.set_faults, methods=post),
            Route("/page/limits", self.limits, methods=post),
            Route("/page/block", self.block, methods=post),
            Route("/page/upgrade", self.upgrade, methods=post),
            Route("/page/group", self.group, methods=post),
            Route("/page/member", self.member, methods=post),
            Route("/page/kick", self.kick, methods=post),
        ]

    async def send(self, request: Request) -> Response:
        """Write a text."""
        form = await read_form(request, forms.SendForm)
        persona, chat = self._lookup.persona(form.as_), self._lookup.chat(form.chat)
        message = persona.write(
            chat,
            form.text,
            reply_to=self._lookup.reply_to(chat, form.reply_to),
            topic=form.topic,
            anonymous=form.anonymous,
        )
        return _shown(message, persona)

    async def send_file(self, request: Request) -> Response:
        """Send a file."""
        async with request.form() as parts:
            upload = parts.get("file")
            if not isinstance(upload, UploadFile):
                raise SandboxError("没有选择文件")
            form = validated(forms.FileForm, {k: v for k, v in parts.items() if k != "file"})
            data, kind = await upload.read(), upload.content_type or ""
        persona, chat = self._lookup.persona(form.as_), self._lookup.chat(form.chat)
        picture = kind.startswith("image/") and dimensions(data) is not None
        message = persona.send_file(
            chat,
            data,
            upload.filename or "文件",
            caption=form.caption,
            photo=picture and not form.as_document,
            reply_to=self._lookup.reply_to(chat, form.reply_to),
            topic=form.topic,
        )
        return _shown(message, persona)

    async def edit(self, request: Request) -> Response:
        """Change an own message."""
        form = await read_form(request, forms.EditForm)
        persona = self._lookup.persona(form.as_)
        return _shown(persona.edit(self._lookup.message(form), form.text), persona)

    async def press(self, request: Request) -> Response:
        """Press a button."""
        form = await read_form(request, forms.PressForm)
        self._lookup.persona(form.as_).press(self._lookup.message(form), form.data)
        return _done()

    async def react(self, request: Request) -> Response:
        """Leave a reaction, or take it back with an empty one."""
        form = await read_form(request, forms.ReactForm)
        emoji = [form.emoji] if form.emoji else []
        self._lookup.persona(form.as_).react(self._lookup.message(form), *emoji)
        return _done()

    async def start(self, request: Request) -> Response:
        """Press Start in the private chat."""
        form = await read_form(request, forms.StartForm)
        persona = self._lookup.persona(form.as_)
        return _shown(persona.start(form.payload), persona)

    async def clock(self, request: Request) -> Response:
        """Move the clock forward."""
        form = await read_form(request, forms.ClockForm)
        delta = await self._step(form)
        if delta < timedelta():
            raise SandboxError("时间只能向前")
        try:
            self._sandbox.clock.advance(delta)
        except OverflowError:
            raise SandboxError("前进得太远了") from None
        return JSONResponse({"now": local_iso(self._sandbox.clock.now())})

    async def set_faults(self, request: Request) -> Response:
        """Replace the fault rules."""
        form = await read_form(request, forms.FaultsForm)
        self._sandbox.faults.set(form.rules)
        rules = [asdict(rule) for rule in self._sandbox.faults.rules]
        return JSONResponse({"rules": rules})

    async def limits(self, request: Request) -> Response:
        """Switch flood limits."""
        self._sandbox.limits.on = (await read_form(request, forms.LimitsForm)).on
        return JSONResponse({"on": self._sandbox.limits.on})

    async def block(self, request: Request) -> Response:
        """Block or unblock the bot."""
        form = await read_form(request, forms.BlockForm)
        persona = self._lookup.persona(form.as_)
        if form.blocked:
            persona.block()
        else:
            persona.unblock()
        return _done()

    async def upgrade(self, request: Request) -> Response:
        """Turn a basic group into a supergroup."""
        chat = self._lookup.chat((await read_form(request, forms.ChatForm)).chat)
        return JSONResponse({"chat": self._sandbox.upgrade(chat).id})

    async def group(self, request: Request) -> Response:
        """Found a group with the bot in it."""
        form = await read_form(request, forms.GroupForm)
        persona = self._lookup.persona(form.as_)
        chat = self._sandbox.group(form.title, persona, forum=form.forum, announce=True)
        return JSONResponse({"chat": chat.id})

    async def member(self, request: Request) -> Response:
        """Add somebody, or the bot, to a group."""
        form = await read_form(request, forms.MemberForm)
        persona, chat = self._lookup.persona(form.as_), self._lookup.chat(form.chat)
        if form.user == self._sandbox.world.bot.id:
            persona.add_bot(chat)
        else:
            persona.add(chat, self._lookup.persona(form.user))
        return _done()

    async def kick(self, request: Request) -> Response:
        """Remove the bot from a group."""
        form = await read_form(request, forms.KickForm)
        self._lookup.persona(form.as_).remove_bot(self._lookup.chat(form.chat))
        return _done()

    async def _step(self, form: forms.ClockForm) -> timedelta:
        now, clock = self._sandbox.clock.now(), self._sandbox.clock
        if form.forward is not None:
            return parse_duration(form.forward)
        if not form.next and form.to is not None:
            return form.to - now
        stop = await clock.next_stop() if form.next and clock.next_stop else None
        stops = [each for each in (stop, form.to) if each is not None]
        if not stops:
            raise SandboxError("机器人近期没有计划中的动作")
        return max(min(stops) - clock.now(), timedelta())


def _shown(message: Message, persona: Persona) -> Response:
    return JSONResponse({"message": message_view(message, persona.id)})


def _done() -> Response:
    return JSONResponse({"ok": True})
