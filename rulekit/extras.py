"""Which extra brings a library that is not installed.

A target asks for its libraries before it starts, and names its extra itself. This module is for the rest: verbs
whose modules import NumPy and its relatives at their head, and so fail in the import.
"""

from __future__ import annotations

from rulekit.errors import MissingExtraError

_OF_LIBRARY = {
    "numpy": "induction",
    "scipy": "induction",
    "sklearn": "induction",
    "imodels": "induction",
    "ortools": "induction",
    "numba": "kernel",
    "pyarrow": "kernel",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "skl2onnx": "onnx",
    "sqlglot": "sql",
    "duckdb": "sql",
    "jinja2": "reports",
    "cryptography": "law",
    "rfc8785": "law",
    "psycopg": "postgres",
    "pandas": "frames",
    "pytest": "testing",
    "hypothesis": "testing",
}
_OF_VERB = {
    "audit": "reports",
    "diff": "reports",
    "replay": "reports",
    "quantise": "kernel",
    "bench": "kernel",
}


def missing_extra(error: ModuleNotFoundError, verb: str | None = None) -> MissingExtraError | None:
    """Return the error that names the extra to install, or None when the library belongs to no extra.

    Parameters
    ----------
    error : what the import raised.
    verb : the verb that was called, such as ``audit``. Several extras bring NumPy; the verb decides which is named.

    """
    library = (error.name or "").partition(".")[0]
    extra = _OF_LIBRARY.get(library)
    if extra is None:
        return None
    return MissingExtraError(library, _OF_VERB.get(verb or "", extra) if library == "numpy" else extra)
