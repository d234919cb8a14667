"""What every kind of component is made of: checkpoints, the places they stand in, and the walk of a packet over them.

A walk looks at addresses only. Routes, gateways and translations never ask for ports, so one walk speaks for every
packet between two addresses; the filters that it meets (security groups, ACLs, protocol limits) are asked afterwards,
for one packet by `reachsim.trace` and for all packets at once by `reachsim.reach`.
"""
