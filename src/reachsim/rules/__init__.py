"""AWS's decisions as data and small pure functions on `reachsim.net` values, a file for each subject: what AWS
refuses, and what needs no component to be decided. What a component does with a packet is in its file in `resources`.

Knows nothing of YAML and of the graph. Each docstring cites the rules whose home it is.
"""
