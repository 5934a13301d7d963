"""A sentence in the text describes the trust policy of the role."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: {} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{}:role/quay"
_USER = "arn:aws:iam::111122223333:user/mia"
_SESSION = "arn:aws:sts::111122223333:assumed-role/crane/i-0a1b2c3d4e5f60718"
_OWN, _OTHER = "111122223333", "444455556666"
_NO_TRUST = " because no role trust policy allows the sts:AssumeRole action"
_MFA, _ID = "Assume the role with MFA", "Pass the external ID dock-4"


@check_rows(
    ("caller", "account", "said", "title"),
    [
        (_USER, _OWN, "The trust policy names mia and requires MFA.", _MFA),
        (_USER, _OWN, "Its trust policy has my user as Principal and a Bool condition aws:MultiFactorAuthPresent true", _MFA),
        (_USER, _OTHER, 'Their trust policy trusts our account with the external ID "dock-4".', _ID),
        (_SESSION, _OTHER, "The trust relationship lists crane, condition sts:ExternalId = dock-4", _ID),
        (_USER, _OWN, "The trust policy of role quay names my user and requires MFA.", _MFA),
        (_USER, _OWN, "The trust policy of role dock names my user and requires MFA.", None),
        # It is not so, or nobody knows.
        (_USER, _OWN, "The trust policy names mia and has no condition on MFA.", None),
        (_USER, _OWN, "Should the trust policy allow mia only with MFA?", None),
        (_USER, _OWN, "The trust policy names crane and requires MFA.", None),
        (_USER, _OWN, "The trust policy names mia. We use MFA everywhere.", None),
        (_SESSION, _OWN, "The trust policy names crane and requires MFA.", None),
        (_USER, _OTHER, "The trust policy names mia with an external ID condition.", None),
        # The call passes it.
        (_USER, _OTHER, "The trust policy names mia with the external ID dock-4.\n$ aws sts assume-role --external-id dock-4", None),
        (_USER, _OWN, "The trust policy names mia and requires MFA.\nmfa_serial = arn:aws:iam::111122223333:mfa/mia", None),
    ],
)  # fmt: skip
def test_described_condition(caller: str, account: str, said: str, title: str | None) -> None:
    for reason in ("", _NO_TRUST):
        explanation = explain(f"{_DENIED.format(caller, account)}{reason}\n{said}\n")
        if title is None:
            assert explanation.remedies[0].title not in {_MFA, _ID}
        else:
            assert explanation.remedies[0].title == title
            # The text has only a part of the policy.
            assert "whole trust policy" not in explanation.to_text(detail="full")


def test_condition_does_not_matter_if_another_policy_denies() -> None:
    denial = _DENIED.format(_USER, _OWN)
    for reason in (
        " because no identity-based policy allows the sts:AssumeRole action",
        " with an explicit deny in a service control policy",
    ):
        explanation = explain(f"{denial}{reason}\nThe trust policy names mia and requires MFA.\n")
        assert explanation.remedies[0].title != _MFA


_TRUSTED = """An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::444455556666:user/ana-li is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/audit
Their trust policy:
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "sts:AssumeRole"}]}

"""
_LISTED = "aws iam list-attached-user-policies --user-name ana-li"


@check_rows(
    ("said", "names_policy"),
    [
        (f"{_LISTED} -> only ReadOnlyAccess. No groups.", True),
        (f"`{_LISTED}` => only ReadOnlyAccess and AmazonSQSFullAccess", True),
        (f"$ {_LISTED}\n{{'PolicyArn': 'arn:aws:iam::aws:policy/ReadOnlyAccess'}}", True),
        ("My user ana-li has only ReadOnlyAccess.", True),
        # Others are not known.
        (f"{_LISTED} -> ReadOnlyAccess, our-own-policy", False),
        (f"{_LISTED} -> only our-own-policy", False),
    ],
)
def test_policies_of_the_caller_without_the_role(said: str, *, names_policy: bool) -> None:
    explanation = explain(f"{_TRUSTED}{said}")
    assert ("policy allows it, but ReadOnlyAccess does not allow" in explanation.summary) is names_policy
    assert any("has this Allow already" in each for each in explanation.notes) is not names_policy
    assert (
        explanation.remedies[0].title == "Allow the user ana-li to assume the role, in account 444455556666"
    )
