"""What the rule book says about one question, one packet at a time, with linear scans and nothing clever.

This package shares no code with reachsim and must never import it: it is the third, naive reading that both
engines are held against. Rule IDs are those of the rule book. Where the rule book is silent, the decision
taken is marked DECISION.

>>> judge(yaml.safe_load(text), "app.probe", "www.example.com", "tcp/443", 50000).reachable
"""

from tests.oracle.naive.judging import judge, judge_variants
from tests.oracle.naive.parts import Verdict
from tests.oracle.naive.world import edge_ports

__all__ = ["Verdict", "edge_ports", "judge", "judge_variants"]
