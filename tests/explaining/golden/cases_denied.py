"""Cases for access denials: name, fictional error text as AWS prints it, facts."""

from __future__ import annotations

from typing import Any

from tests.tables import botocore_text

Golden = tuple[str, str, dict[str, object]]

USER = "arn:aws:iam::111122223333:user/ana"
SESSION = "arn:aws:sts::111122223333:assumed-role/orders-api/i-0a1b2c3d4e5f60718"
SSO = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/ana@example.com"
LINKED = "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForBackup/AWSBackup-AWSServiceRoleForBackup"
CLUSTER = "arn:aws:eks:eu-west-1:111122223333:cluster/orders"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"
KEY = "arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
SCP = "arn:aws:organizations::444455556666:policy/o-a1b2c3d4e5/service_control_policy/p-0a1b2c3d"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"


def _s3(message: str, more: str = "") -> str:
    return f"<Error><Code>AccessDenied</Code><Message>{message}</Message>{more}<RequestId>K2J4M6P8R0S2T4V6</RequestId><HostId>Example0hostId1of2S3==</HostId></Error>"


def _denied(who: str, action: str, resource: str | None, why: str = "") -> str:
    on = f" on resource: {resource}" if resource else ""
    return f"User: {who} is not authorized to perform: {action}{on}{why}"


def _no(layer: str, action: str) -> str:
    return f" because no {layer} allows the {action} action"


DECODED = {
    "allowed": False,
    "explicitDeny": True,
    "matchedStatements": {
        "items": [
            {
                "statementId": "OnlyFrankfurt",
                "effect": "DENY",
                "principals": {"items": [{"value": "AROAEXAMPLEEXAMPLE12"}]},
                "principalGroups": {"items": []},
                "actions": {"items": [{"value": "ec2:*"}]},
                "resources": {"items": [{"value": "*"}]},
                "conditions": {
                    "items": [{"key": "ec2:Region", "values": {"items": [{"value": "eu-central-1"}]}}]
                },
            }
        ]
    },
    "failures": {"items": []},
    "context": {
        "principal": {"id": "AROAEXAMPLEEXAMPLE12:run-7", "arn": SESSION},
        "action": "RunInstances",
        "resource": "arn:aws:ec2:us-east-1:111122223333:instance/*",
        "conditions": {"items": [{"key": "ec2:Region", "values": {"items": [{"value": "us-east-1"}]}}]},
    },
}
TERRAFORM = """\
data "aws_iam_policy_document" "orders" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::orders"]
  }
  statement {
    actions   = ["logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.orders.arn}:*"]
  }
}
"""
TEMPLATE = """\
      Policies:
        - PolicyName: orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action:
                  - dynamodb:GetItem
                  - dynamodb:Query
                Resource: !GetAtt Orders.Arn
"""
INLINE_DETAILS: dict[str, Any] = {
    "requestContext": {"aws:RequestedRegion": "eu-west-1"},
    "evaluations": [
        {
            "action": "sqs:SendMessage",
            "resource": QUEUE,
            "evaluatedEffect": "EXPLICIT_DENY",
            "checks": [
                {"checkType": "SERVICE_CONTROL_POLICY", "evaluatedEffect": "ALLOW"},
                {
                    "checkType": "PRINCIPAL",
                    "evaluatedEffect": "EXPLICIT_DENY",
                    "matchedPolicies": [
                        {
                            "uri": "inline-1",
                            "matchedStatements": [{"sid": "NoQueues", "evaluatedEffect": "DENY"}],
                        }
                    ],
                },
            ],
        }
    ],
    "policies": [
        {"type": "IDENTITY_BASED_POLICY", "inline": True, "uri": "inline-1", "attachedTo": [{"arn": USER}]}
    ],
}
DECODED_IMPLICIT = {
    **DECODED,
    "explicitDeny": False,
    "matchedStatements": {"items": []},
    "context": {
        "principal": {"id": "AIDAEXAMPLEEXAMPLE12", "name": "ana", "arn": USER},
        "action": "iam:PassRole",
        "resource": "arn:aws:iam::111122223333:role/nodes",
        "conditions": {"items": []},
    },
}
DECODED_STOP = {
    **DECODED_IMPLICIT,
    "context": {
        "principal": {"id": "AIDAEXAMPLEEXAMPLE12", "name": "ana", "arn": USER},
        "action": "ec2:StopInstances",
        "resource": "arn:aws:ec2:us-east-1:111122223333:instance/i-0a1b2c3d4e5f60718",
        "conditions": {"items": []},
    },
}
DETAILS = {
    "requestContext": {},
    "evaluations": [
        {
            "action": "sqs:SendMessage",
            "resource": QUEUE,
            "context": {},
            "evaluatedEffect": "EXPLICIT_DENY",
            "checks": [
                {
                    "checkType": "SERVICE_CONTROL_POLICY",
                    "evaluatedEffect": "EXPLICIT_DENY",
                    "targetArn": "arn:aws:organizations::444455556666:account/o-a1b2c3d4e5/111122223333",
                    "relevantPolicyTypes": ["SERVICE_CONTROL_POLICY"],
                    "matchedPolicies": [
                        {
                            "uri": SCP,
                            "matchedStatements": [{"sid": "NoQueues", "evaluatedEffect": "EXPLICIT_DENY"}],
                        }
                    ],
                },
                {
                    "checkType": "PRINCIPAL",
                    "evaluatedEffect": "IMPLICIT_DENY",
                    "relevantPolicyTypes": ["IDENTITY_BASED_POLICY"],
                    "matchedPolicies": [],
                },
            ],
        }
    ],
    "policies": [],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:sub": "system:serviceaccount:shop:orders"}},
        }
    ],
}
CLAIMS = {"iss": f"https://{ISSUER}", "sub": "system:serviceaccount:shop:cart", "aud": ["sts.amazonaws.com"]}

NODE = "arn:aws:sts::111122223333:assumed-role/eksctl-orders-nodegroup-ng-NodeInstanceRole-1A2B3C4D5E6F/i-0a1b2c3d4e5f60718"
KOPS_NODE = "arn:aws:sts::111122223333:assumed-role/nodes.orders.example.com/i-0a1b2c3d4e5f60718"
KLOG = "E0803 10:15:00.000000       1 groups.go:12] Groups were not listed: AccessDenied: "

CASES: tuple[Golden, ...] = (
    # The examples on the EKS page.
    ("eks-page-pass-role", "User: arn:aws:iam::111122223333:user/marymajor is not authorized to perform: iam:PassRole", {}),
    ("eks-page-pass-role-cluster", "User: arn:aws:iam::111122223333:user/marymajor is not authorized to perform: iam:PassRole", {"cluster": "orders"}),
    # Identity-based policies.
    ("identity-implicit-session", botocore_text("AccessDeniedException", "DescribeCluster", _denied(SESSION, "eks:DescribeCluster", CLUSTER, _no("identity-based policy", "eks:DescribeCluster"))), {}),
    ("identity-implicit-user", botocore_text("AccessDenied", "ListBuckets", _denied(USER, "s3:ListAllMyBuckets", None, _no("identity-based policy", "s3:ListAllMyBuckets"))), {}),
    ("identity-implicit-identity-center", botocore_text("AccessDeniedException", "DescribeCluster", _denied(SSO, "eks:DescribeCluster", CLUSTER, _no("identity-based policy", "eks:DescribeCluster"))), {}),
    ("athena-result", botocore_text("InvalidRequestException", "StartQueryExecution", "Unable to verify/create output bucket orders-results"), {}),
    ("codecommit-git", "fatal: unable to access 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/orders/': The requested URL returned error: 403", {}),
    ("notification-destination", botocore_text("InvalidArgument", "PutBucketNotificationConfiguration", "Unable to validate the following destination configurations"), {}),
    ("ecr-pull-bare", 'Failed to pull image "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1": failed to resolve reference: pulling from host 111122223333.dkr.ecr.us-east-1.amazonaws.com failed with status code [manifests 1]: 403 Forbidden', {}),
    ("untrusted-service", botocore_text("AccessDeniedException", "CreateStateMachine", "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role."), {}),
    ("redshift-role", "ERROR: User arn:aws:redshift:us-east-1:111122223333:dbuser:dw/etl is not authorized to assume IAM Role arn:aws:iam::111122223333:role/RedshiftCopy", {}),
    ("assume-role-resource", botocore_text("AccessDenied", "AssumeRole", "User: arn:aws:iam::111122223333:user/ops is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Deploy because no resource-based policy allows the sts:AssumeRole action"), {}),
    ("identity-implicit-service-linked", botocore_text("AccessDenied", "CreateGrant", _denied(LINKED, "kms:CreateGrant", KEY, _no("identity-based policy", "kms:CreateGrant"))), {}),
    ("identity-implicit-cross-account", botocore_text("AccessDenied", "SendMessage", _denied(USER, "sqs:SendMessage", QUEUE.replace("111122223333", "444455556666"), _no("identity-based policy", "sqs:SendMessage"))), {}),
    ("identity-implicit-masked", botocore_text("AccessDeniedException", "DescribeCluster", _denied("arn:aws:sts::****:assumed-role/orders-api/***", "eks:DescribeCluster", "arn:aws:eks:eu-west-1:****:cluster/ord***", _no("identity-based policy", "eks:DescribeCluster"))), {}),
    ("identity-implicit-secret-name", botocore_text("AccessDeniedException", "GetSecretValue", _denied(SESSION, "secretsmanager:GetSecretValue", "prod/orders/db", _no("identity-based policy", "secretsmanager:GetSecretValue"))), {"region": "eu-west-1"}),
    ("identity-implicit-root", botocore_text("AccessDenied", "PutObject", _denied("arn:aws:iam::111122223333:root", "s3:PutObject", '"arn:aws:s3:::orders/1.csv"')), {}),
    ("identity-implicit-cloudformation", 'Resource handler returned message: "' + _denied("arn:aws:sts::111122223333:assumed-role/deployer/AWSCloudFormation", "eks:CreateCluster", CLUSTER, _no("identity-based policy", "eks:CreateCluster")) + ' (Service: Eks, Status Code: 403, Request ID: 7f3d0c52-9a41-4e6b-8d27-5b1e60c4fa93)" (RequestToken: 7d2e9a01-3b4c-4d5e-8f60-718293a4b5c6, HandlerErrorCode: AccessDenied)', {}),
    ("identity-implicit-authorization-id", botocore_text("AccessDenied", "CreateInstanceProfile", _denied(USER, "iam:CreateInstanceProfile", "arn:aws:iam::111122223333:instance-profile/nodes", _no("identity-based policy", "iam:CreateInstanceProfile")) + ". Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/a1b2c3d4e5f6g7h8i9j0k1l2m for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: a1b2c3d4e5f6g7h8i9j0k1l2m"), {}),
    # Pods that call with their node's role.
    ("pod-as-node-possible", botocore_text("AccessDeniedException", "GetSecretValue", _denied(KOPS_NODE, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3", _no("identity-based policy", "secretsmanager:GetSecretValue"))), {}),
    ("pod-as-node-supplied", botocore_text("AccessDenied", "PutObject", _denied(SESSION, "s3:PutObject", "arn:aws:s3:::orders/a.csv", _no("identity-based policy", "s3:PutObject"))), {"namespace": "shop", "service_account": "orders-api", "cluster": "orders", "region": "eu-west-1"}),
    ("pod-as-node-assumes", 'time="2026-08-03T10:15:00Z" level=error msg="external-dns: AccessDenied: ' + _denied(NODE, "sts:AssumeRole", "arn:aws:iam::111122223333:role/dns") + '"', {}),
    ("identity-explicit-arn", botocore_text("AccessDenied", "DeleteRole", _denied(USER, "iam:DeleteRole", "arn:aws:iam::111122223333:role/deploy", " with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/fence")), {}),
    # Policies that cap permissions.
    # Resource-based policies.
    ("resource-implicit-identity-center", botocore_text("AccessDenied", "SendMessage", _denied(SSO, "sqs:SendMessage", QUEUE.replace("111122223333", "444455556666"), _no("resource-based policy", "sqs:SendMessage"))), {}),
    ("anonymous-opensearch", '{"Message":"User: anonymous is not authorized to perform: es:ESHttpGet because no resource-based policy allows the es:ESHttpGet action"}', {}),
    # Roles: passing and assuming.
    ("pass-role-ec2", botocore_text("UnauthorizedOperation", "RunInstances", "You are not authorized to perform this operation. " + _denied(USER, "iam:PassRole", "arn:aws:iam::111122223333:role/nodes", _no("identity-based policy", "iam:PassRole"))), {}),
    ("pass-role-node-group", botocore_text("AccessDeniedException", "CreateNodegroup", _denied(USER, "iam:PassRole", "arn:aws:iam::111122223333:role/eks-nodes", _no("identity-based policy", "iam:PassRole"))), {}),
    ("pass-role-fargate", botocore_text("AccessDeniedException", "CreateFargateProfile", _denied(USER, "iam:PassRole", "arn:aws:iam::111122223333:role/eks-pods", _no("identity-based policy", "iam:PassRole"))), {}),
    ("pass-role-pod-identity", botocore_text("AccessDeniedException", "CreatePodIdentityAssociation", _denied(USER, "iam:PassRole", "arn:aws:iam::111122223333:role/orders-pod", _no("identity-based policy", "iam:PassRole"))), {}),
    ("pass-role-add-on", botocore_text("AccessDeniedException", "CreateAddon", _denied(USER, "iam:PassRole", "arn:aws:iam::111122223333:role/vpc-cni", _no("identity-based policy", "iam:PassRole"))), {}),
    ("pass-role-emr", botocore_text("AccessDeniedException", "RunJobFlow", _denied(USER, "iam:PassRole", "arn:aws:iam::111122223333:role/EMR_EC2_DefaultRole", _no("identity-based policy", "iam:PassRole"))), {}),
    ("pass-role-app-runner", botocore_text("AccessDeniedException", "CreateService", _denied(USER, "iam:PassRole", "arn:aws:iam::111122223333:role/orders-instance", _no("identity-based policy", "iam:PassRole"))), {"service": "App Runner"}),
    ("pass-role-cross-account-derived", botocore_text("AccessDeniedException", "CreateCluster", _denied(USER, "iam:PassRole", "arn:aws:iam::444455556666:role/eks-cluster")), {}),
    ("assume-role-cross-account", botocore_text("AccessDenied", "AssumeRole", _denied(SESSION, "sts:AssumeRole", "arn:aws:iam::444455556666:role/reader")), {}),
    ("assume-role-trust", botocore_text("AccessDenied", "AssumeRole", _denied(USER, "sts:AssumeRole", "arn:aws:iam::111122223333:role/reader", _no("role trust policy", "sts:AssumeRole"))), {}),
    ("assume-role-trust-explicit", botocore_text("AccessDenied", "AssumeRole", _denied(USER, "sts:AssumeRole", "arn:aws:iam::111122223333:role/reader", " with an explicit deny in the role trust policy")), {}),
    ("web-identity", botocore_text("AccessDenied", "AssumeRoleWithWebIdentity", "Not authorized to perform sts:AssumeRoleWithWebIdentity"), {}),
    ("web-identity-facts", botocore_text("AccessDenied", "AssumeRoleWithWebIdentity", "Not authorized to perform sts:AssumeRoleWithWebIdentity"), {"cluster": "orders", "namespace": "shop", "service_account": "cart", "trust_policy": TRUST, "token_claims": CLAIMS}),
    ("pod-identity", "failed to load credentials: Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client", {"cluster": "orders", "namespace": "shop"}),
    # Service-specific messages.
    ("kms-identity", botocore_text("AccessDeniedException", "Decrypt", _denied(SESSION, "kms:Decrypt", None, " on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action")), {}),
    ("s3-head-object", botocore_text("403", "HeadObject", "Forbidden"), {}),
    ("ec2-bare", botocore_text("UnauthorizedOperation", "DescribeVpcs", "You are not authorized to perform this operation."), {}),
    ("ec2-encoded", botocore_text("UnauthorizedOperation", "RunInstances", "You are not authorized to perform this operation. Encoded authorization failure message: " + "aB3_dE6fG9" * 12), {}),
    ("ec2-encoded-pass-role", botocore_text("UnauthorizedOperation", "RunInstances", "You are not authorized to perform this operation. Encoded authorization failure message: " + "aB3_dE6fG9" * 12), {"decoded_message": DECODED_IMPLICIT}),
    ("authorization-details", botocore_text("AccessDenied", "SendMessage", _denied(SESSION, "sqs:SendMessage", QUEUE, " with an explicit deny")), {"authorization_details": DETAILS}),
    ("authorization-details-inline", botocore_text("AccessDenied", "SendMessage", _denied(USER, "sqs:SendMessage", QUEUE, " with an explicit deny in an identity-based policy")), {"authorization_details": INLINE_DETAILS}),
    ("authorization-details-two-obstacles", botocore_text("AccessDenied", "CreateInstanceProfile", _denied(USER, "iam:CreateInstanceProfile", "arn:aws:iam::111122223333:instance-profile/orders", " with an explicit deny in an identity-based policy. Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/4h8s1k6p9x3n7v2c5b0m8d6f4 for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: 4h8s1k6p9x3n7v2c5b0m8d6f4")), {"authorization_details": {**INLINE_DETAILS, "evaluations": [{**each, "action": "iam:CreateInstanceProfile"} for each in INLINE_DETAILS["evaluations"]], "policies": [*INLINE_DETAILS["policies"], {"type": "IDENTITY_BASED_POLICY", "inline": False, "uri": "arn:aws:iam::aws:policy/PowerUserAccess", "attachedTo": [{"arn": USER}]}]}}),
    ("s3-upload", "upload failed: ./r.csv to s3://orders/2026/r.csv " + botocore_text("AccessDenied", "PutObject", "Access Denied"), {}),
    ("s3-job", "Run aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/deploy\nRun aws s3 sync ./site s3://www/docs\nupload failed: site/a.html to s3://www/docs/a.html " + botocore_text("AccessDenied", "PutObject", "Access Denied"), {}),
    ("pass-role-frames", f"AccessDeniedException: {_denied(SESSION, 'iam:PassRole', 'arn:aws:iam::111122223333:role/cart', _no('identity-based policy', 'iam:PassRole'))}\n    at de_CreateFunctionCommandError (/app/node_modules/@aws-sdk/client-lambda/dist-cjs/index.js:2101:14)", {}),
    ("explicit-unnamed", botocore_text("AccessDeniedException", "GetFunction", _denied(USER, "lambda:GetFunction", "arn:aws:lambda:eu-west-1:111122223333:function:resize", " with an explicit deny")), {}),
    ("ambiguous-service", botocore_text("AccessDeniedException", "CreateCluster", "You don't have permissions to access this resource."), {}),
    ("ambiguous-service-tags", botocore_text("AccessDenied", "ListTagsForResource", "Access Denied"), {}),
    ("ambiguous-service-command", "$ aws redshift create-cluster --cluster-identifier orders\n\n" + botocore_text("AccessDeniedException", "CreateCluster", "You don't have permissions to access this resource."), {}),
    ("ambiguous-service-module", "2026-08-03 10:15:00 [Module: organizations_service] ERROR: eu-west-1 -- " + botocore_text("AccessDeniedException", "ListPolicies", "You don't have permissions to access this resource."), {}),
    ("ecr-push", "denied: " + _denied(USER, "ecr:InitiateLayerUpload", "arn:aws:ecr:eu-west-1:111122223333:repository/shop/cart", _no("identity-based policy", "ecr:InitiateLayerUpload")), {}),
    ("ecr-pull-cross-account", "denied: " + _denied(SESSION, "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:444455556666:repository/shop/cart", _no("resource-based policy", "ecr:BatchGetImage")), {}),
    ("session-channel", "error details - AccessDeniedException: " + _denied(SESSION, "ssmmessages:CreateControlChannel", "arn:aws:ssmmessages:eu-west-1:111122223333:*", _no("identity-based policy", "ssmmessages:CreateControlChannel")), {}),
    ("bedrock-subscription-unnamed", botocore_text("AccessDeniedException", "InvokeModel", "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model. Refer to the Amazon Bedrock documentation for further details."), {}),
    ("execution-role-in-vpc", botocore_text("InvalidParameterValueException", "CreateFunction", "The provided execution role does not have permissions to call CreateNetworkInterface on EC2"), {}),
    ("identity-pool-token-claims", botocore_text("AccessDenied", "AssumeRoleWithWebIdentity", "Not authorized to perform sts:AssumeRoleWithWebIdentity"), {"token_claims": {"iss": "https://cognito-identity.amazonaws.com", "aud": "eu-west-1:1a2b3c4d-0000-4000-8000-1234567890ab", "amr": ["unauthenticated"]}}),
    ("presigned-url-expired-bare", _s3("Request has expired"), {}),
    ("truncated-arns", "The template is invalid: User: arn:aws: is not authorized to perform: iam:CreateRole on resource: arn:aws:iam", {}),
    ("queue-of-unnamed-service", botocore_text("AccessDenied", "ListQueues", "Access to the resource *** is denied."), {}),
    ("queue-older-endpoint", botocore_text("AccessDenied", "ListQueues", "Access to the resource https://queue.amazonaws.com/ is denied."), {}),
    ("truncated-reason", botocore_text("AccessDeniedException", "DescribeCluster", _denied(USER, "eks:DescribeCluster", CLUSTER, " because no identity-b…")), {}),
    ("stated-policy-denies-given", _denied(USER, "sqs:SendMessage", QUEUE, " with an explicit deny in an identity-based policy"), {"policies": {"identity": [{"Version": "2012-10-17", "Statement": [{"Sid": "NoOrders", "Effect": "Deny", "Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:orders"}]}]}}),
    ("stated-policy-in-terraform", _denied(SESSION, "s3:GetObject", "arn:aws:s3:::orders/1.csv", _no("identity-based policy", "s3:GetObject")) + "\n\n# iam/main.tf\n" + TERRAFORM, {}),
    ("stated-policy-in-template", _denied(SESSION, "dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", _no("identity-based policy", "dynamodb:PutItem")) + "\n\ntemplate.yaml:\n" + TEMPLATE, {}),
    ("china-user", botocore_text("AccessDeniedException", "DescribeCluster", _denied("arn:aws-cn:iam::111122223333:user/ana", "eks:DescribeCluster", "arn:aws-cn:eks:cn-north-1:111122223333:cluster/orders", _no("identity-based policy", "eks:DescribeCluster"))), {}),
)  # fmt: skip
