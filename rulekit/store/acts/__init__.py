"""Acts: enact, repeal, roll back, approve; the register that records them, and its integrity."""
