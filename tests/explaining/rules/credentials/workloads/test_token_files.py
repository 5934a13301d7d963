"""A job of GitLab that has its own before_script does not run the default one, which sets the credentials."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_NO_FILE = "[Errno 2] No such file or directory: '/tmp/aws_token'\nERROR: Job failed: exit code 255\n\nvariables:\n  AWS_WEB_IDENTITY_TOKEN_FILE: /tmp/aws_token\n"
_NO_CREDENTIALS = (
    'gitlab: Unable to locate credentials. You can configure credentials by running "aws configure".\n'
)
_WRITE = '- echo "$TOKEN" > /tmp/aws_token'
_EXPORT = "- export AWS_ACCESS_KEY_ID=$(get-key)"
_DEFAULT = "default:\n  before_script:\n    {}\n"
_TOP = "before_script:\n  {}\n"
_JOBS = "test:\n  script:\n    - aws sts get-caller-identity\ndeploy:\n  before_script:\n    - make\n  script:\n    - aws s3 ls\n"


@check_rows(
    ("text", "line", "topic"),
    [
        (_NO_FILE + _DEFAULT.format(_WRITE) + _JOBS, _WRITE, "token-not-written"),
        (_NO_FILE + _TOP.format(_WRITE) + _JOBS, _WRITE, "token-not-written"),
        (_NO_CREDENTIALS + _DEFAULT.format(_EXPORT) + _JOBS, _EXPORT, "no-credentials"),
        (_NO_FILE + _DEFAULT.format(_WRITE) + _JOBS.replace("- make", "- !reference [.aws, before_script]"), None, "token-not-written"),
        (_NO_FILE + _DEFAULT.format(_WRITE) + _JOBS.replace("- make", f"{_WRITE}\n    - make"), None, "token-not-written"),
        (_NO_FILE.replace("directory: '/tmp/aws_token'", "directory: '/tmp/other'") + _JOBS, None, None),
    ],
    ids=["default", "top", "keys", "reference", "repeated", "other-file"],
)  # fmt: skip
def test_before_script_of_a_job(text: str, line: str | None, topic: str | None) -> None:
    explanation = explain(text)
    assert explanation.topic == topic or topic is None
    manifests = [each.manifest for each in explanation.remedies]
    corrected = f"deploy:\n  before_script:\n    {line}\n    - make"
    assert (corrected in manifests) is (line is not None)
    assert (topic is None) is ("No AWS or Kubernetes access failure" in explanation.summary)
