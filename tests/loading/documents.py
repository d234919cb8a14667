"""Reading texts as documents, for the tests of the reader."""

import time
import tracemalloc

from reachsim.errors import DesignError
from reachsim.loading.document import read_document


def read(text, file="d.yaml"):
    return read_document(text, file=file)


def errors(text):
    """All that is wrong with a text, raised or kept, as one text."""
    try:
        found = read(text)
    except DesignError as error:
        return str(error)
    assert found.problems, found.data
    return str(DesignError(found.problems))


def quick(function, seconds=10.0, megabytes=None):
    """Run a hostile case within bounds; generous, since they only have to tell "bounded" from "not"."""
    if megabytes is not None:
        tracemalloc.start()
    started = time.perf_counter()
    try:
        return function()
    finally:
        assert time.perf_counter() - started < seconds
        if megabytes is not None:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < megabytes * 1e6


def check_positions(document, value, path):
    """Each value is of a plain type and starts after its key, in the file."""
    assert type(value) in (dict, list, str, int, bool, type(None))
    assert document.position(path) >= (1, 1)
    if isinstance(value, dict):
        for key, inner in value.items():
            assert type(key) is str
            assert document.position((*path, key), key=True) <= document.position((*path, key))
            check_positions(document, inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            check_positions(document, inner, (*path, index))
