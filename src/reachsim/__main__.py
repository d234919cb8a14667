"""`python -m reachsim`: the command line without the entry point."""

import sys

from reachsim.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
