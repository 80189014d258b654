"""The environments of the heavy libraries have the project's packages too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.envs.foreign import lend


def test_what_is_lent_has_the_project_in_it(tmp_path: Path) -> None:
    lend(tmp_path)
    asked = (
        f"import site; site.addsitedir({str(tmp_path)!r})\n"
        "from importlib.util import find_spec; assert find_spec('numpy') and find_spec('pontine.envs')"
    )
    # without a site, and without what this process was told: nothing is known but what is lent
    done = subprocess.run([sys.executable, "-I", "-S", "-c", asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
