"""What follows from rules that AWS documents, each with the page of its rule."""

# ruff: noqa: ANN401, FBT001, FBT003 (tables of cases)

from __future__ import annotations

from typing import Any

import pytest

from iamtriage.policies import PolicySet, Request, evaluate
from tests.policies.cases import (
    ACCOUNT,
    BUCKET_POLICY,
    CALLER_IDENTITY,
    CROSS,
    ELSE,
    ENDPOINTS,
    FEDERATED,
    FEDERATION,
    FOREIGN,
    FOREIGN_KEY,
    FULL,
    GATEWAYS,
    IAM,
    KEY,
    KEY_FOREIGN,
    KEY_POLICY,
    KEYS,
    KEYS_IN_POLICIES,
    KMS,
    KMS_PERMISSIONS,
    LINKED,
    LOGIC,
    MULTI,
    NONE,
    OK,
    OPERATORS,
    OTHER,
    PRINCIPAL,
    QUEUE,
    QUEUE_LIMITS,
    RCPS,
    RESOURCE,
    ROLE,
    ROOT,
    SCP,
    SCPS,
    SEND,
    SESSION,
    TARGET,
    USER,
    VARIABLES,
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

MULTI_EXAMPLES = f"{IAM}reference_policies_condition_examples-multi-valued-context-keys.html"
SESSION_TOKEN = f"{IAM}id_credentials_temp_control-access_getsessiontoken.html"
STS_COMPARISON = f"{IAM}id_credentials_sts-comparison.html"
CONFUSED_DEPUTY = f"{IAM}confused-deputy.html"
WEB_IDENTITY = f"{IAM}id_roles_providers_oidc.html"
OIDC_KEYS = f"{IAM}reference_policies_iam-condition-keys.html"
KMS_KEYS = f"{KMS}conditions-kms.html"
KEY_USE = f"{KMS}key-policy-services.html"
PERMISSION_SETS = "https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html"
SSO_NAME = "AWSReservedSSO_Admin_0123456789abcdef"
SSO_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/{SSO_NAME}/ana"
SSO_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/{SSO_NAME}"
OTHER_USER = f"arn:aws:iam::{OTHER}:user/eva"
OBJECT = "arn:aws:s3:::reports/2026/q1.csv"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:resize"


def met(
    page: str, title: str, operator: str, value: Any, context: dict[str, Any], allowed: bool | None
) -> Case:
    """Return a case in which one Allow has a condition on the only key of a complete context."""
    key = next(iter(context), "aws:RequestTag/x")
    known = {name: each for name, each in context.items() if each is not None}
    policy = doc(allow(Condition={operator: {key: value}}))
    return Case(page, f"{operator} {title}", ask(context=known, complete_context=True), having(identity=[policy]), allowed)  # fmt: skip


def denied(
    page: str, title: str, operator: str, value: Any, context: dict[str, Any], allowed: bool | None
) -> Case:
    """Return a case in which a Deny has a condition on the only key of a complete context."""
    key = next(iter(context))
    known = {name: each for name, each in context.items() if each is not None}
    policy = doc(allow(), deny(Condition={operator: {key: value}}))
    return Case(page, f"Deny {operator} {title}", ask(context=known, complete_context=True), having(identity=[policy]), allowed)  # fmt: skip


NOW, IP, TAGS = "aws:CurrentTime", "aws:SourceIp", "aws:TagKeys"
OPERATOR_RULES = [
    met(OPERATORS, "a year and a month", "DateGreaterThan", "2026-01", {NOW: "2026-02-01T00:00:00Z"}, True),
    met(OPERATORS, "a date alone is midnight", "DateGreaterThanEquals", "2026-01-01", {NOW: "2026-01-01T00:00:00Z"}, True),
    met(OPERATORS, "without seconds", "DateLessThan", "2026-01-01T10:30Z", {NOW: "2026-01-01T10:29:59Z"}, True),
    met(OPERATORS, "another offset", "DateLessThan", "2026-01-01T00:00:00+02:00", {NOW: "2025-12-31T21:59:59Z"}, True),
    met(OPERATORS, "another offset, later", "DateLessThan", "2026-01-01T00:00:00+02:00", {NOW: "2025-12-31T22:00:01Z"}, False),
    met(OPERATORS, "fractions of a second", "DateEquals", "2026-01-01T00:00:00.500Z", {NOW: "2026-01-01T00:00:00.5Z"}, True),
    met(OPERATORS, "another second", "DateNotEquals", "2026-01-01T00:00:00Z", {NOW: "2026-01-01T00:00:01Z"}, True),
    met(OPERATORS, "epoch time of a date", "NumericLessThan", "1767225600", {"aws:EpochTime": "1767225599"}, True),
    met(OPERATORS, "negative", "NumericLessThan", "0", {"x:n": "-1"}, True),
    met(OPERATORS, "numbers are no text", "NumericLessThan", "9", {"x:n": "10"}, False),
    met(OPERATORS, "numbers in JSON", "NumericGreaterThan", 10, {"x:n": 11}, True),
    met(OPERATORS, "decimals", "NumericEquals", "1.50", {"x:n": 1.5}, True),
    met(OPERATORS, "missing", "NumericNotEquals", "5", {"x:n": None}, True),
    met(OPERATORS, "the age of MFA is missing", "NumericLessThan", "3600", {"aws:MultiFactorAuthAge": None}, False),
    met(OPERATORS, "the age of MFA is missing", "NumericLessThanIfExists", "3600", {"aws:MultiFactorAuthAge": None}, True),
    denied(OPERATORS, "missing", "NumericGreaterThan", "10", {"s3:max-keys": None}, True),
    met(OPERATORS, "a boolean in JSON", "Bool", True, {"aws:SecureTransport": True}, True),
    met(OPERATORS, "another case", "Bool", "True", {"aws:SecureTransport": "true"}, True),
    denied(OPERATORS, "missing", "Bool", "false", {"aws:MultiFactorAuthPresent": None}, True),
    denied(OPERATORS, "missing", "BoolIfExists", "false", {"aws:MultiFactorAuthPresent": None}, False),
    met(OPERATORS, "IPv6 outside of an IPv4 range", "IpAddress", "0.0.0.0/0", {IP: "2001:db8::1"}, False),
    met(OPERATORS, "IPv6 written in full", "IpAddress", "2001:DB8:1234:5678::/64", {IP: "2001:0db8:1234:5678:0000:0000:0000:0001"}, True),
    met(OPERATORS, "an address within its range", "IpAddress", "203.0.113.7/24", {IP: "203.0.113.200"}, True),
    denied(OPERATORS, "one of several ranges", "NotIpAddress", ["203.0.113.0/24", "2001:db8::/32"], {IP: "2001:db8::1"}, True),
    denied(OPERATORS, "missing", "NotIpAddress", "203.0.113.0/24", {IP: None}, False),
    denied(OPERATORS, "missing", "StringNotEqualsIfExists", "o-1", {"aws:PrincipalOrgID": None}, False),
    met(OPERATORS, "an empty prefix", "StringLike", ["", "home/"], {"s3:prefix": ""}, True),
    met(OPERATORS, "has no wildcards", "StringEqualsIgnoreCase", "a*", {"x:y": "abc"}, False),
    met(OPERATORS, "none of several patterns", "StringNotLike", ["a*", "b*"], {"x:y": "cd"}, True),
    met(OPERATORS, "a string matches across colons", "StringLike", "arn:aws:someservice:*:111122223333:finance/*", {"aws:SourceArn": "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"}, True),
    met(OPERATORS, "an ARN does not", "ArnLike", "arn:aws:someservice:*:111122223333:finance/*", {"aws:SourceArn": "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"}, False),
    met(OPERATORS, "is case-sensitive", "ArnLike", "arn:aws:SNS:*:*:*", {"aws:SourceArn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"}, False),
    met(OPERATORS, "a question mark", "ArnEquals", f"arn:aws:sns:eu-west-?:{ACCOUNT}:t", {"aws:SourceArn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"}, True),
    met(OPERATORS, "colons in the resource", "ArnLike", f"arn:aws:logs:*:{ACCOUNT}:log-group:*:*", {"aws:SourceArn": f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:a:b"}, True),
    met(OPERATORS, "a boolean in JSON", "Null", True, {"x:y": None}, True),
    Case(OPERATORS, "a session has aws:TokenIssueTime", ask(SESSION), having(identity=[doc(allow(Condition={"Null": {"aws:TokenIssueTime": "false"}}))]), True),
    Case(OPERATORS, "so it cannot be missing", ask(SESSION), having(identity=[doc(allow(Condition={"Null": {"aws:TokenIssueTime": "true"}}))]), False),
    met(MULTI_EXAMPLES, "no key", "ForAllValues:StringNotLike", "key1*", {TAGS: None}, True),
    denied(MULTI_EXAMPLES, "no key", "ForAllValues:StringNotLike", "key1*", {TAGS: None}, False),
    denied(MULTI_EXAMPLES, "no match", "ForAllValues:StringNotLike", "key1*", {TAGS: ["key1:hr", "key1:personnel"]}, True),
    denied(MULTI_EXAMPLES, "another key", "ForAllValues:StringNotLike", "key1*", {TAGS: ["key2:audit"]}, False),
    met(MULTI_EXAMPLES, "an empty value is null", "Null", "false", {TAGS: ""}, False),
    met(MULTI, "every value is in the policy", "ForAnyValue:StringNotEquals", ["a", "b"], {TAGS: ["a", "b"]}, False),
    met(MULTI, "an empty string", "ForAnyValue:StringNotEquals", ["a"], {TAGS: ""}, False),
    denied(MULTI, "no key", "ForAnyValue:StringLike", "a*", {TAGS: None}, True),
    met(MULTI, "only listed attributes", "ForAllValues:StringLike", ["PostDateTime", "Message", "Tags"], {"dynamodb:Attributes": ["PostDateTime", "Message"]}, True),
    met(MULTI, "another attribute", "ForAllValues:StringLike", ["PostDateTime", "Message", "Tags"], {"dynamodb:Attributes": ["PostDateTime", "UserName"]}, False),
    denied(MULTI, "one listed attribute", "ForAnyValue:StringLike", ["ID", "PostDateTime"], {"dynamodb:Attributes": ["UserName", "Message", "PostDateTime"]}, False),
    denied(MULTI, "no listed attribute", "ForAnyValue:StringLike", ["ID", "PostDateTime"], {"dynamodb:Attributes": ["UserName"]}, True),
    # https://repost.aws/questions/QU9HFmDzP0QGuU-fd7rS6B7w shows that IfExists does not change this.
    met(MULTI, "no key", "ForAnyValue:StringEqualsIfExists", "team", {TAGS: None}, False),
    met(MULTI, "no key", "ForAllValues:StringEqualsIfExists", "team", {TAGS: None}, True),
    met(MULTI, "organization paths", "ForAnyValue:StringLike", "o-a1/r-f6/ou-1/*", {"aws:PrincipalOrgPaths": ["o-a1/r-f6/ou-1/ou-2/"]}, True),
    met(MULTI, "no service in between", "ForAnyValue:StringEquals", ["athena.amazonaws.com"], {"aws:CalledVia": None}, False),
]  # fmt: skip

# ------------------------------------------------ variables

OWNER, PROJECT = "aws:ResourceTag/owner", "aws:PrincipalTag/project"


def var(title: str, value: str, context: dict[str, Any], allowed: bool | None, operator: str = "StringEquals", **more: Any) -> Case:  # fmt: skip
    policy = doc(allow(Condition={operator: {next(iter(context)): value}}), **more)
    return Case(VARIABLES, title, ask(context=context, complete_context=True), having(identity=[policy]), allowed)  # fmt: skip


VARIABLE_RULES = [
    var("the user name in a condition", "${aws:username}", {OWNER: "ana"}, True),
    var("keys are case-insensitive in variables, too", "${AWS:UserName}", {OWNER: "ana"}, True),
    var("2008 takes it literally", "${aws:username}", {OWNER: "ana"}, False, version="2008-10-17"),
    var("the same tag", f"${{{PROJECT}}}", {OWNER: "x", PROJECT: "x"}, True),
    var("another tag", f"${{{PROJECT}}}", {OWNER: "x", PROJECT: "y"}, False),
    var("a tag that is missing matches nothing", f"${{{PROJECT}}}", {OWNER: "x"}, False),
    var("a tag that is missing makes a statement invalid", f"${{{PROJECT}}}", {OWNER: "x"}, False, "StringNotEquals"),
    Case(VARIABLES, "a tag that is missing, in NotResource", Request(USER, "s3:GetObject", OBJECT, complete_context=True), having(identity=[doc({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::${aws:PrincipalTag/project}/*"})]), False),
    var("a default", f"${{{PROJECT}, 'none'}}", {OWNER: "none"}, True),
    var("in an ARN", "arn:aws:sns:*:${aws:PrincipalAccount}:*", {"aws:SourceArn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"}, True, "ArnLike"),
    var("a wildcard in a tag is no wildcard", f"${{{PROJECT}}}/x", {"s3:prefix": "abc/x", PROJECT: "*"}, False, "StringLike"),
    Case(VARIABLES, "aws:userid of a federated user", ask(FEDERATED), having(resource=to("*", Condition={"StringEquals": {"aws:userid": f"{ACCOUNT}:bob"}})), True),
    Case(VARIABLES, "aws:userid of a session", ask(SESSION, context={"aws:userid": "AROAEXAMPLEID12345678:s1"}), having(identity=[doc(allow(Condition={"StringLike": {"aws:userid": "AROAEXAMPLEID12345678:*"}}))]), True),
]  # fmt: skip

# ------------------------------------------------ principals and other policies


def named_by(title: str, principal: str, named: Any, allowed: bool | None) -> list[Case]:
    """Return cases in which the resource allows, and a boundary or a session policy does not."""
    request, resource = ask(principal), to(named)
    cases = [Case(LOGIC, f"{title}, boundary", request, having(resource=resource, permissions_boundary=NONE), allowed)]  # fmt: skip
    if principal == SESSION:
        cases.append(Case(LOGIC, f"{title}, session policy", request, having(resource=resource, session=NONE), allowed))  # fmt: skip
    return [
        *cases,
        Case(
            LOGIC,
            f"{title}, SCP",
            request,
            having(identity=[OK], resource=resource, service_control=[[NONE]]),
            False,
        ),
        Case(
            LOGIC,
            f"{title}, identity denies",
            request,
            having(identity=[doc(deny())], resource=resource),
            False,
        ),
        Case(
            LOGIC,
            f"{title}, nothing else allows",
            request,
            having(resource=resource),
            named not in {ACCOUNT, ROOT},
        ),
    ]


PRINCIPAL_RULES = [
    *named_by("the session, by its role", SESSION, ROLE, False),
    *named_by("the session", SESSION, SESSION, True),
    *named_by("the session, by its account", SESSION, ACCOUNT, False),
    *named_by("the session, by everyone", SESSION, "*", True),
    *named_by("the user", USER, USER, True),
    *named_by("the user, by the account's root", USER, ROOT, False),
    *named_by("the user, by everyone", USER, "*", True),
    Case(PRINCIPAL, "everyone in a trust policy needs nothing else in the account", Request(USER, "sts:AssumeRole", TARGET), having(resource=to("*", "sts:AssumeRole")), True, None, "role_trust"),
    Case(PRINCIPAL, "everyone in a trust policy, from another account", Request(OTHER_USER, "sts:AssumeRole", TARGET), having(resource=to("*", "sts:AssumeRole")), False, "implicit", "identity"),
    Case(PRINCIPAL, "everyone in a key policy", Request(USER, "kms:Decrypt", KEY), having(resource=to("*", "kms:*")), True),
    Case(PRINCIPAL, "everyone, from another account", ask(resource=FOREIGN), having(resource=to("*")), False, "implicit", "identity"),
    Case(PRINCIPAL, "everyone, and the other account allows", ask(resource=FOREIGN), having(identity=[OK], resource=to("*")), True),
    Case(PRINCIPAL, "the unique ID of the user", ask(context={"aws:userid": "AIDAEXAMPLEID1234567890"}), having(resource=to("AIDAEXAMPLEID1234567890"), permissions_boundary=NONE), True),
    Case(PRINCIPAL, "the unique ID of the role", ask(SESSION, context={"aws:userid": "AROAEXAMPLEID12345678:s1"}), having(resource=to("AROAEXAMPLEID12345678"), permissions_boundary=NONE), False, "implicit", "permissions_boundary"),
    Case(PERMISSION_SETS, "the role of a permission set", ask(SSO_SESSION), having(resource=to(SSO_ROLE)), True),
    Case(PERMISSION_SETS, "the role of a permission set, without its path", ask(SSO_SESSION), having(resource=to(SSO_ROLE.replace("aws-reserved/sso.amazonaws.com/eu-west-1/", ""))), False),
    Case(PRINCIPAL, "a provider without an ARN", Request("accounts.google.com", "sts:AssumeRoleWithWebIdentity", TARGET, {"accounts.google.com:aud": "app"}), having(resource=to({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity", Condition={"StringEquals": {"accounts.google.com:aud": "app"}})), True),
    Case(PRINCIPAL, "another provider without an ARN", Request("graph.facebook.com", "sts:AssumeRoleWithWebIdentity", TARGET), having(resource=to({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity")), False),
    Case(CROSS, "the session, and no identity policy", ask(SESSION, FOREIGN), having(resource=to(SESSION)), False, "implicit", "identity"),
    Case(CROSS, "a key policy of another account that is not given, and a boundary", Request(USER, "kms:Decrypt", FOREIGN_KEY), having(identity=[FULL], permissions_boundary=NONE), False, "implicit", "permissions_boundary"),
    Case(CROSS, "a key policy of another account that is not given", Request(USER, "kms:Decrypt", FOREIGN_KEY), having(identity=[FULL], permissions_boundary=FULL), None),
    Case(CROSS, "an organization", ask(resource=FOREIGN, context={"aws:PrincipalOrgID": "o-1"}), having(identity=[OK], resource=to("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})), True),
    Case(CROSS, "an organization that is not stated", ask(resource=FOREIGN), having(identity=[OK], resource=to("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})), None),
    Case(CROSS, "a role of another account cannot be passed", Request(USER, "iam:PassRole", f"arn:aws:iam::{OTHER}:role/target"), having(identity=[FULL]), False, "implicit", "resource"),
    Case(FEDERATION, "the federated user, in another account", ask(FEDERATED, FOREIGN), having(identity=[OK], session=OK, resource=to(FEDERATED)), True),
    Case(FEDERATION, "the federated user, in another account, without a session policy", ask(FEDERATED, FOREIGN), having(identity=[OK], resource=to(FEDERATED)), False, "implicit", "session"),
]  # fmt: skip

# ------------------------------------------------ STS

ASSUME = doc(allow("sts:AssumeRole"))
TOKEN = Request(USER, "sts:GetSessionToken", "*")
GITHUB = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
GITHUB_TRUST = to(
    {"Federated": PROVIDER},
    "sts:AssumeRoleWithWebIdentity",
    Condition={
        "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{GITHUB}:sub": "repo:acme/app:*"},
    },
)


def github(subject: str | None, action: str = "sts:AssumeRoleWithWebIdentity") -> Request:
    context = {} if subject is None else {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subject}
    return Request(PROVIDER, action, TARGET, context)


STS_RULES = [
    Case(SESSION_TOKEN, "needs no permission", TOKEN, having(), True),
    Case(SESSION_TOKEN, "no policy controls it", TOKEN, having(identity=[doc(deny("sts:*"))]), True),
    Case(STS_COMPARISON, "a role cannot call GetSessionToken", Request(SESSION, "sts:GetSessionToken", "*"), having(identity=[FULL]), False, "implicit"),
    Case(STS_COMPARISON, "nor GetFederationToken", Request(SESSION, "sts:GetFederationToken", FEDERATED), having(identity=[FULL]), False, "implicit"),
    Case(STS_COMPARISON, "a user can", Request(USER, "sts:GetFederationToken", FEDERATED), having(identity=[FULL]), True),
    Case(STS_COMPARISON, "a federated user assumes no role", Request(FEDERATED, "sts:AssumeRole", TARGET), having(identity=[FULL], session=FULL, resource=to(ACCOUNT, "sts:AssumeRole")), False, "implicit"),
    Case(CALLER_IDENTITY, "a federated user can ask who it is", Request(FEDERATED, "sts:GetCallerIdentity", "*"), having(), True),
    Case(WEB_IDENTITY, "the repository", github("repo:acme/app:ref:refs/heads/main"), having(resource=GITHUB_TRUST), True, None, "role_trust"),
    Case(WEB_IDENTITY, "another repository", github("repo:other/app:ref:refs/heads/main"), having(resource=GITHUB_TRUST), False, "implicit", "role_trust"),
    Case(WEB_IDENTITY, "no claims are stated", github(None), having(resource=GITHUB_TRUST), None),
    Case(WEB_IDENTITY, "another operation", github("repo:acme/app:x", "sts:AssumeRole"), having(resource=GITHUB_TRUST), False),
    Case(WEB_IDENTITY, "an SCP that allows everything", github("repo:acme/app:x"), having(resource=GITHUB_TRUST, service_control=[[FULL]]), True),
    Case(OIDC_KEYS, "the audience of a SAML response", Request(f"arn:aws:iam::{ACCOUNT}:saml-provider/x", "sts:AssumeRoleWithSAML", TARGET, {"saml:aud": "https://signin.aws.amazon.com/saml"}), having(resource=to({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/x"}, "sts:AssumeRoleWithSAML", Condition={"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}})), True),
    Case(LOGIC, "a boundary does not limit a user that the trust policy names", Request(USER, "sts:AssumeRole", TARGET), having(resource=to(USER, "sts:AssumeRole"), permissions_boundary=NONE), True),
    Case(LOGIC, "but a role", Request(SESSION, "sts:AssumeRole", TARGET), having(resource=to(ROLE, "sts:AssumeRole"), permissions_boundary=NONE), False, "implicit", "permissions_boundary"),
    Case(LOGIC, "a trust policy for another action", Request(USER, "sts:TagSession", TARGET), having(identity=[FULL], resource=to(USER, "sts:AssumeRole")), False, "implicit", "role_trust"),
]  # fmt: skip

# ------------------------------------------------ services


def invoke(context: dict[str, Any] | None = None) -> Request:
    return Request("s3.amazonaws.com", "lambda:InvokeFunction", FUNCTION, context or {})


FROM_BUCKET = to(
    {"Service": "s3.amazonaws.com"},
    "lambda:InvokeFunction",
    Condition={
        "StringEquals": {"AWS:SourceAccount": ACCOUNT},
        "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::reports"},
    },
)
ONLY_SERVICES = doc(
    *to({"Service": "sns.amazonaws.com"})["Statement"],
    *to("*", effect="Deny", Condition={"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})["Statement"],
)
SERVICE_RULES = [
    Case(CONFUSED_DEPUTY, "the bucket of the account", invoke({"aws:SourceArn": "arn:aws:s3:::reports", "aws:SourceAccount": ACCOUNT}), having(resource=FROM_BUCKET), True),
    Case(CONFUSED_DEPUTY, "a bucket of another account", invoke({"aws:SourceArn": "arn:aws:s3:::reports", "aws:SourceAccount": OTHER}), having(resource=FROM_BUCKET), False, "implicit", "resource"),
    Case(CONFUSED_DEPUTY, "the bucket is not stated", invoke(), having(resource=FROM_BUCKET), None),
    Case(CONFUSED_DEPUTY, "a service of another account's resource", ask("sns.amazonaws.com", FOREIGN), having(resource=to({"Service": "sns.amazonaws.com"})), True),
    Case(KEYS, "a Deny that excepts services", ask("sns.amazonaws.com"), having(resource=ONLY_SERVICES), True),
    Case(KEYS, "and no one else", ask(), having(identity=[OK], resource=ONLY_SERVICES), False, "explicit", "resource"),
    Case(KEYS, "one of the names of a service", ask("logs.amazonaws.com", context={"aws:PrincipalServiceNamesList": ["logs.amazonaws.com", "logs.eu-west-1.amazonaws.com"]}), having(resource=to("*", Condition={"ForAnyValue:StringEquals": {"aws:PrincipalServiceNamesList": "logs.eu-west-1.amazonaws.com"}})), True),
    Case(KEYS, "a service that calls for the role", ask(SESSION, context={"aws:CalledVia": ["athena.amazonaws.com"], "aws:SourceIp": "198.51.100.1"}), having(identity=[doc(allow(), deny("*", Condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "Bool": {"aws:ViaAWSService": "false"}}))]), True),
    Case(KEYS, "the VPC endpoint", ask(context={"aws:SourceVpce": "vpce-1"}), having(identity=[OK], resource=to("*", effect="Deny", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})), True),
    Case(KEYS, "a VPC endpoint that is not stated", ask(), having(identity=[OK], resource=to("*", effect="Deny", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})), None),
    Case(KEYS, "no VPC endpoint", ask(complete_context=True), having(identity=[OK], resource=to("*", effect="Deny", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})), False, "explicit"),
    Case(KEYS, "a user has no source identity", ask(), having(resource=to(USER, Condition={"Null": {"aws:SourceIdentity": "true"}})), True),
    Case(KEYS, "a session might have a source identity", ask(SESSION), having(resource=to(SESSION, Condition={"Null": {"aws:SourceIdentity": "true"}})), None),
    Case(KEYS, "s3:ResourceAccount", Request(USER, "s3:GetObject", OBJECT, resource_account=ACCOUNT), having(identity=[doc(allow("s3:*", Condition={"StringEquals": {"s3:ResourceAccount": ACCOUNT}}))]), True),
    Case(KEYS, "anonymous requests have no organization", Request("anonymous", "s3:GetObject", OBJECT), having(resource=doc(*to("*", "s3:GetObject")["Statement"], *to("*", "s3:*", "Deny", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}})["Statement"])), False, "explicit"),
    Case(KMS_KEYS, "kms:ViaService", Request(SESSION, "kms:Decrypt", KEY, {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}), having(resource=to("*", "kms:*", Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": "s3.eu-west-1.amazonaws.com"}})), True),
    Case(KMS_KEYS, "a direct call", Request(SESSION, "kms:Decrypt", KEY, complete_context=True), having(identity=[FULL], resource=to("*", "kms:*", Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": "s3.eu-west-1.amazonaws.com"}})), False, "implicit", "resource"),
    Case(KMS_KEYS, "kms:CallerAccount of another account", Request(OTHER_USER, "kms:Decrypt", KEY), having(identity=[FULL], resource=to("*", "kms:*", Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT}})), False, "implicit", "resource"),
    Case(KMS_KEYS, "kms:GrantIsForAWSResource", Request(USER, "kms:CreateGrant", KEY, {"kms:GrantIsForAWSResource": True}), having(resource=to(USER, "kms:CreateGrant", Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}})), True),
    Case(KMS_KEYS, "the encryption context", Request(USER, "kms:Decrypt", KEY, {"kms:EncryptionContext:aws:s3:arn": OBJECT}), having(resource=to(USER, "kms:Decrypt", Condition={"StringLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::reports/*"}})), True),
    Case(KEY_POLICY, "a key policy without a statement for the account", Request(USER, "kms:Decrypt", KEY), having(identity=[FULL], resource=to({"Service": "logs.eu-west-1.amazonaws.com"}, "kms:*")), False, "implicit", "resource"),
    Case(KEY_POLICY, "the account delegates, and a boundary limits", Request(USER, "kms:Decrypt", KEY), having(identity=[FULL], resource=to(ROOT, "kms:*"), permissions_boundary=NONE), False, "implicit", "permissions_boundary"),
    Case(KEY_POLICY, "no key exists yet", Request(USER, "kms:CreateKey", "*"), having(identity=[doc(allow("kms:CreateKey"))]), True),
    Case(KEY_POLICY, "a key of another account, and a session policy", Request(SESSION, "kms:Decrypt", FOREIGN_KEY), having(identity=[FULL], session=NONE, resource=to(ROLE, "kms:*")), False, "implicit", "session"),
]  # fmt: skip

# ------------------------------------------------ organizations

NOT_OURS = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}
PERIMETER = to("*", "*", "Deny", Condition=NOT_OURS)
NO_ROOT = doc(deny("*", Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}))
ORGANIZATION_RULES = [
    Case(SCP, "a level without policies allows nothing", ask(), having(identity=[FULL], service_control=[[]]), False, "implicit", "service_control"),
    Case(SCP, "an allow list with NotAction", ask(), having(identity=[FULL], service_control=[[doc({"Effect": "Allow", "NotAction": "ec2:*", "Resource": "*"})]]), True),
    Case(SCP, "the exception of that list", Request(USER, "ec2:StopInstances", "*"), having(identity=[FULL], service_control=[[doc({"Effect": "Allow", "NotAction": "ec2:*", "Resource": "*"})]]), False, "implicit", "service_control"),
    Case(SCP, "an Allow with a condition that is not met", ask(context={"aws:RequestedRegion": "us-east-1"}), having(identity=[FULL], service_control=[[doc(allow("*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}))]]), False, "implicit", "service_control"),
    Case(SCPS, "a Deny of the root user", ask(ROOT), having(service_control=[[FULL, NO_ROOT]]), False, "explicit", "service_control"),
    Case(SCPS, "a Deny of the root user limits no one else", ask(), having(identity=[OK], service_control=[[FULL, NO_ROOT]]), True),
    Case(SCPS, "an allow list does not limit a service-linked role", ask(LINKED), having(identity=[OK], service_control=[[NONE]]), True),
    Case(SCPS, "anonymous requests are not limited", Request("anonymous", "s3:GetObject", OBJECT), having(resource=to("*", "s3:GetObject"), service_control=[[ELSE]]), True),
    Case(RCPS, "a level without policies has RCPFullAWSAccess", ask(), having(identity=[OK], resource_control=[[]]), True),
    Case(RCPS, "a principal of another organization", ask(OTHER_USER, context={"aws:PrincipalOrgID": "o-2"}), having(identity=[OK], resource=to("*"), resource_control=[[PERIMETER]]), False, "explicit", "resource_control"),
    Case(RCPS, "a principal of the organization", ask(OTHER_USER, context={"aws:PrincipalOrgID": "o-1"}), having(identity=[OK], resource=to("*"), resource_control=[[PERIMETER]]), True),
    Case(RCPS, "a service", ask("sns.amazonaws.com"), having(resource=to("*"), resource_control=[[PERIMETER]]), True),
    Case(RCPS, "an organization that is not stated", ask(OTHER_USER), having(identity=[OK], resource=to("*"), resource_control=[[PERIMETER]]), None),
    Case(RCPS, "the root user", ask(ROOT), having(resource_control=[[to("*", "*", "Deny")]]), False, "explicit", "resource_control"),
    Case(RCPS, "the trust policy of a role", Request(OTHER_USER, "sts:AssumeRole", TARGET, {"aws:PrincipalOrgID": "o-2"}), having(identity=[ASSUME], resource=to(OTHER, "sts:AssumeRole"), resource_control=[[PERIMETER]]), False, "explicit", "resource_control"),
    Case(RCPS, "a repository", Request(USER, "ecr:BatchGetImage", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/app"), having(identity=[FULL], resource_control=[[to("*", "*", "Deny")]]), False, "explicit", "resource_control"),
]  # fmt: skip

# ------------------------------------------------ resources


LIST_BUCKETS = Request(USER, "s3:ListAllMyBuckets", "*")


def on(title: str, action: str, resource: str, pattern: str, allowed: bool | None) -> Case:
    return Case(RESOURCE, title, Request(USER, action, resource), having(identity=[doc(allow("*", pattern))]), allowed)  # fmt: skip


RESOURCE_RULES = [
    Case(OPERATORS, "a list of all buckets is checked on all buckets", LIST_BUCKETS, having(identity=[doc(allow(["s3:ListAllMyBuckets", "s3:GetBucketLocation"], "arn:aws:s3:::*"))]), True),
    Case(OPERATORS, "not on one of them", LIST_BUCKETS, having(identity=[doc(allow("s3:*", ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]))]), False),
    Case(OPERATORS, "or on everything", LIST_BUCKETS, having(identity=[doc(allow("s3:*"))]), True),
    on("an object does not cover its bucket", "s3:ListBucket", "arn:aws:s3:::reports", "arn:aws:s3:::reports/*", False),
    on("a bucket does not cover its objects", "s3:GetObject", OBJECT, "arn:aws:s3:::reports", False),
    on("a star without a slash covers other buckets", "s3:GetObject", "arn:aws:s3:::reports-old/a", "arn:aws:s3:::reports*", True),
    on("every Region and account", "sqs:SendMessage", QUEUE, "arn:aws:sqs:*:*:orders", True),
    on("every section", "sqs:SendMessage", QUEUE, "arn:*:*:*:*:*", True),
    on("the service is case-sensitive", "sqs:SendMessage", QUEUE, QUEUE.replace("sqs", "SQS"), False),
    on("the Region is case-sensitive", "sqs:SendMessage", QUEUE, QUEUE.replace("eu-west-1", "EU-WEST-1"), False),
    on("the suffix of a secret", "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-??????", True),
    on("a secret with another name", "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-prod-AbCdEf", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-??????", False),
    on("the streams of a log group", "logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/f:log-stream:s", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/f:*", True),
    on("another partition", "sqs:SendMessage", QUEUE, QUEUE.replace("arn:aws:", "arn:aws-cn:"), False),
]  # fmt: skip


def across(action: str, resource: str = FOREIGN_KEY, principal: str = USER, **more: Any) -> tuple[Request, PolicySet]:  # fmt: skip
    """Return a request that the policies of both accounts allow."""
    return Request(principal, action, resource, **more), having(identity=[FULL], resource=to("*", "*"))


def through(principal: Any, action: str = "s3:GetObject", resource: str = OBJECT, caller: str = ROLE) -> tuple[Request, PolicySet]:  # fmt: skip
    """Return a request through a VPC endpoint whose policy names a principal."""
    return Request(caller, action, resource), having(identity=[FULL], vpc_endpoint=to(principal, "*"))


FOREIGN_BUCKET = {"resource": "arn:aws:s3:::b", "resource_account": OTHER}
OWN_ACCOUNT_RULES = [
    Case(KMS_PERMISSIONS, "Decrypt can be called across accounts", *across("kms:Decrypt"), True),
    Case(KMS_PERMISSIONS, "CreateGrant can be called across accounts", *across("kms:CreateGrant"), True),
    Case(KMS_PERMISSIONS, "GetKeyRotationStatus can be called across accounts", *across("kms:GetKeyRotationStatus"), True),
    Case(KMS_PERMISSIONS, "ScheduleKeyDeletion cannot be called across accounts", *across("kms:ScheduleKeyDeletion"), False, "implicit", "resource"),
    Case(KMS_PERMISSIONS, "PutKeyPolicy cannot be called across accounts", *across("kms:PutKeyPolicy", principal=ROOT), False, "implicit", "resource"),
    Case(KMS_PERMISSIONS, "case does not matter", *across("kms:scheduleKeydeletion", principal=SESSION), False),
    Case(KMS_PERMISSIONS, "ScheduleKeyDeletion within the account", *across("kms:ScheduleKeyDeletion", KEY), True),
    Case(KMS_PERMISSIONS, "an explicit deny comes first", across("kms:ScheduleKeyDeletion")[0], having(identity=[FULL, doc(deny("kms:*"))], resource=to("*", "*")), False, "explicit", "identity"),
    Case(KEY_FOREIGN, "without a key policy", across("kms:ScheduleKeyDeletion")[0], having(identity=[FULL]), False, "implicit", "resource"),
    Case(QUEUE_LIMITS, "DeleteQueue cannot be called across accounts", *across("sqs:DeleteQueue", FOREIGN), False, "implicit", "resource"),
    Case(QUEUE_LIMITS, "SetQueueAttributes cannot be called across accounts", *across("sqs:SetQueueAttributes", FOREIGN), False),
    Case(QUEUE_LIMITS, "GetQueueAttributes can be called across accounts", *across("sqs:GetQueueAttributes", FOREIGN), True),
    Case(QUEUE_LIMITS, "DeleteQueue within the account", *across("sqs:DeleteQueue", QUEUE), True),
    Case(BUCKET_POLICY, "a caller of another account", *across("s3:PutBucketPolicy", **FOREIGN_BUCKET), False, "implicit", "resource"),
    Case(BUCKET_POLICY, "the root user of another account", *across("s3:GetBucketPolicy", principal=ROOT, **FOREIGN_BUCKET), False),
    Case(BUCKET_POLICY, "an anonymous caller", *across("s3:GetBucketPolicy", "arn:aws:s3:::b", "anonymous"), False),
    Case(BUCKET_POLICY, "a caller of the bucket's account", *across("s3:PutBucketPolicy", "arn:aws:s3:::b"), True),
    Case(BUCKET_POLICY, "another call on the bucket", *across("s3:GetBucketAcl", **FOREIGN_BUCKET), True),
]  # fmt: skip
ALIAS = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/app"


def by_alias(resource: str, action: str = "kms:Decrypt", policy: Any = None, **more: Any) -> tuple[Request, PolicySet]:  # fmt: skip
    """Return a request that names an alias, and an identity policy for a resource."""
    key_policy = to(ROOT, "kms:*") if policy is None else policy
    return Request(USER, action, ALIAS), having(
        identity=[doc(allow("kms:*", resource))], resource=key_policy, **more
    )


ALIAS_RULES = [
    Case(KEYS_IN_POLICIES, "every key", *by_alias("*"), True),
    Case(KEYS_IN_POLICIES, "every key of the account", *by_alias(f"arn:aws:kms:*:{ACCOUNT}:key/*"), True),
    Case(KEYS_IN_POLICIES, "every key of another account", *by_alias(f"arn:aws:kms:*:{OTHER}:key/*"), False),
    Case(KEYS_IN_POLICIES, "a key, which might be that of the alias", *by_alias(KEY), None),
    Case(KEYS_IN_POLICIES, "an alias is not its key", *by_alias(ALIAS), False, "implicit", "identity"),
    Case(KEYS_IN_POLICIES, "an alias, for a call about aliases", *by_alias(ALIAS, "kms:DeleteAlias"), True),
    Case(KEYS_IN_POLICIES, "all aliases", *by_alias(f"arn:aws:kms:*:{ACCOUNT}:alias/*"), False),
    Case(KEY_POLICY, "the key policy of an alias's key does not allow", *by_alias("*", policy=to(ROLE, "kms:*")), False, "implicit", "resource"),
    Case(KEY_POLICY, "the key policy of an alias's key is not given", Request(USER, "kms:Decrypt", ALIAS), having(identity=[FULL]), None),
    Case(KEY_POLICY, "no key is named", Request(USER, "kms:Decrypt", "*"), having(identity=[FULL]), None),
    Case(KEY_POLICY, "a call without a key", Request(USER, "kms:ListKeys", "*"), having(identity=[FULL]), True),
    Case(KEY_POLICY, "the creation of a key", Request(USER, "kms:CreateKey", "*"), having(identity=[FULL]), True),
]  # fmt: skip
# Gateway endpoints exist for S3 and DynamoDB, interface endpoints for them, too.
GATEWAY_RULES = [
    Case(GATEWAYS, "everyone", *through("*"), True),
    Case(GATEWAYS, "an account is its root user", *through(ACCOUNT), None, None, "vpc_endpoint"),
    Case(GATEWAYS, "an account by ARN is its root user", *through(ROOT), None),
    Case(GATEWAYS, "the root user", *through(ROOT, caller=ROOT), True),
    Case(GATEWAYS, "another account", *through(OTHER), False, "implicit", "vpc_endpoint"),
    Case(GATEWAYS, "an account and the role", *through([ACCOUNT, ROLE]), True),
    Case(GATEWAYS, "DynamoDB", *through(ROOT, "dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t"), None),
    Case(ENDPOINTS, "SQS has interface endpoints only", *through(ROOT, SEND, QUEUE), True),
]  # fmt: skip

CASES = [
    *OWN_ACCOUNT_RULES,
    *ALIAS_RULES,
    *GATEWAY_RULES,
    *OPERATOR_RULES,
    *VARIABLE_RULES,
    *PRINCIPAL_RULES,
    *STS_RULES,
    *SERVICE_RULES,
    *ORGANIZATION_RULES,
    *RESOURCE_RULES,
]


@check_rows("case", CASES, ids=name_case)
def test_rule(case: Case) -> None:
    decision = evaluate(case.request, case.policies)
    assert decision.allowed is case.allowed, decision.to_text("full")
    if case.deny is not None:
        assert decision.deny == case.deny, decision.to_text("full")
    if case.layer is not None:
        assert decision.layer == case.layer, decision.to_text("full")


@pytest.mark.parametrize(
    ("request_", "resource", "words"),
    [
        (Request(USER, "kms:Decrypt", KEY), to(ROLE, "kms:*"), "no grant of the key"),
        (Request("anonymous", "s3:GetObject", OBJECT), None, "no access control list"),
        (ask("anonymous"), None, ""),
    ],
    ids=["KMS", "S3", "SQS"],
)
def test_what_could_allow_without_a_policy_is_assumed_to_be_absent(
    request_: Request, resource: Any, words: str
) -> None:
    decision = evaluate(request_, PolicySet(resource=resource))
    assert decision.allowed is False
    assert bool(words) is any(words in each for each in decision.assumptions if words)
