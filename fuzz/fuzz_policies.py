"""Fuzz the policy evaluator and the statements that are suggested for denied calls.

It stops on any exception except ``PolicyError`` and those for invalid requests, if an explicit deny of
everything has no effect, and on a suggested statement that allows more than was denied.
"""

from __future__ import annotations

import json

import atheris
from harness import LAST_INPUT, Provider, compose, ensure, make_tree, pick, run

with atheris.instrument_imports(include=["iamtriage"]):
    from iamtriage import policies
    from iamtriage.policies._documents import build_document, build_statement
    from iamtriage.policies._grants import Location, build_grant

    for _name in policies.__all__:
        getattr(policies, _name)

KEYS = (
    *("Version", "Statement", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource"),
    *(
        "NotResource",
        "Condition",
        "Sid",
        "AWS",
        "Service",
        "StringEquals",
        "StringNotLikeIfExists",
        "ArnLike",
    ),
    *("ForAllValues:StringLike", "NumericLessThan", "Bool", "Null", "IpAddress", "aws:SourceIp", "s3:prefix"),
    *("aws:PrincipalOrgID", "aws:SecureTransport"),
)
VALUES = (
    *("Allow", "Deny", "*", "s3:Get*", "s3:GetObject", "2012-10-17", "111122223333", "true", "10.0.0.0/8"),
    *(
        "arn:aws:s3:::orders/*",
        "arn:aws:s3:::orders/1.csv",
        "arn:aws:iam::111122223333:role/app",
        "${aws:username}",
    ),
    *("arn:aws:iam::111122223333:root", "${*}", "o-exampleorgid"),
)
PRINCIPALS = (
    *("arn:aws:iam::111122223333:role/app", "arn:aws:sts::111122223333:assumed-role/app/i-1", "anonymous"),
    *("arn:aws:iam::444455556666:user/ana", "arn:aws:iam::111122223333:root", "ec2.amazonaws.com"),
)
ACTIONS = (
    "s3:GetObject",
    "s3:ListBucket",
    "sqs:SendMessage",
    "kms:Decrypt",
    "iam:PassRole",
    "ec2:RunInstances",
)
RESOURCES = (
    *("arn:aws:s3:::orders/1.csv", "arn:aws:s3:::orders", "*", "arn:aws:kms:eu-west-1:111122223333:key/1234"),
    *("arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:s3:::orders/a*b?", "role app"),
)
LAYERS = ("identity", "permissions_boundary", "session", "resource", "vpc_endpoint")
DENY_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
HERE = Location("aws", "eu-west-1", "111122223333")


def check_evaluated(
    request_parts: tuple[str, str, str], documents: dict[str, object], context: object
) -> None:
    LAST_INPUT[:] = [request_parts, documents, context]
    try:
        request = policies.Request(*request_parts, context=context)
        decision = policies.evaluate(request, policies.PolicySet(**documents))
    except (TypeError, ValueError):
        return  # an invalid request or document
    for form in (str(decision), repr(decision), json.dumps(decision.to_dict())):
        form.encode("utf-8", "surrogatepass")
    identity = documents.get("identity", ())
    denied = {**documents, "identity": (*identity, DENY_ALL)}  # type: ignore[misc]
    after = policies.evaluate(request, policies.PolicySet(**denied))
    # No identity-based policy applies to the root user, anonymous callers and services.
    has_identity = ":root" not in request_parts[0] and request_parts[0].startswith("arn:")
    ensure(after.allowed is False or not has_identity, "an explicit deny of everything has no effect", after)


def check_suggested(action: str, resource: str) -> None:
    """Check that a statement without placeholders and AWS wildcards allows only what was denied."""
    LAST_INPUT[:] = [action, resource]
    grant = build_grant(action, resource, HERE)
    if grant is None or grant.has_placeholders or not resource.startswith("arn:aws:s3:::"):
        return
    document = build_document([build_statement(grant)])
    for other in (f"{resource}x", resource.replace("*", "xx"), resource.replace("?", "x")):
        if other == resource:
            continue
        request = policies.Request(PRINCIPALS[0], grant.action, other)
        decision = policies.evaluate(request, policies.PolicySet(identity=[document]))
        is_bucket = any(each == other.partition("/")[0] for each in grant.resources)
        ensure(
            decision.allowed is not True or is_bucket or "*" in grant.resources,
            "too much is allowed",
            document,
        )


def check_input(data: Provider) -> None:
    if data.ConsumeIntInRange(0, 3) == 0:
        check_suggested(pick(data, ACTIONS), "arn:aws:s3:::orders/" + compose(data)[:40])
        check_suggested(pick(data, ACTIONS), pick(data, RESOURCES))
        return
    documents: dict[str, object] = {}
    for layer in LAYERS:
        if data.ConsumeBool():
            document = make_tree(data, KEYS, VALUES)
            documents[layer] = [document] if layer == "identity" else document
    context = make_tree(data, KEYS, VALUES) if data.ConsumeBool() else {}
    check_evaluated((pick(data, PRINCIPALS), pick(data, ACTIONS), pick(data, RESOURCES)), documents, context)


def check_seeds() -> None:
    for resource in RESOURCES:
        check_suggested("s3:GetObject", resource)
    check_evaluated((PRINCIPALS[0], ACTIONS[0], RESOURCES[0]), {"identity": [DENY_ALL]}, {})


if __name__ == "__main__":
    run(check_input, check_seeds)
