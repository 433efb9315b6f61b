#!/usr/bin/env bash
# Install a wheel into clean environments and try it there: the core alone, then with every extra.
# The checkout is not on the path: what is tried is what the wheel holds.
#   tests/smoke/run.sh PYTHON WHEEL
set -euo pipefail
python=$1 wheel=$(realpath "$2") smoke=$(realpath "$(dirname "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

try() { # NAME REQUIREMENT SCRIPT
    "$python" -m venv "$folder/$1"
    "$folder/$1/bin/python" -m pip install --quiet --disable-pip-version-check "$2"
    (cd "$folder" && PATH="$folder/$1/bin:$PATH" PYTHONWARNINGS=error::DeprecationWarning:rulekit \
        "$folder/$1/bin/python" -I "$smoke/$3")
}

try core "$wheel" core.py
try all "${wheel}[all]" every.py
