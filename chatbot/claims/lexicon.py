"""Words that mean the same, and words that mean the opposite, in Korean morphemes and English base forms."""

from __future__ import annotations

import functools

from chatbot.claims.irregular import BASE
from ingest.analyzer import Analyzer

_SAME = """
사망 죽 숨지 타계 별세|태어나 출생 탄생|시작 개시 착수|이용 사용|만들 제작 제조|짓 건설 건축|구입 구매|승리 이기|패배 지
발표 공표|개최 열리 열|설립 창립 창설 세우|종료 끝나 끝 마치 종결|참가 참여 참석|거주 살|도착 이르|획득 얻|거절 거부
급증 급등|선출 뽑|임명 발탁|추가 더하|포함 들어가|요구 요청|공격 습격|체포 검거 붙잡|처음 최초|모두 전부|약간 조금
아버지 부친|어머니 모친|아내 부인 처|부모 양친|매년 해마다|매일 날마다|나라 국가|미국 미합중국|기간 동안|현재 지금|대략 약
가장 제일|뒤 후 이후|전 이전|가운데 중|및 와|영화 작품|방영 방송|출시 발매|입대 입영|졸업 마치|수록 실리|기록 적|담당 맡|전하 알리
begin start commence|build construct|buy purchase|big large great|end finish conclude|show demonstrate|help assist aid
use utilize utilise|obtain get acquire|need require|film movie|near close|rapid quick fast|rapidly quickly|often frequently
approximately roughly about around|children kids|primarily mainly mostly chiefly|usually typically generally|initially
originally|discover find|found establish|select choose pick|also additionally|manner way|include cover|permit allow
live reside|create make produce|become turn|writer author|american us usa|british uk|locate situate|try attempt|entire whole
"""
_OPPOSITE = """
증가 감소|늘 줄|늘어나 줄어들|상승 하락|오르 내리|확대 축소|강화 약화|이전 이후|전 후|앞 뒤|최초 최후|처음 마지막|첫 마지막
최대 최소|최고 최저|최다 최소|많 적|크 작|높 낮|길 짧|넓 좁|빠르 느리|무겁 가볍|강하 약하|좋 나쁘|이기 지|승리 패배
성공 실패|찬성 반대|동의 반대|가능 불가능|합법 불법|유죄 무죄|입학 졸업|시작 종료|시작 끝나|시작 끝|개방 폐쇄|열 닫|출발 도착
입국 출국|수입 수출|생산 소비|공격 방어|동쪽 서쪽|남쪽 북쪽|동 서|남 북|왼쪽 오른쪽|위 아래|상위 하위|남성 여성|남자 여자
아버지 어머니|아들 딸|형 동생|국내 국외|국내 해외|내부 외부|안 밖|공식 비공식|직접 간접|긍정 부정|긍정적 부정적|모두 일부
항상 가끔|오전 오후|가입 탈퇴|임명 해임|당선 낙선|인정 부인|허용 금지|합격 불합격|존재 부재|더 덜|쉽 어렵|새롭 낡|젊 늙
increase decrease|rise fall|grow shrink|gain lose|win lose|before after|first last|more less|more fewer|most least|most few
larger smaller|largest smallest|bigger smaller|biggest smallest|higher lower|highest lowest|longer shorter|longest shortest
older younger|oldest youngest|earlier later|earliest latest|best worst|better worse|above below|over under|north south
northern southern|east west|eastern western|open close|accept reject|agree disagree|allow forbid|allow prohibit|succeed fail
success failure|successful unsuccessful|begin end|start end|import export|male female|man woman|father mother|son daughter
brother sister|husband wife|always never|all none|all some|many few|with without|support oppose|attack defend|major minor
public private|internal external|upper lower|maximum minimum|enter leave|arrive depart|strong weak|fast slow|high low
long short|old new|old young|early late|good bad|hot cold|rich poor|true false|direct indirect|victory defeat|war peace
ally enemy|largely slightly|rare common|deep shallow|wide narrow|heavy light|majority minority|same different
"""


@functools.cache
def _groups(opposite: bool) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    text = (_OPPOSITE if opposite else _SAME).strip().replace("\n", "|")
    for group in filter(None, text.split("|")):
        words = [_key(word) for word in group.split()]
        for word in words:
            found.setdefault(word, set()).update(other for other in words if other != word)
    return {word: frozenset(others) for word, others in found.items()}


def _key(word: str) -> str:
    return "".join(Analyzer().tokens(BASE.get(word, word))) if word.isascii() else word


def same(first: str, second: str) -> bool:
    """Whether two keys stand in a group of words that mean the same."""
    return second in _groups(False).get(first, ())


def opposite(first: str, second: str) -> bool:
    """Whether two keys mean the opposite: by the list, or because a prefix that denies is all that they differ in."""
    if second in _groups(True).get(first, ()):
        return True
    short, long = sorted((first, second), key=len)
    denying = ("불", "비", "미", "무", "un", "in", "im", "il", "ir", "dis", "non")
    return any(long == prefix + short for prefix in denying) and len(short) > (3 if short.isascii() else 1)
