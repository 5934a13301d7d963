"""Errors that are fixed, and policies that were removed, are not what explains the call that fails now."""

from __future__ import annotations

from iamtriage import explain, parse
from tests.tables import check_rows

_NO_LIST = "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User: arn:aws:iam::111122223333:user/mara is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::octo-site because no identity-based policy allows the s3:ListBucket action"
_NO_PUT = "AccessDenied: User: arn:aws:iam::111122223333:user/mara is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::octo-site/a because no identity-based policy allows the s3:PutObject action"
_EXPIRED = "An error occurred (ExpiredToken) when calling the ListObjectsV2 operation: The provided token has expired."
_NO_PODS = 'pods is forbidden: User "system:serviceaccount:ci:octo" cannot list resource "pods" in API group "" in the namespace "web"'
_NO_SECRETS = 'Error from server (Forbidden): secrets is forbidden: User "system:serviceaccount:ci:octo" cannot create resource "secrets" in API group "" in the namespace "web"'


@check_rows(
    ("text", "explained", "others"),
    [
        (f'{_NO_PUT}\n\nLast week we fixed "{_NO_LIST}" by adding the action.', "s3:PutObject", 0),
        (
            f"Before that we had\n\n{_EXPIRED}\n\nwhich is gone now. What we get:\n{_NO_LIST}",
            "s3:ListBucket",
            0,
        ),
        (
            f"The earlier error ({_NO_PODS}) went away after we added the binding. Now:\n{_NO_SECRETS}",
            "create secrets",
            0,
        ),
        (f"First we got {_NO_LIST}. After the change it now says:\n\n{_EXPIRED}", "have expired", 0),
        (f"We get this now: {_EXPIRED}\nThe previous error was: {_NO_LIST}", "have expired", 0),
        # Near misses: what is fixed is not the error, it came back, or both are of the same run.
        (f"We fixed the policy and now get {_NO_LIST}\n{_EXPIRED}", "s3:ListBucket", 1),
        (f"{_EXPIRED} It went away for an hour and then came back.\n{_NO_LIST}", "s3:ListBucket", 1),
        (f"We tried to fix this: {_NO_LIST}\nThe next call: {_EXPIRED}", "s3:ListBucket", 1),
        (f"First it said in the log: {_NO_LIST}\nNow it says: {_EXPIRED}", "s3:ListBucket", 1),
        (f"Last week we fixed {_NO_LIST}. What did it mean?", "s3:ListBucket", 0),
        (f"Please get this fixed:\n{_NO_LIST}\n\nAnother one:\n{_EXPIRED}", "s3:ListBucket", 1),
        (f"Has anyone fixed the error '{_NO_LIST}'?\nThen: {_EXPIRED}", "s3:ListBucket", 1),
        (f"Have we fixed '{_NO_LIST}'?\nThen: {_EXPIRED}", "s3:ListBucket", 1),
        (f"The host name resolved, {_NO_LIST}\nThen: {_EXPIRED}", "s3:ListBucket", 1),
        (
            f"{_NO_LIST}\n\nIt is fixed in version 2 of the tool, but we have 1. Then {_EXPIRED}",
            "s3:ListBucket",
            1,
        ),
        (f"{_NO_LIST}. This is resolved by adding a policy.\n{_EXPIRED}", "s3:ListBucket", 1),
        (f"{_NO_LIST}. That is gone when I use the other role.\n{_EXPIRED}", "s3:ListBucket", 1),
        (f"Not yet solved: {_NO_LIST}\nSolved: {_EXPIRED}", "s3:ListBucket", 1),
        (
            f"The first run says {_NO_LIST}\n\nIf we now run it as root it says {_EXPIRED}",
            "s3:ListBucket",
            1,
        ),
    ],
)
def test_errors_that_are_fixed_are_not_explained(text: str, explained: str, others: int) -> None:
    explanation = explain(text)
    assert explained in explanation.summary
    assert len(explanation.other_failures) == others
    assert explanation.failure is not None
    assert explanation.failure.text == text


_DENY = '{"Version": "2012-10-17", "Statement": [{"Sid": "OnlyWeb", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::octo-site/*", "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/web"}}}]}'
_DENIED = "User: arn:aws:sts::111122223333:assumed-role/app/s is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::octo-site/a with an explicit deny in a resource-based policy"


@check_rows(
    ("text", "is_in_force"),
    [
        (f"{_DENIED}\nWe had this bucket policy, but we removed it yesterday:\n{_DENY}", False),
        (f"{_DENIED}\n{_DENY}\nThis policy was deleted on Friday.", False),
        (f"{_DENIED}\nThe old bucket policy, which a colleague has removed:\n{_DENY}", False),
        (f"{_DENIED}\nThe removed bucket policy:\n{_DENY}", False),
        (f"{_DENIED}\nIt had this bucket policy, which we have removed since:\n{_DENY}", False),
        (f"{_DENIED}\nWe removed a statement from the bucket policy. It is now:\n{_DENY}", True),
        (f"{_DENIED}\nShould we have removed this?\n{_DENY}", True),
        (f"{_DENIED}\nThe admin removed this line from it, and the policy looks like this:\n{_DENY}", True),
        (f"{_DENIED}\nI dropped this into the bucket:\n{_DENY}", True),
        (f"{_DENIED}\nTerraform removed this and created that:\n{_DENY}", True),
        (f"{_DENIED}\nThis policy was attached, and a condition was removed from it:\n{_DENY}", True),
        (f"{_DENIED}\nObjects were deleted (removed by hand):\n{_DENY}", True),
        (f"{_DENIED}\n{_DENY}\nWe removed it from the bucket of the dev account only.", True),
        (f"{_DENIED}\n{_DENY}\nWe removed the other policy.", True),
        (f"{_DENIED}\nIt does not help that I removed it, as a colleague put it back:\n{_DENY}", True),
    ],
)
def test_removed_policies_decide_nothing(text: str, *, is_in_force: bool) -> None:
    assert ("stated-policy-denies" in {cause.code for cause in explain(text).causes}) is is_in_force


@check_rows(
    ("said", "is_held"),
    [
        ("My user has AdministratorAccess.", True),
        ("My user has AdministratorAccess no more, it was detached last week.", False),
        ("My user no longer has AdministratorAccess.", False),
        ("Somebody removed AdministratorAccess from my user.", False),
        ("My user has AdministratorAccess. We removed it for a test and put it back.", True),
        ("My user has AdministratorAccess, it was never removed.", True),
    ],
)
def test_managed_policies_that_were_removed(said: str, *, is_held: bool) -> None:
    text = f"{said}\naws s3 cp s3://octo-site/a .\nAn error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    assert ("AdministratorAccess allows it" in explain(text).summary) is is_held


def test_parse_reads_past_errors() -> None:
    failure = parse(f"Last week we fixed {_NO_LIST}.")
    assert failure is not None
    assert failure.kind == "access_denied"


_IDENTITY = "because no identity-based policy allows the sqs:CreateQueue action"
_SCP = "with an explicit deny in a service control policy: arn:aws:organizations::444455556666:policy/o-a1b2c3d4e5/service_control_policy/p-0a1b2c3d"


def _queue_denial(reason: str, queue: str = "mail", session: str = "run-1") -> str:
    return f"User: arn:aws:sts::111122223333:assumed-role/build/{session} is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:{queue} {reason}"


@check_rows(
    ("first", "between", "last", "is_past"),
    [
        (f"09:14 ci: {_queue_denial(_IDENTITY)}", "09:20 ana: granted sqs:CreateQueue", f"09:21 ci: {_queue_denial(_SCP, session='run-2')}", True),
        (f"[2026-03-01 09:14:02] {_queue_denial(_IDENTITY)}", "[2026-03-01 09:20:00] updated the policy", f"[2026-03-01 09:21:44] {_queue_denial(_SCP)}", True),
        # Nothing was changed, or not yet, or what was changed is the limit.
        (f"09:14 ci: {_queue_denial(_IDENTITY)}", "09:20 ana: hm", f"09:21 ci: {_queue_denial(_SCP)}", False),
        (f"09:14 ci: {_queue_denial(_IDENTITY)}", "09:20 ana: should be granted tomorrow", f"09:21 ci: {_queue_denial(_SCP)}", False),
        (f"09:14 ci: {_queue_denial(_IDENTITY)}", "09:20 ana: security attached an SCP", f"09:21 ci: {_queue_denial(_SCP)}", False),
        # Without times, in another order, or of other calls.
        (_queue_denial(_IDENTITY), "ana: granted sqs:CreateQueue", _queue_denial(_SCP), False),
        (f"09:21 ci: {_queue_denial(_IDENTITY)}", "09:20 ana: granted sqs:CreateQueue", f"09:14 ci: {_queue_denial(_SCP)}", False),
        (f"09:14 ci: {_queue_denial(_IDENTITY)}", "09:20 ana: granted sqs:CreateQueue", f"09:21 ci: {_queue_denial(_SCP, 'news')}", False),
    ],
)  # fmt: skip
def test_last_denial_of_a_call_decides(first: str, between: str, last: str, *, is_past: bool) -> None:
    explanation = explain(f"{first}\n{between}\n{last}")
    assert ("most likely took effect" in explanation.summary) is is_past
    assert ("The text has 2" in explanation.summary or "Also" in str(explanation)) is not is_past
    if is_past:
        assert "the service control policy p-0a1b2c3d explicitly denies it" in explanation.summary
        assert not any(each.policy for each in explanation.remedies)
