"""AssumeRole returns credentials, which code and scripts have to pass on."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ROLE = "arn:aws:iam::444455556666:role/partner"
_DENIED = "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User: arn:aws:sts::111122223333:assumed-role/{}/x is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::data because no resource-based policy allows the s3:ListBucket action\n"
_PYTHON = 'response = sts.assume_role(RoleArn="{role}", RoleSessionName="x")\ns3 = boto3.client("s3"{rest})\n'
_SCRIPT = 'const r = await sts.send(new AssumeRoleCommand({{ RoleArn: "{role}", RoleSessionName: "x" }}));\nconst s3 = new S3Client({{ region: "eu-west-1"{rest} }});\n'
_SHELL = "$ aws sts assume-role --role-arn {role} --role-session-name x\n{rest}$ aws s3 ls s3://data\n"


@pytest.mark.parametrize(
    ("code", "rest", "used"),
    [
        (_SHELL, "", None),
    ],
)
def test_session_that_nothing_uses(code: str, rest: str, used: str | None) -> None:
    explanation = explain(_DENIED.format("job") + code.format(role=_ROLE, rest=rest))
    assert explanation.causes[0].code == "session-not-used"
    first = explanation.remedies[0]
    assert first.policy is None
    assert used in (first.manifest or "") if used else _ROLE in first.commands[0]


@check_rows(
    ("caller", "code", "rest"),
    [
        ("job", _PYTHON, ', aws_session_token=response["Credentials"]["SessionToken"]'),
        ("job", _PYTHON, ", **keys"),
        ("job", _SCRIPT, ", credentials"),
        ("job", _SHELL, "$ export AWS_SESSION_TOKEN=...\n"),
        ("partner", _PYTHON, ""),
        ("job", f"# {_PYTHON}", ""),
    ],
    ids=["token", "options", "credentials", "export", "caller", "comment"],
)
def test_session_that_is_used(caller: str, code: str, rest: str) -> None:
    explanation = explain(_DENIED.format(caller) + code.format(role=_ROLE, rest=rest))
    assert "session-not-used" not in {each.code for each in explanation.causes}


_S3A = "java.nio.file.AccessDeniedException: s3a://films/2026/: getFileStatus on s3a://films/2026/: com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: AG070SP0KABB0001; Proxy: null)\n"
_S3A_ROLE = "spark.hadoop.fs.s3a.assumed.role.arn arn:aws:iam::444455556666:role/reader\n"
_CALLED = '$ aws sts get-caller-identity --query Arn\n"arn:aws:sts::111122223333:assumed-role/jobs/s1"\n'
_PROVIDERS = "spark.hadoop.fs.s3a.aws.credentials.provider {}\n"


@check_rows(
    ("text", "manifest"),
    [
        (
            _S3A_ROLE + _PROVIDERS.format("com.example.Provider") + _S3A,
            "fs.s3a.assumed.role.credentials.provider com.example.Provider",
        ),
        (_S3A_ROLE + _S3A, None),
        (_S3A_ROLE + _S3A + _CALLED, "fs.s3a.aws.credentials.provider org.apache.hadoop.fs.s3a.auth.Assumed"),
        (
            f'"fs.s3a.bucket.films.assumed.role.arn": "arn:aws:iam::444455556666:role/reader"\n{_S3A}{_CALLED}',
            "fs.s3a.assumed.role.arn arn:aws:iam::444455556666:role/reader",
        ),
        (
            _S3A_ROLE
            + _PROVIDERS.format("org.apache.hadoop.fs.s3a.auth.AssumedRoleCredentialProvider")
            + _S3A,
            None,
        ),
        (_PROVIDERS.format("com.example.Provider") + _S3A, None),
    ],
    ids=[
        "another provider",
        "perhaps a provider",
        "default providers",
        "of a bucket",
        "the right provider",
        "no role",
    ],
)
def test_role_that_s3a_does_not_assume(text: str, manifest: str | None) -> None:
    explanation = explain(text)
    assert explanation is not None
    shown = explanation.remedies[0].manifest
    if manifest is None:
        assert shown is None
    else:
        assert manifest in (shown or "")
        assert "but not the provider that assumes it" in explanation.summary


_PROFILE = "$ export AWS_PROFILE=films-prod\n$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::{}:assumed-role/films/ana\n$ dbt run\nAn error occurred (AccessDeniedException) when calling the GetDatabase operation: User: arn:aws:sts::111122223333:assumed-role/films-dev/ana is not authorized to perform: glue:GetDatabase on resource: arn:aws:glue:eu-west-1:111122223333:catalog because no identity-based policy allows the glue:GetDatabase action\n"
_OTHER = _PROFILE.format("444455556666")


@check_rows(
    ("text", "is_cause"),
    [
        (f"{_OTHER}      aws_profile_name: films-dev\n", True),
        (f'{_OTHER}  profile = "films-dev"\n', True),
        (f"{_OTHER}      aws_profile_name: films-prod\n", False),
        (f"{_OTHER}      aws_profile_name: films-dev\n      aws_profile_name: films-test\n", False),
        (f"{_PROFILE.format('111122223333')}      aws_profile_name: films-dev\n", False),
        (f"{_OTHER}spring:\n  profile: films-dev\n", False),
        (_OTHER, False),
    ],
    ids=[
        "dbt",
        "Terraform",
        "the same profile",
        "two profiles",
        "the same account",
        "of another program",
        "no setting",
    ],
)
def test_profile_in_settings(text: str, *, is_cause: bool) -> None:
    explanation = explain(text)
    assert explanation is not None
    assert (explanation.causes[0].code == "pinned-profile") is is_cause
    assert ("in place of films-dev" in explanation.remedies[0].title) is is_cause
