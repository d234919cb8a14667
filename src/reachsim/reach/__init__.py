"""All packets at once, through the same walks and the same clauses as one packet."""
