# mypy: ignore-errors
# ruff: noqa
"""Methods and attributes of builtin types that the interpreter lacks. Each falls back to the owner's own."""

import datetime
import decimal
import math
import re


def is_integer(o):
    if isinstance(o, int):
        return True
    return o.is_integer() if not isinstance(o, float) else o == o and abs(o) != math.inf and o == math.floor(o)


def bit_length(o):
    return len(bin(abs(o))) - 2 if o else 0


def bit_count(o):
    return bin(abs(o)).count("1")


def conjugate(o):
    return o if isinstance(o, (int, float)) else o.conjugate()


def as_integer_ratio(o):
    if isinstance(o, int):
        return (int(o), 1)
    if not isinstance(o, float):
        return o.as_integer_ratio()
    mantissa, exponent = math.frexp(o)
    number = int(mantissa * 2**53)
    exponent -= 53
    bottom = 1
    if exponent >= 0:
        number *= 2**exponent
    else:
        bottom = 2**-exponent
    common = math.gcd(number, bottom)
    return (number // common, bottom // common)


def to_bytes(o, length=1, byteorder="big"):
    return bytes.fromhex(f"{o:0{2 * length}x}") if byteorder == "big" else bytes.fromhex(f"{o:0{2 * length}x}")[::-1]


def from_bytes(o, data, byteorder="big"):
    value = 0
    for one in data if byteorder == "big" else reversed(list(data)):
        value = value * 256 + one
    return value


def format_map(o, mapping):
    return o.format(**mapping)


def maketrans(o, first, second=None, removed=""):
    if second is None:
        return {ord(key) if isinstance(key, str) else key: first[key] for key in first}
    table = {ord(a): ord(b) for a, b in zip(first, second)}
    for one in removed:
        table[ord(one)] = None
    return table


def translate(o, table):
    out = []
    for one in o:
        to = table.get(ord(one), one) if isinstance(table, dict) else one
        if to is not None:
            out.append(chr(to) if isinstance(to, int) else to)
    return "".join(out)


def difference_update(o, *others):
    for other in others:
        for one in list(other):
            o.discard(one)


def intersection_update(o, *others):
    for other in others:
        kept = set(other)
        for one in list(o):
            if one not in kept:
                o.discard(one)


def symmetric_difference_update(o, other):
    for one in set(other):
        if one in o:
            o.discard(one)
        else:
            o.add(one)


def _is_date(o):
    return isinstance(o, datetime.date)


def toordinal(o):
    return (datetime.date(o.year, o.month, o.day) - datetime.date(1, 1, 1)).days + 1 if _is_date(o) else o.toordinal()


def fromordinal(o, number):
    made = datetime.date(1, 1, 1) + datetime.timedelta(days=number - 1)
    return datetime.datetime(made.year, made.month, made.day) if o == datetime.datetime else made


class IsoCalendarDate:
    def __init__(self, year, week, weekday):
        self.year = year
        self.week = week
        self.weekday = weekday

    def __getitem__(self, index):
        return (self.year, self.week, self.weekday)[index]

    def __iter__(self):
        return iter((self.year, self.week, self.weekday))

    def __eq__(self, other):
        return tuple(self) == tuple(other)

    def __repr__(self):
        return f"datetime.IsoCalendarDate(year={self.year}, week={self.week}, weekday={self.weekday})"

    def _sd_plain(self):
        return [self.year, self.week, self.weekday]


def isocalendar(o):
    if not _is_date(o):
        return o.isocalendar()
    day = datetime.date(o.year, o.month, o.day)
    thursday = day + datetime.timedelta(days=3 - day.weekday())
    first = datetime.date(thursday.year, 1, 1)
    return IsoCalendarDate(thursday.year, (thursday - first).days // 7 + 1, day.weekday() + 1)


def fromisocalendar(o, year, week, day):
    fourth = datetime.date(year, 1, 4)
    made = fourth + datetime.timedelta(days=(week - 1) * 7 + day - 1 - fourth.weekday())
    return datetime.datetime(made.year, made.month, made.day) if o == datetime.datetime else made


class TimeTuple:
    def __init__(self, values):
        self.values = values
        (
            self.tm_year,
            self.tm_mon,
            self.tm_mday,
            self.tm_hour,
            self.tm_min,
            self.tm_sec,
            self.tm_wday,
            self.tm_yday,
            self.tm_isdst,
        ) = values

    def __getitem__(self, index):
        return self.values[index]

    def __iter__(self):
        return iter(self.values)

    def _sd_plain(self):
        return list(self.values)


def timetuple(o):
    if not _is_date(o):
        return o.timetuple()
    clock = (o.hour, o.minute, o.second) if isinstance(o, datetime.datetime) else (0, 0, 0)
    day = (datetime.date(o.year, o.month, o.day) - datetime.date(o.year, 1, 1)).days + 1
    return TimeTuple((o.year, o.month, o.day, clock[0], clock[1], clock[2], o.weekday(), day, -1))


_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FORMS = {
    "Y": r"(\d{4})",
    "y": r"(\d{2})",
    "m": r"(\d{1,2})",
    "d": r"(\d{1,2})",
    "H": r"(\d{1,2})",
    "I": r"(\d{1,2})",
    "M": r"(\d{1,2})",
    "S": r"(\d{1,2})",
    "f": r"(\d{1,6})",
    "j": r"(\d{1,3})",
    "p": r"([AaPp][Mm])",
    "b": r"([A-Za-z]{3})",
    "B": r"([A-Za-z]+)",
    "a": r"([A-Za-z]{3})",
    "A": r"([A-Za-z]+)",
    "z": r"(Z|[+-]\d{2}:?\d{2})",
}


def strptime(o, text, form):
    """The interpreter reads whole dates only; this also reads clocks, months and years alone."""
    if o != datetime.datetime:
        return o.strptime(text, form)
    try:
        return o.strptime(text, form)
    except ValueError:
        pass
    for short, long in (("%D", "%m/%d/%y"), ("%T", "%H:%M:%S"), ("%R", "%H:%M"), ("%F", "%Y-%m-%d")):
        form = form.replace(short, long)
    pattern, letters, at = "", [], 0
    while at < len(form):
        if form[at] == "%" and at + 1 < len(form):
            letter = form[at + 1]
            if letter == "%":
                pattern += "%"
            elif letter in _FORMS:
                pattern += _FORMS[letter]
                letters.append(letter)
            else:
                raise ValueError(f"'{letter}' is a bad directive in format '{form}'")
            at += 2
        else:
            pattern += r"\s+" if form[at] == " " else re.escape(form[at])
            at += 1
    found = re.fullmatch(pattern, text)
    if not found:
        raise ValueError(f"time data {text!r} does not match format {form!r}")
    return _moment(dict(zip(letters, found.groups())), text, form)


def _moment(got, text, form):
    year, month, day = int(got.get("Y", 1900)), int(got.get("m", 1)), int(got.get("d", 1))
    if "y" in got:
        year = int(got["y"]) + (2000 if int(got["y"]) < 69 else 1900)
    for letter, names in (("B", _MONTHS), ("b", [name[:3] for name in _MONTHS])):
        if letter in got:
            if got[letter].lower() not in names:
                raise ValueError(f"time data {text!r} does not match format {form!r}")
            month = list(names).index(got[letter].lower()) + 1
    hour = int(got.get("H", got.get("I", 0)))
    if "I" in got and "H" not in got:
        if not 1 <= hour <= 12:
            raise ValueError(f"time data {text!r} does not match format {form!r}")
        hour = hour % 12 + (12 if got.get("p", "").lower() == "pm" else 0)
    zone = None
    if "z" in got:
        sign, clock = got["z"][0], got["z"][1:].replace(":", "")
        minutes = int(clock[:2]) * 60 + int(clock[2:]) if clock else 0
        zone = datetime.timezone(datetime.timedelta(minutes=-minutes if sign == "-" else minutes))
    made = datetime.datetime(
        year,
        month,
        day,
        hour,
        int(got.get("M", 0)),
        int(got.get("S", 0)),
        int((got.get("f", "0") + "000000")[:6]),
        tzinfo=zone,
    )
    return made + datetime.timedelta(days=int(got["j"]) - 1) if "j" in got else made


def today(o):
    return o.now() if o == datetime.datetime else o.today()


def utcnow(o):
    return o.now(datetime.timezone.utc).replace(tzinfo=None)


def fromtimestamp(o, seconds, tz=None):
    made = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    local = made.astimezone() if tz is None else made.astimezone(tz)
    if o == datetime.date:
        return local.date()
    return local.replace(tzinfo=None) if tz is None else local


def utcfromtimestamp(o, seconds):
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)


def ctime(o):
    return o.strftime("%a %b ") + f"{o.day:2d}" + o.strftime(" %H:%M:%S %Y") if _is_date(o) else o.ctime()


def from_float(o, value):
    return o(value)


def subn(o, replacement, text, count=0):
    return (o.sub(replacement, text, count), len(o.findall(text)) if not count else min(count, len(o.findall(text))))


def with_traceback(o, traceback):
    return o


def add_note(o, note):
    return None


def close(o):
    return o.close() if hasattr(o, "close") else None
