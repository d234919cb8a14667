"""AWS's decisions as data and small pure functions on `reachsim.net` values, one file per chapter of docs/rules.md.

Knows nothing of YAML and of the graph. Each docstring cites the rules whose home it is.
"""
