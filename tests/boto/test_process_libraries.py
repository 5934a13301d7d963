"""install() without a target, with libraries that create their own clients: they import boto3 or aiobotocore later."""

from __future__ import annotations

from typing import Any

import pytest

from iamtriage.boto import call_facts, install, uninstall
from tests.boto.denials import notes
from tests.boto.wires import AwsLikeServer, s3

s3fs: Any = pytest.importorskip("s3fs", reason="s3fs is not installed: it pins another botocore")


def _with_notes(error: BaseException) -> list[BaseException]:
    """Return the exceptions of the chain that a traceback shows which have an explanation."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return [each for each in chain if notes(each)]


@pytest.mark.parametrize("library", ["s3fs", "pandas"])
def test_errors_are_explained(library: str, server: AwsLikeServer) -> None:
    """The traceback has one explanation, with the facts of the call that the library made."""
    server.reply = s3(403, "AccessDenied", "Access Denied")
    options = {"endpoint_url": server.url, "key": "AKIDEXAMPLE", "secret": "example-secret"}
    install()
    try:
        if library == "s3fs":
            with pytest.raises(PermissionError) as caught:
                s3fs.S3FileSystem(**options).cat("orders-archive/q1.csv")
        else:
            pandas: Any = pytest.importorskip("pandas", reason="pandas is not installed")
            with pytest.raises(PermissionError) as caught:
                pandas.read_csv("s3://orders-archive/q1.csv", storage_options=options)
    finally:
        uninstall()
    [explained] = _with_notes(caught.value)
    assert "403" in notes(explained)[0]
    facts = call_facts(caught.value)
    assert facts is not None
    assert facts.resource == "arn:aws:s3:::orders-archive/q1.csv"
