"""The way from a photo to a network's input: a picture a step, and a sentence where it ends."""

from dataclasses import dataclass

from data.dataset import Array
from data.language import Text, UserError


@dataclass(frozen=True, slots=True)
class Step:
    """A picture on the way, (height, width) uint8; its ``name`` says what has been done."""

    name: str
    picture: Array


@dataclass(frozen=True, slots=True)
class PhotoReading:
    """The way from a photo to what a network is given, uint8 of its shape.

    Where there is nothing to give, ``seen`` is None and ``refusal`` says why.
    """

    steps: tuple[Step, ...]
    seen: Array | None
    refusal: Text | None = None

    def picture(self) -> Array:
        """Return what a network is given; raises ``UserError`` where there is nothing."""
        if self.seen is None:
            raise UserError(self.refusal or Text("", ""))
        return self.seen

    def step(self, name: str) -> Array:
        """Return the picture of a step; raises ``KeyError`` when there is none of that name."""
        return {step.name: step.picture for step in self.steps}[name]


def steps(**pictures: Array) -> tuple[Step, ...]:
    """Return pictures as steps in their order, by name."""
    return tuple(Step(name, picture) for name, picture in pictures.items())
