"""pytest run inside pytest forgets the modules that it imported, but their package still has them: those whose classes are
compared are imported here, so that there is one of each."""

import reachsim.testing.laws
import reachsim.testing.screen  # noqa: F401
