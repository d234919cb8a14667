"""Where the ways on a picture run: along the gaps between boxes, never through their text.

The lines that a way may take are those close to the borders of boxes. Among them the cheapest way is found by
Dijkstra's algorithm (A*): length, and a price for every turn, and one for running where another way runs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

_TURN, _TAKEN, _SHARED = 40, 400, 3
"""The price of a turn and of a place that is taken, in pixels; how many times its price a stretch in use costs."""
_CLOSE = 4
"""How far from a border ways run."""
_OFF = 2
"""How far from a wall that they pass they run at least: less than from a border, or no way would lead to it."""
_BESIDE = 6
"""How far from each other ways run at least, where there is room."""
_PORT = 20
"""How far from each other ways meet a border."""


class Rect(NamedTuple):
    """A rectangle, in pixels."""

    left: int
    top: int
    right: int
    bottom: int


Point = tuple[int, int]
State = tuple[int, int, int]
Doors = dict[Point, tuple[Point, int]]
"""Where ways may leave a box: by the place on the lines that they come to, the point on its border and its price."""


class Router:
    """Finds ways on one picture, one after the other: each keeps off those that were found before.

    `area`: where they may run. `walls`: what no way runs through. `borders`: boxes that ways may run along.
    `stations`: boxes that ways begin and end at.
    """

    def __init__(self, area: Rect, walls: Sequence[Rect], borders: Iterable[Rect], stations: Iterable[Rect]) -> None:
        xs, ys = {area.left, area.right}, {area.top, area.bottom}
        for box in borders:
            xs |= {box.left - _CLOSE, box.right + _CLOSE}
            ys |= {box.top - _CLOSE, box.bottom + _CLOSE}
        for box in stations:
            xs |= {box.left + _CLOSE, box.right - _CLOSE, *ports(box.left, box.right)}
            ys |= {box.top + _CLOSE, box.bottom - _CLOSE, *ports(box.top, box.bottom)}
        self.xs = sorted(x for x in xs if area.left <= x <= area.right)
        self.ys = sorted(y for y in ys if area.top <= y <= area.bottom)
        self._used: set[tuple[Point, Point]] = set()
        self._taken: set[Point] = set()
        self._shut_x = [bytearray(len(self.xs)) for _ in self.ys]
        self._shut_y = [bytearray(len(self.xs)) for _ in self.ys]
        self._next: dict[Point, list[tuple[int, int, int, int]]] = {}
        for left, top, right, bottom in walls:
            self._shut(Rect(left - _OFF, top - _OFF, right + _OFF, bottom + _OFF))

    def _shut(self, wall: Rect) -> None:
        """Close every stretch that runs through a wall. `_shut_x[j][i]`: from x `i` to the next; `_shut_y`: from y `j`."""
        first_x, last_x = bisect_right(self.xs, wall.left), bisect_left(self.xs, wall.right)
        first_y, last_y = bisect_right(self.ys, wall.top), bisect_left(self.ys, wall.bottom)
        for j in range(first_y, last_y):
            for i in range(max(bisect_right(self.xs, wall.left) - 1, 0), last_x):
                self._shut_x[j][i] = 1
        for j in range(max(first_y - 1, 0), last_y):
            for i in range(first_x, last_x):
                self._shut_y[j][i] = 1

    def way(self, one: Rect, other: Rect) -> list[Point]:
        """From the border of one box to that of another, as corners; straight from middle to middle where there is no way
        along the gaps."""
        starts, every = self._doors(one, other), self._doors(other, one)
        goals = {at: door for at, door in every.items() if not _near(door[0], one)}
        found = self._search(starts, goals, other)
        if not found:
            goals = every
            found = self._search(starts, goals, other)
        if not found:
            return [_middle(one), _middle(other)]
        self._used.update(self._stretches(found))
        corners = [starts[found[0]][0], *self._corners(found), goals[found[-1]][0]]
        self.take(corners[0])
        self.take(corners[-1])
        return _simple(corners)

    def is_free(self, place: Point) -> bool:
        """Whether nothing is near a place on a border."""
        return all(abs(place[0] - x) + abs(place[1] - y) >= _PORT for x, y in self._taken)

    def take(self, place: Point) -> None:
        """Keep a place on a border for one thing."""
        self._taken.add(place)

    def keep_off(self, line: Sequence[Point]) -> None:
        """Keep ways off the ends of a line, and let them run along it only where there is no other way."""
        self.take(line[0])
        self.take(line[-1])
        for (x0, y0), (x1, y1) in pairwise(line):
            upright = x0 == x1
            along, across = (self.ys, self.xs) if upright else (self.xs, self.ys)
            low, high = sorted((y0, y1) if upright else (x0, x1))
            at = x0 if upright else y0
            places = range(max(bisect_right(along, low) - 1, 0), min(bisect_left(along, high) + 1, len(along)))
            for k in range(bisect_right(across, at - _BESIDE), bisect_left(across, at + _BESIDE)):
                for one, other in pairwise((k, place) if upright else (place, k) for place in places):
                    self._used |= {(one, other), (other, one)}

    def _doors(self, box: Rect, other: Rect) -> Doors:
        """Where a way may leave a box: by the place on the lines that it comes to, the point on the border and its price.
        From a box that the other one is in, it leaves inwards."""
        inside = (
            box.left <= other.left and other.right <= box.right and box.top <= other.top and other.bottom <= box.bottom
        )
        step = -_CLOSE if inside else _CLOSE
        doors: Doors = {}
        sides = [((box.left - step), box.left, True), (box.right + step, box.right, True)]
        sides += [(box.top - step, box.top, False), (box.bottom + step, box.bottom, False)]
        for line, border, upright in sides:
            lines = self.xs if upright else self.ys
            at = bisect_left(lines, line)
            if at == len(lines) or lines[at] != line:
                continue
            for port in _facing(box, other, upright):
                across = bisect_left(self.ys if upright else self.xs, port)
                door = (border, port) if upright else (port, border)
                doors[(at, across) if upright else (across, at)] = door, 0 if self.is_free(door) else _TAKEN
        return doors

    def _search(self, starts: Doors, goals: Doors, to: Rect) -> list[Point]:
        """The places on the lines from a start to a goal. A state is a place and how the way comes to it: 0 across, 1 along,
        2 through its door."""
        queue: list[tuple[int, int, int, State]] = []
        best: dict[State, int] = {}
        before: dict[State, State] = {}
        rest = self._at_least(to)

        def push(state: State, following: State, cost: int, ahead: int) -> None:
            if cost < best.get(following, cost + 1):
                best[following] = cost
                before[following] = state
                heappush(queue, (cost + ahead, ahead, cost, following))  # of equal ones, what is nearer first

        for (i, j), (door, price) in starts.items():
            state = i, j, 0 if door[0] != self.xs[i] else 1
            best[state] = price
            heappush(queue, (price + rest(i, j), rest(i, j), price, state))
        while queue:
            _, _, price, state = heappop(queue)
            i, j, direction = state
            if best[state] < price:
                continue
            if direction == 2:
                return self._back(before, before[state])
            if (i, j) in goals:
                door, extra = goals[i, j]
                turned = (door[0] != self.xs[i]) != (direction == 0)
                push(state, (i, j, 2), price + extra + (_TURN if turned else 0), 0)
            for ni, nj, way, length in self._beside(i, j):
                cost = price + length * (_SHARED if ((i, j), (ni, nj)) in self._used else 1)
                push(state, (ni, nj, way), cost + (0 if way == direction else _TURN), rest(ni, nj))
        return []

    def _beside(self, i: int, j: int) -> list[tuple[int, int, int, int]]:
        """The places next to one that no wall is before, each with its direction and how far it is."""
        known = self._next.get((i, j))
        if known is None:
            known = self._next[i, j] = [
                (ni, nj, way, abs(self.xs[i] - self.xs[ni]) + abs(self.ys[j] - self.ys[nj]))
                for ni, nj, way in ((i + 1, j, 0), (i - 1, j, 0), (i, j + 1, 1), (i, j - 1, 1))
                if 0 <= ni < len(self.xs) and 0 <= nj < len(self.ys)
                if not (self._shut_y[min(j, nj)][i] if way else self._shut_x[j][min(i, ni)])
            ]
        return known

    def _at_least(self, to: Rect) -> Callable[[int, int], int]:
        """What a way from a place to a box costs at least: how far it is, and a turn where it is not straight ahead."""
        across = [max(to.left - _CLOSE - x, 0, x - to.right - _CLOSE) for x in self.xs]
        along = [max(to.top - _CLOSE - y, 0, y - to.bottom - _CLOSE) for y in self.ys]

        def at_least(i: int, j: int) -> int:
            x, y = across[i], along[j]
            return x + y + (_TURN if x and y else 0)

        return at_least

    def _stretches(self, found: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
        """What a way uses, both ways round: its stretches, and those beside them that are too near to be told apart."""
        for (i, j), (ni, nj) in pairwise(found):
            upright = i == ni
            for k in _close(self.xs, i) if upright else _close(self.ys, j):
                one, other = ((k, j), (k, nj)) if upright else ((i, k), (ni, k))
                yield one, other
                yield other, one

    @staticmethod
    def _back(before: dict[State, State], state: State) -> list[Point]:
        found = [state[:2]]
        while state in before:
            state = before[state]
            found.append(state[:2])
        return found[::-1]

    def _corners(self, found: Sequence[Point]) -> Iterator[Point]:
        return ((self.xs[i], self.ys[j]) for i, j in found)


def ports(low: int, high: int) -> list[int]:
    """Where ways meet a side of a box: from its middle outwards, apart from each other and from the corners."""
    middle = (low + high) // 2
    half = max((high - low) // 2 - 8, 0) // _PORT
    return [middle + _PORT * step for step in range(-half, half + 1)]


def _facing(box: Rect, other: Rect, upright: bool) -> list[int]:
    """Where ways meet a side of a box: at its own ports, and where one of the other box is straight across."""
    low, high, first, last = box.left, box.right, other.left, other.right
    if upright:
        low, high, first, last = box.top, box.bottom, other.top, other.bottom
    return sorted({*ports(low, high), *(port for port in ports(first, last) if low + 8 <= port <= high - 8)})


def _near(place: Point, box: Rect) -> bool:
    """Whether what stands at a place would touch what stands on the border of a box."""
    away = _PORT + _CLOSE
    return box.left - away < place[0] < box.right + away and box.top - away < place[1] < box.bottom + away


def _close(lines: Sequence[int], index: int) -> range:
    """The lines that are as near to one as ways may not be to each other, itself included."""
    at = lines[index]
    return range(bisect_right(lines, at - _BESIDE), bisect_left(lines, at + _BESIDE))


def _middle(box: Rect) -> Point:
    return (box.left + box.right) // 2, (box.top + box.bottom) // 2


def _simple(points: Sequence[Point]) -> list[Point]:
    """Corners alone: without points between two on one straight line."""
    out: list[Point] = []
    for point in points:
        if out and out[-1] == point:
            continue
        while len(out) > 1 and (out[-2][0] == out[-1][0] == point[0] or out[-2][1] == out[-1][1] == point[1]):
            out.pop()
        out.append(point)
    return out
