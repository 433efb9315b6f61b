"""Exact search of the event space by splitting boxes."""
