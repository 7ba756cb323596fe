"""The FAISS file is a cache: whatever happens to it, answers are those of the vectors in SQLite."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.vectors
from ingest.library import Library
from ingest.vectors import VectorIndex
from tests.examination import check_vectors, check_whole
from tests.fakes import HashEmbedder, put

WORDS = "dog verse school river brush paper tiger moon salt king road letter".split()


def fill(library: Library, count: int, seed: int = 0) -> None:
    random = np.random.default_rng(seed)
    for number in range(count):
        put(library, f"folder{number % 3}/{number}.txt", f"{seed} {number} " + " ".join(random.choice(WORDS, 9)) + ".")


def answers(library: Library) -> list[tuple[list[int], list[float]]]:
    index = VectorIndex(library)
    index.refresh()
    return [index.search(row, 10) for row in HashEmbedder().embed(WORDS)]


def brute_force(library: Library, query: np.ndarray, limit: int, documents: str = "1") -> list[tuple[int, float]]:
    sql = f"SELECT chunk_id, vector FROM vectors JOIN chunks ON chunks.id = chunk_id WHERE {documents}"
    scored = [
        (number, float(np.frombuffer(vector, dtype=np.float16).astype(np.float64) @ query))
        for number, vector in library.rows(sql)
    ]
    return sorted(scored, key=lambda pair: -pair[1])[:limit]


def check_against_brute_force(library: Library, query: np.ndarray, limit: int, documents: str = "1") -> None:
    allowed = None
    if documents != "1":
        allowed = np.array([row[0] for row in library.rows(f"SELECT id FROM chunks WHERE {documents}")], dtype=np.int64)
    ids, cosines = library.vectors.search(query, limit, allowed)
    exact = brute_force(library, query, limit, documents)
    np.testing.assert_allclose(cosines, [score for _, score in exact], atol=1e-4)
    every = dict(brute_force(library, query, 10_000, documents))
    np.testing.assert_allclose([every[number] for number in ids], cosines, atol=1e-4)
    assert len(ids) == len(set(ids))


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.sampled_from(["put", "put", "remove", "save", "reload"]), st.integers(0, 7)), max_size=20),
    st.integers(0, 2**32 - 1),
)
def test_search_is_exact_after_any_changes(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], seed: int
) -> None:
    random = np.random.default_rng(seed)
    with Library.open(tmp_path_factory.mktemp("l"), create=True, embedder=HashEmbedder()) as library:
        fill(library, 4)
        for at, (step, number) in enumerate(steps):
            if step == "put":
                put(library, f"{number}.txt", f"{at} " + " ".join(random.choice(WORDS, 5)) + "\n\n" + "가나다. " * 3)
            elif step == "remove" and (documents := library.documents()):
                library.forget([b"/" + documents[number % len(documents)].path.encode()])
            elif step == "save":
                library.vectors.save(force=True)
            elif step == "reload":
                library._vectors = None
        query = HashEmbedder().embed([" ".join(random.choice(WORDS, 3))])[0]
        for limit in (1, 3, 1_000):
            check_against_brute_force(library, query, limit)
            check_against_brute_force(library, query, limit, "document_id % 2 = 0")
            check_against_brute_force(library, query, limit, "document_id < 0")
        check_whole(library)


@pytest.fixture
def filled(library: Library) -> Library:
    fill(library, 40)
    assert library.vectors.save(force=True)
    return library


def test_the_file_is_used_when_it_is_whole(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answers(filled)
    monkeypatch.setattr(VectorIndex, "_add", lambda self, ids: None if not len(ids) else pytest.fail("made again"))
    assert answers(filled) == before


def test_a_damaged_file_is_never_read(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answers(filled)
    file = filled.folder / "vectors.faiss"
    whole = file.read_bytes()
    monkeypatch.setattr(faiss, "read_index", lambda path: pytest.fail("FAISS was given a damaged file"))
    random = np.random.default_rng(7)
    flips = [bytearray(whole) for _ in range(200)]
    for at, flipped in zip([0, 1, 4, 8, len(whole) - 1, *random.integers(0, len(whole), 195)], flips, strict=True):
        flipped[at] ^= 1 << int(random.integers(8))
    cuts = [whole[:length] for length in (0, 1, 4, 33, len(whole) // 2, len(whole) - 1)]
    for content in (*map(bytes, flips), *cuts, whole + b"\0", b"\0" * len(whole)):
        file.write_bytes(content)
        assert answers(filled) == before
    file.unlink()
    assert answers(filled) == before
    file.mkdir()
    assert answers(filled) == before


def test_a_damaged_file_is_written_again(filled: Library) -> None:
    file = filled.folder / "vectors.faiss"
    whole = file.read_bytes()
    file.write_bytes(whole[:-5])
    filled._vectors = None
    assert filled.vectors.save()
    assert json.loads(filled.setting("vectors") or "")["rows"] == 40
    assert len(file.read_bytes()) == len(whole)
    check_vectors(filled)


@pytest.mark.parametrize("same_size", [True, False])
def test_a_whole_file_of_another_library_is_rejected(filled: Library, tmp_path: Path, same_size: bool) -> None:
    """Chunk numbers are the same in both; only the hash tells them apart."""
    before = answers(filled)
    with Library.open(tmp_path / "other", create=True, embedder=HashEmbedder()) as other:
        fill(other, 40 if same_size else 25, seed=1)
        assert other.vectors.save(force=True)
        different = answers(other)
    shutil.copy(tmp_path / "other" / "vectors.faiss", filled.folder / "vectors.faiss")
    assert answers(filled) == before != different


def test_another_dimension_is_not_mixed(filled: Library) -> None:
    filled.set_embedder(HashEmbedder("other", "2", dimension=8))
    index = VectorIndex(filled)
    index.refresh()
    assert len(index) == 0
    assert index.search(np.ones(8, dtype=np.float32), 5) == ([], [])


def test_a_document_stored_while_the_file_is_written_is_found(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process stores a document between our look at the library and the end of the write."""
    write = faiss.write_index

    def slow_write(index: object, path: str) -> None:
        monkeypatch.setattr(ingest.vectors.faiss, "write_index", write)
        with Library.open(filled.folder, embedder=HashEmbedder()) as other:
            put(other, "late.txt", "A late letter.")
        write(index, path)

    monkeypatch.setattr(ingest.vectors.faiss, "write_index", slow_write)
    assert filled.vectors.save(force=True)
    check_vectors(filled)


def test_a_write_that_fails_costs_nothing_but_the_cache(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(path.name for path in filled.folder.iterdir())

    def full(index: object, path: str) -> None:
        Path(path).write_bytes(b"half")
        raise RuntimeError("Error in virtual size_t faiss::FileIOWriter::operator(): No space left on device")

    monkeypatch.setattr(ingest.vectors.faiss, "write_index", full)
    put(filled, "more.txt", "more")
    assert not filled.vectors.save(force=True)
    assert sorted(path.name for path in filled.folder.iterdir()) == before
    check_vectors(filled)


def test_leftovers_of_a_kill_are_cleared(filled: Library) -> None:
    leftover = filled.folder / "vectors.faiss.99999.new"
    leftover.write_bytes(b"half")
    import os

    os.utime(leftover, (0, 0))
    assert filled.vectors.save(force=True)
    assert not leftover.exists()
