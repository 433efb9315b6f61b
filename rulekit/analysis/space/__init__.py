"""The event space: atoms of each feature, boxes of atoms, an index of boxes, and outcomes on boxes."""
