"""Files that people already have, as designs: what AWS's describe calls answer.

Each reader makes an `Inventory` of objects in the shapes of AWS's own APIs; one builder makes the design of it. What a file
leaves open is written as `unknown`, so that exactly the answers that hang on it are undecided.
"""

from __future__ import annotations

from reachsim.importing.files import import_files, import_sides
from reachsim.importing.imported import Imported, Note
from reachsim.importing.options import Options, read_options

__all__ = ["Imported", "Note", "Options", "import_files", "import_sides", "read_options"]
