"""Checked claims: how often false ones are called verified and true ones unsupported, by language and kind.

usage: claims.py DATA [--corpora korquad xquad] [--looked-at] [--show N]

DATA holds korquad and xquad. Claims are made from the articles' sentences (claim_edits.py) and checked against the right
paragraph and up to three others of its article, in mixed order; half of them cite their passage, half cite none (XQuAD:
each does both). Figures are of the articles that nobody looked at while the rules were written; --looked-at measures the
others and writes nothing; --show prints N wrong verdicts of each kind.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from claim_examples import Article, articles, examples
from provenance import provenance, write

from chatbot.claims.checking import check
from chatbot.evaluation import wilson
from ingest.analyzer import Analyzer

SEED = 20
# Too few sentences for 2,000 claims of each sort: each claim is checked with its passage cited and without.
SMALL = frozenset(["xquad"])
# An answer of so many sentences against so many passages is timed.
SENTENCES, PASSAGES = 4, 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--corpora", nargs="+", default=["korquad", "xquad"])
    parser.add_argument("--looked-at", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    given = parser.parse_args()
    made, figures = provenance(), {}
    for corpus in given.corpora:
        chosen = articles(given.data / corpus, held_out=not given.looked_at)
        figures[corpus] = measure(chosen, given.show, twice=corpus in SMALL)
        print(json.dumps({corpus: figures[corpus]}, indent=1, ensure_ascii=False))
    if not given.looked_at:
        write("claims", made, {"figures": figures})


def measure(chosen: list[Article], show: int, twice: bool) -> dict[str, Any]:
    """Figures of one corpus; shares with 95 % Wilson intervals, times in milliseconds."""
    analyzer = Analyzer()
    counts: dict[str, dict[str, dict[str, int]]] = {"true": {}, "false": {}}
    wrong_quotes = 0
    distinct: dict[bool, set[str]] = {True: set(), False: set()}
    shown: dict[str, int] = defaultdict(int)
    texts = {article.name: article.text for article in chosen}
    for example in examples(chosen, SEED, twice):
        checked = check(example.text, example.passages, analyzer)
        wrong_quotes += sum(texts[c.document][c.start : c.end] != c.quote for c in checked.citations)
        support = worst([claim.support for claim in checked.claims])
        distinct[example.true].add(example.text.rsplit(" [", 1)[0])
        side = counts["true" if example.true else "false"]
        kind = side.setdefault(example.kind, {"verified": 0, "partial": 0, "unsupported": 0})
        kind[support] += 1
        if support == ("unsupported" if example.true else "verified") and shown[example.kind] < show:
            shown[example.kind] += 1
            print(example.kind, support, "|", example.text, "|", [c.quote for c in checked.citations], file=sys.stderr)
    return {
        "articles": len(chosen),
        "wrong_quotes": wrong_quotes,
        "distinct_claims": {"true": len(distinct[True]), "false": len(distinct[False])},
        "false_verified": summary(counts["false"], "verified"),
        "true_unsupported": summary(counts["true"], "unsupported"),
        "true_verified": summary(counts["true"], "verified"),
        "counts": counts,
        **timed(chosen, analyzer),
    }


def worst(supports: list[str]) -> str:
    """An example that the checker split into several claims is as good as the worst of them; none is unsupported."""
    order = ["unsupported", "partial", "verified"]
    return min(supports, key=order.index, default="unsupported")


def summary(kinds: dict[str, dict[str, int]], support: str) -> dict[str, Any]:
    """The share with this support, over all and by kind."""
    totals = {kind: (found[support], sum(found.values())) for kind, found in sorted(kinds.items())}
    every = (sum(right for right, _ in totals.values()), sum(total for _, total in totals.values()))
    return {kind: share(*pair) for kind, pair in {"all": every, **totals}.items()}


def share(right: int, total: int) -> dict[str, float]:
    low, high = wilson(right, total)
    return {"value": round(right / max(total, 1), 4), "low": round(low, 4), "high": round(high, 4), "of": total}


def timed(chosen: list[Article], analyzer: Analyzer) -> dict[str, float]:
    """Milliseconds to check an answer of SENTENCES cited sentences against PASSAGES passages that were not read before."""
    times = []
    for article in chosen:
        hits = article.hits[:PASSAGES]
        sentences = [
            f"{hit.text[s.start - hit.start : s.end - hit.start]} [{n}]"
            for n, hit in enumerate(hits, 1)
            for s in hit.sentences[:1]
        ]
        started = time.perf_counter()
        check("\n".join(sentences[:SENTENCES]), hits, analyzer)
        times.append((time.perf_counter() - started) * 1e3)
    return {"answer_ms_p50": round(statistics.median(times), 2), "answer_ms_max": round(max(times), 2)}


if __name__ == "__main__":
    main()
