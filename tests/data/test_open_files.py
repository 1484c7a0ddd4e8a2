"""A process may open as many files as the system allows, and so may its children."""

import subprocess
import sys

import pytest

from data.open_files import MOST

resource = pytest.importorskip("resource")
PROGRAM = """
import resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
from data.open_files import raise_limit
print(raise_limit(), raise_limit(), len([open("/dev/null") for _ in range({opened})]))
ask = "import resource; print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
print(subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout)
"""


@pytest.mark.parametrize(("hard", "opened"), [(4096, 2_000), (300, 100), (256, 100)])
def test_the_limit_rises_to_what_is_allowed(hard: int, opened: int) -> None:
    program = PROGRAM.format(hard=hard, opened=opened)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.split() == [str(hard), str(hard), str(opened), str(hard), str(hard)]


def test_a_limit_that_is_high_enough_stays() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < MOST:
        pytest.skip("this machine allows less")
    program = PROGRAM.format(hard=hard, opened=100).replace("(256,", f"({MOST},")
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.split()[:2] == [str(MOST), str(MOST)]
