"""Served models: what a user gets from a good server, and the sentence for every way one can fail."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.errors import ChatbotError, ContextExceeded, GenerationFailed, ModelUnavailable, Overloaded
from chatbot.message import Message
from chatbot.models.control_tokens import CONTROL_TOKENS, FAMILIES
from chatbot.models.model import Generation, Model, Sampling
from chatbot.models.served import ServedModel
from chatbot.models.served_answer import ServedLimits
from chatbot.models.served_errors import waiting_time
from tests.chatbot.models.serving import (
    CONTEXT_WORDINGS,
    MISSING_MODEL,
    TEXT,
    FaultyServer,
    free_port,
    transformers_serve,
)

SECRET = "sk-secret"
ASK = [Message("user", "서울의 인구는?")]
QUICK = ServedLimits(connect=2.0, first=20.0, between=20.0, look=2.0, pause=0.01)


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyServer]:
    server = FaultyServer()
    yield server
    server.close()


@pytest.fixture
def served(server: FaultyServer) -> Iterator[object]:
    opened: list[ServedModel] = []

    def of(fault: str, model: str = "tiny", key: str | None = None, limits: ServedLimits = QUICK) -> ServedModel:
        opened.append(ServedModel(server.url(fault), model, api_key=key, limits=limits))
        return opened[-1]

    yield of
    for model in opened:
        model.close()


def text_of(model: Model, sampling: Sampling | None = None) -> tuple[str, Generation]:
    *pieces, last = model.stream(ASK, sampling or Sampling())
    assert isinstance(last, Generation)
    return "".join(str(piece) for piece in pieces), last


def failure(model: Model, kind: type[ChatbotError]) -> str:
    """The one sentence of the error, which never holds the key."""
    with pytest.raises(kind) as caught:
        list(model.stream(ASK, Sampling()))
    sentence = str(caught.value)
    assert type(caught.value) is kind
    assert "\n" not in sentence
    assert SECRET not in sentence
    return sentence


def test_text_streams_in_the_server_s_pieces_and_ends_with_its_figures(served, server):
    model: Model = served("fine")
    assert list(model.stream(ASK, Sampling())) == [*TEXT, Generation("stop", 1200, 7)]
    assert text_of(served("fine:length"))[1].finish == "length"


def test_the_request_holds_what_sampling_says_and_nothing_more(served, server):
    text_of(served("sampled"), Sampling(64, 0.7, 0.9, 40, 7, ("\n\n",)))
    text_of(served("greedy"))
    messages = [{"role": "user", "content": "서울의 인구는?"}]
    always = {"model": "tiny", "messages": messages, "stream": True, "stream_options": {"include_usage": True}}
    asked = {"max_tokens": 64, "temperature": 0.7, "top_p": 0.9, "top_k": 40, "seed": 7, "stop": ["\n\n"]}
    assert server.chats("sampled") == [always | asked]
    assert server.chats("greedy") == [always | {"max_tokens": 512, "temperature": 0.0}]


def test_only_needed_headers_leave_and_the_key_only_where_it_was_given(served, server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-server")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-private")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-private")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Private: yes\nAuthorization: Bearer sk-custom")
    text_of(served("no-key-here"))
    text_of(served("keyed", key=SECRET))
    sent = {path.split("/")[1]: headers for path, headers, _ in server.requests}
    allowed = {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"}
    assert set(sent["no-key-here"]) <= allowed
    assert sent["keyed"]["authorization"] == f"Bearer {SECRET}"
    assert set(sent["keyed"]) <= allowed | {"authorization"}


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(served, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port()}")
    assert text_of(served("fine"))[0] == "".join(TEXT)


@pytest.mark.parametrize("wording", CONTEXT_WORDINGS)
def test_a_prompt_that_does_not_fit_is_told_in_every_server_s_wording(served, server, wording):
    sentence = failure(served(f"context:{wording}"), ContextExceeded)
    assert "do not fit the context window" in sentence
    assert len(server.chats(f"context:{wording}")) == 1, "trying again cannot help"


def test_a_prompt_that_does_not_fit_may_be_told_inside_the_stream(served):
    assert "context window" in failure(served("context-inside"), ContextExceeded)


@pytest.mark.parametrize("wording", MISSING_MODEL)
def test_a_missing_model_names_those_that_there_are(served, wording):
    assert "no model 'absent': it has tiny, other" in failure(served(f"absent:{wording}", "absent"), ModelUnavailable)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_names_its_variable_and_not_the_key(served, server, status, caplog):
    caplog.set_level(logging.DEBUG)
    assert "refuses the key in SEODANG_API_KEY" in failure(served(f"key:{status}", key=SECRET), ModelUnavailable)
    assert "set it in the environment variable SEODANG_API_KEY" in failure(served(f"key:{status}"), ModelUnavailable)
    assert len(server.chats(f"key:{status}")) == 2
    assert SECRET not in caplog.text
    with pytest.raises(ModelUnavailable, match="SEODANG_API_KEY"):
        served("key", key=SECRET).check()


def test_an_absent_server_is_named_with_how_to_start_one():
    address = f"http://127.0.0.1:{free_port()}/v1"
    model = ServedModel(address, "tiny", limits=QUICK)
    try:
        sentence = failure(model, ModelUnavailable)
        assert f"No model server answers at {address} (connection refused)" in sentence
        assert "vllm serve" in sentence
        with pytest.raises(ModelUnavailable, match="connection refused"):
            model.check()
    finally:
        model.close()


@pytest.mark.parametrize("fault", ["html", "nothing", "redirect", "no/such/path"])
def test_what_is_no_openai_server_is_told(served, server, fault):
    sentence = failure(served(fault, key=SECRET), ModelUnavailable)
    assert "not an OpenAI-compatible server" in sentence
    assert "usually ends in /v1" in sentence


def test_no_redirect_is_followed(served, server):
    before = len(server.chats("fine"))
    failure(served("redirect", key=SECRET), ModelUnavailable)
    assert len(server.chats("fine")) == before


def test_a_web_page_behind_an_error_is_not_quoted(served):
    assert "status 502" in failure(served("html-502"), GenerationFailed)


def test_a_busy_server_is_asked_again_as_often_as_allowed(served, server):
    assert text_of(served("busy-once"))[0] == "".join(TEXT)
    assert len(server.chats("busy-once")) == 2
    with pytest.raises(Overloaded) as caught:
        list(served("busy").stream(ASK, Sampling()))
    assert caught.value.retry_after == 1
    assert len(server.chats("busy")) == QUICK.tries
    assert text_of(served("broken-twice"))[0] == "".join(TEXT)
    assert "CUDA error" in failure(served("broken"), GenerationFailed)
    assert len(server.chats("broken")) == QUICK.tries


def test_a_server_that_asks_for_a_long_wait_is_not_waited_for(served, server):
    with pytest.raises(Overloaded) as caught:
        list(served("busy:3600").stream(ASK, Sampling()))
    assert caught.value.retry_after == 3600
    assert len(server.chats("busy:3600")) == 1


def test_retry_after_is_read_as_seconds_or_as_a_date():
    assert waiting_time({"retry-after": "7"}) == 7
    assert waiting_time({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert waiting_time({"retry-after": "Wed, 21 Oct 2115 07:28:00 GMT"}) > 1e9
    assert [waiting_time({"retry-after": odd}) for odd in ("", "soon", "-1", "9" * 30)] == [None] * 4


def test_a_connection_that_closes_before_the_answer_is_tried_again(served, server):
    assert text_of(served("hang-up"))[0] == "".join(TEXT)
    assert len(server.chats("hang-up")) == 2


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("cut", "the connection was cut"),
        ("ends-early", "the stream ended in the middle"),
        ("error-inside", "CUDA out of memory"),
        ("no-json", "not JSON"),
        ("only-thinks", "used up its tokens"),
        ("json-error", "out of memory"),
    ],
)
def test_an_answer_that_is_not_finished_is_an_error_and_never_asked_for_again(served, server, fault, why):
    assert why in failure(served(fault), GenerationFailed)
    assert len(server.chats(fault)) == 1


@pytest.mark.parametrize("fault", ["silent", "stalls"])
def test_a_server_that_falls_silent_is_given_up(served, fault):
    limits = ServedLimits(connect=2.0, first=0.3, between=0.3)
    assert "nothing came for 0.3 seconds" in failure(served(fault, limits=limits), GenerationFailed)


def test_a_server_that_takes_no_connection_is_given_up():
    import socket

    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.create_connection(("127.0.0.1", port))]
        model = ServedModel(f"http://127.0.0.1:{port}/v1", "tiny", limits=ServedLimits(connect=0.3, first=0.5))
        try:
            with pytest.raises((ModelUnavailable, GenerationFailed)) as caught:
                list(model.stream(ASK, Sampling()))
            assert "seconds" in str(caught.value)
        finally:
            model.close()
            for connection in waiting:
                connection.close()


def test_a_server_that_ignores_the_limit_is_cut_off(served):
    text, generation = text_of(served("endless"), Sampling(max_new_tokens=4))
    assert generation.finish == "length"
    assert 0 < len(text) <= 4 * 64 + 40


def test_a_stream_that_stays_open_after_its_end_is_not_waited_for(served):
    assert text_of(served("stays-open"))[0] == "".join(TEXT)


def test_thoughts_and_strange_events_are_not_part_of_the_answer(served):
    assert text_of(served("thinks"))[0] == "".join(TEXT)
    text, _ = text_of(served("strange"))
    assert text == "\ufffd" + "".join(TEXT)
    assert text.encode("utf-8")


def test_an_answer_that_does_not_stream_is_taken_whole(served):
    assert text_of(served("json")) == ("".join(TEXT), Generation("stop", 5, 7))


@pytest.mark.parametrize("field", ["stream_options", "top_k", "seed", "temperature"])
def test_a_field_that_the_server_does_not_know_is_left_out_from_then_on(served, server, field):
    model = served(f"refuses:{field}")
    for _ in range(2):
        assert text_of(model, Sampling(top_k=5, seed=1))[0] == "".join(TEXT)
    assert [field in body for body in server.chats(f"refuses:{field}")] == [True, False, False]


def test_newer_openai_models_get_their_own_limit(served, server):
    text_of(served("refuses:max_tokens"), Sampling(max_new_tokens=9))
    assert [body.get("max_completion_tokens") for body in server.chats("refuses:max_tokens")] == [None, 9]


def test_cancel_closes_the_connection(served, server):
    cancel = threading.Event()
    pieces = served("slow").stream(ASK, Sampling(max_new_tokens=10_000), cancel)
    assert isinstance(next(pieces), str)
    server.left.clear()
    cancel.set()
    assert list(pieces)[-1] == Generation("cancelled", None, None)
    assert server.left.wait(20), "the server was not left"


def test_closing_the_iterator_closes_the_connection(served, server):
    pieces = served("slow").stream(ASK, Sampling(max_new_tokens=10_000))
    next(pieces)
    server.left.clear()
    pieces.close()
    assert server.left.wait(20), "the server was not left"


def test_cancel_works_before_anything_came_and_before_the_start(served):
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    assert list(served("silent").stream(ASK, Sampling(), cancel)) == [Generation("cancelled", None, None)]
    assert list(served("silent").stream(ASK, Sampling(), cancel)) == [Generation("cancelled", None, None)]


def test_closing_the_model_ends_what_runs_and_twice_does_no_harm(served, server):
    model = served("slow")
    pieces = model.stream(ASK, Sampling(max_new_tokens=10_000))
    next(pieces)
    model.close()
    model.close()
    assert list(pieces)[-1] == Generation("cancelled", None, None)
    assert not [thread for thread in threading.enumerate() if thread.name == "served tiny" and thread.is_alive()]
    assert isinstance(next(model.stream(ASK, Sampling())), str), "it may be used again"


def test_many_threads_share_one_model(served):
    model = served("fine")
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(text_of(model)[0])) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["".join(TEXT)] * 16


def test_check_learns_the_context_window_where_it_is_told(served):
    for fault, window in (("vllm", 4096), ("llama.cpp", 8192), ("fine", None), ("models-500", None)):
        model = served(fault)
        model.check()
        assert model.context == window
    slow = served("models-slow", limits=ServedLimits(look=0.2))
    slow.check()
    assert slow.context is None
    with pytest.raises(ModelUnavailable, match="web page"):
        served("models-html").check()


def test_count_is_rather_too_high_and_learns_from_the_server(served):
    english = "The council approved a budget of 3.2 million won for the reading room in March 2024. " * 20
    korean = "독서실 예산으로 3백2십만 원을 승인하였으며 회의는 2024년 3월에 열렸다. " * 20
    model = served("fine")
    # Words and a half as many again for English; a syllable is at most one token in today's tokenizers.
    assert len(english.split()) * 1.3 < model.count([Message("user", english)]) < len(english) / 2
    assert len(korean) * 0.6 < model.count([Message("user", korean)]) < len(korean) * 1.1
    text = [Message("user", "a" * 1500)]
    before = model.count(text)
    list(model.stream(text, Sampling()))
    assert model.count(text) == 1200 > before


def test_the_control_tokens_of_the_known_families_are_there():
    assert len(FAMILIES) >= 12
    for token in ("<|im_start|>", "<|eot_id|>", "[INST]", "<start_of_turn>", "<|end|>", "<｜User｜>", "[|endofturn|]"):
        assert token in CONTROL_TOKENS
    assert len(set(CONTROL_TOKENS)) == len(CONTROL_TOKENS)
    assert all(len(token) >= 3 and token == token.strip() for token in CONTROL_TOKENS)


@pytest.mark.integration
def test_transformers_serve_is_a_served_model(tiny_model: Path, tmp_path: Path):
    with transformers_serve(tiny_model, tmp_path / "serve.log") as address:
        model = ServedModel(address, str(tiny_model))
        try:
            model.check()
            started = time.perf_counter()
            *pieces, last = model.stream([Message("user", "안녕하세요")], Sampling(max_new_tokens=24))
            assert isinstance(last, Generation), time.perf_counter() - started
            assert last.prompt_tokens and last.completion_tokens
            assert "".join(map(str, pieces)).strip()
            assert len(pieces) > 1, "it streams"
            again = "".join(map(str, list(model.stream([Message("user", "안녕하세요")], Sampling(24)))[:-1]))
            assert again == "".join(map(str, pieces)), "greedy"
            *_, cut = model.stream([Message("user", "Count to twelve")], Sampling(max_new_tokens=2))
            assert cut == Generation("length", cut.prompt_tokens, 2)
        finally:
            model.close()
        absent = ServedModel(address, "absent")
        try:
            assert "no model 'absent'" in failure(absent, ModelUnavailable)
        finally:
            absent.close()
