"""Pictures: a network as nested boxes, without anything but the standard library.

`network` makes a scene of a network, `layout` gives every box its place, `svg` writes it down.
"""

FORMS = {".svg": "svg", ".html": "html", ".mmd": "mermaid", ".dot": "dot"}
"""By the ending of a file's name, what is written into it: an attribute of `Picture`."""
