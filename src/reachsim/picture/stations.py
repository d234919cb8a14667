"""Where the names that answers tell stand on a picture."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.picture.scene import Scene, SceneBox


class Stations:
    """The boxes of a scene by the names that they stand for."""

    def __init__(self, scene: Scene) -> None:
        self.boxes = {box.key: box for box in scene.boxes}
        self._around = {inner.key: box.key for box in scene.boxes for inner in box.inside}
        self._subnets: dict[str, str] = {}
        self._things: dict[str, str] = {}
        self._nodes: dict[str, str] = {}  # the first of several interfaces of one thing, such as a load balancer
        if scene.internet is not None:
            self._things["internet"] = scene.internet.key
        for box in self.boxes.values():
            for name in box.names:
                known = self._subnets if box.look in ("public", "private", "vpc") else self._things
                known.setdefault(name, box.key)
                self._nodes.setdefault(name.partition("/")[0], box.key)

    def named(self, name: str) -> str | None:
        """The box of an interface, a component, a function or a network; else of a subnet or a VPC of that name."""
        for one in _outwards(name):
            found = self._things.get(one) or self._subnets.get(one) or self._nodes.get(one)
            if found is not None:
                return found
        return None

    def placed(self, name: str, by: str) -> str | None:
        """The box of a group of interfaces: an interface where they are put together by ``class``; else a subnet or a VPC,
        or the folded box that has it."""
        return self.named(name) if by == "class" or name not in self._subnets else self._subnets[name]

    def shown(self, key: str, name: str) -> str | None:
        """The box of a key; else the folded box that has what a full name stands for."""
        return key if key in self.boxes else self._things.get(name) or self._subnets.get(name)

    def of(self, component: str, checkpoint: str) -> str | None:
        """The box of what a hop or a blocker is at. ACLs, routers and links are those of a subnet or a VPC, which may have
        the name of something else."""
        if checkpoint.startswith(("network ACL", "link", "route table")):
            return self._subnets.get(component) or self.named(component)
        return self.named(component)

    def folded(self, key: str) -> bool:
        """Whether a box stands for several things that have no boxes of their own."""
        box = self.boxes[key]
        return len(box.names) > 1 and box.look != "internet"

    def holds(self, outer: str, inner: str) -> bool:
        """Whether one box is in the other, at any depth."""
        return outer in self.around(inner)

    def around(self, key: str) -> Iterator[str]:
        """The boxes that a box is in, the nearest first."""
        while (key := self._around.get(key, "")) != "":
            yield key

    def box(self, key: str) -> SceneBox:
        """The box of a key."""
        return self.boxes[key]


def _outwards(name: str) -> Iterator[str]:
    """A name, and those of what it is a part of: the attachment ``tgw.app`` is on the box of `tgw`, and the place ``nat/a``
    of a regional NAT gateway on that of `nat`, the version ``fetch:prod`` on that of `fetch`."""
    yield name
    yield name.partition("/")[0]
    yield name.partition(":")[0]
    while "." in name:
        name = name.rpartition(".")[0]
        yield name
