"""Check that a policy is called what the words right before it call it, and that its type counts."""

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "User: arn:aws:sts::111122223333:assumed-role/mailer/run-1 is not authorized to perform: ses:SendEmail on resource: arn:aws:ses:eu-west-1:111122223333:identity/example.com because no {} allows the ses:SendEmail action\n\n"
_OTHERS = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}]}\n'
_OWN = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]}\n'
_IDENTITY, _BOUNDARY, _CONTROL = (
    "identity-based policy",
    "permissions boundary",
    "service control policy",
)


@check_rows(
    ("reason", "policies", "says", "omits"),
    [
        pytest.param(
            _BOUNDARY,
            f"role policy: {_OWN}boundary (arn:aws:iam::111122223333:policy/caps/MailCap): {_OTHERS}",
            (
                "the permissions boundary MailCap does not allow this action, only actions of s3 and logs",
                "The role policy in the text allows the action already",
                "To see who else has the policy, for whom the change counts, too:",
            ),
            ("the policy in the text", "to the Action of the statement"),
            id="boundary beside the role's policy",
        ),
        pytest.param(
            _CONTROL,
            f"Our SCP `mail-limits`:\n{_OTHERS}\nUser policy:\n{_OWN}",
            ("the service control policy mail-limits does not allow this action",),
            ("user policy in the text does not",),
            id="service control policy with a name",
        ),
        pytest.param(
            _IDENTITY,
            f"inline policy:\n{_OTHERS}permissions boundary (MailCap):\n```json\n{_OWN}```",
            ("the inline policy in the text does not allow this action", "put-role-policy"),
            ("MailCap",),
            id="boundary that allows what no identity-based policy does",
        ),
        pytest.param(
            _IDENTITY,
            f"$ aws iam get-role-policy --role-name mailer --policy-name may-send --query PolicyDocument\n{_OTHERS}",
            ("the policy may-send does not allow this action",),
            (),
            id="name in the command that prints it",
        ),
        pytest.param(
            _IDENTITY,
            f"aws iam get-role-policy --role-name mailer --policy-name may-send\naws iam get-role-policy --role-name mailer --policy-name own\n{_OTHERS}",
            ("the policy in the text does not allow this action",),
            ("may-send", "own in"),
            id="names in two commands",
        ),
        pytest.param(
            _BOUNDARY,
            f"The role policy:\n{_OTHERS}",
            ("its permissions boundary does not allow it",),
            ("policy in the text",),
            id="the role's policy alone",
        ),
        pytest.param(
            _BOUNDARY,
            f"It has no permissions boundary, and this policy:\n{_OTHERS}",
            ("the policy in the text does not allow",),
            ("boundary in the text",),
            id="no boundary",
        ),
        pytest.param(
            _IDENTITY,
            "role policy:\n" + _OTHERS.replace('["s3:*", "logs:*"]', "[]"),
            ("the policy in the text does not allow this action.",),
            ("only actions of",),
            id="no action",
        ),
        pytest.param(
            _IDENTITY,
            "role policy:\n" + _OTHERS.replace("logs:*", "s*s:Get*"),
            ("the policy in the text does not allow this action.",),
            ("only actions of",),
            id="service with a wildcard",
        ),
    ],
)
def test_heading_of_a_policy(
    reason: str, policies: str, says: tuple[str, ...], omits: tuple[str, ...]
) -> None:
    text = " ".join(str(explain(_DENIED.format(reason) + policies)).split())
    assert all(each in text for each in says)
    assert not any(each in text for each in omits)


def test_boundary_that_allows_the_call_is_no_reason_without_one() -> None:
    denied = _DENIED.partition(" because")[0]
    text = str(explain(f"{denied}\nboundary MailCap:\n{_OWN}"))
    assert "MailCap" not in text
