"""The version of rulekit, and the versions of other installed libraries."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("rulekit-engine")
except PackageNotFoundError:  # run from a source tree that was never installed
    VERSION = "0+unknown"


def installed_versions(distributions: Iterable[str]) -> dict[str, str]:
    """Return the version of each distribution, by its name; those that are not installed are left out."""
    found = {}
    for name in distributions:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
