"""Seodang and its peers behind one shape: a folder of text files in, a search function out.

Peers run at their documented defaults with the same embedding model. Their imports stay inside their functions: each
system runs in a process of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from ingest.embedder import packaged_folder

# A question to at most ten (file name, passage) pairs, best first.
Search = Callable[[str], list[tuple[str, str]]]
K = 10


@dataclass(frozen=True)
class Built:
    """An index with its making: seconds without loading the model, and the number of its chunks."""

    seconds: float
    chunks: int
    search: Search


def seodang(docs: Path) -> Built:
    from chatbot.retriever import Retriever
    from ingest import Library, sync

    library = Library.open(Path(mkdtemp()) / "library", create=True)
    library.embedder.embed(["warm up"])
    library.analyzer.tokens("서당")
    started = time.perf_counter()
    report = sync(library, [docs])
    seconds = time.perf_counter() - started
    retriever = Retriever(library)
    return Built(
        seconds, report.chunks, lambda q: [(Path(hit.document).name, hit.text) for hit in retriever.search(q, K)]
    )


def langchain(docs: Path) -> Built:
    from langchain_community.document_loaders import DirectoryLoader, TextLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=str(packaged_folder()))
    embeddings.embed_query("warm up")
    started = time.perf_counter()
    loaded = DirectoryLoader(str(docs), glob="*.txt", loader_cls=TextLoader).load()
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(loaded)
    store = FAISS.from_documents(chunks, embeddings)
    seconds = time.perf_counter() - started
    return Built(
        seconds,
        len(chunks),
        lambda q: [(Path(d.metadata["source"]).name, d.page_content) for d in store.similarity_search(q, k=K)],
    )


def llamaindex(docs: Path) -> Built:
    import faiss
    from llama_index.core import Settings, SimpleDirectoryReader, StorageContext, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    Settings.embed_model = HuggingFaceEmbedding(model_name=str(packaged_folder()))
    Settings.llm = None
    Settings.embed_model.get_query_embedding("warm up")
    started = time.perf_counter()
    loaded = SimpleDirectoryReader(str(docs)).load_data()
    storage = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss.IndexFlatIP(384)))
    index = VectorStoreIndex.from_documents(loaded, storage_context=storage)
    seconds = time.perf_counter() - started
    retriever = index.as_retriever(similarity_top_k=K)
    return Built(
        seconds,
        len(index.docstore.docs),
        lambda q: [(found.node.metadata["file_name"], found.node.get_content()) for found in retriever.retrieve(q)],
    )


def txtai(docs: Path, hybrid: bool = False) -> Built:
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from txtai import Embeddings

    embeddings = Embeddings(path=str(packaged_folder()), content=True, hybrid=hybrid)
    embeddings.batchtransform(["warm up"])
    started = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    rows = [
        (f"{file.name}#{number}", chunk)
        for file in sorted(docs.iterdir())
        for number, chunk in enumerate(splitter.split_text(file.read_text()))
    ]
    embeddings.index([(name, chunk, None) for name, chunk in rows])
    seconds = time.perf_counter() - started
    return Built(
        seconds, len(rows), lambda q: [(row["id"].split("#")[0], row["text"]) for row in embeddings.search(q, K)]
    )


SYSTEMS: dict[str, Callable[[Path], Built]] = {
    "seodang": seodang,
    "langchain": langchain,
    "llamaindex": llamaindex,
    "txtai": txtai,
    "txtai-hybrid": lambda docs: txtai(docs, hybrid=True),
}
