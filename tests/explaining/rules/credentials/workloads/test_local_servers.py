"""A server on the same host can serve credentials to a process, and it can be down."""

from __future__ import annotations

import pytest

from iamtriage import explain

_FAILED = 'botocore.exceptions.CredentialRetrievalError: Error when retrieving credentials from container-role: Error retrieving metadata: Received error when attempting to retrieve container metadata: Could not connect to the endpoint URL: "http://{}/"\n'


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (_FAILED.format("localhost:41237"), "Start the server again, or unset the variable"),
        (
            "[WARN] (Copier) com.example.Uploader: stderr. {scriptName=services.com.example.Uploader.lifecycle.Run}\n"
            + _FAILED.format("127.0.0.1:41237")
            + "/greengrass/v2/packages/artifacts/com.example.Uploader/1.0.0/upload.py\n",
            "Let Greengrass start its token exchange service for the component",
        ),
        (
            _FAILED.format("localhost:41237/2016-11-01/credentialprovider"),
            "Let Greengrass start its token exchange service for the component",
        ),
    ],
    ids=["any", "greengrass", "path of greengrass"],
)
def test_server_of_credentials_on_the_same_host(text: str, title: str) -> None:
    explanation = explain(text)
    assert explanation.topic == "credential-server-down"
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" in explanation.summary
    assert explanation.remedies[0].title == title


def test_task_endpoint_is_no_local_server() -> None:
    assert explain(_FAILED.format("169.254.170.2")).topic == "task-endpoint-unreachable"
