"""Asks whether a package that the lab installs has a known vulnerability.

``python -m tests.audit`` looks at what requirements.txt and requirements-cluster.txt have brought
into this environment, down to the last dependency. Without internet there is nothing to ask: it
says so and succeeds.
"""

import json
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "requirements-cluster.txt")
SECONDS = 120

Package = dict[str, Any]
"""What pip-audit says of a package: its name, and its version and vulnerabilities or why not."""


def installed(requirements: list[str]) -> dict[str, str]:
    """Return the version of every package that these requirements need, by name."""
    versions: dict[str, str] = {}
    wanted = [Requirement(line) for line in requirements]
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        is_needed = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if name in versions or not is_needed:
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        versions[name] = found.version
        wanted += [Requirement(line) for line in found.requires or []]
    return versions


def ask(versions: dict[str, str]) -> tuple[list[Package], str]:
    """Return what is known of these packages, and the reason when that is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text("".join(f"{name}=={version}\n" for name, version in versions.items()))
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(pins), "--no-deps"]
        options = ["--disable-pip", "--format=json", "--progress-spinner=off", "--timeout=10"]
        try:
            answer = subprocess.run(
                [*command, *options], capture_output=True, text=True, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            return [], f"no answer within {SECONDS} seconds"
    try:
        packages: list[Package] = json.loads(answer.stdout)["dependencies"]
    except ValueError:
        return [], (answer.stderr.strip().splitlines() or ["no answer"])[-1][:160]
    known = [package for package in packages if "skip_reason" not in package]
    return known, "" if known else str(packages[0]["skip_reason"])


def vulnerabilities(packages: list[Package]) -> list[str]:
    """Return one line for every known vulnerability, with the versions that have it no more."""
    return [
        f"{package['name']} {package['version']}: {each['id']}, "
        f"fixed in {', '.join(each['fix_versions']) or 'no version yet'}"
        for package in packages
        for each in package["vulns"]
    ]


def lines(*paths: Path) -> list[str]:
    """Return the requirements of some files without comments and empty lines."""
    all_lines = (line for path in paths for line in path.read_text().splitlines())
    bare = (line.partition("#")[0].strip() for line in all_lines)
    return [line for line in bare if line]


def main() -> int:
    versions = installed(lines(*REQUIREMENTS))
    known, reason = ask(versions)
    if not known:
        print(f"audit skipped, the list of vulnerabilities was not reached: {reason}")
        return 0
    found = vulnerabilities(known)
    print(*found, f"audit: {len(found)} in {len(known)} of {len(versions)} packages", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
