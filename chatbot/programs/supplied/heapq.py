# mypy: ignore-errors
# ruff: noqa
"""The module heapq."""

import bisect


def _down(heap, start, at):
    new = heap[at]
    while at > start:
        parent = (at - 1) >> 1
        if new < heap[parent]:
            heap[at] = heap[parent]
            at = parent
            continue
        break
    heap[at] = new


def _up(heap, at):
    end, start, new = len(heap), at, heap[at]
    child = 2 * at + 1
    while child < end:
        right = child + 1
        if right < end and not heap[child] < heap[right]:
            child = right
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    heap[at] = new
    _down(heap, start, at)


def heappush(heap, item):
    heap.append(item)
    _down(heap, 0, len(heap) - 1)


def heappop(heap):
    last = heap.pop()
    if heap:
        first = heap[0]
        heap[0] = last
        _up(heap, 0)
        return first
    return last


def heapreplace(heap, item):
    first = heap[0]
    heap[0] = item
    _up(heap, 0)
    return first


def heappushpop(heap, item):
    if heap and heap[0] < item:
        item, heap[0] = heap[0], item
        _up(heap, 0)
    return item


def heapify(heap):
    for at in range(len(heap) // 2 - 1, -1, -1):
        _up(heap, at)


def nlargest(n, values, key=None):
    return sorted(values, key=key, reverse=True)[: max(n, 0)]


def nsmallest(n, values, key=None):
    return sorted(values, key=key)[: max(n, 0)]


def merge(*lists, key=None, reverse=False):
    out = []
    for one in lists:
        out.extend(one)
    return iter(sorted(out, key=key, reverse=reverse))
