"""What many answers read alike, kept in memory for as long as the warehouse's stamp stands."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from portal.warehouse.snapshot import Snapshot

P = ParamSpec("P")
R = TypeVar("R")
LIMIT = 100
"""Answers of one function, the least asked for leaving first."""


def kept(read: Callable[Concatenate[Snapshot, P], R]) -> Callable[Concatenate[Snapshot, P], R]:
    """A function of a snapshot that asks each question once per stamp. What it returns is not to be changed."""
    lock = threading.Lock()
    answers: OrderedDict[object, R] = OrderedDict()

    def once(snapshot: Snapshot, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (snapshot.moment, args, tuple(kwargs.items()))
        with lock:
            if key in answers:
                answers.move_to_end(key)
                return answers[key]
        answer = read(snapshot, *args, **kwargs)
        with lock:
            answers[key] = answer
            while len(answers) > LIMIT:
                answers.popitem(last=False)
        return answer

    update_wrapper(once, read)
    return once
