"""One module for each section of the audit: each computes its part of the model."""
