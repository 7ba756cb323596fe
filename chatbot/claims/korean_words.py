"""Kiwi tags and Korean words by what they do in a sentence: carry meaning, join, deny, or hedge."""

from __future__ import annotations

NAMES = frozenset(["NNP", "SL", "SH", "W_SERIAL", "W_URL", "W_EMAIL"])
NOUNS = NAMES | {"NNG", "XR", "NR", "SN"}
NUMBERS = frozenset(["NR", "MM", "SN", "XPN", "NNB", "MAG"])
VERBS = frozenset(["VV", "VA", "VV-R", "VV-I", "VA-R", "VA-I"])
PARTICLES = {"JKS": "subject", "JKC": "complement", "JKO": "object", "JKG": "genitive"}
SAME_PARTICLE = {"으로": "로", "와": "와", "과": "와", "이랑": "와", "랑": "와", "하고": "와", "께": "에게", "한테": "에게",
                  "로써": "로", "으로써": "로", "로서": "로서", "으로서": "로서", "이나": "나", "이며": "와",
                  "이고": "와"}  # fmt: skip
SCRAPS = frozenset(["NNB", "NP", "XSN", "XPN", "MM", "IC"])
LIGHT_NOUNS = frozenset(
    "것 수 때 등 점 중 경우 바 데 뿐 채 대로 따름 정도 이 그 저 우리 자신 자기 당시 현재 관련 대상 내용 사실 사람 인물 "
    "이름 날 해 연도 년도 곳 장소 이유 원인 결과 방법 무엇 누구 언제 어디 여기 거기 위 바로 문서 자료 본문 질문 답 답변 "
    "다음 통 따름 의 덕분 씨 분 명칭 숫자 날짜 시기".split()
)
LIGHT_BOUND = LIGHT_NOUNS | frozenset(
    "그녀 그것 이것 저것 그들 이들 이곳 그곳 저희 본인 스스로 거 줄 만큼 듯 채 김 차 번 번째 측 간 년 월 일 시 초 명 개 "
    "때문 탓 등등 및 이래 가량 남짓 쪽 편 식 만 리 터 즈음 무렵 이상 이하 미만 대로 나름 노릇 양 척 체 지 적 데서 바람 뻔 "
    "제 나위 겸 마련 순 무엇 어느 뭐 원 회 대 권 위 호 살 세 분 초 주 달 해".split()
)
LIGHT_DETERMINERS = frozenset(
    "이 그 저 이런 그런 저런 어떤 어느 무슨 한 약 여러 각 각각 그러한 이러한 다른 첫 본 해당 동 "
    "전 총 단 온 몇 온갖 별".split()
)
LIGHT_VERBS = frozenset(
    "하 되 있 이 같 대하 위하 통하 의하 따르 관하 인하 비하 그러 이러 그렇 이렇 어떻 말하 보 가지 갖 두 주 불리 알 나오 "
    "나타나 지니 오 가 들 맞 밝히 일컫 부르 의미 설명 확인 언급".split()
)
LIGHT_ADVERBS = frozenset(
    "즉 또 또한 및 매우 아주 더욱 특히 주로 역시 다시 이미 바로 약 대략 이후로 그리고 그래서 따라서 하지만 그러나 한편 "
    "결국 먼저 우선 이어 이어서 실제로 당시 함께 잘 더 많이 가장 곧".split()
)
WEIGHTY_ADVERBS = frozenset("가장 더 다시 이미 함께 먼저".split())
HEDGES = frozenset(
    "만약 만일 아마 거의 예정 계획 시도 실패 거부 거절 부인 의혹 추정 추측 주장 소문 가능 가능성 취소 무산 중단 포기 금지 "
    "제외 뻔하 듯 듯하 싶 루머 가정 반박 예상 전망 요구 제안 권유 오해 착각 만 뿐".split()
)
CONDITIONS = ("면", "으면", "다면", "라면", "는다면", "ᆫ다면", "려고", "으려고", "려", "려다", "으려다")
# 따르면 and 의하면 say where it stands, and set no condition.
QUOTING = frozenset(["따르", "의하", "들", "보"])
COORDINATE = frozenset("고 며 으며 지만 으나 나 는데 은데 ᆫ데".split())
DENYING = frozenset(["않", "못하", "말"])
PASSIVE = frozenset(["되", "당하", "받", "시키"])
