"""Kinds of components, one file each: schema and defaults (pydantic), clauses, and the checkpoints it adds.

A new kind is a new file here, and nothing else: it registers itself (`reachsim.resources.resource`).
"""
