"""Inline keyboards: what Telegram accepts under a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.sandbox.errors import bad_request

_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
)
_STYLES = ("danger", "success", "primary")
_BUTTON_LIMIT = 100
_DATA_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Button:
    """One button; `fields` are those of a Bot API InlineKeyboardButton."""

    fields: dict[str, object] = field(hash=False)

    @property
    def label(self) -> str:
        """Return the text on the button."""
        return str(self.fields["text"])

    @property
    def data(self) -> str | None:
        """Return the callback data, if the button has any."""
        return _text(self.fields.get("callback_data"))

    @property
    def url(self) -> str | None:
        """Return the link, if the button has one."""
        return _text(self.fields.get("url"))


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Rows of buttons."""

    rows: tuple[tuple[Button, ...], ...]

    def json(self) -> dict[str, object]:
        """Return a Bot API InlineKeyboardMarkup."""
        return {"inline_keyboard": [[button.fields for button in row] for row in self.rows]}

    def buttons(self) -> list[Button]:
        """Return all buttons in reading order."""
        return [button for row in self.rows for button in row]


def read_markup(value: object) -> Keyboard | None:
    """Check any reply markup; only an inline keyboard stays with the message."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in value:
        return _inline(value["inline_keyboard"])
    for flag in ("force_reply", "remove_keyboard"):
        if flag in value and not isinstance(value[flag], bool):
            raise bad_request(f'field "{flag}" must be of type Boolean')
    if "keyboard" in value and not isinstance(value["keyboard"], list):
        raise bad_request('field "keyboard" must be of type Array')
    return None


def read_inline_markup(value: object) -> Keyboard | None:
    """Check the markup of an edit, where nothing but an inline keyboard is allowed."""
    if isinstance(value, dict) and value and "inline_keyboard" not in value:
        raise bad_request("inline keyboard expected")
    return read_markup(value)


def _inline(rows: object) -> Keyboard | None:
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard: expected an Array of Arrays")
    keyboard = Keyboard(tuple(tuple(_button(each) for each in row) for row in rows if row))
    if len(keyboard.buttons()) > _BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    return keyboard if keyboard.rows else None


def _button(value: object) -> Button:
    problem = "can't parse inline keyboard button: "
    if not isinstance(value, dict):
        raise bad_request(problem + "expected an Object")
    if "text" not in value:
        raise bad_request(problem + 'can\'t find field "text"')
    text = value["text"]
    if not isinstance(text, str):
        raise bad_request(problem + 'field "text" must be of type String')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    actions = [name for name in _ACTIONS if value.get(name) not in (None, "")]
    if not actions:
        raise bad_request(problem + "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    _check_action(actions[0], value[actions[0]])
    kept = {"text": text, actions[0]: value[actions[0]]}
    if value.get("style"):
        kept["style"] = _checked_style(value["style"])
    return Button(kept)


def _check_action(name: str, value: object) -> None:
    if name == "callback_data":
        if not isinstance(value, str) or len(value.encode()) > _DATA_LIMIT:
            raise bad_request("BUTTON_DATA_INVALID")
    elif name == "url":
        reason = _url_fault(str(value))
        if reason:
            raise bad_request(f"inline keyboard button URL '{value}' is invalid: {reason}")


def _checked_style(style: object) -> object:
    if style not in _STYLES:
        raise bad_request("BUTTON_STYLE_INVALID")
    return style


def _url_fault(url: str) -> str | None:
    parts = urlsplit(url)
    if parts.scheme and parts.scheme not in ("http", "https", "tg", "ton"):
        return "Unsupported URL protocol"
    host = parts.hostname or parts.path.split("/")[0]
    if not host:
        return "URL host is empty"
    if not parts.scheme and "." not in host:
        return "Wrong HTTP URL"
    if parts.scheme.startswith("http") and "." not in host and host != "localhost":
        return "Wrong HTTP URL"
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
