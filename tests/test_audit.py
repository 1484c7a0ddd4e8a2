"""The audit looks at all that is installed, names what it finds, and needs no internet."""

import pytest

from tests import audit


def test_it_looks_down_to_the_last_dependency() -> None:
    versions = audit.installed(audit.lines(*audit.REQUIREMENTS))
    assert {"streamlit", "tensorflow", "starlette", "uvicorn", "protobuf"} <= set(versions)
    assert {"distributed", "dask", "msgpack"} <= set(versions)  # the cluster's
    assert "pytest" not in versions


def test_a_vulnerability_is_named_with_its_remedy() -> None:
    holes = [
        {"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]},
        {"id": "GHSA-2", "fix_versions": []},
    ]
    packages = [
        {"name": "left", "version": "2.0", "vulns": holes},
        {"name": "right", "version": "1.0", "vulns": []},
    ]
    assert audit.vulnerabilities(packages) == [
        "left 2.0: PYSEC-1, fixed in 2.1, 3.0",
        "left 2.0: GHSA-2, fixed in no version yet",
    ]


def test_without_internet_it_says_so_and_succeeds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing listens there
    assert audit.main() == 0
    said = capsys.readouterr().out
    assert said.startswith("audit skipped") and said.count("\n") == 1
