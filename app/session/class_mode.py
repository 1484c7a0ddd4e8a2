"""What the link of a class asks for: a lesson, parts out of sight, settings that stay as they are.

It holds while the tab is open, on all its pages, and after a reload of any of them: the links of
the lab lead to addresses without it, so it is written into them again.
"""

from app.session import lesson_progress, state
from app.session.i18n import both
from models.sharing.class_link import HIDE, LESSON, LOCK, LOCKS, PARTS, read_names
from models.sharing.link import SETTINGS

_LINK: state.Kept[dict[str, str]] = state.Kept("class-link", {})
"""What the address of this class said."""
_HIDDEN: state.Kept[tuple[str, ...]] = state.Kept("hidden", ())


def adopt_class_link() -> None:
    """Do what the address asks for, once; of names that nobody knows that is said, once.

    To be called when the language and the task are known, before anything is drawn.
    """
    _keep_in_address()
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


def _keep_in_address() -> None:
    """Let the address say again what a link for a class has said in this tab.

    What gives locked settings their values belongs to the link too.
    """
    said = {name: state.from_address(name) for name in (HIDE, LOCK, LESSON, SETTINGS)}
    if said[HIDE] is not None or said[LOCK] is not None:
        parts = said if said[LOCK] is not None else {HIDE: said[HIDE]}
        _LINK.set({name: text for name, text in parts.items() if text is not None})
        return
    for name, text in _LINK.get().items():
        state.say_again(name, text)


def hidden() -> tuple[str, ...]:
    """Return the parts that are out of sight in this tab."""
    return _HIDDEN.get()


def _take_up(name: str) -> list[str]:
    """Begin the lesson of a name; returns the name where there is none."""
    for lesson in lesson_progress.shelf()[0]:
        if lesson.name == name:
            if lesson_progress.chosen(lesson.task) != lesson:
                lesson_progress.choose(lesson.task, lesson)
            else:  # it is known from before, what this tab shows is not
                state.give_draft(lesson.runs[0].experiment)
                state.change_task(lesson.task)
            return []
    return [name[:30]]
