"""From a design to its checkpoints: who owns which address, what leads where, and the networkx graph of it all."""
