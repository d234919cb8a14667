"""The prefix lists of the services that have gateway endpoints: ids that are the same in every account.

From what describe-prefix-lists answers in each Region (2024); a list that is not here has to be collected.
"""

from __future__ import annotations

from typing import Final

from reachsim.importing.inventory import Inventory, Unknown

_IDS: Final = {
    "pl-63a5400a": "com.amazonaws.us-east-1.s3",
    "pl-7ba54012": "com.amazonaws.us-east-2.s3",
    "pl-6ba54002": "com.amazonaws.us-west-1.s3",
    "pl-68a54001": "com.amazonaws.us-west-2.s3",
    "pl-6da54004": "com.amazonaws.eu-west-1.s3",
    "pl-6ea54007": "com.amazonaws.eu-central-1.s3",
    "pl-61a54008": "com.amazonaws.ap-northeast-1.s3",
    "pl-78a54011": "com.amazonaws.ap-northeast-2.s3",
    "pl-6fa54006": "com.amazonaws.ap-southeast-1.s3",
    "pl-6ca54005": "com.amazonaws.ap-southeast-2.s3",
    "pl-6aa54003": "com.amazonaws.sa-east-1.s3",
    "pl-02cd2c6b": "com.amazonaws.us-east-1.dynamodb",
    "pl-4ca54025": "com.amazonaws.us-east-2.dynamodb",
    "pl-00a54069": "com.amazonaws.us-west-2.dynamodb",
}
_SERVICES: Final = ("s3", "dynamodb")


def service_of(found: Inventory, list_id: str) -> str:
    """The service whose addresses a prefix list holds, by its full name; empty for a list of somebody's own, and for one
    whose name is not known."""
    for kind in ("PrefixLists", "ManagedPrefixLists"):
        item = found.one(kind, list_id)
        if item is not None:
            name = item.either("PrefixListName")
            if isinstance(name, Unknown):
                break
            name = name if isinstance(name, str) else ""
            return name if name.startswith("com.amazonaws.") and name.rpartition(".")[2] in _SERVICES else ""
    return _IDS.get(list_id, "")
