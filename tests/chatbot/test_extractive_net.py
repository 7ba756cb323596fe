"""The network that answers (numpy) is the network that was trained (torch), and trees are evaluated as they were grown."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

from chatbot.extractive.net import Net, layout
from chatbot.extractive.reading import Reading
from chatbot.extractive.trees import Trees

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import scorer_net

SIZES = scorer_net.Sizes(numbers=7, kinds=5, tails=3, heads=4, asking=3, surface=6)
VOCABULARY = {"tails": {"은": 1, "를": 2}, "heads": {"날": 1, "사람": 2, "곳": 3}, "asking": {"누구": 1, "언제": 2}}


def reading(random: np.random.Generator, lengths: list[int]) -> Reading:
    count = sum(lengths)
    return Reading(
        np.arange(len(lengths)), np.array(lengths, np.int64),
        random.normal(size=(count, 7)).astype(np.float32), random.normal(size=(count, 5)).astype(np.float32),
        [("은", "를", "?")[i % 3] for i in range(count)], [("날", "곳", "돌")[i % 3] for i in range(count)],
        random.normal(size=5).astype(np.float32), "사람", "누구",
    )  # fmt: skip


def test_numpy_and_torch_agree() -> None:
    random = np.random.default_rng(3)
    torch.manual_seed(3)
    trained = scorer_net.TorchNet(SIZES, scorer_net.NetConfig(units=8))
    torch.nn.init.constant_(trained.null, 0.7)
    read = reading(random, [4, 1, 9, 2])
    surface = random.normal(size=(4, 6)).astype(np.float32)
    example = scorer_net.Example(
        read.lengths, read.numbers, read.kinds,
        np.array([VOCABULARY["tails"].get(form, 0) for form in read.tails]),
        np.array([VOCABULARY["heads"].get(form, 0) for form in read.heads]),
        read.asked_kind, 2, 1, surface, np.zeros(16, bool), True,
    )  # fmt: skip
    (expected,) = scorer_net.score(trained, [example])
    net = Net.from_json(scorer_net.tables(trained, digits=9), VOCABULARY)
    np.testing.assert_allclose(net.score(read, surface), expected, atol=1e-4)


def test_sentences_do_not_cross() -> None:
    random = np.random.default_rng(4)
    torch.manual_seed(4)
    net = Net.from_json(scorer_net.tables(scorer_net.TorchNet(SIZES, scorer_net.NetConfig(units=8))), VOCABULARY)
    first = reading(random, [5])
    second = reading(random, [5, 6])
    joined = Reading(
        second.chosen, second.lengths, np.concatenate([first.numbers, second.numbers[5:]]),
        np.concatenate([first.kinds, second.kinds[5:]]), first.tails + second.tails[5:],
        first.heads + second.heads[5:], first.asked_kind, first.asked_head, first.asking,
    )  # fmt: skip
    surface = random.normal(size=(2, 6)).astype(np.float32)
    assert abs(net.score(joined, surface)[0] - net.score(first, surface[:1])[0]) < 1e-5


def test_a_sentence_without_units_ranks_last() -> None:
    net = Net.from_json(scorer_net.tables(scorer_net.TorchNet(SIZES, scorer_net.NetConfig(units=8))), VOCABULARY)
    scores = net.score(reading(np.random.default_rng(5), [3, 0, 2]), np.zeros((3, 6), np.float32))
    assert scores.argmin() == 1


def test_layout_leaves_gaps() -> None:
    places, sentences, length = layout(np.array([2, 3]))
    assert places.tolist() == [0, 1, 6, 7, 8]
    assert sentences.tolist() == [0, 0, 1, 1, 1]
    assert length == 13


def test_trees_add_the_leaves_that_rows_reach() -> None:
    stump = {"feature": [1, 0, 0], "threshold": [0.5, 0, 0], "left": [1, 1, 2], "right": [2, 1, 2], "value": [0, 1, 3]}
    trees = Trees.from_json({"trees": [stump, stump], "base": 0.5, "depth": 1})
    rows = np.array([[9, 0.5], [9, 0.6]], np.float32)
    assert trees.score(rows).tolist() == [2.5, 6.5]
