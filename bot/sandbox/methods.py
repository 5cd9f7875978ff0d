"""The table of Bot API methods, and the few that concern the bot itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import editing, membership, profile, sending
from bot.sandbox.errors import bad_request
from bot.sandbox.files import DOWNLOAD_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.params import Params
    from bot.sandbox.world import World


def get_me(world: World, _: Params) -> object:
    """Describe the bot."""
    return world.bot.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_file(world: World, params: Params) -> object:
    """Tell where a file can be fetched."""
    file = world.files.get(params.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.data) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return file.json()


#: By lower-case name: Telegram does not care about the case of a method.
METHODS: dict[str, Callable[[World, Params], object]] = {
    "getme": get_me,
    "getfile": get_file,
    "sendmessage": sending.send_message,
    "senddocument": sending.send_document,
    "sendphoto": sending.send_photo,
    "sendchataction": sending.send_chat_action,
    "pinchatmessage": sending.pin_chat_message,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "answercallbackquery": editing.answer_callback_query,
    "setmessagereaction": editing.set_message_reaction,
    "getchat": membership.get_chat,
    "getchatmember": membership.get_chat_member,
    "getchatadministrators": membership.get_chat_administrators,
    "leavechat": membership.leave_chat,
    "setmycommands": profile.set_my_commands,
    "getmycommands": profile.get_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setmyname": profile.set_my_name,
    "setmydescription": profile.set_my_description,
    "setmyshortdescription": profile.set_my_short_description,
    "setchatmenubutton": profile.set_chat_menu_button,
}
