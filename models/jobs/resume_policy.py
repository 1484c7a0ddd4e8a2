"""What becomes of runs that a server left unfinished when the next one starts."""

import os
from enum import StrEnum

from data.language import Text, UserError, quoted

VARIABLE = "FNN_LAB_RESUME"


class ResumePolicy(StrEnum):
    """They go on by themselves, wait until their owner says so, or are left as they are."""

    AUTO = "auto"
    ASK = "ask"
    NEVER = "never"


def resume_policy_from_environment() -> ResumePolicy:
    """Return what ``FNN_LAB_RESUME`` says, "auto" where it says nothing.

    Raises ``UserError`` when it says something else.
    """
    given = os.environ.get(VARIABLE, "").strip().lower()
    if not given:
        return ResumePolicy.AUTO
    if given in list(ResumePolicy):
        return ResumePolicy(given)
    raise UserError(
        Text(
            f"환경 변수 {VARIABLE}이(가) {quoted(given)}입니다. auto, ask, never 중 하나를 적어 "
            "주세요.",
            f"The environment variable {VARIABLE} is {quoted(given)}. Set it to auto, ask or "
            "never.",
        )
    )
