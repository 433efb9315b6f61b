"""The version of the distribution, once, and those of the libraries beside it."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("rulekit-engine")
except PackageNotFoundError:  # run from a source tree that was never installed
    VERSION = "0+unknown"


def installed_versions(distributions: Iterable[str]) -> dict[str, str]:
    """Return the versions of those distributions that are installed."""
    found = {}
    for name in distributions:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
