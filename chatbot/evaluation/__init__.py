"""Retrieval, answers and refusals measured on the user's own questions."""

from chatbot.evaluation.interval import Mean, Share, wilson
from chatbot.evaluation.measurement import Evaluation, evaluate
from chatbot.evaluation.outcome import Outcome
from chatbot.evaluation.question import EvaluationQuestion, QuestionFileError, read_questions

__all__ = [
    "Evaluation",
    "EvaluationQuestion",
    "Mean",
    "Outcome",
    "QuestionFileError",
    "Share",
    "evaluate",
    "read_questions",
    "wilson",
]
