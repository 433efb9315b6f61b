"""Regions: the conditions of candidate rules, as intervals and sets, simplified and rounded for reading."""
