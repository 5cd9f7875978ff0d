"""Finding what the chat page names: people, chats, messages, and the fields of a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from bot.sandbox import forms
from bot.sandbox.errors import SandboxError
from bot.sandbox.views import sees

if TYPE_CHECKING:
    from starlette.requests import Request

    from bot.sandbox.chats import Chat
    from bot.sandbox.messages import Message
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox

F = TypeVar("F", bound=forms.Form)


class NotThereError(SandboxError):
    """Something the page names does not exist for this person."""


class Lookup:
    """Finds what exists, and raises NotThereError for what does not."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def onlooker(self, request: Request) -> Persona:
        """Return who looks; without a name, the first persona."""
        if request.query_params.get("as"):
            return self.persona(query_number(request, "as"))
        persona = next(iter(self._sandbox.people.values()), None)
        if persona is None:
            raise NotThereError("还没有任何人")
        return persona

    def persona(self, number: int) -> Persona:
        """Return the person of this id."""
        persona = self._sandbox.people.get(number)
        if persona is None:
            raise NotThereError("没有这个人")
        return persona

    def chat(self, number: int) -> Chat:
        """Return the chat of this id."""
        chat = self._sandbox.world.chats.get(number)
        if chat is None:
            raise NotThereError("没有这个会话")
        return chat

    def message(self, form: forms.MessageForm) -> Message:
        """Return a message this person sees."""
        chat = self.chat(form.chat)
        message = chat.messages.get(form.id)
        if message is None or not sees(form.as_, chat):
            raise NotThereError("没有这条消息")
        return message

    def reply_to(self, chat: Chat, number: int | None) -> Message | None:
        """Return the message replied to, if one is named."""
        if number is None:
            return None
        message = chat.messages.get(number)
        if message is None:
            raise NotThereError("要回复的消息已不在")
        return message


async def read_form(request: Request, kind: type[F]) -> F:
    """Read a JSON body."""
    try:
        values = await request.json()
    except ValueError:
        raise SandboxError("请求不是有效的 JSON") from None
    return validated(kind, values)


def validated(kind: type[F], values: object) -> F:
    """Check the fields of a form; the refusal names the wrong ones."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        where = "、".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise SandboxError(f"请求的内容不对：{where}") from None


def query_number(request: Request, name: str) -> int:
    """Return a number of the query."""
    try:
        return int(request.query_params[name])
    except (KeyError, ValueError):
        raise SandboxError(f"缺少 {name}") from None
