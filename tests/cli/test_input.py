"""FILE arguments: gzip-compressed, binary, and incomplete input."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import subprocess
import sys
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest

from iamtriage.cli import main
from iamtriage.inputs._live import find_live_descriptor
from tests.tables import APP, DENIAL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CALL = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}\n"
_SECRET = "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY\n"
_QUIET = "".join(f"2026-01-02T03:04:05Z INFO request {number} is fine\n" for number in range(20_000))
_READERS = ("scan", "parse", "explain", "redact")


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.log", _CALL)
    return buffer.getvalue()


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ["app.log.gz", "app.log", "app.xz"])
@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("command", ["scan", "parse"])
def test_compression_is_recognized_by_content(
    command: str,
    compress: Callable[[bytes], bytes],
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / name
    path.write_bytes(compress(f"{_QUIET[-100_000:]}{_CALL}".encode()))
    assert main([command, "--json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["principal"] == APP


def test_a_text_named_gz_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "app.log.gz"
    path.write_text(_CALL, encoding="utf-8")
    assert main(["scan", "--json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["principal"] == APP


def test_gzip_from_standard_input() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "iamtriage", "scan", "--json"],
        input=gzip.compress(_CALL.encode()),
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["principal"] == APP


def test_every_command_reads_gzip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def compress(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()))
        return str(path)

    config_map = "mapRoles: |\n  - rolearn: arn:aws:iam::111122223333:role/team/app\n    username: app\n"
    trust_policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "sts:AssumeRole",
            },
        }
    )
    log, map_file, policy = (
        compress("log", _CALL + _SECRET),
        compress("map", config_map),
        compress("policy", trust_policy),
    )
    expected = {
        ("explain", log): (0, "DescribeCluster"),
        ("explain", "--all", log): (0, "DescribeCluster"),
        ("explain", "--policy", log): (0, "eks:DescribeCluster"),
        ("explain", "--fact", f"trust_policy=@{policy}", log): (0, "DescribeCluster"),
        ("redact", log): (0, "[REDACTED secret access key]"),
        ("aws-auth", "lint", map_file): (1, "role-path"),
        ("aws-auth", "fix", "--diff", map_file): (1, "role/app"),
        ("aws-auth", "migrate", map_file, "--cluster", "demo"): (0, "create-access-entry"),
        ("trust", policy, "--caller", "arn:aws:iam::111122223333:role/ci"): (0, "allowed"),
    }
    for arguments, (status, text) in expected.items():
        assert main(arguments) == status, arguments
        out, err = capsys.readouterr()
        assert text in out, arguments
        assert err == ""
    main(
        [
            "sts",
            "doctor",
            "--json",
            "--error",
            compress("error", "Credential should be scoped to a valid region."),
        ]
    )
    assert "wrong-scope" in capsys.readouterr().out


def test_fix_does_not_rewrite_compressed_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "map.yaml.gz"
    data = gzip.compress(
        b"mapRoles: |\n  - rolearn: arn:aws:iam::111122223333:role/team/app\n    username: app\n"
    )
    path.write_bytes(data)
    assert main(["aws-auth", "fix", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"iamtriage: {path}: gzip-compressed, so fix cannot rewrite it; decompress it first\n"
    assert path.read_bytes() == data


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_compressed_encodings(encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "app.log.gz"
    path.write_bytes(gzip.compress(_CALL.replace("cluster/demo", "cluster/démo").encode(encoding)))
    assert main(["scan", "--json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["resource"].endswith("cluster/démo")


def test_several_gzip_members(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Appended gzip files, as log rotation writes them, are one text."""
    path = tmp_path / "app.log.gz"
    other = _CALL.replace("cluster/demo", "cluster/other")
    path.write_bytes(gzip.compress(f"{_CALL}{_QUIET}".encode()) + gzip.compress(other.encode()))
    assert main(["scan", "--json", str(path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.unmeasured
@pytest.mark.parametrize("command", ["scan", "parse", "explain"])
def test_memory_is_bounded(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A gzip file of 12 KB that expands to 12 MB is decompressed in parts."""
    small, large = tmp_path / "small.gz", tmp_path / "large.gz"
    small.write_bytes(gzip.compress(_CALL.encode()))
    with gzip.open(large, "wb") as file:
        for _ in range(600):
            file.write(b"INFO " + b"." * 20_000 + b"\n")
        file.write(_CALL.encode())
    assert main([command, str(small)]) == 0  # loads the modules
    tracemalloc.start()
    try:
        assert main([command, str(large)]) == 0
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert capsys.readouterr().out.count("DescribeCluster") > 1
    assert peak < 10_000_000


@pytest.mark.parametrize("command", _READERS)
@pytest.mark.parametrize("size", [2, 5, 40, 3000])
def test_truncated_gzip(command: str, size: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The status is 2, and the message names the file."""
    path = tmp_path / "app.log.gz"
    path.write_bytes(gzip.compress(_noise(8000).encode())[:size])
    assert main([command, str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"iamtriage: {path}: truncated gzip data\n"


def test_a_pipe_on_windows_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows can wait for sockets only, so a pipe is read as a file is."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as pipe, os.fdopen(writer, "wb"):
        assert find_live_descriptor(pipe) == reader
        with monkeypatch.context() as windows:
            windows.setattr(os, "name", "nt")
            found = find_live_descriptor(pipe)
    assert found is None


def test_truncated_gzip_of_a_whole_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A command that needs the whole file prints nothing about its beginning."""
    path = tmp_path / "aws-auth.yaml.gz"
    path.write_bytes(gzip.compress(b"mapRoles: |\n" + b"  - rolearn: x\n" * 1000)[:-20])
    assert main(["aws-auth", "lint", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"iamtriage: {path}: truncated gzip data\n"


@pytest.mark.parametrize("command", ["scan", "explain"])
def test_failures_before_the_truncation_are_printed(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "app.log.gz"
    path.write_bytes(gzip.compress(f"{_CALL}{_noise(8000)}".encode())[:4000])
    assert main([command, str(path)]) == 2
    out, err = capsys.readouterr()
    assert "DescribeCluster" in out
    assert err == f"iamtriage: {path}: truncated gzip data\n"


@pytest.mark.parametrize("library", ["isal", "zlib"])
def test_corrupt_gzip(
    library: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong checksum, wrong data, and data after the end are errors."""
    if library == "zlib":
        monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    valid = gzip.compress(_noise(8000).encode())
    path = tmp_path / "app.log.gz"
    for data in (
        valid[:-8] + b"\0" * 8,
        valid[:2000] + bytes(200) + valid[2200:],
        valid + b"more",
        b"\x1f\x8b\x09" + valid[3:],
    ):
        path.write_bytes(data)
        assert main(["scan", str(path)]) == 2
        assert capsys.readouterr() == ("", f"iamtriage: {path}: invalid gzip data\n")


def _noise(length: int) -> str:
    """Return text that gzip cannot compress much."""
    letters = random.Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789\n", k=length)
    return "".join(letters) + "\n"


_BINARY = {
    "zip": (_zip(), "a zip archive; decompress it first"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive; decompress it first"),
    "lz4": (b"\x04\x22\x4d\x18\x64\x40\xa7", "lz4-compressed data; decompress it first"),
    "gzip in gzip": (gzip.compress(gzip.compress(_CALL.encode())), "gzip-compressed data inside gzip; decompress it first"),
    "zip in gzip": (gzip.compress(_zip()), "a zip archive; decompress it first"),
    "Avro": (b"Obj\x01\x04\x16avro.schema", "Avro data, not text"),
    "ORC": (b"ORC\x08\x03\x10\x02", "ORC data, not text"),
    "PNG": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG image, not text"),
    "JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image, not text"),
    "GIF": (b"GIF89a\x10\x00\x10\x00", "a GIF image, not text"),
    "WebP": (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "a WebP image, not text"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document, not text"),
    "SQLite": (b"SQLite format 3\x00\x10\x00", "an SQLite database, not text"),
    "ELF": (b"\x7fELF\x02\x01\x01\x00", "an ELF binary, not text"),
    "UTF-16 without a mark": (_CALL.encode("utf-16-le"), "UTF-16 without a byte order mark; convert it to UTF-8 first"),
    "all bytes": (bytes(range(256)) * 64, "binary data (NUL bytes), not text"),
    "late NUL": (_QUIET.encode() + b"\0", "binary data (NUL bytes), not text"),
}  # fmt: skip


@pytest.mark.parametrize("command", _READERS)
@pytest.mark.parametrize("name", _BINARY)
def test_binary_input(command: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The status is 2, and the message says what the file is: never that no failure was found."""
    data, reason = _BINARY[name]
    path = tmp_path / "input"
    path.write_bytes(data)
    assert main([command, str(path)]) == 2
    assert capsys.readouterr() == ("", f"iamtriage: {path}: {reason}\n")


@pytest.mark.parametrize(
    "text",
    ["PAR1: all is well\n", "ORC is fine\n", "BZh1 is a name\n", "GIF89a\n", "RIFF raff\n", "Rar!\n", "PK\n"],
)
def test_texts_that_begin_like_binary_formats(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "app.log"
    path.write_text(text + _CALL, encoding="utf-8")
    assert main(["scan", str(path)]) == 0
    assert "DescribeCluster" in capsys.readouterr().out


def test_nul_bytes_around_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A log that was truncated while it was written can begin with NUL bytes."""
    path = tmp_path / "app.log"
    path.write_bytes(bytes(5000) + b"\n" + _CALL.encode())
    assert main(["scan", "--json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["principal"] == APP


def test_redact_rejects_nul_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Secrets in binary data would stay, so nothing is printed."""
    path = tmp_path / "app.log"
    path.write_bytes(b"\0" + _SECRET.encode())
    assert main(["redact", str(path)]) == 2
    assert capsys.readouterr() == ("", f"iamtriage: {path}: binary data (NUL bytes), not text\n")


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are those of Unix")
def test_who_types_a_command_alone_is_told_to_paste() -> None:
    """On a terminal, a command without FILE says what it waits for; in a pipe, it says nothing."""
    reader, terminal = os.openpty()
    command = [sys.executable, "-m", "iamtriage", "explain"]
    try:
        os.write(reader, f"{_CALL}\x04".encode())
        pasted = subprocess.run(
            command, stdin=terminal, capture_output=True, text=True, timeout=60, check=True
        )
    finally:
        os.close(reader)
        os.close(terminal)
    assert pasted.stderr == "iamtriage: paste the text, then press Ctrl-D\n"
    piped = subprocess.run(command, input=_CALL, capture_output=True, text=True, timeout=60, check=True)
    assert (piped.stdout, piped.stderr) == (pasted.stdout, "")
