"""What people say to a chatbot that is no question about their documents: greetings, thanks, "what can you do?"."""

from __future__ import annotations

import re
from typing import Literal

from chatbot.prompt import language_of

Kind = Literal["greeting", "thanks", "farewell", "about"]

# Whole utterances only: "안녕은 무슨 뜻이야?" and "Who are you trying to reach, according to the memo?" are questions.
_SAID: dict[Kind, str] = {
    "greeting": r"안녕(하세요|하십니까|하셔요)?|반가워요?|반갑습니다|처음 뵙겠습니다|하이|헬로우?|여보세요|"
    r"좋은 아침(이에요|입니다)?|(hi|hello|hey|yo)( there| seodang)?|good (morning|afternoon|evening)|greetings",
    "thanks": r"(정말 |너무 |아주 )?(고마워요?|고맙습니다|감사(해요|합니다|드립니다))|ㄱㅅ|"
    r"(ok(ay)? )?(thanks|thank you|thx|cheers)( a lot| so much| very much)?|much appreciated",
    "farewell": r"잘 있어요?|잘 가요?|안녕히 (계세요|가세요)|수고(하세요|했어요|하셨습니다)|"
    r"(bye|goodbye|good bye|see you)( bye| later)?|good night",
    "about": r"(너는?|넌|당신은|서당은) ?(누구|누구야|누구니|누구세요|누구입니까|뭐야|뭐니|뭐하는 거야|무엇입니까)|"
    r"(너는?|넌|당신은|서당은)? ?(뭘|뭐|무엇을|무얼|어떤 (일|것)을) ?"
    r"(할 수 있(어|니|나요|어요|습니까)|해 줄 수 있(어|니|나요|어요))|"
    r"(네|너의|넌|너|당신) 이름(이|은)? (뭐야|뭐니|무엇입니까|뭐예요)|"
    r"(who|what) are you|what can you do( for me)?|how (do|can) you help( me)?|what('s| is) your name",
}
_PATTERNS = {kind: re.compile(rf"(?:{pattern})", re.IGNORECASE) for kind, pattern in _SAID.items()}
_TRIMMED = " \t\r\n.,!?~…;:)^ㅎㅋㅠㅜ。！？"

_ANSWERS: dict[str, dict[Kind, str]] = {
    "ko": {
        "greeting": "안녕하세요. 문서에 대해 무엇이든 물어보세요.",
        "thanks": "천만에요. 더 궁금한 것이 있으면 물어보세요.",
        "farewell": "안녕히 가세요. 문서는 그대로 두겠습니다.",
        "about": "저는 서당입니다. 가지고 계신 문서에서 답을 찾아 출처와 함께 그대로 보여 드립니다.",
    },
    "en": {
        "greeting": "Hello. Ask me anything about your documents.",
        "thanks": "You are welcome. Ask on if you like.",
        "farewell": "Goodbye. Your documents stay as they are.",
        "about": "I am Seodang: I find answers in your documents and show them with their sources.",
    },
}


def small_talk(text: str) -> Kind | None:
    """The kind of small talk that the whole text is, None for anything that may be about the documents."""
    said = " ".join(text.split()).strip(_TRIMMED)
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(said)), None)


def small_talk_answer(kind: Kind, question: str) -> str:
    """What is said back where there is no language model, in the question's language."""
    language = "ko" if any("ㄱ" <= letter <= "ㅣ" for letter in question) else language_of(question)
    return _ANSWERS[language][kind]
