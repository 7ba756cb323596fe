"""Whether a question may need computing: decided by the question alone, never by what a document says."""

from __future__ import annotations

import re

# What stands nowhere and has to be computed: sums, differences, shares, averages, extremes, spans of time.
_COMPUTED = (
    r"합계|합산|총합|총액|모두 (?:합|더)|합(?:하|쳐)|더하면|빼면|곱하|나누|차이|차액|비율|몇 ?%|몇 ?퍼센트|몇 ?배|평균|중앙값|"
    r"최댓?값|최솟?값|가장 (?:많|적|높|낮|크|작|비싼|싼|긴|짧|오래)|더 (?:많|적|높|낮|크|작|비싸|싸|길|짧|오래)|"
    r"증감|늘었|줄었|환산|계산|"
    r"며칠 ?(?:간|동안|차이)|부터 .*까지 (?:며칠|몇)|"
    r"\b(?:total|sum of|add(?:ed)? up|altogether|combined|in all)\b|"
    r"\b(?:difference|average|mean of|median|what percent(?:age)?|ratio|what (?:share|fraction|proportion))\b|"
    r"\bhow (?:many|much) (?:more|less|fewer|higher|lower|larger|longer|older|cheaper)\b|"
    r"\b(?:comput|calculat|convert|multipl|divid|subtract)|\b(?:days?|weeks?|months?|years?) between\b|"
    r"\bwhich .{1,60}\b(?:most|least|highest|lowest|largest|smallest|longest|shortest|cheapest|oldest|youngest)\b"
)
# What may stand in a document, or have to be computed.
_MAY_BE = (
    r"비율|퍼센트|가장 (?:늦|빠|이른)|증가|감소|늘어|줄어|남(?:은|는|았)|초과|이상인|이하인|미만|얼마|몇|총 |전체|누계|대비|당 |"
    r"며칠|기간|동안|부터 .*까지|경과|지났|지나면|뒤|후에|전에|이후|언제까지|"
    r"\bhow (?:many|much|long|old|far|often|tall|high|big|fast)\b|\bsum\b|\bpercent|\bper cent\b|%|\b(?:differ|share|fraction)\b|"
    r"\b(?:more|less|fewer|greater|higher|lower|larger|smaller|older|younger|longer|shorter|cheaper|dearer) than\b|"
    r"\b(?:most|least|highest|lowest|largest|smallest|longest|shortest|cheapest|dearest|oldest|youngest|maximum|minimum)\b|"
    r"\b(?:increas|decreas|grow|grew|rise|rose|fall|fell|drop|remain|left over|left\b|times as|twice|half|double|triple|count)|"
    r"\b(?:days?|weeks?|months?|years?) (?:until|after|before|from|since|ago|later)\b|"
    r"\b(?:what (?:is|was|will be) the (?:date|day|cost|price|number|amount|profit|age|balance))\b"
)
_HAS_TO = re.compile(_COMPUTED, re.IGNORECASE)
_MAY_HAVE_TO = re.compile(f"{_COMPUTED}|{_MAY_BE}", re.IGNORECASE)
_NUMBER = re.compile(
    r"\d[\d,.]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred)\b|"
    r"\b(?:dozen|half|twice|double|triple|a (?:third|quarter|week|month|year))\b|"
    r"(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|스물) ?(?:개|명|권|마리|살|번|시간|주|달|해)",
    re.IGNORECASE,
)


def needs_computing(question: str) -> bool:
    """Whether the question may ask for something that stands nowhere and has to be computed. Rather too often than too
    seldom: where it is True the model decides between words and a program."""
    return bool(_MAY_HAVE_TO.search(question))


def asks_to_compute(question: str) -> bool:
    """Whether the question says itself that something is to be computed (a total, a difference, an average): no passage
    has to state the answer then, only the values."""
    return bool(_HAS_TO.search(question))


def is_self_contained(question: str) -> bool:
    """Whether the question brings the numbers to compute with: at least two of them, so no document is needed."""
    return len(_NUMBER.findall(question)) >= 2
