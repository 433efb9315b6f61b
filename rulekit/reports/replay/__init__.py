"""Replay: decide the recorded events again, and compare with the record."""
