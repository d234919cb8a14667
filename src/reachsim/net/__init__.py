"""Integers that mean addresses, blocks, traffic and packets. Knows nothing of AWS."""
