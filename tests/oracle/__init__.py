"""An independent, naive reading of the rule book, and generated designs to hold the engines against it."""
