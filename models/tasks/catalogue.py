"""Which tasks there are: those that come with the lab, and those on data of one owner's own.

An own task is a file of data; an experiment names it by the digest of its content, so that it
means the same rows for ever. A run on it has the file in its folder: whoever trains the run or asks
its network needs nothing but that folder, on whatever machine.
"""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.dataset import Dataset
from data.dataset_file import DatasetFile
from data.language import Text, UserError
from models.experiment import Experiment
from models.tasks import BUILT_IN, built_in, no_such_task
from models.tasks.base import Task
from models.tasks.own_task import is_own_name, own_task, own_task_bytes

OWN_DATA = "data.npz"
"""The name of an own task's file in the folder of a run."""


def task_of(experiment: Experiment, folder: Path | None = None) -> Task:
    """Return the task of an experiment, whose own data lies in the ``folder`` of its run.

    Raises ``UserError`` when there is no such task, or its data is missing or damaged.
    """
    if experiment.data is None:
        return built_in(experiment.task)
    if folder is None:
        raise UserError(_NO_DATA)
    task = own_task(DatasetFile(folder / OWN_DATA, experiment.data))
    if task.name != experiment.task:
        raise no_such_task(experiment.task, [task.name])
    return task


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The tasks of everybody; own ones are files below ``folder``, which is made if need be.

    To ask for a task of somebody else is to ask for one that does not exist.
    """

    folder: Path

    def task(self, name: str, owner: str) -> Task:
        """Return the task of this name; raises ``UserError`` listing the owner's when none is."""
        file = self._file(name, owner)
        if file is not None:
            return own_task(file)
        for task in BUILT_IN:
            if task.name == name:
                return task
        raise no_such_task(name, [task.name for task in self.tasks_of(owner)])

    def tasks_of(self, owner: str) -> tuple[Task, ...]:
        """Return those that come with the lab, and the owner's own; damaged files are left out."""
        return (*BUILT_IN, *self._own(owner))

    def add(self, owner: str, title: str, dataset: Dataset, tokenizer: str = "okt") -> Task:
        """Make a task of an owner's data set, or give the one of this name new data.

        Runs on the data before it keep theirs. Raises ``UserError`` like ``own_task_bytes``.
        """
        content, digest = own_task_bytes(title, dataset, tokenizer)
        folder = self._folder(owner)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{dataset.name}.{digest}.npz"
        aside = folder / f".{uuid.uuid4().hex}"
        aside.write_bytes(content)
        os.replace(aside, path)
        for old in folder.glob(f"{dataset.name}.*.npz"):
            if old != path:
                old.unlink(missing_ok=True)
        return own_task(DatasetFile(path, digest))

    def remove(self, owner: str, name: str) -> None:
        """Remove a task of an owner's; nothing happens where there is none."""
        file = self._file(name, owner)
        if file is not None:
            file.path.unlink(missing_ok=True)

    def give_data(self, owner: str, experiment: Experiment, folder: Path) -> None:
        """Put the own data that an experiment is about into the folder of its run.

        Raises ``UserError`` when the owner has no such task, or other data under its name now.
        """
        task = self.task(experiment.task, owner)
        if experiment.data != task.default.data:
            raise UserError(_OTHER_DATA.format(title=task.title))
        file = self._file(experiment.task, owner)
        if file is not None:
            _link(file.path, folder / OWN_DATA)

    def _own(self, owner: str) -> Iterator[Task]:
        for path in sorted(self._folder(owner).glob("own-*.npz")):
            with suppress(UserError):
                yield own_task(_named(path))

    def _file(self, name: str, owner: str) -> DatasetFile | None:
        if not is_own_name(name):
            return None
        found = sorted(self._folder(owner).glob(f"{name}.*.npz"), key=os.path.getmtime)
        return _named(found[-1]) if found else None

    def _folder(self, owner: str) -> Path:
        """Return where the files of an owner are; its name does not tell whose it is."""
        return self.folder / hashlib.sha256(owner.encode()).hexdigest()[:32]


def _named(path: Path) -> DatasetFile:
    """Return the file at a path, whose name says its digest."""
    return DatasetFile(path, path.name.split(".")[1])


def _link(source: Path, target: Path) -> None:
    """Let ``target`` be the same file, or a copy where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


_NO_DATA = Text(
    "이 실험에 쓰는 자기 데이터가 여기에는 없습니다. 대시보드에서 학습해 주세요.",
    "This experiment is about somebody's own data, which is not here. Train it in the dashboard.",
)
_OTHER_DATA = Text(
    "{title}의 데이터가 바뀌었습니다. 과제를 다시 고른 뒤 학습해 주세요.",
    "The data of {title} has changed. Choose the task again and train then.",
)
