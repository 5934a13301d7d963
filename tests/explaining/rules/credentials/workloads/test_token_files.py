"""A job of GitLab that has its own before_script does not run the default one, which sets the credentials."""

from __future__ import annotations

import pytest

from iamtriage import explain

_NO_FILE = "[Errno 2] No such file or directory: '/tmp/aws_token'\nERROR: Job failed: exit code 255\n\nvariables:\n  AWS_WEB_IDENTITY_TOKEN_FILE: /tmp/aws_token\n"
_JOBS = "test:\n  script:\n    - aws sts get-caller-identity\ndeploy:\n  before_script:\n    - make\n  script:\n    - aws s3 ls\n"


@pytest.mark.parametrize(
    ("text", "line", "topic"),
    [
        (_NO_FILE.replace("directory: '/tmp/aws_token'", "directory: '/tmp/other'") + _JOBS, None, None),
    ],
    ids=["other-file"],
)  # fmt: skip
def test_before_script_of_a_job(text: str, line: str | None, topic: str | None) -> None:
    explanation = explain(text)
    assert explanation.topic == topic or topic is None
    manifests = [each.manifest for each in explanation.remedies]
    corrected = f"deploy:\n  before_script:\n    {line}\n    - make"
    assert (corrected in manifests) is (line is not None)
    assert (topic is None) is ("No AWS or Kubernetes access failure" in explanation.summary)
