"""Simulation of a design, and the runner that decides events with it."""
