"""Personal data in running text: found, and masked the way public notices mask it.

A natural person's name is recognised only in a telling position (after 当事人, before 非法占地):
an organ or a village must never be disfigured. What identifies an informant or a minor is not to
be kept at all; it is reported, so that the caller can refuse.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum

from bot.domain.numbers import numbered
from bot.domain.parcels import find_parcels
from bot.domain.span import Folded, Span, fold


class PersonalKind(StrEnum):
    """What kind of personal data a stretch of text is."""

    ID_NUMBER = "id_number"
    MOBILE = "mobile"
    BANK_CARD = "bank_card"
    NAME = "name"
    INFORMANT = "informant"
    MINOR = "minor"


# Bounded repetitions; digits are guarded on both sides, names begin at a word: linear.
_SEP = r"[\s\-–—]?"
_NO_QUANTITY = r"(?![0-9]|\.[0-9]|\s?(?:[亩平公元万亿]|m[2²]))"
_ID_NUMBER = re.compile(rf"(?<![0-9])[1-9](?:{_SEP}[0-9]){{16}}{_SEP}[0-9Xx](?![0-9])")
_BANK_CARD = re.compile(rf"(?<![0-9.])[3-69](?:{_SEP}[0-9]){{15,18}}{_NO_QUANTITY}")
_DASH = r"[\s\-–—]"
_MOBILE = re.compile(
    rf"(?<![0-9.])(?:(?:\+|00)?86{_SEP})?1[3-9][0-9](?:[0-9]{{8}}"
    rf"|{_DASH}[0-9]{{4}}{_SEP}[0-9]{{4}}|[0-9]{{4}}{_DASH}[0-9]{{4}}"
    rf"|\.[0-9]{{4}}\.[0-9]{{4}}|{_DASH}[0-9]{{3}}{_SEP}[0-9]{{5}}){_NO_QUANTITY}"
)

COMPOUND = (
    "欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|司徒|端木|东方|长孙|宇文|独孤|南宫|轩辕"
)
_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕"
    "丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱"
    "戴严莫孔向常汤柯祝查詹骆樊殷柳阮喻游涂鲁聂章翁葛倪康艾尤甘饶童舒洪刁卫邢温庄季辛管祁毕欧岳华凌霍庞"
    "裴齐宁耿关焦左卜牛纪鲍盛伍瞿项施梅池桂苗褚娄简"
)
# What begins with a surname but is an ordinary word; the places hereabouts the office file names.
_NOT_A_NAME = (
    "林[地木业区场农长权下]|田[地间]|石[场料头]|马路|高[标速压铁]|方[案式面]|任[何意]|于是|施工|严[重格]"
    "|温室|项目|程序|管[理护道]|左右|季度|关[于系]|江[边堤]|金[额属]|黄[土沙砂]|万[亩元]|白[天地]"
    "|常[住年]|向[阳前]|华[中侨]|何[时种]|简[易单]|游[客乐]|周[边围末一二三四五六日]|查[明处封]"
    "|许[可多]|章程|毕竟|宁可|齐全|康养|卫[片星]"
)
_END_OF_PLACE = "村镇乡区市县省局院委厂社组站店街路办厅校队湾垸司部场会矿所室"
NAME = (
    rf"(?!{_NOT_A_NAME})(?P<name>(?:{COMPOUND}|[{_SINGLE}])(?!某)[一-龥]{{1,2}}?"
    rf"(?<![{_END_OF_PLACE}某]))"
)
_PARTY = (
    "当事人|被执行人|被处罚人|违法行为人|违法人|行为人|相对人|村民|居民|被?申请人|案外人|嫌疑人"
    "|被告人?|原告|户主|责任人|承包人|邻居|农户|业主|包工头|村支书|村主任|举报人|检举人|控告人|投诉人|未成年人"
)
_AND_OTHERS = "等[0-9一二三四五六七八九十]{1,3}人"
DEED = (
    "非法|违法|擅自|涉嫌|未经|未批|占用|占地|占|滥伐|盗伐|毁林|毁坏|破坏|私自|强占|抢建|乱占|拒不"
    f"|{_AND_OTHERS}"
)
AFTER_NAME = (
    rf"(?=\Z|[^一-龥]|{DEED}|[在于的与和及将因拒未已不向对称等经是被就把为从到其户家住有又再仍还曾现也都均补]"
    r"|异议|提|同志|一案|反映|举报|提出|申请|签收|签订|建设|修建|建房|建有|开挖|身份证|电话|手机)"
)
_NAME_AFTER_PARTY = re.compile(
    rf"(?:{_PARTY})\s?(?:姓名|名叫|叫|为|是|即)?\s?:?\s?{NAME}{AFTER_NAME}"
)
LEFT = (
    "(?:(?<![一-龥])|(?<=发现)|(?<=查明)|(?<=关于)|(?<=举报)|(?<=反映)|(?<=查处)|(?<=经查)|(?<=看到)|(?<=见到)"
    "|(?<=[对系由和与及村组镇乡屯湾]))"
)
_NAME_BEFORE_DEED = re.compile(rf"{LEFT}{NAME}(?=\s{{0,2}}(?:{DEED}))")
_NAME_WITH_OTHER = re.compile(
    rf"(?<=[与和及、]){NAME}(?=签订|之间|的?土地|的?纠纷|发生|共同|{_AND_OTHERS})"
)
_SURNAMED = rf"(?:{COMPOUND}|[{_SINGLE}])[一-龥]{{1,2}}?"
_COUNTED = "(?:[二两三四五六七八九十]人|电话|手机|身份证)"
_NAME_IN_A_LIST = (
    re.compile(rf"{LEFT}{NAME}(?=[、和与及]{_SURNAMED}{_COUNTED})"),
    re.compile(rf"(?<=[与和及、]){NAME}(?={_COUNTED})"),
)
_NAME_AT_A_PLACE = re.compile(rf"{LEFT}{NAME}(?=[在于][一-龥]{{2,12}}?(?:{DEED}))")
_NAME_DEALT_WITH = re.compile(
    rf"(?<=[对向给]){NAME}(?=作出|进行|实施|立案|处罚|下达|送达|催告|作了)"
)
_NAME_OF_AN_OWNER = re.compile(
    rf"(?:{LEFT}|(?<=[缺附])){NAME}(?=的?(?:证明|笔录|身份证|签名|签字|承包地|宅基地)|家(?:门口|旁|后|前|屋)"
    r"|\s?\((?:身份证|电话|手机|男|女))"
)
_INFORMANT = re.compile("举报人|检举人|控告人|投诉人|线人")
_MINOR = re.compile(
    r"未成年(?!人?(?:检察|保护|工作|犯罪))人?|(?<![0-9一二三四五六七八九十])(?:[1-9]|1[0-7])周?岁"
)

_BEGINS_A_NAME = re.compile(rf"(?!{_NOT_A_NAME})(?:{COMPOUND}|[{_SINGLE}])")
_NOT_A_PERSON = re.compile(
    "公司|政府|合作社|委员会|中心|大队|学校|医院|企业|农场|林场|工厂|银行|商店"
)
_FULL_NAME = re.compile(rf"(?P<surname>{COMPOUND}|(?!某)[一-龥])(?P<given>[一-龥]{{1,2}})")


_NAMES = (
    _NAME_AFTER_PARTY,
    _NAME_BEFORE_DEED,
    _NAME_WITH_OTHER,
    *_NAME_IN_A_LIST,
    _NAME_AT_A_PLACE,
    _NAME_DEALT_WITH,
    _NAME_OF_AN_OWNER,
)
"""The positions that tell a name, the surest first."""


def find_personal(
    text: str, *, keep: Iterable[Span[object]] = (), places: Iterable[str] = ()
) -> list[Span[PersonalKind]]:
    """Find personal data outside the kept spans; nothing is found inside a document number.

    `places` begin like a person's name and are none.
    """
    folded = _readable(fold(text), keep, places)
    found: list[Span[PersonalKind]] = []
    for kind, start, end in _candidates(folded):
        span = folded.span(start, end, kind)
        if not span.overlaps(found):
            found.append(span)
    marks = [
        folded.span(*match.span(), kind)
        for kind, pattern in ((PersonalKind.INFORMANT, _INFORMANT), (PersonalKind.MINOR, _MINOR))
        for match in pattern.finditer(folded.text)
    ]
    return sorted([*found, *marks], key=lambda span: (span.start, span.end))


def mask(text: str, *, keep: Sequence[Span[object]] = (), places: Iterable[str] = ()) -> str:
    """Mask ID numbers, mobiles, bank cards and persons' names; all other characters stay."""
    for span in reversed(find_personal(text, keep=keep, places=places)):
        text = text[: span.start] + _masked(span) + text[span.end :]
    return text


def mask_name(name: str) -> str:
    """Keep a person's surname (张某某, 欧阳某); companies, organs and villages stay as they are."""
    folded = fold(name)
    match = _FULL_NAME.fullmatch(folded.text)
    if match is None or folded.text[-1] in _END_OF_PLACE or _NOT_A_PERSON.search(folded.text):
        return name
    return folded.slice(*match.span("surname")) + "某" * len(match["given"])


def mask_names(answer: str) -> str:
    """Mask every person in an answer that does nothing but name people, however it parts them."""
    closed = re.sub(r"(?<=[一-龥])\s+(?=[一-龥])", "", answer)
    if mask_name(closed) != closed:
        return mask_name(closed)
    return re.sub(r"[一-龥]+", lambda run: _mask_joined(run[0]), answer)


def _mask_joined(run: str) -> str:
    """One run of characters: a name, or names with 和 between them; else left as it is."""
    parts = re.split("([和与及])", run)
    if not all(_BEGINS_A_NAME.match(part) for part in parts[::2]):
        return run
    masked = [mask_name(part) for part in parts]
    joined = all(one != other for one, other in zip(parts[::2], masked[::2], strict=True))
    return "".join(masked) if joined else run


def _readable(folded: Folded, keep: Iterable[Span[object]], places: Iterable[str]) -> Folded:
    numbers = [folded.span(start, end, None) for start, end in numbered(folded)]
    parcels = find_parcels(folded.original)
    return folded.blank([*keep, *numbers, *parcels, *places_in(folded, places)])


def places_in(folded: Folded, places: Iterable[str]) -> list[Span[None]]:
    """Find the places that a text names."""
    names = "|".join(map(re.escape, sorted(filter(None, places), key=len, reverse=True)))
    return [folded.span(*match.span(), None) for match in re.finditer(names or "(?!)", folded.text)]


def _candidates(folded: Folded) -> Iterator[tuple[PersonalKind, int, int]]:
    """Give what may be masked, the surest kind first."""
    for match in _ID_NUMBER.finditer(folded.text):
        if _has_birthday(_digits(match[0])):
            yield PersonalKind.ID_NUMBER, *match.span()
    for match in _BANK_CARD.finditer(folded.text):
        if _passes_luhn(_digits(match[0])):
            yield PersonalKind.BANK_CARD, *match.span()
    for match in _MOBILE.finditer(folded.text):
        yield PersonalKind.MOBILE, *match.span()
    for pattern in _NAMES:
        for match in pattern.finditer(folded.text):
            yield PersonalKind.NAME, *match.span("name")


def _masked(span: Span[PersonalKind]) -> str:
    if span.value is PersonalKind.NAME:
        return mask_name(span.text)
    digits = _digits(fold(span.text).text)
    if span.value is PersonalKind.ID_NUMBER:
        return f"{digits[:3]}***********{digits[-3:]}"
    if span.value is PersonalKind.BANK_CARD:
        return f"{digits[:4]}****{digits[-4:]}"
    if span.value is PersonalKind.MOBILE:
        return f"{digits[-11:-8]}****{digits[-4:]}"
    return span.text


def _digits(text: str) -> str:
    return re.sub("[^0-9X]", "", text.upper())


def _has_birthday(number: str) -> bool:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return 1900 <= born.year < 2100


def _passes_luhn(number: str) -> bool:
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(number)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
