"""The event space: axes of atoms, boxes, and an event inside each box."""
