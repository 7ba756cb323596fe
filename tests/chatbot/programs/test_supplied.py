"""Supplied modules, imported into CPython here, against the modules that they stand for."""

from __future__ import annotations

import calendar
import datetime
import fractions
import heapq
import importlib
import random
import statistics
import string
from typing import Any

import numpy
import pytest
from dateutil import parser
from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from chatbot.programs import prelude
from chatbot.programs.sandbox import Sandbox


def supplied(name: str) -> Any:
    return importlib.import_module(f"chatbot.programs.supplied.{name}")


def test_statistics() -> None:
    mine, chance = supplied("statistics"), random.Random(1)
    names = ("mean", "fmean", "median", "median_low", "median_high", "mode", "multimode", "pvariance", "pstdev")
    for round_ in range(200):
        whole = round_ % 2 == 0
        data = [chance.randrange(1, 20) if whole else chance.uniform(0.5, 9) for _ in range(chance.randrange(2, 12))]
        for name in (*names, "variance", "stdev", "quantiles", "harmonic_mean", "geometric_mean"):
            assert getattr(mine, name)(data) == pytest.approx(getattr(statistics, name)(data), rel=1e-12), (name, data)
        assert type(mine.mean(data)) is type(statistics.mean(data))
    with pytest.raises(ValueError, match="at least one"):
        mine.mean([])


def test_fractions() -> None:
    mine, chance = supplied("fractions").Fraction, random.Random(2)
    for _ in range(400):
        a, b, c, d = (chance.randrange(-30, 30) or 1 for _ in range(4))
        one, other, real_one, real_other = mine(a, b), mine(c, d), fractions.Fraction(a, b), fractions.Fraction(c, d)
        for operation in ("__add__", "__sub__", "__mul__", "__truediv__", "__mod__", "__floordiv__"):
            found, want = getattr(one, operation)(other), getattr(real_one, operation)(real_other)
            assert str(found) == str(want), (operation, a, b, c, d)
        assert (one < other, one == other, int(one)) == (real_one < real_other, real_one == real_other, int(real_one))
        assert (round(one), str(round(one, 1))) == (round(real_one), str(round(real_one, 1)))
        assert str(one**3) == str(real_one**3)
    for given in ("3/4", "0.125", "-2.50", "1e-3", "7", 0.1, 2.5):
        assert str(mine(given)) == str(fractions.Fraction(given))
    for number in (3.14159265, 0.333333, 2.71828):
        assert str(mine(number).limit_denominator(100)) == str(fractions.Fraction(number).limit_denominator(100))


def test_calendar_and_string() -> None:
    mine = supplied("calendar")
    for year in (1900, 1999, 2000, 2023, 2024):
        assert mine.isleap(year) == calendar.isleap(year)
        for month in range(1, 13):
            assert mine.monthrange(year, month) == tuple(map(int, calendar.monthrange(year, month)))
            assert mine.monthcalendar(year, month) == calendar.monthcalendar(year, month)
    assert (mine.month_name, mine.day_abbr) == (list(calendar.month_name), list(calendar.day_abbr))
    for name in ("ascii_letters", "digits", "punctuation", "whitespace", "printable"):
        assert getattr(supplied("string"), name) == getattr(string, name)


def test_heapq() -> None:
    mine, chance = supplied("heapq"), random.Random(3)
    for _ in range(100):
        data = [chance.randrange(50) for _ in range(chance.randrange(1, 30))]
        one, other = data[:], data[:]
        mine.heapify(one)
        heapq.heapify(other)
        assert one == other
        mine.heappush(one, 7)
        heapq.heappush(other, 7)
        assert [mine.heappop(one) for _ in range(len(data))] == [heapq.heappop(other) for _ in range(len(data))]
        assert mine.nlargest(3, data) == heapq.nlargest(3, data)


def test_relativedelta() -> None:
    mine, chance = supplied("dateutil").relativedelta_relativedelta, random.Random(4)
    for _ in range(400):
        given = {
            name: chance.randrange(-40, 40)
            for name in chance.sample(["years", "months", "days", "weeks", "hours", "minutes"], 3)
        }
        day = datetime.datetime(2000, 1, 1) + datetime.timedelta(
            days=chance.randrange(12_000), hours=chance.randrange(24)
        )
        assert day + mine(**given) == day + relativedelta(**given), (day, given)
        assert day - mine(**given) == day - relativedelta(**given), (day, given)
        other = day + datetime.timedelta(days=chance.randrange(-3000, 3000), seconds=chance.randrange(86_400))
        between, want = mine(other, day), relativedelta(other, day)
        for name in ("years", "months", "days", "hours", "minutes", "seconds"):
            assert getattr(between, name) == getattr(want, name), (other, day, name)


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-05",
        "March 5, 2021",
        "5 March 2021",
        "Mar 5 2021 3:30 PM",
        "2021-03-05T10:30:15",
        "3/5/2021",
        "20210305",
    ],
)
def test_dates_are_read_as_dateutil_reads_them(text: str) -> None:
    assert supplied("dateutil").parser_parse(text) == parser.parse(text)


def test_easter() -> None:
    assert [supplied("dateutil").easter_easter(year) for year in range(1990, 2060)] == [*map(easter, range(1990, 2060))]


def test_methods() -> None:
    mine, chance = supplied("methods"), random.Random(5)
    for _ in range(300):
        day = datetime.date(1900, 1, 1) + datetime.timedelta(days=chance.randrange(60_000))
        assert tuple(mine.isocalendar(day)) == tuple(day.isocalendar())
        assert mine.toordinal(day) == day.toordinal()
        assert mine.fromordinal(datetime.date, day.toordinal()) == day
        assert mine.fromisocalendar(datetime.date, *day.isocalendar()) == day
        assert mine.timetuple(day).tm_yday == day.timetuple().tm_yday
        number = chance.choice([chance.uniform(-9, 9), float(chance.randrange(99)), chance.randrange(10**9)])
        assert mine.as_integer_ratio(number) == number.as_integer_ratio()
        assert mine.is_integer(float(number)) == float(number).is_integer()
    assert mine.translate("abc", mine.maketrans(str, "ab", "xy", "c")) == "xy"
    for text, form in (
        ("09:15", "%H:%M"),
        ("3:05 PM", "%I:%M %p"),
        ("May 2020", "%B %Y"),
        ("2020", "%Y"),
        ("7/4", "%m/%d"),
    ):
        assert mine.strptime(datetime.datetime, text, form) == datetime.datetime.strptime(text, form)


def test_arrays() -> None:
    mine, chance = supplied("numpy"), random.Random(6)
    for _ in range(100):
        data = [chance.uniform(-5, 5) for _ in range(chance.randrange(2, 9))]
        for name in ("mean", "median", "std", "var", "sum", "prod", "max", "min", "ptp", "argmax", "argmin"):
            found = getattr(mine, prelude.found("numpy", name)[1])(data)  # type: ignore[index]
            assert found == pytest.approx(getattr(numpy, name)(data)), name
        for name in ("cumsum", "diff", "sort", "argsort", "abs", "round", "floor", "sqrt", "square", "sign", "exp"):
            positive = [abs(one) for one in data]
            found = getattr(mine, prelude.found("numpy", name)[1])(positive)  # type: ignore[index]
            assert found.tolist() == pytest.approx(getattr(numpy, name)(positive).tolist()), name
        assert mine.percentile(data, 30) == pytest.approx(numpy.percentile(data, 30))
        assert (mine.array(data) * 2 - 1).tolist() == pytest.approx((numpy.array(data) * 2 - 1).tolist())
    square = [[2.0, 1.0, 0.5], [1.0, 3.0, 2.0], [0.0, 1.0, 4.0]]
    assert mine.linalg_solve(square, [1, 2, 3]).tolist() == pytest.approx(
        numpy.linalg.solve(square, [1, 2, 3]).tolist()
    )
    assert mine.linalg_det(square) == pytest.approx(numpy.linalg.det(square))
    assert numpy.allclose(mine.linalg_inv(square).tolist(), numpy.linalg.inv(square))
    assert mine.polyfit([0, 1, 2, 3], [1, 3, 2, 5], 2).tolist() == pytest.approx(
        numpy.polyfit([0, 1, 2, 3], [1, 3, 2, 5], 2).tolist()
    )


def test_equations_in_the_sandbox(sandbox: Sandbox) -> None:
    for a, b, c in ((1, -3, 2), (2, 4, -6), (1, 0, -2), (3, 5, 1)):
        source = f"from sympy import *\nx = symbols('x')\nsorted(float(r) for r in solve({a}*x**2 + {b}*x + {c}, x))"
        root = (b * b - 4 * a * c) ** 0.5
        assert sandbox.run(source).value == pytest.approx(sorted([(-b - root) / (2 * a), (-b + root) / (2 * a)]))
    system = (
        "from sympy import *\nx, y, z = symbols('x y z')\ns = solve([x + y + z - 6, x - y, 2*z - x - 5], [x, y, z])"
    )
    assert sandbox.run(f"{system}\n[s[x], s[y], s[z]]").value == pytest.approx([1.4, 1.4, 3.2])
    assert "above degree two" in str(sandbox.run("from sympy import *\nx=Symbol('x')\nsolve(x**3+x-1, x)").error)


@pytest.mark.parametrize("module", sorted({file.stem for file in prelude._FOLDER.glob("[a-z]*.py")}))
def test_everything_supplied_loads_in_the_interpreter(sandbox: Sandbox, module: str) -> None:
    text = prelude.text(frozenset((module, name) for name in prelude.names(module)))
    assert text
    result = sandbox.run(f"exec({text!r})\nans = 1")
    assert result.value == 1, result.error
