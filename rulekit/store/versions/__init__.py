"""Versions: how far a change must raise the version, and what amends a law."""
