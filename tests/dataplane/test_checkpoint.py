"""A class of checkpoints declares what it is; one that forgets to is never made."""

import pytest
from tests.designs import MIDDLEBOX, load

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType
from reachsim.dataplane.filters import Direction
from reachsim.reach.atoms import Atoms
from reachsim.resources.host import Outbound
from reachsim.resources.security_group import group_filter


@pytest.mark.parametrize("forgotten", ["is_a", "cuts", "asks"])
def test_each_declaration_has_to_be_made(forgotten):
    declared = {"is_a": CheckpointType.LINK, "cuts": False, "asks": False}
    del declared[forgotten]
    with pytest.raises(TypeError, match="Forgetful has to declare what it is"):
        type("Forgetful", (Checkpoint,), {}, **declared)


@pytest.mark.parametrize(("word", "method"), [("cuts", "cuts"), ("asks", "filters")])
def test_a_declaration_is_kept(word, method):
    declared = {"is_a": CheckpointType.LINK, "cuts": False, "asks": False}
    with pytest.raises(TypeError, match=rf"says {word}=True and has no method {method}\(\)"):
        type("Promising", (Checkpoint,), {}, **{**declared, word: True})
    with pytest.raises(TypeError, match=rf"says {word}=False and has a method {method}\(\)"):
        type("Silent", (Checkpoint,), {method: lambda self: ()}, **declared)


def test_a_subclass_inherits_what_it_does_not_declare():
    assert type("More", (Outbound,), {}).is_a is CheckpointType.SECURITY_GROUPS


def test_a_filter_that_no_checkpoint_declares_is_never_asked_in_bits():
    undeclared = group_filter(("web",), Direction.INGRESS, (), ())
    with pytest.raises(ValueError, match="no checkpoint declares that it asks security group web ingress"):
        Atoms([]).row(undeclared, 0)


def test_a_topology_gathers_what_its_checkpoints_declare():
    net = load(MIDDLEBOX)
    topology = net.topology
    assert set(topology.rules.values()) <= set(topology.filters)
    for vpc in net.design.vpcs.values():
        for block in vpc.cidrs:  # each local route changes what a table does
            assert {block.span[0], block.span[1] + 1} <= set(topology.cuts)


def test_a_place_never_changes_and_its_wiring_may():
    interface = next(iter(load(MIDDLEBOX).topology.interfaces.values()))
    for place, name in ((interface, "name"), (interface.subnet, "hidden"), (interface.vpc, "blocks")):
        with pytest.raises(AttributeError, match=f"{name} of a place never changes"):
            setattr(place, name, getattr(place, name))
    interface.outbound = interface.subnet.exit
