"""A cell of a program: some lines of code that belong together, and what they are for."""

from dataclasses import dataclass

from data.language import Text


@dataclass(frozen=True, slots=True)
class Cell:
    """About four lines of code; ``name`` is unique in a program.

    ``prose`` stands above the code. ``check`` is the code that judges what students write instead
    in an exercise; where there is none, they are given the code.
    """

    name: str
    code: str
    prose: Text
    check: str = ""
