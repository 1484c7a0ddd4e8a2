"""The record of a run's epochs travels with its other files, there and back."""

from pathlib import Path

from models.jobs.cluster.file_transfer import pack, pack_start, put_together, shipments, unpack
from models.network.epoch_record import RECORD


def test_the_record_travels_to_the_server_whenever_it_has_changed(tmp_path: Path) -> None:
    worker, server = tmp_path / "worker", tmp_path / "server"
    worker.mkdir()
    server.mkdir()
    known: dict[str, tuple[int, int]] = {}
    for content in (b"one epoch", b"two epochs"):
        aside = worker / "aside"
        aside.write_bytes(content)
        aside.replace(worker / RECORD)
        for pieces in shipments(pack(worker, known)):
            unpack(put_together(pieces), server)
        assert (server / RECORD).read_bytes() == content
        assert pack(worker, known) == {}


def test_a_run_that_goes_on_elsewhere_takes_it_along(tmp_path: Path) -> None:
    (tmp_path / RECORD).write_bytes(b"epochs")
    assert pack_start(tmp_path, 7) == {RECORD: b"epochs"}
    assert pack_start(tmp_path, None) == {}
