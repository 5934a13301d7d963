"""Explanations use the details of a post, such as its kubeconfig, log lines and commands, but take no word of a sentence for a name."""

from __future__ import annotations

import pytest

from iamtriage import explain

_LOGIN = "$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)\n"
_USER = '- name: aws\n  user:\n    exec:\n      command: aws-iam-authenticator\n      args:\n        - "token"\n        - "-i"\n        - "tea"\n        - "-r"\n        - "arn:aws:iam::111122223333:role/TeaAdmin"\n'
_LOGGED = 'time="2026-02-04T17:13:28Z" level=warning msg="access denied" arn="arn:aws:iam::111122223333:role/tea-dev" client="127.0.0.1:43210" error="Identity is not mapped" method=POST path=/authenticate\n'
_EC2 = "UnauthorizedOperation: You are not authorized to perform this operation.\n\tstatus code: 403, request id: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f"
_SCALED = "E0322 18:48:28.135501       1 aws_manager.go:259] Failed to regenerate ASG cache: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/eksctl-tea-nodegroup-NodeInstanceRole-1A2B/i-0a1b2c3d4e5f60718 is not authorized to perform: autoscaling:DescribeTags\n"
_INVALID = "UnrecognizedClientException: The security token included in the request is invalid.\n"
_STACK = "AccessDenied: User: arn:aws:sts::{0}:assumed-role/tea/app is not authorized to perform: cloudformation:DescribeStackEvents on resource: arn:aws:cloudformation:eu-west-2:{0}:stack/${{APP}}-2/1a2b\n"


@pytest.mark.parametrize(
    ("text", "shown", "absent"),
    [
        (_LOGIN + _USER, ("the role TeaAdmin has no access entry", ":role/TeaAdmin"), ("PRINCIPAL_ARN",)),
        (_LOGIN, ("the text does not say who it is",), ()),
        (_LOGIN + _LOGGED, ("The cluster rejected the role tea-dev",), ("PRINCIPAL_ARN",)),
        ("$ aws eks get-token --cluster-name ****\n" + _LOGIN, ("The cluster could not",), ("cluster CLUSTER could",)),
        (f"panic: Unable to hydrate the AWS launch template cache, {_EC2}", ("ec2:DescribeLaunchTemplates",), ("names no action",)),
        (f'level=error error="error getting volume info: rpc error: code = Unknown desc = {_EC2}"', ("ec2:DescribeVolumes",), ("names no action",)),
        (f"failed to create things: error getting volume info: {_EC2}", ("ec2:DescribeVolumes",), ()),
        ("failed to confirm existence of 'octo-charts' bucket: Access Denied.", ("s3:ListBucket on arn:aws:s3:::octo-charts",), ("names no action",)),
        (f"eksctl create cluster \\\n--name tea \\\n--region eu-west-3\nThen the cluster autoscaler, as documented.\n{_SCALED}", ("--cluster-name tea ",), ("--cluster-name autoscaler",)),
        (f"The pods of the cluster autoscaler, restart.\n{_SCALED}", (), ("--cluster-name autoscaler",)),
        (f"I did a new aws configure and a login --profile with the new keys.\n{_INVALID}", ("aws sts get-caller-identity",), ("--profile with",)),
        (f"I did a login --profile tea with the new keys.\n{_INVALID}", ("--profile tea",), ()),
        ("User: arn:aws:iam::<xxxx>:user/<iam user name> is not authorized to perform: sqs:SendMessage on resource: orders", ("put-user-policy --user-name USER_NAME",), ("put-role-policy",)),
        (_STACK.format("XXXXXXXXXXXX"), ("no identity-based policy allows it",), ("nobody filled in",)),
        (_STACK.format("111122223333"), ("${APP} is a placeholder that nobody filled in",), ()),
    ],
)  # fmt: skip
def test_details_of_a_post(text: str, shown: tuple[str, ...], absent: tuple[str, ...]) -> None:
    short = " ".join(str(explain(text)).split())
    for words in shown:
        assert words in short
    for words in absent:
        assert words not in short
