"""Denies of IAM users by a policy that AWS does not name, which often apply only to calls without MFA."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_USER, _TYPE = "arn:aws:iam::444455556666:user/pavel", "an identity-based policy"
_LIST = f"User: {_USER} is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::444455556666:role/ with an explicit deny"
_QUEUE = "User: {} is not authorized to perform: sqs:PurgeQueue on resource: arn:aws:sqs:eu-west-1:444455556666:jobs with an explicit deny in an identity-based policy"
_DENY = '\n{"Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}]}'


@check_rows(
    ("text", "is_hinted"),
    [
        (f"{_LIST} in {_TYPE}", True),
        # An older message does not state the type.
        (_LIST, True),
        (_QUEUE.format(_USER), True),
        (f"I have no MFA device.\n{_QUEUE.format(_USER)}", True),
        # A bucket or queue can have a policy with the Deny, too.
        (_QUEUE.format(_USER).partition(" in an ident")[0], False),
        # Other callers have no device, other types of policies no such Deny.
        (_QUEUE.format("arn:aws:sts::444455556666:assumed-role/ops/pavel"), False),
        (f"{_LIST} in a service control policy", False),
        (f"{_LIST} in {_TYPE}: arn:aws:iam::444455556666:policy/Guard", False),
        # The Deny is known, or MFA was used.
        (_QUEUE.format(_USER) + _DENY, False),
        (f"I signed in with my MFA code.\n{_LIST} in {_TYPE}", False),
        (f"$ aws sts get-session-token --serial-number arn:aws:iam::444455556666:mfa/pavel --token-code 123456\n{_LIST} in {_TYPE}", False),
        # What a Deny without MFA exempts.
        (f"User: {_USER} is not authorized to perform: sts:GetSessionToken on resource: {_USER} with an explicit deny in {_TYPE}", False),
        (f"User: {_USER} is not authorized to perform: iam:EnableMFADevice on resource: user pavel with an explicit deny in {_TYPE}", False),
    ],
)  # fmt: skip
def test_call_without_mfa(text: str, *, is_hinted: bool) -> None:
    explanation = explain(text)
    remedies = "\n".join(str(each) for each in explanation.remedies[0].commands)
    assert ("aws sts get-session-token" in remedies) is is_hinted
    assert (
        any("often applies only without MFA" in each for each in explanation.remedies[0].steps) is is_hinted
    )


@check_rows(
    ("resource", "summary"),
    [
        ("arn:aws:iam::444455556666:role/", "denied iam:ListRoles: "),
        ("policy path /", "denied iam:ListRoles: "),
        ("arn:aws:iam::444455556666:role/ops/", "denied iam:ListRoles on arn:aws:iam::444455556666:role/ops/: "),
        ("arn:aws:iam::444455556666:role/ops", "denied iam:ListRoles on arn:aws:iam::444455556666:role/ops: "),
    ],
)  # fmt: skip
def test_listed_resources(resource: str, summary: str) -> None:
    text = f"User: {_USER} is not authorized to perform: iam:ListRoles on resource: {resource} because no identity-based policy allows the iam:ListRoles action"
    assert summary in explain(text).summary
