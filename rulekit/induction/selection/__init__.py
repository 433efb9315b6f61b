"""Selection: from many candidate rules to a few under the budget, calibrated and certified."""
