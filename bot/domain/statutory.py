"""The days that rest by law in any year, before the State Council has said how they are arranged.

《全国年节及纪念日放假办法》 as in force since 2025. Which workday stands in for a day that falls on
a weekend, and what is bridged, only the yearly notice says: that is not guessed here.
"""

from datetime import date, timedelta

_FESTIVALS = {
    2025: (129, 404, 531, 1006),
    2026: (217, 405, 619, 925),
    2027: (206, 405, 609, 915),
    2028: (126, 404, 528, 1003),
    2029: (213, 404, 616, 922),
    2030: (203, 405, 605, 912),
    2031: (123, 405, 624, 1001),
    2032: (211, 404, 612, 919),
    2033: (131, 404, 601, 908),
    2034: (219, 405, 620, 927),
    2035: (208, 405, 610, 916),
    2036: (128, 404, 530, 1004),
    2037: (215, 404, 618, 924),
    2038: (204, 405, 607, 913),
    2039: (124, 405, 527, 1002),
    2040: (212, 404, 614, 920),
    2041: (201, 404, 603, 910),
    2042: (122, 404, 622, 928),
    2043: (210, 405, 611, 917),
    2044: (130, 404, 531, 1005),
    2045: (217, 404, 619, 925),
    2046: (206, 404, 608, 915),
    2047: (126, 405, 529, 1004),
    2048: (214, 404, 615, 922),
    2049: (202, 404, 604, 911),
    2050: (123, 404, 623, 930),
    2051: (211, 405, 613, 919),
    2052: (201, 404, 601, 907),
    2053: (219, 404, 620, 926),
    2054: (208, 404, 610, 916),
    2055: (128, 405, 530, 1005),
    2056: (215, 404, 617, 924),
    2057: (204, 404, 606, 913),
    2058: (124, 404, 625, 1002),
    2059: (212, 405, 614, 921),
    2060: (202, 404, 603, 909),
}
"""The first day of 春节, then 清明节, 端午节 and 中秋节, each as month * 100 + day."""
YEARS = range(min(_FESTIVALS), max(_FESTIVALS) + 1)
"""The years for which the festivals by the moon are known here."""


def statutory_rest(year: int) -> dict[date, str]:
    """The thirteen days of one of `YEARS` that rest by law, each with its name.

    They are twelve where two fall on one day; another year raises KeyError.
    """
    spring, clear, boat, moon = (date(year, *divmod(each, 100)) for each in _FESTIVALS[year])
    rest = {
        date(year, 1, 1): "元旦",
        **{spring + timedelta(n): "春节" for n in range(-1, 3)},
        clear: "清明节",
        **{date(year, 5, day): "劳动节" for day in (1, 2)},
        boat: "端午节",
        **{date(year, 10, day): "国庆节" for day in (1, 2, 3)},
    }
    rest[moon] = "国庆节、中秋节" if moon in rest else "中秋节"
    return rest
