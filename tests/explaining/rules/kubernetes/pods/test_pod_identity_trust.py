"""The role of a Pod Identity association: its trust policy can stand in another part of the text than the error."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "[1c0f9a52-0b1c-4d2e-8f3a-4b5c6d7e8f90]: (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client"
_PYTHON = f"$ kubectl logs -n post deploy/mailer\n2026-10-03 10:00:00,123 INFO started\nbotocore.exceptions.CredentialRetrievalError: Error when retrieving credentials from container-role: Error retrieving metadata: Received non 200 response 400 from container metadata: {_DENIED}\n"
_GO = f'$ kubectl logs -n post deploy/mailer\ntime="2026-10-03T10:00:00Z" level=error msg="get credentials: failed to refresh cached credentials, failed to load credentials, : {_DENIED}"\n'
_ROLE = "\n$ aws iam get-role --role-name mailer --query Role.AssumeRolePolicyDocument\n"
_TRUST = '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {}, "Action": {}}}]}}\n'
_PODS = '{"Service": "pods.eks.amazonaws.com"}'
_OIDC = '{"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"}'


@check_rows(
    ("log", "trust", "verdict"),
    [
        (
            _PYTHON,
            _TRUST.format(_PODS, '"sts:AssumeRole"'),
            "role mailer: its trust policy allows pods.eks.amazonaws.com only sts:AssumeRole, not sts:TagSession",
        ),
        (
            _GO,
            _TRUST.format(_PODS, '"sts:AssumeRole"'),
            "role mailer: its trust policy allows pods.eks.amazonaws.com only sts:AssumeRole, not sts:TagSession",
        ),
        (
            _PYTHON,
            _TRUST.format(_OIDC, '"sts:AssumeRoleWithWebIdentity"'),
            "role mailer: its trust policy names a cluster's OIDC provider (IRSA), not pods.eks.amazonaws.com",
        ),
        (
            _PYTHON,
            _TRUST.format(_PODS, '["sts:AssumeRole", "sts:TagSession"]'),
            "role mailer: the supplied trust policy allows it",
        ),
    ],
)
def test_trust_policy_below_the_log(log: str, trust: str, verdict: str) -> None:
    explanation = explain(f"{log}{_ROLE}{trust}")
    assert verdict in explanation.summary
    # What wraps the denial is no other failure.
    assert not explanation.other_failures
    assert any("its calls were not sent" in each for each in explanation.notes)
    assert all("--role-name mailer" in each for each in explanation.remedies[0].commands)


@check_rows(
    ("frame", "note"),
    [
        ('  File "/app/post.py", line 3, in send\n    ses.send_email(Source=FROM)\n', "its call SendEmail was not sent"),
        ("", "its calls were not sent"),
    ],
)  # fmt: skip
def test_call_that_was_not_sent(frame: str, note: str) -> None:
    text = _PYTHON.replace("botocore.", f"Traceback (most recent call last):\n{frame}botocore.")
    assert note in " ".join(explain(text).notes)


def test_another_error_of_the_credentials_is_told() -> None:
    """Only the message that has the denial repeats it."""
    other = "2026-10-03 11:00:00,123 ERROR report: Unable to locate credentials\n"
    assert len(explain(f"{_PYTHON}{other}").other_failures) == 1
