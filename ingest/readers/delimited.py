"""CSV and TSV: a block a row, with the header repeated."""

from __future__ import annotations

import csv
import io
from itertools import islice

from ingest.document import Document
from ingest.errors import UnreadableDocument
from ingest.readers.source import Source
from ingest.readers.tables import rows_as_text
from ingest.readers.text import text_of

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_ROWS = 50


def read(source: Source) -> Document:
    """The rows of the file; where no delimiter makes columns of it, each line is one row."""
    text = text_of(source)
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    builder = source.builder("tsv" if source.suffix == ".tsv" else "csv")
    delimiter = delimiter_of(text, "\t" if source.suffix in (".tsv", ".tab") else ",")
    if text.startswith("sep=") and "\n" in text:  # what Excel writes and reads
        delimiter, text = text[4:5] or delimiter, text.partition("\n")[2]
    try:
        for row in rows_as_text(_rows(text, delimiter), two_columns_pair=False):
            builder.add(row, "row")
    except csv.Error as error:
        raise UnreadableDocument(f"The rows of the file cannot be told apart ({error}).") from error
    return builder.build()


def delimiter_of(text: str, favourite: str) -> str:
    """The delimiter that gives the most columns the most evenly; the favourite where none does."""

    def merit(delimiter: str) -> tuple[float, int, bool]:
        try:
            widths = [len(row) for row in islice(_rows(text, delimiter), _SAMPLE_ROWS) if row]
        except csv.Error:
            return 0.0, 0, False
        usual = max(set(widths), key=widths.count, default=1)
        even = widths.count(usual) / max(1, len(widths))
        return (round(even, 1) if usual > 1 else 0.0), usual, delimiter == favourite

    best = max(_DELIMITERS, key=merit)
    return best if merit(best)[0] > 0 else favourite


def _rows(text: str, delimiter: str) -> csv._reader:  # type: ignore[name-defined]
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
