"""From text to a design: YAML with positions, schemas, and every error of a file at once."""
