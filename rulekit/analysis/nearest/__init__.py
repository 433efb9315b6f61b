"""The least change to an event that gives another outcome."""
