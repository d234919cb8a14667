"""Pictures: a network as nested boxes, without anything but the standard library.

`network` makes a scene of a network, `layout` gives every box its place, `svg` writes it down.
"""
