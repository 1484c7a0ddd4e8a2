"""Where the lab keeps what it makes: runs, downloads and caches.

Nothing is ever written beside the code, so a clone stays clean and a container's code may be
read-only.
"""

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """Return the folder named by ``FNN_LAB_HOME``, or the user's data folder. Creates nothing."""
    named = os.environ.get("FNN_LAB_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("fnn-lab"))
