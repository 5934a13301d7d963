"""Another profile that succeeds, or another caller than the denied one, is contrasted with the denial."""

from __future__ import annotations

import json

from iamtriage import explain
from tests.tables import check_rows

_USER = "arn:aws:iam::111122223333:user/ana"
_ROLE = "arn:aws:sts::111122223333:assumed-role/mailer/7f3a"
_QUEUE = "https://sqs.eu-west-1.amazonaws.com/111122223333/mails"


def _denied(
    caller: str = _USER, reason: str = "because no identity-based policy allows the sqs:PurgeQueue action"
) -> str:
    return f"An error occurred (AccessDenied) when calling the PurgeQueue operation: User: {caller} is not authorized to perform: sqs:PurgeQueue on resource: arn:aws:sqs:eu-west-1:111122223333:mails {reason}\n"


_CALL = f"$ aws sqs purge-queue --queue-url {_QUEUE}"
_OTHER = " With the profile ops, the same command succeeds."


@check_rows(
    ("text", "is_there"),
    [
        (f"{_CALL}\n{_denied()}{_CALL} --profile ops\n{{}}\n", True),
        (f"{_CALL} --profile dev\n{_denied(_ROLE)}{_CALL} --profile ops\n{{}}\n", True),
        (f"{_CALL} --profile ops\n{_denied()}{_CALL} --profile ops\n{{}}\n", False),
        (f"{_CALL}\n{_denied()}{_CALL.replace('purge-queue', 'receive-message')} --profile ops\n{{}}\n", False),
        (f"{_CALL}\n{_denied()}{_CALL} --profile ops\n{_denied()}", False),
        (f"{_CALL}\n{_denied(reason='with an explicit deny in a service control policy')}{_CALL} --profile ops\n{{}}\n", False),
    ],
    ids=["none and another", "two", "the same", "another command", "also denied", "explicit"],
)  # fmt: skip
def test_profile_that_works(text: str, *, is_there: bool) -> None:
    explanation = explain(text)
    assert explanation.summary.endswith(_OTHER) is is_there
    assert explanation.remedies[0].title.startswith("Call with the profile ops") is is_there


@check_rows(
    ("denied", "shown", "is_there"),
    [
        (_USER, _USER.replace("/ana", "/admin"), True),
        (_USER, _ROLE, True),
        (_USER, _USER, False),
        (_ROLE, _USER, False),
    ],
    ids=["another user", "a role", "the same", "a role that a program uses"],
)
def test_caller_that_the_text_shows(denied: str, shown: str, *, is_there: bool) -> None:
    text = (
        f'{_denied(denied)}\n$ aws sts get-caller-identity\n{{"Account": "111122223333", "Arn": "{shown}"}}\n'
    )
    explanation = explain(text)
    assert ("so this call used other credentials: those of the user ana." in explanation.summary) is is_there
    assert explanation.remedies[0].title.startswith("Allow sqs:PurgeQueue")


_PROFILE_TITLE = "Call with the profile prod, which is of the resource's account 444455556666"


@check_rows(
    ("option", "account", "is_first"),
    [
        (" --profile prod", "444455556666", True),
        ("", "444455556666", False),
        (" --profile prod", "777788889999", False),
    ],
    ids=["profile of the account", "no profile", "profile of another account"],
)
def test_profile_of_the_account_of_the_resource(option: str, account: str, *, is_first: bool) -> None:
    shown = f"arn:aws:sts::{account}:assumed-role/admin/ana"
    text = f'$ cdk deploy\n{_denied().replace("eu-west-1:111122223333", "eu-west-1:444455556666")}$ aws sts get-caller-identity{option}\n{{"Account": "{account}", "Arn": "{shown}"}}\n'
    explanation = explain(text)
    assert explanation is not None
    assert (explanation.remedies[0].title == _PROFILE_TITLE) is is_first


@check_rows(
    ("caller", "resource", "limit"),
    [
        ("broker/tenant-acme-4711", "arn:aws:s3:::data/tenants/globex/x.csv", "If tenant-acme may use what belongs to tenants/globex, "),
        ("team-blue-writer/x", "arn:aws:dynamodb:eu-west-1:111122223333:table/team_red_orders", "If team-blue may use what belongs to team_red, "),
        ("customer-17/x", "arn:aws:s3:::data/customer=18/x.csv", "If customer-17 may use what belongs to customer=18, "),
        ("broker/tenant-acme-4711", "arn:aws:s3:::data/tenants/acme/x.csv", None),
        ("broker/tenant-acme-4711", "arn:aws:s3:::data/tenants/shared/x.csv", None),
        ("broker/tenant-acme", "arn:aws:s3:::tenant-acme-files/tenant-backup-2/x.csv", None),
        ("broker/team-blue", "arn:aws:s3:::data/tenant-red/x.csv", None),
        ("team-platform-ci/x", "arn:aws:s3:::data/team-red/x.csv", None),
        ("tenant-writer/x", "arn:aws:s3:::data/tenant-red/x.csv", None),
        ("customer-portal/x", "arn:aws:s3:::data/customer-photos/x.csv", None),
        ("tenant-router/x", "arn:aws:s3:::data/tenant-red/x.csv", None),
    ],
)  # fmt: skip
def test_tenant_of_the_caller_and_of_the_resource(caller: str, resource: str, limit: str | None) -> None:
    call = f"User: arn:aws:sts::111122223333:assumed-role/{caller} is not authorized to perform: s3:PutObject on resource: {resource} because no {{}} policy allows the s3:PutObject action"
    for policy in ("session", "identity-based"):
        explanation = explain(f"An error occurred (AccessDenied): {call.format(policy)}")
        assert (explanation.causes[0].code == "other-tenant") is (limit is not None)
        first = explanation.remedies[0]
        assert first.title.startswith(limit or ("Change", "Allow"))
        assert "may not, use" in first.steps[0] if limit else "key changes" in str(first.steps)


_EXPORTS = "arn:aws:iam::111122223333:role/jobs/orders-export"
_UNNAMED = "$ aws s3 cp a.csv s3://acme-exports/a.csv\nupload failed: ./a.csv to s3://acme-exports/a.csv An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n"


@check_rows(
    ("said", "role"),
    [
        ("We do run as orders-export, and our policy allows it.", "orders-export"),
        ("The job runs as `orders-export`.", "orders-export"),
        ("it already runs as orders-export", "orders-export"),
        # It is denied, asked, of another or a local user, or the name of no principal, and two are named.
        ("We do not run as orders-export.", None),
        ("Does it run as orders-export?", None),
        ("If the job runs as orders-export, it works.", None),
        ("There, the job runs as orders-export and it works.", None),
        ("The job runs as root.", None),
        ("The job runs as orders-export-2.", None),
        ("The job runs as orders-export. The script runs as orders-import.", None),
    ],
)
def test_name_as_which_a_job_runs(said: str, role: str | None) -> None:
    allow = {"Effect": "Allow", "Principal": {"AWS": _EXPORTS}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-exports/*"}  # fmt: skip
    deny = {**allow, "Sid": "OnlyKms", "Effect": "Deny", "Principal": "*", "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]})
    summary = explain(f"{_UNNAMED}\nbucket policy:\n{policy}\n{said}\n").summary
    assert "the statement OnlyKms" in summary
    assert summary.startswith(f"The role {role} " if role else "The caller ")


def test_path_of_a_role_is_no_tenant() -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/broker/tenant-acme is not authorized to perform: sts:TagSession on resource: arn:aws:iam::444455556666:role/tenants/DataAccess"
    assert all(each.code != "other-tenant" for each in explain(denied).causes)
