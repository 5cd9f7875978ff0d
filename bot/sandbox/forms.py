"""What the chat page posts."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.sandbox.faults import Fault


class Form(BaseModel):
    """A JSON body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class PersonForm(Form):
    """Done by one person."""

    as_: int = Field(alias="as")


class SendForm(PersonForm):
    """A text, perhaps in a topic, as a reply, or as the group itself."""

    chat: int
    text: str
    topic: int | None = None
    reply_to: int | None = None
    anonymous: bool = False


class FileForm(PersonForm):
    """What comes with a file; a picture becomes a photo unless `as_document`."""

    chat: int
    topic: int | None = None
    caption: str = ""
    reply_to: int | None = None
    as_document: bool = False


class MessageForm(PersonForm):
    """About one message."""

    chat: int
    id: int


class EditForm(MessageForm):
    """A new text."""

    text: str


class PressForm(MessageForm):
    """A pressed button."""

    data: str


class ReactForm(MessageForm):
    """A reaction; an empty one takes it back."""

    emoji: str


class StartForm(PersonForm):
    """The Start button, with the payload of a link."""

    payload: str = ""


class ClockForm(Form):
    """One way to go forward: by a duration, to an instant, to the bot's next act.

    With both of the latter it is whichever comes first.
    """

    forward: str | None = None
    to: AwareDatetime | None = None
    next: bool = False


class FaultsForm(Form):
    """All rules that are to be in force."""

    rules: list[Fault]


class LimitsForm(Form):
    """Flood limits on or off."""

    on: bool


class BlockForm(PersonForm):
    """Block the bot or unblock it."""

    blocked: bool


class ChatForm(Form):
    """About one group."""

    chat: int


class GroupForm(PersonForm):
    """A new group with the bot in it."""

    title: str = Field(min_length=1, max_length=128)
    forum: bool = False


class MemberForm(PersonForm):
    """Somebody to be added to a group."""

    chat: int
    user: int


class KickForm(PersonForm):
    """The bot is to leave a group."""

    chat: int
