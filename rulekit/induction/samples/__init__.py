"""Samples: the events of an induction, their folds, their encoding, and the labels of the teacher."""
