"""The parameters of one request, read as leniently and as strictly as Telegram reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile

from bot.sandbox.errors import ApiError, bad_request

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart request."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """Values by name: texts of a form, or the values of a JSON body; uploads by part name."""

    values: dict[str, object] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a text, empty when missing."""
        value = self.values.get(name)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(str(value))
        except ValueError:
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """Return a boolean; anything but a clear yes is no."""
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes", "t", "y")

    def decoded(self, name: str, label: str) -> object:
        """Return a JSON-serialised value; `label` names it in the complaint."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {label} JSON object") from None

    def mapping(self, name: str, label: str) -> dict[str, object] | None:
        """Return a JSON object."""
        value = self.decoded(name, label)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise bad_request(f"can't parse {label}: expected an Object")
        return value

    def sequence(self, name: str, label: str) -> list[object] | None:
        """Return a JSON array."""
        value = self.decoded(name, label)
        if value is None:
            return None
        if not isinstance(value, list):
            raise bad_request(f"can't parse {label}: expected an Array")
        return value


async def read_params(request: Request) -> Params:
    """Read query, form, multipart or JSON body of a request."""
    values: dict[str, object] = dict(request.query_params)
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        return Params(values | _object(await request.body()))
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return Params(values)
    uploads: dict[str, Upload] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                uploads[name] = Upload(value.filename or name, await value.read())
            else:
                values[name] = value
    return Params(values, uploads)


def _object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise ApiError(400, "Bad Request: can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("object expected as JSON body")
    return value
