"""The audit report: measured from decisions or a log, written as one HTML page and JSON."""
