"""Reading a decision log: records, lookups by line or by event, and verification of the chain."""
