"""The way from a photo to a network's input: every step is a picture, or a sentence says why not."""

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
