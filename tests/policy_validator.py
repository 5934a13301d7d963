"""Validate generated policy documents: IAM's grammar, and stricter rules than IAM's.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from iamtriage._rendering.placeholders import find_placeholders
from iamtriage.actions import find_action
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.policies._conditions import parse_operator

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACTION = re.compile(r"[a-z0-9-]{1,40}:[A-Z][A-Za-z0-9]{1,127}")
_ACCOUNT = re.compile(r"\d{12}")
_SID = re.compile(r"[A-Za-z0-9]{1,128}")
_REGION = re.compile(r"[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}")
_SERVICE = re.compile(r"(?:[a-z0-9-]+|SERVICE)(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
_KEYS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}


def validate(document: Mapping[str, Any], layer: str | None) -> None:
    """Raise AssertionError if the policy is invalid or wider than a generated one may be."""
    assert set(document) == {"Version", "Statement"}, document
    assert document["Version"] == "2012-10-17"
    assert isinstance(document["Statement"], list)
    assert document["Statement"]
    sids = [each["Sid"] for each in document["Statement"] if "Sid" in each]
    assert len(set(sids)) == len(sids), "duplicate Sid"
    for statement in document["Statement"]:
        validate_statement(statement, layer)
    text = json.dumps(document)
    assert text.isascii()
    assert json.loads(text) == document


def validate_statement(statement: Mapping[str, Any], layer: str | None) -> None:
    assert set(statement) <= _KEYS, statement
    assert statement["Effect"] == "Allow"
    if "Sid" in statement:
        assert _SID.fullmatch(statement["Sid"]), statement["Sid"]
    actions = _non_empty_strings(statement["Action"])
    for action in actions:
        assert _ACTION.fullmatch(action) or find_action(action) is not None, action
    if layer == "role_trust":
        assert "Resource" not in statement
    else:
        resources = _non_empty_strings(statement["Resource"])
        assert resources
        assert len(set(resources)) == len(resources)
        for resource in resources:
            assert resource == "*" or _is_arn(resource), resource
    if layer in ("resource", "role_trust"):
        _check_principal(statement["Principal"])
    elif layer != "vpc_endpoint":
        assert "Principal" not in statement, statement
    for name, block in statement.get("Condition", {}).items():
        assert parse_operator(name) is not None, name
        for key, values in block.items():
            assert ":" in key
            assert all(isinstance(each, str) for each in _non_empty_strings(values))


def _non_empty_strings(value: object) -> list[str]:
    values: list[object] = value if isinstance(value, list) else [value]
    assert values
    texts = [each for each in values if isinstance(each, str) and each]
    assert texts == values, value
    return texts


def _is_placeholder(text: str) -> bool:
    return find_placeholders(text) == (text,)


def _is_arn(text: str) -> bool:
    if _is_placeholder(text):
        return True
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not parts[5]:
        return False
    _, partition, service, region, account, resource = parts
    if partition not in PARTITIONS and not _is_placeholder(partition):
        return False
    if region and not (_REGION.fullmatch(region) or _is_placeholder(region)):
        return False
    if account not in ("", "aws") and not (_ACCOUNT.fullmatch(account) or _is_placeholder(account)):
        return False
    unescaped = resource.replace("${?}", "").replace("${$}", "").replace("${*}", "")
    # A wildcard must replace a whole part of the name, never the end of one.
    whole_wildcards = all("*" not in part or part == "*" for part in re.split(r"[/:]", unescaped))
    printable = all("!" <= c <= "~" for c in text)
    # Secrets Manager appends six random characters to a secret's name.
    is_secret = resource.startswith("secret:") and resource.endswith("-??????")
    return bool(service) and whole_wildcards and printable and (is_secret or "?" not in unescaped)


def _check_principal(principal: object) -> None:
    assert isinstance(principal, dict), principal
    for kind, values in principal.items():
        for value in _non_empty_strings(values):
            if kind == "Service":
                assert _SERVICE.fullmatch(value), value
            else:
                assert kind in ("AWS", "Federated")
                assert _is_arn(value), value
                assert "*" not in value, "a principal must not contain a wildcard"
