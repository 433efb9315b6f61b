"""Writing a decision log: encode, sample, mask, sign, and keep a record of what was lost."""
