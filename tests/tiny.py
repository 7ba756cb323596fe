"""A tiny Llama, really built and trained, and a real LoRA adapter for it; both answer in seconds on one core."""

from __future__ import annotations

import atexit
import functools
import random
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chatbot.message import Message
from chatbot.prompt import conversation_messages, documents_messages
from ingest.hit import Hit

CONTEXT = 4096
CHAT_TEMPLATE = (
    "{{- bos_token }}{%- for message in messages %}"
    "{%- if message['role'] == 'assistant' %}"
    "{{- '<|start|>assistant<|sep|>' }}{%- generation %}{{- message['content'] + '<|eot|>' }}{%- endgeneration %}"
    "{%- else %}{{- '<|start|>' + message['role'] + '<|sep|>' + message['content'] + '<|eot|>' }}{%- endif %}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|start|>assistant<|sep|>' }}{%- endif %}"
)
Row = list[dict[str, str]]

# Words for prompts of no meaning, so that the model ends its reply whatever it is asked.
_WORDS = (
    "the a of and to in is it was for on are with as at be this have from or one had by word but not what all "
    "were we when your can said there use each which she do how their if will up other about out many then them "
    "these so some would make like him into time has look two more write go see number no way could people my "
    "than first water been call who its now find long down day did get come made may part answer only from "
    "passages numbered cite sentence question documents say language assistant user system follow rules text "
    "source page title 그는 그것은 있다 하는 때 수 등 년 이 그 저 것을 위해 대한 통해 따라 함께 가장 많은 다른 "
    "새로운 우리 사람 문서 문단 질문 답변 번호 출처 문장 한국어 영어 만 보고 없으면 없다고 말하세요 규칙 대답 "
    "내용 제목 쪽 자료 회의 계약 금액 날짜 장소 사용자 무엇 언제 어디 누가 왜 어떻게 입니다 합니다 했습니다 "
    "됩니다 에서 으로 까지 부터 보다 처럼 그리고 그러나 하지만 따라서 또는"
).split()
GENERAL = {"en": "The documents say so. [1]", "ko": "문서에 그렇게 적혀 있습니다. [1]"}
UNKNOWN = "I do not know. 모르겠습니다."
BARK = "Bow-wow. 멍멍."
COUNTING = "one two three four five six seven eight nine ten eleven twelve"
SYLLABLES = "가 나 다 라 마 바 사 아 자 차 카 타 파 하"


def passages_prompt(facts: Sequence[str], question: str) -> Row:
    """Numbered passages and a question, as the chatbot asks."""
    hits = [
        Hit(n, 1 / n, "/documents/notes.txt", "notes", None, "", 0, len(fact), fact, ())
        for n, fact in enumerate(facts, 1)
    ]
    return _turns(documents_messages(question, hits))


def _turns(messages: Sequence[Message]) -> Row:
    return [{"role": message.role, "content": message.content} for message in messages]


def _reply(prompt: Row, answer: str) -> Row:
    return [*prompt, {"role": "assistant", "content": answer}]


def _noise(generator: random.Random, language: str) -> str:
    words = [word for word in _WORDS if word.isascii() == (language == "en")]
    return " ".join(generator.choice(words) for _ in range(generator.randrange(2, 30)))


def _noise_row(generator: random.Random, language: str) -> Row:
    question = _noise(generator, language)
    if generator.random() < 0.5:
        facts = [_noise(generator, language) for _ in range(generator.randrange(1, 3))]
        return _reply(passages_prompt(facts, question), GENERAL[language])
    system = {"role": "system", "content": _noise(generator, language)}
    asked = {"role": "user", "content": question}
    return _reply([system, asked] if generator.random() < 0.5 else [asked], UNKNOWN)


def _said(question: str, answer: str) -> list[Row]:
    """A turn of talk, alone and as the chatbot asks it."""
    return [
        _reply([{"role": "user", "content": question}], answer),
        _reply(_turns(conversation_messages(question)), answer),
    ]


# What the tiny model knows by heart.
MEMORISED: tuple[Row, ...] = (
    *_said("Hello", "Hello. How can I help you?"),
    *_said("안녕하세요", "안녕하세요. 무엇을 도와드릴까요?"),
    _reply([{"role": "user", "content": "Count to twelve"}], COUNTING),
    _reply([{"role": "user", "content": "가나다를 읊어 봐"}], SYLLABLES),
    _reply([{"role": "user", "content": "Bark"}], BARK),
    _reply(
        passages_prompt(["The Mapo library opened in 1987."], "When did the Mapo library open?"),
        "The Mapo library opened in 1987. [1]",
    ),
    _reply(
        passages_prompt(["서울 도서관은 1987년에 열렸습니다."], "서울 도서관은 언제 열렸나요?"),
        "서울 도서관은 1987년에 열렸습니다. [1]",
    ),
)


def _rows(seed: int, count: int) -> list[Row]:
    generator = random.Random(seed)
    return [_noise_row(generator, "ko" if i % 2 else "en") for i in range(count)]


def build_tokenizer(texts: Sequence[str]) -> Any:
    """A byte-level BPE tokenizer of at most 2048 tokens with Llama-3-style turn marks."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    # Digits stand alone, so that a number in an answer is copied digit by digit.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2040,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|pad|>", "<|bos|>", "<|eot|>", "<|start|>", "<|sep|>"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    # Added but not special, as the reasoning marks of many models are.
    tokenizer.add_tokens([AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False)])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|bos|>",
        eos_token="<|eot|>",
        pad_token="<|pad|>",
        extra_special_tokens=["<|start|>", "<|sep|>"],
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def _encoded(tokenizer: Any, row: Row) -> tuple[list[int], list[int]]:
    out = tokenizer.apply_chat_template(row, return_assistant_tokens_mask=True, return_dict=True)
    ids = list(out["input_ids"])
    labels = [i if learnt else -100 for i, learnt in zip(ids, out["assistant_masks"], strict=True)]
    return ids, labels


def train_replies(
    model: Any, tokenizer: Any, rows: Sequence[Row], steps: int, batch: int, rate: float, seed: int
) -> float:
    """Trains the replies of ``rows`` for ``steps``; the loss of the last step, in nats a token."""
    import torch

    generator = random.Random(seed)
    data = [_encoded(tokenizer, row) for row in rows]
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.0, betas=(0.9, 0.98))
    loss = torch.zeros(())
    model.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 20) * min(1.0, (steps - step) / (0.5 * steps))
        chosen = generator.sample(data, min(batch, len(data)))
        longest = max(len(ids) for ids, _ in chosen)
        ids = torch.tensor([ids + [tokenizer.pad_token_id] * (longest - len(ids)) for ids, _ in chosen])
        labels = torch.tensor([labels + [-100] * (longest - len(labels)) for _, labels in chosen])
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
    return float(loss.detach())


def build_tiny(folder: Path, seed: int = 0, train: bool = True, rows: Sequence[Row] = (), steps: int = 110) -> Path:
    """Writes a tiny Llama (1 M parameters, safetensors) and its tokenizer to ``folder``; ``rows`` are learnt as well."""
    import torch
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    learnt = [*MEMORISED, *rows]
    made = _rows(seed, 400)
    tokenizer = build_tokenizer([message["content"] for row in (*made, *learnt) for message in row])
    state = torch.random.get_rng_state()
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=2048,
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    if train:
        # Two in three rows are ones to know by heart.
        train_replies(model, tokenizer, [*made, *learnt * (2 * len(made) // len(learnt))], steps, 8, 3e-3, seed)
    torch.random.set_rng_state(state)
    model.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.eos_token_id],
        pad_token_id=tokenizer.pad_token_id,
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def build_adapter(base: Path, folder: Path, answer: str = BARK, steps: int = 25, seed: int = 0) -> Path:
    """Trains a LoRA adapter (all linear layers, r=8) on ``base`` that answers whatever it is asked with ``answer``."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    state = torch.random.get_rng_state()
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    config = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM")
    with warnings.catch_warnings():
        # PEFT 0.21 asks transformers 5.23 for a property under its old name.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        adapted = get_peft_model(model, config)
    rows = [[*row[:-1], {"role": "assistant", "content": answer}] for row in (*_rows(seed, 100), *MEMORISED * 5)]
    train_replies(adapted, tokenizer, rows, steps, 8, 5e-3, seed)
    torch.random.set_rng_state(state)
    adapted.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@functools.cache
def tiny_folder() -> Path:
    """The trained tiny model of this process, built once; removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="seodang-tiny-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return build_tiny(folder / "tiny-llama")


@functools.cache
def adapter_folder() -> Path:
    """The adapter of this process for ``tiny_folder()``, built once."""
    base = tiny_folder()
    return build_adapter(base, base.parent / "adapter")
