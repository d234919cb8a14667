"""Kinds of components, one file each: schema and defaults (pydantic), clauses, and the checkpoints it adds.

A new kind is a new file here, one field where it is written (in `reachsim.kinds.vpc` or `reachsim.kinds.design`) and
one line in `reachsim.topology.build`.
"""
