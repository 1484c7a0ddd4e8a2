"""What the link of a class asks for: a lesson, parts out of sight, settings that stay as they are.

It holds while the tab is open, on all its pages.
"""

from app.session import lesson_progress, state
from app.session.i18n import both
from models.sharing.class_link import HIDE, LESSON, LOCK, LOCKS, PARTS, read_names

_HIDDEN: state.Kept[tuple[str, ...]] = state.Kept("hidden", ())


def adopt_class_link() -> None:
    """Do what the address asks for, once; of names that nobody knows that is said, once.

    To be called when the language and the task are known, before anything is drawn.
    """
    unknown: list[str] = []
    lesson = state.newly_named(LESSON)
    if lesson is not None:
        unknown += _take_up(lesson)
    hide, lock = state.newly_named(HIDE), state.newly_named(LOCK)
    if hide is not None:
        names = read_names(hide, PARTS)
        _HIDDEN.set(names.known)
        unknown += names.unknown
    if lock is not None:
        names = read_names(lock, LOCKS)
        state.lock(names.known)
        unknown += names.unknown
    if unknown:
        state.refuse(both("sharing.unknown", names=", ".join(unknown)), state.Place.LINK)


def hidden() -> tuple[str, ...]:
    """Return the parts that are out of sight in this tab."""
    return _HIDDEN.get()


def _take_up(name: str) -> list[str]:
    """Begin the lesson of a name; returns the name where there is none."""
    for lesson in lesson_progress.shelf()[0]:
        if lesson.name == name:
            if lesson_progress.chosen(lesson.task) != lesson:
                lesson_progress.choose(lesson.task, lesson)
            else:
                state.change_task(lesson.task)
            return []
    return [name[:30]]
