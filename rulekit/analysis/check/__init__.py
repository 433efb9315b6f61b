"""Static checks of one ruleset: rules that never decide, overlaps, gaps, literals that change nothing."""
