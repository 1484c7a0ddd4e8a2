"""Where the cluster's scheduler is, and whether it is safe to talk to it.

Whoever reaches the port of a Dask scheduler or worker can run code on its machine. So an address
beyond this machine needs TLS, where both sides show a certificate of the same authority.
"""

import importlib.util
import ipaddress
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from data.language import Text, UserError, quoted

ADDRESS = "FNN_LAB_CLUSTER"
INSECURE = "FNN_LAB_CLUSTER_INSECURE"
TLS = {
    "tls_ca_file": "FNN_LAB_CLUSTER_CA",
    "tls_client_cert": "FNN_LAB_CLUSTER_CERT",
    "tls_client_key": "FNN_LAB_CLUSTER_KEY",
}


def check_address(address: str) -> None:
    """Raise ``UserError`` for an address that is none, or that is not safe to use.

    >>> check_address("tcp://127.0.0.1:8786")
    """
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("tcp", "tls") and bool(parts.hostname and parts.port)
    except ValueError:
        is_address = False
    if not is_address or parts.path or parts.query:
        raise _no_address(address)
    is_safe = parts.scheme == "tls" or is_loopback(parts.hostname or "")
    if not is_safe and os.environ.get(INSECURE) != "1":
        raise _not_safe(address)


def is_loopback(host: str) -> bool:
    """Say whether only this machine is reached under a host's name or number."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def security(address: str) -> Any:
    """Return Dask's ``Security`` for an address: TLS with the files that the environment names.

    Raises ``UserError`` when Dask is not installed, or a file of TLS is missing.
    """
    if importlib.util.find_spec("distributed") is None:
        raise _not_installed()
    from distributed.security import Security

    if not address.startswith("tls://"):
        return Security()
    files = {name: os.environ.get(variable, "") for name, variable in TLS.items()}
    for name, variable in TLS.items():
        if not Path(files[name]).is_file():
            raise _no_file(variable, files[name])
    worker = {
        "tls_worker_cert": files["tls_client_cert"],
        "tls_worker_key": files["tls_client_key"],
    }
    return Security(require_encryption=True, **files, **worker)


def _no_address(address: str) -> UserError:
    return UserError(
        Text(
            f"{quoted(address)}은(는) 클러스터 주소가 아닙니다. tcp://127.0.0.1:8786이나 "
            "tls://server:8786처럼 적어 주세요.",
            f"{quoted(address)} is no address of a cluster. Write it like tcp://127.0.0.1:8786 or "
            "tls://server:8786.",
        )
    )


def _not_safe(address: str) -> UserError:
    return UserError(
        Text(
            f"{quoted(address)}은(는) 암호화되지 않아 접속하지 않았습니다. 이 포트에 닿는 사람은 "
            "누구나 코드를 "
            f"실행할 수 있습니다. tls:// 주소를 쓰거나, 믿을 수 있는 망이라면 {INSECURE}=1을 "
            "설정하세요.",
            f"{quoted(address)} is not encrypted and was refused: whoever reaches this port can "
            "run code "
            f"there. Use a tls:// address or, on a network that you trust, set {INSECURE}=1.",
        )
    )


def _no_file(variable: str, path: str) -> UserError:
    return UserError(
        Text(
            f"tls:// 주소에는 인증서가 필요합니다. {variable}({quoted(path)})에 읽을 수 있는 "
            "파일을 적어 주세요.",
            f"A tls:// address needs certificates: set {variable} (now {quoted(path)}) to a file.",
        )
    )


def _not_installed() -> UserError:
    return UserError(
        Text(
            "클러스터에 필요한 Dask가 없습니다. "
            "`pip install -r requirements-cluster.txt`로 설치하세요.",
            "A cluster needs Dask. Install it with `pip install -r requirements-cluster.txt`.",
        )
    )
