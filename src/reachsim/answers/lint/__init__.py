"""What is wrong or fragile in a design before anybody asks a question: small checks, one code each."""
