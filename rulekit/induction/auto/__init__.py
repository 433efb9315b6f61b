"""The auto method: fit every method, compare them on held-out events, and keep the best."""
