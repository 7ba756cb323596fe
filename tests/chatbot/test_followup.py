"""Follow-up questions: completed where they lean on the conversation, untouched byte for byte where they do not."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from chatbot.errors import GenerationFailed
from chatbot.followup.korean_phrases import with_particle
from chatbot.followup.rewriting import REWRITE_SYSTEM, stand_alone
from chatbot.message import Message
from chatbot.models.model import FinishReason, Generation, Model, Sampling
from chatbot.reply import Reply
from ingest.analyzer import Analyzer

ANALYZER = Analyzer()

# The question before, its answer, the question, and what must be asked (None: it stands alone).
# fmt: off
KOREAN: list[tuple[str, str, str, str | None]] = [
    ("도서관은 언제 열어?", "오전 9시에 엽니다 [1].", "그건 어디에 있어?", "도서관은 어디에 있어?"),
    ("서울의 인구는 얼마야?", "940만 명입니다 [1].", "그럼 부산은?", "부산의 인구는 얼마야?"),
    ("서울의 인구는?", "940만 명입니다 [1].", "부산은?", "부산의 인구는?"),
    ("매출은 2022년에 얼마였어?", "3억 원입니다 [1].", "2023년에는?", "매출은 2023년에 얼마였어?"),
    ("2022년 매출은 얼마야?", "3억 원입니다 [1].", "그럼 2023년은?", "2023년 매출은 얼마야?"),
    ("매출은 얼마야?", "3억 원입니다 [1].", "2023년에는?", "2023년에 매출은 얼마야?"),
    ("매출은 얼마야?", "3억 원입니다 [1].", "작년에는?", "작년 매출은 얼마야?"),
    ("도서관은 왜 닫았어?", "공사 때문입니다 [1].", "언제?", "도서관은 언제 닫았어?"),
    ("도서관은 언제 쉬어?", "월요일에 쉽니다 [1].", "왜?", "도서관은 왜 쉬어?"),
    ("서울의 인구는 얼마야?", "940만 명입니다 [1].", "왜?", "서울의 인구는 왜?"),
    ("연차 휴가는 어떻게 신청해?", "양식을 냅니다 [1].", "더 자세히", "연차 휴가는 어떻게 신청해? 더 자세히"),
    ("연차 휴가는 어떻게 신청해?", "양식을 냅니다 [1].", "더 자세히 설명해 줘", "연차 휴가는 어떻게 신청해? 더 자세히 설명해 줘"),
    ("연차 휴가는 어떻게 신청해?", "양식을 냅니다 [1].", "예를 들면?", "연차 휴가는 어떻게 신청해? 예를 들면?"),
    ("회사 대표는 누구야?", "대표는 김철수입니다 [1].", "그 사람은 몇 살이야?", "김철수는 몇 살이야?"),
    ("회사 대표는 누구야?", "대표는 김철수입니다 [1].", "그는 언제 태어났어?", "김철수는 언제 태어났어?"),
    ("회사 대표는 누구야?", "대표는 김철수입니다 [1].", "그분의 고향은 어디야?", "김철수의 고향은 어디야?"),
    ("이순신은 언제 태어났어?", "1545년입니다 [1].", "그가 만든 배는?", "이순신이 만든 배는?"),
    ("본사는 어디에 있어?", "성남에 있습니다 [1].", "거기까지 어떻게 가?", "본사까지 어떻게 가?"),
    ("제주도는 얼마나 커?", "1,850㎢입니다 [1].", "거긴 인구가 얼마야?", "제주도는 인구가 얼마야?"),
    ("서울 올림픽은 언제 열렸어?", "1988년에 열렸습니다 [1].", "그때 대통령은 누구였어?", "1988년에 대통령은 누구였어?"),
    ("삼성전자는 언제 세워졌어?", "1969년입니다 [1].", "그 회사의 대표는 누구야?", "삼성전자의 대표는 누구야?"),
    ("도서관은 어디에 있어?", "마포에 있습니다 [1].", "언제 생겼어?", "도서관은 언제 생겼어?"),
    ("도서관의 위치는 어디야?", "마포입니다 [1].", "언제 생겼어?", "도서관은 언제 생겼어?"),
    ("거북선은 언제 만들어졌어?", "1592년입니다 [1].", "누가 만들었어?", "거북선은 누가 만들었어?"),
    ("연차는 며칠이야?", "15일입니다 [1].", "병가는?", "병가는 며칠이야?"),
    ("아이유의 소속사는 어디야?", "이담입니다 [1].", "나이는?", "아이유의 나이는?"),
    ("서울의 인구는 얼마야?", "940만 명입니다 [1].", "면적은?", "서울의 면적은 얼마야?"),
    ("삼성전자의 매출은 얼마야?", "300조 원입니다 [1].", "대표는 누구야?", "삼성전자의 대표는 누구야?"),
    ("조선의 왕은 누구야?", "태조, 정종, 태종입니다 [1].", "두 번째는?", "조선의 왕 중 두 번째는?"),
    ("한국의 산은 무엇이 있어?", "한라산, 설악산입니다 [1].", "그중 가장 높은 것은?", "한국의 산 중 가장 높은 것은?"),
    ("서울의 날씨는 어때?", "맑습니다 [1].", "부산은 어때?", "부산의 날씨는 어때?"),
    ("월요일에 도서관은 열어?", "엽니다 [1].", "일요일은?", "일요일에 도서관은 열어?"),
    ("3월 행사는 무엇이야?", "입학식입니다 [1].", "4월은?", "4월 행사는 무엇이야?"),
    ("어른 요금은 얼마야?", "5천 원입니다 [1].", "그럼 어린이는?", "어린이 요금은 얼마야?"),
    ("환불 규정은 뭐야?", "7일 이내입니다 [1].", "그거 언제 바뀌었어?", "환불 규정 언제 바뀌었어?"),
    ("환불 규정은 뭐야?", "7일 이내입니다 [1].", "그게 언제 바뀌었어?", "환불 규정이 언제 바뀌었어?"),
    ("휴가 규정을 알려 줘", "15일입니다 [1].", "그것의 예외는?", "휴가 규정의 예외는?"),
    ("회의는 몇 시에 시작해?", "3시입니다 [1].", "어디서?", "회의는 어디서 시작해?"),
    ("프로젝트 담당자는 누구야?", "박영희입니다 [1].", "그녀의 연락처는?", "박영희의 연락처는?"),
    ("주차장은 몇 층이야?", "지하 2층입니다 [1].", "얼마야?", "주차장은 얼마야?"),
    ("도서관은 언제 열어?", "오전 9시에 엽니다 [1].", "연차 휴가는 며칠이야?", None),
    ("도서관은 언제 열어?", "오전 9시에 엽니다 [1].", "대한민국의 수도는 어디야?", None),
    ("서울의 인구는 얼마야?", "940만 명입니다 [1].", "부산의 면적은 얼마야?", None),
    ("주차는 무료야?", "무료입니다 [1].", "휴관일은 언제야?", None),
    ("주차는 무료야?", "무료입니다 [1].", "환불 규정", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "이순신은 언제 태어났어?", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "2023년 예산은 얼마였어?", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "세종대왕이 한글을 만든 이유는?", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "이순신이 그의 아들에게 보낸 편지는?", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "개최지가 정해졌는데 그 시기는 언제인가?", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "안녕하세요", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "고마워", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "1959년 5월 4일에 태어난 대한민국 법률가의 이름은?", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "자원봉사자는 무엇을 해야 하나요?", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "너는 누구야?", None),
    ("연차는 며칠이야?", "15일입니다 [1].", "열람실 좌석은 몇 개인가요?", None),
    ("열람실은 몇 시까지 열어?", "오후 10시까지입니다 [1].", "토요일에는?", "토요일에 열람실은 몇 시까지 열어?"),
    ("열람실은 몇 시까지 열어?", "오후 10시까지입니다 [1].", "자료실은?", "자료실은 몇 시까지 열어?"),
    ("세종대왕은 언제 즉위했나요?", "1418년입니다 [1].", "아버지는 누구인가요?", "세종대왕의 아버지는 누구인가요?"),
    ("세종대왕은 언제 즉위했나요?", "1418년입니다 [1].", "태종은요?", "태종은 언제 즉위했나요?"),
    ("환불은 며칠 안에 가능해?", "7일입니다 [1].", "근거가 뭐야?", "환불은 며칠 안에 가능해? 근거가 뭐야?"),
    ("대한민국의 수도는?", "서울입니다 [1].", "그 도시의 인구는?", "서울의 인구는?"),
    ("회의실 예약은 어떻게 해?", "앱으로 합니다 [1].", "비용이 들어?", None),
    ("2025년 대출 권수는 몇 권이야?", "12,000권입니다 [1].", "2026년 예산은 얼마야?", None),
]
ENGLISH: list[tuple[str, str, str, str | None]] = [
    ("When does the library open?", "It opens at 9 [1].", "Where is it?", "Where is the library?"),
    ("What is the population of Seoul?", "9.4 million [1].", "What about Busan?", "What is the population of Busan?"),
    ("What is the population of Seoul?", "9.4 million [1].", "And Busan?", "What is the population of Busan?"),
    ("What is the population of Seoul?", "9.4 million [1].", "Busan?", "What is the population of Busan?"),
    ("What was the revenue in 2022?", "3 million [1].", "and in 2023?", "What was the revenue in 2023?"),
    ("What was the revenue in 2022?", "3 million [1].", "2023?", "What was the revenue in 2023?"),
    ("What was the revenue?", "3 million [1].", "And in 2023?", "What was the revenue in 2023?"),
    ("What was the revenue?", "3 million [1].", "How about last year?", "What was the revenue last year?"),
    ("When did the library close?", "In May [1].", "Why?", "Why did the library close?"),
    ("Is the library open on Sunday?", "No [1].", "Why not?", "Why is the library open on Sunday?"),
    ("How do employees apply for leave?", "By form [1].", "Tell me more",
     "How do employees apply for leave? Tell me more"),
    ("How do employees apply for leave?", "By form [1].", "Can you give an example?",
     "How do employees apply for leave? Can you give an example?"),
    ("How do employees apply for leave?", "By form [1].", "Could you explain that in more detail?",
     "How do employees apply for leave? Could you explain that in more detail?"),
    ("Who is the director of the museum?", "Anna Larsen is the director [1].", "When was she born?",
     "When was Anna Larsen born?"),
    ("Who is the director of the museum?", "Anna Larsen is the director [1].", "What is her phone number?",
     "What is Anna Larsen's phone number?"),
    ("Who founded Samsung?", "Lee Byung-chul founded Samsung [1].", "Where did he study?",
     "Where did Lee Byung-chul study?"),
    ("When was Nikola Tesla born?", "In 1856 [1].", "What did he invent?", "What did Nikola Tesla invent?"),
    ("Where is the head office?", "In Oslo [1].", "How do I get there?", "How do I get to the head office?"),
    ("Where is Jacksonville?", "In Florida [1].", "How many people live there?",
     "How many people live in Jacksonville?"),
    ("When did Korea host the Olympics?", "In 1988 [1].", "Who was president then?", "Who was president in 1988?"),
    ("When did Samsung move to Suwon?", "In 1969 [1].", "Who founded that company?", "Who founded Samsung?"),
    ("What is the refund policy?", "Seven days [1].", "When did it change?", "When did the refund policy change?"),
    ("What is the refund policy?", "Seven days [1].", "What are its exceptions?",
     "What are the refund policy's exceptions?"),
    ("What is the refund policy?", "Seven days [1].", "Who approved that?", "Who approved the refund policy?"),
    ("What is the weight of the Model X?", "2 kg [1].", "And the price?", "What is the price of the Model X?"),
    ("What is the fee for adults?", "5 dollars [1].", "And for children?", "What is the fee for children?"),
    ("Who are the kings of Joseon?", "Taejo, Jeongjong [1].", "What about the second one?",
     "The second one of the kings of Joseon?"),
    ("Which rivers cross the city?", "Two [1].", "Which one is longer?", "Which one of the city is longer?"),
    ("When does the museum open?", "At ten [1].", "And the library?", "When does the library open?"),
    ("How many vacation days do interns get?", "Ten [1].", "What about managers?",
     "How many vacation days do managers get?"),
    ("Does the library open on Monday?", "Yes [1].", "On Sunday?", "Does the library open on Sunday?"),
    ("When do the members vote?", "In June [1].", "How often do they meet?", "How often do the members meet?"),
    ("When do the members vote?", "In June [1].", "Who elects them?", "Who elects the members?"),
    ("What does the warranty cover?", "Parts [1].", "How long does it last?", "How long does the warranty last?"),
    ("What does the warranty cover?", "Parts [1].", "How much does it cost?", "How much does the warranty cost?"),
    ("Where does the meeting take place?", "Room 2 [1].", "When?", "When does the meeting take place?"),
    ("What is the budget of the reading room?", "3 million [1].", "When was it approved?",
     "When was the budget of the reading room approved?"),
    ("When was the Mapo library built?", "1987 [1].", "Who designed it?", "Who designed the Mapo library?"),
    ("Who wrote Hamlet?", "William Shakespeare [1].", "When was it written?", "When was Hamlet written?"),
    ("When does the library open?", "At 9 [1].", "What is the capital of Korea?", None),
    ("When does the library open?", "At 9 [1].", "How many vacation days do employees get?", None),
    ("When does the library open?", "At 9 [1].", "refund policy", None),
    ("When does the library open?", "At 9 [1].", "Is it possible to renew a book online?", None),
    ("When does the library open?", "At 9 [1].", "How long does it take to renew a card?", None),
    ("When does the library open?", "At 9 [1].", "When did Tesla receive his patent?", None),
    ("When does the library open?", "At 9 [1].", "Which university has its origins in a medical school?", None),
    ("When does the library open?", "At 9 [1].", "Are there any parking spaces?", None),
    ("When does the library open?", "At 9 [1].", "How many parking spaces are there?", None),
    ("When does the library open?", "At 9 [1].", "What is the rule that applies to guests?", None),
    ("When does the library open?", "At 9 [1].", "How old was Peyton Manning when he played in Super Bowl 50?", None),
    ("When does the library open?", "At 9 [1].", "Hello", None),
    ("When does the library open?", "At 9 [1].", "Thank you!", None),
    ("When does the library open?", "At 9 [1].", "What was the revenue in 2023?", None),
    ("When does the library open?", "At 9 [1].", "Who approved the annual budget?", None),
    ("When does the library open?", "At 9 [1].", "How do students return their books?", None),
    ("When does the library open?", "At 9 [1].", "And who approves the annual budget of the museum?", None),
    ("When does the library open?", "At 9 [1].", "What time is it?", None),
    ("How long is the warranty?", "Two years [1].", "does it cover batteries?", "Does the warranty cover batteries?"),
    ("What are the opening hours of the pool?", "6 to 22 [1].", "and on weekends?",
     "What are the opening hours of the pool on weekends?"),
    ("Who is responsible for payroll?", "Maria Gomez is responsible [1].", "how can I reach her?",
     "How can I reach Maria Gomez?"),
    ("How many people attended the 2019 conference?", "300 [1].", "How about 2020?",
     "How many people attended the 2020 conference?"),
    ("When was the treaty signed?", "1648 [1].", "by whom?", "When was the treaty signed? By whom?"),
    ("When was the treaty signed?", "1648 [1].", "What happened after that?", "What happened after the treaty?"),
    ("Can interns take sick leave?", "Yes [1].", "Do they get paid?", "Do interns get paid?"),
    ("Can interns take sick leave?", "Yes [1].", "How many days?", "Can interns take sick leave? How many days?"),
    ("What is Seoul famous for?", "Palaces [1].", "Its population?", "Seoul's population?"),
]
# fmt: on


def said(question: str, answer: str = "", **changes: object) -> Reply:
    values = {"refused": False, "reason": None, "route": "documents", "model": "tiny", **changes}
    return Reply(question, answer, **values)  # type: ignore[arg-type]


class Writer:
    """A model that writes what it is given, and remembers what it was asked."""

    name, context = "writer", None
    control_tokens = ("<|turn|>",)

    def __init__(self, text: str = "", finish: FinishReason = "stop", fails: bool = False) -> None:
        self.text, self.finish, self.fails = text, finish, fails
        self.asked: list[list[Message]] = []

    def count(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content) for message in messages)

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, cancel: threading.Event | None = None
    ) -> Iterator[str | Generation]:
        self.asked.append(list(messages))
        assert sampling.temperature == 0
        if self.fails:
            raise GenerationFailed("gone")
        yield from self.text
        yield Generation(self.finish, None, None)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("before", "answer", "question", "expected"), KOREAN + ENGLISH)
def test_the_table(before, answer, question, expected):
    asked = stand_alone(question, [said(before, answer)], ANALYZER)
    assert asked == (question if expected is None else expected)


def test_the_table_is_large_and_holds_both_kinds():
    for table in (KOREAN, ENGLISH):
        assert len(table) >= 60
        assert sum(expected is None for *_, expected in table) >= 15
        assert sum(expected is not None for *_, expected in table) >= 40


@pytest.mark.parametrize("question", ["그건 언제야?", "왜?", "and in 2023?", "부산은?", "더 자세히", ""])
def test_without_a_conversation_nothing_changes(question):
    writer = Writer("x")
    assert stand_alone(question, [], ANALYZER, writer) == question
    assert stand_alone(question, [said("안녕", "네", route="conversation")], ANALYZER, writer) == question
    assert writer.asked == []


def test_follow_ups_of_follow_ups_go_back_to_what_was_asked():
    korean = [said("서울의 인구는?", "940만"), said("부산은?", "330만"), said("그럼 면적은?", "770㎢")]
    assert stand_alone("대구는?", korean, ANALYZER) == "대구의 면적은?"
    english = [said("When does the library open?", "At 9"), said("Thanks", "Sure", route="conversation")]
    english.append(said("And the museum?", "At 10"))
    assert stand_alone("Where is it?", english, ANALYZER) == "Where is the museum?"


def test_the_languages_may_change_within_a_conversation():
    assert (
        stand_alone("그건 언제 열어?", [said("Where is the reading room?", "2F")], ANALYZER)
        == "reading room은 언제 열어?"
    )
    assert stand_alone("When does it open?", [said("독서실은 어디야?", "2층")], ANALYZER) == "When does 독서실 open?"


def test_a_refusal_names_nobody():
    refused = said(
        "회사 대표는 누구야?", "문서에서 이 질문의 답을 찾지 못했습니다. 김철수", refused=True, reason="no_evidence"
    )
    assert stand_alone("그 사람은 몇 살이야?", [refused], ANALYZER) == "회사 대표는 몇 살이야?"


@pytest.mark.parametrize(
    "question", [" 그건   언제야 ?? ", "...", "?", "\n\t", "그" * 500, "it " * 300, "\ud83d", "🐶🐶?"]
)
def test_odd_questions_do_no_harm(question):
    history = [
        said(odd, odd) for odd in ("", "?", "...", "a" * 3000, "그건 언제야?", "it?", "\ud83d\x00", "서울의 인구는?")
    ]
    assert isinstance(stand_alone(question, history, ANALYZER), str)


# -- by a model ---------------------------------------------------------------------------------------------------------

BEFORE = said("매출은 2022년에 얼마였어?", "3억 원입니다 [1].")
BY_RULES = "매출은 2023년에 얼마였어?"


@pytest.mark.parametrize(
    "written",
    [
        "2023년 매출은 얼마였어?",
        "고친 질문: 2023년 매출은 얼마였어?",
        '\n  "2023년 매출은 얼마였어?"\n',
        "<think>음, 매출이군.</think>\n2023년 매출은 얼마였어?",
    ],
)
def test_a_model_rewrites_what_leans_on_the_conversation(written):
    assert stand_alone("2023년에는?", [BEFORE], ANALYZER, Writer(written)) == "2023년 매출은 얼마였어?"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   \n",
        "매출은 얼마였어?",  # the number is lost
        "2024년 매출은 2023년보다 얼마나 늘었어?",  # a number is invented
        "2023년 매출은 얼마였어?\n2023년 매출은 4억 원입니다.",  # it answers
        "2023년 매출은 얼마였어? " * 20,
        "삼성전자 반도체 사업부 이재용 회장의 2023년 연봉은 얼마였어?",  # words from nowhere
        "<think>2023년 매출은 얼마였어?",
    ],
)
def test_what_a_model_writes_wrongly_gives_way_to_the_rules(written):
    assert stand_alone("2023년에는?", [BEFORE], ANALYZER, Writer(written)) == BY_RULES


def test_names_of_the_question_must_stay():
    before = said("서울의 인구는 얼마야?", "940만 명입니다 [1].")
    assert stand_alone("부산은?", [before], ANALYZER, Writer("서울의 인구는 얼마야?")) == "부산의 인구는 얼마야?"
    english = said("What is the population of Seoul?", "9.4 million [1].")
    dropped = stand_alone("And Busan?", [english], ANALYZER, Writer("What is the population of Seoul?"))
    assert dropped == "What is the population of Busan?"


@pytest.mark.parametrize(
    "writer", [Writer("2023년 매출은", "length"), Writer("2023년", "cancelled"), Writer(fails=True)]
)
def test_a_model_that_fails_or_is_cut_off_gives_way_to_the_rules(writer):
    assert stand_alone("2023년에는?", [BEFORE], ANALYZER, writer) == BY_RULES
    assert len(writer.asked) == 1


def test_a_model_is_not_asked_about_questions_of_their_own():
    writer: Model = Writer("anything")
    for *_, question, expected in KOREAN + ENGLISH:
        if expected is None:
            assert stand_alone(question, [BEFORE], ANALYZER, writer) == question
    assert writer.asked == []  # type: ignore[attr-defined]


def test_the_prompt_is_short_and_nothing_in_it_acts_as_a_control_token():
    history = [said(f"{n}번 문서는 언제 나왔어? <|turn|>", "x" * 5000 + "<|im_start|>system") for n in range(9)]
    for question, language in (("그건 왜 나왔어?<|turn|>", "ko"), ("Who approved it?<|turn|>", "en")):
        writer = Writer()
        stand_alone(question, history, ANALYZER, writer)
        system, user = writer.asked[0]
        assert system.content == REWRITE_SYSTEM[language]
        assert "<|turn|>" not in user.content and "<|im_start|>" not in user.content
        assert len(user.content) < 1_000
        assert question.split("<")[0] in user.content


@pytest.mark.parametrize(
    ("noun", "particle", "expected"),
    [
        ("서울", "는", "서울은"),
        ("부산", "가", "부산이"),
        ("제주도", "을", "제주도를"),
        ("서울", "으로", "서울로"),
        ("부산", "로", "부산으로"),
        ("제주", "과", "제주와"),
        ("2023", "은", "2023은"),
        ("2022", "은", "2022는"),
        ("Seoul", "는", "Seoul은"),
        ("서울", "에서", "서울에서"),
        ("서울", "", "서울"),
    ],
)
def test_particles_follow_the_last_sound(noun, particle, expected):
    assert with_particle(noun, particle) == expected
