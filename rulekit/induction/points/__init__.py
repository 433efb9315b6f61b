"""The points method: a ruleset with integer points, found by boosting depth-1 and depth-2 rules."""
