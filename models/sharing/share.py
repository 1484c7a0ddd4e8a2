"""Sharing one run: a secret in the run's folder, with which anybody may read the run.

The link names the run and its secret. There is one a run, so there are never more than runs; it
outlives the server, and goes with the run's folder when the run goes. It is for reading alone:
whatever changes a run asks for the run's owner, whom the link does not name.
"""

import re
import secrets
from dataclasses import dataclass

from data.file_readers.plain_file import MissingFile
from data.file_readers.text_file import read_text
from data.language import Text, UserError
from models.network.weights import write_aside
from models.runs.run import Run
from models.runs.store import RunStore

FILE = "share.txt"
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
_TOKEN = re.compile(r"([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{32})")


@dataclass(frozen=True, slots=True)
class Shares:
    """The runs of a store that their owners have shared; may be used by any thread."""

    store: RunStore

    def token(self, run_id: str, owner: str) -> str | None:
        """Return what the link to an owner's run holds, None while it is not shared."""
        secret = self._secret(self.store.find(run_id, owner).id)
        return f"{run_id}.{secret}" if secret else None

    def share(self, run_id: str, owner: str) -> str:
        """Share a run, or go on sharing it; raises ``UserError`` like ``find``."""
        found = self.token(run_id, owner)
        if found is None:
            secret, folder = secrets.token_urlsafe(24), self.store.folder(run_id)
            try:
                write_aside(folder / FILE, lambda path: path.write_text(secret, "ascii"))
            except OSError:
                raise UserError(_CANNOT_SHARE) from None
            found = f"{run_id}.{secret}"
        return found

    def withdraw(self, run_id: str, owner: str) -> None:
        """Let the link to an owner's run open nothing any more."""
        run = self.store.find(run_id, owner)
        try:
            (self.store.folder(run.id) / FILE).unlink(missing_ok=True)
        except OSError:
            raise UserError(_CANNOT_SHARE) from None

    def run(self, token: str) -> Run:
        """Return the run that a link shares, to be read only.

        A wrong, a withdrawn and a deleted one raise the same ``UserError``.
        """
        named = _TOKEN.fullmatch(token)
        if not named:
            raise UserError(_ENDED)
        run_id, secret = named.groups()
        kept = self._secret(run_id)
        if kept is None or not secrets.compare_digest(kept, secret):
            raise UserError(_ENDED)
        run = self._of(run_id)
        if run.deleted is not None:
            raise UserError(_ENDED)
        self.store.task_of(run)
        return run

    def _of(self, run_id: str) -> Run:
        try:
            return self.store.get(run_id)
        except UserError:
            raise UserError(_ENDED) from None

    def _secret(self, run_id: str) -> str | None:
        try:
            found = read_text(self.store.folder(run_id) / FILE, 64)
        except (MissingFile, UserError):
            return None
        return found if _SECRET.fullmatch(found) else None


_ENDED = Text(
    "이 링크로 볼 수 있는 실행이 없습니다. 공유가 끝났거나 실행이 지워졌으니 보내 준 사람에게 새 "
    "링크를 부탁하세요.",
    "This link shows no run. It was withdrawn or its run was deleted; ask whoever sent it for a "
    "new one.",
)
_CANNOT_SHARE = Text(
    "공유 설정을 저장할 수 없습니다. 잠시 뒤 다시 시도하고, 계속되면 디스크 공간을 비워 주세요.",
    "The sharing of this run cannot be saved. Try again, and free disk space if it happens again.",
)
