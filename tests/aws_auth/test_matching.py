"""``who_matches``: the entry that matches a caller, and the caller's identity in Kubernetes."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import InvalidArnError
from iamtriage.aws_auth._entries import AwsAuth, RoleEntry, SsoRole, UserEntry
from iamtriage.aws_auth._matching import who_matches
from tests.tables import check_rows

IAM = "arn:aws:iam::111122223333:"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/ana@example.com"
NODE_SESSION = "arn:aws:sts::111122223333:assumed-role/node/i-0a1b2c3d4e5f60718"
SSO_SESSION = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana"


def entries_for(*arns: str) -> AwsAuth:
    return AwsAuth(tuple(RoleEntry(arn, f"entry {number}") for number, arn in enumerate(arns)))


@pytest.mark.parametrize(
    ("rolearn", "is_match"),
    [
        (f"{IAM}role/app", True),
        (f"{IAM}ROLE/App", True),
        (f"{IAM}role/team/app", False),
        (SESSION, False),
        (f"{IAM}instance-profile/app", False),
        (f"{IAM}role/*", False),
        (f"{IAM}role/app ", False),
        ("arn:aws-cn:iam::111122223333:role/app", False),
        ("arn:aws:iam::444455556666:role/app", False),
        ("", False),
    ],
)
def test_role_arns_are_compared_as_written(rolearn: str, *, is_match: bool) -> None:
    assert (who_matches(entries_for(rolearn), SESSION) is not None) is is_match


@pytest.mark.parametrize(
    ("caller", "arn"),
    [
        (f"{IAM}user/team/ana", f"{IAM}user/team/Ana"),
        (f"{IAM}root", f"{IAM}root"),
        ("arn:aws:sts::111122223333:federated-user/ana", "arn:aws:sts::111122223333:federated-user/ana"),
        (SESSION, f"{IAM}role/app"),
    ],
)
def test_both_maps_accept_any_principal(caller: str, arn: str) -> None:
    as_role, as_user = RoleEntry(arn, "role"), UserEntry(arn, "user")
    for aws_auth, entry in (
        (AwsAuth((as_role,)), as_role),
        (AwsAuth(users=(as_user,)), as_user),
        (AwsAuth((as_role,), (as_user,)), as_role),
    ):
        match = who_matches(aws_auth, caller)
        assert match is not None
        assert match.entry is entry


def test_a_users_path_is_compared() -> None:
    assert who_matches(AwsAuth(users=(UserEntry(f"{IAM}user/ana"),)), f"{IAM}user/team/ana") is None


def test_the_last_duplicate_wins() -> None:
    match = who_matches(entries_for(f"{IAM}role/app", f"{IAM}role/other", f"{IAM}role/APP"), SESSION)
    assert match is not None
    assert match.username == "entry 2"


@check_rows(
    ("sso", "is_match"),
    [
        (SsoRole("View", "111122223333"), True),
        (SsoRole("view", "111122223333"), True),
        (SsoRole("Vie", "111122223333"), False),
        (SsoRole("View", "444455556666"), False),
        (SsoRole("View", "111122223333", "aws"), False),  # the authenticator drops the partition
    ],
)
def test_permission_sets(sso: SsoRole, *, is_match: bool) -> None:
    assert (who_matches(AwsAuth((RoleEntry(sso=sso),)), SSO_SESSION) is not None) is is_match


def test_an_arn_takes_precedence_over_a_permission_set() -> None:
    exact = RoleEntry(f"{IAM}role/awsreservedsso_view_0123456789abcdef")
    sso = RoleEntry(sso=SsoRole("View", "111122223333"))
    for roles in ((exact, sso), (sso, exact)):
        match = who_matches(AwsAuth(roles), SSO_SESSION)
        assert match is not None
        assert match.entry is exact


def test_accounts() -> None:
    aws_auth = AwsAuth(accounts=("111122223333",))
    match = who_matches(aws_auth, "arn:aws:sts::111122223333:assumed-role/App/ana")
    assert match is not None
    assert attrs.astuple(match) == (f"{IAM}role/App", (), "111122223333", None)
    assert who_matches(aws_auth, "arn:aws:iam::444455556666:user/ana") is None


@pytest.mark.parametrize(
    ("template", "caller", "text"),
    [
        ("{{AccountID}}:{{SessionName}}", SESSION, "111122223333:ana-example.com"),
        ("{{SessionNameRaw}}", SESSION, "ana@example.com"),
        ("{{SessionName}}.", f"{IAM}role/app", "."),
        ("{{SessionName}}", "arn:aws:sts::111122223333:federated-user/ana", "ana"),
        ("{{AccessKeyID}}", SESSION, "{{AccessKeyID}}"),
        ("{{sessionname}} {{ AccountID }} {{Other}}", SESSION, "{{sessionname}} {{ AccountID }} {{Other}}"),
        ("system:node:{{EC2PrivateDNSName}}", NODE_SESSION, "system:node:{{EC2PrivateDNSName}}"),
    ],
)
def test_templates(template: str, caller: str, text: str) -> None:
    arns = (f"{IAM}role/app", f"{IAM}role/node", "arn:aws:sts::111122223333:federated-user/ana")
    match = who_matches(AwsAuth(tuple(RoleEntry(arn, template, (template,)) for arn in arns)), caller)
    assert match is not None
    assert (match.username, match.groups, match.problem) == (text, (text,), None)


def test_values_from_the_caller() -> None:
    entry = RoleEntry(f"{IAM}role/node", "{{AccessKeyID}}/{{EC2PrivateDNSName}}")
    match = who_matches(
        AwsAuth((entry,)), NODE_SESSION, access_key_id="ASIA0", private_dns_name="ip-10-0-0-1"
    )
    assert match is not None
    assert match.username == "ASIA0/ip-10-0-0-1"


@pytest.mark.parametrize("template", ["user", "group"])
@pytest.mark.parametrize(
    ("caller", "is_rejected"),
    [
        (NODE_SESSION, False),
        ("arn:aws:sts::111122223333:assumed-role/node/i-0a1b2c3d", False),
        ("arn:aws:sts::111122223333:assumed-role/node/i-0a1b2c3d4", True),
        ("arn:aws:sts::111122223333:assumed-role/node/ana", True),
        (f"{IAM}role/node", True),
    ],
)
def test_the_dns_name_requires_an_instance_session(caller: str, template: str, *, is_rejected: bool) -> None:
    name = "system:node:{{EC2PrivateDNSName}}"
    entry = RoleEntry(f"{IAM}role/node", *((name, ()) if template == "user" else ("node", (name,))))
    match = who_matches(AwsAuth((entry,)), caller, private_dns_name="ip-10-0-0-1")
    assert match is not None
    assert (match.problem is not None) is is_rejected
    assert ("ip-10-0-0-1" in (match.username + "".join(match.groups))) is not is_rejected


@pytest.mark.parametrize("caller", ["", "ana", "arn:aws:s3:::bucket", f"{IAM}instance-profile/app"])
def test_invalid_callers(caller: str) -> None:
    with pytest.raises(InvalidArnError):
        who_matches(AwsAuth(accounts=("111122223333",)), caller)


NAMES = st.text("abXY09_+=,.@-", min_size=1, max_size=64)


@given(NAMES, NAMES, st.lists(st.sampled_from([str.upper, str.lower, str.swapcase]), min_size=2, max_size=2))
def test_sessions_match_their_role(role: str, session: str, changes: list[type[str]]) -> None:
    written, assumed = (change(role) for change in changes)
    entry = RoleEntry(f"{IAM}role/{written}", "{{SessionNameRaw}}", ("readers",))
    match = who_matches(AwsAuth((entry,)), f"arn:aws:sts::111122223333:assumed-role/{assumed}/{session}")
    assert match is not None
    assert (match.entry, match.username, match.groups) == (entry, session, ("readers",))
