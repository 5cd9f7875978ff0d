"""Files to send in tests: as small as a kind allows, and with whatever is asked put into them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20) + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts, the same every time."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return target.getvalue()


def xlsx(*cells: str, sheet: str = "台账", **parts: str | bytes) -> bytes:
    """A workbook whose shared strings are these cells; further parts by name, `_` for `/`."""
    strings = "".join(f"<si><t>{cell}</t></si>" for cell in cells)
    workbook = f'<workbook xmlns="{MAIN}"><sheets><sheet name="{sheet}" sheetId="1"/></sheets>'
    named = {name.replace("__", "/").replace("_", "."): part for name, part in parts.items()}
    return packed(
        {
            "[Content_Types].xml": TYPES,
            "xl/workbook.xml": f"{workbook}</workbook>",
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
            **named,
        }
    )


def docx(*paragraphs: str) -> bytes:
    """A document of these paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    document = f'<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>'
    return packed({"[Content_Types].xml": TYPES, "word/document.xml": document})


def xls(words: str = "台账", records: bytes = b"", tail: bytes = b"") -> bytes:
    """As much of an Excel 97 workbook as is looked at; `records` follow its first one."""
    begin = b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(12)
    names = "Workbook".encode("utf-16-le")
    return OLE + bytes(504) + begin + records + words.encode("utf-16-le") + names + tail
