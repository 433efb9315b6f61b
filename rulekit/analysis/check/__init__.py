"""Static checks of one ruleset: rules that never decide, overlaps, gaps, completeness."""
