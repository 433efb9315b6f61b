"""Teachers: scikit-learn estimators, ONNX graphs and score columns. All of them score events.

Chosen: a teacher is any object with a name and a method ``scores``. It may say by ``columns`` which columns it
reads.

Refused: reading pickles, because a pickle can run any code.
"""
