"""Finds a Chromium for the browser tests, installing one where that is possible.

``python -m tests.support.browser.chromium`` makes sure that there is one: the system's own; else
Debian's package when root on Debian; else Playwright's download; else it says what to install.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""The first that is there is used. Debian's shell has the engine without the windows around it,
which costs a third less processor time."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def executable() -> str | None:
    """Return the path of a Chromium, or None when there is none yet."""
    system = next((path for name in NAMES if (path := shutil.which(name))), None)
    return system or _downloaded()


def _downloaded() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:  # nothing is installed yet but Python
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _install_on_debian() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        install = ["apt-get", "install", "-y", "-qq"]
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*install, "fonts-nanum"], check=False, env=quiet)
        for package in ("chromium-headless-shell", "chromium"):
            if subprocess.run([*install, package], check=False, env=quiet).returncode == 0:
                return


def _install_with_playwright() -> None:
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    for install in (lambda: None, _install_on_debian, _install_with_playwright):
        install()
        if path := executable():
            print(f"browser tests use {path}")
            return 0
    print(
        "The browser tests need Chromium. Install it (Debian/Ubuntu: sudo apt install chromium; "
        "others: Chrome or Chromium on the PATH) and run make test again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
