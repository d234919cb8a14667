"""How many network interfaces Lambda needs in a VPC, today and before September 2019 (chapter LAMBDA)."""

from __future__ import annotations

from typing import Final

CONNECTIONS_PER_INTERFACE: Final = 65_000
"""Connections that one shared interface carries before the service adds another (**LAMBDA-4**)."""
INTERFACES_PER_VPC: Final = 500
"""Shared interfaces that a VPC may have, those of other services such as EFS among them, unless the quota was raised
(**LAMBDA-5**)."""
EXECUTIONS_PER_REGION: Final = 1_000
"""Concurrent executions of all functions of an account in a Region, unless the quota was raised (**LAMBDA-30**)."""
INTERFACES_PER_REGION_BEFORE_2019: Final = 350
"""Network interfaces that EC2 allowed in a Region at the time (LAMBDA-31)."""
_MB_PER_INTERFACE_BEFORE_2019: Final = 3 * 1024


def interfaces_for(connections: int) -> int:
    """Interfaces that one subnet and set of security groups needs for so many connections at a time: at least one, which is
    there from the creation of the function on (**LAMBDA-4**, **LAMBDA-13**).

    >>> interfaces_for(0), interfaces_for(65_000), interfaces_for(130_001)
    (1, 1, 3)
    """
    return max(1, -(-connections // CONNECTIONS_PER_INTERFACE))


def interfaces_before_2019(executions: int, memory_mb: int) -> int:
    """Interfaces, and so addresses, that a function needed at its peak before September 2019: executions times memory in GB
    divided by 3 (**LAMBDA-31**).

    >>> interfaces_before_2019(900, 512)
    150
    """
    return -(-executions * memory_mb // _MB_PER_INTERFACE_BEFORE_2019)
