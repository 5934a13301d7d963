"""Failures as botocore raises them, in every protocol, from a local server.

Each case is a call, the reply to it, and what the reply states. The exception, its text, its
``response`` and its pickled copy must all be read as exactly that.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import botocore.parsers
import pytest

from iamtriage import fingerprint, from_record, parse, to_record
from tests.boto import wires
from tests.boto.records import read_record, record
from tests.boto.wires import Call, Reply
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unmeasured

Provoke = Callable[[Call, Reply], Any]

USER = "arn:aws:iam::111122223333:user/team/ana"
SESSION = "arn:aws:sts::111122223333:assumed-role/build/ci-42"
SSO = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Readers_0123456789abcdef/ana@example.com"
NODE = "arn:aws-cn:sts::111122223333:assumed-role/nodes/i-0123456789abcdef0"
BOUNDARY = "arn:aws:iam::111122223333:policy/bounds/Developers"
SCP = "arn:aws:organizations::444455556666:policy/o-exampleorg/service_control_policy/p-example1"
RCP = "arn:aws:organizations::444455556666:policy/o-exampleorg/resource_control_policy/p-example2"
ROLE = "arn:aws:iam::444455556666:role/apps/deployer"
BLOB = "xK4_example-Blob" * 12
AUTHORIZATION_ID = "q7example0id3m9x2v5k8w1z4c"

GET_USER = Call("query", "iam", "GetUser", "get_user", (("UserName", "bob"),))
LIST_ROLES = Call("query", "iam", "ListRoles", "list_roles")
CREATE_ROLE = Call(
    "query", "iam", "CreateRole", "create_role", (("RoleName", "new"), ("AssumeRolePolicyDocument", "{}"))
)
TRUST = Call(
    "query",
    "iam",
    "UpdateAssumeRolePolicy",
    "update_assume_role_policy",
    (("RoleName", "new"), ("PolicyDocument", "{}")),
)
CREATE_KEY = Call("query", "iam", "CreateAccessKey", "create_access_key", (("UserName", "bob"),))
WHO = Call("query", "sts", "GetCallerIdentity", "get_caller_identity")
ASSUME = Call("query", "sts", "AssumeRole", "assume_role", (("RoleArn", ROLE), ("RoleSessionName", "ci")))
WEB = Call(
    "query",
    "sts",
    "AssumeRoleWithWebIdentity",
    "assume_role_with_web_identity",
    (("RoleArn", ROLE), ("RoleSessionName", "ci"), ("WebIdentityToken", "header.claims.signature")),
)
DESCRIBE = Call("ec2", "ec2", "DescribeInstances", "describe_instances")
RUN = Call(
    "ec2",
    "ec2",
    "RunInstances",
    "run_instances",
    (("MinCount", 1), ("MaxCount", 1), ("ImageId", "ami-0123456789abcdef0")),
)
GET_ITEM = Call(
    "json", "dynamodb", "GetItem", "get_item", (("TableName", "orders"), ("Key", {"id": {"S": "1"}}))
)
ECR_TOKEN = Call("json", "ecr", "GetAuthorizationToken", "get_authorization_token")
DECRYPT = Call("json", "kms", "Decrypt", "decrypt", (("CiphertextBlob", b"x"),))
GET_PARAMETER = Call("json", "ssm", "GetParameter", "get_parameter", (("Name", "/app/db"),))
GET_SECRET = Call("json", "secretsmanager", "GetSecretValue", "get_secret_value", (("SecretId", "db"),))
ACCOUNTS = Call("json", "organizations", "ListAccounts", "list_accounts")
QUEUE = Call("json", "sqs", "GetQueueUrl", "get_queue_url", (("QueueName", "jobs"),))
CLUSTER = Call("rest-json", "eks", "DescribeCluster", "describe_cluster", (("name", "demo"),))
NODEGROUP = Call(
    "rest-json",
    "eks",
    "CreateNodegroup",
    "create_nodegroup",
    (("clusterName", "demo"), ("nodegroupName", "ng"), ("subnets", ["subnet-1"]), ("nodeRole", ROLE)),
)
ENTRY = Call(
    "rest-json",
    "eks",
    "CreateAccessEntry",
    "create_access_entry",
    (("clusterName", "demo"), ("principalArn", ROLE)),
)
INVOKE = Call("rest-json", "lambda", "Invoke", "invoke", (("FunctionName", "resize"),))
CREATE_FUNCTION = Call(
    "rest-json",
    "lambda",
    "CreateFunction",
    "create_function",
    (("FunctionName", "resize"), ("Role", ROLE), ("Code", {"ZipFile": b"x"})),
)
GET_OBJECT = Call(
    "rest-xml", "s3", "GetObject", "get_object", (("Bucket", "example-data"), ("Key", "in/a.csv"))
)
HEAD_OBJECT = Call(
    "rest-xml", "s3", "HeadObject", "head_object", (("Bucket", "example-data"), ("Key", "in/a.csv"))
)
HEAD_BUCKET = Call("rest-xml", "s3", "HeadBucket", "head_bucket", (("Bucket", "example-data"),))
LIST_BUCKETS = Call("rest-xml", "s3", "ListBuckets", "list_buckets")
PUT_OBJECT = Call(
    "rest-xml",
    "s3",
    "PutObject",
    "put_object",
    (("Bucket", "example-data"), ("Key", "in/a.csv"), ("Body", b"x")),
)
BUCKET_POLICY = Call(
    "rest-xml", "s3", "PutBucketPolicy", "put_bucket_policy", (("Bucket", "example-data"), ("Policy", "{}"))
)
ZONES = Call("rest-xml", "route53", "ListHostedZones", "list_hosted_zones")
BUSES = Call("smithy-rpc-v2-cbor", "eventbridgev2", "ListEventBuses", "list_event_buses")


@dataclass(frozen=True)
class Case:
    """A call, its reply, and the facts in the reply."""

    call: Call
    reply: Reply
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def of_exception(self) -> dict[str, object]:
        """The facts in the raised exception."""
        reply = self.reply
        ids = {"request_id": reply.request_id, "host_id": reply.host_id, "status_code": reply.status}
        return record(operation=self.call.operation, **ids, **self.facts)

    @property
    def of_response(self) -> dict[str, object]:
        """The facts in ``error.response``, which does not name the operation."""
        return self.of_exception | {"operation": None}

    @property
    def of_text(self) -> dict[str, object]:
        """The facts in ``str(error)``: no IDs, and the status only if it is the code."""
        status = self.reply.status if self.facts["code"] == str(self.reply.status) else None
        return self.of_exception | {"request_id": None, "host_id": None, "status_code": status}


def denied(code: str, **facts: object) -> dict[str, object]:
    """Return the facts of a denial, with the service of the action and the account of the principal."""
    action = facts.get("action")
    service = action.partition(":")[0] if isinstance(action, str) else None
    account = "111122223333" if "principal" in facts else None
    return {"kind": "access_denied", "code": code, "service": service, "account": account, **facts}


def failed(kind: str, code: str, **facts: object) -> dict[str, object]:
    """Return the facts of another failure."""
    return {"kind": kind, "code": code, **facts}


DENIALS = {
    "query-identity": Case(
        GET_USER,
        wires.query(
            403,
            "AccessDenied",
            f"User: {USER} is not authorized to perform: iam:GetUser on resource: user bob because no identity-based policy allows the iam:GetUser action",
        ),
        denied(
            "AccessDenied",
            principal=USER,
            action="iam:GetUser",
            resource="user bob",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    "query-authorization-id": Case(
        LIST_ROLES,
        wires.query(
            403,
            "AccessDenied",
            f"User: {SSO} is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::111122223333:role/ because no identity-based policy allows the iam:ListRoles action. "
            f"Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/{AUTHORIZATION_ID} for complete details, "
            f"or call the GetRequestAuthorizationDetails API with the following authorization id: {AUTHORIZATION_ID}",
        ),
        denied(
            "AccessDenied",
            principal=SSO,
            action="iam:ListRoles",
            resource="arn:aws:iam::111122223333:role/",
            deny="implicit",
            policy_type="identity",
            authorization_id=AUTHORIZATION_ID,
        ),
    ),
    "query-explicit-boundary-and-authorization-id": Case(
        CREATE_ROLE,
        wires.query(
            403,
            "AccessDenied",
            f"User: {SESSION} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/new with an explicit deny in a permissions boundary: {BOUNDARY}. "
            f"Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/{AUTHORIZATION_ID} for complete details, "
            f"or call the GetRequestAuthorizationDetails API with the following authorization id: {AUTHORIZATION_ID}",
        ),
        denied(
            "AccessDenied",
            principal=SESSION,
            action="iam:CreateRole",
            resource="arn:aws:iam::111122223333:role/new",
            deny="explicit",
            policy_type="permissions_boundary",
            policy_arn=BOUNDARY,
            authorization_id=AUTHORIZATION_ID,
        ),
    ),
    "query-trust": Case(
        ASSUME,
        wires.query(
            403,
            "AccessDenied",
            f"User: {USER} is not authorized to perform: sts:AssumeRole on resource: {ROLE} because no role trust policy allows the sts:AssumeRole action",
        ),
        denied(
            "AccessDenied",
            principal=USER,
            action="sts:AssumeRole",
            resource=ROLE,
            deny="implicit",
            policy_type="role_trust",
        ),
    ),
    "query-explicit-trust": Case(
        ASSUME,
        wires.query(
            403,
            "AccessDenied",
            f"User: {NODE} is not authorized to perform: sts:AssumeRole on resource: {ROLE} with an explicit deny in the role trust policy",
        ),
        denied(
            "AccessDenied",
            principal=NODE,
            action="sts:AssumeRole",
            resource=ROLE,
            deny="explicit",
            policy_type="role_trust",
        ),
    ),
    "query-session-tags": Case(
        ASSUME,
        wires.query(
            403,
            "AccessDenied",
            f"User: {SESSION} is not authorized to perform: sts:TagSession on resource: {ROLE}",
        ),
        denied("AccessDenied", principal=SESSION, action="sts:TagSession", resource=ROLE),
    ),
    "query-web-identity-trust": Case(
        WEB,
        wires.query(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        denied("AccessDenied", action="sts:AssumeRoleWithWebIdentity"),
    ),
    "query-markup-in-names": Case(
        GET_USER,
        wires.query(
            403,
            "AccessDenied",
            "User: arn:aws:iam::111122223333:user/R&D,x=1 is not authorized to perform: iam:GetUser on resource: user R&D",
        ),
        denied(
            "AccessDenied",
            principal="arn:aws:iam::111122223333:user/R&D,x=1",
            action="iam:GetUser",
            resource="user R&D",
        ),
    ),
    "ec2-describe": Case(
        DESCRIBE,
        wires.ec2(
            403,
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. User: {SESSION} is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action",
        ),
        denied(
            "UnauthorizedOperation",
            principal=SESSION,
            action="ec2:DescribeInstances",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    "ec2-bare": Case(
        DESCRIBE,
        wires.ec2(403, "UnauthorizedOperation", "You are not authorized to perform this operation."),
        denied("UnauthorizedOperation"),
    ),
    "ec2-encoded-only": Case(
        RUN,
        wires.ec2(
            403,
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. Encoded authorization failure message: {BLOB}",
        ),
        denied("UnauthorizedOperation", encoded_message=BLOB),
    ),
    "ec2-encoded-and-policy": Case(
        RUN,
        wires.ec2(
            403,
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. User: {USER} is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* "
            f"with an explicit deny in a service control policy: {SCP}. Encoded authorization failure message: {BLOB}",
        ),
        denied(
            "UnauthorizedOperation",
            principal=USER,
            action="ec2:RunInstances",
            resource="arn:aws:ec2:eu-west-1:111122223333:instance/*",
            deny="explicit",
            policy_type="service_control",
            policy_arn=SCP,
            encoded_message=BLOB,
        ),
    ),
    "json-boundary": Case(
        GET_ITEM,
        wires.json_1(
            400,
            "com.amazon.coral.service#AccessDeniedException",
            f"User: {USER} is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders because no permissions boundary allows the dynamodb:GetItem action",
            key="Message",
        ),
        denied(
            "AccessDeniedException",
            principal=USER,
            action="dynamodb:GetItem",
            resource="arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
            deny="implicit",
            policy_type="permissions_boundary",
        ),
    ),
    "json-namespace-and-address-around-the-code": Case(
        GET_ITEM,
        wires.json_1(
            400,
            "com.example.service#AccessDeniedException:http://internal.example.com/coral/",
            f"User: {USER} is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:444455556666:table/orders because no resource-based policy allows the dynamodb:GetItem action",
        ),
        denied(
            "AccessDeniedException",
            principal=USER,
            action="dynamodb:GetItem",
            resource="arn:aws:dynamodb:eu-west-1:444455556666:table/orders",
            deny="implicit",
            policy_type="resource",
        ),
    ),
    "json-any-resource": Case(
        ECR_TOKEN,
        wires.json_1(
            400,
            "AccessDeniedException",
            f"User: {SESSION} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no session policy allows the ecr:GetAuthorizationToken action",
        ),
        denied(
            "AccessDeniedException",
            principal=SESSION,
            action="ecr:GetAuthorizationToken",
            resource="*",
            deny="implicit",
            policy_type="session",
        ),
    ),
    "json-unnamed-ciphertext": Case(
        DECRYPT,
        wires.json_1(
            400,
            "AccessDeniedException",
            f"User: {SESSION} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action",
        ),
        denied(
            "AccessDeniedException",
            principal=SESSION,
            action="kms:Decrypt",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    "json-three-possible-reasons": Case(
        DECRYPT,
        wires.json_1(
            400,
            "AccessDeniedException",
            f"User: {SESSION} is not authorized to perform: kms:Decrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
        ),
        denied("AccessDeniedException", principal=SESSION, action="kms:Decrypt"),
    ),
    "json-explicit-identity": Case(
        GET_PARAMETER,
        wires.json_1(
            400,
            "AccessDeniedException",
            f"User: {USER} is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/app/db with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/ExampleQuarantine",
        ),
        denied(
            "AccessDeniedException",
            principal=USER,
            action="ssm:GetParameter",
            resource="arn:aws:ssm:eu-west-1:111122223333:parameter/app/db",
            deny="explicit",
            policy_type="identity",
            policy_arn="arn:aws:iam::aws:policy/ExampleQuarantine",
        ),
    ),
    "json-explicit-rcp": Case(
        GET_SECRET,
        wires.json_1(
            400,
            "AccessDeniedException",
            f"User: {SESSION} is not authorized to perform: secretsmanager:GetSecretValue on resource: db with an explicit deny in a resource control policy: {RCP}",
        ),
        denied(
            "AccessDeniedException",
            principal=SESSION,
            action="secretsmanager:GetSecretValue",
            resource="db",
            deny="explicit",
            policy_type="resource_control",
            policy_arn=RCP,
        ),
    ),
    "json-explicit-vpc-endpoint": Case(
        GET_SECRET,
        wires.json_1(
            400,
            "AccessDeniedException",
            f"User: {SESSION} is not authorized to perform: secretsmanager:GetSecretValue on resource: db with an explicit deny in a VPC endpoint policy",
        ),
        denied(
            "AccessDeniedException",
            principal=SESSION,
            action="secretsmanager:GetSecretValue",
            resource="db",
            deny="explicit",
            policy_type="vpc_endpoint",
        ),
    ),
    "json-no-sentence": Case(
        ACCOUNTS,
        wires.json_1(
            400, "AccessDeniedException", "You don't have permissions to access this resource.", key="Message"
        ),
        denied("AccessDeniedException"),
    ),
    "json-no-message": Case(
        ACCOUNTS, wires.json_1(400, "AccessDeniedException", None), denied("AccessDeniedException")
    ),
    "json-query-compatible": Case(
        QUEUE,
        wires.json_1(
            403,
            "com.amazonaws.sqs#AccessDeniedException",
            f"User: {USER} is not authorized to perform: sqs:getqueueurl on resource: arn:aws:sqs:eu-west-1:111122223333:jobs because no resource-based policy allows the sqs:getqueueurl action",
            query_error="AccessDenied;Sender",
        ),
        denied(
            "AccessDenied",
            principal=USER,
            action="sqs:getqueueurl",
            resource="arn:aws:sqs:eu-west-1:111122223333:jobs",
            deny="implicit",
            policy_type="resource",
        ),
    ),
    "rest-json-no-reason": Case(
        CLUSTER,
        wires.rest_json(
            403,
            "AccessDeniedException",
            f"User: {USER} is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:111122223333:cluster/demo",
        ),
        denied(
            "AccessDeniedException",
            principal=USER,
            action="eks:DescribeCluster",
            resource="arn:aws:eks:eu-west-1:111122223333:cluster/demo",
        ),
    ),
    "rest-json-address-after-the-code": Case(
        INVOKE,
        wires.rest_json(
            403,
            "AccessDeniedException:http://internal.example.com/coral/com.example.coral.service/",
            f"User: {SESSION} is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:111122223333:function:resize because no service control policy allows the lambda:InvokeFunction action",
            key="Message",
        ),
        denied(
            "AccessDeniedException",
            principal=SESSION,
            action="lambda:InvokeFunction",
            resource="arn:aws:lambda:eu-west-1:111122223333:function:resize",
            deny="implicit",
            policy_type="service_control",
        ),
    ),
    "rest-json-namespace-and-address-around-the-code": Case(
        CLUSTER,
        wires.rest_json(
            403,
            "com.example.eks#AccessDeniedException:http://internal.example.com/coral/",
            f"User: {SESSION} is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:111122223333:cluster/demo with an explicit deny",
        ),
        denied(
            "AccessDeniedException",
            principal=SESSION,
            action="eks:DescribeCluster",
            resource="arn:aws:eks:eu-west-1:111122223333:cluster/demo",
            deny="explicit",
        ),
    ),
    "rest-json-code-in-the-body": Case(
        CLUSTER,
        wires.rest_json(
            403,
            None,
            f"User: {SESSION} is not authorized to perform: eks:DescribeCluster",
            body_code="AccessDeniedException",
        ),
        denied("AccessDeniedException", principal=SESSION, action="eks:DescribeCluster"),
    ),
    "rest-json-pass-role": Case(
        CREATE_FUNCTION,
        wires.rest_json(
            403,
            "AccessDeniedException",
            f"User: {USER} is not authorized to perform: iam:PassRole on resource: {ROLE} because no identity-based policy allows the iam:PassRole action",
            key="Message",
        ),
        denied(
            "AccessDeniedException",
            principal=USER,
            action="iam:PassRole",
            resource=ROLE,
            deny="implicit",
            policy_type="identity",
        ),
    ),
    "rest-json-cross-account-role": Case(
        NODEGROUP,
        wires.rest_json(403, "AccessDeniedException", "Cross-account pass role is not allowed."),
        denied("AccessDeniedException"),
    ),
    "rest-json-no-code": Case(
        CLUSTER, wires.rest_json(403, None, "Forbidden"), denied("403")
    ),  # an API gateway in between
    "rest-xml-quoted-resource": Case(
        GET_OBJECT,
        wires.s3(
            403,
            "AccessDenied",
            f'User: {USER} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::example-data/in/a.csv" because no identity-based policy allows the s3:GetObject action',
        ),
        denied(
            "AccessDenied",
            principal=USER,
            action="s3:GetObject",
            resource="arn:aws:s3:::example-data/in/a.csv",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    "rest-xml-explicit-resource": Case(
        GET_OBJECT,
        wires.s3(
            403,
            "AccessDenied",
            f'User: {SESSION} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::example-data/in/a.csv" with an explicit deny in a resource-based policy',
        ),
        denied(
            "AccessDenied",
            principal=SESSION,
            action="s3:GetObject",
            resource="arn:aws:s3:::example-data/in/a.csv",
            deny="explicit",
            policy_type="resource",
        ),
    ),
    "rest-xml-bare": Case(
        LIST_BUCKETS, wires.s3(403, "AccessDenied", "Access Denied"), denied("AccessDenied")
    ),
    "rest-xml-object-without-body": Case(HEAD_OBJECT, wires.s3_bare(403), denied("403")),
    "rest-xml-bucket-without-body": Case(HEAD_BUCKET, wires.s3_bare(403), denied("403")),
    "rest-xml-passed-on-from-kms": Case(
        PUT_OBJECT,
        wires.s3(
            403,
            "AccessDenied",
            f"User: {SESSION} is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-example because no identity-based policy allows the kms:GenerateDataKey action",
        ),
        denied(
            "AccessDenied",
            principal=SESSION,
            action="kms:GenerateDataKey",
            resource="arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-example",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    "rest-xml-block-public-access": Case(
        BUCKET_POLICY,
        wires.s3(
            403,
            "AccessDenied",
            f'User: {USER} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::example-data" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access',
        ),
        denied(
            "AccessDenied", principal=USER, action="s3:PutBucketPolicy", resource="arn:aws:s3:::example-data"
        ),
    ),
    "rest-xml-query-shaped": Case(
        ZONES,
        wires.query(
            403,
            "AccessDenied",
            f"User: {USER} is not authorized to perform: route53:ListHostedZones because no identity-based policy allows the route53:ListHostedZones action",
        ),
        denied(
            "AccessDenied",
            principal=USER,
            action="route53:ListHostedZones",
            deny="implicit",
            policy_type="identity",
        ),
    ),
    "cbor-namespace-before-the-code": Case(
        BUSES,
        wires.cbor(
            400,
            "com.amazonaws.eventbridgev2#AccessDeniedException",
            f"User: {USER} is not authorized to perform: events:ListEventBuses on resource: arn:aws:events:eu-west-1:111122223333:event-bus/* with an explicit deny in a service control policy: {SCP}",
        ),
        denied(
            "AccessDeniedException",
            principal=USER,
            action="events:ListEventBuses",
            resource="arn:aws:events:eu-west-1:111122223333:event-bus/*",
            deny="explicit",
            policy_type="service_control",
            policy_arn=SCP,
        ),
    ),
}

CREDENTIALS = {
    "query-expired": Case(
        WHO,
        wires.query(403, "ExpiredToken", "The security token included in the request is expired"),
        failed("expired_credentials", "ExpiredToken"),
    ),
    "query-expired-web-identity": Case(
        WEB,
        wires.query(
            400,
            "ExpiredTokenException",
            "Token expired: current date/time 1700003600 must be before the expiration date/time 1700000000",
        ),
        failed("expired_credentials", "ExpiredTokenException"),
    ),
    "query-unknown-key": Case(
        WHO,
        wires.query(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
        failed("invalid_credentials", "InvalidClientTokenId"),
    ),
    "query-wrong-secret": Case(
        GET_USER,
        wires.query(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
        ),
        failed("signature_mismatch", "SignatureDoesNotMatch"),
    ),
    "query-late-clock": Case(
        WHO,
        wires.query(
            403,
            "SignatureDoesNotMatch",
            "Signature expired: 20300102T030405Z is now earlier than 20300102T031305Z (20300102T031805Z - 5 min.)",
        ),
        failed("signature_mismatch", "SignatureDoesNotMatch"),
    ),
    "query-incomplete-signature": Case(
        WHO,
        wires.query(
            400,
            "IncompleteSignature",
            "Authorization header requires 'Credential' parameter. Authorization=AWS4",
        ),
        failed("signature_mismatch", "IncompleteSignature"),
    ),
    "query-scope": Case(
        WHO,
        wires.query(403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. "),
        failed("credential_scope", "SignatureDoesNotMatch"),
    ),
    "query-scope-naming-the-region": Case(
        WHO,
        wires.query(
            403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'eu-west-9'. "
        ),
        failed("credential_scope", "SignatureDoesNotMatch"),
    ),
    "query-unsigned": Case(
        WHO,
        wires.query(403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
        failed("missing_credentials", "MissingAuthenticationToken"),
    ),
    "query-region-disabled": Case(
        ASSUME,
        wires.query(
            403,
            "RegionDisabledException",
            "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
        ),
        failed("region_disabled", "RegionDisabledException", account="111122223333"),
    ),
    "query-no-oidc-provider": Case(
        WEB,
        wires.query(
            400,
            "InvalidIdentityToken",
            "No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
        ),
        failed("invalid_identity_token", "InvalidIdentityToken"),
    ),
    "query-wrong-audience": Case(
        WEB,
        wires.query(400, "InvalidIdentityToken", "Incorrect token audience"),
        failed("invalid_identity_token", "InvalidIdentityToken"),
    ),
    "query-no-verification-key": Case(
        WEB,
        wires.query(
            400,
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
        ),
        failed("invalid_identity_token", "InvalidIdentityToken"),
    ),
    "ec2-unknown-key": Case(
        DESCRIBE,
        wires.ec2(401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
        failed("invalid_credentials", "AuthFailure"),
    ),
    "ec2-expired": Case(
        DESCRIBE,
        wires.ec2(400, "RequestExpired", "Request has expired."),
        failed("expired_credentials", "RequestExpired"),
    ),
    "json-expired": Case(
        GET_ITEM,
        wires.json_1(
            400,
            "com.amazon.coral.service#ExpiredTokenException",
            "The security token included in the request is expired",
        ),
        failed("expired_credentials", "ExpiredTokenException"),
    ),
    "json-unknown-key": Case(
        ECR_TOKEN,
        wires.json_1(
            400, "UnrecognizedClientException", "The security token included in the request is invalid."
        ),
        failed("invalid_credentials", "UnrecognizedClientException"),
    ),
    "json-wrong-secret": Case(
        GET_PARAMETER,
        wires.json_1(
            400,
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
        ),
        failed("signature_mismatch", "InvalidSignatureException"),
    ),
    "json-scope": Case(
        GET_ITEM,
        wires.json_1(
            400,
            "com.amazon.coral.service#InvalidSignatureException",
            "Credential should be scoped to a valid region. ",
        ),
        failed("credential_scope", "InvalidSignatureException"),
    ),
    "json-scope-of-another-service": Case(
        GET_ITEM,
        wires.json_1(
            400,
            "com.amazon.coral.service#InvalidSignatureException",
            "Credential should be scoped to correct service: 'dynamodb'. ",
        ),
        failed("credential_scope", "InvalidSignatureException"),
    ),
    "json-unsigned": Case(
        GET_ITEM,
        wires.json_1(
            400,
            "com.amazon.coral.service#MissingAuthenticationTokenException",
            "Request is missing Authentication Token",
        ),
        failed("missing_credentials", "MissingAuthenticationTokenException"),
    ),
    "rest-json-unknown-key": Case(
        CLUSTER,
        wires.rest_json(
            403, "UnrecognizedClientException", "The security token included in the request is invalid."
        ),
        failed("invalid_credentials", "UnrecognizedClientException"),
    ),
    "rest-json-expired": Case(
        INVOKE,
        wires.rest_json(
            403, "ExpiredTokenException", "The security token included in the request is expired"
        ),
        failed("expired_credentials", "ExpiredTokenException"),
    ),
    "rest-xml-unknown-key": Case(
        LIST_BUCKETS,
        wires.s3(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            AWSAccessKeyId="AKIDEXAMPLE",
        ),
        failed("invalid_credentials", "InvalidAccessKeyId"),
    ),
    "rest-xml-wrong-secret": Case(
        GET_OBJECT,
        wires.s3(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            AWSAccessKeyId="AKIDEXAMPLE",
            StringToSign="AWS4-HMAC-SHA256\n20300102T030405Z",
            SignatureProvided="00ff",
        ),
        failed("signature_mismatch", "SignatureDoesNotMatch"),
    ),
    "rest-xml-skewed-clock": Case(
        LIST_BUCKETS,
        wires.s3(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            RequestTime="20300102T030405Z",
            ServerTime="2030-01-02T04:04:05Z",
            MaxAllowedSkewMilliseconds="900000",
        ),
        failed("signature_mismatch", "RequestTimeTooSkewed"),
    ),
    "rest-xml-expired": Case(
        PUT_OBJECT,
        wires.s3(400, "ExpiredToken", "The provided token has expired.", **{"Token-0": "example-token"}),
        failed("expired_credentials", "ExpiredToken"),
    ),
    "cbor-expired": Case(
        BUSES,
        wires.cbor(400, "ExpiredTokenException", "The security token included in the request is expired"),
        failed("expired_credentials", "ExpiredTokenException"),
    ),
}

OTHERS = {
    "query-key-quota": Case(
        CREATE_KEY,
        wires.query(409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"),
        failed("access_key_quota", "LimitExceeded"),
    ),
    "query-another-quota": Case(
        CREATE_ROLE,
        wires.query(409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000"),
        failed("aws_error", "LimitExceeded"),
    ),
    "query-malformed-policy": Case(
        CREATE_ROLE,
        wires.query(400, "MalformedPolicyDocument", "This policy contains invalid Json"),
        failed("malformed_policy", "MalformedPolicyDocument"),
    ),
    "query-unknown-principal": Case(
        TRUST,
        wires.query(
            400,
            "MalformedPolicyDocument",
            'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/gone"',
        ),
        failed("malformed_policy", "MalformedPolicyDocument"),
    ),
    "query-invalid-arn": Case(
        ASSUME,
        wires.query(400, "ValidationError", "Request ARN is invalid"),
        failed("invalid_arn", "ValidationError"),
    ),
    "query-not-found": Case(
        GET_USER,
        wires.query(404, "NoSuchEntity", "The user with name bob cannot be found."),
        failed("aws_error", "NoSuchEntity"),
    ),
    "query-throttled": Case(
        LIST_ROLES, wires.query(400, "Throttling", "Rate exceeded"), failed("aws_error", "Throttling")
    ),
    "ec2-throttled": Case(
        DESCRIBE,
        wires.ec2(503, "RequestLimitExceeded", "Request limit exceeded."),
        failed("aws_error", "RequestLimitExceeded"),
    ),
    "ec2-not-found": Case(
        DESCRIBE,
        wires.ec2(400, "InvalidInstanceID.NotFound", "The instance ID 'i-0123456789abcdef0' does not exist"),
        failed("aws_error", "InvalidInstanceID.NotFound"),
    ),
    "json-throttled": Case(
        GET_ITEM,
        wires.json_1(
            400,
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded.",
        ),
        failed("aws_error", "ProvisionedThroughputExceededException"),
    ),
    "json-query-compatible": Case(
        QUEUE,
        wires.json_1(
            400,
            "com.amazonaws.sqs#QueueDoesNotExist",
            "The specified queue does not exist.",
            query_error="AWS.SimpleQueueService.NonExistentQueue;Sender",
        ),
        failed("aws_error", "AWS.SimpleQueueService.NonExistentQueue"),
    ),
    "rest-json-entry-exists": Case(
        ENTRY,
        wires.rest_json(
            409,
            "ResourceInUseException",
            "The specified access entry resource is already in use on this cluster.",
        ),
        failed("access_entry", "ResourceInUseException"),
    ),
    "rest-json-authentication-mode": Case(
        ENTRY,
        wires.rest_json(
            400,
            "InvalidRequestException",
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
        ),
        failed("access_entry", "InvalidRequestException"),
    ),
    "rest-json-invalid-principal": Case(
        ENTRY,
        wires.rest_json(
            400,
            "InvalidParameterException",
            "The specified principalArn is invalid: invalid principal.",
        ),
        failed("invalid_arn", "InvalidParameterException"),
    ),
    "rest-json-not-found": Case(
        CLUSTER,
        wires.rest_json(404, "ResourceNotFoundException", "No cluster found for name: demo."),
        failed("aws_error", "ResourceNotFoundException"),
    ),
    "rest-xml-not-found": Case(
        GET_OBJECT,
        wires.s3(404, "NoSuchKey", "The specified key does not exist.", Key="in/a.csv"),
        failed("aws_error", "NoSuchKey"),
    ),
    "rest-xml-not-found-without-body": Case(HEAD_OBJECT, wires.s3_bare(404), failed("aws_error", "404")),
    "rest-xml-throttled": Case(
        LIST_BUCKETS,
        wires.s3(503, "SlowDown", "Please reduce your request rate."),
        failed("aws_error", "SlowDown"),
    ),
    "cbor-throttled": Case(
        BUSES,
        wires.cbor(400, "ThrottlingException", "Rate exceeded"),
        failed("aws_error", "ThrottlingException"),
    ),
}

CASES = [
    pytest.param(case, id=f"{group}-{name}")
    for group, cases in {"denial": DENIALS, "credentials": CREDENTIALS, "other": OTHERS}.items()
    for name, case in cases.items()
]


def test_every_protocol_of_botocore_has_a_denial() -> None:
    """If a later botocore has a new protocol, add a case here."""
    assert botocore.parsers.PROTOCOL_PARSERS.keys() <= {case.call.protocol for case in DENIALS.values()}


@check_rows("case", CASES)
def test_exception_states_what_the_reply_states(provoke: Provoke, case: Case) -> None:
    """The exception states every fact of the reply, with the operation, the status and the IDs."""
    assert read_record(provoke(case.call, case.reply)) == case.of_exception


@check_rows("case", CASES)
def test_text_states_the_same_without_ids(provoke: Provoke, case: Case) -> None:
    """``str(error)``, as in logs, states all facts except those that botocore omits."""
    assert read_record(str(provoke(case.call, case.reply))) == case.of_text


@check_rows("case", CASES)
def test_response_states_the_same_without_the_operation(provoke: Provoke, case: Case) -> None:
    """``error.response`` is read as a mapping."""
    assert read_record(provoke(case.call, case.reply).response) == case.of_response


@check_rows("case", CASES)
def test_copies_have_the_same_record(provoke: Provoke, case: Case) -> None:
    """An exception from another process, which is a plain ClientError, has the same record."""
    error = provoke(case.call, case.reply)

    assert read_record(pickle.loads(pickle.dumps(error))) == case.of_exception


@check_rows("case", CASES)
def test_spans_contain_the_values(provoke: Provoke, case: Case) -> None:
    """Each span is the place of the value in the text of the exception."""
    failure = parse(provoke(case.call, case.reply))
    assert failure is not None

    written = {key: failure.text[start:end] for key, (start, end) in failure.spans.items()}

    assert written == {key: str(case.of_exception[key]) for key in written}
    assert {"principal", "action", "resource", "encoded_message"} & {
        k for k, v in case.facts.items() if v
    } <= written.keys()


@check_rows("case", CASES)
def test_failure_from_its_record(provoke: Provoke, case: Case) -> None:
    """A failure from a record has the same record and fingerprint."""
    failure = parse(provoke(case.call, case.reply))
    assert failure is not None

    again = from_record(to_record(failure))

    assert to_record(again) == to_record(failure)
    assert fingerprint(again) == fingerprint(failure)


@pytest.mark.parametrize(
    ("call", "reply"),
    [
        pytest.param(LIST_ROLES, OTHERS["query-throttled"].reply, id="query"),
        pytest.param(DESCRIBE, OTHERS["ec2-throttled"].reply, id="ec2"),
        pytest.param(LIST_BUCKETS, OTHERS["rest-xml-throttled"].reply, id="rest-xml"),
    ],
)
def test_retries_are_not_part_of_the_operation(provoke: Provoke, call: Call, reply: Reply) -> None:
    """The operation is read although botocore inserts the number of retries before it."""
    error = provoke(call, reply)

    assert "(reached max retries: 0)" in str(error)
    assert read_record(str(error))["operation"] == call.operation


def test_same_problem_has_one_fingerprint(provoke: Provoke) -> None:
    """The exception, its text and a second request are the same problem; another action is not."""
    case = DENIALS["query-identity"]
    error = provoke(case.call, case.reply)
    later = Reply(
        403, case.reply.body.replace(wires.REQUEST_ID.encode(), b"00000000-aaaa-bbbb-cccc-111111111111")
    )
    other = Reply(403, case.reply.body.replace(b"iam:GetUser", b"iam:GetUserPolicy"))

    def get_fingerprint(error: str | BaseException) -> str:
        failure = parse(error)
        assert failure is not None
        return fingerprint(failure)

    assert get_fingerprint(error) == get_fingerprint(str(error)) == get_fingerprint(provoke(case.call, later))
    assert get_fingerprint(error) != get_fingerprint(provoke(case.call, other))
