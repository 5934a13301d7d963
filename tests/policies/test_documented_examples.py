"""What AWS documents about the evaluation of policies, each example with its page."""

# ruff: noqa: ANN401, FBT001, FBT003, PLR0917 (tables of cases)

from __future__ import annotations

from typing import Any

from iamtriage.policies import Request, evaluate
from tests.policies.cases import (
    ACCOUNT,
    ACTION,
    ARNS,
    ASSUME,
    BOUNDARIES,
    BUCKET_POLICY,
    CALLER_IDENTITY,
    CROSS,
    ELSE,
    ENDPOINTS,
    FEDERATED,
    FEDERATION,
    FOREIGN,
    FOREIGN_KEY,
    FOREIGN_TARGET,
    FULL,
    KEY,
    KEY_DEFAULT,
    KEY_FOREIGN,
    KEY_POLICY,
    KEYS,
    KMS_RCP,
    LINKED,
    LOGIC,
    MULTI,
    MULTI_LOGIC,
    NO,
    NONE,
    NOT_ACTION,
    NOT_PRINCIPAL,
    NOT_RESOURCE,
    OK,
    OPERATORS,
    OTHER,
    PRINCIPAL,
    QUEUE,
    RCPS,
    RESOURCE,
    ROLE,
    ROOT,
    ROOT_USER,
    SCP,
    SCPS,
    SEND,
    SESSION,
    SESSIONS,
    TARGET,
    TRUST,
    USER,
    VARIABLES,
    VERSION,
    Case,
    allow,
    ask,
    deny,
    doc,
    having,
    name_case,
    to,
)
from tests.tables import check_rows

# ------------------------------------------------ within an account

WITHIN = [
    Case(LOGIC, "everything is denied by default", ask(), having(), False, "implicit", "identity"),
    Case(LOGIC, "an identity-based policy allows", ask(), having(identity=[OK]), True, None, "identity"),
    Case(LOGIC, "a resource-based policy alone allows", ask(), having(resource=to(USER)), True, None, "resource"),
    Case(LOGIC, "an explicit deny of the identity overrides", ask(), having(identity=[OK, NO]), False, "explicit", "identity"),
    Case(LOGIC, "an explicit deny of the resource overrides", ask(), having(identity=[OK], resource=to(USER, effect="Deny")), False, "explicit", "resource"),
    Case(LOGIC, "an explicit deny of the boundary overrides", ask(), having(identity=[OK], permissions_boundary=doc(allow(), deny())), False, "explicit", "permissions_boundary"),
    Case(LOGIC, "an explicit deny of the session overrides", ask(SESSION), having(identity=[OK], session=doc(allow(), deny())), False, "explicit", "session"),
    Case(LOGIC, "an explicit deny of an SCP overrides", ask(), having(identity=[OK], service_control=[[FULL], [FULL, NO]]), False, "explicit", "service_control"),
    Case(LOGIC, "an explicit deny of an RCP overrides", ask(), having(identity=[OK], resource_control=[[to("*", effect="Deny")]]), False, "explicit", "resource_control"),
    Case(LOGIC, "an SCP without an Allow denies", ask(), having(identity=[OK], service_control=[[NONE]]), False, "implicit", "service_control"),
    Case(LOGIC, "without an SCP, evaluation goes on", ask(), having(identity=[OK], service_control=None), True),
    Case(LOGIC, "the identity's boundary must allow, too", ask(), having(identity=[OK], permissions_boundary=NONE), False, "implicit", "permissions_boundary"),
    Case(LOGIC, "a boundary alone allows nothing", ask(), having(permissions_boundary=OK), False, "implicit", "identity"),
    Case(LOGIC, "the session policy must allow, too", ask(SESSION), having(identity=[OK], session=NONE), False, "implicit", "session"),
    Case(LOGIC, "a session policy alone allows nothing", ask(SESSION), having(session=OK), False, "implicit", "identity"),
    Case(LOGIC, "identity, boundary and session allow", ask(SESSION), having(identity=[OK], permissions_boundary=OK, session=OK), True),
    Case(LOGIC, "a resource policy for the role needs no identity policy", ask(SESSION), having(resource=to(ROLE)), True, None, "resource"),
    Case(LOGIC, "a resource policy for the role is limited by the boundary", ask(SESSION), having(resource=to(ROLE), permissions_boundary=NONE), False, "implicit", "permissions_boundary"),
    Case(LOGIC, "a resource policy for the role is limited by the session policy", ask(SESSION), having(resource=to(ROLE), session=NONE), False, "implicit", "session"),
    Case(LOGIC, "a resource policy for the session is not limited by the boundary", ask(SESSION), having(resource=to(SESSION), permissions_boundary=NONE), True, None, "resource"),
    Case(LOGIC, "a resource policy for the session is not limited by the session policy", ask(SESSION), having(resource=to(SESSION), session=NONE), True),
    Case(LOGIC, "a resource policy for the session needs no identity policy", ask(SESSION), having(resource=to(SESSION)), True),
    Case(LOGIC, "a resource policy for another session", ask(SESSION), having(resource=to(f"{SESSION}2")), False, "implicit", "identity"),
    Case(LOGIC, "a resource policy for the user is not limited by the boundary", ask(), having(resource=to(USER), permissions_boundary=NONE), True, None, "resource"),
    Case(LOGIC, "a deny of the boundary limits even that", ask(), having(resource=to(USER), permissions_boundary=NO), False, "explicit"),
    Case(LOGIC, "a resource policy for the federated user needs nothing else", ask(FEDERATED), having(resource=to(FEDERATED), session=NONE, permissions_boundary=NONE), True, None, "resource"),
    Case(LOGIC, "an SCP limits a resource policy for the session", ask(SESSION), having(resource=to(SESSION), service_control=[[NONE]]), False, "implicit", "service_control"),
    Case(LOGIC, "the root user has full access", ask(ROOT), having(), True),
    Case(LOGIC, "a deny of the resource limits the root user", ask(ROOT), having(resource=to(ROOT, effect="Deny")), False, "explicit", "resource"),
    Case(FEDERATION, "no session policy, no permissions", ask(FEDERATED), having(identity=[OK]), False, "implicit", "session"),
    Case(FEDERATION, "the intersection of user and session policy", ask(FEDERATED), having(identity=[OK], session=OK), True),
    Case(FEDERATION, "outside of the intersection", ask(FEDERATED), having(identity=[OK], session=ELSE), False, "implicit", "session"),
    Case(SESSIONS, "session policies grant no more than the role's", ask(SESSION), having(identity=[ELSE], session=OK), False, "implicit", "identity"),
    Case(SESSIONS, "one of several session policies allows", ask(SESSION), having(identity=[OK], session=[NONE, OK]), True),
    Case(BOUNDARIES, "the intersection of identity and boundary", ask(), having(identity=[FULL], permissions_boundary=OK), True),
    Case(BOUNDARIES, "outside of the boundary", ask(action="iam:CreateUser", resource=f"arn:aws:iam::{ACCOUNT}:user/x"), having(identity=[doc(allow("iam:CreateUser"))], permissions_boundary=doc(allow(["s3:*", "cloudwatch:*", "ec2:*"]))), False, "implicit", "permissions_boundary"),
    Case(BOUNDARIES, "in the boundary only", ask(action="ec2:RunInstances", resource="*"), having(identity=[doc(allow("s3:*"))], permissions_boundary=doc(allow(["s3:*", "ec2:*"]))), False, "implicit", "identity"),
    Case(BOUNDARIES, "a NotPrincipal deny hits every principal with a boundary", ask(), having(identity=[OK], permissions_boundary=OK, resource=doc({"Effect": "Deny", "NotPrincipal": {"AWS": [USER, ROOT]}, "Action": SEND, "Resource": "*"})), False, "explicit", "resource"),
    Case(PRINCIPAL, "everyone with aws:PrincipalArn is not limited by the boundary", ask(SESSION), having(resource=to("*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}), permissions_boundary=NONE), True, None, "resource"),
    Case(PRINCIPAL, "everyone with aws:PrincipalArn is not limited by the session policy", ask(SESSION), having(resource=to("*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}), session=NONE), True),
]  # fmt: skip

# ------------------------------------------------ between accounts

CARLOS_ARN = f"arn:aws:iam::{ACCOUNT}:user/carlossalazar"
CARLOS = having(
    identity=[
        doc(
            allow("s3:ListAllMyBuckets"),
            allow("s3:*Object*", "arn:aws:s3:::Production/*"),
            deny("s3:*", ["arn:aws:s3:::*log*", "arn:aws:s3:::*log*/*"]),
        )
    ],
    resource=to(
        CARLOS_ARN,
        ["s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"],
        Resource="arn:aws:s3:::Production/*",
    ),
)


def save(bucket: str, action: str = "s3:PutObject") -> Request:
    return Request(CARLOS_ARN, action, f"arn:aws:s3:::{bucket}/file", resource_account=OTHER)


BETWEEN = [
    Case(CROSS, "both sides allow", ask(resource=FOREIGN), having(identity=[OK], resource=to(USER)), True),
    Case(CROSS, "only the principal's account allows", ask(resource=FOREIGN), having(identity=[OK]), False, "implicit", "resource"),
    Case(CROSS, "only the resource's account allows", ask(resource=FOREIGN), having(resource=to(USER)), False, "implicit", "identity"),
    Case(CROSS, "the resource trusts the account, and the account delegates", ask(resource=FOREIGN), having(identity=[OK], resource=to(ROOT)), True),
    Case(CROSS, "the account as its ID", ask(resource=FOREIGN), having(identity=[OK], resource=to(ACCOUNT)), True),
    Case(CROSS, "the resource trusts the account, and nothing is delegated", ask(resource=FOREIGN), having(resource=to(ROOT)), False, "implicit", "identity"),
    Case(CROSS, "the resource trusts another account", ask(resource=FOREIGN), having(identity=[OK], resource=to(OTHER)), False, "implicit", "resource"),
    Case(CROSS, "the boundary limits between accounts", ask(resource=FOREIGN), having(identity=[OK], resource=to(USER), permissions_boundary=NONE), False, "implicit", "permissions_boundary"),
    Case(CROSS, "the session policy limits between accounts", ask(SESSION, FOREIGN), having(identity=[OK], resource=to(SESSION), session=NONE), False, "implicit", "session"),
    Case(CROSS, "a deny of the resource overrides", ask(resource=FOREIGN), having(identity=[OK], resource=doc(*to(USER)["Statement"], *to("*", effect="Deny")["Statement"])), False, "explicit", "resource"),
    Case(CROSS, "the SCPs of the principal's account limit", ask(resource=FOREIGN), having(identity=[OK], resource=to(USER), service_control=[[NONE]]), False, "implicit", "service_control"),
    Case(CROSS, "the bucket's account is given", ask(resource="arn:aws:s3:::b/k", action="s3:GetObject", resource_account=OTHER), having(identity=[doc(allow("s3:GetObject"))]), False, "implicit", "resource"),
    Case(CROSS, "Carlos saves a file to the production bucket", save("Production"), CARLOS, True),
    Case(CROSS, "Carlos cannot save a file to a bucket for logs", save("Production-logs"), CARLOS, False, "explicit", "identity"),
    Case(CROSS, "Carlos cannot delete from the production bucket", save("Production", "s3:DeleteObject"), CARLOS, False, "implicit", "resource"),
    Case(CROSS, "the root user of the other account", ask(ROOT, FOREIGN), having(resource=to(ROOT)), True, None, "resource"),
    Case(CROSS, "the root user, whom the resource does not trust", ask(ROOT, FOREIGN), having(), False, "implicit", "resource"),
]  # fmt: skip

# ------------------------------------------------ condition operators


def met(page: str, title: str, operator: str, value: Any, actual: Any, allowed: bool | None, key: str = "aws:RequestTag/x") -> Case:  # fmt: skip
    """Return a case in which one condition decides; an actual value of ``None`` means that the key is missing."""
    policy = doc(allow(Condition={operator: {key: value}}))
    context = {} if actual is None else {key: actual}
    return Case(page, f"{operator} {title}", ask(context=context, complete_context=True), having(identity=[policy]), allowed)  # fmt: skip


TAGS_AND_NAME = to(
    {"AWS": "222222222222"},
    "s3:ListBucket",
    Condition={
        "StringEquals": {
            "aws:PrincipalTag/department": ["finance", "hr", "legal"],
            "aws:PrincipalTag/role": ["audit", "security"],
        },
        "ArnLike": {
            "aws:PrincipalArn": ["arn:aws:iam::222222222222:user/Ana", "arn:aws:iam::222222222222:user/Mary"]
        },
    },
)
CONDITIONS = [
    met(OPERATORS, "equal", "StringEquals", "a", "a", True),
    met(OPERATORS, "is case-sensitive", "StringEquals", "a", "A", False),
    met(OPERATORS, "has no wildcards", "StringEquals", "a*", "ab", False),
    met(OPERATORS, "one of several values", "StringEquals", ["a", "b"], "b", True),
    met(OPERATORS, "missing", "StringEquals", "a", None, False),
    met(OPERATORS, "differs", "StringNotEquals", "a", "b", True),
    met(OPERATORS, "equal", "StringNotEquals", "a", "a", False),
    met(OPERATORS, "is none of several values", "StringNotEquals", ["a", "b"], "b", False),
    met(OPERATORS, "missing", "StringNotEquals", "a", None, True),
    met(OPERATORS, "ignores case", "StringEqualsIgnoreCase", "a", "A", True),
    met(OPERATORS, "ignores case", "StringNotEqualsIgnoreCase", "a", "A", False),
    met(OPERATORS, "star", "StringLike", "David/*", "David/a/b", True),
    met(OPERATORS, "question mark", "StringLike", "a?", "ab", True),
    met(OPERATORS, "question mark is one character", "StringLike", "a?", "a", False),
    met(OPERATORS, "is case-sensitive", "StringLike", "a*", "Ab", False),
    met(OPERATORS, "star", "StringNotLike", "a*", "ab", False),
    met(OPERATORS, "missing", "StringNotLike", "a*", None, True),
    met(OPERATORS, "max-keys", "NumericLessThanEquals", "10", "10", True, "s3:max-keys"),
    met(OPERATORS, "more than max-keys", "NumericLessThanEquals", "10", "11", False, "s3:max-keys"),
    met(OPERATORS, "missing", "NumericLessThanEquals", "10", None, False, "s3:max-keys"),
    met(OPERATORS, "equal", "NumericEquals", "10", "10.0", True),
    met(OPERATORS, "differs", "NumericNotEquals", "10", "11", True),
    met(OPERATORS, "greater", "NumericGreaterThan", "10", "11", True),
    met(OPERATORS, "equal", "NumericGreaterThanEquals", "10", "10", True),
    met(OPERATORS, "equal", "NumericLessThan", "10", "10", False),
    met(OPERATORS, "a token of 2020", "DateGreaterThan", "2020-01-01T00:00:01Z", "2020-06-01T00:00:00Z", True, "aws:TokenIssueTime"),
    met(OPERATORS, "an older token", "DateGreaterThan", "2020-01-01T00:00:01Z", "2019-06-01T00:00:00Z", False, "aws:TokenIssueTime"),
    met(OPERATORS, "long-term keys have no issue time", "DateGreaterThan", "2020-01-01T00:00:01Z", None, False, "aws:TokenIssueTime"),
    met(OPERATORS, "epoch time", "DateLessThan", "1767225600", "2025-12-31T00:00:00Z", True, "aws:CurrentTime"),
    met(OPERATORS, "the same time", "DateEquals", "2026-01-01T00:00:00Z", "1767225600", True, "aws:CurrentTime"),
    met(OPERATORS, "true", "Bool", "true", "true", True, "aws:SecureTransport"),
    met(OPERATORS, "false", "Bool", "true", "false", False, "aws:SecureTransport"),
    met(OPERATORS, "missing", "Bool", "false", None, False, "aws:MultiFactorAuthPresent"),
    met(OPERATORS, "Base64", "BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", b"BinaryValueInBase64", True),
    met(OPERATORS, "in the range", "IpAddress", "203.0.113.0/24", "203.0.113.77", True, "aws:SourceIp"),
    met(OPERATORS, "outside", "IpAddress", "203.0.113.0/24", "203.0.114.1", False, "aws:SourceIp"),
    met(OPERATORS, "an address without prefix", "IpAddress", "203.0.113.7", "203.0.113.7", True, "aws:SourceIp"),
    met(OPERATORS, "IPv6", "IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::9", True, "aws:SourceIp"),
    met(OPERATORS, "a VPC endpoint hides the address", "IpAddress", "203.0.113.0/24", None, False, "aws:SourceIp"),
    met(OPERATORS, "outside", "NotIpAddress", "203.0.113.0/24", "198.51.100.1", True, "aws:SourceIp"),
    met(OPERATORS, "missing", "NotIpAddress", "203.0.113.0/24", None, True, "aws:SourceIp"),
    met(OPERATORS, "wildcards", "ArnLike", "arn:aws:sns:*:123456789012:*", "arn:aws:sns:us-east-1:123456789012:t", True, "aws:SourceVpcArn"),
    met(OPERATORS, "another account", "ArnLike", "arn:aws:sns:*:123456789012:*", "arn:aws:sns:us-east-1:111122223333:t", False, "aws:SourceVpcArn"),
    met(OPERATORS, "each section is compared", "ArnLike", "arn:aws:sns:*:t", "arn:aws:sns:us-east-1:123456789012:t", False, "aws:SourceVpcArn"),
    met(OPERATORS, "behaves as ArnLike", "ArnEquals", "arn:aws:sns:*:123456789012:*", "arn:aws:sns:us-east-1:123456789012:t", True, "aws:SourceVpcArn"),
    met(OPERATORS, "negated", "ArnNotLike", "arn:aws:sns:*:123456789012:*", "arn:aws:sns:us-east-1:123456789012:t", False, "aws:SourceVpcArn"),
    met(OPERATORS, "missing", "ArnNotEquals", "arn:aws:sns:*:123456789012:*", None, True, "aws:SourceVpcArn"),
    met(OPERATORS, "missing", "StringEqualsIfExists", "t1.*", None, True, "ec2:InstanceType"),
    met(OPERATORS, "present", "StringLikeIfExists", ["t1.*", "t2.*"], "t2.micro", True, "ec2:InstanceType"),
    met(OPERATORS, "present and different", "StringLikeIfExists", ["t1.*", "t2.*"], "m5.large", False, "ec2:InstanceType"),
    met(OPERATORS, "the key must be missing", "Null", "true", None, True, "aws:TokenIssueTime"),
    met(OPERATORS, "the key must not be there", "Null", "true", "2020-01-01T00:00:00Z", False, "aws:TokenIssueTime"),
    met(OPERATORS, "the key must exist", "Null", "false", "2020-01-01T00:00:00Z", True, "aws:TokenIssueTime"),
    met(OPERATORS, "the key is missing", "Null", "false", None, False, "aws:TokenIssueTime"),
    met(MULTI, "every value", "ForAllValues:StringEquals", ["team", "stage"], ["team"], True, "aws:TagKeys"),
    met(MULTI, "one value too many", "ForAllValues:StringEquals", ["team", "stage"], ["team", "x"], False, "aws:TagKeys"),
    met(MULTI, "a missing key", "ForAllValues:StringEquals", ["team"], None, True, "aws:TagKeys"),
    met(MULTI, "an empty key", "ForAllValues:StringEquals", ["team"], [], True, "aws:TagKeys"),
    met(MULTI, "an empty string", "ForAllValues:StringEquals", ["team"], "", True, "aws:TagKeys"),
    met(MULTI, "no value matches", "ForAllValues:StringNotEquals", ["x"], ["a", "b"], True, "aws:TagKeys"),
    met(MULTI, "a value matches", "ForAllValues:StringNotEquals", ["x"], ["a", "x"], False, "aws:TagKeys"),
    met(MULTI, "one value", "ForAnyValue:StringEquals", ["team", "stage"], ["x", "team"], True, "aws:TagKeys"),
    met(MULTI, "no value", "ForAnyValue:StringEquals", ["team"], ["x", "y"], False, "aws:TagKeys"),
    met(MULTI, "a missing key", "ForAnyValue:StringEquals", ["team"], None, False, "aws:TagKeys"),
    met(MULTI, "one differs", "ForAnyValue:StringNotEquals", ["team"], ["team", "x"], True, "aws:TagKeys"),
    met(MULTI, "patterns", "ForAnyValue:StringLike", ["a*"], ["x", "ab"], True, "aws:TagKeys"),
    Case(MULTI_LOGIC, "operators are joined by and", ask(context={"aws:PrincipalTag/a": "1", "aws:SecureTransport": "false"}), having(identity=[doc(allow(Condition={"StringEquals": {"aws:PrincipalTag/a": "1"}, "Bool": {"aws:SecureTransport": "true"}}))]), False),
    Case(MULTI_LOGIC, "keys are joined by and", ask(context={"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": "2"}), having(identity=[doc(allow(Condition={"StringEquals": {"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": "3"}}))]), False),
    Case(MULTI_LOGIC, "all of them are met", ask(context={"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": "3"}), having(identity=[doc(allow(Condition={"StringEquals": {"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": ["2", "3"]}}))]), True),
    *(
        Case(MULTI_LOGIC, f"tags and name: {title}", Request(f"arn:aws:iam::222222222222:user/{name}", "s3:ListBucket", "arn:aws:s3:::amzn-s3-demo-bucket", {"aws:PrincipalTag/department": department, "aws:PrincipalTag/role": role}, resource_account=OTHER), having(identity=[FULL], resource=TAGS_AND_NAME), allowed)
        for title, name, department, role, allowed in (
            ("all of them", "Mary", "hr", "audit", True),
            ("another department", "Ana", "sales", "security", False),
            ("another role", "Ana", "legal", "intern", False),
            ("another user", "Nikki", "finance", "audit", False),
        )
    ),
    Case(MULTI_LOGIC, "the values of a negated operator are joined by nor", ask(context={"aws:PrincipalTag/a": "2"}), having(identity=[doc(allow(Condition={"StringNotEquals": {"aws:PrincipalTag/a": ["1", "2"]}}))]), False),
    Case(KEYS, "keys are case-insensitive", ask(context={"AWS:sourceip": "203.0.113.7"}), having(identity=[doc(allow(Condition={"IpAddress": {"aws:SourceIP": "203.0.113.0/24"}}))]), True),
]  # fmt: skip

# ------------------------------------------------ keys that follow from the request


def key(title: str, principal: str, operator: str, name: str, value: Any, allowed: bool | None, **more: Any) -> Case:  # fmt: skip
    policy = to("*", Condition={operator: {name: value}})
    return Case(KEYS, title, ask(principal, **more), having(resource=policy), allowed)


DERIVED = [
    key("aws:PrincipalArn of a user", USER, "ArnEquals", "aws:PrincipalArn", USER, True),
    key("aws:PrincipalArn of a session is the role's", SESSION, "ArnEquals", "aws:PrincipalArn", ROLE, True),
    key("aws:PrincipalArn of a session is not the session's", SESSION, "StringEquals", "aws:PrincipalArn", SESSION, False),
    key("aws:PrincipalArn of the root user", ROOT, "ArnEquals", "aws:PrincipalArn", ROOT, True),
    key("aws:PrincipalAccount", USER, "StringEquals", "aws:PrincipalAccount", ACCOUNT, True),
    key("aws:PrincipalAccount of another account", USER, "StringEquals", "aws:PrincipalAccount", OTHER, False),
    key("aws:PrincipalType of a user", USER, "StringEquals", "aws:PrincipalType", "User", True),
    key("aws:PrincipalType of a session", SESSION, "StringEquals", "aws:PrincipalType", "AssumedRole", True),
    key("aws:PrincipalType of a federated user", FEDERATED, "StringEquals", "aws:PrincipalType", "FederatedUser", True),
    key("aws:PrincipalIsAWSService", USER, "Bool", "aws:PrincipalIsAWSService", "false", True),
    key("aws:PrincipalIsAWSService of a service", "sns.amazonaws.com", "Bool", "aws:PrincipalIsAWSService", "true", True),
    key("aws:PrincipalServiceName", "sns.amazonaws.com", "StringEquals", "aws:PrincipalServiceName", "sns.amazonaws.com", True),
    key("aws:PrincipalServiceName of a user", USER, "Null", "aws:PrincipalServiceName", "true", True),
    key("aws:ResourceAccount", USER, "StringEquals", "aws:ResourceAccount", ACCOUNT, True),
    key("aws:username of a user", USER, "StringEquals", "aws:username", "ana", True),
    key("aws:username of a session", SESSION, "StringEquals", "aws:username", "app", False),
    key("aws:SourceArn is missing without a service", USER, "ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*", False),
    key("aws:SourceArn of a service", "sns.amazonaws.com", "ArnLike", "aws:SourceArn", "arn:aws:sns:*:111122223333:*", True, context={"aws:SourceArn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"}),
    key("aws:CalledVia decides aws:ViaAWSService", USER, "Bool", "aws:ViaAWSService", "true", True, context={"aws:CalledVia": ["athena.amazonaws.com"]}),
    key("aws:CalledViaFirst", USER, "StringEquals", "aws:CalledViaFirst", "cloudformation.amazonaws.com", True, context={"aws:CalledVia": ["cloudformation.amazonaws.com", "dynamodb.amazonaws.com"]}),
    key("aws:CalledViaLast", USER, "StringEquals", "aws:CalledViaLast", "dynamodb.amazonaws.com", True, context={"aws:CalledVia": ["cloudformation.amazonaws.com", "dynamodb.amazonaws.com"]}),
    key("aws:EpochTime follows from aws:CurrentTime", USER, "DateGreaterThan", "aws:EpochTime", "1767225600", True, context={"aws:CurrentTime": "2026-01-02T00:00:00Z"}),
]  # fmt: skip

# ------------------------------------------------ policy variables


def var(title: str, principal: str, resource: str, actual: str, allowed: bool | None, version: str = "2012-10-17", **more: Any) -> Case:  # fmt: skip
    policy = doc(allow("s3:GetObject", resource), version=version)
    request = Request(principal, "s3:GetObject", actual, **more)
    return Case(VARIABLES, title, request, having(identity=[policy]), allowed)


HOME, OBJECT = (
    "arn:aws:s3:::amzn-s3-demo-bucket/home/${aws:username}/*",
    "arn:aws:s3:::amzn-s3-demo-bucket/home/",
)
TEAM = "arn:aws:s3:::amzn-s3-demo-bucket/${aws:PrincipalTag/team, 'company-wide'}/*"
VARIABLE = [
    var("aws:username", USER, HOME, f"{OBJECT}ana/a.txt", True),
    var("the folder of another user", USER, HOME, f"{OBJECT}ben/a.txt", False),
    var("a role has no user name", SESSION, HOME, f"{OBJECT}app/a.txt", False),
    var("2008 has no variables", USER, HOME, f"{OBJECT}ana/a.txt", False, version="2008-10-17"),
    var("2008 takes them literally", USER, HOME, f"{OBJECT}${{aws:username}}/a", True, version="2008-10-17"),
    var("a tag", USER, "arn:aws:s3:::bucket/${aws:PrincipalTag/department}", "arn:aws:s3:::bucket/hr", True, context={"aws:PrincipalTag/department": "hr"}),
    var("a default", USER, TEAM, "arn:aws:s3:::amzn-s3-demo-bucket/company-wide/a", True, complete_context=True),
    var("a default that is not needed", USER, TEAM, "arn:aws:s3:::amzn-s3-demo-bucket/yellow/a", True, context={"aws:PrincipalTag/team": "yellow"}),
    var("a default that is not used", USER, TEAM, "arn:aws:s3:::amzn-s3-demo-bucket/company-wide/a", False, context={"aws:PrincipalTag/team": "yellow"}),
    var("an escaped star", USER, "arn:aws:s3:::b/a${*}", "arn:aws:s3:::b/a*", True),
    var("an escaped star is no wildcard", USER, "arn:aws:s3:::b/a${*}", "arn:aws:s3:::b/ab", False),
    var("an escaped question mark", USER, "arn:aws:s3:::b/a${?}", "arn:aws:s3:::b/a?", True),
    var("an escaped dollar", USER, "arn:aws:s3:::b/a${$}", "arn:aws:s3:::b/a$", True),
    var("a wildcard in a value is no wildcard", USER, "arn:aws:s3:::b/${aws:PrincipalTag/x}", "arn:aws:s3:::b/ab", False, context={"aws:PrincipalTag/x": "a*"}),
    var("an unknown variable", USER, "arn:aws:s3:::b/${aws:PrincipalTag/x}", "arn:aws:s3:::b/ab", None),
    Case(VARIABLES, "in a condition", Request(USER, "s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": "home/ana/x"}), having(identity=[doc(allow("s3:ListBucket", Condition={"StringLike": {"s3:prefix": "home/${aws:username}/*"}}))]), True),
    Case(VERSION, "no version is 2008", Request(USER, "s3:GetObject", f"{OBJECT}ana/a"), having(identity=[{"Statement": [allow("s3:GetObject", HOME)]}]), False),
]  # fmt: skip

# ------------------------------------------------ elements


def element(page: str, title: str, action: str, resource: str, statement: dict[str, Any], allowed: bool | None) -> Case:  # fmt: skip
    return Case(page, title, Request(USER, action, resource), having(identity=[doc(statement)]), allowed)


ELEMENTS = [
    element(ACTION, "a wildcard", "s3:GetObject", "arn:aws:s3:::b/k", allow("s3:*"), True),
    element(ACTION, "AccessKey in the name", "iam:UpdateAccessKey", USER, allow("iam:*AccessKey*"), True),
    element(ACTION, "another name", "iam:CreateUser", USER, allow("iam:*AccessKey*"), False),
    element(ACTION, "is case-insensitive", "iam:ListAccessKeys", USER, allow("IAM:listaccesskeys"), True),
    element(ACTION, "several", "sqs:ReceiveMessage", QUEUE, allow(["sqs:SendMessage", "sqs:ReceiveMessage", "sns:*"]), True),
    element(NOT_ACTION, "everything but", "s3:GetObject", "arn:aws:s3:::b/k", {"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"}, True),
    element(NOT_ACTION, "the exception", "s3:DeleteBucket", "arn:aws:s3:::b", {"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"}, False),
    element(NOT_ACTION, "everything but IAM", "ec2:RunInstances", "*", {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, True),
    element(NOT_ACTION, "IAM", "iam:CreateUser", USER, {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, False),
    element(RESOURCE, "the queue", SEND, QUEUE, allow(SEND, QUEUE), True),
    element(RESOURCE, "another queue", SEND, f"{QUEUE}2", allow(SEND, QUEUE), False),
    element(RESOURCE, "users in a path", "iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/accounting/ben", allow("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/accounting/*"), True),
    element(RESOURCE, "names are case-sensitive", "iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/bob", allow("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/Bob"), False),
    element(RESOURCE, "items in a bucket", "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/a/b", allow("s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/*"), True),
    element(RESOURCE, "a star spans slashes", "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/1/2/test/3/object.jpg", allow("s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/*/test/*"), True),
    element(RESOURCE, "a star at a beginning", "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/test/object.jpg", allow("s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/*/test/*"), False),
    element(RESOURCE, "a question mark", "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/test1", allow("s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/test?"), True),
    element(RESOURCE, "a star at the end of a section spans colons", "logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:g:log-stream:s", allow("logs:PutLogEvents", "arn:aws:logs:*"), True),
    element(ARNS, "AWS completes an ARN without all of its sections", SEND, QUEUE, allow(SEND, "arn:aws:sqs"), True),
    element(RESOURCE, "several", "dynamodb:Query", f"arn:aws:dynamodb:us-east-2:{ACCOUNT}:table/books_table", allow("dynamodb:*", [f"arn:aws:dynamodb:us-east-2:{ACCOUNT}:table/magazines_table", f"arn:aws:dynamodb:us-east-2:{ACCOUNT}:table/books_table"]), True),
    element(RESOURCE, "an action without a resource", "s3:ListAllMyBuckets", "*", allow("s3:ListAllMyBuckets", "*"), True),
    element(RESOURCE, "an action without a resource needs a star", "s3:ListAllMyBuckets", "*", allow("s3:*", "arn:aws:s3:::b"), False),
    Case(NOT_RESOURCE, "everything but the folder", Request(USER, "s3:GetObject", "arn:aws:s3:::b/other"), having(identity=[doc(allow("s3:*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"]})]), False, "explicit"),
    Case(NOT_RESOURCE, "the folder", Request(USER, "s3:GetObject", "arn:aws:s3:::HRBucket/Payroll/a"), having(identity=[doc(allow("s3:*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"]})]), True),
]  # fmt: skip

# ------------------------------------------------ principals


def except_for(*principals: str) -> dict[str, Any]:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": list(principals)}, "Action": SEND, "Resource": "*"}
    return doc(statement)


PRINCIPALS = [
    Case(PRINCIPAL, "the account delegates only", ask(), having(resource=to(ROOT)), False, "implicit", "identity"),
    Case(PRINCIPAL, "several accounts", ask(resource=FOREIGN), having(identity=[OK], resource=to([OTHER, ACCOUNT])), True),
    Case(PRINCIPAL, "user names are case-sensitive", ask(resource=FOREIGN), having(identity=[OK], resource=to(f"arn:aws:iam::{ACCOUNT}:user/Ana")), False, "implicit", "resource"),
    Case(PRINCIPAL, "everyone, anonymous", ask("anonymous"), having(resource=to("*")), True, None, "resource"),
    Case(PRINCIPAL, "everyone in AWS, anonymous", ask("anonymous"), having(resource=to({"AWS": "*"})), True),
    Case(PRINCIPAL, "anonymous, and nobody is named", ask("anonymous"), having(resource=to(ACCOUNT)), False, "implicit", "resource"),
    Case(PRINCIPAL, "anonymous without a policy", ask("anonymous"), having(), False, "implicit", "resource"),
    Case(PRINCIPAL, "a service", ask("sns.amazonaws.com"), having(resource=to({"Service": "sns.amazonaws.com"})), True),
    Case(PRINCIPAL, "another service", ask("sns.amazonaws.com"), having(resource=to({"Service": "events.amazonaws.com"})), False, "implicit", "resource"),
    Case(PRINCIPAL, "a service has no identity policy", ask("sns.amazonaws.com"), having(identity=[OK]), False, "implicit", "resource"),
    Case(PRINCIPAL, "several services", ask("ecs.amazonaws.com"), having(resource=to({"Service": ["ecs.amazonaws.com", "elasticloadbalancing.amazonaws.com"]})), True),
    Case(PRINCIPAL, "the unique ID of a deleted role", ask(SESSION), having(resource=to("AROA1234567890EXAMPLE")), False),
    Case(PRINCIPAL, "a wildcard in an ARN names nobody", ask(), having(resource=to(f"arn:aws:iam::{ACCOUNT}:user/*")), False),
    Case(PRINCIPAL, "the account denied", ask(SESSION), having(identity=[OK], resource=to(ACCOUNT, effect="Deny")), False, "explicit", "resource"),
    Case(PRINCIPAL, "the role denied", ask(SESSION), having(identity=[OK], resource=to(ROLE, effect="Deny")), False, "explicit", "resource"),
    Case(PRINCIPAL, "a session of a federated identity", ask(SESSION, context={"aws:FederatedProvider": "accounts.google.com"}), having(resource=to({"Federated": "accounts.google.com"})), True),
    Case(PRINCIPAL, "a session of another provider", ask(SESSION, context={"aws:FederatedProvider": "graph.facebook.com"}), having(resource=to({"Federated": "accounts.google.com"})), False),
    Case(PRINCIPAL, "a user is not federated", ask(), having(resource=to({"Federated": "accounts.google.com"})), False),
    Case(PRINCIPAL, "Cognito", Request("cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity", TARGET), having(resource=doc({"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity"})), True),
    Case(PRINCIPAL, "not a principal at all", ask(), having(resource=to("ana")), False),
    Case(PRINCIPAL, "a role with its path", ask(f"arn:aws:iam::{ACCOUNT}:role/team/app"), having(resource=to(f"arn:aws:iam::{ACCOUNT}:role/team/app")), True),
    Case(PRINCIPAL, "a role without its path is another one", ask(f"arn:aws:iam::{ACCOUNT}:role/team/app"), having(resource=to(ROLE)), False),
    Case(PRINCIPAL, "a session whose role has a path", ask(SESSION, context={"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/team/app"}), having(resource=to(f"arn:aws:iam::{ACCOUNT}:role/team/app")), True),
    Case(PRINCIPAL, "a session whose role has another path", ask(SESSION, context={"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/team/app"}), having(resource=to(ROLE)), False),
    Case(PRINCIPAL, "a session of another role", ask(SESSION), having(resource=to(f"{ROLE}2")), False),
    Case(PRINCIPAL, "a role named as another session", ask(ROLE), having(resource=to(f"arn:aws:sts::{ACCOUNT}:assumed-role/other/s1")), False),
    Case(PRINCIPAL, "an account as the caller, and a user of another one", ask(ACCOUNT), having(resource=to(f"arn:aws:iam::{OTHER}:user/x")), False),
    Case(NOT_PRINCIPAL, "the root user of the account", ask(ROOT), having(resource=except_for(ROOT)), True),
    Case(NOT_PRINCIPAL, "Allow with NotPrincipal allows everyone else", ask("anonymous"), having(resource=doc({"Effect": "Allow", "NotPrincipal": {"AWS": USER}, "Action": SEND, "Resource": "*"})), True),
    Case(NOT_PRINCIPAL, "Allow with NotPrincipal does not allow it", ask(), having(resource=doc({"Effect": "Allow", "NotPrincipal": {"AWS": USER}, "Action": SEND, "Resource": "*"})), False),
    Case(NOT_PRINCIPAL, "everyone", ask("anonymous"), having(resource=doc(*to("*")["Statement"], {"Effect": "Deny", "NotPrincipal": "*", "Action": SEND, "Resource": "*"})), True),
    Case(NOT_PRINCIPAL, "Bob with his account", ask(), having(identity=[OK], resource=except_for(USER, ROOT)), True),
    Case(NOT_PRINCIPAL, "a service that is not excepted", ask("sns.amazonaws.com"), having(resource=doc(*to({"Service": "sns.amazonaws.com"})["Statement"], *except_for(USER, ROOT)["Statement"])), False, "explicit", "resource"),
    Case(NOT_PRINCIPAL, "another user", ask(f"{USER}2"), having(identity=[OK], resource=except_for(USER, ROOT)), False, "explicit", "resource"),
    Case(NOT_PRINCIPAL, "Bob without his account", ask(), having(identity=[OK], resource=except_for(USER)), None),
    Case(NOT_PRINCIPAL, "a session with role and account", ask(SESSION), having(identity=[OK], resource=except_for(SESSION, ROLE, ROOT)), True),
    Case(NOT_PRINCIPAL, "a session without its role", ask(SESSION), having(identity=[OK], resource=except_for(SESSION, ROOT)), None),
    Case(NOT_PRINCIPAL, "another account", ask(f"arn:aws:iam::{OTHER}:user/x", FOREIGN), having(identity=[OK], resource=except_for(USER, ROOT)), False, "explicit"),
]  # fmt: skip

# ------------------------------------------------ organizations

ORGANIZATIONS = [
    Case(SCP, "every level allows", ask(), having(identity=[OK], service_control=[[FULL], [FULL], [FULL]]), True),
    Case(SCP, "the root lacks an Allow", ask(), having(identity=[OK], service_control=[[NONE], [FULL], [FULL]]), False, "implicit", "service_control"),
    Case(SCP, "an OU lacks an Allow", ask(), having(identity=[OK], service_control=[[FULL], [ELSE], [FULL]]), False, "implicit", "service_control"),
    Case(SCP, "the account lacks an Allow", ask(), having(identity=[OK], service_control=[[FULL], [FULL], []]), False, "implicit", "service_control"),
    Case(SCP, "an allow list at each level", ask(), having(identity=[OK], service_control=[[FULL], [OK], [OK]]), True),
    Case(SCP, "a deny at any level", ask(), having(identity=[OK], service_control=[[FULL, NO], [FULL], [FULL]]), False, "explicit", "service_control"),
    Case(SCP, "SCPs grant nothing", ask(), having(service_control=[[FULL], [FULL]]), False, "implicit", "identity"),
    Case(SCPS, "SCPs limit the root user", ask(ROOT), having(service_control=[[FULL, NO]]), False, "explicit", "service_control"),
    Case(SCPS, "an allow list limits the root user", ask(ROOT), having(service_control=[[NONE]]), False, "implicit", "service_control"),
    Case(SCPS, "service-linked roles are exempt", ask(LINKED), having(identity=[OK], service_control=[[FULL, NO]]), True),
    Case(SCPS, "services are exempt", ask("sns.amazonaws.com"), having(resource=to({"Service": "sns.amazonaws.com"}), service_control=[[NO]]), True),
    Case(SCPS, "a condition exempts an admin role", ask(SESSION), having(identity=[OK], service_control=[[FULL, doc(deny(Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}))]]), True),
    Case(SCPS, "a condition that does not exempt", ask(), having(identity=[OK], service_control=[[FULL, doc(deny(Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}))]]), False, "explicit"),
    Case(SCPS, "the condition exempts no session of another role", ask(SESSION), having(identity=[OK], service_control=[[FULL, doc(deny(Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}))]]), False, "explicit"),
    Case(SCPS, "a Region is not allowed", ask(context={"aws:RequestedRegion": "us-east-1"}), having(identity=[OK], service_control=[[FULL, doc({"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}})]]), False, "explicit"),
    Case(SCPS, "a Region is allowed", ask(context={"aws:RequestedRegion": "eu-west-1"}), having(identity=[OK], service_control=[[FULL, doc({"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}})]]), True),
    Case(RCPS, "RCPFullAWSAccess allows", ask(), having(identity=[OK], resource_control=[[to("*", "*")]]), True),
    Case(RCPS, "RCPs grant nothing", ask(), having(resource_control=[[to("*", "*")]]), False, "implicit", "identity"),
    Case(RCPS, "an RCP limits principals of other accounts", ask(resource=FOREIGN), having(identity=[OK], resource=to(USER), resource_control=[[to("*", "sqs:*", "Deny")]]), False, "explicit", "resource_control"),
    Case(RCPS, "an RCP limits anonymous requests", ask("anonymous"), having(resource=to("*"), resource_control=[[to("*", "sqs:*", "Deny")]]), False, "explicit", "resource_control"),
    Case(RCPS, "service-linked roles are exempt", ask(LINKED), having(identity=[OK], resource_control=[[to("*", "sqs:*", "Deny")]]), True),
    Case(KMS_RCP, "principals of the organization", ask(resource=KEY, action="kms:Decrypt", context={"aws:PrincipalOrgID": "o-1"}), having(resource=to(USER, "kms:*"), resource_control=[[to("*", "kms:*", "Deny", Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:PrincipalIsAWSService": "false"}})]]), True),
    Case(KMS_RCP, "other principals", ask(resource=KEY, action="kms:Decrypt", context={"aws:PrincipalOrgID": "o-2"}), having(resource=to(USER, "kms:*"), resource_control=[[to("*", "kms:*", "Deny", Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:PrincipalIsAWSService": "false"}})]]), False, "explicit"),
    Case(KMS_RCP, "services", ask("sns.amazonaws.com", KEY, "kms:Decrypt", {"aws:PrincipalOrgID": []}), having(resource=to({"Service": "sns.amazonaws.com"}, "kms:*"), resource_control=[[to("*", "kms:*", "Deny", Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:PrincipalIsAWSService": "false"}})]]), True),
    Case(KMS_RCP, "kms:RetireGrant", ask(resource=KEY, action="kms:RetireGrant"), having(resource=to(USER, "kms:*"), resource_control=[[to("*", "kms:*", "Deny")]]), True),
]  # fmt: skip

# ------------------------------------------------ keys, roles, endpoints, the root user

DECRYPT = doc(allow("kms:Decrypt"))


def decrypt(principal: str = USER, resource: str = KEY) -> Request:
    return Request(principal, "kms:Decrypt", resource)


def assume(principal: str = USER, role: str = TARGET, **more: Any) -> Request:
    return Request(principal, "sts:AssumeRole", role, **more)


def trusting(principal: Any, **more: Any) -> dict[str, Any]:
    named = principal if isinstance(principal, dict) or principal == "*" else {"AWS": principal}
    return doc({"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"} | more)


MAY = doc(allow("sts:AssumeRole"))
SPECIAL = [
    Case(KEY_POLICY, "an identity policy alone is not enough", decrypt(), having(identity=[DECRYPT], resource=to(f"{USER}2", "kms:*")), False, "implicit", "resource"),
    Case(KEY_POLICY, "the key policy alone is enough", decrypt(), having(resource=to(USER, "kms:Decrypt")), True, None, "resource"),
    Case(KEY_DEFAULT, "the default policy delegates to IAM", decrypt(), having(identity=[DECRYPT], resource=to(ROOT, "kms:*")), True),
    Case(KEY_DEFAULT, "the default policy alone allows nothing", decrypt(), having(resource=to(ROOT, "kms:*")), False, "implicit", "identity"),
    Case(KEY_DEFAULT, "the root user needs the key policy, too", decrypt(ROOT), having(resource=to(USER, "kms:*")), False, "implicit", "resource"),
    Case(KEY_DEFAULT, "the root user with the default policy", decrypt(ROOT), having(resource=to(ROOT, "kms:*")), True),
    Case(KEY_POLICY, "the role in the key policy", decrypt(SESSION), having(resource=to(ROLE, "kms:*")), True),
    Case(KEY_POLICY, "its boundary limits it", decrypt(SESSION), having(resource=to(ROLE, "kms:*"), permissions_boundary=NONE), False, "implicit", "permissions_boundary"),
    Case(KEY_FOREIGN, "both accounts allow", decrypt(resource=FOREIGN_KEY), having(identity=[DECRYPT], resource=to(ROOT, "kms:*")), True),
    Case(KEY_FOREIGN, "the key policy alone", decrypt(resource=FOREIGN_KEY), having(resource=to(ROOT, "kms:*")), False, "implicit", "identity"),
    Case(KEY_FOREIGN, "the identity policy alone", decrypt(resource=FOREIGN_KEY), having(identity=[DECRYPT], resource=to(OTHER, "kms:*")), False, "implicit", "resource"),
    Case(KEY_POLICY, "no key policy is given", decrypt(), having(identity=[DECRYPT]), None),
    Case(ASSUME, "the trust policy names the user", assume(), having(resource=trusting(USER)), True, None, "role_trust"),
    Case(ASSUME, "the trust policy is always needed", assume(), having(identity=[MAY], resource=trusting(f"{USER}2")), False, "implicit", "role_trust"),
    Case(ASSUME, "the account, and an identity policy", assume(), having(identity=[MAY], resource=trusting(ROOT)), True),
    Case(ASSUME, "the account alone", assume(), having(resource=trusting(ROOT)), False, "implicit", "identity"),
    Case(ASSUME, "the root user cannot assume a role", assume(ROOT), having(resource=trusting(ROOT)), False, "implicit", "role_trust"),
    Case(ASSUME, "the root user of another account, neither", assume(ROOT, FOREIGN_TARGET), having(identity=[MAY], resource=trusting(ROOT)), False, "implicit", "role_trust"),
    Case(ASSUME, "between accounts, both are needed", assume(role=FOREIGN_TARGET), having(identity=[MAY], resource=trusting(ACCOUNT)), True),
    Case(ASSUME, "between accounts, the trust policy alone", assume(role=FOREIGN_TARGET), having(resource=trusting(USER)), False, "implicit", "identity"),
    Case(ASSUME, "MFA", assume(context={"aws:MultiFactorAuthPresent": "true"}), having(resource=trusting(USER, Condition={"Bool": {"aws:MultiFactorAuthPresent": True}})), True),
    Case(ASSUME, "an external ID that is not passed", assume(complete_context=True), having(resource=trusting(USER, Condition={"StringEquals": {"sts:ExternalId": "x"}})), False, "implicit"),
    Case(TRUST, "a service", assume("ec2.amazonaws.com"), having(resource=trusting({"Service": "ec2.amazonaws.com"})), True),
    Case(TRUST, "a provider", Request(f"arn:aws:iam::{ACCOUNT}:saml-provider/x", "sts:AssumeRoleWithSAML", TARGET), having(resource=doc({"Effect": "Allow", "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/x"}, "Action": "sts:AssumeRoleWithSAML"})), True),
    Case(TRUST, "a provider of another account", Request(f"arn:aws:iam::{OTHER}:saml-provider/x", "sts:AssumeRoleWithSAML", TARGET), having(resource=doc({"Effect": "Allow", "Principal": {"Federated": f"arn:aws:iam::{OTHER}:saml-provider/x"}, "Action": "sts:AssumeRoleWithSAML"})), False, "implicit", "role_trust"),
    Case(CALLER_IDENTITY, "needs no permission", Request(USER, "sts:GetCallerIdentity", "*"), having(identity=[doc(deny("sts:*"))]), True),
    Case(TRUST, "no trust policy is given", assume(), having(identity=[MAY]), None),
    Case(ENDPOINTS, "the endpoint policy allows", ask(), having(identity=[OK], vpc_endpoint=to("*")), True),
    Case(ENDPOINTS, "the endpoint policy allows something else", ask(), having(identity=[OK], vpc_endpoint=to("*", "sqs:ReceiveMessage")), False, "implicit", "vpc_endpoint"),
    Case(ENDPOINTS, "the endpoint policy denies", ask(), having(identity=[OK], vpc_endpoint=doc(*to("*")["Statement"], *to("*", effect="Deny")["Statement"])), False, "explicit", "vpc_endpoint"),
    Case(ENDPOINTS, "the endpoint policy grants nothing", ask(), having(vpc_endpoint=to("*")), False, "implicit", "identity"),
    Case(ROOT_USER, "no identity policy limits the root user", ask(ROOT), having(identity=[NO], permissions_boundary=NONE), True),
    Case(BUCKET_POLICY, "the root user can always delete a bucket policy", Request(ROOT, "s3:DeleteBucketPolicy", "arn:aws:s3:::b"), having(resource=to("*", "s3:*", "Deny")), True),
    Case(BUCKET_POLICY, "but not read a denied object", Request(ROOT, "s3:GetObject", "arn:aws:s3:::b/k"), having(resource=to("*", "s3:*", "Deny")), False, "explicit", "resource"),
]  # fmt: skip

CASES = [
    *WITHIN,
    *BETWEEN,
    *CONDITIONS,
    *DERIVED,
    *VARIABLE,
    *ELEMENTS,
    *PRINCIPALS,
    *ORGANIZATIONS,
    *SPECIAL,
]


@check_rows("case", CASES, ids=name_case)
def test_example(case: Case) -> None:
    decision = evaluate(case.request, case.policies)
    assert decision.allowed is case.allowed, decision.to_text("full")
    if case.deny is not None:
        assert decision.deny == case.deny, decision.to_text("full")
    if case.layer is not None:
        assert decision.layer == case.layer, decision.to_text("full")


def test_enough_examples_have_a_page() -> None:
    assert len(CASES) >= 150
    assert all(each.page.startswith("https://docs.aws.amazon.com/") for each in CASES)
