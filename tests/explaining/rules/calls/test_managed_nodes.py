"""What the text shows of an instance that Systems Manager does not reach."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_NODE = "i-0aa11bb22cc33dd44"
_ERROR = f"An error occurred (TargetNotConnected) when calling the StartSession operation: {_NODE} is not connected.\n"
_LIST = "$ aws iam list-attached-role-policies --role-name web\n{}\n"
_POLICY = '{{"AttachedPolicies": [{{"PolicyName": "{0}", "PolicyArn": "arn:aws:iam::aws:policy/{0}"}}]}}'
_CHECK = f"aws ssm describe-instance-information --region REGION --filters Key=InstanceIds,Values={_NODE}"
_ATTACH = "aws iam attach-role-policy --role-name web --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
_PROFILE = f"aws ec2 associate-iam-instance-profile --instance-id {_NODE}"


@check_rows(
    ("text", "verdict", "command"),
    [
        (_ERROR, f"no connection to the instance {_NODE}.", _CHECK),
        (
            _ERROR.replace(_NODE, "mi-0aa11bb22cc33dd44"),
            "no connection to the instance mi-0aa11bb22cc33dd44.",
            "Values=mi-0aa11bb22cc33dd44",
        ),
        # Which instance is meant is open.
        (f"{_ERROR}i-0aa11bb22cc33dd55", "no connection to the instance.", "InstanceInformationList"),
        (
            _ERROR + _LIST.format(_POLICY.format("CloudWatchAgentServerPolicy")),
            "its role web does not have AmazonSSMManagedInstanceCore",
            _ATTACH,
        ),
        (
            _ERROR + _LIST.format('{"AttachedPolicies": []}'),
            "its role web does not have AmazonSSMManagedInstanceCore",
            _ATTACH,
        ),
        (
            _ERROR + _LIST.format(_POLICY.format("AmazonSSMManagedInstanceCore")),
            f"no connection to the instance {_NODE}.",
            _CHECK,
        ),
        (
            _ERROR + _LIST.format('{"AttachedPolicies": [], "IsTruncated": true}'),
            f"no connection to the instance {_NODE}.",
            _CHECK,
        ),
        (
            f"{_ERROR}$ aws ec2 describe-instances --query 'Reservations[].Instances[].IamInstanceProfile'\n[]",
            "it has no instance profile",
            _PROFILE,
        ),
        (f'{_ERROR}"IamInstanceProfile": null', "it has no instance profile", _PROFILE),
        (
            f"{_ERROR}$ aws ssm describe-instance-information\n{_NODE}\tConnectionLost",
            "any more: it was connected before",
            f"aws ec2 describe-instance-status --instance-ids {_NODE}",
        ),
    ],
)
def test_state_of_a_node(*, text: str, verdict: str, command: str) -> None:
    explanation = explain(text)
    assert explanation is not None
    assert verdict in explanation.summary
    assert command in str(explanation.remedies[0].commands[0])
