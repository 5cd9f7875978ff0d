"""Files: which kinds there are, what may be kept of them, and under which name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.entries import Text
from bot.domain.errors import DomainError
from bot.domain.guard import find_secrecy_marks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.domain.entries import Reading

MEGABYTE = 1024 * 1024
GETFILE_LIMIT = 20 * MEGABYTE
"""No bot can fetch a larger file from Telegram."""
LONGEST_NAME = 80
"""Characters of a name before its ending."""
SHOWN_DIGEST = 12
TRIES = 10
"""How often a file is fetched before it is given up: over some forty minutes."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file, by what its sender says of it; its content is looked at later."""

    title: str
    endings: tuple[str, ...]
    """In lower case; the first is the usual one."""
    mime_types: frozenset[str]
    """What messengers call it. Some call it nothing, or by a name of their own."""


KINDS: Mapping[str, FileKind] = {
    "xlsx": FileKind(
        "Excel 表格",
        (".xlsx",),
        frozenset(
            {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.ms-excel",
            }
        ),
    ),
    "csv": FileKind(
        "CSV 表格",
        (".csv",),
        frozenset({"text/csv", "text/plain", "application/vnd.ms-excel"}),
    ),
    "xls": FileKind("旧版 Excel 表格", (".xls",), frozenset({"application/vnd.ms-excel"})),
    "docx": FileKind(
        "Word 文档",
        (".docx",),
        frozenset({"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}),
    ),
    "pdf": FileKind("PDF 文档", (".pdf",), frozenset({"application/pdf"})),
    "png": FileKind("PNG 图片", (".png",), frozenset({"image/png"})),
    "jpg": FileKind("JPG 图片", (".jpg", ".jpeg"), frozenset({"image/jpeg"})),
}
"""Every kind there is, by its code; the office file says which are taken."""
WITH_MACROS = (".xlsm", ".xltm", ".xlsb", ".xlam", ".docm", ".dotm")


@dataclass(frozen=True)
class FileRules:
    """What an office lets be sent (BRIEF §6: spreadsheets only, unless it says otherwise)."""

    kinds: tuple[str, ...] = ("xlsx", "csv")
    max_bytes: int = 5 * MEGABYTE
    max_per_record: int = 10

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown:
            raise ValueError(f"kinds: {unknown[0]!r} is none of {', '.join(KINDS)}")
        if not 1024 <= self.max_bytes <= GETFILE_LIMIT:
            raise ValueError(f"max_bytes: between 1024 and {GETFILE_LIMIT}")
        if not 1 <= self.max_per_record <= 20:
            raise ValueError("max_per_record: between 1 and 20")

    @property
    def allowed(self) -> list[str]:
        """What may be sent, as a person reads it."""
        kinds = [KINDS[code] for code in self.kinds]
        return [f"{kind.title}（{'、'.join(kind.endings)}）" for kind in kinds]


@dataclass(frozen=True, slots=True)
class Offered:
    """A file as the messenger shows it, before anything of it was fetched."""

    remote_id: str
    """By which the messenger hands it out."""
    name: str
    mime_type: str = ""
    size: int | None = None
    """In bytes, where the messenger says."""
    message_id: int = 0
    """The message that brought it."""


class FileState(StrEnum):
    """What has become of an offered file."""

    WAITING = "waiting"
    """To be fetched."""
    STORED = "stored"
    REFUSED = "refused"
    """Its content is not what may be kept; nothing of it is."""
    FAILED = "failed"
    """It could not be fetched, however often that was tried."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a draft or to a record: the row, never the content."""

    id: int
    draft_id: int | None
    record_id: int | None
    person_id: int
    """Who sent it."""
    chat_id: int
    thread_id: int
    message_id: int
    remote_id: str
    name: str
    kind: str
    state: FileState
    attempts: int
    sha256: str | None
    size: int | None
    """In bytes: as counted once it is stored, until then as the messenger says."""
    added_at: datetime

    @property
    def digest(self) -> str:
        """The beginning of its hash, enough for people to compare; "" until it is stored."""
        return (self.sha256 or "")[:SHOWN_DIGEST]


def admit(offered: Offered, rules: FileRules) -> str:
    """Tell of which kind an offered file is, by what is said of it.

    Raises `file_kind`, `file_active`, `file_empty` or `file_too_large`.
    """
    kind = _kind_of(offered)
    if kind not in rules.kinds:
        raise DomainError("file_kind", allowed=rules.allowed)
    if offered.size is not None:
        check_size(offered.size, rules)
    return kind


def _kind_of(offered: Offered) -> str:
    """The kind that a name ends in, unless its media type belongs to another; "" for none."""
    name = _visible(offered.name).lower()
    if name.endswith(WITH_MACROS):
        raise DomainError("file_active")
    kind = next((code for code, kind in KINDS.items() if name.endswith(kind.endings)), "")
    claimed = {code for code, kind in KINDS.items() if offered.mime_type.lower() in kind.mime_types}
    return "" if claimed and kind not in claimed else kind


def check_size(size: int, rules: FileRules) -> None:
    """Raise `file_empty` or `file_too_large`."""
    if size == 0:
        raise DomainError("file_empty")
    if size > rules.max_bytes:
        raise too_large(rules)


def too_large(rules: FileRules) -> DomainError:
    """That a file is larger than what may be kept."""
    return DomainError("file_too_large", largest=show_size(rules.max_bytes))


def keepable_name(offered: Offered, kind: str, reading: Reading) -> str:
    """The name under which a file is kept: no path, nothing invisible, no personal data.

    Raises `secrecy_mark`, `informant_or_minor`.
    """
    if find_secrecy_marks(offered.name):
        raise DomainError("secrecy_mark")
    name = _visible(offered.name)
    ending = next(end for end in KINDS[kind].endings if name.lower().endswith(end))
    stem = name[: -len(ending)].strip(" .")[:LONGEST_NAME] or "未命名"
    return f"{Text(LONGEST_NAME).read(stem, reading)}{ending}"


def _visible(name: str) -> str:
    """The last part of a path, without what is not seen or what no file system takes."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(" " if char.isspace() else char for char in last)
    seen = "".join(char for char in seen if not unicodedata.category(char).startswith("C"))
    return " ".join(seen.translate(_FORBIDDEN).split())


_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


def show_size(size: int) -> str:
    """A size as a person reads it: 300 字节, 12 KB, 3.5 MB."""
    if size < 1024:
        return f"{size} 字节"
    if size < MEGABYTE:
        return f"{size / 1024:.0f} KB"
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"


def pause_after(attempts: int) -> timedelta:
    """How long to wait before a file is fetched again, so many attempts having come to nothing."""
    return timedelta(seconds=min(5 * 2 ** (attempts - 1), 600))
