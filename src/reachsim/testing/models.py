"""A file of expectations that names what they are about: a design, or whatever can be imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

from reachsim.answers.promised import checked
from reachsim.errors import DesignError, shown
from reachsim.loading.document import read_file
from reachsim.loading.edits import edited_document
from reachsim.loading.tree import Document
from reachsim.network import Network
from reachsim.opening import Said, open_source
from reachsim.testing.paths import seen_from_here

_TEXTS: Final = ("region", "account")


def network_of(path: Path) -> Network:
    """The network of a file whose expectations are tests: its own, or that of the file which `model` names, seen from its
    folder. Raises ReachsimError."""
    document = read_file(seen_from_here(path))
    if "model" not in document.data:
        return checked(Network(open_source(seen_from_here(path), {})))
    model = document.data["model"]
    if not isinstance(model, str) or not model:
        raise DesignError(document.problem(f"the name of a file is expected, not {shown(model)}", ("model",)))
    return checked(Network(open_source(seen_from_here(path.parent / model), _said(document), _expectations(document))))


def _said(document: Document) -> Said:
    """What the file says of the model that the model leaves open. Raises DesignError."""
    said: dict[str, Any] = {}
    data = document.data
    if "parameters" in data:
        pairs = data["parameters"]
        if not isinstance(pairs, dict):
            raise DesignError(
                document.problem(f"parameters are names with values, not {shown(pairs)}", ("parameters",))
            )
        said["parameters"] = {name: _text(document, ("parameters", name), value) for name, value in pairs.items()}
    said |= {key: _text(document, (key,), data[key]) for key in _TEXTS if key in data}
    if "strict" in data:
        if not isinstance(data["strict"], bool):
            raise DesignError(document.problem(f"write true or false, not {shown(data['strict'])}", ("strict",)))
        said["strict"] = data["strict"]
    return cast(Said, said)


def _text(document: Document, path: tuple[str, ...], value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int):
        raise DesignError(document.problem(f"a text is expected, not {shown(value)}", path))
    return str(value)


def _expectations(document: Document) -> Document:
    """The document without what it says of the model."""
    for key in ("parameters", *_TEXTS, "strict"):
        if key in document.data:
            document = _without(document, key)
    return document


def _without(document: Document, key: str) -> Document:
    rest = edited_document(document, (key,), None)
    return Document(rest.data, rest.provenance, document.problems, document.opaque)
