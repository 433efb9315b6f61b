"""Versions: what an amendment changes, and how far it must raise the version."""
