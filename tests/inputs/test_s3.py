"""Trees of CloudTrail log files in moto's S3, with throttling, broken connections and vanishing objects."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from iamtriage.cli import main
from iamtriage.inputs import Input, open_inputs, prefetch
from iamtriage.report import build_report
from tests.inputs.records import ACCOUNT, FAILED, SUCCEEDED, compact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

_BUCKET = "amzn-s3-demo-bucket"
_SCRATCH = "amzn-s3-demo-scratch"
_OTHER_ACCOUNT = "444455556666"
_DATA = gzip.compress(compact({"Records": [SUCCEEDED, FAILED]}).encode())
_DAYS = ("2026/10/31", "2026/11/01", "2026/11/26")
_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


class _Proxy:
    """moto's S3, which can throttle requests or cut responses.

    Attributes:
        throttled: For each part of a path, how many requests with it are throttled.
        cut: For each part of a path, how many responses are cut in the middle.
        vanished: Parts of paths of objects that no longer exist.
        paths: The path and query of each request.
    """

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self.reset()

    def reset(self) -> None:
        self.throttled: dict[str, int] = {}
        self.cut: dict[str, int] = {}
        self.vanished: tuple[str, ...] = ()
        self.paths: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        self.paths.append(path)
        if any(name in path for name in self.vanished):
            start_response("404 Not Found", [("Content-Type", "application/xml")])
            return [
                b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
            ]
        if self._take(self.throttled, path):
            start_response("503 Slow Down", [("Content-Type", "application/xml")])
            return [_SLOW_DOWN]
        response: Iterable[bytes] = self._app(environ, start_response)
        if not self._take(self.cut, path):
            return response
        body = b"".join(response)
        return [body[: len(body) // 2]]

    @staticmethod
    def _take(counts: dict[str, int], path: str) -> bool:
        for part, count in counts.items():
            if part in path and count:
                counts[part] = count - 1
                return True
        return False


@pytest.fixture(scope="module")
def proxy() -> Iterator[_Proxy]:
    """Run the server, and set the environment of botocore for it."""
    app = _Proxy()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name, value in {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{server.server_port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_MAX_ATTEMPTS": "2",
            "AWS_RETRY_MODE": "standard",
        }.items():
            patch.setenv(name, value)
        try:
            yield app
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture(scope="module")
def client(proxy: _Proxy) -> Any:  # noqa: ANN401 (boto3 has no types)
    """Create the bucket with an organization's trail, and return a client for changes."""
    del proxy
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=_BUCKET)
    s3.create_bucket(Bucket=_SCRATCH)
    for account in (ACCOUNT, _OTHER_ACCOUNT):
        root = f"logs/AWSLogs/o-exampleorg1/{account}"
        for region in ("us-east-1", "eu-central-1"):
            for day in _DAYS:
                s3.put_object(Bucket=_BUCKET, Key=f"{root}/CloudTrail/{region}/{day}/x.json.gz", Body=_DATA)
        s3.put_object(
            Bucket=_BUCKET, Key=f"{root}/CloudTrail-Digest/us-east-1/2026/11/26/x.json.gz", Body=b"x"
        )
    return s3


@pytest.fixture(autouse=True)
def _quiet_server(proxy: _Proxy, client: Any) -> None:  # noqa: ANN401 (boto3 has no types)
    del client
    proxy.reset()


def _read(sources: Iterable[Input]) -> list[tuple[str, int]]:
    """Read inputs, and return the end of the name and the number of records of each."""
    found = []
    for source in sources:
        if source.skipped is None:
            assert len(list(source.denials())) == 1
            assert source.problem is None
            found.append((source.name, source.records))
    return found


@pytest.mark.parametrize(
    "prefix", ["", "/", "/logs/", "/logs/AWSLogs", "/lo", "/logs/AWSLogs/o-exampleorg1/"]
)
def test_a_trail(prefix: str) -> None:
    found = list(open_inputs([f"s3://{_BUCKET}{prefix}"]))
    assert [records for _, records in _read(found)] == [2] * 12
    skipped = [each for each in found if each.skipped]
    assert [each.name for each in skipped] == [
        f"s3://{_BUCKET}/logs/AWSLogs/o-exampleorg1/{account}/CloudTrail-Digest"
        for account in (ACCOUNT, _OTHER_ACCOUNT)
    ]
    assert {each.problem for each in skipped} == {None}


def test_an_object_states_its_size_and_version(client: Any) -> None:  # noqa: ANN401
    client.put_object(Bucket=_SCRATCH, Key="one/app.log", Body=b"ready\n")
    client.put_object(Bucket=_SCRATCH, Key="one/app.log.1", Body=b"ready\n")
    client.put_object(Bucket=_SCRATCH, Key="one/", Body=b"")
    url = f"s3://{_SCRATCH}/one/app.log"
    [source] = open_inputs([url, url])
    head = client.head_object(Bucket=_SCRATCH, Key="one/app.log")
    assert (source.name, source.size, source.version) == (url, 6, head["ETag"].strip('"'))
    assert source.text() == "ready\n"
    assert [each.name for each in open_inputs([f"s3://{_SCRATCH}/one/"])] == [url, f"{url}.1"]


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"since": "2026-11-01"}, 8),
        ({"since": "2026-11-20"}, 4),
        ({"until": "2026-11-01"}, 8),
        ({"accounts": [ACCOUNT]}, 6),
        ({"regions": ["eu-central-1"], "accounts": [ACCOUNT], "since": "2026-11-20"}, 1),
    ],
)
@pytest.mark.parametrize("prefix", ["", "logs/AWSLogs/o-exampleorg1/"])
def test_what_is_not_selected_is_neither_listed_nor_fetched(
    options: dict[str, Any], count: int, prefix: str, proxy: _Proxy
) -> None:
    found = list(open_inputs([f"s3://{_BUCKET}/{prefix}"], **options))
    assert len([each for each in found if each.skipped is None]) == count
    listed = [path for path in proxy.paths if "list-type" in path]
    assert len(listed) == len(proxy.paths)
    for path in listed:
        assert "Digest" not in path
        if "accounts" in options:
            assert _OTHER_ACCOUNT not in path
        if "since" in options and options["since"] > "2026-11-19":
            assert "%2F10%2F" not in path
            assert "%2F01%2F" not in path
    if "regions" in options:
        assert len(listed) < 12


def test_no_selection_needs_few_requests(proxy: _Proxy) -> None:
    assert len(list(open_inputs([f"s3://{_BUCKET}/logs/"]))) == 14
    assert len(proxy.paths) <= 8


def test_many_folders_are_listed_at_once(client: Any, proxy: _Proxy) -> None:  # noqa: ANN401
    for number in range(60):
        client.put_object(Bucket=_SCRATCH, Key=f"many/parts/{number}/app.log", Body=b"ready\n")
    client.put_object(Bucket=_SCRATCH, Key="many/parts/top.log", Body=b"ready\n")
    proxy.reset()
    names = [each.name for each in open_inputs([f"s3://{_SCRATCH}/many/"])]
    assert len(names) == len(set(names)) == 61
    assert len(proxy.paths) <= 4


def test_a_pattern(client: Any) -> None:  # noqa: ANN401
    for name in ("a.log", "b.txt", "deep/c.log"):
        client.put_object(Bucket=_SCRATCH, Key=f"glob/{name}", Body=b"ready\n")
    found = [each.name.rpartition("/")[2] for each in open_inputs([f"s3://{_SCRATCH}/glob/*.log"])]
    assert found == ["a.log", "c.log"]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (f"s3://{_BUCKET}/missing/", "no object matches this URL"),
        (f"s3://{_SCRATCH}/glob/*.json", "no object matches this URL"),
        ("s3://amzn-s3-demo-missing/", "the bucket does not exist (NoSuchBucket)"),
    ],
)
def test_urls_without_objects(url: str, problem: str) -> None:
    [source] = open_inputs([url])
    assert (source.name, source.problem, source.skipped) == (url, problem, problem)


def test_nothing_selected_is_not_a_problem() -> None:
    found = list(open_inputs([f"s3://{_BUCKET}/logs/AWSLogs/"], since="2027-01-01"))
    assert [each.skipped is None or each.problem for each in found] == [None, None]


@pytest.mark.unmeasured
def test_throttling_is_retried_as_botocore_does(proxy: _Proxy) -> None:
    proxy.throttled = {"2026/11/26": 1, "list-type": 1}
    assert len(_read(open_inputs([f"s3://{_BUCKET}/logs/"]))) == 12
    assert proxy.throttled == {"2026/11/26": 0, "list-type": 0}


def test_throttling_that_does_not_end_is_named(proxy: _Proxy) -> None:
    [*_, last] = [each for each in open_inputs([f"s3://{_BUCKET}/logs/"]) if each.skipped is None]
    proxy.throttled = {"x.json.gz": 100}
    assert list(last.denials()) == []
    assert last.problem == "S3 throttled the request (SlowDown) in each of 2 attempts"
    proxy.throttled = {"list-type": 100}
    [source] = open_inputs([f"s3://{_BUCKET}/logs/"])
    assert source.problem == "S3 throttled the request (SlowDown) in each of 2 attempts"


@pytest.mark.parametrize("wrap", [lambda sources: sources, prefetch])
def test_objects_that_vanish_or_change(
    wrap: Callable[[Iterable[Input]], Iterable[Input]],
    client: Any,  # noqa: ANN401
) -> None:
    for name in ("a", "b", "c"):
        client.put_object(Bucket=_SCRATCH, Key=f"volatile/{name}.json.gz", Body=_DATA)
    found = list(open_inputs([f"s3://{_SCRATCH}/volatile/"]))
    client.delete_object(Bucket=_SCRATCH, Key="volatile/a.json.gz")
    client.put_object(Bucket=_SCRATCH, Key="volatile/b.json.gz", Body=b"other")
    for source in wrap(found):
        list(source.denials())
    assert [each.problem for each in found] == [
        "the object no longer exists (NoSuchKey)",
        "the object has changed since it was listed (PreconditionFailed)",
        None,
    ]


def test_a_connection_that_breaks_off_is_resumed(client: Any, proxy: _Proxy) -> None:  # noqa: ANN401
    data = os.urandom(3_000_000).hex().encode() + b"\n"
    client.put_object(Bucket=_SCRATCH, Key="large/app.log", Body=data)
    [source] = open_inputs([f"s3://{_SCRATCH}/large/"])
    proxy.cut = {"large/app.log": 2}
    assert source.text().encode() == data
    assert source.problem is None
    proxy.cut = {"large/app.log": 100}
    source.text()
    assert source.problem is not None


def test_objects_are_fetched_ahead(proxy: _Proxy) -> None:
    found = prefetch(open_inputs([f"s3://{_BUCKET}/logs/"]))
    first = next(found)
    assert len(_read([first, *found])) == 12
    gets = [path for path in proxy.paths if "x.json.gz" in path]
    assert len(gets) == len(set(gets)) == 12


def test_what_was_fetched_can_be_read_again() -> None:
    for source in prefetch(open_inputs([f"s3://{_BUCKET}/logs/"])):
        if source.skipped is None:
            copy = pickle.loads(pickle.dumps(source))
            assert list(source.denials()) == list(source.denials()) == list(copy.denials()) == [FAILED]


def test_local_inputs_are_not_delayed(tmp_path: Any) -> None:  # noqa: ANN401
    (tmp_path / "a.log").write_text("ready\n")

    def find() -> Iterator[Input]:
        yield from open_inputs([tmp_path])
        pytest.fail("read ahead")

    assert next(prefetch(find())).name.endswith("a.log")


@pytest.mark.unmeasured
@pytest.mark.parametrize("new_session", [boto3.Session, botocore.session.get_session])
def test_the_session_is_used(new_session: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    url = f"s3://{_BUCKET}/logs/"
    [source] = open_inputs([url])
    assert source.problem == "Unable to locate credentials"
    session = new_session()
    getattr(session, "_session", session).set_credentials("AKIAIOSFODNN7EXAMPLE", "example")
    assert len(_read(open_inputs([url], session=session))) == 12


def test_a_session_of_another_type() -> None:
    with pytest.raises(TypeError, match="session must be a boto3 or botocore session, not str"):
        open_inputs([f"s3://{_BUCKET}/"], session="default")


def test_a_report_of_a_trail(client: Any, proxy: _Proxy, tmp_path: Path) -> None:  # noqa: ANN401
    """Processes fetch the objects. Throttling is retried, a vanished object is named, and only new ones are read."""
    for number in range(12):
        record = FAILED | {"eventID": f"{number:032x}"}
        body = gzip.compress(compact({"Records": [SUCCEEDED, record]}).encode())
        client.put_object(Bucket=_SCRATCH, Key=f"report/{number:02d}.json.gz", Body=body)
    proxy.throttled = {"report/03.json.gz": 1}
    proxy.vanished = ("report/07.json.gz",)
    url, store = f"s3://{_SCRATCH}/report/", tmp_path / "denials.duckdb"
    with build_report([url], store=store, workers=2) as report:
        assert report.totals["denials"] == 11
        [unread] = report.inputs(only_problems=True)
        assert unread["name"] == f"{url}07.json.gz"
        assert "no longer exists" in unread["reason"]
    proxy.reset()
    with build_report([url], store=store, workers=2) as report:
        assert report.totals["denials"] == 12
        assert report.inputs(only_problems=True) == []
    assert {path.partition("?")[0] for path in proxy.paths if ".json.gz" in path} == {
        f"/{_SCRATCH}/report/07.json.gz"
    }


def test_no_credentials_are_pickled() -> None:
    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "very-secret", "token", region_name="eu-west-1")
    source = next(
        each for each in open_inputs([f"s3://{_BUCKET}/logs/"], session=session) if not each.skipped
    )
    data = pickle.dumps(source)
    assert b"very-secret" not in data
    assert b"AKIA" not in data
    assert b"eu-west-1" in data


def _count(source: Input) -> int:
    return len(list(source.denials()))


def test_other_processes_read_objects() -> None:
    sources = [
        each for each in open_inputs([f"s3://{_BUCKET}/logs/"], since="2026-11-20") if each.skipped is None
    ]
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert list(pool.map(_count, sources)) == [1, 1, 1, 1]


def test_scan_reads_a_bucket(client: Any, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401
    client.put_object(Bucket=_SCRATCH, Key="cli/a.json.gz", Body=_DATA)
    client.put_object(Bucket=_SCRATCH, Key="cli/b.json.gz", Body=_DATA[:-4])
    assert main(["scan", "--json", f"s3://{_SCRATCH}/cli/"]) == 2
    out, err = capsys.readouterr()
    assert [json.loads(line)["action"] for line in out.splitlines()] == ["s3:GetObject"] * 2
    assert err == f"iamtriage: s3://{_SCRATCH}/cli/b.json.gz: truncated gzip data\n"
    assert main(["scan", "--since", "2027-01-01", f"s3://{_BUCKET}/logs/"]) == 1
    assert "no file can contain events" in capsys.readouterr().err
