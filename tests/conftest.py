"""How the tests run: property tests ask the same examples at every push, and fresh ones in a soak (`tests.soak`)."""

from __future__ import annotations

import os

from hypothesis import settings
from tests.networks import FIXED, FRESH

if not os.environ.get(FRESH):
    settings.register_profile("fixed", FIXED)
    settings.load_profile("fixed")
