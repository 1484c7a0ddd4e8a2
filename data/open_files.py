"""How many files and connections a process may have open.

Systems begin with a low limit, often 1,024, that every process may raise itself up to a higher one.
A server of many pages needs it: a page costs four descriptors and its live curves one more.
"""

import sys

MOST = 65_536
"""More than any class needs; some systems take no larger number."""


def raise_limit() -> int:
    """Let this process and its children open as many files as the system allows, up to ``MOST``.

    Returns how many that is; Windows knows no such limit.
    """
    if sys.platform == "win32":
        return MOST
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return MOST if soft == resource.RLIM_INFINITY else soft
