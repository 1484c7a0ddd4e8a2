"""SECURITY.md tells the truth about numbers; ``test_documents`` holds what every document names."""

from pathlib import Path

from app.server import headers, hosts, lifespan, script_limit, socket_limits, stream_limits
from app.session import tab_memory
from data import open_files
from data.pictures import picture_file as pictures

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_it_names_the_variables_of_its_protections() -> None:
    assert hosts.VARIABLE in PAGE and headers.VARIABLE in PAGE


def test_its_numbers_are_those_of_the_code() -> None:
    text = " ".join(PAGE.split())
    assert f"{stream_limits.MOST_PER_OWNER} an owner, {stream_limits.MOST_IN_ALL} in all" in text
    assert (
        f"{socket_limits.MOST_PER_OWNER} pages an owner, {socket_limits.MOST_IN_ALL} in all" in text
    )
    rate, once = socket_limits.MESSAGES_A_SECOND, socket_limits.MESSAGES_AT_ONCE
    megabytes = socket_limits.MOST_BYTES // 10**6
    assert f"{rate:g} messages a second, after {once} at once, and {megabytes} MB" in text
    assert (socket_limits.MOST_LATE, script_limit.AT_A_TIME) == (100, 3)  # told in words
    page, left = lifespan.DESCRIPTORS_OF_A_PAGE, lifespan.DESCRIPTORS_OF_A_LEFT_PAGE
    assert f"A page costs {page} file descriptors" in text and f"page that was left {left} " in text
    assert f"need {lifespan.DESCRIPTORS_OF_A_FULL_HOUSE:,}." in text
    assert f"to {open_files.MOST:,} at most" in text
    tabs = f"{tab_memory.MOST_TABS_OF_AN_OWNER} tabs an owner and {tab_memory.MOST_TABS} in all"
    assert tabs in text
    assert f"not read for {stream_limits.SECONDS_TO_TAKE:.0f} s" in text
    photo, other = pictures.MAX_PHOTO_PIXELS // 10**6, pictures.MAX_PIXELS // 10**6
    assert f"{pictures.MAX_BYTES >> 20} MB and {photo} (JPEG) or {other} megapixels" in text
    assert all(f"`{domain}`" in text for domain in hosts.LOCAL_DOMAINS)
