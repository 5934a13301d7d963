"""install() without a target: every client of the process, and programs that run under iamtriage.boto."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, NoCredentialsError, WaiterError
from botocore.waiter import Waiter

from iamtriage.boto import install, installed, uninstall, warm_up
from tests.boto.denials import notes
from tests.boto.wires import Reply, s3

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.boto.conftest import Clients
    from tests.boto.wires import AwsLikeServer

CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, s3={"addressing_style": "path"})
DENIED = s3(403, "AccessDenied", "Access Denied")
KEY: dict[str, Any] = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "example-secret"}


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = vars(BaseClient).copy(), vars(Waiter).copy()
    yield
    uninstall()
    assert (vars(BaseClient).copy(), vars(Waiter).copy()) == before


@pytest.fixture
def existing(server: AwsLikeServer, clients: Clients) -> Any:  # noqa: ANN401 (boto3 has no types)
    """A client that was created before the test installs anything. S3 denies its calls."""
    server.reply = DENIED
    return clients("s3", server.url)


def deny(client: Any) -> list[str]:  # noqa: ANN401 (boto3 has no types)
    """Return the notes of a denied call."""
    with pytest.raises(ClientError) as caught:
        client.get_object(Bucket="orders-archive", Key="q1.csv")
    return notes(caught.value)


def test_clients_that_exist_and_clients_of_any_session(existing: Any, server: AwsLikeServer) -> None:  # noqa: ANN401
    install()
    assert len(deny(existing)) == 1
    for make in (boto3.client, boto3.Session().client, botocore.session.Session().create_client):
        client = make("s3", region_name="eu-west-1", endpoint_url=server.url, config=CONFIG, **KEY)
        assert len(deny(client)) == 1
        client.close()
    uninstall()
    assert deny(existing) == []


def test_what_is_not_a_plain_call(existing: Any, server: AwsLikeServer, tmp_path: Path) -> None:  # noqa: ANN401
    """Transfers, paginators, waiters, resources and presigned URLs; the note is on the outermost exception."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"x")
    install()
    with pytest.raises(S3UploadFailedError) as upload:
        existing.upload_file(str(path), "orders-archive", "x.csv")
    assert len(notes(upload.value)) == 1
    with pytest.raises(ClientError) as page:
        existing.get_paginator("list_objects_v2").paginate(Bucket="orders-archive").build_full_result()
    assert len(notes(page.value)) == 1
    with pytest.raises(WaiterError) as waiting:
        existing.get_waiter("object_exists").wait(Bucket="orders-archive", Key="k")
    assert len(notes(waiting.value)) == 1
    resources: Any = boto3.resource("s3", "eu-west-1", endpoint_url=server.url, config=CONFIG, **KEY)
    with pytest.raises(ClientError) as listed:
        list(resources.Bucket("orders-archive").objects.all())
    assert len(notes(listed.value)) == 1
    resources.meta.client.close()
    bare = botocore.session.Session().create_client("s3", region_name="eu-west-1", config=CONFIG)
    with pytest.raises(NoCredentialsError) as unsigned:
        bare.generate_presigned_url("get_object", Params={"Bucket": "orders-archive", "Key": "k"})
    assert len(notes(unsigned.value)) == 1
    bare.close()


def test_polled_errors_of_a_waiter_notify_nobody(existing: Any, server: AwsLikeServer) -> None:  # noqa: ANN401
    """A waiter expects the errors that it polls; only the one that it raises is the program's."""
    server.reply = Reply(404)
    calls: list[BaseException] = []
    install(kinds=["aws_error", "access_denied"], callback=lambda _, error: calls.append(error))
    existing.get_waiter("object_not_exists").wait(Bucket="orders-archive", Key="k")
    assert calls == []


def test_options_are_replaced_and_sessions_add_nothing(server: AwsLikeServer) -> None:
    """Installing is idempotent. A session that is installed as well writes no second note."""
    server.reply = DENIED
    calls: list[str] = []
    install(callback=lambda *_: calls.append("first"))
    install(callback=lambda *_: calls.append("second"))
    session = boto3.Session()
    install(session, callback=lambda *_: calls.append("session"))
    client = session.client("s3", region_name="eu-west-1", endpoint_url=server.url, config=CONFIG, **KEY)
    assert len(deny(client)) == 1
    assert sorted(calls) == ["second", "session"]
    uninstall()
    assert len(deny(client)) == 1
    uninstall(session)
    assert deny(client) == []
    client.close()


def test_a_block_restores_what_was_installed(existing: Any) -> None:  # noqa: ANN401
    calls: list[str] = []
    with installed(callback=lambda *_: calls.append("outer")):
        with installed(callback=lambda *_: calls.append("inner")):
            deny(existing)
        deny(existing)
    assert deny(existing) == []
    assert calls == ["inner", "outer"]


def test_methods_that_other_code_has_wrapped_since_stay(existing: Any) -> None:  # noqa: ANN401
    """uninstall does not undo the patch of another library; our part of it does nothing any more."""
    install()
    ours = vars(BaseClient)["_make_api_call"]
    calls: list[str] = []

    def theirs(self: Any, operation_name: str, api_params: Any) -> Any:  # noqa: ANN401
        calls.append(operation_name)
        return ours(self, operation_name, api_params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", theirs)
        uninstall()
        assert vars(BaseClient)["_make_api_call"] is theirs
        assert deny(existing) == []
    assert calls == ["GetObject"]
    uninstall()


def _run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=settings | {"AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "eu-west-1"} | environment,
        timeout=120,
    )


_PROGRAM = """
import sys
import helper

print(sys.argv[1:], helper.NAME, __name__)
import boto3

boto3.client("s3", endpoint_url=sys.argv[1]).upload_file(__file__, "orders-archive", "app.py")
"""


def test_programs_that_import_boto3_later(server: AwsLikeServer, tmp_path: Path) -> None:
    """``python -m iamtriage.boto`` runs a file or a module with its arguments; its traceback is explained."""
    server.reply = DENIED
    (tmp_path / "app.py").write_text(_PROGRAM, encoding="utf-8")
    (tmp_path / "helper.py").write_text("NAME = 'next to it'\n", encoding="utf-8")
    environment = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s"}
    for program in (["app.py"], ["-m", "app"]):
        done = _run("-m", "iamtriage.boto", *program, server.url, "--full", cwd=tmp_path, **environment)
        assert done.stdout == f"['{server.url}', '--full'] next to it __main__\n"
        assert done.stderr.count("iamtriage explains: ") == 1
        assert "S3UploadFailedError" in done.stderr
        assert done.returncode == 1


def test_exit_statuses_of_programs(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit(7)", encoding="utf-8")
    assert _run("-m", "iamtriage.boto", "app.py", cwd=tmp_path).returncode == 7
    assert "No such file" in _run("-m", "iamtriage.boto", "missing.py", cwd=tmp_path).stderr
    assert _run("-m", "iamtriage.boto", cwd=tmp_path).returncode == 2


_WARM = """
import sys
from botocore.exceptions import ClientError
from iamtriage.boto import explain_errors, warm_up

warm_up()
before = set(sys.modules)
try:
    with explain_errors():
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "PutObject")
except ClientError as error:
    assert error.__notes__
print(sorted(name for name in set(sys.modules) - before if name.startswith("iamtriage")))
"""


def test_nothing_is_left_to_load_after_warming_up(tmp_path: Path) -> None:
    warm_up()
    assert _run("-c", _WARM, cwd=tmp_path).stdout == "[]\n"
