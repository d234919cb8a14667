"""For tests of designs: the pytest plugin (`reachsim.testing.plugin`)."""
