"""Kiwi in the place of a tokenizer that needs Java, where Java cannot start."""

from dataclasses import replace

from app.session.services import services
from data.text.tokenizer_service import FALLBACK
from models.experiment import Experiment

_TRIAL = "영화"


def readable(experiment: Experiment) -> Experiment:
    """Return the experiment as it can be trained here: with Kiwi if its tokenizer cannot start.

    Waits for the tokenizer's first answer if nobody has had one yet. Raises ``UserError`` when no
    tokenizer answers at all.
    """
    reading = experiment.reading
    if reading is None:
        return experiment
    tokenizer = services().tokenizer.analyse(reading.tokenizer, _TRIAL).tokenizer
    return experiment.changed(reading=replace(reading, tokenizer=tokenizer))


def tokenizer_for(tokenizer: str) -> str:
    """Return the tokenizer that stands in for one by what is known now; waits for nothing."""
    return FALLBACK if services().tokenizer.refusal(tokenizer) else tokenizer
