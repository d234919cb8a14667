"""What the rules of a design come to: its filters, compiled in one place (`reachsim.policy.filters`)."""
