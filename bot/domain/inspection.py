"""The content of a file: whether it is what its name says, and whether it bears a secrecy mark.

Nothing here opens a file for a person; it only reads enough to say no. What a PDF or a picture
says cannot be read here: an office that takes them relies on its people.
"""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from bot.domain.errors import DomainError
from bot.domain.files import KINDS, MEGABYTE
from bot.domain.guard import find_secrecy_marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from zipfile import ZipInfo

MOST_PARTS = 2000
MOST_UNPACKED = 100 * MEGABYTE
"""What the parts of one file may come to, unpacked."""
MOST_TIMES = 100
"""How many times its packed size that may be; spreadsheets reach some twenty."""
AT_ONCE = 20_000
"""So many characters are looked through together."""
LONGEST_MARK = 60
BREAK = "\n" * 4
"""Stands between two texts: no mark reaches across it."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_MAIN_PART = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
_ACTIVE = re.compile(r"vbaproject|/activex/|/embeddings/|/macrosheets/", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BROKEN_ZIP = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    struct.error,
    zlib.error,
)
_WORKBOOK_BEGINS = b"\x09\x08\x10\x00\x00\x06\x05\x00"
"""The record at the head of a BIFF8 workbook ([MS-XLS] 2.4.21), as far as it never differs."""
_WRITE_PROTECT, _FILE_PASS = 0x0086, 0x002F


def inspect(kind: str, content: bytes) -> None:
    """Raise `DomainError` unless the content is of that kind, whole, passive and unmarked.

    Codes: `file_mismatch`, `file_locked`, `file_active`, `file_bomb`, `secrecy_mark`.
    """
    for text in _together(_READERS[kind](kind, content)):
        if find_secrecy_marks(text):
            raise DomainError("secrecy_mark")


def _mismatch(kind: str) -> DomainError:
    return DomainError("file_mismatch", title=KINDS[kind].title)


def _together(texts: Iterable[str]) -> Iterator[str]:
    """The same texts in portions that can be looked through; a mark is never cut in two."""
    portion: list[str] = []
    length = 0
    for text in texts:
        for start in range(0, len(text), AT_ONCE - LONGEST_MARK):
            piece = text[start : start + AT_ONCE]
            if length + len(piece) > AT_ONCE:
                yield BREAK.join(portion)
                portion, length = [], 0
            portion.append(piece)
            length += len(piece)
    yield BREAK.join(portion)


def _read_csv(kind: str, content: bytes) -> Iterator[str]:
    text = None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    if text is None or text.startswith("%PDF-") or _CONTROL.search(text):
        raise _mismatch(kind)
    yield from _chinese(text.splitlines())


def _chinese(texts: Iterable[str]) -> Iterator[str]:
    """Those in which a mark can be: marks are Chinese."""
    return (text for text in texts if not text.isascii())


def _read_office(kind: str, content: bytes) -> Iterator[str]:
    """The words of a spreadsheet or document that is a zip of XML parts (ISO/IEC 29500)."""
    if content.startswith(_OLE):  # how Office wraps a file that has a password
        raise DomainError("file_locked")
    if not content.startswith(_ZIP):
        raise _mismatch(kind)
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_parts(kind, parts, len(content))
            yield BREAK.join(part.filename for part in parts)
            for part in parts:
                if part.filename.lower().endswith(".xml"):
                    yield from _words_of_part(archive, part)
    except (*_BROKEN_ZIP, zlib.error, expat.ExpatError) as error:
        raise _mismatch(kind) from error


def _check_parts(kind: str, parts: list[ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    too_much = unpacked > min(MOST_UNPACKED, MOST_TIMES * packed)
    if too_much or len(parts) > MOST_PARTS:
        raise DomainError("file_bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise DomainError("file_locked")
    names = {part.filename for part in parts}
    if not {"[Content_Types].xml", _MAIN_PART[kind]} <= names:
        raise _mismatch(kind)
    if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in parts):
        raise _mismatch(kind)
    if any(_ACTIVE.search(name) for name in names):
        raise DomainError("file_active")


def _words_of_part(archive: ZipFile, part: ZipInfo) -> Iterator[str]:
    """What one part says, read piece by piece; no more of it than its declared size."""
    words = _Words()
    with archive.open(part) as stream:
        while piece := stream.read(64 * 1024):
            yield from words.read(piece)
    yield from words.read(b"", last=True)


class _Words:
    """Gathers the texts of an XML part: runs of one paragraph together, all else by itself."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._hear
        self._heard: list[str] = []
        self._paragraph: list[str] = []
        self._texts: list[str] = []

    def read(self, piece: bytes, *, last: bool = False) -> Iterator[str]:
        """Read on; gives the texts that are complete by now, after the last piece all of them."""
        self._parser.Parse(piece, last)
        texts, self._texts = self._texts, []
        if last:
            texts.append("".join(self._paragraph))
        return _chinese(texts)

    def _refuse(self, *_: object) -> None:
        """Office writes no DTD; one would only serve to blow a file up."""
        raise DomainError("file_bomb")

    def _hear(self, characters: str) -> None:
        self._heard.append(characters)

    def _begin(self, _name: str, attributes: dict[str, str]) -> None:
        self._texts.append("".join(self._heard))
        self._heard.clear()
        for value in attributes.values():
            self._texts.append(value)

    def _end(self, name: str) -> None:
        text, local = "".join(self._heard), name.rpartition(":")[2]
        self._heard.clear()
        if local == "t":
            self._paragraph.append(text)
            return
        self._texts.append(text)
        if local in {"si", "is", "p", "text"} and self._paragraph:
            self._texts.append("".join(self._paragraph))
            self._paragraph.clear()


def _read_xls(kind: str, content: bytes) -> Iterator[str]:
    """The words of an Excel 97–2003 workbook: its strings stand in it as UTF-16."""
    begin = content.find(_WORKBOOK_BEGINS)
    if not content.startswith(_OLE) or begin < 0 or _utf16("Workbook") not in content:
        raise _mismatch(kind)
    if _has_password(content, begin):
        raise DomainError("file_locked")
    if _utf16("_VBA_PROJECT") in content or _utf16("MBD0") in content:
        raise DomainError("file_active")
    for offset in (0, 1):
        text = content[offset:].decode("utf-16-le", "ignore")
        yield BREAK.join(_CHINESE.findall(text))


_CHINESE = re.compile(r"(?=[ -~]{0,40}[一-龥])[ -~\u00a0-\u00ff\u2000-\u9fff\uff00-\uffef]{2,}")


def _has_password(content: bytes, begin: int) -> bool:
    """Tell whether the record after the first, or after that for write protection, is FilePass."""
    at = begin + 4 + int.from_bytes(content[begin + 2 : begin + 4], "little")
    number, length = content[at : at + 2], content[at + 2 : at + 4]
    if int.from_bytes(number, "little") == _WRITE_PROTECT:
        at += 4 + int.from_bytes(length, "little")
        number = content[at : at + 2]
    return int.from_bytes(number, "little") == _FILE_PASS


def _utf16(word: str) -> bytes:
    return word.encode("utf-16-le")


def _read_pdf(kind: str, content: bytes) -> Iterator[str]:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        raise _mismatch(kind)
    return iter(())


def _read_png(kind: str, content: bytes) -> Iterator[str]:
    if not content.startswith(_PNG) or not content.endswith(_PNG_END):
        raise _mismatch(kind)
    return iter(())


def _read_jpg(kind: str, content: bytes) -> Iterator[str]:
    if not content.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in content:
        raise _mismatch(kind)
    return iter(())


_READERS: Mapping[str, Callable[[str, bytes], Iterator[str]]] = {
    "xlsx": _read_office,
    "csv": _read_csv,
    "xls": _read_xls,
    "docx": _read_office,
    "pdf": _read_pdf,
    "png": _read_png,
    "jpg": _read_jpg,
}
"""How the words of each kind are read; whatever is not of the kind raises on the way."""
