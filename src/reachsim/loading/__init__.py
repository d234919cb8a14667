"""From text to values: YAML with positions, schemas, and every error of a file at once."""
