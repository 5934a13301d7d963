"""Check how the standard denial is read in all its forms."""

from __future__ import annotations

import pytest

from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage._reading.vocabulary.grammar import trim
from iamtriage._reading.vocabulary.masks import rejoin
from iamtriage._reading.vocabulary.policy_types import policy_type
from tests.tables import (
    ANA,
    APP,
    CLUSTER,
    DENIAL,
    DENIED,
    REQUEST,
    ROLE,
    Facts,
    Table,
    check_rows,
    denied,
    expect,
    facts_in,
    rows,
)

BLOB = "Qx7_aB3dEfGh1jKlMnOpQrStUvWxYz-0123456789AbCdEfGhIjKlMnOpQrStUv"
ID = "0abc1def2ghi3jkl4mno5pqr6s"
POLICY = "arn:aws:iam::111122223333:policy/limits/no-eks"
SCP = "arn:aws:organizations::111122223333:policy/o-example123/service_control_policy/p-example1"

_GROUP = "arn:aws:logs:eu-west-1:111122223333:log-group:orders:log-stream:"
_TYPES = (
    ("identity", "identity-based policy"),
    ("resource", "resource-based policy"),
    ("permissions_boundary", "permissions boundary"),
    ("session", "session policy"),
    ("service_control", "service control policy"),
    ("resource_control", "resource control policy"),
    ("vpc_endpoint", "VPC endpoint policy"),
    ("role_trust", "role trust policy"),
)


def _deny(deny: str, policy: str | None = None, **more: object) -> Facts:
    facts: Facts = {**DENIED, "deny": deny, **more}
    return facts if policy is None else {**facts, "policy_type": policy}


IMPLICIT: Table = tuple(
    (kind, f"{DENIAL} because no {words} allows the eks:DescribeCluster action", _deny("implicit", kind))
    for kind, words in _TYPES
)
EXPLICIT: Table = tuple(
    (kind, f"{DENIAL} with an explicit deny in a {words}", _deny("explicit", kind)) for kind, words in _TYPES
)
WITH_POLICY: Table = tuple(
    (
        kind,
        f"{DENIAL} with an explicit deny in a {words}: {POLICY}",
        _deny("explicit", kind, policy_arn=POLICY),
    )
    for kind, words in _TYPES
)
REASONS: Table = (
    ("silent", DENIAL, dict(DENIED)),
    # CloudWatch Logs ends the ARN of a group with a colon, unlike the text that quotes a message.
    ("log-group", f"{DENIAL.replace(CLUSTER, _GROUP)} ---> Inner", {**DENIED, "resource": _GROUP}),
    ("quoted", f"{DENIAL}: ClientError", dict(DENIED)),
    ("type-not-stated", f"{DENIAL} with an explicit deny", _deny("explicit")),
    (
        "article-an",
        f"{DENIAL} with an explicit deny in an identity-based policy",
        _deny("explicit", "identity"),
    ),
    (
        "article-the",
        f"{DENIAL} with an explicit deny in the role trust policy",
        _deny("explicit", "role_trust"),
    ),
    ("no-article", f"{DENIAL} with an explicit deny in session policy", _deny("explicit", "session")),
    ("sessions", f"{DENIAL} with an explicit deny in a sessions policy", _deny("explicit", "session")),
    (
        "plural",
        f"{DENIAL} because no session policies allow the eks:DescribeCluster action",
        _deny("implicit", "session"),
    ),
    (
        "transitively",
        f"{DENIAL} with an explicit deny in a VPC endpoint policy transitively through a service control policy",
        _deny("explicit", "vpc_endpoint"),
    ),
    (
        "dot",
        f"{DENIAL} with an explicit deny in a permissions boundary.",
        _deny("explicit", "permissions_boundary"),
    ),
    (
        "other-action-in-the-clause",
        f"{DENIAL} because no identity-based policy allows the eks:DescribeClutser action",
        _deny("implicit", "identity"),
    ),
    (
        "no-action-in-the-clause",
        f"{DENIAL} because no identity-based policy allows this",
        _deny("implicit", "identity"),
    ),
    ("cut-in-the-clause", f"{DENIAL} because no identity-based policy allo", _deny("implicit", "identity")),
    ("unknown-type", f"{DENIAL} with an explicit deny in a data residency policy", _deny("explicit")),
    (
        "unknown-type-implicit",
        f"{DENIAL} because no data residency policy allows the eks:DescribeCluster action",
        _deny("implicit"),
    ),
    (
        "unknown-type-with-policy",
        f"{DENIAL} with an explicit deny in a data residency policy: {POLICY}",
        _deny("explicit", policy_arn=POLICY),
    ),
    (
        "upper-case",
        f"{DENIAL} WITH AN EXPLICIT DENY IN A SERVICE CONTROL POLICY",
        _deny("explicit", "service_control"),
    ),
    (
        "block-public-policy",
        (
            f'User: {ANA} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::example-bucket" '
            "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
        ),
        denied(principal=ANA, action="s3:PutBucketPolicy", resource="arn:aws:s3:::example-bucket"),
    ),
    (
        "block-public-acls",
        (
            f'User: {ANA} is not authorized to perform: s3:PutObjectAcl on resource: "arn:aws:s3:::example-bucket/a b.txt" '
            "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access"
        ),
        denied(principal=ANA, action="s3:PutObjectAcl", resource="arn:aws:s3:::example-bucket/a b.txt"),
    ),
)
POLICIES: Table = (
    (
        "scp",
        f"{DENIAL} with an explicit deny in a service control policy: {SCP}",
        _deny("explicit", "service_control", policy_arn=SCP),
    ),
    (
        "scp-dot",
        f"{DENIAL} with an explicit deny in a service control policy: {SCP}.",
        _deny("explicit", "service_control", policy_arn=SCP),
    ),
    (
        "aws-managed",
        f"{DENIAL} with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/ExampleQuarantine",
        _deny("explicit", "identity", policy_arn="arn:aws:iam::aws:policy/ExampleQuarantine"),
    ),
    (
        "quoted",
        f'{DENIAL} with an explicit deny in an identity-based policy: "{POLICY}"',
        _deny("explicit", "identity", policy_arn=POLICY),
    ),
    (
        "id",
        f"{DENIAL} with an explicit deny in a service control policy: p-example1",
        _deny("explicit", "service_control", policy_arn="p-example1"),
    ),
    (
        "parenthesis",
        f"({DENIAL} with an explicit deny in a permissions boundary: {POLICY})",
        _deny("explicit", "permissions_boundary", policy_arn=POLICY),
    ),
    (
        "tool-adds-name",
        f"{DENIAL} with an explicit deny in a service control policy: {SCP} (guard-rails)",
        _deny("explicit", "service_control", policy_arn=SCP),
    ),
    (
        "encoded-after",
        f"{DENIAL} with an explicit deny in a service control policy: {SCP}. Encoded authorization failure message: {BLOB}",
        _deny("explicit", "service_control", policy_arn=SCP, encoded_message=BLOB),
    ),
    (
        "with-policy-arn",
        f"{DENIAL} with an explicit deny in a service control policy, with policy ARN: {SCP}",
        _deny("explicit", "service_control", policy_arn=SCP),
    ),
    (
        "masked",
        f"{DENIAL} with an explicit deny in a service control policy: <policy>",
        _deny("explicit", "service_control", policy_arn="<policy>"),
    ),
    (
        "ellipsis",
        f"{DENIAL} with an explicit deny in a service control policy: ...",
        _deny("explicit", "service_control"),
    ),
    (
        "prose",
        f"{DENIAL} with an explicit deny in a service control policy: retrying",
        _deny("explicit", "service_control"),
    ),
)
_GO_TO = (
    f". Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/{ID} for complete details, "
    f"or call the GetRequestAuthorizationDetails API with the following authorization id: {ID}"
)
TAILS: Table = (
    (
        "id-of-the-next-sentence",
        f"User: {ANA} is not authorized to perform: ec2:RunInstances. Encoded authorization failure message: {'aB3' * 20}. User: {ANA} is not authorized to perform: sqs:SendMessage. authorization id: 0123456789abcdef",
        denied(principal=ANA, action="ec2:RunInstances", encoded_message="aB3" * 20),
    ),
    (
        "id-empty",
        f"{DENIAL} with an explicit deny. The authorization id:\nTraceback (most recent call last)",
        {**DENIED, "deny": "explicit"},
    ),
    (
        "id-word",
        f"{DENIAL} with an explicit deny. The authorization id: retrying now",
        {**DENIED, "deny": "explicit"},
    ),
    *(
        (
            f"policy-empty-{name}",
            f"{DENIAL} with an explicit deny in a service control policy:\n{following}",
            {**DENIED, "deny": "explicit", "policy_type": "service_control"},
        )
        for name, following in (("level", "Error: other"), ("date", "2026/01/02 03:0"))
    ),
    (
        "policy-named-as-a-level",
        f"{DENIAL} with an explicit deny in a service control policy: Error-guard",
        {**DENIED, "deny": "explicit", "policy_type": "service_control", "policy_arn": "Error-guard"},
    ),
    *(
        (
            f"resource-empty-{name}",
            f"User: {APP} is not authorized to perform: eks:DescribeCluster on resource:\n{following}",
            denied(principal=APP, action="eks:DescribeCluster"),
        )
        for name, following in (
            ("level", "Error: other"),
            ("trace", "Traceback (most recent call last)"),
            ("date", "2026/01/0"),
        )
    ),
    (
        "resource-named-as-a-level",
        f"User: {APP} is not authorized to perform: eks:DescribeCluster on resource: Error-logs",
        denied(principal=APP, action="eks:DescribeCluster", resource="Error-logs"),
    ),
    (
        "id-implicit",
        f"{DENIAL} because no identity-based policy allows the eks:DescribeCluster action{_GO_TO}",
        _deny("implicit", "identity", authorization_id=ID),
    ),
    (
        "id-explicit",
        f"{DENIAL} with an explicit deny in a permissions boundary: {POLICY}{_GO_TO}.",
        _deny("explicit", "permissions_boundary", policy_arn=POLICY, authorization_id=ID),
    ),
    ("id-without-reason", f"{DENIAL}{_GO_TO}", {**DENIED, "authorization_id": ID}),
    (
        "id-cut",
        f"{DENIAL}. Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/{ID} for",
        {**DENIED, "authorization_id": ID},
    ),
    (
        "encoded-plain",
        f"You are not authorized to perform this operation. Encoded authorization failure message: {BLOB}",
        denied(encoded_message=BLOB),
    ),
    (
        "encoded-ec2",
        (
            f"You are not authorized to perform this operation. User: {APP} is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* "
            f"because no identity-based policy allows the ec2:RunInstances action. Encoded authorization failure message: {BLOB}"
        ),
        denied(
            principal=APP,
            action="ec2:RunInstances",
            resource="arn:aws:ec2:eu-west-1:111122223333:instance/*",
            deny="implicit",
            policy_type="identity",
            encoded_message=BLOB,
        ),
    ),
    (
        "encoded-after-sentence",
        f"{DENIAL}. Encoded authorization failure message: {BLOB}",
        {**DENIED, "encoded_message": BLOB},
    ),
    (
        "encoded-next-line",
        f"{DENIAL}.\nEncoded authorization failure message:\n{BLOB}",
        {**DENIED, "encoded_message": BLOB},
    ),
    (
        "encoded-wrapped",
        f"{DENIAL}. Encoded authorization failure message: {BLOB[:32]}\n{BLOB[32:]}",
        {**DENIED, "encoded_message": BLOB},
    ),
    (
        "encoded-middle-masked",
        f"{DENIAL}. Encoded authorization failure message: {BLOB[:20]}<省略>{BLOB[-9:]}\nstatus code: 403",
        {**DENIED, "encoded_message": f"{BLOB[:20]}<省略>{BLOB[-9:]}", "status_code": 403},
    ),
    (
        "encoded-cut",
        f"{DENIAL}. Encoded authorization failure message: {BLOB[:20]}...",
        {**DENIED, "encoded_message": f"{BLOB[:20]}..."},
    ),
    (
        "encoded-masked",
        f"{DENIAL}. Encoded authorization failure message: [REDACTED]",
        {**DENIED, "encoded_message": "[REDACTED]"},
    ),
    (
        "encoded-then-prose",
        f"{DENIAL}. Encoded authorization failure message: {BLOB} Please retry",
        {**DENIED, "encoded_message": BLOB},
    ),
    (
        "encoded-then-java",
        f"You are not authorized to perform this operation. Encoded authorization failure message: {BLOB} (Service: Ec2, Status Code: 403, Request ID: example-request)",
        denied(encoded_message=BLOB, service="ec2", status_code=403, request_id="example-request"),
    ),
    (
        "backup",
        f"Insufficient privileges to perform this action with the backup role. Encoded authorization failure message: {BLOB}",
        None,
    ),
)
PRINCIPALS: Table = (
    (
        "user",
        f"User: {ANA} is not authorized to perform: iam:ListUsers",
        denied(principal=ANA, action="iam:ListUsers"),
    ),
    (
        "user-path",
        "User: arn:aws:iam::111122223333:user/team/ops/ana is not authorized to perform: iam:ListUsers",
        denied(principal="arn:aws:iam::111122223333:user/team/ops/ana", action="iam:ListUsers"),
    ),
    (
        "session",
        f"User: {APP} is not authorized to perform: iam:ListUsers",
        denied(principal=APP, action="iam:ListUsers"),
    ),
    (
        "session-mail",
        "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ana@example.com is not authorized to perform: iam:ListUsers",
        denied(
            principal="arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ana@example.com",
            action="iam:ListUsers",
        ),
    ),
    (
        "federated",
        "User: arn:aws:sts::111122223333:federated-user/ana is not authorized to perform: iam:ListUsers",
        denied(principal="arn:aws:sts::111122223333:federated-user/ana", action="iam:ListUsers"),
    ),
    (
        "root",
        "User: arn:aws:iam::111122223333:root is not authorized to perform: iam:ListUsers",
        denied(principal="arn:aws:iam::111122223333:root", action="iam:ListUsers"),
    ),
    (
        "role",
        f"User: {ROLE} is not authorized to perform: iam:ListUsers",
        denied(principal=ROLE, action="iam:ListUsers"),
    ),
    (
        "china",
        "User: arn:aws-cn:iam::111122223333:user/ana is not authorized to perform: iam:ListUsers",
        denied(principal="arn:aws-cn:iam::111122223333:user/ana", action="iam:ListUsers"),
    ),
    (
        "government",
        "User: arn:aws-us-gov:iam::111122223333:user/ana is not authorized to perform: iam:ListUsers",
        denied(principal="arn:aws-us-gov:iam::111122223333:user/ana", action="iam:ListUsers"),
    ),
    (
        "europe",
        "User: arn:aws-eusc:iam::111122223333:user/ana is not authorized to perform: iam:ListUsers",
        denied(principal="arn:aws-eusc:iam::111122223333:user/ana", action="iam:ListUsers"),
    ),
    (
        "sts-user",
        "User: arn:aws:sts::111122223333:user/ana is not authorized to perform: s3:GetObject",
        denied(principal="arn:aws:sts::111122223333:user/ana", action="s3:GetObject"),
    ),
    (
        "no-colon",
        f"User {ANA} is not authorized to perform: s3:GetObject",
        denied(principal=ANA, action="s3:GetObject"),
    ),
    (
        "no-label",
        f"{ANA} is not authorized to perform: s3:GetObject",
        denied(principal=ANA, action="s3:GetObject"),
    ),
    (
        "anonymous",
        "User: anonymous is not authorized to perform: es:ESHttpGet",
        denied(principal="anonymous", action="es:ESHttpGet"),
    ),
    (
        "anonymous-resource-policy",
        "User: anonymous is not authorized to perform: es:ESHttpGet because no resource-based policy allows the es:ESHttpGet action",
        denied(principal="anonymous", action="es:ESHttpGet", deny="implicit", policy_type="resource"),
    ),
    (
        "account-id",
        "User: 111122223333 is not authorized to perform: s3:GetObject",
        denied(principal="111122223333", account="111122223333", action="s3:GetObject"),
    ),
    (
        "service-principal",
        (
            "Service Principal: glue.amazonaws.com is not authorized to perform: glue:GetTable on resource: arn:aws:glue:eu-west-1:111122223333:catalog because no resource-based policy "
            "allows the glue:GetTable action (Database name: sales, Table name: orders)"
        ),
        denied(
            principal="glue.amazonaws.com",
            action="glue:GetTable",
            resource="arn:aws:glue:eu-west-1:111122223333:catalog",
            deny="implicit",
            policy_type="resource",
        ),
    ),
    (
        "quoted",
        f'User: "{ANA}" is not authorized to perform: s3:GetObject',
        denied(principal=ANA, action="s3:GetObject"),
    ),
    (
        "back-ticks",
        f"User: `{ANA}` is not authorized to perform: `s3:GetObject` on resource: `arn:aws:s3:::example-bucket/key`",
        denied(principal=ANA, action="s3:GetObject", resource="arn:aws:s3:::example-bucket/key"),
    ),
    *(
        (
            f"reason-after-{name}",
            f"{DENIAL} {mark} with an explicit deny in a session policy",
            _deny("explicit", "session"),
        )
        for name, mark in (("hyphen", "-"), ("hyphens", "--"), ("dash", "—"), ("pipe", "|"))
    ),
    (
        "end-of-an-arn-in-back-ticks",
        "We get `assumed-role/app/worker is not authorized to perform: s3:GetObject` now and then",
        denied(principal="assumed-role/app/worker", action="s3:GetObject"),
    ),
    (
        "end-of-arn-in-heading",
        "# assumed-role/app/worker is not authorized to perform: s3:GetObject\n\nIt happens now and then.",
        denied(principal="assumed-role/app/worker", action="s3:GetObject"),
    ),
    (
        "end-of-an-arn-in-its-own-line",
        "Such as:\n\n role/app is not authorized to perform: s3:GetObject",
        denied(principal="role/app", action="s3:GetObject"),
    ),
    (
        "masked-account",
        "User: arn:aws:sts::<account>:assumed-role/app/worker is not authorized to perform: s3:GetObject",
        denied(principal="arn:aws:sts::<account>:assumed-role/app/worker", action="s3:GetObject"),
    ),
    (
        "masked-x",
        "User: arn:aws:iam::xxxxxxxxxxxx:user/ana is not authorized to perform: s3:GetObject",
        denied(principal="arn:aws:iam::xxxxxxxxxxxx:user/ana", action="s3:GetObject"),
    ),
    (
        "masked-stars",
        "User: arn:aws:iam::************:user/ana is not authorized to perform: s3:GetObject",
        denied(principal="arn:aws:iam::************:user/ana", action="s3:GetObject"),
    ),
    (
        "masked-whole",
        "User: [REDACTED] is not authorized to perform: s3:GetObject",
        denied(principal="[REDACTED]", action="s3:GetObject"),
    ),
    (
        "masked-blanks",
        "User: arn:aws:iam::<my account id>:user/ana is not authorized to perform: s3:GetObject",
        denied(principal="arn:aws:iam::<my account id>:user/ana", action="s3:GetObject"),
    ),
    ("ellipsis", "User: ... is not authorized to perform: s3:GetObject", denied(action="s3:GetObject")),
    (
        "two-points",
        "<Message>User: arn:aws:sts::111122223333:assumed-role/app/.. is not authorized to perform: s3:GetObject</Message>",
        denied(principal="arn:aws:sts::111122223333:assumed-role/app/..", action="s3:GetObject"),
    ),
    (
        "ellipsis-inside",
        "User: arn:aws:sts::111122223333:assumed-role/app/... is not authorized to perform: s3:GetObject",
        denied(principal="arn:aws:sts::111122223333:assumed-role/app/...", action="s3:GetObject"),
    ),
    (
        "nobody",
        "is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::example-bucket/key",
        denied(action="s3:GetObject", resource="arn:aws:s3:::example-bucket/key"),
    ),
    ("authorizer", '{"Message":"User is not authorized to access this resource"}', denied()),
    (
        "authorizer-explicit",
        '{"Message":"User is not authorized to access this resource with an explicit deny"}',
        denied(deny="explicit"),
    ),
    (
        "authorizer-identity",
        '{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}',
        denied(deny="explicit", policy_type="identity"),
    ),
)
_MAY_NOT = "not authorized to perform: iam:CreateUser"
# A tool's message before the sentence can end with "role:". Some sentences name no principal.
NOBODY: Table = (
    # Other systems have such actions, too.
    ("action-of-others", "User is not authorized to perform: orders:Refund", None),
    ("action-of-others-by-name", "User bo is not authorized to perform: orders:Refund on order 7", None),
    (
        "action-of-a-new-service",
        "AccessDeniedException: User is not authorized to perform: orders:Refund",
        denied(code="AccessDeniedException", action="orders:Refund"),
    ),
    (
        "service",
        "An error occurred (InvalidInputException) when calling the CreateProject operation: CodeBuild is not authorized to perform: sts:AssumeRole on arn:aws:iam::111122223333:role/orders",
        denied(
            code="InvalidInputException",
            operation="CreateProject",
            principal="CodeBuild",
            action="sts:AssumeRole",
            resource="arn:aws:iam::111122223333:role/orders",
        ),
    ),
    *(
        (name, f"{words} {_MAY_NOT}", denied(action="iam:CreateUser", **more))
        for name, words, more in (
            ("you-after-a-code", "creating role: AccessDenied: You are", {"code": "AccessDenied"}),
            ("you-after-a-status", "creating role: 403: You're", {}),
            ("you-after-a-label", "creating user: You are", {}),
            ("you-after-a-name", "creating Role: orders-api\nYou are", {}),
            ("you-after-others", "Role: Terraform says you are", {}),
            ("you-quoted", "User: 'You' is", {}),
            ("it-after-a-sentence", "creating IAM role: It failed. It is", {}),
            ("the-request", "creating user: request is", {}),
            ("code", "Caller: AccessDeniedException is", {"code": "AccessDeniedException"}),
            ("words-with-a-colon", "role: admin error: is", {}),
            ("the-caller", "User: The caller is", {}),
            ("this-user", "principal: this user is", {}),
            ("address", "aws_iam_role.orders is", {}),
        )
    ),
    *(
        (name, f"{words} {_MAY_NOT}", denied(principal=principal, action="iam:CreateUser", **more))
        for name, words, principal, more in (
            ("arn-after-a-code", f"creating role: AccessDenied: {ANA} is", ANA, {"code": "AccessDenied"}),
            ("arn-who", f"User: {ANA} who is", ANA, {}),
            ("arn-and", f"User: {ANA}, and is", ANA, {}),
            ("arn-colon", f"Role: {ANA}: is", ANA, {}),
            ("arn-code", f"User: {ANA}: AccessDenied: You are", ANA, {"code": "AccessDenied"}),
            ("name-it", "User: it is", "it", {}),
            ("name-with-a-colon", "User: AROAEXAMPLE:ana is", "AROAEXAMPLE:ana", {}),
            ("name-in-words", "User: my user name is", "my user name", {}),
            ("name-theo", "User: Theo is", "Theo", {}),
            ("mask-with-a-colon", "User: <user: ana> is", "<user: ana>", {}),
            (
                "masked-account",
                "User: arn:aws:iam:: xxxx:user/ana is",
                "arn:aws:iam:: xxxx:user/ana",
                {},
            ),
            ("host", "lambda.amazonaws.com is", "lambda.amazonaws.com", {}),
        )
    ),
    (
        "ec2-in-two-sentences",
        (
            "Error: error creating role: UnauthorizedOperation: You are not authorized to perform this operation. User: "
            "arn:aws:iam::***:user/*** is not authorized to perform: ec2:RunInstances on resource: ***\n because no "
            f"permissions boundary allows the ec2:RunInstances action.\n status code: 403, request id: {REQUEST}"
        ),
        denied(
            code="UnauthorizedOperation",
            principal="arn:aws:iam::***:user/***",
            action="ec2:RunInstances",
            resource="***",
            deny="implicit",
            policy_type="permissions_boundary",
            request_id=REQUEST,
            status_code=403,
        ),
    ),
    (
        "sentence-alone",
        "Error: creating role: UnauthorizedOperation: You are not authorized to perform this operation.",
        denied(code="UnauthorizedOperation"),
    ),
)
MASKED_ACTIONS: Table = (
    (
        "quoted-list",
        "User is not authorized to perform the required actions (`aws-marketplace:ViewSubscriptions`, `aws-marketplace:Subscribe`) to enable access.",
        denied(action="aws-marketplace:ViewSubscriptions", service="aws-marketplace"),
    ),
    *(
        (
            f"masked-action-{action}",
            f"User: {ANA} is not authorized to perform: {action} on resource: {{{{example-widget}}}}",
            denied(principal=ANA, action=action, resource="{{example-widget}}"),
        )
        for action in (
            "batch:{{GetWidget}}",
            "batch:<my action>",
            "batch:[REDACTED]",
            "batch:${Action}",
            "s3:****",
            "s3:Get***",
            "<action>",
            "[REDACTED]",
            "xxxx",
            "****",
        )
    ),
    *(
        (
            f"whole-action-{name}",
            f"User: {ANA} is not authorized to perform: {written} on resource: {CLUSTER}",
            denied(principal=ANA, action=action, **({} if name == "note" else {"resource": CLUSTER})),
        )
        for name, written, action in (
            ("bold", "**eks:DescribeCluster**", "eks:DescribeCluster"),
            ("bold-italic", "***eks:DescribeCluster***", "eks:DescribeCluster"),
            ("star", "eks:*", "eks:*"),
            ("star-after", "eks:Describe*", "eks:Describe*"),
            ("note", "eks:DescribeCluster[1]", "eks:DescribeCluster"),
        )
    ),
    (
        "masked-in-three-sections",
        f"User: {ANA} is not authorized to perform: vault:<path>:read on resource: orders",
        denied(principal=ANA),
    ),
    (
        "masked-whole-of-nobody",
        "User is not authorized to perform: <action> on resource: orders",
        None,
    ),
    (
        "masked-of-nobody",
        "User is not authorized to perform: orders:<action> on resource: orders",
        None,
    ),
    (
        "masked-and-broken",
        f"``` User: {ANA} is not authorized to perform: batch:{{{{GetWidget}}}} on resour\nce: {{{{example-widget}}}} ``` In this case",
        denied(principal=ANA, action="batch:{{GetWidget}}", resource="{{example-widget}}"),
    ),
)
_JOB = "arn:aws:glue:eu-west-1:111122223333:job/Copy parking zone A to raw and then some"
_NO_IDENTITY = "because no identity-based policy allows the glue:GetJob action"
RESOURCES: Table = (
    (
        "blank-before-account",
        f"User: {APP} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam:: 111122223333:user/ with an explicit deny in a service control policy",
        denied(
            principal=APP,
            action="iam:ListUsers",
            resource="arn:aws:iam:: 111122223333:user/",
            deny="explicit",
            policy_type="service_control",
        ),
    ),
    (
        "blank-before-account-at-end",
        f"User: {APP} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam:: 111122223333:user/",
        denied(principal=APP, action="iam:ListUsers", resource="arn:aws:iam:: 111122223333:user/"),
    ),
    (
        "star",
        f"User: {ANA} is not authorized to perform: ecr:GetAuthorizationToken on resource: *",
        denied(principal=ANA, action="ecr:GetAuthorizationToken", resource="*"),
    ),
    (
        "star-why",
        f"User: {ANA} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
        denied(
            principal=ANA,
            action="ecr:GetAuthorizationToken",
            resource="*",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    (
        "quoted",
        f'User: {ANA} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::example-bucket/a/b.txt" because no identity-based policy allows the s3:PutObject action',
        denied(
            principal=ANA,
            action="s3:PutObject",
            resource="arn:aws:s3:::example-bucket/a/b.txt",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    (
        "blanks",
        f"User: {ANA} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::example-bucket/my file.txt because no identity-based policy allows the s3:GetObject action",
        denied(
            principal=ANA,
            action="s3:GetObject",
            resource="arn:aws:s3:::example-bucket/my file.txt",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    *(
        (
            f"blanks-{name}",
            f"User: {ANA} is not authorized to perform: glue:GetJob on resource: {arn} {after}",
            denied(principal=ANA, action="glue:GetJob", resource=arn, **more),
        )
        for name, arn, after, more in (
            ("many", _JOB, _NO_IDENTITY, {"deny": "implicit", "policy_type": "identity"}),
            (
                "many-explicit",
                _JOB,
                "with an explicit deny in a session policy",
                {"deny": "explicit", "policy_type": "session"},
            ),
            (
                "many-java",
                _JOB,
                f"(Service: Glue, Status Code: 400, Request ID: {REQUEST})",
                {"status_code": 400, "request_id": REQUEST},
            ),
            (
                "many-go",
                _JOB,
                f"\n\tstatus code: 400, request id: {REQUEST}",
                {"status_code": 400, "request_id": REQUEST},
            ),
            (
                "key",
                "arn:aws:s3:::example-bucket/a b/the file (1) of all.txt",
                _NO_IDENTITY,
                {"deny": "implicit", "policy_type": "identity"},
            ),
            (
                "alarm",
                "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:The orders are late at night",
                _NO_IDENTITY,
                {"deny": "implicit", "policy_type": "identity"},
            ),
            # No names, but prose.
            ("none-please", "arn:aws:s3:::example-bucket/key", "please help because I do not know", {}),
            ("none-long", "arn:aws:s3:::example-bucket/key", "please help me now because I do not know", {}),
            ("none-to-the-end", "arn:aws:s3:::example-bucket/key", "please help me with this one", {}),
            (
                "none-comma",
                "arn:aws:s3:::example-bucket/key",
                f"please help, I think that it is {_NO_IDENTITY}",
                {"deny": "implicit", "policy_type": "identity"},
            ),
            (
                "none-in-clusters",
                CLUSTER,
                f"in the account of my own team {_NO_IDENTITY}",
                {"deny": "implicit", "policy_type": "identity"},
            ),
        )
    ),
    (
        "blanks-broken",
        f"User: {ANA} is not authorized to perform: glue:GetJob on resource: {_JOB.replace('zone ', 'zone' + chr(10))} {_NO_IDENTITY}",
        denied(principal=ANA, action="glue:GetJob", resource=_JOB, deny="implicit", policy_type="identity"),
    ),
    (
        "named-user",
        f"User: {ANA} is not authorized to perform: iam:DeleteUser on resource: user bob because no identity-based policy allows the iam:DeleteUser action",
        denied(
            principal=ANA,
            action="iam:DeleteUser",
            resource="user bob",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    (
        "named-role",
        f"User: {ANA} is not authorized to perform: iam:GetRole on resource: role deploy",
        denied(principal=ANA, action="iam:GetRole", resource="role deploy"),
    ),
    *(
        (
            f"sentence-{name}",
            f"User: {ANA} is not authorized to perform: iam:GetRole on resource: role deploy{after}",
            denied(principal=ANA, action="iam:GetRole", resource="role deploy"),
        )
        for name, after in (
            ("since", "\nSince we replaced the role, every run fails."),
            ("since-when", " since this morning."),
            ("because", "\nBecause of that, nothing is deployed."),
        )
    ),
    (
        "named-policy",
        f"User: {ANA} is not authorized to perform: iam:GetPolicy on resource: policy {POLICY}",
        denied(principal=ANA, action="iam:GetPolicy", resource=f"policy {POLICY}"),
    ),
    (
        "named-instance-profile",
        f"User: {ANA} is not authorized to perform: iam:GetInstanceProfile on resource: instance profile web with an explicit deny",
        denied(
            principal=ANA, action="iam:GetInstanceProfile", resource="instance profile web", deny="explicit"
        ),
    ),
    (
        "empty-name",
        f"User: {ANA} is not authorized to perform: iam:GetInstanceProfile on resource: arn:aws:iam::111122223333:instance-profile/",
        denied(
            principal=ANA,
            action="iam:GetInstanceProfile",
            resource="arn:aws:iam::111122223333:instance-profile/",
        ),
    ),
    (
        "back-tick-closed-by-apostrophe",
        f"User: {ANA} is not authorized to perform: s3:GetObject on resource: `arn:aws:s3:::example-bucket/key'",
        denied(principal=ANA, action="s3:GetObject", resource="arn:aws:s3:::example-bucket/key"),
    ),
    *(
        (
            f"ses-{name}",
            text.format(
                f"User `{ANA}' is not authorized to perform `ses:SendRawEmail' on resource `arn:aws:ses:eu-west-1:111122223333:identity/o'hara.example'"
            ),
            denied(
                principal=ANA,
                action="ses:SendRawEmail",
                resource="arn:aws:ses:eu-west-1:111122223333:identity/o'hara.example",
            ),
        )
        for name, text in (
            ("fenced", "```\nAccess denied: {}\n```"),
            ("in-a-tuple", '```\nFailed: (554, b"Access denied: {}")\n```'),
            ("in-code", "It says `Access denied: {}` since today."),
            ("before-code", "Access denied: {}. Then `retry` was called."),
            ("before-more-lines", "```\nAccess denied: {}\nsee `docs`\n```"),
        )
    ),
    (
        "assume-iam-role",
        f"User {ANA} is not authorized to assume IAM Role {ROLE}.",
        denied(principal=ANA, resource=ROLE),
    ),
    (
        "assume-role-on-role",
        f"{ANA} is not authorized to perform AssumeRole on role {ROLE}",
        denied(principal=ANA, action="AssumeRole", resource=ROLE),
    ),
    ("null", f"User: {ANA} is not authorized to perform: null on resource: null", denied(principal=ANA)),
    (
        "assume-role-on-action-role",
        f"Pipeline role {ROLE} is not authorized to perform AssumeRole on action role {ROLE}-deploy",
        denied(principal=ROLE, action="AssumeRole", resource=f"{ROLE}-deploy"),
    ),
    (
        "call-on",
        f"{ANA} is not authorized to call sns:Publish on arn:aws:sns:eu-west-1:111122223333:jobs, says the worker",
        denied(principal=ANA, action="sns:Publish", resource="arn:aws:sns:eu-west-1:111122223333:jobs"),
    ),
    (
        "on-the-quoted-role",
        f"User: {ANA} is not authorized to perform: sts:AssumeRole on the role '{ROLE}' because no identity-based policy allows the sts:AssumeRole action",
        denied(
            principal=ANA, action="sts:AssumeRole", resource=ROLE, deny="implicit", policy_type="identity"
        ),
    ),
    (
        "this-action-on",
        f"User: {ANA} is not authorized to perform this action on {ROLE}",
        denied(principal=ANA, resource=ROLE),
    ),
    (
        "quote-never-closed",
        f'User: {ANA} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::example-bucket/key',
        denied(principal=ANA, action="s3:GetObject", resource="arn:aws:s3:::example-bucket/key"),
    ),
    (
        "nothing-after",
        f"User: {ANA} is not authorized to perform: s3:GetObject on resource: ",
        denied(principal=ANA, action="s3:GetObject"),
    ),
    (
        "plain-name",
        f"User: {ANA} is not authorized to perform: secretsmanager:GetSecretValue on resource: /secret/db",
        denied(principal=ANA, action="secretsmanager:GetSecretValue", resource="/secret/db"),
    ),
    (
        "wildcard",
        f"User: {ANA} is not authorized to perform: secretsmanager:ListSecrets on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:*",
        denied(
            principal=ANA,
            action="secretsmanager:ListSecrets",
            resource="arn:aws:secretsmanager:eu-west-1:111122223333:secret:*",
        ),
    ),
    (
        "masked",
        "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:abc123/prod/GET/items",
        denied(
            principal="anonymous",
            action="execute-api:Invoke",
            resource="arn:aws:execute-api:eu-west-1:********3333:abc123/prod/GET/items",
        ),
    ),
    (
        "masked-explicit",
        "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:abc123/prod/GET/items with an explicit deny",
        denied(
            principal="anonymous",
            action="execute-api:Invoke",
            resource="arn:aws:execute-api:eu-west-1:********3333:abc123/prod/GET/items",
            deny="explicit",
        ),
    ),
    (
        "masked-angle",
        f"User: {ANA} is not authorized to perform: s3:GetObject on resource: <bucket name>/key",
        denied(principal=ANA, action="s3:GetObject", resource="<bucket name>/key"),
    ),
    (
        "masked-word",
        f"User: {ANA} is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:<account id>:cluster/demo",
        denied(
            principal=ANA,
            action="eks:DescribeCluster",
            resource="arn:aws:eks:eu-west-1:<account id>:cluster/demo",
        ),
    ),
    (
        "ellipsis",
        f"User: {ANA} is not authorized to perform: s3:GetObject on resource: ...",
        denied(principal=ANA, action="s3:GetObject"),
    ),
    (
        "ellipsis-of-the-blob",
        "You are not authorized to perform this operation. Encoded authorization failure message: aB3_xyz.......",
        denied(encoded_message="aB3_xyz......."),
    ),
    (
        "ellipsis-before-why",
        f"User: {ANA} is not authorized to perform: s3:GetObject ... because no identity-based policy allows the s3:GetObject action",
        denied(principal=ANA, action="s3:GetObject", deny="implicit", policy_type="identity"),
    ),
    (
        "ellipsis-in-place-of-because",
        f"User: {ANA} is not authorized to perform: s3:GetObject ... no identity-based policy allows the action",
        denied(principal=ANA, action="s3:GetObject", deny="implicit", policy_type="identity"),
    ),
    (
        "parentheses-in-place-of-because",
        f"User: {ANA} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::jobs (no permissions boundary allows it)",
        denied(
            principal=ANA,
            action="s3:GetObject",
            resource="arn:aws:s3:::jobs",
            deny="implicit",
            policy_type="permissions_boundary",
        ),
    ),
    (
        "absent",
        f"User: {ANA} is not authorized to perform: iam:PassRole",
        denied(principal=ANA, action="iam:PassRole"),
    ),
    (
        "dot",
        f"User: {ANA} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs.",
        denied(principal=ANA, action="sqs:SendMessage", resource="arn:aws:sqs:eu-west-1:111122223333:jobs"),
    ),
    (
        "in-parentheses",
        f"(User: {ANA} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs)",
        denied(principal=ANA, action="sqs:SendMessage", resource="arn:aws:sqs:eu-west-1:111122223333:jobs"),
    ),
    (
        "bold",
        f"User: {ANA} is not authorized to perform: sqs:SendMessage on resource: **arn:aws:sqs:eu-west-1:111122223333:jobs**",
        denied(principal=ANA, action="sqs:SendMessage", resource="arn:aws:sqs:eu-west-1:111122223333:jobs"),
    ),
    (
        "upper-case-action",
        f"User: {ANA} is not authorized to perform: SNS:Publish on resource: arn:aws:sns:eu-west-1:111122223333:news",
        denied(principal=ANA, action="SNS:Publish", resource="arn:aws:sns:eu-west-1:111122223333:news"),
    ),
    (
        "pass-role",
        f"User: {ANA} is not authorized to perform: iam:PassRole on resource: {ROLE} because no identity-based policy allows the iam:PassRole action",
        denied(principal=ANA, action="iam:PassRole", resource=ROLE, deny="implicit", policy_type="identity"),
    ),
)
KMS: Table = (
    (
        "ciphertext",
        f"User: {APP} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action",
        denied(principal=APP, action="kms:Decrypt", deny="implicit", policy_type="identity"),
    ),
    (
        "three-ways",
        f"User: {APP} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
        denied(principal=APP, action="kms:Decrypt"),
    ),
    (
        "this-resource",
        f"User: {APP} is not authorized to perform: kms:GenerateDataKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
        denied(principal=APP, action="kms:GenerateDataKey"),
    ),
    (
        "key",
        f"User: {APP} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-123456789abc because no resource-based policy allows the kms:Decrypt action",
        denied(
            principal=APP,
            action="kms:Decrypt",
            resource="arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-123456789abc",
            deny="implicit",
            policy_type="resource",
        ),
    ),
    (
        "glued-to-its-code",
        (
            "Calling the invoke API action failed with this message: Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS key settings. "
            f"KMS Exception: AccessDeniedExceptionKMS Message: User: {APP} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/example with an explicit deny in a resource-based policy"
        ),
        denied(
            code="AccessDeniedException",
            principal=APP,
            action="kms:Decrypt",
            resource="arn:aws:kms:eu-west-1:111122223333:key/example",
            deny="explicit",
            policy_type="resource",
        ),
    ),
)
STS: Table = (
    (
        "assume-role",
        f"User: {APP} is not authorized to perform: sts:AssumeRole on resource: {ROLE}",
        denied(principal=APP, action="sts:AssumeRole", resource=ROLE),
    ),
    (
        "trust",
        f"User: {APP} is not authorized to perform: sts:AssumeRole on resource: {ROLE} because no role trust policy allows the sts:AssumeRole action",
        denied(
            principal=APP, action="sts:AssumeRole", resource=ROLE, deny="implicit", policy_type="role_trust"
        ),
    ),
    (
        "trust-plural",
        f"User: {APP} is not authorized to perform: sts:AssumeRole on resource: {ROLE} because the role trust policy allows only other principals",
        denied(principal=APP, action="sts:AssumeRole", resource=ROLE, policy_type="role_trust"),
    ),
    (
        "tag-session",
        f"User: {APP} is not authorized to perform: sts:TagSession on resource: {ROLE}",
        denied(principal=APP, action="sts:TagSession", resource=ROLE),
    ),
    (
        "web-identity",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        denied(action="sts:AssumeRoleWithWebIdentity"),
    ),
    ("saml", "Not authorized to perform sts:AssumeRoleWithSAML", denied(action="sts:AssumeRoleWithSAML")),
)
LESS: Table = (
    (
        "cut-before-authorized",
        'authorized to\nperform: s3:PutObject on resource "arn:aws:s3:::orders/..." with an explicit deny in an identity-based policy',
        denied(
            action="s3:PutObject", resource="arn:aws:s3:::orders/...", deny="explicit", policy_type="identity"
        ),
    ),
    (
        "end-of-an-arn",
        "AccessDenied: user/ana is not authorized to perform: sts:AssumeRole",
        denied(code="AccessDenied", principal="user/ana", action="sts:AssumeRole"),
    ),
    ("authorized", "authorized to perform: s3:PutObject on resource arn:aws:s3:::orders", None),
    (
        "opposite-reasons",
        "AWS says `with an explicit deny in a service control policy` or `because no identity-based policy allows the s3:ListBucket action`.",
        denied(action="s3:ListBucket", deny="implicit", policy_type="identity"),
    ),
    ("rule", "By default, users are not authorized to perform iam:PassRole on any role.", None),
    ("condition", "If the caller is not authorized to perform sts:AssumeRole, STS says so.", None),
    (
        "condition-of-an-error",
        "If you receive an error that you're not authorized to perform the iam:PassRole action, ask for it.",
        None,
    ),
    (
        "several",
        "The keys are not authorized to perform sts:AssumeRole",
        denied(action="sts:AssumeRole"),
    ),
    (
        "need",
        "Karpenter requires permissions to call ec2:RunInstances, the role needs permission for it.",
        None,
    ),
    ("needed", "Required permissions: s3:GetObject, s3:ListBucket", None),
    ("change", "feat: add missing IAM permissions: ec2:DescribeVpcs, ec2:DescribeSubnets", None),
    (
        "lacks-the-required-permission",
        "ValidationError: the role lacks the required permission: s3:GetObject",
        denied(code="ValidationError", action="s3:GetObject"),
    ),
    ("negated-lack", "The role is no longer missing permission s3:GetObject.", None),
    ("question", "The check is whether the role lacks permission s3:GetObject.", None),
    ("condition-of-a-lack", "If the role lacks permission for s3:GetObject, the job fails.", None),
    ("plural", 'Missing permissions of a job role cause "Access Denied" errors in AWS Backup.', None),
    *(
        (
            f"retold-{name}",
            f"It says that {words} is not authorized to perform s3:GetObject",
            denied(action="s3:GetObject", **facts),
        )
        for name, words, facts in (
            ("role", "role OrdersReader", {"principal": "OrdersReader"}),
            ("role-marked", "the role `orders-reader`", {"principal": "orders-reader"}),
            ("user", "IAM user Ana", {"principal": "Ana"}),
            ("word", "the role currently", {}),
            ("code", "the role AccessDenied", {"code": "AccessDenied"}),
        )
    ),
    *(
        (
            f"cut-after-principal-{name}",
            f"{head}User: {ANA}{after}",
            denied(code="AccessDenied", principal=ANA),
        )
        for name, head, after in (
            ("is", "AccessDenied: ", " is"),
            ("not", "AccessDenied: ", " is not auth"),
            ("json", '{"level":"error","msg":"AccessDenied: ', '"}'),
            ("sentence", "AccessDenied: You are not authorized to perform this operation. ", ""),
        )
    ),
    *(
        (
            f"cut-at-principal-{name}",
            f"{head}User: arn:aws:iam::111122223333:user/orders-ap{after}",
            {**facts, "principal": "arn:aws:iam::111122223333:user/orders-ap", "account": "111122223333"},
        )
        for name, head, after, facts in (
            ("go", "error checking credentials: AccessDenied: ", "", denied(code="AccessDenied")),
            ("quoted", '"AccessDeniedException: ', '"', denied(code="AccessDeniedException")),
            (
                "boto",
                "An error occurred (AccessDenied) when calling the ListRoles operation: ",
                "",
                denied(code="AccessDenied", operation="ListRoles"),
            ),
        )
    ),
    (
        "cut-in-account",
        "AccessDenied: User: arn:aws:iam::11112",
        denied(code="AccessDenied", principal="arn:aws:iam::11112"),
    ),
    (
        "cut-not-a-denial",
        "ThrottlingException: User: arn:aws:iam::111122223333:user/ana",
        expect("aws_error", code="ThrottlingException"),
    ),
    ("cut-nothing-denied", f"aws sts: you are User: {ANA}", None),
    (
        "cut-in-json",
        f'{{"__type":"AccessDeniedException","Message":"User: {ANA} is not',
        denied(code="AccessDeniedException", principal=ANA),
    ),
    ("cut-words-after", f"AccessDenied: User: {ANA} logged in", denied(code="AccessDenied")),
    *(
        (
            f"encoded-empty-{name}",
            f"UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message:{after}",
            denied(code="UnauthorizedOperation"),
        )
        for name, after in (
            ("end", ""),
            ("level", "\nError: other"),
            ("word", "\nretrying later"),
            ("words", " Error launching source instance"),
            ("date", "\n2026-01-02 03:04:05 other"),
            ("bracket", "\n[2026-01-02 03:04:05] other"),
        )
    ),
    (
        "encoded-empty-go",
        "UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: \n \tstatus code: 403, request id: ",
        denied(code="UnauthorizedOperation", status_code=403),
    ),
    *(
        (
            f"encoded-after-newline-{name}",
            f"UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message:\n{value}\nretrying",
            denied(code="UnauthorizedOperation", encoded_message=value),
        )
        for name, value in (("blob", BLOB), ("mask", "xxxxxx"), ("placeholder", "<message>"))
    ),
    # The name of an operation with many capitals must not take quadratic time.
    (
        "names-run-together",
        f"User: {ANA} is not authorized to perform: {'DescribeInstances' * 20}",
        denied(principal=ANA),
    ),
    (
        "british",
        f"User: {ANA} is not authorised to perform: s3:GetObject",
        denied(principal=ANA, action="s3:GetObject"),
    ),
    (
        "isnt",
        f"User: {ANA} isn't authorized to perform: s3:GetObject",
        denied(principal=ANA, action="s3:GetObject"),
    ),
    (
        "two-sentences-glued",
        f"{DENIAL} with an explicit deny in a service control policyUser: {APP} is not authorized to perform: iam:ListRoles",
        _deny("explicit", "service_control"),
    ),
    (
        "cut-front",
        f"sumed-role/app/i-0a1b2c3d is not authorized to perform: eks:DescribeCluster on resource: {CLUSTER}",
        denied(action="eks:DescribeCluster", resource=CLUSTER),
    ),
    (
        "session-alone",
        "The job prints this:\norders-worker-7 is not authorized to perform: sqs:SendMessage",
        denied(principal="orders-worker-7", action="sqs:SendMessage"),
    ),
    (
        "masked-name",
        "<cluster>-orders-worker is not authorized to perform: sqs:SendMessage",
        denied(principal="<cluster>-orders-worker", action="sqs:SendMessage"),
    ),
    (
        "name-after-markup",
        "<p>Orders-worker is not authorized to perform: sqs:SendMessage",
        denied(action="sqs:SendMessage"),
    ),
    (
        "session-after-code",
        "AccessDenied: CognitoIdentityCredentials is not authorized to perform: sqs:SendMessage",
        denied(code="AccessDenied", principal="CognitoIdentityCredentials", action="sqs:SendMessage"),
    ),
    (
        "no-session",
        "caller is not authorized to perform: sqs:SendMessage\n\nso the caller is not authorized",
        denied(action="sqs:SendMessage"),
    ),
    (
        "session-cut-front",
        "ers-worker-7 is not authorized to perform: sqs:SendMessage",
        denied(action="sqs:SendMessage"),
    ),
    (
        "no-resource",
        f"# User: {ANA} is not authorized to perform: sqs:SendMessage on resource:\n#\n# When you send a message, the queue stores it.",
        denied(principal=ANA, action="sqs:SendMessage"),
    ),
    (
        "resource-in-a-paragraph",
        f"User: {ANA} is not authorized to perform: sqs:SendMessage on resource:\n\norders-queue because no identity-based policy allows the sqs:SendMessage action",
        denied(
            principal=ANA,
            action="sqs:SendMessage",
            resource="orders-queue",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    (
        "cut-in-resource",
        DENIAL[:-8],
        denied(principal=APP, action="eks:DescribeCluster", resource=CLUSTER[:-8]),
    ),
    (
        "cut-in-action",
        f"User: {APP} is not authorized to perform: eks:Descr",
        denied(principal=APP, action="eks:Descr"),
    ),
    (
        "only-why",
        "…esource: arn:aws:s3:::example-bucket/key because no identity-based policy allows the s3:GetObject action",
        denied(
            action="s3:GetObject",
            resource="arn:aws:s3:::example-bucket/key",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    (
        "only-explicit-elided",
        "… resource: ... with an explicit deny in a service control policy",
        None,
    ),
    (
        "many-words",
        "User: the team that runs all of this is not authorized to perform: s3:GetObject",
        denied(action="s3:GetObject"),
    ),
    (
        "only-explicit",
        "…esource: arn:aws:s3:::example-bucket/key with an explicit deny in a service control policy",
        denied(resource="arn:aws:s3:::example-bucket/key", deny="explicit", policy_type="service_control"),
    ),
    (
        "overwritten",
        f"User: {ANA} is not au\n\nresource: arn:aws:s3:::example-bucket/key with an explicit deny in an identity-based policy",
        denied(
            account="111122223333",
            resource="arn:aws:s3:::example-bucket/key",
            deny="explicit",
            policy_type="identity",
        ),
    ),
    (
        "reworded-verb",
        f"User: {ANA} is not authorized to invoke the action eks:ListClusters",
        denied(principal=ANA, action="eks:ListClusters"),
    ),
    (
        "reworded-resource",
        f"User: {ANA} is not authorized to perform: eks:ListClusters for resource: {CLUSTER}",
        denied(principal=ANA, action="eks:ListClusters", resource=CLUSTER),
    ),
    (
        "missing-permission",
        f"An error occurred (ValidationError) when calling the CreateStack operation: the role {ROLE} is missing permission: s3:GetObject",
        denied(code="ValidationError", operation="CreateStack", principal=ROLE, action="s3:GetObject"),
    ),
    (
        "missing-required-permission",
        "ValidationError: the role does not have required permission(s): s3:GetObject",
        denied(code="ValidationError", action="s3:GetObject"),
    ),
    (
        "missing-permission-words",
        "Your role lacks the IAM permission to call lambda:GetFunction",
        denied(action="lambda:GetFunction"),
    ),
    (
        "api",
        "API: ec2:CreateVpc You are not authorized to perform this operation.",
        denied(operation="CreateVpc", action="ec2:CreateVpc"),
    ),
    (
        "api-denied",
        "API: s3:SetBucketEncryption Access Denied",
        denied(operation="SetBucketEncryption", action="s3:SetBucketEncryption"),
    ),
    (
        "api-of-another-action",
        f"API: iam:AddRoleToInstanceProfile User: {ANA} is not authorized to perform: iam:PassRole on resource: {ROLE}",
        denied(operation="AddRoleToInstanceProfile", principal=ANA, action="iam:PassRole", resource=ROLE),
    ),
    (
        "api-of-another-service",
        f"API: ecs:updateService User: {ANA} is not authorized to perform: iam:PassRole on resource: {ROLE}",
        denied(operation="updateService", principal=ANA, action="iam:PassRole", resource=ROLE),
    ),
    (
        "api-full",
        f"API: iam:CreateRole User: {ANA} is not authorized to perform: iam:CreateRole on resource: {ROLE}",
        denied(operation="CreateRole", principal=ANA, action="iam:CreateRole", resource=ROLE),
    ),
    (
        "failed-to-call",
        "failed to call ec2:DescribeInstances: UnauthorizedOperation: You are not authorized to perform this operation.",
        denied(code="UnauthorizedOperation", operation="DescribeInstances", action="ec2:DescribeInstances"),
    ),
    (
        "failed-to-call-without-permissions",
        "Unauthorized operation: failed to call ec2:CreateTags due to missing permissions. Please refer to the page on policies",
        denied(operation="CreateTags", action="ec2:CreateTags"),
    ),
    ("three-sections", "User: bob is not authorized to perform: ecs:servers:list", None),
    (
        "marked-placeholder",
        f"User: {ANA} is not authorized to perform: states:`GetWidget` on resource: `my-example-widget`",
        denied(principal=ANA, action="states:GetWidget", resource="my-example-widget"),
    ),
    (
        "word-without-colon",
        "554 Access denied: User UserARN is not authorized to perform ses:SendRawEmail on resource IdentityARN\n\nThe policy of the user",
        denied(principal="UserARN", action="ses:SendRawEmail", resource="IdentityARN"),
    ),
    (
        "word-before-a-reason",
        "not authorized to perform: s3:GetObject on resource orders-data because no identity-based policy allows it",
        denied(action="s3:GetObject", resource="orders-data", deny="implicit", policy_type="identity"),
    ),
    *(
        (
            f"resource-word-in-{name}",
            f"{before}not authorized to perform: s3:GetObject on resource orders-data{after}",
            denied(action="s3:GetObject", resource="orders-data"),
        )
        for name, before, after in (
            ("quotes", 'It says "', '" for one of us'),
            ("json", '{"error": "', '"}'),
            ("code", "`", "` again"),
        )
    ),
    (
        "masked-resource-in-quotes",
        '1,"User: <user> is not authorized to perform: s3:GetObject on resource: <bucket>/a.",host-1',
        denied(principal="<user>", action="s3:GetObject", resource="<bucket>/a"),
    ),
    (
        "no-word-of-prose",
        "User is not authorized to perform: eks:ListClusters on resource level, so it fails",
        denied(action="eks:ListClusters"),
    ),
    (
        "no-word-at-the-end",
        "User is not authorized to perform: eks:ListClusters on resource level",
        denied(action="eks:ListClusters"),
    ),
    ("no-aws-in-it", "User: bob is not authorized to perform this task", None),
    ("prose", "The user is not authorized, so we show the login page instead", None),
    (
        "template-of-a-reason",
        "AWS puts with an explicit deny in a type policy, or because no type policy allows the action action",
        None,
    ),
    ("verb-alone", "You are not authorized to view this page", None),
)
# The inner envelope is kept: Java's suffix, and a code directly before the sentence.
INNER = frozenset({"encoded-then-java", "glued-to-its-code", "blanks-many-java"})
TABLES = (
    IMPLICIT, EXPLICIT, WITH_POLICY, REASONS, POLICIES, TAILS, PRINCIPALS, NOBODY, MASKED_ACTIONS, RESOURCES, KMS, STS, LESS
)  # fmt: skip


@check_rows(("text", "expected"), rows(row for table in TABLES for row in table))
def test_facts_of_a_sentence(text: str, expected: Facts | None) -> None:
    """A sentence has the facts that it states, and no others."""
    assert facts_in(text) == expected


@check_rows(
    ("text", "expected"),
    rows(
        row
        for table in (IMPLICIT, EXPLICIT, POLICIES, TAILS, PRINCIPALS, RESOURCES, KMS, STS)
        for row in table
        # The operation and code of an outer call do not belong to an inner envelope (LABELS.md).
        # A body is not a message.
        if row[2] and row[0] not in INNER and not row[1].startswith(("{", "("))
    ),
)
def test_sentence_in_a_call_has_the_same_facts(text: str, expected: Facts) -> None:
    """botocore's prefix adds code and operation, and changes nothing else."""
    wrapped = facts_in(f"An error occurred (AccessDenied) when calling the DoThis operation: {text}")
    assert wrapped == {**expected, "code": "AccessDenied", "operation": "DoThis"}


@pytest.mark.parametrize(
    ("text", "expected"), rows(row for table in TABLES for row in table if row[0] in INNER)
)
def test_an_inner_envelope_in_a_call_has_no_operation(text: str, expected: Facts) -> None:
    """The operation of the outer call is not the failure's. The code is that of the inner envelope."""
    wrapped = facts_in(f"An error occurred (AccessDenied) when calling the DoThis operation: {text}")
    assert wrapped is not None
    code = wrapped.pop("code", None)
    assert wrapped == {key: value for key, value in expected.items() if key != "code"}
    # The SDK for Java v2 prints no code, so the code of the outer call is used, if any.
    assert code in ({expected["code"]} if "code" in expected else {None, "AccessDenied"})


@check_rows(
    ("words", "expected"),
    [
        *((words, kind) for kind, words in _TYPES),
        ("VPC endpoint policy transitively through a service control policy", "vpc_endpoint"),
        ("Session Policy", "session"),
        ("permissions\nboundary", "permissions_boundary"),
        ("resource based policy", "resource"),
        ("trust policy", "role_trust"),
        ("data residency policy", None),
        ("", None),
    ],
)
def test_policy_type(words: str, expected: str | None) -> None:
    """The words for a policy type can have any case and contain newlines."""
    assert policy_type(words) == expected


MASKS = (
    "<account>",
    "<my account>",
    "<<my account>>",
    "[account id]",
    "[[account id]]",
    "${ACCOUNT ID}",
    "{{ account id }}",
    "#{account id}",
    "$(account id)",
    "(redacted account)",
    "«my account»",
    "%ACCOUNT ID%",
    "__ACCOUNT ID__",
    "*my account*",
    '"another account"',
    "'another account'",
    "`another account`",
    "xxxx xxxx xxxx",
    "**** **** ****",
)
_BEHIND = (
    "",
    ".",
    " because no identity-based policy allows the eks:DescribeCluster action",
    " with an explicit deny",
    "\n\tstatus code: 403, request id: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    " (Service: Eks, Status Code: 403, Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)",
    ". Encoded authorization failure message: <BLOB>",
)


@pytest.mark.unmeasured
@check_rows("after", _BEHIND)
@check_rows("mask", MASKS)
def test_masks_in_arns(mask: str, after: str) -> None:
    """A mask in an ARN can contain spaces and quotes; the value remains complete."""
    for principal in (
        f"arn:aws:iam::{mask}:role/app",
        f"arn:aws:sts::{mask}:assumed-role/app/worker",
        f"arn:aws:iam::111122223333:user/{mask}",
        f"arn:aws:sts::111122223333:assumed-role/{mask}/worker",
    ):
        text = f"is not authorized to perform: eks:DescribeCluster on resource: {CLUSTER}{after}"
        for before in (f"User: {principal}", f'"User: {principal}', f"User {principal}", f"{principal}"):
            facts = facts_in(f"{before} {text}")
            assert facts is not None, before
            assert (facts["principal"], facts["resource"]) == (principal, CLUSTER), before
    for resource in (
        f"arn:aws:eks:{mask}:111122223333:cluster/demo",
        f"arn:aws:eks:eu-west-1:{mask}:cluster/demo",
        f"arn:aws:eks:eu-west-1:111122223333:cluster/{mask}",
    ):
        text = f"User: {APP} is not authorized to perform: eks:DescribeCluster on resource:"
        for named in (resource, f'"{resource}"', f"'{resource}'", f"`{resource}`"):
            facts = facts_in(f"{text} {named}{after}")
            assert facts is not None, named
            assert facts["resource"] == resource, named


@check_rows("mask", ["<my account>", "[my account]", "{my account}", "(my account)"])
def test_masks_broken_at_a_space(mask: str) -> None:
    """A line can break inside a mask."""
    principal, resource = f"arn:aws:iam::{mask}:role/app", f"arn:aws:eks:eu-west-1:{mask}:cluster/demo"
    text = f"User: {principal} is not authorized to perform: eks:DescribeCluster on resource: {resource} because no session policy allows it"
    assert facts_in(text.replace("my account", "my\naccount")) == facts_in(text)


MASKED_VALUES: Table = (
    ("assume", "is not authorized to assume role arn:aws:iam::<my account>:role/app.", denied(resource="arn:aws:iam::<my account>:role/app")),
    ("ecs", "ECS was unable to assume the role 'arn:aws:iam::[my account]:role/app' that was provided for this task", denied(resource="arn:aws:iam::[my account]:role/app")),
    ("role", f"{APP} is not authorized to perform: iam:GetRole on resource: role <the app's role>", denied(principal=APP, action="iam:GetRole", resource="role <the app's role>")),
    ("policy", f"{DENIAL} with an explicit deny in a service control policy: arn:aws:organizations::<management account>:policy/o-example123/service_control_policy/p-example1", _deny("explicit", "service_control", policy_arn="arn:aws:organizations::<management account>:policy/o-example123/service_control_policy/p-example1")),
    ("encoded-angle", f"{DENIAL}. Encoded authorization failure message: <ENCODED MESSAGE>", {**DENIED, "encoded_message": "<ENCODED MESSAGE>"}),
    ("encoded-angle-broken", f"{DENIAL}. Encoded authorization failure message: <ENCODED\nMESSAGE>", {**DENIED, "encoded_message": "<ENCODED MESSAGE>"}),
    ("encoded-square", f"{DENIAL}. Encoded authorization failure message: [encoded message]. Bye", {**DENIED, "encoded_message": "[encoded message]"}),
    ("encoded-variable", f"{DENIAL}. Encoded authorization failure message: ${{ENCODED MESSAGE}}", {**DENIED, "encoded_message": "${ENCODED MESSAGE}"}),
    ("encoded-template", f"{DENIAL}. Encoded authorization failure message: {{{{ encoded message }}}}", {**DENIED, "encoded_message": "{{ encoded message }}"}),
    ("encoded-round", f"{DENIAL}. Encoded authorization failure message: (redacted message)", {**DENIED, "encoded_message": "(redacted message)"}),
    ("encoded-quoted", f'{DENIAL}. Encoded authorization failure message: "encoded message"', {**DENIED, "encoded_message": "encoded message"}),
    ("encoded-quoted-blob", f'{DENIAL}. Encoded authorization failure message: "{BLOB}"', {**DENIED, "encoded_message": BLOB}),
    # Text after a value, which is not a mask.
    ("quotes-after", f'{DENIAL.replace(CLUSTER, "arn:aws:s3:::orders/")}" because of "other words"', {**DENIED, "resource": "arn:aws:s3:::orders/"}),
    ("cut-before-resource", '{"error": "loft-reader is not authorized to perform: sqs:SendMessage on resource"}"}', denied(principal="loft-reader", action="sqs:SendMessage")),
    ("json-after", '{"message": "User: ' + APP + ' is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders/","code":"AccessDenied"}', denied(principal=APP, action="s3:GetObject", resource="arn:aws:s3:::orders/", code="AccessDenied")),
    ("round-after", f"{DENIAL} (see the page)", DENIED),
    ("round-at-the-end", f"{DENIAL}(see the page)", {**DENIED, "resource": f"{CLUSTER}(see"}),
    ("square-after", f"{DENIAL} [request 7]", DENIED),
    ("elements-after", f"<p>{DENIAL}</p><p>Bye</p>", DENIED),
    ("stars-after", f"User: {APP} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders/* and others/*", denied(principal=APP, action="s3:GetObject", resource="arn:aws:s3:::orders/*")),
    ("concatenation", f'{APP} is not authorized to perform: sts:AssumeRole on resource: "arn:aws:iam::" + account + ":role/app"', denied(principal=APP, action="sts:AssumeRole", resource="arn:aws:iam::")),
    ("encoded-cut", f"{DENIAL}. Encoded authorization failure message: (truncated...)", DENIED),
    ("encoded-left-out", f"{DENIAL}. Encoded authorization failure message: (see below)", DENIED),
    ("encoded-empty", f'"{DENIAL}. Encoded authorization failure message: ", "next": 1', DENIED),
    ("encoded-java", f"{DENIAL}. Encoded authorization failure message: (Service: Eks, Status Code: 403)", {**DENIED, "status_code": 403}),
)  # fmt: skip


@check_rows(("text", "expected"), rows(MASKED_VALUES))
def test_masks_in_other_places(text: str, expected: Facts | None) -> None:
    assert facts_in(text) == expected


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (ANA, "111122223333"),
        (APP, "111122223333"),
        ("arn:aws-iso-b:iam::111122223333:root", "111122223333"),
        ("111122223333", "111122223333"),
        ("arn:aws:iam::11112222333:root", None),
        ("anonymous", None),
        ("", None),
    ],
)
def test_account_of(principal: str, expected: str | None) -> None:
    """The account ID is that of an IAM or STS ARN, or the principal itself."""
    assert account_of(principal) == expected


@check_rows(
    ("value", "expected"),
    [
        ("value", "value"),
        ("  value  ", "value"),
        ('"value".', "value"),
        ("value,", "value"),
        ("value).", "value"),
        ("value(1)", "value(1)"),
        ("[REDACTED]", "[REDACTED]"),
        ("value...", "value..."),
        ("value***", "value***"),
        ("-", ""),
        ("*", "*"),
        ('"arn:aws:iam::111122223333:user/ana"', "arn:aws:iam::111122223333:user/ana"),
        ('"arn:aws:iam::111122223333:user/"my name"".', 'arn:aws:iam::111122223333:user/"my name"'),
        ('words/"my name"', 'words/"my name'),
        ("", ""),
    ],
)
def test_trim(value: str, expected: str) -> None:
    """Characters around a value are removed; masks and ellipses remain."""
    start, end = trim(value, 0, len(value))
    assert value[start:end] == expected


def test_spaces_after_slashes() -> None:
    """Neither names nor paths begin with a space, so one that a wrapped line left is not a part of the principal."""
    facts = facts_in(
        "User: arn:aws:sts::111122223333:assumed-role/ AWSReservedSSO_Dev_0a1b2c3d4e5f6071/ana is not authorized to perform: s3:GetObject"
    )
    assert facts is not None
    assert (
        facts["principal"] == "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0a1b2c3d4e5f6071/ana"
    )


def test_rejoin_keeps_spaces_of_unbroken_values() -> None:
    """Only a value that is broken over lines loses its whitespace."""
    assert rejoin("role deploy") == "role deploy"
    assert rejoin("arn:aws:iam::1111\n22223333:role/a") == "arn:aws:iam::111122223333:role/a"


def test_the_reason_is_kept_as_written() -> None:
    """A reason in new words is kept as a fact."""
    from iamtriage import AccessDenied, parse

    failure = parse(f"{DENIAL} because the moon policy\nforbids it. More text")
    assert isinstance(failure, AccessDenied)
    assert failure.reason == "because the moon policy forbids it"


def test_a_mapping_with_only_the_sentence() -> None:
    """A sentence under a key of a response is read like the sentence alone."""
    assert facts_in({"message": DENIAL}) == DENIED
    assert expect("access_denied", principal=APP)["account"] == "111122223333"
