"""Fuzz trust policies and web identity tokens.

It stops on any exception except ``PolicyError``, ``TokenError`` and those for invalid arguments.
"""

from __future__ import annotations

import base64
import json

import atheris
from harness import LAST_INPUT, Provider, compose, ensure, make_text, make_tree, pick, run

with atheris.instrument_imports(include=["iamtriage"]):
    from iamtriage import trust

    for _name in trust.__all__:
        getattr(trust, _name)

KEYS = (
    *(
        "Version",
        "Statement",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Condition",
        "Sid",
    ),
    *(
        "AWS",
        "Service",
        "Federated",
        "StringEquals",
        "StringLike",
        "ForAnyValue:StringLike",
        "ArnLikeIfExists",
    ),
    *("Bool", "Null", "DateLessThan", "IpAddress", "sts:ExternalId", "aws:PrincipalArn", "aws:SourceIp"),
    *("oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub", "iss", "sub", "aud", "exp"),
)
VALUES = (
    *("Allow", "Deny", "*", "sts:AssumeRole", "sts:*", "2012-10-17", "2008-10-17", "111122223333", "true"),
    *(
        "arn:aws:iam::111122223333:role/app",
        "arn:aws:iam::111122223333:root",
        "ec2.amazonaws.com",
        "${aws:username}",
    ),
    *("arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE", "10.0.0.0/8"),
    "system:serviceaccount:shop:cart",
)
ACTIONS = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:TagSession")
CALLERS = (VALUES[9], VALUES[11], VALUES[13], "arn:aws:sts::111122223333:assumed-role/app/i-1")
SEED = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"},
}


def check_policy(policy: object, action: str, caller: str, claims: object, context: object) -> None:
    LAST_INPUT[:] = [policy, action, caller, claims, context]
    try:
        result = trust.check_trust_policy(
            policy,  # type: ignore[arg-type]
            action=action,
            caller=caller,
            claims=claims,  # type: ignore[arg-type]
            context=context,  # type: ignore[arg-type]
        )
    except (TypeError, ValueError):
        return  # an invalid policy, action, caller, claim or context
    ensure(result.allowed in {True, False, None}, "a result that is neither", result)
    for form in (str(result), repr(result)):
        form.encode("utf-8", "surrogatepass")


def check_token(text: str) -> None:
    LAST_INPUT[:] = [text]
    try:
        trust.read_web_identity_token(text)
    except ValueError as error:
        ensure(len(text) < 24 or text not in str(error), "the message contains the token", error)


def make_token(data: Provider) -> str:
    parts = [json.dumps(make_tree(data, KEYS, VALUES)).encode() for _ in range(data.ConsumeIntInRange(0, 3))]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def check_input(data: Provider) -> None:
    choice = data.ConsumeIntInRange(0, 4)
    if choice == 0:
        check_token(make_text(data))
    elif choice == 1:
        check_token(make_token(data))
    else:
        policy = make_tree(data, KEYS, VALUES) if choice > 2 else compose(data)
        claims = make_tree(data, KEYS, VALUES) if data.ConsumeBool() else None
        context = make_tree(data, KEYS, VALUES) if data.ConsumeBool() else None
        check_policy(policy, pick(data, ACTIONS), pick(data, CALLERS), claims, context)


if __name__ == "__main__":
    run(check_input, lambda: check_policy(SEED, ACTIONS[0], CALLERS[0], None, None))
