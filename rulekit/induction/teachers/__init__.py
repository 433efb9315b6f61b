"""Teachers: scikit-learn estimators, ONNX graphs and score columns, all of which score events."""
