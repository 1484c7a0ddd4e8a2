"""Kiwi in the place of a tokenizer that needs Java, where Java cannot start."""

from dataclasses import replace

from app.services import services
from models.experiment import Experiment
from models.jobs.morphemes import FALLBACK

_TRIAL = "영화"


def readable(experiment: Experiment) -> Experiment:
    """Return the experiment as it can be trained here: with Kiwi if its tokenizer cannot start.

    Waits for the tokenizer's first answer if nobody has had one yet. Raises ``UserError`` when no
    tokenizer answers at all.
    """
    reading = experiment.reading
    if reading is None:
        return experiment
    tokenizer = services().morphemes.analyse(reading.tokenizer, _TRIAL).tokenizer
    return experiment.changed(reading=replace(reading, tokenizer=tokenizer))


def tokenizer_for(tokenizer: str) -> str:
    """Return the tokenizer that stands in for one by what is known now; waits for nothing."""
    return FALLBACK if services().morphemes.refusal(tokenizer) else tokenizer
