"""Only pages of the sandbox itself may talk to it, although any web site can name loopback."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class LoopbackGuard:
    """Refuses foreign Host headers (DNS rebinding) and cross-origin writes to the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        reason = _objection(scope) if scope["type"] == "http" else None
        if reason is None:
            await self._app(scope, receive, send)
        else:
            await JSONResponse({"error": reason}, status_code=403)(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _objection(scope: Scope) -> str | None:
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not is_loopback(urlsplit(f"//{host}").hostname or ""):
        return "只接受本机地址的访问"
    if scope["method"] in ("GET", "HEAD") or not scope["path"].startswith("/page/"):
        return None
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none") or origin not in (None, f"{scope['scheme']}://{host}"):
        return "只接受本页面发出的操作"
    return None
