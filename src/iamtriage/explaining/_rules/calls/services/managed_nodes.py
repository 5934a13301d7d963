"""Explain that Systems Manager has no connection to an instance.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/troubleshooting-managed-nodes.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.attached_policies import find_roles_without
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.credentials.workloads.instance_profiles import INSTANCE_ROLE
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import AwsError
from iamtriage.policies._masked_arns import find_partition

_PAGE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/troubleshooting-managed-nodes.html"
NODE_NOT_CONNECTED = CauseType(
    "managed-node-not-connected",
    title="Systems Manager has no connection to the instance",
    text="The SSM Agent does not run, cannot reach Systems Manager or has a role without its permissions, or the instance is in another account or Region.",
    recognised_by="The error code InvalidInstanceId or TargetNotConnected.",
    fix="Check the agent, the role and the network of the instance.",
    sources=("https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html", _PAGE),
)
_POLICY = "AmazonSSMManagedInstanceCore"
# Each of these policies allows an agent all that it needs.
_POLICIES = frozenset(
    {
        *(_POLICY, "AmazonSSMManagedEC2InstanceDefaultPolicy", "AmazonEC2RoleforSSM", "AmazonSSMFullAccess"),
        *("AdministratorAccess", "PowerUserAccess"),
    }
)
_INSTANCE = lazy_pattern(r"(?<![\w-])m?i-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![\w-])")
_NO_PROFILE = lazy_pattern(
    r"\"IamInstanceProfile\"\s?:\s?null|\bIamInstanceProfile\b[^\n]{0,120}\n\s{0,8}(?:None|null|\[\s{0,20}\])\s{0,4}$"
    r"|\bdescribe-iam-instance-profile-associations\b[^\n]{0,300}\n\s{0,8}(?:\{\s{0,20}\"IamInstanceProfileAssociations\"\s?:\s?)?\[\s{0,20}\]",
    re.MULTILINE,
)
_LOST = lazy_pattern(r"\bConnectionLost\b")
_RESTART = "Then restart the SSM Agent, or reboot the instance. Otherwise, the agent can take half an hour to notice."


def explain_unconnected_node(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that Systems Manager has no connection to an instance, with what the text shows of its role."""
    text = case.failure.text
    node = only_one(set(_INSTANCE.findall(text)), "")
    role = only_one(find_roles_without(text, _POLICIES))
    summary = f"Systems Manager has no connection to the instance{f' {node}' if node else ''}"
    region = clues.find_region(case)
    cause: Cause = NODE_NOT_CONNECTED.cause("reported", code_evidence(case.failure))
    remedy = _check_remedy(node, region)
    if _NO_PROFILE.search(text):
        summary += ": it has no instance profile, so its SSM Agent has no credentials"
        cause = NODE_NOT_CONNECTED.cause(
            "derived",
            text="Unless Default Host Management Configuration is on, the agent calls with the role of the instance.",
        )
        remedy = _attach_profile(node, region)
    elif role is not None:
        summary += f": its role {commands.role_name(role)} does not have {_POLICY}"
        cause = NODE_NOT_CONNECTED.cause(
            "derived",
            text="The SSM Agent calls with the role of the instance, and the policies in the text do not have its permissions.",
        )
        remedy = account_remedy(
            f"Attach {_POLICY} to the role {commands.role_name(role)}",
            _RESTART,
            "If it is still not connected, the agent does not run or does not reach the endpoints ssm, ssmmessages and ec2messages on port 443.",
            commands=commands.attach_policy(
                role, f"arn:{find_partition(region) if region else 'aws'}:iam::aws:policy/{_POLICY}"
            ),
            url=_PAGE,
        )
    elif _LOST.search(text):
        summary += " any more: it was connected before (ConnectionLost)"
        remedy = your_remedy(
            "Start the instance or its SSM Agent, and check its way out of the VPC",
            "Its role had the permissions then. Find out what changed: the instance is stopped, its agent or disk is full or hangs, its policy was detached, or a security group or route blocks port 443 to the endpoints.",
            commands=_for_node(
                "aws ec2 describe-instance-status --instance-ids {} --region {} --include-all-instances",
                node,
                region,
            ),
            url=_PAGE,
        )
    return case.explain(f"{summary}.", cause, topic=NODE_NOT_CONNECTED.code, remedies=remedy)


def _for_node(template: str, node: str, region: str | None) -> str:
    return fill_command(template, node or "INSTANCE_ID", commands.region(region))


def _attach_profile(node: str, region: str | None) -> Remedy:
    return account_remedy(
        f"Give the instance a role with {_POLICY}",
        "An instance profile contains the role. If none has the policy yet, create a role for EC2 with it in the console, which also creates the profile.",
        _RESTART,
        commands=_for_node(
            INSTANCE_ROLE.commands[-1].replace("INSTANCE_ID", "{}").replace("REGION", "{}"), node, region
        ),
        url=_PAGE,
    )


def _check_remedy(node: str, region: str | None) -> Remedy:
    known = "aws ssm describe-instance-information --region {} --query 'InstanceInformationList[].[InstanceId,PingStatus]' --output text"
    line = fill_command(known, commands.region(region))
    if node:
        line = line.replace(" --query", f" --filters Key=InstanceIds,Values={node} --query")
    return your_remedy(
        "Check whether Systems Manager knows the instance, and then its agent and role",
        f"The command prints what it knows in the account and Region. If {node or 'the instance'} is missing, check that its role has the AWS managed policy {_POLICY}, that its SSM Agent runs, and that it reaches the endpoints of Systems Manager.",
        "If it is listed as ConnectionLost, start the instance or its SSM Agent.",
        commands=line,
        url=_PAGE,
    )
