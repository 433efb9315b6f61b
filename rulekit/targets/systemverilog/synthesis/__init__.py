"""Synthesis, and place and route, with the tools that are installed; what the design takes."""
