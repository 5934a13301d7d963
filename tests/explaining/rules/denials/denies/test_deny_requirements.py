"""How to call as a Deny statement requires comes before how to change the policy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

ACCOUNT = "111122223333"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/builder/run-7"
INSTANCE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"
VOLUME = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/*"
ENCODED = "Encoded authorization failure message: " + "aB3_dE6fG9" * 12


def _decoded(
    sid: str,
    key: str,
    required: str,
    sent: str | None,
    *,
    resource: str = INSTANCE,
    action: str = "ec2:RunInstances",
) -> dict[str, Any]:
    context = [] if sent is None else [{"key": key, "values": {"items": [{"value": sent}]}}]
    statement = {
        "statementId": sid,
        "effect": "DENY",
        "actions": {"items": [{"value": action}, {"value": "ec2:RebootInstances"}]},
        "conditions": {"items": [{"key": key, "values": {"items": [{"value": required}]}}]},
    }
    return {
        "decoded_message": {
            "allowed": False,
            "explicitDeny": True,
            "matchedStatements": {"items": [statement]},
            "context": {"action": action, "resource": resource, "conditions": {"items": context}},
        }
    }


def _details(sid: str, policy_type: str, context: dict[str, str]) -> dict[str, Any]:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/guard"
    other = f"arn:aws:iam::{ACCOUNT}:policy/builder"
    return {
        "authorization_details": {
            "requestContext": context,
            "evaluations": [
                {
                    "action": "iam:CreateUser",
                    "resource": f"arn:aws:iam::{ACCOUNT}:user/app",
                    "evaluatedEffect": "EXPLICIT_DENY",
                    "matchedPolicies": [
                        {"uri": arn, "matchedStatements": [{"sid": sid, "evaluatedEffect": "DENY"}]},
                        {"uri": other, "matchedStatements": [{"sid": "Iam", "evaluatedEffect": "ALLOW"}]},
                    ],
                }
            ],
            "policies": [
                {"type": policy_type, "uri": arn},
                {"type": "IDENTITY_BASED_POLICY", "uri": other},
            ],
        }
    }


def _text(policy_type: str, action: str = "ec2:RunInstances", resource: str = INSTANCE) -> str:
    return f"UnauthorizedOperation: User: {SESSION} is not authorized to perform: {action} on resource: {resource} with an explicit deny in {policy_type}. {ENCODED}"


Case = tuple[str, dict[str, Any], tuple[str, ...]]
CASES: tuple[Case, ...] = (
    # The details state the value that the named statement tests.
    (
        _text("a service control policy", "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/app"),
        _details("NoWritesViaMcp", "SERVICE_CONTROL_POLICY", {"aws:ViaAWSMCPService": "true"}),
        (
            "(statement NoWritesViaMcp), most likely because aws:ViaAWSMCPService is true.",
            "Do this first: Make the call without the AWS MCP server",
        ),
    ),
    (
        _text("a service control policy", "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/app"),
        _details("Guard", "SERVICE_CONTROL_POLICY", {"aws:ViaAWSMCPService": "true"}),
        ("(statement Guard).", "without the AWS MCP server, if the Deny is about it"),
    ),
    (
        _text("a service control policy", "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/app"),
        _details("Guard", "SERVICE_CONTROL_POLICY", {"aws:ViaAWSMCPService": "false"}),
        ("Do this first: Have the service control policy",),
    ),
    (
        _text("a service control policy", "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/app"),
        _details("RequireTls", "SERVICE_CONTROL_POLICY", {"aws:SecureTransport": "true"}),
        ("(statement RequireTls).", "Call over HTTPS"),
    ),
    # A Null check, and a check for MFA that long-term keys do not have.
    (
        _text("an identity-based policy"),
        _decoded("NeedsTeam", "aws:RequestTag/Team", "true", None),
        (
            "because the call has no tag Team for the instance.",
            "The decoded message contains the statement.",
            "Do this first: Pass the tag Team for the instance [you]",
        ),
    ),
    (
        _text("an identity-based policy"),
        _decoded("NoOwner", "aws:ResourceTag/Owner", "false", None),
        ("because the resource has the tag Owner.", "Do this first: Find the Deny statement"),
    ),
    (
        _text("an identity-based policy"),
        _decoded("Mfa", "aws:MultiFactorAuthPresent", "false", None),
        (
            "because the caller's credentials carry no MFA.",
            "its sessions carry no MFA [account administrator]",
            f'"ArnNotLike": {{"aws:PrincipalArn": "arn:aws:iam::{ACCOUNT}:role/builder"}}',
        ),
    ),
    (
        _text("an identity-based policy").replace(SESSION, f"arn:aws:iam::{ACCOUNT}:user/ana"),
        _decoded("Mfa", "aws:MultiFactorAuthPresent", "false", None),
        ("Do this first: Call with MFA [you]", "aws sts get-session-token"),
    ),
    # An administrator revoked the role's sessions.
    (
        _text("an identity-based policy"),
        _decoded("", "aws:TokenIssueTime", "2026-11-20T08:31:00Z", "2026-11-20T07:02:44Z"),
        (
            ": someone revoked the sessions issued before 2026-11-20T08:31:00Z.",
            "Do this first: Get new credentials: older sessions were revoked [you]",
        ),
    ),
    (
        f'$ aws iam list-role-policies --role-name builder\n{{"PolicyNames": ["AWSRevokeOlderSessions"]}}\n{_text("an identity-based policy")}',
        {},
        (
            "most likely, somebody revoked the role's sessions, and this one is older (inline policy AWSRevokeOlderSessions)",
            "Do this first: Get new credentials: older sessions were revoked [you]",
        ),
    ),
    *(
        (
            _text("a permissions boundary", "iam:CreateUser", INSTANCE),
            _details(sid, "PERMISSIONS_BOUNDARY", {"aws:RequestedRegion": "eu-west-1"}),
            (first,),
        )
        for sid, first in (
            ("OnlyEuWest1", "with a permissions boundary"),
            ("DenyUsEast1", "with a permissions boundary"),
        )
    ),
    *(
        (
            _text(policy_type),
            _decoded("TokensOnly", "ec2:MetadataHttpTokens", "required", "optional"),
            (
                f"{verdict} (statement TokensOnly) because ec2:MetadataHttpTokens is optional.",
                "Do this first: Launch the instance with IMDSv2 required [you]",
                'metadata_options { http_tokens = "required" } in Terraform',
                otherwise,
            ),
        )
        for policy_type, verdict, otherwise in (
            (
                "a service control policy",
                "a service control policy explicitly denies it",
                "only an administrator of the organization can change the policy",
            ),
            (
                "an identity-based policy",
                "an identity-based policy explicitly denies it",
                f"an IAM administrator of account {ACCOUNT} has to scope the Deny down",
            ),
            (
                "a permissions boundary",
                "its permissions boundary explicitly denies it",
                f"an administrator of account {ACCOUNT} has to change the boundary",
            ),
            (
                "a session policy",
                "the session's policy denies it",
                "open a session whose session policy has no such Deny",
            ),
            (
                "a VPC endpoint policy",
                "the VPC endpoint's policy explicitly denies it",
                "the owner of the VPC endpoint has to scope the Deny down",
            ),
        )
    ),
    (
        _text("a service control policy"),
        _decoded("Volumes", "ec2:Encrypted", "false", "false"),
        (
            "because ec2:Encrypted is false.",
            "Do this first: Create the instance encrypted [you]",
            "of the launch template or of the call",
            "aws ec2 enable-ebs-encryption-by-default --region eu-west-1",
        ),
    ),
    (
        f"$ aws ec2 run-instances --image-id ami-0a1b2c3d --block-device-mappings 'DeviceName=/dev/sda1,Ebs={{VolumeSize=9}}' --count 1\n\n{_text('a service control policy')}",
        _decoded("Volumes", "ec2:Encrypted", "false", "false"),
        (
            "Set Encrypted for each volume, also the root volume. ",
            "--count 1 --block-device-mappings 'DeviceName=/dev/sda1,Ebs={VolumeSize=9,Encrypted=true}'",
        ),
    ),
    *(
        (
            f"{tool}{_text('a service control policy')}",
            _decoded("Volumes", "ec2:Encrypted", "false", "false"),
            (setting,),
        )
        for tool, setting in (
            ("==> amazon-ebs.web: packer build failed\n", "encrypted = true in launch_block_device_mappings"),
            ("karpenter: creating instance\n", "ebs.encrypted: true for each of the blockDeviceMappings"),
            (
                "Error: creating EC2 Instance\n  with aws_instance.web,\n",
                "In aws_instance.web, set encrypted = true in root_block_device (add one if it has none)",
            ),
            (
                "Error: creating EC2 Instance\n  with aws_launch_template.web,\n",
                "in the ebs block of the launch template",
            ),
        )
    ),
    (
        _text("a service control policy"),
        _decoded("Costs", "aws:RequestTag/CostCenter", "true", None),
        (
            "Do this first: Pass the tag CostCenter for the instance [you]",
            "'ResourceType=instance,Tags=[{Key=CostCenter,Value=VALUE}]'",
        ),
    ),
    (
        _text("a service control policy"),
        _decoded("Costs", "aws:RequestTag/CostCenter", "true", None, resource=VOLUME),
        (
            "because the call has no tag CostCenter for the volume.",
            "Do this first: Pass the tag CostCenter for the volume [you]",
            "tag_specifications in Terraform's aws_launch_template",
            "'ResourceType=volume,Tags=[{Key=CostCenter,Value=VALUE}]'",
        ),
    ),
    (
        _text("a service control policy"),
        _decoded(
            "Costs", "aws:RequestTag/CostCenter", "true", None, action="ec2:CreateVolume", resource=VOLUME
        ),
        (
            "because the call has no tag CostCenter.",
            "'ResourceType=volume,Tags=[{Key=CostCenter,Value=VALUE}]' in the AWS CLI, or tags in Terraform.",
        ),
    ),
    (
        _text("a service control policy"),
        _decoded(
            "Costs",
            "aws:RequestTag/CostCenter",
            "true",
            None,
            action="ec2:StartInstances",
            resource=VOLUME.replace("volume", "snapshot"),
        ),
        ("--tag-specifications in EC2",),
    ),
    (
        _text("a service control policy"),
        _decoded(
            "Costs",
            "aws:RequestTag/CostCenter",
            "true",
            None,
            action="ec2:CreateTags",
            resource=VOLUME.replace("volume", "snapshot"),
        ),
        ("--tag-specifications in EC2",),
    ),
    (
        _text("a service control policy"),
        _decoded(
            "Costs",
            "aws:RequestTag/CostCenter",
            "true",
            None,
            action="ec2:CreateSecurityGroup",
            resource="arn:aws:ec2:eu-west-1:111122223333:security-group/*",
        ),
        ("Tag the security-group in the same call", "'ResourceType=security-group,Tags="),
    ),
    (
        _text("a service control policy"),
        _decoded("Stages", "aws:RequestTag/Stage", "live", "prod"),
        (
            "Do this first: Pass the tag Stage with the value live for the instance [you]",
            "aws:RequestTag/Stage is prod.",
        ),
    ),
    (
        _text("a service control policy"),
        _decoded("Small", "ec2:InstanceType", "t3.*", "m5.large"),
        ("Do this first: Use an instance type that matches t3.* [you]", "instance_type in Terraform"),
    ),
    (
        _text("a service control policy") + "\n  with aws_instance.batch,\n  on main.tf line 3",
        _decoded("Small", "ec2:InstanceType", "c7g.large", "c7g.8xlarge"),
        ("Do this first: Use c7g.large [you] 1. Change instance_type of aws_instance.batch.",),
    ),
    (
        _text("a service control policy"),
        _decoded("Here", "aws:RequestedRegion", "eu-central-1", "eu-west-1"),
        (
            "Do this first: Call in eu-central-1 [you]",
            "Change the Region of the call: --region",
            "An AMI, subnet, security group or key pair belongs to one Region",
        ),
    ),
    (
        _text("a service control policy"),
        _decoded("NotThere", "aws:RequestedRegion", "eu-west-1", "eu-west-1"),
        ("Do this first: Call with another aws:RequestedRegion than eu-west-1 [you]",),
    ),
    (
        _text("a service control policy"),
        _decoded("Network", "aws:SourceIp", "192.0.2.0/24", "203.0.113.7"),
        ("Call from a network that the Deny exempts", "aws:SourceIp must be in 192.0.2.0/24."),
    ),
    *(
        (
            _text(
                "an identity-based policy", "ec2:StopInstances", INSTANCE.replace("*", "i-0a1b2c3d4e5f60718")
            ),
            _decoded(
                "Guard",
                *condition,
                action="ec2:StopInstances",
                resource=INSTANCE.replace("*", "i-0a1b2c3d4e5f60718"),
            ),
            says,
        )
        for condition, says in (
            (
                ("ec2:ResourceTag/tier", "gold", "gold"),
                (
                    "Do this first: Check that the instance i-0a1b2c3d4e5f60718 is the right one: the Deny protects it by the tag tier [you]",
                    "because ec2:ResourceTag/tier is gold.",
                    "do not make this call. Do not change the tag tier to avoid the Deny: only if",
                ),
            ),
            (
                ("aws:ResourceTag/owner", "team-a", "team-b"),
                ("Do this first: Choose a resource with team-a as aws:ResourceTag/owner [you]",),
            ),
            (
                ("aws:ResourceAccount", "111122223333", "444455556666"),
                (
                    "Do this first: Choose a resource with a value that the Deny accepts as aws:ResourceAccount",
                ),
            ),
            (
                ("aws:PrincipalTag/team", "red", "red"),
                ("Do this first: Call as a principal with another aws:PrincipalTag/team than red [you]",),
            ),
            (
                (
                    "aws:PrincipalArn",
                    "arn:aws:iam::111122223333:role/admin",
                    "arn:aws:iam::111122223333:role/builder",
                ),
                ("Call as a principal with arn:aws:iam::111122223333:role/admin as aws:PrincipalArn",),
            ),
        )
    ),
    (
        _text("an identity-based policy").replace(
            "role/builder/", "role/AWSReservedSSO_Dev_0123456789abcdef/"
        ),
        _decoded("TokensOnly", "ec2:MetadataHttpTokens", "required", "optional"),
        ("an administrator of IAM Identity Center has to change the permission set Dev",),
    ),
    (
        # Without facts, the message can be decoded by the caller.
        _text("a service control policy"),
        {},
        (
            "Do this first: Decode the message (aws sts decode-authorization-message) [you]",
            "A Deny of ec2:RunInstances is often there to enforce IMDSv2",
            "only an administrator of the organization can change the policy",
            'Replace ENCODED_MESSAGE (what follows "Encoded authorization failure message:" in the text).',
            "matchedStatements has the Deny and its conditions: if you can, change the call so that they do not match.",
            "AWS does not name the policy.",
        ),
    ),
    (
        # The policy is known: what it requires is in it.
        _text(
            "a service control policy: arn:aws:organizations::444455556666:policy/o-a1b2c3d4e5/service_control_policy/p-1a2b3c4d"
        ),
        {},
        (
            "Do this first: Have the service control policy p-1a2b3c4d changed [organization administrator]",
            "describe-policy --policy-id p-1a2b3c4d",
            "Next Decode the message (aws sts decode-authorization-message) (you)",
        ),
    ),
    (
        _text("an identity-based policy: arn:aws:iam::111122223333:policy/DenyUnencryptedVolumes"),
        {},
        (
            "Do this first: Create the instance encrypted, as the name DenyUnencryptedVolumes suggests [you]",
            "To see the Deny itself (account administrator):",
            "policy=arn:aws:iam::111122223333:policy/DenyUnencryptedVolumes",
        ),
    ),
    (
        _text(
            "an identity-based policy: arn:aws:iam::111122223333:policy/DenyUnencryptedVolumes",
            "ec2:CreateVolume",
            "arn:aws:ec2:eu-west-1:111122223333:volume/*",
        ),
        {},
        ("Pass --encrypted in the CLI, or set encrypted = true in Terraform.",),
    ),
    (
        _text(
            "an identity-based policy: arn:aws:iam::111122223333:policy/DenyUnencryptedStorage",
            "rds:CreateDBInstance",
            "arn:aws:rds:eu-west-1:111122223333:db:orders",
        ),
        {},
        ("Do this first: Create orders encrypted, as the name ", "--storage-encrypted"),
    ),
    (
        _text(
            "a service control policy: arn:aws:organizations::444455556666:policy/o-a1b2c3d4e5/service_control_policy/p-0a1b2c3d"
        ),
        _decoded("TokensOnly", "ec2:MetadataHttpTokens", "required", "optional"),
        ("Launch the instance with IMDSv2",),
    ),
    (
        f"User: {SESSION} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::{ACCOUNT}:user/app with an explicit deny in a permissions boundary",
        _details("NoUserWithoutBoundary", "PERMISSIONS_BOUNDARY", {"aws:SourceIp": "192.0.2.7"}),
        (
            "its permissions boundary arn:aws:iam::111122223333:policy/guard explicitly denies it (statement NoUserWithoutBoundary).",
            "Do this first: Create app with a permissions boundary, as the name NoUserWithoutBoundary suggests [you]",
            "already allows the action",
        ),
    ),
)


@check_rows(("text", "facts", "says"), CASES)
def test_requirement_comes_first(text: str, facts: dict[str, Any], says: tuple[str, ...]) -> None:
    explanation = explain(text, facts=facts or None)
    shown = str(explanation)
    folded = " ".join(shown.replace("\\\n", " ").split())
    for words in says:
        assert words in folded
    assert "create-policy-version" not in shown
    assert len(shown.splitlines()) <= 26


@check_rows(
    ("action", "resource", "program", "setting"),
    [
        ("ec2:CreateVolume", "volume/*", 'driver.go:107] "GRPC error" err="Could not create volume \\"pvc-1\\": ebs.csi.aws.com"\n', "controller.extraVolumeTags: {Team: VALUE} in its Helm chart or add-on, or tagSpecification_1: Team=VALUE"),
        ("ec2:RunInstances", "subnet/*", '{"level":"ERROR","logger":"controller","message":"launching nodeclaim","controller":"nodeclaim.lifecycle","karpenter.sh/nodepool":"web"}\n', "add Team: VALUE to spec.tags of the EC2NodeClass"),
        ("sqs:CreateQueue", "orders", '  with aws_sqs_queue.orders,\n  on main.tf line 3, in resource "aws_sqs_queue" "orders":\n', 'default_tags { tags = { Team = "VALUE" } }; or as tags in aws_sqs_queue.orders'),
        ("sqs:CreateQueue", "orders", "orders | CREATE_FAILED | AWS::SQS::Queue | ", "--tags Team=VALUE with cdk deploy"),
        ("sqs:CreateQueue", "orders", "", "--tags in most services"),
    ],
)  # fmt: skip
def test_tags_are_set_where_the_program_has_them(
    action: str, resource: str, program: str, setting: str
) -> None:
    arn = f"arn:aws:{action.partition(':')[0]}:eu-west-1:{ACCOUNT}:{resource}"
    facts = _decoded("NeedsTeam", "aws:RequestTag/Team", "true", None, action=action, resource=arn)
    text = _text("an identity-based policy", action, arn)
    first = explain(
        f"{program}{text}" if "FAILED" in program else f"{text}\n{program}", facts=facts
    ).remedies[0]
    assert first.title == "Pass the tag Team"
    assert setting in first.steps[0]


@check_rows(
    ("action", "resource", "key", "program", "step", "command"),
    [
        ("ec2:CreateVolume", "volume/*", "ec2:Encrypted", "$ aws ec2 create-volume --size 8\n\n", "Repeat the command with --encrypted.", "aws ec2 create-volume --size 8 --encrypted --region eu-west-1"),
        ("ec2:CopySnapshot", "snapshot/*", "ec2:Encrypted", "$ aws ec2 copy-snapshot --no-encrypted --source-snapshot-id snap-0a1b2c3d4e5f60718\n\n", "Repeat the command with --encrypted.", "aws ec2 copy-snapshot --source-snapshot-id snap-0a1b2c3d4e5f60718 --encrypted --region eu-west-1"),
        ("rds:CreateDBInstance", "db:shop", "rds:StorageEncrypted", "$ aws rds create-db-instance --engine mysql\n\n", "Repeat the command with --storage-encrypted.", "aws rds create-db-instance --engine mysql --storage-encrypted --region eu-west-1"),
        ("ec2:RunInstances", "instance/*", "ec2:MetadataHttpTokens", "$ aws ec2 run-instances --count 2\n\n", "Repeat the command with --metadata-options. The Deny then does not match, and can stay", "aws ec2 run-instances --count 2 --metadata-options HttpTokens=required --region eu-west-1"),
        ("ec2:RunInstances", "network-interface/*", "ec2:AssociatePublicIpAddress", "$ aws ec2 run-instances --associate-public-ip-address --count 2\n\n", "Repeat the command with --no-associate", "aws ec2 run-instances --count 2 --no-associate-public-ip-address --region eu-west-1"),
        ("ec2:RunInstances", "instance/*", "ec2:MetadataHttpTokens", "$ aws ec2 run-instances --metadata-options HttpTokens=optional,HttpEndpoint=enabled --count 2\n\n", "Repeat the command with --metadata-options.", "aws ec2 run-instances --metadata-options HttpEndpoint=enabled,HttpTokens=required --count 2 --region eu-west-1"),
        # The option is a file or JSON, a command has a secret, and is another operation.
        ("ec2:RunInstances", "instance/*", "ec2:MetadataHttpTokens", "$ aws ec2 run-instances --metadata-options file://options.json\n\n", "Set HttpTokens to required", None),
        ("ec2:RunInstances", "instance/*", "ec2:MetadataHttpTokens", "$ aws ec2 run-instances --metadata-options '{\"HttpTokens\": \"optional\"}'\n\n", "Set HttpTokens to required", None),
        ("rds:CreateDBInstance", "db:shop", "rds:StorageEncrypted", "$ aws rds create-db-instance --master-user-password Xyz12345abc\n\n", "Pass --storage-encrypted in the CLI", None),
        ("ec2:CreateVolume", "volume/*", "ec2:Encrypted", "$ aws ec2 describe-volumes\n\n", "Pass --encrypted in the CLI, or set encrypted = true in Terraform. Or an administrator has the Region encrypt all new volumes: aws ec2 enable-ebs-encryption-by-default --region eu-west-1.", None),
        ("ec2:CreateVolume", "volume/*", "ec2:Encrypted", 'driver.go:107] "GRPC error" err="Could not create volume \\"pvc-1\\": ebs.csi.aws.com"\n', 'Set encrypted: "true" in the parameters of a new StorageClass.', None),
        ("ec2:CreateVolume", "volume/*", "ec2:Encrypted", "with aws_ebs_volume.data,\n  on main.tf line 3\n", "In aws_ebs_volume.data, set encrypted = true.", None),
    ],
)  # fmt: skip
def test_encryption_is_set_with_the_option_of_the_operation(
    action: str, resource: str, key: str, program: str, step: str, command: str | None
) -> None:
    arn = f"arn:aws:{action.partition(':')[0]}:eu-west-1:{ACCOUNT}:{resource}"
    facts = _decoded("DenyPlain", key, "false", "false", action=action, resource=arn)
    first = explain(f"{program}{_text('a service control policy', action, arn)}", facts=facts).remedies[0]
    assert first.steps[0].startswith(step)
    assert first.commands == ((command,) if command else ())


@pytest.mark.parametrize(
    ("key", "program", "setting"),
    [
        ("cost:team", '\n  with aws_sqs_queue.orders,\n  on main.tf line 3, in resource "aws_sqs_queue" "orders":\n', 'tags = { "cost:team" = "VALUE" }'),
        ("Cost Center", "orders | CREATE_FAILED | AWS::SQS::Queue | ", "--tags 'Cost Center=VALUE' with cdk deploy"),
    ],
    ids=["colon in Terraform", "space in a shell"],
)  # fmt: skip
def test_key_of_a_tag_is_quoted(key: str, program: str, setting: str) -> None:
    arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    facts = _decoded("Needs", f"aws:RequestTag/{key}", "true", None, action="sqs:CreateQueue", resource=arn)
    text = _text("an identity-based policy", "sqs:CreateQueue", arn)
    step = (
        explain(f"{program}{text}" if "FAILED" in program else f"{text}{program}", facts=facts)
        .remedies[0]
        .steps[0]
    )
    assert setting in step


def test_each_tag_is_set_where_the_program_has_them() -> None:
    keys = {"aws:RequestTag/team": "true", "aws:RequestTag/env": "true"}
    policy = {
        "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*", "Condition": {"Null": keys}}]
    }
    text = _text("a service control policy", "sqs:CreateQueue", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders")
    step = (
        explain(f"orders | CREATE_FAILED | AWS::SQS::Queue | {text}\n{json.dumps(policy)}")
        .remedies[0]
        .steps[0]
    )
    assert "--tags team=VALUE with cdk deploy" in step
    assert step.endswith("Add env in the same way.")


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_quarantine_is_no_requirement_of_the_call(partition: str) -> None:
    text = _text("an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3")
    explanation = explain(
        text.replace("arn:aws:", f"arn:{partition}:"),
        facts=_decoded("Deny", "aws:SourceIp", "192.0.2.0/24", "203.0.113.7"),
    )
    assert explanation.topic == "compromised-key"
    assert explanation.remedies[0].title == "Keep the policy: treat the user's access keys as compromised"
    # It stops the sessions of the user, but not those of roles.
    deny = f"--policy-arn arn:{partition}:iam::aws:policy/AWSDenyAll"
    assert any(each.endswith(deny) for each in explanation.remedies[0].commands)


_BOUNDARY = "arn:aws:iam::111122223333:policy/guard/AppBoundary"
_GUARD = '{"Sid": "NoRoleWithoutBoundary", "Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*", "Condition": {"StringNotEquals": {"iam:PermissionsBoundary": "BOUNDARY"}}}'
_GUARD = _GUARD.replace("BOUNDARY", _BOUNDARY)
_NOT_CREATED = "User: arn:aws:sts::111122223333:assumed-role/team-ci/run-1 is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/orders with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/guard/DelegatedIam"
_TERRAFORM = f"Error: creating IAM Role (orders): operation error IAM: CreateRole, api error AccessDenied: {_NOT_CREATED}\n  with aws_iam_role.orders,\n"


@check_rows(
    ("text", "policy", "step"),
    [
        pytest.param(
            f'{_TERRAFORM}# iam.tf\nresource "aws_iam_role" "orders" {{}}\n# DelegatedIam (v3)\n{_GUARD}',
            "the policy DelegatedIam",
            f'aws_iam_role.orders has no permissions_boundary: set permissions_boundary = "{_BOUNDARY}".',
            id="Terraform, with a heading above the policy",
        ),
        pytest.param(
            f'AppRole | CREATE_FAILED | AWS::IAM::Role | Resource handler returned message: "{_NOT_CREATED}" (RequestToken: 0a1b, HandlerErrorCode: AccessDenied)\n# guard.json\n{_GUARD}',
            "the policy in guard.json",
            f"In AppRole, set PermissionsBoundary: {_BOUNDARY}.",
            id="CloudFormation, with the file of the policy",
        ),
        pytest.param(
            f"{_NOT_CREATED}\n{_GUARD}",
            "the policy in the text",
            f"In the CLI, pass --permissions-boundary {_BOUNDARY}.",
            id="no tool",
        ),
        pytest.param(
            f'{_NOT_CREATED}\nDelegatedIam and\n{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}]}}\n{{"Version": "2012-10-17", "Statement": [{_GUARD}]}}',
            "the policy in the text",
            "--permissions-boundary",
            id="two policies, one name",
        ),
        pytest.param(
            f"{_NOT_CREATED}\n{_GUARD.replace(f'{chr(34)}{_BOUNDARY}{chr(34)}', f'[{chr(34)}{_BOUNDARY}{chr(34)}, {chr(34)}{_BOUNDARY}2{chr(34)}]')}",
            "the policy in the text",
            "--permissions-boundary in the CLI, permissions_boundary in Terraform",
            id="two accepted values",
        ),
    ],
)
def test_value_that_a_stated_deny_accepts(text: str, policy: str, step: str) -> None:
    """The code gets the value, and nobody has to read the policy again."""
    explanation = explain(text)
    assert f"the statement NoRoleWithoutBoundary of {policy} denies it" in explanation.summary
    assert step in explanation.remedies[0].steps[0]
    assert not any("get-policy" in line for line in explanation.remedies[0].commands)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "AWSRevokeOlderSessions",
            "The inline policy AWSRevokeOlderSessions denies every action to these sessions",
        ),
        ("Fence", "The policy Fence denies the call to these sessions"),
    ],
)
def test_sessions_that_the_policy_in_the_text_revokes(name: str, says: str) -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-20T06:00:00Z"}}}]}'
    denied = "User: arn:aws:sts::111122223333:assumed-role/app/ana is not authorized to perform: sqs:ListQueues on resource: * with an explicit deny in an identity-based policy"
    explanation = explain(
        f"{denied}\n\n$ aws iam get-role-policy --role-name app --policy-name {name}\n{policy}"
    )
    assert (
        "somebody revoked the role's sessions from before 2026-11-20T06:00:00Z, and this one is older"
        in explanation.summary
    )
    assert says in explanation.causes[0].text
    assert not any("get-role-policy" in line for line in explanation.remedies[0].commands)
    in_cell = explain(f"Cell In[3], line 1\n{denied}\n\n{policy}").remedies[0]
    for remedy, program, others in ((explanation.remedies[0], "program", True), (in_cell, "kernel", False)):
        assert f"restart the {program}" in remedy.steps[0]
        assert any("Instances, tasks and pods" in each for each in remedy.steps) is others


@pytest.mark.parametrize(
    ("action", "unlocks"),
    [("s3:PutBucketPolicy", True), ("s3:DeleteBucketPolicy", True), ("s3:PutObject", False)],
)
def test_a_bucket_policy_that_locks_everyone_out(*, action: str, unlocks: bool) -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Sid": "OfficeOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::orders-media", "arn:aws:s3:::orders-media/*"], "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}]}'
    resource = "arn:aws:s3:::orders-media" + ("" if unlocks else "/a.png")
    remedy, *others = explain(
        f'User: arn:aws:sts::111122223333:assumed-role/deploy/ana is not authorized to perform: {action} on resource: "{resource}" with an explicit deny in a resource-based policy\n{policy}'
    ).remedies
    assert "VPN or proxy" in remedy.steps[0]
    assert "NotIpAddress applies to them, too" in remedy.steps[0]
    assert ("aws s3api delete-bucket-policy --bucket orders-media" in remedy.commands) is unlocks
    assert ("S3UnlockBucketPolicy" in " ".join(remedy.steps)) is unlocks
    # The remedy for the owner says that instead.
    assert not any(step.startswith("If the call must stay as it is") for step in remedy.steps)
    covers = "The Deny covers s3:GetBucketPolicy and s3:PutBucketPolicy, too"
    assert any(covers in step for each in others for step in each.steps) is not unlocks


@pytest.mark.parametrize(
    ("tool", "setting"),
    [
        ("$ sls deploy\n", "The Serverless Framework creates the role without a boundary. Set provider.iam.role.permissionsBoundary in serverless.yml as below."),
        ("orders-dev-eu-west-1-lambdaRole\n", "The Serverless Framework creates the role without a boundary. Set provider.iam.role.permissionsBoundary in serverless.yml as below."),
        ("", "In the CLI, pass --permissions-boundary arn:aws:iam::111122223333:policy/Fence."),
    ],
)  # fmt: skip
def test_a_boundary_is_set_where_the_tool_has_it(tool: str, setting: str) -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*", "Condition": {"StringNotEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/Fence"}}}]}'
    remedy = explain(
        f"{tool}User: arn:aws:sts::111122223333:assumed-role/dev/ana is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/orders-fn with an explicit deny in an identity-based policy\n{policy}"
    ).remedies[0]
    assert remedy.steps[0].startswith(setting)
    assert "must also allow the actions" in remedy.steps[1]
    yaml = "permissionsBoundary: arn:aws:iam::111122223333:policy/Fence"
    assert (yaml in (remedy.manifest or "")) is bool(tool)


@check_rows(
    ("tags", "step", "option"),
    [
        ("'ResourceType=instance,Tags=[{Key=CostCenter,Value=7}]'", "The command tags only the instance. Repeat it as below: if the option is given twice", "'ResourceType=instance,Tags=[{Key=CostCenter,Value=7}]' 'ResourceType=volume,Tags=[{Key=CostCenter,Value=7}]'"),
        ("'ResourceType=instance,Tags=[{Key=Name,Value=web}]' --count 2", "The command tags only the instance.", "'ResourceType=instance,Tags=[{Key=Name,Value=web}]' 'ResourceType=volume,Tags=[{Key=CostCenter,Value=VALUE}]'"),
        ("'ResourceType=volume,Tags=[{Key=Name,Value=web}]'", "The volume has other tags. Repeat it as below:", "'ResourceType=volume,Tags=[{Key=Name,Value=web},{Key=CostCenter,Value=VALUE}]'"),
        # What cannot be read, or is not safe to repeat, is not repeated.
        ("'ResourceType=volume,Tags=[{Key=CostCenter,Value=}]'", "'ResourceType=volume,Tags=[{Key=CostCenter,Value=VALUE}]' in the AWS CLI", None),
        ("'ResourceType=instance,Tags=$(cat tags)'", "'ResourceType=volume,Tags=[{Key=CostCenter,Value=VALUE}]' in the AWS CLI", None),
        ("'ResourceType=instance,Tags=[{Key=Name,Value=web}]' 'ResourceType=network-interface,Tags=$(cat tags)'", "Write --tag-specifications", None),
        ("'ResourceType=instance,Tags=[{Key=Name,Value=web}]' --user-data \"$(cat setup.sh)\"", "Write --tag-specifications", None),
    ],
)  # fmt: skip
def test_the_option_keeps_the_tags_of_the_command(tags: str, step: str, option: str | None) -> None:
    run = "aws ec2 run-instances --image-id ami-0abc12de34f567890"
    command = f"$ {run} --tag-specifications {tags}\n\n"
    facts = _decoded("Costs", "aws:RequestTag/CostCenter", "true", None, resource=VOLUME)
    text = command + _text("a service control policy", resource=VOLUME)
    remedy = explain(text, facts=facts).remedies[0]
    assert step in remedy.steps[0]
    count = " --count 2" if "--count" in tags else ""
    again = () if option is None else (f"{run}{count} --tag-specifications {option} --region eu-west-1",)
    assert remedy.commands == again


@pytest.mark.parametrize(
    ("caller", "action", "resource", "says"),
    [
        ("user/ana", "s3:GetBucketPolicy", "arn:aws:s3:::media", "the user ana cannot read the policy, not even with AdministratorAccess. The root user of the bucket's account can"),
        ("user/ana", "s3:PutBucketPolicy", "arn:aws:s3:::media", "cannot replace the policy"),
        ("user/ana", "sqs:SetQueueAttributes", "arn:aws:sqs:eu-west-1:111122223333:jobs", "SQSUnlockQueuePolicy"),
        ("user/ana", "s3:GetObject", "arn:aws:s3:::media/a", None),
        ("user/ana", "s3:GetBucketPolicyStatus", "arn:aws:s3:::media", None),
        ("root", "s3:PutBucketPolicy", "arn:aws:s3:::media", None),
    ],
)  # fmt: skip
def test_a_deny_that_covers_the_policy_itself(
    caller: str, action: str, resource: str, says: str | None
) -> None:
    text = f"User: arn:aws:iam::111122223333:{caller} is not authorized to perform: {action} on resource: {resource} with an explicit deny in a resource-based policy"
    remedy = explain(text).remedies[0]
    assert ("or as the root user" in remedy.title) is (says is not None)
    assert (says or "Read the conditions") in " ".join(remedy.steps)


@pytest.mark.parametrize(
    ("caller", "action", "tries_role"),
    [
        ("iam::111122223333:root", "s3:PutBucketPolicy", True),
        ("iam::111122223333:root", "ec2:RunInstances", True),
        ("iam::111122223333:root", "cloudtrail:StopLogging", False),
        ("iam::111122223333:user/ana", "s3:PutBucketPolicy", False),
    ],
)
def test_service_control_policy_that_denies_the_root_user(
    caller: str, action: str, *, tries_role: bool
) -> None:
    text = f"User: arn:aws:{caller} is not authorized to perform: {action} on resource: * with an explicit deny in a service control policy"
    shown = " ".join(str(explain(text)).split())
    assert (f"with {action}: such policies often deny only root users" in shown) is tries_role
    assert "only they can see or change the policy" in shown


def test_only_denials_with_a_principal_are_counted_as_theirs() -> None:
    denied = "An error occurred (AccessDenied) when calling the {} operation: User: arn:aws:sts::111122223333:assumed-role/{}/run-7 is not authorized to perform: {} on resource: {} because no identity-based policy allows the {} action"
    action, arn = "eks:DescribeCluster", "arn:aws:eks:eu-west-1:111122223333:cluster"
    lines = [
        denied.format(
            "PutImage",
            "ci",
            "ecr:PutImage",
            "arn:aws:ecr:eu-west-1:111122223333:repository/shop",
            "ecr:PutImage",
        ),
        denied.format("DescribeCluster", "deploy", action, f"{arn}/blue", action),
        denied.format("DescribeCluster", "deploy", action, f"{arn}/green", action),
    ]
    lines.append(
        "An error occurred (ExpiredToken) when calling the Publish operation: The security token included in the request is expired"
    )
    text = "".join(f"10:00:0{at} step {line}\n" for at, line in enumerate(lines))
    assert "has 3 denials of 2 principals (ci and deploy), and 1 other failure." in " ".join(
        str(explain(text)).split()
    )


_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_PUT = '{} User: arn:aws:sts::111122223333:assumed-role/export/s1 is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::acme-exports/a.gz" with an explicit deny in a resource control policy\n'
_BOTO = (
    f"import boto3\n{_PUT.format('An error occurred (AccessDenied) when calling the PutObject operation:')}"
)
_NO_KEY = {"Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "true"}}
_OTHER_KEY = {"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": _KEY}}
_ALGORITHM = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}


@check_rows(
    ("text", "condition", "setting"),
    [
        (_BOTO, _OTHER_KEY, f'ServerSideEncryption="aws:kms", SSEKMSKeyId="{_KEY}"'),
        (f"{_BOTO}The bucket encrypts with {_KEY}.", _NO_KEY, f'ServerSideEncryption="aws:kms", SSEKMSKeyId="{_KEY}"'),
        (_BOTO, _NO_KEY, 'SSEKMSKeyId="KEY_ARN"'),
        (_BOTO, _ALGORITHM, 'ServerSideEncryption="aws:kms".'),
        (f"{_BOTO}s3.upload_file('a', 'b', 'c')", _ALGORITHM, 'ExtraArgs={"ServerSideEncryption": "aws:kms"}'),
        (_PUT.format("$ aws s3 cp a.gz s3://acme-exports/\nupload failed:"), _OTHER_KEY, f"--sse aws:kms --sse-kms-key-id {_KEY}"),
        (_PUT.format("sink.rb:41: Aws::S3::Errors::AccessDenied"), _OTHER_KEY, "server_side_encryption: 'aws:kms', ssekms_key_id: "),
        (_PUT.format("$ terraform apply\nFailed to save state:"), _OTHER_KEY, "Set encrypt = true in the backend"),
        (_PUT.format("a program:"), _ALGORITHM, "--sse AES256"),
    ],
)  # fmt: skip
def test_encryption_header_of_a_program(text: str, condition: dict[str, object], setting: str) -> None:
    statement = {"Sid": "Kms", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
    explanation = explain(f"{text}{json.dumps(policy)}")
    step = explanation.remedies[0].steps[0]
    assert setting in step
    # Only the general step offers an encryption that the Deny may not accept.
    assert ("AES256" in step) is ("AES256" in setting)


@check_rows(
    ("text", "condition", "is_said"),
    [
        (f"The bucket is in account 444455556666.\n{_BOTO}", _ALGORITHM, True),
        (f"444455556666 owns it.\n{_PUT.format('$ aws s3 cp a.gz s3://acme-exports/')}", _ALGORITHM, True),
        # One account, a key that is known, and no key at all.
        (_BOTO, _ALGORITHM, False),
        (f"The bucket is in account 444455556666.\n{_BOTO}", _OTHER_KEY, False),
        (f"In account 444455556666.\n{_BOTO}", {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}, False),
    ],
)  # fmt: skip
def test_key_for_a_bucket_of_another_account(
    text: str, condition: dict[str, object], *, is_said: bool
) -> None:
    statement = {"Sid": "Kms", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
    step = explain(f"{text}{json.dumps(policy)}").remedies[0].steps[0]
    assert ("aws/s3 cannot be shared" in step) is is_said


@check_rows(
    ("call", "line"),
    [
        ("aws s3 cp a.gz s3://acme-exports/ --sse AES256", "aws s3 cp a.gz s3://acme-exports/ --sse aws:kms"),
        (
            "aws s3api put-object --bucket acme-exports --server-side-encryption AES256 --key a.gz --body a.gz",
            "aws s3api put-object --bucket acme-exports --server-side-encryption aws:kms --key a.gz --body a.gz",
        ),
        # The command lacks the option, so the request has no header.
        ("aws s3 cp a.gz s3://acme-exports/", "aws s3 cp a.gz s3://acme-exports/ --sse aws:kms"),
        ("aws s3 sync . s3://acme-exports/ --delete", "aws s3 sync . s3://acme-exports/ --delete --sse aws:kms"),
        (
            "aws s3api put-object --bucket acme-exports --key a.gz --body a.gz",
            "aws s3api put-object --bucket acme-exports --key a.gz --body a.gz --server-side-encryption aws:kms",
        ),
        # Its key belongs to the other value, a file can have the header, and these are other calls.
        ("aws s3 cp a.gz s3://acme-exports/ --sse AES256 --sse-kms-key-id alias/a", None),
        ("aws s3api put-object --cli-input-json file://put.json", None),
        ("aws s3api head-bucket --bucket acme-exports", None),
        ("aws s3 cp s3://acme-exports/a.gz .", None),
        ("aws s3 cp a.gz s3://acme-exports-old/", None),
        ("aws s3 cp a.gz s3://acme-exports/ --sse-c AES256 --sse-c-key fileb://key", None),
    ],
)  # fmt: skip
def test_command_with_the_required_encryption(call: str, line: str | None) -> None:
    statement = {"Sid": "Kms", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": _ALGORITHM}]}
    text = _PUT.format(f"$ {call}\nupload failed:")
    explanation = explain(f"{text}{json.dumps(policy)}")
    first = explanation.remedies[0]
    assert first.commands == (() if line is None else (line,))
    is_unsent = line is not None and "AES256" not in call
    assert ("because the request has no s3:x-amz-server-side-encryption" in explanation.summary) is is_unsent


@check_rows(
    ("listed", "is_quarantined"),
    [
        ('$ aws iam list-attached-user-policies --user-name {}\n{{"AttachedPolicies": [{{"PolicyName": "AWSCompromisedKeyQuarantineV2", "PolicyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"}}]}}', True),
        ("Attached to {}: AWSCompromisedKeyQuarantineV3", True),
        ("The policy is not AWSCompromisedKeyQuarantineV2, we checked {}.", False),
        ("The user mia has AWSCompromisedKeyQuarantineV3, {} does not.", False),
        ('$ aws iam list-attached-user-policies --user-name other\n{{"AttachedPolicies": [{{"PolicyName": "AWSCompromisedKeyQuarantineV2", "PolicyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"}}]}}', False),
    ],
    ids=["list", "words", "negated", "other user in words", "other user"],
)  # fmt: skip
def test_quarantine_that_only_the_text_shows(listed: str, *, is_quarantined: bool) -> None:
    text = f"User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::111122223333:user/new with an explicit deny in an identity-based policy\n{listed.format('ci')}"
    assert (explain(text).topic == "compromised-key") is is_quarantined
    # A role has no access key.
    role = text.replace("iam::111122223333:user/ci", "sts::111122223333:assumed-role/ci/run")
    assert explain(role).topic != "compromised-key"


_URL = "User: arn:aws:sts::111122223333:assumed-role/deployer/run is not authorized to perform: lambda:{}FunctionUrlConfig on resource: arn:aws:lambda:eu-west-1:111122223333:function:hook with an explicit deny in a service control policy\n"
_AUTH = '{{"Effect": "Deny", "Action": "lambda:*FunctionUrlConfig", "Resource": "*", "Condition": {{"{}": {{"lambda:FunctionUrlAuthType": "{}"}}}}}}'


@check_rows(
    ("verb", "code", "condition", "verdict"),
    [
        ("Create", 'AuthType: "NONE"', ("StringNotEquals", "AWS_IAM"), "because lambda:FunctionUrlAuthType is NONE, not AWS_IAM"),
        ("Update", 'authorization_type = "NONE"', ("StringEquals", "NONE"), "because lambda:FunctionUrlAuthType is NONE"),
        ("Create", "", ("StringNotEquals", "AWS_IAM"), "unless lambda:FunctionUrlAuthType is AWS_IAM"),
        ("Create", "", ("StringEquals", "NONE"), "if lambda:FunctionUrlAuthType is NONE"),
    ],
    ids=["code", "Terraform", "exempted", "denied"],
)  # fmt: skip
def test_function_url_that_anyone_can_call(
    verb: str, code: str, condition: tuple[str, str], verdict: str
) -> None:
    explanation = explain(f"{_URL.format(verb)}{code}\nSCP: {_AUTH.format(*condition)}")
    assert explanation.summary.endswith(f"denies it {verdict}.")
    first = explanation.remedies[0]
    assert first.title == "Create the function URL with the auth type AWS_IAM"
    assert "cannot sign: let it call an API Gateway API" in first.steps[0]


_INSTANCE = 'resource "aws_instance" "grid" {{\n  ami = "ami-1"\n{}}}\n'
_ROOT, _EBS = (f"  {each}_block_device {{{{\n    volume_size = 8\n{{}}  }}}}\n" for each in ("root", "ebs"))
_ON, _OFF = "    encrypted = true\n", "    encrypted = false\n"


@check_rows(
    ("code", "step"),
    [
        (_ROOT.format(""), "In aws_instance.grid, set encrypted = true in root_block_device."),
        (_ROOT.format(_OFF), "In aws_instance.grid, set encrypted = true in root_block_device."),
        (
            _ROOT.format(_ON) + _EBS.format(""),
            "In aws_instance.grid, set encrypted = true in ebs_block_device.",
        ),
        ("", "In aws_instance.grid, add root_block_device { encrypted = true }."),
        (
            _ROOT.format(_ON),
            "In aws_instance.grid, set encrypted = true in root_block_device (add one if it has none) and in each",
        ),
    ],
    ids=["absent", "false", "other volume", "no block", "set"],
)
def test_block_that_is_not_encrypted(code: str, step: str) -> None:
    deny = {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:volume/*", "Condition": {"Bool": {"ec2:Encrypted": "false"}}}  # fmt: skip
    text = f"Error: creating EC2 Instance: operation error EC2: RunInstances, api error UnauthorizedOperation: User: arn:aws:sts::111122223333:assumed-role/tf/run is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:volume/* with an explicit deny in a service control policy\n\n  with aws_instance.grid,\n{_INSTANCE.format(code)}{json.dumps({'Statement': [deny]})}"
    assert step in " ".join(explain(text).remedies[0].steps)


@check_rows(
    ("devices", "encrypted"),
    [
        ("'DeviceName=/dev/sda1,Ebs={VolumeSize=8}'", "'DeviceName=/dev/sda1,Ebs={VolumeSize=8,Encrypted=true}'"),
        ('"DeviceName=/dev/sda1,Ebs={Encrypted=false,VolumeType=gp3}"', "'DeviceName=/dev/sda1,Ebs={VolumeType=gp3,Encrypted=true}'"),
        ("'DeviceName=/dev/sdf,Ebs={VolumeSize=8,Encrypted=true}'", """'[{"DeviceName": "/dev/xvda","""),
        ("'DeviceName=/dev/sdf,VirtualName=ephemeral0'", """'[{"DeviceName": "/dev/xvda","""),
        ("'DeviceName=$DISK,Ebs={VolumeSize=8}'", """'[{"DeviceName": "/dev/xvda","""),
        ("'DeviceName=/dev/sda1,Ebs={VolumeSize=8}' 'DeviceName=/dev/sdb,Ebs={VolumeSize=2}'", """'[{"DeviceName": "/dev/xvda","""),
    ],
    ids=["absent", "false", "set", "no EBS", "a variable", "two values"],
)  # fmt: skip
def test_volumes_of_a_command_that_are_not_encrypted(devices: str, encrypted: str) -> None:
    deny = {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:volume/*", "Condition": {"Bool": {"ec2:Encrypted": "false"}}}  # fmt: skip
    text = f"$ aws ec2 run-instances --image-id ami-1 --block-device-mappings {devices}\nAn error occurred (UnauthorizedOperation) when calling the RunInstances operation: User: arn:aws:sts::111122223333:assumed-role/grid/lea is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:volume/* with an explicit deny in a service control policy\n{json.dumps({'Statement': [deny]})}"
    first = explain(text).remedies[0]
    assert f"--block-device-mappings {encrypted}" in " ".join((*first.steps, *first.commands))


_TLS = {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}  # fmt: skip


@check_rows(
    ("call", "is_plain"),
    [
        ('boto3.client("sqs", endpoint_url="http://sqs.eu-west-1.amazonaws.com")', True),
        ("AWS_ENDPOINT_URL_SQS=http://sqs.eu-west-1.amazonaws.com", True),
        ("curl -s http://sqs.eu-west-1.amazonaws.com/", True),
        ('boto3.client("sqs", endpoint_url="https://sqs.eu-west-1.amazonaws.com")', False),
        ("AWS_ENDPOINT_URL=http://s3.amazonaws.com\nAWS_ENDPOINT_URL_SQS=https://sqs.amazonaws.com", False),
        ("See http://docs.aws.amazon.com/", False),
    ],
)
def test_call_without_tls_is_the_verdict(call: str, is_plain: bool) -> None:  # noqa: FBT001
    denial = f"An error occurred (AccessDenied) when calling the SendMessage operation: User: {SESSION} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:orders with an explicit deny in a resource control policy"
    explanation = explain(f"{call}\n{denial}\n{json.dumps({'Statement': [_TLS]})}")
    assert ("because the call goes over HTTP, without TLS" in explanation.summary) is is_plain
    # Who only has to change the call asks nobody for a change of a policy.
    titles = [each.title for each in explanation.remedies]
    assert titles[0].startswith("Call over HTTPS")
    assert {each.who for each in explanation.remedies} == {"you"}


@pytest.mark.parametrize(
    ("operator", "caller", "more", "is_known"),
    [
        ("BoolIfExists", f"arn:aws:iam::{ACCOUNT}:user/ana", "", True),
        ("BoolIfExists", f"arn:aws:iam::{ACCOUNT}:user/ana", "$ aws sts get-session-token", False),
        ("BoolIfExists", SESSION, "", False),
        # Requests with access keys have no such key, so it is another session.
        ("Bool", f"arn:aws:iam::{ACCOUNT}:user/ana", "", False),
    ],
)
def test_keys_of_a_user_carry_no_mfa(operator: str, caller: str, more: str, is_known: bool) -> None:  # noqa: FBT001
    deny = {"Sid": "Mfa", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {operator: {"aws:MultiFactorAuthPresent": "false"}}}  # fmt: skip
    denial = f"{more}\nAn error occurred (UnauthorizedOperation) when calling the StopInstances operation: User: {caller} is not authorized to perform: ec2:StopInstances on resource: {INSTANCE} with an explicit deny in an identity-based policy"
    summary = explain(f"{denial}\n{json.dumps({'Statement': [deny]})}").summary
    assert ("because the caller's credentials carry no MFA" in summary) is is_known
    assert ("if the caller's credentials carry no MFA" in summary) is not is_known


_QUARANTINED = "User: arn:aws{0}:iam::111122223333:user/ci is not authorized to perform: iam:CreateUser on resource: user eve with an explicit deny in an identity-based policy: arn:aws{0}:iam::aws:policy/AWSCompromisedKeyQuarantineV3"


@check_rows(
    ("partition", "more", "first", "region", "support"),
    [
        ("", "\nkey AKIAIOSFODNN7EXAMPLE leaked, support case 175841233000123", "aws iam update-access-key --user-name ci --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive", "us-east-1", "Support case 175841233000123 says so"),
        ("", "\nCase ID: 175841233000123", "aws iam list-access-keys --user-name ci", "us-east-1", "Support case 175841233000123 says so"),
        ("-us-gov", "\nin any case 3 keys", "aws iam list-access-keys --region us-gov-west-1 --user-name ci", "us-gov-west-1", "Support case, or its e-mail, says so"),
        ("", "\ncases 175841233000123 and case 175841233000124, case 175841233000125", "aws iam list-access-keys --user-name ci", "us-east-1", "Support case, or its e-mail, says so"),
    ],
    ids=["key and case", "case", "neither", "two cases"],
)  # fmt: skip
def test_key_that_the_text_names_is_deactivated_first(
    partition: str, more: str, first: str, region: str, support: str
) -> None:
    explanation = explain(_QUARANTINED.format(partition) + more)
    remedy = explanation.remedies[0]
    assert remedy.commands[0] == first
    assert any(each.endswith(f" --region {region}") for each in remedy.commands)
    assert support in remedy.steps[0]
    assert "REGION" not in str(remedy.commands)


@pytest.mark.parametrize(
    ("before", "command", "is_setting"),
    [
        ("[profile ops]\nrole_arn = {role}\nsource_profile = home\n\n$ aws s3 ls --profile ops\n\n", "aws iam list-mfa-devices --profile home", True),
        ("[profile ops]\nrole_arn = {role}\nsource_profile = home\n\n$ export AWS_PROFILE=ops\n$ aws ec2 describe-vpcs\n\n", "aws iam list-mfa-devices --profile home", True),
        ("$ aws ce list-cost-allocation-tags --profile ops\n\n", "aws iam list-mfa-devices --profile SOURCE_PROFILE", True),
        # The profile makes the call itself, Terraform asks for no code, and the device is known.
        ("$ aws sts assume-role --role-arn {role} --role-session-name a --profile home\n\n", "aws iam list-mfa-devices --profile home", False),
        ("[profile ops]\nrole_arn = {role}\nsource_profile = home\n\n$ AWS_PROFILE=ops terraform plan\n", "aws sts get-session-token --serial-number SERIAL_NUMBER --token-code TOKEN_CODE --profile home", False),
        ("[profile ops]\nrole_arn = {role}\nmfa_serial = arn:aws:iam::111122223333:mfa/ana\nsource_profile = home\n\n$ aws s3 ls --profile ops\n\n", "aws sts assume-role --role-arn {role} --role-session-name check --serial-number arn:aws:iam::111122223333:mfa/ana --token-code TOKEN_CODE --profile home", False),
    ],
)  # fmt: skip
def test_profile_that_assumes_the_denied_role(before: str, command: str, is_setting: bool) -> None:  # noqa: FBT001
    """Each command with the profile is denied as the call was."""
    role = "arn:aws:iam::111122223333:role/ops"
    deny = {"Sid": "Mfa", "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}  # fmt: skip
    error = f"An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: {role} with an explicit deny in the role trust policy"
    first = explain(before.format(role=role) + error, facts={"trust_policy": {"Statement": [deny]}}).remedies[
        0
    ]
    assert command.format(role=role) in first.commands
    assert not any(each.endswith("--profile ops") for each in first.commands)
    shown = "[profile ops]\nmfa_serial = MFA_DEVICE_ARN" if is_setting else None
    assert first.manifest == shown


@check_rows(
    ("sent", "said"),
    [
        ("gold", "The statement denies ec2:StopInstances and ec2:RebootInstances if ec2:ResourceTag/tier is gold."),
        # The comparison is negated, or the value is unknown.
        ("iron", "'ec2:ResourceTag/tier' is 'iron' on the resource; the statement compares it with 'gold'."),
        (None, "The statement compares 'ec2:ResourceTag/tier' with 'gold'; the message omits the call's value."),
    ],
)  # fmt: skip
def test_cause_says_what_the_statement_denies(sent: str | None, said: str) -> None:
    decoded = _decoded("Guard", "ec2:ResourceTag/tier", "gold", sent, action="ec2:StopInstances")
    explanation = explain(_text("an identity-based policy", "ec2:StopInstances"), facts=decoded)
    assert said in {each.text for each in explanation.causes}


BANNED = "api error UnauthorizedOperation: User: arn:aws:sts::111122223333:assumed-role/builder/run-1 is not authorized to perform: {} on resource: {} with an explicit deny in a service control policy\n"
OWN_VPC = BANNED.format("ec2:CreateVpc", "arn:aws:ec2:eu-west-1:111122223333:vpc/*")
OWN_USER = BANNED.format("iam:CreateUser", "arn:aws:iam::111122223333:user/ci")
OF_MODULE = "\n  with module.net.aws_vpc.main,\n  on main.tf line 3\n\n"


@check_rows(
    ("text", "step"),
    [
        (f"{OWN_VPC}{OF_MODULE}(Wiki: own VPCs are forbidden, use vpc-0123456789abcdef0.)", 'The text says "Wiki: own VPCs are forbidden, use vpc-0123456789abcdef0": change the arguments of the module, so that it does not create module.net.aws_vpc.main, and use vpc-0123456789abcdef0.'),
        (f"{OWN_VPC}Accounts must not create a VPC of their own.", 'The text says "Accounts must not create a VPC of their own": use what these words name.'),
        (f"{OWN_USER}\n  with aws_iam_user.ci,\nIAM users are not allowed here, take roles.", 'The text says "IAM users are not allowed here, take roles": remove aws_iam_user.ci from the configuration, and use what these words name.'),
        # Something else is forbidden, the words repeat the denial, or somebody asks.
        (f"{OWN_VPC}IAM users are forbidden.", None),
        (f"{OWN_VPC}The role builder is not allowed to create VPCs.", None),
        (f"{OWN_VPC}Are own VPCs forbidden here?", None),
        (f"{OWN_VPC}{OF_MODULE}", None),
    ],
)  # fmt: skip
def test_ban_that_the_text_states(text: str, step: str | None) -> None:
    first = explain(text).remedies[0]
    assert (first.who == "you" and first.title.startswith("Do without it")) == (step is not None)
    assert step is None or first.steps[0] == step
    allowed = "User: arn:aws:sts::111122223333:assumed-role/builder/run-1 is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:tea because no identity-based policy allows the sqs:CreateQueue action\n  with aws_sqs_queue.tea,\n\n"
    # Beside another denial, and no note names only one of two resources.
    shown = " ".join(str(explain(f"{allowed}{text}")).split())
    assert (step is None) == ("send them this denial" in shown)
    assert step is None or step.removesuffix(".") in shown
    assert ("was working on aws_sqs_queue.tea" in shown) == (
        "with module" not in text and "with aws" not in text
    )


@check_rows(
    ("said", "is_over"),
    [
        ("AWS Support closed our case.", True),
        ("The support case 123456789012345 is resolved.", True),
        ('Support wrote: "You can now detach the quarantine policy."', True),
        ("AWS told us that the policy can be removed.", True),
        ("# case closed", True),
        # Not yet, a question, a condition, or the opposite.
        ("The case is not closed yet.", False),
        ("In case over 100 keys leaked, tell us.", False),
        ("Can you remove it?", False),
        ("Do we have to wait until the case is closed?", False),
        ("When the case is closed, we will detach it.", False),
        ("If AWS says you can remove the policy, do it.", False),
        ("AWS said we can't remove the policy.", False),
    ],
)
def test_quarantine_after_the_incident(said: str, *, is_over: bool) -> None:
    text = _text("an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3")
    explanation = explain(f"{text}\n{said}")
    assert explanation.topic == "compromised-key"
    [remedy] = explanation.remedies
    assert any("detach-user-policy" in each for each in remedy.commands) is is_over
    assert any("delete-access-key" in each for each in remedy.commands) is not is_over
    assert "Allow does not override" in explanation.causes[0].text
