"""Units, scales and numerals as they are spelt, in the languages READMEs are written in."""

# ruff: noqa: RUF001 # look-alike letters of many scripts

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Meaning = TypeVar("Meaning", int, str)


def _spelt(table: Mapping[Meaning, str]) -> dict[str, Meaning]:
    """From what is meant and its spellings to the meaning of each spelling."""
    return {spelling: meaning for meaning, spellings in table.items() for spelling in spellings.split()}


UNITS = _spelt(
    {
        "ns": "ns nanosecond nanoseconds nanosekunden 纳秒 ナノ秒 나노초",
        "us": "us µs μs microsecond microseconds mikrosekunden 微秒 マイクロ秒 마이크로초",
        "ms": (
            "ms msec millisecond milliseconds millisekunden millisecondes milisegundos мс миллисекунд "
            "毫秒 ミリ秒 밀리초"
        ),
        "s": (
            "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos secondo secondi seconden "
            "с сек секунда секунды секунд секунду 秒 秒钟 초 ثانية ثوان שניות שנייה"
        ),
        "min": (
            "min mins minute minutes minuten minuto minutos minuti мин минута минуты минут минуту 分 分钟 分間 분 "
            "دقيقة دقائق דקות דקה"
        ),
        "h": (
            "h hr hrs hour hours stunde stunden heure heures hora horas ora ore uur час часа часов 小时 時間 시간 "
            "ساعة ساعات שעות"
        ),
        "day": (
            "d day days tag tage tagen jour jours día días dia dias giorno giorni день дня дней 天 日間 일 يوم أيام "
            "ימים"
        ),
        "week": "week weeks woche wochen semaine semaines semana semanas неделя недели недель 周 週間 주",
        "month": "month months monat monate mois mes meses mês месяц месяца месяцев 个月 か月 ヶ月 개월",
        "year": ("year years jahr jahre jahren an ans année années año años ano anos год года лет 年 年間 년"),
        "B": "B byte bytes octets байт байта 字节 バイト 바이트",
        "KB": "kB KB",
        "MB": "MB Mo МБ",
        "GB": "GB Go ГБ",
        "TB": "TB",
        "KiB": "KiB",
        "MiB": "MiB",
        "GiB": "GiB",
        "TiB": "TiB",
        "kbit": "kb kbit kbps Kbps",
        "Mbit": "Mb Mbit Mbps",
        "Gbit": "Gb Gbit Gbps",
        "%": "% percent prozent процент процента процентов 퍼센트 パーセント",
        "x": "x X × times fold mal fois veces vezes раз раза 倍 배 مرات מונים",
        "px": "px pixel pixels 像素",
        "fps": "fps",
        "Hz": "Hz",
        "kHz": "kHz",
        "MHz": "MHz",
        "GHz": "GHz",
        "rps": "rps qps req/s ops/s",
        "W": "W",
        "$": "$ usd dollar dollars",
        "€": "€ eur euro euros",
        "°C": "°C",
    }
)
CASED_UNITS = frozenset("B KB kB MB GB TB Kb kb Mb Gb Mo Go W Hz s h d x X с".split())  # noqa: SIM905 # read as words
"""Read with their case: ``Mb`` is no ``MB``."""
DIMENSIONS = {
    "time": ("ns", "us", "ms", "s", "min", "h", "day", "week", "month", "year"),
    "data": ("B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"),
    "data rate": ("kbit", "Mbit", "Gbit"),
}
SCALES = _spelt(
    {
        10**3: "k K thousand tausend mille mil тысяч тысячи тыс ألف آلاف אלף 천 千",
        10**6: (
            "M million millions mio millionen millón millones milhão milhões milioni миллион миллиона миллионов млн "
            "مليون ملايين מיליון 百万 百萬 백만"
        ),
        10**9: "billion billions milliarden milliards млрд миллиардов مليار מיליארד 十亿 십억",
        10**4: "万 萬 만",
        10**8: "亿 億 억",
    }
)
NUMBER_WORDS = _spelt(
    {
        0: "zero",
        1: "one single",
        2: "two zwei deux dos dois duas due два две twee اثنان שניים",
        3: "three drei trois tres três tre три drie ثلاثة שלושה",
        4: "four vier quatre cuatro quatro quattro четыре أربعة ארבעה",
        5: "five fünf cinq cinco cinque пять vijf خمسة חמישה",
        6: "six sechs seis sei шесть zes ستة שישה",
        7: "seven sieben sept siete sete sette семь zeven سبعة שבעה",
        8: "eight acht huit ocho oito otto восемь ثمانية שמונה",
        9: "nine neun neuf nueve nove девять negen تسعة תשעה",
        10: "ten zehn dix diez dez dieci десять tien عشرة עשרה",
        11: "eleven elf onze once undici одиннадцать",
        12: "twelve zwölf douze doce doze dodici двенадцать twaalf dozen dutzend",
        15: "fifteen fünfzehn quinze quince",
        20: "twenty zwanzig vingt veinte vinte двадцать",
        30: "thirty dreißig trente treinta trinta тридцать",
        40: "forty vierzig quarante cuarenta quarenta",
        50: "fifty fünfzig cinquante cincuenta cinquenta пятьдесят",
        60: "sixty sechzig soixante sesenta sessenta",
        100: "hundred hundert cien cem сто",
        1000: "thousand tausend",
    }
)
