"""The table architecture: interval codes in block RAM, loaded with a new ruleset without a new synthesis."""
