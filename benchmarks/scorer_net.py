"""Training of the network in chatbot/extractive/net.py with torch: the same layers, and a loss over whole pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from chatbot.extractive.net import layout
from chatbot.extractive.passage import Floats


@dataclass(frozen=True)
class NetConfig:
    """``units`` wide layers; ``rate`` is AdamW's peak; ``empty`` of the pools without an answer are seen per epoch."""

    epochs: int = 6
    rate: float = 3e-3
    units: int = 64
    dropout: float = 0.25
    decay: float = 1e-3
    batch: int = 24
    empty: float = 1.0


@dataclass
class Example:
    """One pool, forms replaced by vocabulary rows. ``target`` [U] marks the units of the answer; all zero where the
    answer was taken out, and ``usable`` is False where it is neither marked nor known to be absent."""

    lengths: NDArray[np.int64]
    numbers: NDArray[np.floating[Any]]
    kinds: NDArray[np.floating[Any]]
    tails: NDArray[np.int64]
    heads: NDArray[np.int64]
    asked_kind: Floats
    asked_head: int
    asking: int
    surface: Floats
    target: NDArray[np.bool_]
    usable: bool


@dataclass(frozen=True)
class Sizes:
    numbers: int
    kinds: int
    tails: int
    heads: int
    asking: int
    surface: int


class TorchNet(nn.Module):
    def __init__(self, sizes: Sizes, config: NetConfig) -> None:
        super().__init__()
        width, shared = config.units, 16
        self.te, self.he, self.ae = (nn.Embedding(rows, 8) for rows in (sizes.tails, sizes.heads, sizes.asking))
        for table in (self.te, self.he, self.ae):
            nn.init.normal_(table.weight, 0, 0.1)
        self.lp = nn.Linear(sizes.kinds, shared)
        self.inp = nn.Linear(sizes.numbers + shared + 16, width)
        self.q, self.qg = nn.Linear(shared + 16, width), nn.Linear(shared + 16, width)
        self.c1 = nn.Conv1d(width, width, 5, padding=2)
        self.c2 = nn.Conv1d(width, width, 5, padding=4, dilation=2)
        self.z, self.zu, self.zo = nn.Linear(sizes.surface, 32), nn.Linear(32, width), nn.Linear(32, 1)
        self.o = nn.Linear(width, 1)
        self.drop = nn.Dropout(config.dropout)
        self.null = nn.Parameter(torch.zeros(1))

    def forward(self, batch: Batch) -> Tensor:
        """[L] logits of all rows of the flat batch, units and gaps."""
        question = torch.cat([self.lp(batch.asked_kind), self.he(batch.asked_head), self.ae(batch.asking)], -1)
        units = torch.cat([batch.numbers, self.lp(batch.kinds), self.te(batch.tails), self.he(batch.heads)], -1)
        gate, shift = 1 + torch.tanh(self.qg(question)), self.q(question)
        rows = self.inp(units) * gate[batch.question] + shift[batch.question]
        mask = batch.mask[None, None]
        flat = self.drop(functional.relu(rows) * batch.mask[:, None]).t()[None]
        flat = self.drop(flat + functional.relu(self.c1(flat)) * mask)
        flat = flat + functional.relu(self.c2(flat)) * mask
        whole = functional.relu(self.z(self.drop(batch.surface)))
        hidden = functional.relu(self.drop(flat[0].t()) + self.zu(whole)[batch.sentence])
        logits: Tensor = self.o(hidden)[:, 0] + self.zo(whole)[batch.sentence, 0]
        return logits


@dataclass(frozen=True)
class Batch:
    """Pools laid end to end: L rows, each of one ``sentence`` (of all) and one ``question`` (of the batch)."""

    numbers: Tensor
    kinds: Tensor
    tails: Tensor
    heads: Tensor
    asked_kind: Tensor
    asked_head: Tensor
    asking: Tensor
    surface: Tensor
    mask: Tensor
    target: Tensor
    sentence: Tensor
    question: Tensor
    questions: int


def collate(examples: Sequence[Example]) -> Batch:
    places, sentences, questions = [], [], []
    length = count = 0
    for number, example in enumerate(examples):
        inside, _, total = layout(example.lengths)
        places.append(inside + length)
        sentences.append(np.repeat(np.arange(len(example.lengths)), example.lengths + 4) + count)
        questions.append(np.full(total, number))
        length, count = length + total, count + len(example.lengths)
    at = np.concatenate(places)

    def spread(parts: list[NDArray[np.generic]], kind: type) -> Tensor:
        joined = np.concatenate(parts)
        rows = np.zeros((length, *joined.shape[1:]), kind)
        rows[at] = joined
        return torch.from_numpy(rows)

    mask = np.zeros(length, np.float32)
    mask[at] = 1
    return Batch(
        spread([e.numbers for e in examples], np.float32), spread([e.kinds for e in examples], np.float32),
        spread([e.tails for e in examples], np.int64), spread([e.heads for e in examples], np.int64),
        torch.from_numpy(np.stack([e.asked_kind for e in examples]).astype(np.float32)),
        torch.tensor([e.asked_head for e in examples]), torch.tensor([e.asking for e in examples]),
        torch.from_numpy(np.concatenate([e.surface for e in examples])), torch.from_numpy(mask),
        spread([e.target for e in examples], np.bool_), torch.from_numpy(np.concatenate(sentences)),
        torch.from_numpy(np.concatenate(questions)), len(examples),
    )  # fmt: skip


def grouped_logsumexp(values: Tensor, groups: Tensor, count: int) -> Tensor:
    top = torch.full((count,), -1e4).scatter_reduce(0, groups, values, "amax").detach()
    return top + torch.log(torch.zeros(count).index_add(0, groups, torch.exp(values - top[groups])) + 1e-20)


def train(examples: Sequence[Example], sizes: Sizes, config: NetConfig, seed: int) -> TorchNet:
    """Minimizes the negative log probability of the answer's units (all together), or of "no answer here", in a
    softmax over every unit of the pool and the null."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    net = TorchNet(sizes, config)
    optimizer = torch.optim.AdamW(net.parameters(), lr=config.rate, weight_decay=config.decay)
    full = [e for e in examples if e.usable and e.target.any()]
    empty = [e for e in examples if e.usable and not e.target.any()]
    taken = int(config.empty * len(empty))
    total, step = config.epochs * ((len(full) + taken) // config.batch), 0
    net.train()
    for _ in range(config.epochs):
        pool = full + [empty[i] for i in random.permutation(len(empty))[:taken]]
        order = random.permutation(len(pool))
        for start in range(0, len(pool) - config.batch + 1, config.batch):
            batch = collate([pool[i] for i in order[start : start + config.batch]])
            for group in optimizer.param_groups:
                warm, fall = min(1.0, step / 60), max(0.02, 0.5 * (1 + np.cos(np.pi * step / total)))
                group["lr"] = config.rate * warm * fall
            loss = _loss(net, batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            step += 1
    return net


def _loss(net: TorchNet, batch: Batch) -> Tensor:
    logits = net(batch)
    null = net.null.expand(batch.questions)
    everything = grouped_logsumexp(logits.masked_fill(batch.mask == 0, -1e4), batch.question, batch.questions)
    answers = grouped_logsumexp(logits.masked_fill(~batch.target, -1e4), batch.question, batch.questions)
    answered = torch.zeros(batch.questions).index_add(0, batch.question, batch.target.float()) > 0
    return (torch.logaddexp(everything, null) - torch.where(answered, answers, null)).mean()


def score(net: TorchNet, examples: Sequence[Example]) -> list[Floats]:
    """For each pool [S] log odds of its sentences against the null."""
    net.eval()
    found: list[Floats] = []
    with torch.no_grad():
        for start in range(0, len(examples), 64):
            part = examples[start : start + 64]
            batch = collate(part)
            count = sum(len(example.lengths) for example in part)
            logits = net(batch).masked_fill(batch.mask == 0, -1e4)
            values = (grouped_logsumexp(logits, batch.sentence, count) - net.null).numpy()
            found += np.split(values, np.cumsum([len(example.lengths) for example in part])[:-1])
    return found


def tables(net: TorchNet, digits: int = 4) -> Mapping[str, list[float]]:
    """The weights by name as nested lists rounded to ``digits`` significant digits."""
    return {name: _rounded(value.numpy(), digits) for name, value in net.state_dict().items()}


def _rounded(values: Floats, digits: int) -> list[float]:
    return [float(f"{v:.{digits}g}") if np.ndim(v) == 0 else _rounded(v, digits) for v in values]  # type: ignore[misc]
