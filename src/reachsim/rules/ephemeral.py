"""The source ports that a client may use (**NACL-12**)."""

from __future__ import annotations

import re
from typing import Final

from reachsim.net.intervals import PortSet

LINUX: Final = PortSet.of((32768, 60999))
"""Linux since kernel 4.2 (net.ipv4.ip_local_port_range); inside AWS's published 32768-61000."""
WINDOWS: Final = PortSet.of((49152, 65535))
"""Windows Server 2008 and later."""
UNKNOWN_CLIENT: Final = PortSet.of((1024, 65535))
"""Elastic Load Balancing, NAT gateways, Lambda, and every client of which nothing is known."""

_WINDOWS_AMI: Final = re.compile(r"windows", re.IGNORECASE)
_LINUX_AMI: Final = re.compile(
    r"linux|amzn|\bal2(023)?\b|ubuntu|debian|rhel|red.?hat|centos|rocky|alma|fedora|suse|sles|bottlerocket",
    re.IGNORECASE,
)


def client_ports(ami: str | None) -> PortSet:
    """Source ports of a client whose machine image has this name (NACL-12).

    A name that tells no system, such as ``ami-0abc``, gives the widest range: 1024-65535.
    Source: https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html (ephemeral ports)
    """
    if ami and _WINDOWS_AMI.search(ami):
        return WINDOWS
    if ami and _LINUX_AMI.search(ami):
        return LINUX
    return UNKNOWN_CLIENT
