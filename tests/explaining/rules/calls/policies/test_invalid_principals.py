"""Principals of trust policies that IAM does not find: which policy it is, and in which account they would be."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_ROLE, _USER = "arn:aws:iam::444455556666:role/parcel", "arn:aws:iam::444455556666:user/ivy"
_MESSAGE = 'MalformedPolicyDocument: Invalid principal in policy: "AWS":"{}"'
_TERRAFORM = f"Error: {{}} IAM Role (dock){{}}: operation error IAM: {{}}, https response error StatusCode: 400, RequestID: 1, {_MESSAGE}"
_CLI = f"An error occurred (MalformedPolicyDocument) when calling the UpdateAssumeRolePolicy operation: {_MESSAGE.partition(': ')[2]}"


@check_rows(
    ("text", "policy", "absent"),
    [
        (_TERRAFORM.format("updating", " assume role policy", "UpdateAssumeRolePolicy", _ROLE), "the trust policy of the role dock", "The role does not exist in the account 444455556666"),
        (_TERRAFORM.format("creating", "", "CreateRole", _USER), "the trust policy of the role dock", "The user does not exist in the account 444455556666"),
        (f"$ aws iam update-assume-role-policy --role-name dock --policy-document file://t.json\n{_CLI.format(_ROLE)}", "the trust policy of the role dock", "The role does not exist"),
        # Another command names the principal.
        (f"{_CLI.format(_ROLE)}\n$ aws iam get-role --role-name parcel", "the trust policy", "The role does not exist"),
        (f"An error occurred (MalformedPolicy) when calling the PutBucketPolicy operation: {_MESSAGE.partition(': ')[2].format(_ROLE)}", "the policy", "The role does not exist"),
        ("Error: putting S3 Bucket (dock) Policy: operation error S3: PutBucketPolicy, https response error StatusCode: 400, RequestID: 1, api error MalformedPolicy: Invalid principal in policy", "the policy", "The role or user does not exist."),
    ],
    ids=["Terraform updates", "Terraform creates", "command", "other command", "bucket", "unnamed"],
)  # fmt: skip
def test_policy_and_account_of_the_principal(text: str, policy: str, absent: str) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith(f"AWS rejected {policy} because")
    assert any(each.text.startswith(absent) for each in explanation.causes)
    is_named = "444455556666" in text
    step = explanation.remedies[0].steps[0]
    assert ("credentials of the account 444455556666" in step) is is_named
    # Access Analyzer does not know whether a role of another account exists.
    assert (
        any("validate-policy" in line for each in explanation.remedies for line in each.commands)
        is not is_named
    )
