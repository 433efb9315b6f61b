"""Proofs that a design equals its ruleset: miters against a golden model, and mutants that must fail."""
