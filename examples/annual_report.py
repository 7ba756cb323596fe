"""The annual report as a PDF: headings, a chart, and a ruled table that goes on over two pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Table

FONTS = Path("/usr/share/fonts/truetype/nanum")
TITLE = "솔내마을 도서관 2025년 연차 보고서"
VISITORS = (15_820, 14_960, 17_240, 18_310, 17_980, 18_450, 21_130, 23_460, 17_890, 18_720, 18_240, 16_230)
# Korean decimal classification: class, volumes held, bought in 2025, lent in 2025.
COLLECTION = (
    ("총류", 3_140, 118, 4_210),
    ("철학", 4_870, 236, 8_935),
    ("종교", 2_260, 64, 2_180),
    ("사회과학", 11_320, 498, 17_640),
    ("자연과학", 6_910, 342, 12_305),
    ("기술과학", 8_450, 407, 15_220),
    ("예술", 6_280, 275, 10_470),
    ("언어", 3_390, 141, 5_125),
    ("문학", 28_740, 1_683, 72_350),
    ("역사", 9_260, 356, 14_440),
)
# Programme, led by, sessions, people, satisfaction out of 5.
PROGRAMMES = (
    ("그림책 읽어 주기", "자원봉사자 모임 ‘소리나래’", 48, 1_152, 4.8),
    ("아기와 함께하는 책놀이", "이수빈", 24, 432, 4.9),
    ("초등 독서 토론", "정하늘", 36, 540, 4.5),
    ("방학 과학 교실", "오재민", 16, 320, 4.7),
    ("청소년 글쓰기", "배서연", 20, 260, 4.4),
    ("청소년 사서 체험", "한지원", 4, 48, 4.6),
    ("작가와의 만남", "초청 작가 9명", 9, 738, 4.7),
    ("어르신 자서전 쓰기", "문경자", 24, 288, 4.9),
    ("스마트폰 교실", "최도현", 40, 600, 4.3),
    ("한글 교실", "윤미정", 80, 960, 4.8),
    ("한문으로 읽는 명심보감", "강태훈", 32, 352, 4.2),
    ("붓글씨 교실", "강태훈", 40, 480, 4.6),
    ("우리 마을 역사 걷기", "서은주", 12, 276, 4.8),
    ("향토 사진 모으기", "서은주", 6, 54, 4.5),
    ("바느질 공방", "임나래", 30, 300, 4.7),
    ("목공 공방", "조성민", 24, 192, 4.6),
    ("우쿨렐레 배우기", "나윤슬", 36, 468, 4.4),
    ("별 보는 밤", "오재민", 8, 344, 4.9),
    ("영화로 만나는 책", "배서연", 12, 516, 4.1),
    ("다문화 가족 책 잔치", "응우옌 티 란", 6, 222, 4.8),
    ("점자 배우기", "고은별", 10, 90, 4.5),
    ("낭독 봉사자 양성", "고은별", 12, 132, 4.7),
    ("환경 책 모임", "정하늘", 22, 198, 4.3),
    ("주식과 경제 읽기", "민준기", 16, 384, 3.9),
    ("텃밭과 씨앗 도서관", "임나래", 14, 252, 4.6),
    ("헌책 장터", "자원봉사자 모임 ‘소리나래’", 2, 812, 4.5),
)


def write(path: Path) -> None:
    """Writes the report; the same bytes every time with one version of reportlab."""
    for name, file in (("Nanum", "NanumGothic.ttf"), ("NanumBold", "NanumGothicBold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / file)))
    report = SimpleDocTemplate(
        str(path), pagesize=A4, title=TITLE, author="솔내마을 도서관", leftMargin=62, rightMargin=62, topMargin=60,
        bottomMargin=60, invariant=True, pageCompression=1,
    )  # fmt: skip
    report.build(_story(), onFirstPage=_running_lines, onLaterPages=_running_lines)


def _story() -> list[Any]:
    title = ParagraphStyle("title", fontName="NanumBold", fontSize=21, leading=30, spaceAfter=10)
    heading = ParagraphStyle("heading", fontName="NanumBold", fontSize=15, leading=22, spaceBefore=14, spaceAfter=6)
    body = ParagraphStyle("body", fontName="Nanum", fontSize=10.5, leading=17, spaceAfter=7)
    caption = ParagraphStyle("caption", fontName="NanumBold", fontSize=9.5, leading=15, spaceAfter=4)

    def head(text: str) -> Paragraph:
        return Paragraph(text, heading)

    def say(text: str) -> Paragraph:
        return Paragraph(text, body)

    return [
        Paragraph(TITLE, title),
        *_first_part(head, say),
        Paragraph("그림 1. 2025년 달마다 찾아온 사람 수(명)", caption),
        _chart(),
        say(
            "방문자가 가장 많은 달은 8월로 23,460명이었고, 가장 적은 달은 2월로 14,960명이었다. 여름 방학에 열람실을 "
            "밤 11시까지 연 것이 8월 방문자를 늘렸다. 방문자 넷 가운데 한 사람은 열세 살이 되지 않은 어린이였다."
        ),
        head("3. 장서 현황"),
        say(
            "2025년에 책 4,120권을 새로 샀고 낡은 책 1,836권을 버렸다. 책을 사는 데 7,210만 원, 전자책과 잡지를 "
            "사는 데 8,640만 원을 썼다. 가장 많이 빌려 간 책은 소설 《산 너머 작은 집》으로 312번 나갔다."
        ),
        KeepTogether(
            [
                Paragraph("표 1. 주제별 장서와 대출(권)", caption),
                _table(("주제", "가진 책", "새로 산 책", "대출"), COLLECTION, (110, 90, 90, 90)),
            ]
        ),
        head("4. 문화 프로그램"),
        say(
            f"프로그램 {len(PROGRAMMES)}가지를 모두 {_sum(PROGRAMMES, 2)}회 열었고 {_sum(PROGRAMMES, 3):,}명이 참여했다. "
            "만족도는 마지막 시간에 다섯 점 만점으로 물었다. 한글 교실은 정부의 성인 문해 교육 우수 기관으로 뽑혔다."
        ),
        Paragraph("표 2. 프로그램별 실적", caption),
        _table(("프로그램", "이끈 사람", "횟수", "참여자", "만족도"), PROGRAMMES, (150, 150, 50, 60, 60)),
        *_last_part(head, say),
    ]


def _first_part(head: Callable[[str], Paragraph], say: Callable[[str], Paragraph]) -> list[Any]:
    return [
        head("1. 관장 인사말"),
        say(
            "2025년은 도서관이 문을 연 지 열네 해가 되는 해였습니다. 한 해 동안 도서관을 아껴 주신 주민 여러분께 "
            "감사드립니다. 저는 2023년 7월에 이 자리를 맡은 뒤로 ‘누구에게나 가까운 도서관’을 목표로 삼아 왔습니다. "
            "올해는 걷기 어려운 분들의 집으로 책을 보내 드리는 ‘책 나르미’를 시작하여 187가구가 이용했습니다."
        ),
        say("관장 한지원"),
        head("2. 이용 현황"),
        say(
            f"2025년에 도서관을 찾은 사람은 모두 {sum(VISITORS):,}명으로, 2024년의 204,310명보다 6.9% 늘었다. 문을 연 날은 "
            f"301일이고 하루에 평균 {sum(VISITORS) / 301:.0f}명이 찾았다. 새로 가입한 회원은 2,946명이며, 연말 회원은 "
            "31,208명으로 솔내시 인구의 38%이다."
        ),
    ]


def _last_part(head: Callable[[str], Paragraph], say: Callable[[str], Paragraph]) -> list[Any]:
    return [
        head("5. 자원봉사"),
        say(
            "자원봉사자 96명이 4,380시간을 일했다. 가장 오래 봉사한 사람은 김복순 님으로 한 해에 214시간을 함께했다. "
            "봉사자의 나이는 열여섯 살부터 여든한 살까지였다."
        ),
        head("6. 불편과 개선"),
        say(
            "불편 신고는 142건 들어왔다. 열람실 소음이 63건으로 가장 많았고, 주차 공간 부족이 34건, 냉난방이 21건이었다. "
            "소음 신고는 2024년의 41건보다 늘었다. 이에 따라 2026년에 열람실을 고쳐 짓기로 하고 1억 8,400만 원을 예산에 "
            "넣었다."
        ),
        head("7. 2026년 계획"),
        say(
            "열람실 고쳐 짓기 말고도, 책 나르미를 300가구로 넓히고 토요일 저녁에 종합자료실을 시험 삼아 밤 9시까지 연다. "
            "점자 도서와 큰 글자 도서를 합하여 600권 산다."
        ),
    ]


def _chart() -> Drawing:
    drawing = Drawing(470, 190)
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 45, 25, 415, 150
    chart.data = [VISITORS]
    chart.categoryAxis.categoryNames = [f"{month}월" for month in range(1, 13)]
    chart.categoryAxis.labels.fontName = chart.valueAxis.labels.fontName = "Nanum"
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 8
    chart.valueAxis.valueMin, chart.valueAxis.valueMax, chart.valueAxis.valueStep = 0, 25_000, 5_000
    chart.valueAxis.labelTextFormat = "{:,.0f}".format
    chart.bars[0].fillColor = colors.HexColor("#2f6f62")
    chart.bars[0].strokeColor = None
    drawing.add(chart)
    return drawing


def _table(header: tuple[str, ...], rows: tuple[tuple[Any, ...], ...], widths: tuple[int, ...]) -> Table:
    cells = [list(header), *([f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows)]
    style = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e4ece9")),
        ("FONT", (0, 0), (-1, 0), "NanumBold", 9.5),
        ("FONT", (0, 1), (-1, -1), "Nanum", 9.5),
        ("ALIGN", (len(header) - 3, 1), (-1, -1), "RIGHT"),
    ]
    return Table(cells, colWidths=widths, repeatRows=1, style=style, spaceAfter=8, hAlign="LEFT")


def _sum(rows: tuple[tuple[Any, ...], ...], column: int) -> int:
    return sum(row[column] for row in rows)


def _running_lines(canvas: Any, report: Any) -> None:
    canvas.setFont("Nanum", 8)
    canvas.drawString(62, A4[1] - 36, TITLE)
    canvas.drawCentredString(A4[0] / 2, 32, f"- {report.page} -")


assert sum(row[1] for row in COLLECTION) == 84_620
assert sum(row[2] for row in COLLECTION) == 4_120
assert sum(row[3] for row in COLLECTION) == 162_875
