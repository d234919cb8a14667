"""Longer runs of the laws, on networks that nobody has seen before."""
