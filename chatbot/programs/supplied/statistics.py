# mypy: ignore-errors
# ruff: noqa
"""The module statistics."""

import math

StatisticsError = ValueError


def _values(data, name):
    data = list(data)
    if not data:
        raise ValueError(f"{name} requires at least one data point")
    return data


def _total(data):
    if all(isinstance(one, int) for one in data):
        return sum(data)
    if all(isinstance(one, (int, float)) for one in data):
        return math.fsum(data)
    return sum(data[1:], data[0])


def mean(data):
    data = _values(data, "mean")
    total = _total(data)
    if isinstance(total, int) and total % len(data) == 0:
        return total // len(data)
    return total / len(data)


def fmean(data, weights=None):
    data = _values(data, "fmean")
    if weights is None:
        return math.fsum(data) / len(data)
    weights = list(weights)
    return math.fsum([a * b for a, b in zip(data, weights)]) / math.fsum(weights)


def geometric_mean(data):
    return math.exp(fmean([math.log(one) for one in data]))


def harmonic_mean(data, weights=None):
    data = _values(data, "harmonic_mean")
    if 0 in data:
        return 0
    weights = [1] * len(data) if weights is None else list(weights)
    return math.fsum(weights) / math.fsum([weight / one for weight, one in zip(weights, data)])


def median(data):
    data = sorted(data)
    if not data:
        raise ValueError("no median for empty data")
    half = len(data) // 2
    return data[half] if len(data) % 2 else (data[half - 1] + data[half]) / 2


def median_low(data):
    data = sorted(data)
    if not data:
        raise ValueError("no median for empty data")
    return data[(len(data) - 1) // 2]


def median_high(data):
    data = sorted(data)
    if not data:
        raise ValueError("no median for empty data")
    return data[len(data) // 2]


def _counts(data):
    counts = {}
    for one in data:
        counts[one] = counts.get(one, 0) + 1
    return counts


def mode(data):
    counts = _counts(data)
    if not counts:
        raise ValueError("no mode for empty data")
    most = max(counts.values())
    for one in counts:
        if counts[one] == most:
            return one


def multimode(data):
    counts = _counts(data)
    most = max(counts.values(), default=0)
    return [one for one in counts if counts[one] == most]


def _squares(data, center):
    middle = mean(data) if center is None else center
    return _total([(one - middle) ** 2 for one in data])


def _whole(value):
    return int(value) if isinstance(value, float) and value == math.floor(value) else value


def _spread(data, center, less, name):
    data = list(data)
    if len(data) < 1 + less:
        raise ValueError(f"{name} requires at least {'two data points' if less else 'one data point'}")
    if all(isinstance(one, int) for one in data):
        # exact: n * sum(x^2) - sum(x)^2 over n * (n - less)
        n = len(data)
        if center is None:
            top, bottom = n * sum([one * one for one in data]) - sum(data) ** 2, n * (n - less)
            return top // bottom if top % bottom == 0 else top / bottom
    return _squares(data, center) / (len(data) - less)


def variance(data, xbar=None):
    return _spread(data, xbar, 1, "variance")


def pvariance(data, mu=None):
    return _spread(data, mu, 0, "pvariance")


def stdev(data, xbar=None):
    return math.sqrt(_spread(data, xbar, 1, "stdev"))


def pstdev(data, mu=None):
    return math.sqrt(_spread(data, mu, 0, "pstdev"))


def quantiles(data, *, n=4, method="exclusive"):
    data = sorted(data)
    size = len(data)
    if size < 2:
        raise ValueError("must have at least two data points")
    out = []
    for i in range(1, n):
        if method == "inclusive":
            j, delta = divmod(i * (size - 1), n)
            out.append((data[j] * (n - delta) + data[j + 1] * delta) / n if delta else (data[j] * n) / n)
        else:
            j = min(max(i * (size + 1) // n, 1), size - 1)
            delta = i * (size + 1) - j * n
            out.append((data[j - 1] * (n - delta) + data[j] * delta) / n)
    return out


def covariance(x, y):
    x, y = list(x), list(y)
    a, b = math.fsum(x) / len(x), math.fsum(y) / len(y)
    return math.fsum([(one - a) * (other - b) for one, other in zip(x, y)]) / (len(x) - 1)


def correlation(x, y):
    x, y = list(x), list(y)
    return covariance(x, y) / math.sqrt(covariance(x, x) * covariance(y, y))


class LinearRegression:
    def __init__(self, slope, intercept):
        self.slope = slope
        self.intercept = intercept

    def __getitem__(self, index):
        return (self.slope, self.intercept)[index]

    def __iter__(self):
        return iter((self.slope, self.intercept))

    def _sd_plain(self):
        return [self.slope, self.intercept]


def linear_regression(x, y):
    x, y = list(x), list(y)
    slope = covariance(x, y) / covariance(x, x)
    return LinearRegression(slope, math.fsum(y) / len(y) - slope * math.fsum(x) / len(x))
