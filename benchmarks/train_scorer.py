"""Trains the extractive scorer and writes its weights, after telling how well it does on articles it has not seen.

usage: train_scorer.py LANGUAGE DATA_DIR [--output chatbot/extractive] [--folds 5] [--seeds 2] [--cache DIR]

DATA_DIR holds docs/*.txt (paragraphs apart by a blank line) and questions.jsonl with question, doc, answers and
paragraph. LANGUAGE is "ko" (a network reads sentences) or "en" (trees over features and token vectors). Needs
scikit-learn, torch, and lightgbm for "en"; about 30 minutes for Korean, 10 for English on one core.
"""

from __future__ import annotations

import argparse
import datetime
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import scorer_net
import torch
from scorer_data import Case, load_cases, remembered
from scorer_examples import HitPool, Pool, Scheme, folds, make_scheme, read_hits, read_pool
from scorer_trees import boosters_to_json, rounded, trees, trees_to_json
from sklearn.ensemble import HistGradientBoostingClassifier

from chatbot.extractive.deep import ReadTokens
from chatbot.extractive.evidence import pool_features
from chatbot.extractive.passage import Floats
from ingest.embedder import TokenVectors, packaged_model

PASSAGES = 8
# Share of answerable questions that may be refused; the threshold is set to it. English evidence is weaker.
REFUSED = {"ko": 0.05, "en": 0.07}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", choices=("ko", "en"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, default=Path("chatbot/extractive"))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    name = given.data.name
    pools, rerank, fold = read_everything(given.language, given.data, given.folds, given.cache)
    scheme = make_scheme(pools)
    train = train_net(scheme, pools, given.seeds) if given.language == "ko" else train_trees(given.seeds)
    scores = remembered(lambda: cross_validate(pools, fold, train, given.jobs), given.cache, f"scores-{name}")
    figures = answer_figures(list(zip(pools, scores, strict=True)))
    evidence, threshold, refusal = train_evidence(pools, scores, fold, REFUSED[given.language])
    figures |= refusal
    print(json.dumps(figures))
    made = {
        "script": "benchmarks/train_scorer.py", "date": datetime.date.today().isoformat(),
        "data": f"{name}: {len(fold)} articles, {sum(pool.kind == 'full' for pool in pools)} questions",
        "cross_validated": figures,
    }  # fmt: skip
    taught = [pool for pool in pools if pool.kind != "most"]
    weights = {"made": made, "rerank": rerank, "evidence": evidence, "threshold": threshold} | train(taught).weights()
    file = given.output / f"weights-{given.language}.json"
    file.write_text(json.dumps(weights, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(f"{file}: {file.stat().st_size:,} bytes")


def read_everything(
    language: str, data: Path, count: int, cache: Path | None
) -> tuple[list[Pool], dict[str, Any], dict[str, int]]:
    """The pools to learn from, the trees that order passages, and a fold for each article. Cases go out of memory."""
    cases = remembered(lambda: load_cases(data, 0), cache, f"cases-{data.name}-0")
    cases = [case for case in cases if case.hits]
    fold = folds((case.document for case in cases), count, 0)
    hit_pools = remembered(lambda: [read_hits(case) for case in cases], cache, f"hits-{data.name}")
    rerank, hit_scores = train_rerank(hit_pools, fold)
    return remembered(lambda: read_all(language, cases, hit_scores), cache, f"pools-{data.name}"), rerank, fold


class Scorer(Protocol):
    """A trained sentence scorer: scores of the ``chosen`` of each pool, and what the weights file says of it."""

    def score(self, pools: Sequence[Pool]) -> list[Floats]: ...

    def weights(self) -> dict[str, Any]: ...


Train = Callable[[Sequence[Pool]], Scorer]


@dataclass(frozen=True)
class NetScorer:
    """The mean of a few networks."""

    scheme: Scheme
    nets: list[scorer_net.TorchNet]

    def score(self, pools: Sequence[Pool]) -> list[Floats]:
        examples = [self.scheme.example(pool) for pool in pools]
        found = [scorer_net.score(net, examples) for net in self.nets]
        return [np.mean(scores, axis=0) for scores in zip(*found, strict=True)]

    def weights(self) -> dict[str, Any]:
        return {
            "vocabulary": self.scheme.vocabulary, "mean": rounded(self.scheme.mean),
            "scale": rounded(self.scheme.scale), "nets": [scorer_net.tables(net) for net in self.nets],
        }  # fmt: skip


def train_net(scheme: Scheme, pools: Sequence[Pool], seeds: int) -> Train:
    sizes = scheme.sizes(pools[0])

    def train(inside: Sequence[Pool]) -> NetScorer:
        examples = [scheme.example(pool) for pool in inside]
        return NetScorer(scheme, [scorer_net.train(examples, sizes, NET, seed) for seed in range(seeds)])

    return train


@dataclass(frozen=True)
class TreeScorer:
    """LambdaMART trees of a few runs, added up."""

    boosters: list[Any]

    def score(self, pools: Sequence[Pool]) -> list[Floats]:
        return [np.sum([booster.predict(pool.rows) for booster in self.boosters], axis=0) for pool in pools]

    def weights(self) -> dict[str, Any]:
        return {"trees": boosters_to_json(self.boosters)}


def train_trees(seeds: int) -> Train:
    import lightgbm

    def train(inside: Sequence[Pool]) -> TreeScorer:
        chosen = [pool for pool in inside if pool.kind != "half" and pool.present and pool.holds.any()]
        rows, holds = (np.concatenate(parts) for parts in zip(*((p.rows, p.holds) for p in chosen), strict=True))
        sizes = [len(pool.rows) for pool in chosen]
        return TreeScorer([
            lightgbm.train(LAMBDAMART | {"seed": seed}, lightgbm.Dataset(rows, holds.astype(int), group=sizes), 200)
            for seed in range(seeds)
        ])  # fmt: skip

    return train


# Two epochs: a question comes four times an epoch (once a library), and a third epoch costs 2 % on new articles.
NET = scorer_net.NetConfig(epochs=2, empty=0.6, dropout=0.3)
LAMBDAMART: dict[str, Any] = {
    "objective": "lambdarank", "lambdarank_truncation_level": 5, "verbosity": -1, "num_threads": 1,
    "learning_rate": 0.05, "num_leaves": 4, "min_data_in_leaf": 30, "lambda_l2": 5.0, "feature_fraction": 0.3,
    "bagging_fraction": 0.7, "bagging_freq": 1,
}  # fmt: skip


def train_rerank(pools: Sequence[HitPool], fold: dict[str, int]) -> tuple[dict[str, Any], list[Floats]]:
    """Trees that order passages; the scores are those of trees that did not see the article."""

    def fit(chosen: Sequence[HitPool]) -> HistGradientBoostingClassifier:
        model = trees(80, 8, 50)
        return model.fit(np.concatenate([p.features for p in chosen]), np.concatenate([p.holds for p in chosen]))

    scores = out_of_fold(pools, fold, fit, lambda model, pool: model.decision_function(pool.features))
    full = [(pool, score) for pool, score in zip(pools, scores, strict=True) if pool.kind == "full"]
    for name, order in (("search", None), ("reranked", 1)):
        ranked = [p.holds if order is None else p.holds[np.argsort(-s, kind="stable")] for p, s in full]
        print(name, {f"hit{k}": round(float(np.mean([r[:k].any() for r in ranked])), 4) for k in (1, 3, 5, 8)})
    return trees_to_json(fit(pools)), scores


def read_all(language: str, cases: Sequence[Case], hit_scores: Sequence[Floats]) -> list[Pool]:
    """Reads each case's best passages, in the order of the cross-validated reranking."""
    reader = remembering(packaged_model().token_vectors) if language == "en" else None
    random = np.random.default_rng(0)
    pools = []
    for case, scores in zip(cases, hit_scores, strict=True):
        hits = [case.hits[place] for place in np.argsort(-scores, kind="stable")[:PASSAGES]]
        # The scorer must also answer where no embedder reads the language.
        blind = case.kind == "half" and random.random() < 0.2
        pools.append(read_pool(case, hits, None if blind else reader))
    return pools


def remembering(reader: ReadTokens) -> ReadTokens:
    known: dict[str, TokenVectors] = {}

    def read(texts: list[str]) -> list[TokenVectors]:
        new = [text for text in texts if text not in known]
        known.update(zip(new, reader(new), strict=True))
        return [known[text] for text in texts]

    return read


_work: Callable[[int], Any]


def _do(number: int) -> Any:
    return _work(number)


def forked(work: Callable[[int], Any], numbers: Iterable[int], jobs: int) -> list[Any]:
    """``work`` of each number, in ``jobs`` processes that share this one's memory (gigabytes of pools)."""
    global _work
    _work = work
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        return pool.map(_do, numbers, chunksize=1)


def cross_validate(pools: Sequence[Pool], fold: dict[str, int], train: Train, jobs: int) -> list[Floats]:
    """Scores of the chosen sentences, by scorers that did not see the article."""
    scores = [np.zeros(0, np.float32)] * len(pools)

    def run(held: int) -> list[Floats]:
        began = time.monotonic()
        scorer = train([pool for pool in pools if fold[pool.group] != held and pool.kind != "most"])
        outside = [pool for pool in pools if fold[pool.group] == held]
        found = scorer.score(outside)
        print(f"fold {held}: {answer_figures(list(zip(outside, found, strict=True)))}"
              f" {time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        return found

    for held, found in enumerate(forked(run, range(len(set(fold.values()))), jobs)):
        places = (place for place, pool in enumerate(pools) if fold[pool.group] == held)
        for place, values in zip(places, found, strict=True):
            scores[place] = values
    return scores


def answer_figures(scored: Sequence[tuple[Pool, Floats]]) -> dict[str, float]:
    figures = {}
    for kind in ("full", "small"):
        held = [p.holds[p.chosen][np.argsort(-s, kind="stable")] for p, s in scored if p.kind == kind and p.present]
        for name, count in (("first", 1), ("three", 3), ("read", 99)):
            figures[f"{kind}_{name}"] = round(float(np.mean([h[:count].any() for h in held])), 4)
    return figures


def train_evidence(
    pools: Sequence[Pool], scores: Sequence[Floats], fold: dict[str, int], refused: float
) -> tuple[dict[str, Any], float, dict[str, float]]:
    """Trees for the probability that the passages hold an answer, and the threshold. They learn from libraries that
    lack half of the paragraphs, large and small; the threshold is set on those and on the ones that lack a third."""
    rows = [
        HitPool(pool.group, pool.kind, pool_features(pool.rows, pool.chosen, found)[None], np.array([pool.present]))
        for pool, found in zip(pools, scores, strict=True)
    ]
    taught = np.array([pool.usable and pool.kind in ("half", "small") for pool in pools])

    def fit(part: Sequence[HitPool]) -> HistGradientBoostingClassifier:
        present = np.concatenate([p.holds for p in part])
        weight = np.where(present, 0.5 / present.mean(), 0.5 / (1 - present.mean()))
        return trees(100, 6, 60).fit(np.concatenate([p.features for p in part]), present, sample_weight=weight)

    learning = [row for row, used in zip(rows, taught, strict=True) if used]
    logits = np.zeros(len(rows))
    for held in sorted(set(fold.values())):
        model = fit([row for row in learning if fold[row.group] != held])
        places = [place for place, row in enumerate(rows) if fold[row.group] == held]
        logits[places] = model.decision_function(np.concatenate([rows[place].features for place in places]))
    usable, present = np.array([pool.usable for pool in pools]), np.array([pool.present for pool in pools])
    kinds = np.array([pool.kind for pool in pools])
    large = usable & np.isin(kinds, ("half", "most"))
    threshold = float(np.quantile(logits[large & present], refused))
    refusing = logits < threshold
    figures = {}
    for kind in ("half", "most", "small"):
        for name, which in (("absent", ~present), ("present", present)):
            figures[f"{kind}_refused_when_{name}"] = round(float(refusing[usable & which & (kinds == kind)].mean()), 4)
    answered = [place for place, pool in enumerate(pools) if pool.kind == "full" and not refusing[place]]
    ranked = [pools[place].holds[pools[place].chosen][np.argsort(-scores[place])] for place in answered]
    for name, count in (("first", 1), ("three", 3)):
        right = sum(bool(holds[:count].any()) for holds in ranked)
        figures[f"full_{name}_and_not_refused"] = round(right / int((kinds == "full").sum()), 4)
    return trees_to_json(fit(learning)), round(float(1 / (1 + np.exp(-threshold))), 4), figures


def out_of_fold(
    pools: Sequence[HitPool], fold: dict[str, int], fit: Callable[..., Any], predict: Callable[[Any, HitPool], Floats]
) -> list[Floats]:
    found: list[Floats] = [np.zeros(0, np.float32)] * len(pools)
    for held in sorted(set(fold.values())):
        model = fit([pool for pool in pools if fold[pool.group] != held])
        for place, pool in enumerate(pools):
            if fold[pool.group] == held:
                found[place] = predict(model, pool)
    return found


if __name__ == "__main__":
    main()
