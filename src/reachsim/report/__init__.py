"""Answers as text, JSON and DOT. Nothing here asks, prints or exits."""
