"""Measure how the time grows with settings, ConfigMaps, policies, patterns and failures to explain."""

from __future__ import annotations

import contextlib
import functools
import json
from typing import TYPE_CHECKING

import iamtriage
from benchmarks import texts
from benchmarks.measure import growth_figure
from iamtriage import actions
from iamtriage.authorization import read_authorization_details, read_decoded_message
from iamtriage.aws_auth import load
from iamtriage.aws_auth._arnlike import arn_like
from iamtriage.exceptions import AwsAuthError, ConfigFileError
from iamtriage.failures import (
    AccessKeyQuota,
    AwsError,
    CredentialScope,
    ExpiredCredentials,
    InvalidCredentials,
    InvalidIdentityToken,
    MalformedPolicy,
    MissingCredentials,
    RegionDisabled,
    SignatureMismatch,
)
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.sts import StsSettings
from iamtriage.trust import check_trust_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.measure import Figure
    from iamtriage.failures import Failure

KIB = 1024
# A ConfigMap has at most 1 MiB. A configuration file is read as a whole.
SIZES = tuple(size * KIB for size in (64, 128, 256, 512))
# The time for a pattern depends on the product of its length and the length of the text, so few characters are enough.
SMALL = tuple(size * KIB for size in (4, 8, 16, 32))

# The start of the file and the part to repeat.
CONFIGS = {
    "options": ("[default]\n", "name = value\n"),
    "sections": ("", "[profile p]\nregion = eu-west-1\n"),
    "continued lines": ("[default]\nregion = eu-west-1\n", "  x\n"),
    "blanks": ("[default]\na", " "),
    "brackets": ("[default]\n", "["),
    "a long header": ("[profile ", "a"),
    "a block": ("[default]\na =\n", "  b = c\n"),
    "a long value": ("[default]\na = ", "b"),
}
MANIFESTS = ("a", "- rolearn: a\n", "[", "\n", "{", "- ", "data:\n  mapRoles: |\n", "&a *a ", '"')
# Texts after a message in which the service-specific message is searched for.
AFTER_MESSAGE = ("at a.", "in /a", "'a", '"', "<a>", "( ", "a ", "\n at ", "at a(", "[2024-", "[a.", "a\n")
# Texts around a failure whose context the rules inspect.
CONTEXT_TEXTS = (
    "sts", "secret ", "a.", "AKIARTX3GSDSVJNFUWS2 ", "--profile ", "role ", '"', "\\", "AssumeRole", "x" * 40 + " ", "https://", "   \n",
)  # fmt: skip
KINDS = (
    AccessKeyQuota, AwsError, CredentialScope, ExpiredCredentials, InvalidCredentials, InvalidIdentityToken, MalformedPolicy,
    MissingCredentials, RegionDisabled, SignatureMismatch,
)  # fmt: skip
RESOURCES = ("a", "/", ":", "*", "b/", ":log-stream:", "arn:aws:s3:::", "${x}")

ROLE = "arn:aws:iam::111122223333:role/"


def inputs() -> Iterator[Figure]:
    """Measure how the time grows when an input doubles."""
    yield from _settings()
    yield from _config_maps()
    yield from _patterns()
    yield from _documents()
    yield from _explained()
    yield from _resources()


def _settings() -> Iterator[Figure]:
    for name, (beginning, unit) in CONFIGS.items():
        yield growth_figure(f"settings of a file: {name}", _read_settings, _repeater(beginning, unit), SIZES)


def _read_settings(config: str) -> None:
    with contextlib.suppress(ConfigFileError):
        StsSettings.from_sources({}, config).explain()


def _config_maps() -> Iterator[Figure]:
    for unit in MANIFESTS:
        yield growth_figure(f"aws-auth {texts.shortened(unit)}", _load, _repeater("", unit), SIZES)


def _load(text: str) -> None:
    with contextlib.suppress(AwsAuthError):
        load(text)


def _repeater(beginning: str, unit: str) -> Callable[[int], str]:
    return lambda size: beginning + texts.repeated(unit, size - len(beginning), "")


def _patterns() -> Iterator[Figure]:
    # The text is short, so that only the pattern grows.
    text = ROLE + "a" * 999
    for unit in ("*a", "?", "*?", "a*"):
        yield growth_figure(
            f"ARN against a pattern of {unit}",
            functools.partial(arn_like, text),
            lambda size, unit=unit: ROLE + texts.repeated(unit, size, "b"),  # type: ignore[misc]
            SMALL,
        )
    patterns = {
        "a*": compile_glob("a*" * 200 + "b"),
        "*a": compile_glob("*a" * 200 + "*"),
        "?": compile_glob("?" * 200),
    }
    for unit, pattern in patterns.items():
        yield growth_figure(
            f"a text against a glob of {unit}",
            lambda text, pattern=pattern: matches(text, pattern),  # type: ignore[misc]
            lambda size: "a" * size,
            SMALL,
        )
    yield growth_figure("a trust policy's variables", _check_trust, _variables, SMALL)


def _variables(size: int) -> Mapping[str, object]:
    value = "${aws:x}" * 100
    condition = {"StringLike": {"aws:y": [value] * (size // len(value))}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition}
        ],
    }


def _check_trust(policy: Mapping[str, object]) -> None:
    context = {"aws:x": "a" * 1_000, "aws:y": "a" * 1_000}
    check_trust_policy(policy, action="sts:AssumeRole", caller=f"{ROLE}app", context=context)


def _documents() -> Iterator[Figure]:
    yield growth_figure(
        "a decoded message: conditions and keys of the call",
        lambda text: read_decoded_message(text).denying_conditions(),
        _decoded,
        SIZES,
    )
    yield growth_figure(
        "authorization details: evaluations and policies",
        lambda text: read_authorization_details(text).denials(),
        _details,
        SIZES,
    )


def _decoded(size: int) -> str:
    keys = [
        {"key": f"aws:RequestTag/t{number:08}", "values": {"items": [{"value": "x"}]}}
        for number in range(size // 160)
    ]
    statement = {"effect": "DENY", "conditions": {"items": keys}}
    return json.dumps(
        {
            "allowed": False,
            "explicitDeny": True,
            "matchedStatements": {"items": [statement]},
            "context": {"action": "ec2:RunInstances", "conditions": {"items": keys}},
        }
    )


def _details(size: int) -> str:
    count = size // 250
    policies = [{"uri": f"p{number:06}", "type": "SESSION_POLICY"} for number in range(count)]
    evaluations = [
        {
            "action": "a:B",
            "resource": "",
            "checks": [
                {
                    "checkType": "SESSION",
                    "evaluatedEffect": "EXPLICIT_DENY",
                    "matchedPolicies": [
                        {
                            "uri": policy["uri"],
                            "matchedStatements": [{"sid": "s", "evaluatedEffect": "DENY"}],
                        }
                    ],
                }
            ],
        }
        for policy in policies
    ]
    return json.dumps({"evaluations": evaluations, "policies": policies})


def _explained() -> Iterator[Figure]:
    for unit in AFTER_MESSAGE:
        make = functools.partial(_denial, unit)
        yield growth_figure(f"explain, own words {texts.shortened(unit)}", iamtriage.explain, make, SMALL)
    for unit in CONTEXT_TEXTS:
        name = f"explain, ten kinds amid {texts.shortened(unit.strip()[:20] or unit)}"
        yield growth_figure(name, _explain_each, functools.partial(_make_failure_inside, unit), SIZES)


def _explain_each(failures: list[Failure]) -> None:
    for failure in failures:
        iamtriage.explain(failure).to_text()


def _denial(unit: str, size: int) -> Failure:
    head = "An error occurred (AccessDeniedException) when calling the CreateAgent operation: Agents "
    failure = iamtriage.parse(head + texts.repeated(unit, size - len(head), ""))
    if failure is None:
        msg = f"no denial before {unit!r}"
        raise AssertionError(msg)
    return failure


def _make_failure_inside(unit: str, size: int) -> list[Failure]:
    around, said = texts.repeated(unit, size // 2, ""), "no basic auth credentials"
    text, span = f"{around}{said}{around}", (len(around), len(around) + len(said))
    return [kind(text=text, span=span) for kind in KINDS]


def _resources() -> Iterator[Figure]:
    known = [
        found
        for name in ("s3:GetObject", "logs:PutLogEvents", "ec2:RunInstances", "apigateway:GET")
        if (found := actions.find_action(name)) is not None
    ]

    def ask(text: str) -> None:
        for action in known:
            action.accepts(text)
            action.accepts(f"arn:aws:{action.service}:eu-west-1::{text}")
            action.accepts(f"arn:aws:logs:eu-west-1:111122223333:log-group:{text}")
        actions.find_action(text)
        actions.find_action(f"s3:{text}")
        actions.actions_for(text, text)
        actions.service_prefix(text)

    for unit in RESOURCES:
        yield growth_figure(
            f"actions for a resource of {texts.shortened(unit)}", ask, _repeater("", unit), SIZES
        )
