"""The page on the lab for a class tells the numbers of the code."""

from app.session.tab_memory import SECONDS_KEPT
from models.jobs.places import RESTING_PER_SLOT, RUNS_PER_CORE
from models.jobs.resume_policy import ResumePolicy
from models.jobs.scheduler import Quotas
from models.runs.retention import MEGABYTE, Retention
from models.training.run_files import SECONDS_PER_CHECKPOINT
from tests.support.documents import ROOT, read

LINES = read(ROOT / "app/server/README.md").splitlines()
PAGE = " ".join(LINES)
WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 6: "six", 10: "ten"}


def test_what_one_owner_may_have() -> None:
    quotas = Quotas()
    running, waiting = WORDS[quotas.running_per_owner], WORDS[quotas.waiting_per_owner]
    assert f"Of each owner {running} run trains and {waiting} may wait." in PAGE
    minutes = (quotas.limits.working_seconds or 0) // 60
    assert f"train for at most {WORDS[int(minutes)]} minutes" in PAGE


def test_what_paused_and_slow_runs_take() -> None:
    assert f"{WORDS[RESTING_PER_SLOT]} of them for every slot" in PAGE
    assert f"up to {WORDS[RUNS_PER_CORE]} runs a core" in PAGE


def test_how_long_and_how_often_things_are_kept() -> None:
    assert f"at most every {WORDS[int(SECONDS_PER_CHECKPOINT)]} seconds" in PAGE
    assert f"an expired session ({WORDS[int(SECONDS_KEPT) // 3600]} hours)" in PAGE


def test_the_defaults_in_its_table() -> None:
    (disk,) = [line for line in LINES if line.startswith("| `FNN_LAB_DISK_MB` |")]
    assert disk.endswith(f"| {Retention().disk_bytes // MEGABYTE} |")
    (resume,) = [line for line in LINES if line.startswith("| `FNN_LAB_RESUME` |")]
    assert resume.endswith(f"| `{ResumePolicy.AUTO}` |")
    assert all(f"`{policy}`" in resume for policy in ResumePolicy)
