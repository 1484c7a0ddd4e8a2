"""A Dask scheduler and workers as real processes on this machine, for tests and measurements."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from models.jobs.cluster.address import TLS, security
from tests.support.lab import ROOT, command_line, workers
from tests.support.polling import until
from tests.support.ports import free_port

SECONDS_TO_START = 120


@dataclass
class Cluster:
    """Processes that are started in ``folder``; a scheduler keeps its port when it comes back.

    With ``tls`` they speak by the certificates that the environment names.
    """

    folder: Path
    tls: bool = False
    port: int = field(default_factory=free_port)
    scheduler: subprocess.Popen[str] | None = None
    nannies: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{'tls' if self.tls else 'tcp'}://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        """Start a scheduler that knows nothing of this project, as one of somebody else's would."""
        module = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
        options = ["--port", str(self.port), "--dashboard-address", "127.0.0.1:0"]
        if self.tls:
            options += ["--protocol", "tls"]
            for option, name in zip(("ca-file", "cert", "key"), TLS.values(), strict=True):
                options += [f"--tls-{option}", os.environ[name]]
        self.scheduler = self._start([*module, *options], cwd=self.folder)

    def add_worker(self, slots: int = 1) -> None:
        """Start a worker with the project's own command."""
        command = ["-m", "models", "worker", self.address, "--slots", str(slots)]
        self.nannies.append(self._start(command, cwd=ROOT))

    def wait_for_workers(self, count: int) -> float:
        """Wait until so many workers are warm and the scheduler knows them."""
        from distributed import Client

        began = time.monotonic()
        with Client(
            self.address,
            set_as_default=False,
            timeout=SECONDS_TO_START,
            security=security(self.address),
        ) as client:
            until(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) == count, 120)
        return time.monotonic() - began

    def nodes(self) -> list[psutil.Process]:
        """Return the worker processes: the nannies' children that train by a trainer."""
        return [
            child
            for nanny in self.nannies
            for child in psutil.Process(nanny.pid).children()
            if trainers_of(child)
        ]

    def training(self) -> list[psutil.Process]:
        """Return the processes that train."""
        return [
            worker
            for node in self.nodes()
            for trainer in trainers_of(node)
            for worker in workers(trainer)
        ]

    def close(self) -> None:
        for process in [*self.nannies, self.scheduler]:
            if process is not None and process.poll() is None:
                process.terminate()
        for process in [*self.nannies, self.scheduler]:
            if process is not None:
                process.wait(20)

    def _start(self, command: list[str], cwd: Path) -> subprocess.Popen[str]:
        with (self.folder / "cluster.log").open("a") as log:
            environment = {**os.environ, "PYTHONPATH": ""}
            return subprocess.Popen(
                [sys.executable, *command], cwd=cwd, env=environment, stdout=log, stderr=log
            )


def trainers_of(process: psutil.Process) -> list[psutil.Process]:
    return [
        child for child in process.children() if "models.jobs.local.trainer" in command_line(child)
    ]


def make_certificates(folder: Path) -> dict[str, str]:
    """Make an authority and a certificate as the README beside the cluster's code says.

    Returns the variables that name them. Needs the program ``openssl``.
    """
    authority = "-x509 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem"
    request = "-nodes -subj /CN=fnn-lab -keyout key.pem -out request.pem"
    signing = "-in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out cert.pem"
    for command in (
        f"req -newkey rsa:2048 {authority}",
        f"req -newkey rsa:2048 {request}",
        f"x509 -req {signing}",
    ):
        subprocess.run(
            ["openssl", *command.split()], cwd=folder, check=True, capture_output=True, timeout=60
        )
    files = ("ca.pem", "cert.pem", "key.pem")
    return {name: str(folder / file) for name, file in zip(TLS.values(), files, strict=True)}


@contextmanager
def open_cluster(folder: Path, workers: int, *, tls: bool = False) -> Iterator[Cluster]:
    """Start a scheduler and workers with one slot each; wait until they are warm."""
    cluster = Cluster(folder, tls)
    cluster.start_scheduler()
    try:
        until(lambda: _answers(cluster.port), 30)
        for _ in range(workers):
            cluster.add_worker()
        cluster.wait_for_workers(workers)
        yield cluster
    finally:
        cluster.close()


def _answers(port: int) -> bool:
    return any(
        connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
        for connection in psutil.net_connections("tcp")
    )
