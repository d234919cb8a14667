"""Files that people already have, as designs: answers of AWS's describe calls, Terraform's plans and states, templates of
CloudFormation, SAM and CDK.

Each reader makes an `Inventory` of objects in the shapes of AWS's own APIs; one builder makes the design of it. What a file
leaves open is written as `unknown`, so that exactly the answers that hang on it are undecided.
"""

from __future__ import annotations

from reachsim.calls import checks_types, says_how_to_call
from reachsim.importing.files import import_files as _import_files
from reachsim.importing.files import import_sides as _import_sides
from reachsim.importing.imported import Imported, Note
from reachsim.importing.inventory import Origin
from reachsim.importing.options import Options
from reachsim.importing.options import read_options as _read_options
from reachsim.importing.sources import Source

__all__ = ["Imported", "Note", "Options", "Origin", "Source", "import_files", "import_sides", "read_options"]

# `reachsim.load`, which takes the same, says of itself how it is called, and asks those that do not.
import_files, import_sides = checks_types(_import_files), checks_types(_import_sides)
read_options = says_how_to_call(_read_options)
