"""Fixed-point formats for a ruleset: propose them, shrink them, and measure what they cost."""
