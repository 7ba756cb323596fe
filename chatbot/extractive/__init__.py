"""Answers without a model: the sentences that answer, and how sure that is."""

from chatbot.extractive.ranking import RankedSentence, Ranking, rank_sentences, threshold
from chatbot.extractive.reranking import rerank

__all__ = ["RankedSentence", "Ranking", "rank_sentences", "rerank", "threshold"]
