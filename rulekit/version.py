"""The version of the distribution, once."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("rulekit-engine")
except PackageNotFoundError:  # run from a source tree that was never installed
    VERSION = "0+unknown"
