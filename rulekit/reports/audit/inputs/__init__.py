"""The inputs of an audit: decisions, events, logs and teacher scores, aligned event by event."""
