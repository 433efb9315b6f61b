"""Writing a decision log: encoder, writer, lock, losses, sampling and privacy.

Chosen: Polars turns whole columns into text, and tests hold it byte for byte to the records of single events.
"""
