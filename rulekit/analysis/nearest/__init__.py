"""The smallest change to an event that gives another outcome."""
