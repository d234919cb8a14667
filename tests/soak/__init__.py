"""Long runs, started by hand: `python -m tests.soak.borders --worlds 1000 --seed 1`."""
