"""The content of a file: of its kind, whole, passive, and without a secrecy mark."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest

from bot.domain.errors import DomainError
from bot.domain.files import KINDS
from bot.domain.inspection import AT_ONCE, MOST_PARTS, inspect
from tests.sheets import JPG, MAIN, OLE, PDF, PNG, TYPES, docx, packed, xls, xlsx

MARK = "机密★5年"
GOOD: dict[str, bytes] = {
    "xlsx": xlsx("当事人", "非法占地", "司机", "密切联系"),
    "csv": "编号,地点\r\n1,泽林镇\r\n".encode(),
    "xls": xls(),
    "docx": docx("工作密切配合。"),
    "pdf": PDF,
    "png": PNG,
    "jpg": JPG,
}


def refusal(kind: str, content: bytes) -> str:
    with pytest.raises(DomainError) as caught:
        inspect(kind, content)
    return caught.value.code


def test_every_kind_has_its_inspection() -> None:
    assert GOOD.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_as_it_should_be_passes(kind: str) -> None:
    inspect(kind, GOOD[kind])


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("other", GOOD)
def test_no_kind_passes_for_another(kind: str, other: str) -> None:
    if kind != other:
        assert refusal(kind, GOOD[other]) in {"file_mismatch", "file_locked"}


@pytest.mark.parametrize("kind", ["xlsx", "docx", "pdf", "png", "jpg"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused(kind: str, share: float) -> None:
    content = GOOD[kind]
    assert refusal(kind, content[: int(len(content) * share)]) == "file_mismatch"


def test_a_damaged_part_is_refused() -> None:
    content = bytearray(xlsx("占地" * 200))
    with ZipFile(BytesIO(bytes(content))) as archive:
        at = archive.getinfo("xl/sharedStrings.xml").header_offset + 60
    content[at] ^= 0xFF
    assert refusal("xlsx", bytes(content)) == "file_mismatch"


def test_a_part_that_is_no_xml_is_refused() -> None:
    assert refusal("xlsx", xlsx(xl__styles_xml="<styles>")) == "file_mismatch"


@pytest.mark.parametrize(
    "content",
    ["编号,地点\n1,泽林镇\n".encode(code) for code in ("utf-8", "utf-8-sig", "gb18030")],
)
def test_a_csv_may_be_of_either_encoding(content: bytes) -> None:
    inspect("csv", content)


@pytest.mark.parametrize(
    "content", [b"a,b\x00c", b"\xff\xff\xff", b"MZ\x90\x03\x01", "a,b".encode("utf-16")]
)
def test_a_csv_is_text(content: bytes) -> None:
    assert refusal("csv", content) == "file_mismatch"


def test_a_zip_that_unpacks_too_far_is_refused_by_what_it_declares() -> None:
    assert refusal("xlsx", xlsx(xl__media__a_bin=bytes(30_000_000))) == "file_bomb"


def test_a_zip_of_very_many_parts_is_refused() -> None:
    many = {f"xl__{number}_xml": "<a/>" for number in range(MOST_PARTS)}
    assert refusal("xlsx", xlsx(**many)) == "file_bomb"


def test_a_part_larger_than_it_declares_is_refused() -> None:
    honest = xlsx("占地" * 5000)
    with ZipFile(BytesIO(honest)) as archive:
        size = archive.getinfo("xl/sharedStrings.xml").file_size
    lying = honest.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != honest
    assert refusal("xlsx", lying) == "file_mismatch"


def test_entities_that_blow_up_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "机机"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    assert refusal("xlsx", xlsx(xl__bomb_xml=bomb)) == "file_bomb"


@pytest.mark.parametrize(
    "part",
    [
        "xl/vbaProject.bin",
        "XL/VBAPROJECT.BIN",
        "xl/activeX/activeX1.bin",
        "xl/embeddings/oleObject1.bin",
        "xl/macrosheets/sheet1.xml",
    ],
)
def test_a_file_with_macros_or_embedded_objects_is_refused(part: str) -> None:
    workbook = {"[Content_Types].xml": TYPES, "xl/workbook.xml": "<workbook/>", part: "<a/>"}
    assert refusal("xlsx", packed(workbook)) == "file_active"


def test_a_file_with_a_password_is_refused_as_such() -> None:
    assert refusal("xlsx", OLE + bytes(600)) == "file_locked"
    assert refusal("docx", OLE + bytes(600)) == "file_locked"
    encrypted = bytearray(GOOD["xlsx"])
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(signature) + offset] |= 1
    assert refusal("xlsx", bytes(encrypted)) == "file_locked"


def test_an_unusual_compression_is_refused() -> None:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES, ZIP_DEFLATED)
        archive.writestr("xl/workbook.xml", "<workbook/>", ZIP_BZIP2)
    assert refusal("xlsx", target.getvalue()) == "file_mismatch"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (xls(records=b"\x2f\x00\x36\x00"), "file_locked"),
        (xls(records=b"\x86\x00\x00\x00\x2f\x00\x36\x00"), "file_locked"),
        (xls(tail="_VBA_PROJECT_CUR".encode("utf-16-le")), "file_active"),
        (xls(tail="MBD0002A3F5".encode("utf-16-le")), "file_active"),
        (OLE + bytes(4000), "file_mismatch"),
    ],
)
def test_an_old_workbook_is_judged_too(content: bytes, code: str) -> None:
    assert refusal("xls", content) == code


RUNS = "<si><r><rPr><b/><sz val='11'/></rPr><t>机</t></r><r><t>密</t></r><r><t>★</t></r></si>"
HIDDEN: dict[str, tuple[str, bytes]] = {
    "csv": ("csv", f"编号,密级\n1,{MARK}\n".encode("gb18030")),
    "shared string": ("xlsx", xlsx("占地", MARK)),
    "cut into runs": ("xlsx", xlsx(xl__runs_xml=f'<sst xmlns="{MAIN}">{RUNS}</sst>')),
    "inline": ("xlsx", xlsx(xl__worksheets__sheet1_xml=f"<c><is><t>{MARK}</t></is></c>")),
    "result of a formula": ("xlsx", xlsx(xl__worksheets__s_xml=f"<c><v>{MARK}</v></c>")),
    "print header": ("xlsx", xlsx(xl__w_xml=f"<a><oddHeader>&amp;C{MARK}</oddHeader></a>")),
    "name of a sheet": ("xlsx", xlsx(sheet="绝密")),
    "comment": (
        "xlsx",
        xlsx(xl__comments1_xml=f"<comment><text><r><t>{MARK}</t></r></text></comment>"),
    ),
    "text box": ("xlsx", xlsx(xl__drawings__d_xml=f"<a:p xmlns:a='u'><a:t>{MARK}</a:t></a:p>")),
    "title": ("xlsx", xlsx(docProps__core_xml=f"<c><title>{MARK}</title></c>")),
    "text of no paragraph": ("xlsx", xlsx(xl__a_xml=f"<a><t>{MARK}</t></a>")),
    "utf-16 part": (
        "xlsx",
        xlsx(xl__a_xml=f'<?xml version="1.0" encoding="utf-16"?><a>{MARK}</a>'.encode("utf-16")),
    ),
    "document": ("docx", docx("一、", MARK)),
    "old workbook": ("xls", xls(MARK)),
    "old workbook, odd place": ("xls", xls(MARK, b"\x00")),
    "far down": ("csv", ("占地" * AT_ONCE + "\n" + MARK).encode()),
}


@pytest.mark.parametrize(("kind", "content"), HIDDEN.values(), ids=HIDDEN.keys())
def test_a_secrecy_mark_is_found_wherever_it_stands(kind: str, content: bytes) -> None:
    assert refusal(kind, content) == "secrecy_mark"


@pytest.mark.parametrize("offset", range(8))
def test_a_mark_is_found_across_the_seam_of_two_portions(offset: int) -> None:
    text = "占" * (AT_ONCE - offset) + MARK + "地" * 100
    assert refusal("csv", text.encode()) == "secrecy_mark"


def test_two_cells_do_not_make_a_mark_together() -> None:
    inspect("xlsx", xlsx("投影机", "密云", "保", "密级别"))
    inspect("docx", docx("今日投影机", "密云镇"))
