"""Check how an expired session from role chaining is explained."""

import pytest

from iamtriage import explain
from iamtriage.explaining import Explanation

ASSUME = "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/batch/backup --role-session-name x"
EXPIRED = (
    "An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired."
)


def explain_run(session: str, assume: str = ASSUME, times: tuple[str, ...] = ("", "", "")) -> Explanation:
    lines = [
        f"caller: arn:aws:sts::111122223333:assumed-role/{session}",
        f"+ eval $({assume} | to-env)",
        EXPIRED,
    ]
    return explain("\n".join(f"{at} {line}".strip() for at, line in zip(times, lines, strict=True)))


@pytest.mark.parametrize(
    ("session", "setting"),
    [
        ("runner/i-0abc12de34f567890", "credential_source Ec2InstanceMetadata"),
        ("runner/0123456789abcdef0123456789abcdef", "credential_source EcsContainer"),
        ("ci/build-81", "source_profile SOURCE_PROFILE"),
    ],
)
def test_profile_gets_the_credentials_of_the_first_role(session: str, setting: str) -> None:
    explanation = explain_run(session)
    assert "role-chaining" in [each.code for each in explanation.causes if each.evidence == "derived"]
    assert explanation.remedies[0].commands[:2] == (
        "aws configure set role_arn arn:aws:iam::444455556666:role/batch/backup --profile backup",
        f"aws configure set {setting} --profile backup",
    )


def test_times_of_the_log_are_in_the_verdict() -> None:
    summary = explain_run("ci/build-81", times=("22:00:01", "22:00:04", "23:00:17")).summary
    assert "at 22:00:04" in summary
    assert "at 23:00:17" in summary
    assert " at " not in explain_run("ci/build-81").summary


@pytest.mark.parametrize(
    ("session", "assume"),
    [
        # The session is already that of the assumed role.
        ("backup/x", ASSUME),
        # A profile has other credentials than the session before.
        ("ci/build-81", f"{ASSUME} --profile ops"),
        ("ci/build-81", f"{ASSUME} --duration-seconds 900"),
    ],
)
def test_other_sessions_are_not_from_role_chaining(session: str, assume: str) -> None:
    explanation = explain_run(session, assume)
    assert "role-chaining" not in [each.code for each in explanation.causes if each.evidence == "derived"]


def test_ci_job_calls_with_the_role_that_it_assumed() -> None:
    assert "GitLab" not in str(explain_run("gitlab-runner/i-0abc12de34f567890"))
