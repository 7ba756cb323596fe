"""Ruled tables on a PDF page: the lines come from pdfium, the grid from pdfplumber, the cells' text from pdfium.

pdfplumber's own way to the lines parses the page a second time in Python, about 100 times slower.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as raw

from ingest.readers.pdf_parts import Box, Table

_MIN_EDGES = 4
_MAX_EDGES = 4_000  # a drawing or a map, not a table
_MAX_OBJECTS = 20_000
_MAX_SEGMENTS = 2_000
_THIN = 3.0  # points: a filled rectangle thinner than this is a line
_SHORTEST = 6.0
_TOLERANCE = 3.0
_MAX_CELLS = 20_000
_WHOLE_PAGE = 0.7  # a drawing larger than that both ways is the page's frame or ground

Point = tuple[float, float]


def tables_of(page: Any, text: Any) -> tuple[tuple[Table, ...], tuple[Box, ...]]:
    """The ruled tables of a page with at least two columns and two rows, in no certain order, and the boxes of all
    that is drawn outside of them.
    """
    edges, boxes = _drawn(page)
    tables = _ruled(edges, text)
    width, height = page.get_size()
    drawings = (
        box for box in boxes
        if not (box[2] - box[0] > _WHOLE_PAGE * width and box[3] - box[1] > _WHOLE_PAGE * height)
        and not any(_holds(table.box, box) for table in tables)
    )  # fmt: skip
    return tables, tuple(drawings)


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer[0] - _TOLERANCE <= inner[0]
        and outer[1] - _TOLERANCE <= inner[1]
        and outer[2] + _TOLERANCE >= inner[2]
        and outer[3] + _TOLERANCE >= inner[3]
    )


def _ruled(edges: list[dict[str, Any]], text: Any) -> tuple[Table, ...]:
    if not _MIN_EDGES <= len(edges) <= _MAX_EDGES:
        return ()
    from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

    merged = merge_edges(edges, _TOLERANCE, _TOLERANCE, _TOLERANCE, _TOLERANCE)
    if len(merged) < _MIN_EDGES:
        return ()
    cells = intersections_to_cells(edges_to_intersections(merged, _TOLERANCE, _TOLERANCE))
    if not 4 <= len(cells) <= _MAX_CELLS:
        return ()
    tables = (_table(text, group) for group in cells_to_tables(cells))
    return tuple(table for table in tables if table is not None)


def _table(text: Any, cells: list[tuple[float, float, float, float]]) -> Table | None:
    """``cells`` are (x0, top, x1, bottom) with the y axis turned down."""
    columns = _tracks([cell[0] for cell in cells] + [cell[2] for cell in cells])
    lines = _tracks([cell[1] for cell in cells] + [cell[3] for cell in cells])
    if len(columns) < 3 or len(lines) < 3:
        return None
    grid = [[""] * (len(columns) - 1) for _ in lines[:-1]]
    for left, top, right, bottom in cells:
        words = " ".join(text.get_text_bounded(left, -bottom, right, -top).replace("\ufffe", "").split())
        for row in range(_nearest(lines, top), _nearest(lines, bottom)):
            for column in range(_nearest(columns, left), _nearest(columns, right)):
                grid[row][column] = words
    if sum(1 for row in grid for cell in row if cell) < 3:
        return None
    box = (columns[0], -lines[-1], columns[-1], -lines[0])
    return Table(box, tuple(tuple(row) for row in grid), tuple(columns))


def _tracks(values: list[float]) -> list[float]:
    """The distinct positions of the rules, close ones as one."""
    tracks: list[float] = []
    for value in sorted(values):
        if not tracks or value - tracks[-1] > _TOLERANCE:
            tracks.append(value)
    return tracks


def _nearest(tracks: list[float], value: float) -> int:
    return min(range(len(tracks)), key=lambda index: abs(tracks[index] - value))


def _drawn(page: Any) -> tuple[list[dict[str, Any]], list[Box]]:
    """The horizontal and vertical rules, as pdfplumber writes them down, and the boxes of all lines and areas."""
    edges: list[dict[str, Any]] = []
    boxes: list[Box] = []
    for number, found in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4)):
        if number > _MAX_OBJECTS or len(edges) > _MAX_EDGES:
            break
        if points := _placed_points(found):
            edges.extend(_object_edges(found, points))
            boxes.append(_box(points))
    return edges, boxes


def _placed_points(found: Any) -> list[Point]:
    """The points of a path where they stand on the page; none where the path is empty or too long for a rule."""
    matrix = found.get_matrix()
    containers: list[Any] = []
    container = getattr(found, "container", None)
    while container is not None and len(containers) < 8:
        containers.append(container.get_matrix())
        container = getattr(container, "container", None)

    def place(x: float, y: float) -> Point:
        x, y = matrix.on_point(x, y)
        for outer in containers:
            x, y = outer.on_point(x, y)
        return x, y

    count = raw.FPDFPath_CountSegments(found)
    return [place(x, y) for x, y in _points(found, count)] if 2 <= count <= _MAX_SEGMENTS else []


def _object_edges(found: Any, points: list[Point]) -> Iterator[dict[str, Any]]:
    if found_thin := _thin(points):
        yield found_thin
        return
    for start, end in _segments(found, points):
        if edge := _edge(start, end):
            yield edge


def _points(found: Any, count: int) -> Iterator[Point]:
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        raw.FPDFPathSegment_GetPoint(raw.FPDFPath_GetPathSegment(found, index), x, y)
        yield x.value, y.value


def _segments(found: Any, points: list[Point]) -> Iterator[tuple[Point, Point]]:
    """The straight strokes of a path, with the one that closes each part."""
    start = points[0]
    for index, point in enumerate(points):
        segment = raw.FPDFPath_GetPathSegment(found, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO and index:
            yield points[index - 1], point
        if raw.FPDFPathSegment_GetClose(segment):
            yield point, start


def _thin(points: list[Point]) -> dict[str, Any] | None:
    """A narrow filled rectangle is how many programs draw a line."""
    if not 4 <= len(points) <= 6:
        return None
    left, bottom, right, top = _box(points)
    if top - bottom <= _THIN:
        return _edge((left, (top + bottom) / 2), (right, (top + bottom) / 2))
    if right - left <= _THIN:
        return _edge(((left + right) / 2, bottom), ((left + right) / 2, top))
    return None


def _box(points: list[Point]) -> Box:
    across, up = [x for x, _ in points], [y for _, y in points]
    return min(across), min(up), max(across), max(up)


def _edge(start: Point, end: Point) -> dict[str, Any] | None:
    width, height = abs(start[0] - end[0]), abs(start[1] - end[1])
    if height <= 1 and width >= _SHORTEST:
        orientation = "h"
    elif width <= 1 and height >= _SHORTEST:
        orientation = "v"
    else:
        return None
    left, right = sorted((start[0], end[0]))
    bottom, top = sorted((start[1], end[1]))
    return {
        "x0": left, "x1": right, "top": -top, "bottom": -bottom, "width": right - left, "height": top - bottom,
        "orientation": orientation, "object_type": "line",
    }  # fmt: skip
