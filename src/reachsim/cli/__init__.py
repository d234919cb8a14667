"""The command line: one module for each command, and `main`, the only place that turns errors into exits."""
