"""Trains the extractive scorer and writes its weights, after telling how well it does on articles it has not seen.

usage: train_scorer.py LANGUAGE DATA_DIR [--output chatbot/extractive] [--folds 5] [--seeds 2] [--cache DIR]

DATA_DIR holds docs/*.txt (paragraphs apart by a blank line) and questions.jsonl with question, doc, answers and
paragraph. LANGUAGE is "ko" or "en". Needs the extras dev (scikit-learn) and torch; 20 to 60 minutes on two cores.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import scorer_net
import torch
from scorer_data import Case, cached_cases
from scorer_examples import HitPool, Pool, Scheme, folds, make_scheme, read_hits, read_pool
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier

from chatbot.extractive.english import COMPONENTS, TokenVectors
from chatbot.extractive.evidence import pool_features
from chatbot.extractive.passage import Floats
from chatbot.extractive.reading import EMBEDDED, Embedded
from chatbot.extractive.tokens import token_reader
from ingest.embedder import SentenceEmbedder

PASSAGES = 8
# Share of answerable questions that may be refused; the threshold is set to it.
REFUSED = 0.07


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", choices=("ko", "en"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, default=Path("chatbot/extractive"))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    cases = [case for case in cached_cases(given.data, 0, given.cache) if case.hits]
    fold = folds((case.document for case in cases), given.folds, 0)
    rerank, hit_scores = train_rerank([read_hits(case) for case in cases], fold)
    pools, components = read_all(given.language, cases, hit_scores)
    config = scorer_net.NetConfig(**NETS[given.language])
    scheme = make_scheme(pools)
    scores, figures = cross_validate(pools, scheme, fold, config, given.seeds)
    evidence, threshold, refusal = train_evidence(pools, scores, fold)
    figures |= refusal
    print(json.dumps(figures))
    examples = [scheme.example(pool) for pool in pools]
    nets = [scorer_net.train(examples, scheme.sizes(pools[0]), config, seed) for seed in range(given.seeds)]
    made = {
        "script": "benchmarks/train_scorer.py", "date": datetime.date.today().isoformat(),
        "data": f"{given.data.name}: {len(fold)} articles, {sum(case.kind == 'full' for case in cases)} questions",
        "cross_validated": figures,
    }  # fmt: skip
    weights = {
        "made": made, "rerank": rerank, "evidence": evidence, "threshold": threshold,
        "vocabulary": scheme.vocabulary, "mean": rounded(scheme.mean), "scale": rounded(scheme.scale),
        "nets": [scorer_net.tables(net) for net in nets],
        "components": None if components is None else [rounded(row, 4) for row in components],
    }  # fmt: skip
    file = given.output / f"weights-{given.language}.json"
    file.write_text(json.dumps(weights, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(f"{file}: {file.stat().st_size:,} bytes")


NETS: dict[str, dict[str, Any]] = {"ko": {"epochs": 5, "empty": 0.6}, "en": {"epochs": 12, "dropout": 0.35}}


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


def read_all(language: str, cases: Sequence[Case], hit_scores: Sequence[Floats]) -> tuple[list[Pool], Floats | None]:
    """Reads each case's best passages, in the order of the cross-validated reranking."""
    ordered = []
    for case, scores in zip(cases, hit_scores, strict=True):
        ordered.append([case.hits[place] for place in np.argsort(-scores, kind="stable")[:PASSAGES]])
    if language == "ko":
        return [read_pool(c, hits, Embedded(None, {}), None) for c, hits in zip(cases, ordered, strict=True)], None
    vectors = token_vectors(cases, ordered)
    sample = np.concatenate([found.vectors for text, found in vectors.items() if len(text) > 200])
    mean_free = PCA(COMPONENTS, random_state=0).fit(sample[:: max(1, len(sample) // 40_000)])
    components = np.asarray(mean_free.components_.T / np.sqrt(mean_free.explained_variance_[0]), np.float32)
    random = np.random.default_rng(0)
    pools = []
    for case, hits in zip(cases, ordered, strict=True):
        embedded = Embedded(vectors[case.question], {n: vectors[h.text] for n, h in enumerate(within_budget(hits))})
        if case.kind != "full" and random.random() < 0.25:
            # The network must also answer where no embedder reads the language.
            embedded = Embedded(None, {})
        pools.append(read_pool(case, hits, embedded, components))
    return pools, components


def within_budget(hits: Sequence[Any]) -> list[Any]:
    taken, spent = [], 0
    for hit in hits:
        if taken and spent + len(hit.text) > EMBEDDED:
            break
        taken.append(hit)
        spent += len(hit.text)
    return taken


def token_vectors(cases: Sequence[Case], ordered: Sequence[Sequence[Any]]) -> dict[str, TokenVectors]:
    texts = list(dict.fromkeys([c.question for c in cases] + [h.text for hits in ordered for h in within_budget(hits)]))
    texts.sort(key=len)
    read = token_reader(SentenceEmbedder())
    assert read is not None
    found: dict[str, TokenVectors] = {}
    for start in range(0, len(texts), 8):
        part = texts[start : start + 8]
        found |= dict(zip(part, read(part), strict=True))
    return found


def cross_validate(
    pools: Sequence[Pool], scheme: Scheme, fold: dict[str, int], config: scorer_net.NetConfig, seeds: int
) -> tuple[list[Floats], dict[str, float]]:
    """Scores of the sentences read, by nets that did not see the article; figures of the full library."""
    examples = [scheme.example(pool) for pool in pools]
    sizes, scores = scheme.sizes(pools[0]), [np.zeros(len(e.lengths), np.float32) for e in examples]
    for held in sorted(set(fold.values())):
        began = time.monotonic()
        inside = [e for e, pool in zip(examples, pools, strict=True) if fold[pool.group] != held]
        outside = [place for place, pool in enumerate(pools) if fold[pool.group] == held]
        for seed in range(seeds):
            net = scorer_net.train(inside, sizes, config, seed)
            for place, found in zip(outside, scorer_net.score(net, [examples[p] for p in outside]), strict=True):
                scores[place] += found / seeds
        mine = [(pools[place], scores[place]) for place in outside]
        print(f"fold {held}: {answer_figures(mine)} {time.monotonic() - began:.0f} s", flush=True)
    return scores, answer_figures(list(zip(pools, scores, strict=True)))


def answer_figures(scored: Sequence[tuple[Pool, Floats]]) -> dict[str, float]:
    figures = {}
    for kind in ("full", "article"):
        held = [p.holds[p.reading.chosen][np.argsort(-s, kind="stable")] for p, s in scored if p.kind == kind]
        for name, count in (("first", 1), ("three", 3), ("read", 99)):
            figures[f"{kind}_{name}"] = round(float(np.mean([h[:count].any() for h in held])), 4)
    return figures


def train_evidence(
    pools: Sequence[Pool], scores: Sequence[Floats], fold: dict[str, int]
) -> tuple[dict[str, Any], float, dict[str, float]]:
    """Trees for the probability that the passages hold an answer, and the threshold."""
    used = [place for place, pool in enumerate(pools) if pool.usable]
    rows = [pool_features(pools[p].rows, pools[p].reading.chosen, scores[p])[None] for p in used]
    chosen = [
        HitPool(pools[p].group, pools[p].kind, r, np.array([pools[p].present])) for p, r in zip(used, rows, strict=True)
    ]

    def fit(part: Sequence[HitPool]) -> HistGradientBoostingClassifier:
        present = np.concatenate([p.holds for p in part])
        weight = np.where(present, 0.5 / present.mean(), 0.5 / (1 - present.mean()))
        return trees(100, 6, 60).fit(np.concatenate([p.features for p in part]), present, sample_weight=weight)

    found = out_of_fold(chosen, fold, fit, lambda model, pool: model.decision_function(pool.features))
    logits = np.concatenate(found)
    present = np.concatenate([p.holds for p in chosen])
    half = np.array([p.kind == "half" for p in chosen])
    threshold = float(np.quantile(logits[present & half], REFUSED))
    figures = {
        "refused_when_absent": float((logits[~present & half] < threshold).mean()),
        "refused_when_present": float((logits[present & half] < threshold).mean()),
        "refused_in_one_article": float(
            (logits[present & np.array([p.kind == "article" for p in chosen])] < threshold).mean()
        ),
        "refused_in_full": float((logits[present & np.array([p.kind == "full" for p in chosen])] < threshold).mean()),
    }
    chance = 1 / (1 + np.exp(-threshold))
    return trees_to_json(fit(chosen)), round(float(chance), 4), {k: round(v, 4) for k, v in figures.items()}


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


def trees(count: int, leaves: int, least: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=count, learning_rate=0.06, max_leaf_nodes=leaves, max_depth=6, min_samples_leaf=least,
        l2_regularization=5.0, random_state=0,
    )  # fmt: skip


def trees_to_json(model: HistGradientBoostingClassifier) -> dict[str, Any]:
    """The lists that chatbot.extractive.trees.Trees.from_json reads; a leaf points to itself."""
    made, depth = [], 0
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        leaf, own = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        made.append({
            "feature": np.where(leaf, 0, nodes["feature_idx"]).tolist(),
            "threshold": rounded(np.where(leaf, 0, nodes["num_threshold"]), 8),
            "left": np.where(leaf, own, nodes["left"]).tolist(), "right": np.where(leaf, own, nodes["right"]).tolist(),
            "value": rounded(np.where(leaf, nodes["value"], 0), 5),
        })  # fmt: skip
        depth = max(depth, int(nodes["depth"].max()))
    return {"trees": made, "base": float(model._baseline_prediction.ravel()[0]), "depth": depth}


def rounded(values: Any, digits: int = 6) -> list[float]:
    return [float(f"{value:.{digits}g}") for value in values]


if __name__ == "__main__":
    main()
