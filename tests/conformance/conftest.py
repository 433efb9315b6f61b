"""What drawn rulesets compile to stays out of the user's cache, and is compiled quickly, not to be quick."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def _scratch_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("RULEKIT_CFLAGS", "-O1")
        yield
