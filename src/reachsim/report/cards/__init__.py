"""Every answer as a notebook shows it. Importing this registers the cards; `reachsim.faces.Carded` offers them."""

from __future__ import annotations

from reachsim.report.cards import changes, cidr, network, packets, plans, promises

__all__ = ["changes", "cidr", "network", "packets", "plans", "promises"]
