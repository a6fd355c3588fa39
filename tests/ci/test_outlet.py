"""Where text leaves: masked last, whole files, and no reader that makes the launcher deaf."""

from __future__ import annotations

import io
import os
import random
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.ci.files import append, put
from aap_launcher.ci.masks import Masks
from aap_launcher.ci.outlet import Outlet, Printed
from aap_launcher.ci.sink import Sink
from aap_launcher.text.secrets import masks
from aap_launcher.text.words import one_line, shortened

SECRET = "tok3nSECRETvalue/1234<567'890\"abcdef"
FULL = Path("/dev/full")


def known(*secrets: str) -> Masks:
    found = Masks()
    found.add(secrets)
    return found


def longest_piece(text: str, secret: str = SECRET) -> int:
    pieces = (secret[i:j] for i in range(len(secret)) for j in range(i + 1, len(secret) + 1))
    return max((len(piece) for piece in pieces if piece in text), default=0)


# --- masks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", masks([SECRET]))
def test_each_form_is_hidden_wherever_it_stands(form: str) -> None:
    for text in (form, f"x{form}", f"{form}x", f"a {form} b {form}"):
        assert form not in known(SECRET).hide(text) or form in "***"


@pytest.mark.parametrize(
    "written",
    [
        lambda s: s[:10] + "\x1b[01;31m" + s[10:20] + "\x1b[m" + s[20:],  # grep --color
        lambda s: "".join(f"\x1b[3{n % 8}m{c}" for n, c in enumerate(s)),
        lambda s: s[:5] + "\x1b]8;;http://x\x07" + s[5:],
        lambda s: s[:5] + "\x1b]" + s[5:9] + "\x1b[31m" + s[9:],  # a title without an end
        lambda s: s[:9] + "\\u001b[01;31m\\u001b[K" + s[9:] + "\\u001b[m",  # Ansible writes results as JSON
        lambda s: s[:9] + "\\\\u001b[31m" + s[9:],
        lambda s: s[:9] + "\\x1b[31m" + s[9:15] + "\\e[0m" + s[15:],
        lambda s: s[:9] + "\u241b[38:5:1m" + s[9:],  # as it is shown where it acted
        lambda s: s[:9] + "\x9b31m" + s[9:15] + "\\x9bm" + s[15:],
        "\u200b".join,
        lambda s: "".join(f"{c}\b{c}" for c in s),  # overstruck, as nroff writes
        lambda s: "".join(f"{c}\u2408{c}" for c in s[:9]) + "x\b" + s[9:],
        lambda s: "\xad".join(s[:9]) + "\u202e" + s[9:],
        lambda s: s[:4] + "\x07" + s[4:9] + "\u2407" + s[9:14] + "\\u0007" + s[14:] + "\r",
        lambda s: s[:9] + "\x1b" + s[9:14] + "\x9b" + s[14:],  # no sequence: what follows is seen
        lambda s: '{"a": "' + s.replace('"', '\\"').replace("/", "\\/") + '"}',
        lambda s: s.replace("<", "\\u003c").replace("'", "\\u0027").replace('"', '\\"'),
        lambda s: (
            s.replace("<", "\\u003C").replace("'", "\\u0027").replace("/", "\\/").replace('"', '\\"')
        ),  # PHP
        lambda s: s.replace("<", "\\u003C").replace("'", "\\u0027").replace('"', "\\u0022"),  # .NET
        lambda s: s.replace("<", "&lt;").replace("'", "&#39;").replace('"', "&#34;"),
        lambda s: s.replace("<", "&lt;").replace("'", "&#39;").replace('"', "&quot;"),
        lambda s: s.replace("<", "&lt;").replace("'", "&apos;").replace('"', "&quot;"),
        lambda s: s.replace("<", "&lt;").replace('"', "&quot;"),
        lambda s: s.replace("'", "''"),
        lambda s: s.replace("'", "'\\''"),
        lambda s: s.replace("/", "%2f").replace("<", "%3c").replace("'", "%27").replace('"', "%22"),
    ],
)
def test_a_secret_that_was_coloured_or_quoted_is_hidden(written: object) -> None:
    hidden = known(SECRET).hide(written(SECRET))  # type: ignore[operator]
    assert longest_piece(hidden) < 4


@pytest.mark.parametrize(
    ("secret", "written"),
    [
        ("pä(ss)!*~wörd<1", r"p\u00e4(ss)!*~w\u00f6rd\u003c1"),  # ASCII alone, and cautious with angles
        ("pä(ss)!*~wörd<1", r"p\u00E4(ss)!*~w\u00F6rd\u003C1"),
        ("pä(ss)!*~wörd<1", r"p\xc3\xa4(ss)!*~w\xc3\xb6rd<1"),  # bytes of Python
        ("pä(ss)!*~wörd<1", "p%C3%A4(ss)!*~w%C3%B6rd%3C1"),  # encodeURIComponent
        ("pä(ss)!*~wörd<1", "p%C3%A4%28ss%29%21*%7Ew%C3%B6rd%3C1"),  # URLEncoder
    ],
)
def test_each_language_writes_a_secret_in_its_own_way(secret: str, written: str) -> None:
    assert known(secret).hide(f"a {written} b") == "a *** b"


def test_what_is_looked_through_makes_no_word_a_secret() -> None:
    assert known("\x1b[31mab\x07").hide("ab and \x1b[31mab\x07") == "ab and ***"
    usual = "C:\\x64\\users 50\u2009% \u2713 \x1b[32mok\x1b[0m"
    assert known(SECRET).hide(usual) is usual


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("secret", ["correct horse battery staple", "päss wörd 12345", SECRET])
def test_a_secret_inside_of_a_longer_base64_text_is_hidden(before: int, secret: str) -> None:
    import base64

    text = base64.b64encode(b"x" * before + secret.encode() + b"tail").decode()
    left = known(secret).hide(text).replace("***", "\0")
    assert all(
        len(piece) < 8 for piece in left.split("\0") if piece not in text[:4] and piece not in text[-8:]
    )


@given(st.integers(0, 400), st.integers(5, 60), st.text("ab \n\t", max_size=30))
@settings(max_examples=200)
def test_what_our_own_words_cut_is_still_known(at: int, most: int, filler: str) -> None:
    text = (filler * 50)[:at] + SECRET + " tail " * 50
    for cut in (one_line(text, most), shortened(text, most), one_line(" " * 700 + text, most)):
        assert longest_piece(known(SECRET).hide(cut)) < 4


def test_a_piece_behind_a_mark_is_hidden_as_well() -> None:
    assert longest_piece(known(SECRET).hide(f"…{SECRET[9:]} said")) < 4
    assert longest_piece(known(SECRET).hide(f"... {SECRET[20:]} said")) < 4


def test_a_thousand_secrets_cost_little_more_than_one() -> None:
    random.seed(7)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    secrets = ["".join(random.choices(letters, k=random.randint(8, 40))) for _ in range(1000)]
    many, one = known(*secrets), known(secrets[0])
    line = "ok: [web1] => {'changed': False, 'msg': 'a line of some length'} " * 30_000  # 2 MB

    def seconds(found: Masks, text: str) -> float:
        began = time.process_time()
        found.hide(text)
        return time.process_time() - began

    many.hide("x")
    assert seconds(many, line) < 20 * seconds(one, line) + 0.5
    assert seconds(many, line * 4) < 8 * seconds(many, line) + 0.5, "linear in the text"
    assert many.hide(line + secrets[500]).endswith("***")


def test_secrets_with_one_beginning_are_no_trap() -> None:
    found = known(*(f"prod-pass-{n:04}" for n in range(1000)))
    began = time.process_time()
    found.hide("prod-pass-" * 100_000)
    assert time.process_time() - began < 3
    assert found.hide("a prod-pass-0999 b") == "a *** b"


# --- streams --------------------------------------------------------------------------------------------


def test_a_reader_that_does_not_read_is_waited_for_only_while_there_is_time() -> None:
    read, write = os.pipe()
    pressed = threading.Event()
    with open(write, "wb", buffering=0) as stream:  # noqa: PTH123
        sink = Sink(stream, pressed.is_set)
        threading.Timer(0.3, pressed.set).start()
        began = time.monotonic()
        sink.write("x" * 1_000_000)
        assert 0.2 < time.monotonic() - began < 2
        sink.write("the end\n")
        assert not sink.fault, "what could not be written is kept"
        got = bytearray()
        reader = threading.Thread(target=lambda: _drain(read, got))
        reader.start()
        sink.wait(5)
        assert not sink.fault
    reader.join()
    assert got == b"x" * 1_000_000 + b"the end\n", "each byte once, in order"


def _drain(descriptor: int, got: bytearray) -> None:
    while piece := os.read(descriptor, 1 << 16):
        got += piece


def test_a_reader_that_never_reads_ends_the_wait_and_is_told() -> None:
    read, write = os.pipe()
    with open(write, "wb", buffering=0) as stream:  # noqa: PTH123
        sink = Sink(stream, lambda: True)
        sink.write("x" * 200_000)
        began = time.monotonic()
        sink.wait(0.3)
        assert time.monotonic() - began < 1.5
        assert sink.fault == "nobody reads it"
    os.close(read)


def test_what_is_printed_in_pieces_is_masked_as_a_whole() -> None:
    out = io.BytesIO()
    outlet = Outlet(Sink(out), Sink(out))
    outlet.masks.add([SECRET])
    stream = Printed(outlet, outlet.log, str)
    for piece in ("a ", SECRET[:9], SECRET[9:], " b\x1b]0;t\x07\n", "no end"):
        stream.write(piece)
        stream.flush()
    stream.finish()
    assert out.getvalue().decode() == "a *** b␛]0;t␇\nno end\n"


# --- files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [put, append])
def test_a_file_that_does_not_fit_is_left_as_it_was(write: object, tmp_path: Path) -> None:
    """RLIMIT_FSIZE is a disk that is full at 64 bytes: half of what is written before it says so fits."""
    file = tmp_path / "outputs"
    file.write_text("before\n")
    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from aap_launcher.ci import files\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
        f"print(files.{write.__name__}({str(file)!r}, 'x' * 1000))\n"  # type: ignore[attr-defined]
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "File too large" in told
    assert file.read_text() == "before\n"
    assert [one.name for one in tmp_path.iterdir()] == ["outputs"], "nothing is left beside it"


@pytest.mark.parametrize("write", [put, append])
def test_a_pipe_that_nobody_reads_is_told_and_not_waited_for(write: object, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    began = time.monotonic()
    assert "nobody reads it" in write(str(tmp_path / "pipe"), "x")  # type: ignore[operator]
    assert time.monotonic() - began < 1


def test_a_pipe_that_is_read_gets_the_whole_text(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    descriptor, got = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK), bytearray()
    os.set_blocking(descriptor, True)
    reader = threading.Thread(target=lambda: _drain(descriptor, got))
    keeper = os.open(tmp_path / "pipe", os.O_WRONLY)  # so that the reader does not see an end before the text
    reader.start()
    assert put(str(tmp_path / "pipe"), "x" * 300_000) == ""
    os.close(keeper)
    reader.join(10)
    assert got == b"x" * 300_000


@pytest.mark.skipif(not FULL.exists(), reason="a device of Linux")
@pytest.mark.parametrize("write", [put, append])
def test_a_full_device_is_told(write: object) -> None:
    assert "No space left on device" in write(str(FULL), "x" * 10)  # type: ignore[operator]


def test_a_file_keeps_its_rights_and_a_new_one_gets_the_usual_ones(tmp_path: Path) -> None:
    old, link = tmp_path / "old", tmp_path / "link"
    old.write_text("a longer text than the new one")
    old.chmod(0o640)
    link.symlink_to(old)
    assert put(str(link), "new") == ""
    assert (old.read_text(), stat.S_IMODE(old.stat().st_mode), link.is_symlink()) == ("new", 0o640, True)
    assert put(str(tmp_path / "fresh"), "x") == ""
    assert stat.S_IMODE((tmp_path / "fresh").stat().st_mode) == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("path", ["", "\0", "/nonexistent/folder/file", "/"])
def test_a_path_that_cannot_be_written_is_a_word_and_no_error(path: str) -> None:
    assert put(path, "x")
    assert append(path, "x")
