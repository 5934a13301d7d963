"""Decoded authorization messages: their values, and invalid documents."""

from __future__ import annotations

import copy
import json
import os
import pickle
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage.authorization import (
    DecodedMessage,
    DecodedPrincipal,
    DenyingCondition,
    KeyValues,
    MatchedStatement,
    read_decoded_message,
)
from iamtriage.exceptions import DocumentError, IamTriageError
from tests.authorization.json_values import anything, texts
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.typing import Deny

ACCOUNT = "111122223333"
INSTANCE = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/*"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/orders-api/build-7"
BLOB = "q9Xw_A-" * 40


def items(*values: object) -> dict[str, Any]:
    return {"items": list(values)}


def values(*texts: str) -> dict[str, Any]:
    return items(*({"value": text} for text in texts))


def conditions(**found: tuple[str, ...]) -> dict[str, Any]:
    """Build conditions; ``__`` in a key becomes a colon."""
    return items(*({"key": k.replace("__", ":"), "values": values(*v)} for k, v in found.items()))


def statement(sid: str = "", effect: str = "DENY", **more: object) -> dict[str, Any]:
    return {
        "statementId": sid,
        "effect": effect,
        "principals": values("AROAEXAMPLEORDERSAPI1"),
        "principalGroups": items(),
        "actions": values("ec2:RunInstances", "ec2:StartInstances"),
        "resources": values("*"),
        "conditions": items(),
        **more,
    }


def message(*statements: object, explicit: bool = False, **context: object) -> dict[str, Any]:
    return {
        "allowed": False,
        "explicitDeny": explicit,
        "matchedStatements": items(*statements),
        "failures": items(),
        "context": {
            "principal": {"id": "AROAEXAMPLEORDERSAPI1:build-7", "arn": SESSION},
            "action": "ec2:RunInstances",
            "resource": INSTANCE,
            "conditions": conditions(ec2__Tenancy=("default",)),
            **context,
        },
    }


IMPLICIT = message()
FENCE = message(
    statement("RegionFence", conditions=conditions(aws__RequestedRegion=("eu-west-1", "eu-central-1"))),
    explicit=True,
    action="RunInstances",
    conditions=conditions(aws__requestedregion=("us-east-1",), ec2__InstanceType=("m5.large",)),
)


# ------------------------------------------------ reading


def test_implicit_denial_of_a_session() -> None:
    assert read_decoded_message(IMPLICIT) == DecodedMessage(
        allowed=False,
        explicit_deny=False,
        principal=DecodedPrincipal("AROAEXAMPLEORDERSAPI1:build-7", None, SESSION),
        raw_action="ec2:RunInstances",
        resource=INSTANCE,
        context=(KeyValues("ec2:Tenancy", ("default",)),),
    )


def test_principal_that_is_a_user() -> None:
    ana = {"id": "AIDAEXAMPLEANA1234567", "name": "ana", "arn": f"arn:aws:iam::{ACCOUNT}:user/team/ana"}
    assert read_decoded_message(message(principal=ana)).principal == DecodedPrincipal(**ana)


def test_explicit_denial_by_a_statement() -> None:
    found = read_decoded_message(FENCE)
    assert found.statements == (
        MatchedStatement(
            sid="RegionFence",
            effect="DENY",
            principals=("AROAEXAMPLEORDERSAPI1",),
            actions=("ec2:RunInstances", "ec2:StartInstances"),
            resources=("*",),
            conditions=(KeyValues("aws:RequestedRegion", ("eu-west-1", "eu-central-1")),),
        ),
    )
    assert (found.deny, found.action, found.action_evidence) == ("explicit", "ec2:RunInstances", "derived")


def test_statement_without_sid_and_its_groups() -> None:
    found = read_decoded_message(message(statement("", principalGroups=values("AGPAEXAMPLEADMINS1234"))))
    assert found.statements[0].sid is None
    assert found.statements[0].principal_groups == ("AGPAEXAMPLEADMINS1234",)


DENIES: dict[str, tuple[dict[str, Any], Deny | None]] = {
    "implicit": (IMPLICIT, "implicit"),
    "explicit": (FENCE, "explicit"),
    "explicit, statements omitted": (message(explicit=True), "explicit"),
    "explicit, list of statements omitted": ({"explicitDeny": True, "matchedStatements": {}}, "explicit"),
    "Deny statement, flag says no": (message(statement()), "explicit"),
    "Deny statement, flag omitted": ({"matchedStatements": items(statement())}, "explicit"),
    "Deny statement in another case": (message(statement(effect="Deny")), "explicit"),
    "only an Allow statement": (message(statement(effect="ALLOW")), "implicit"),
    "allowed omitted": ({"explicitDeny": False}, "implicit"),
    "explicitDeny omitted": ({"allowed": False}, "implicit"),
    "allowed": ({"allowed": True, "explicitDeny": False, "matchedStatements": items()}, None),
    "nothing stated": ({"context": {}}, None),
    "null": ({"allowed": None, "explicitDeny": None, "context": {"action": None}}, None),
}


@pytest.mark.parametrize(("document", "deny"), DENIES.values(), ids=DENIES)
def test_deny(document: dict[str, Any], deny: Deny | None) -> None:
    assert read_decoded_message(document).deny == deny


ACTIONS: dict[str, tuple[str | None, str | None, str | None, str | None]] = {
    # action and resource as written, then the action and the source of its prefix
    "stated": ("ec2:StopInstances", INSTANCE, "ec2:StopInstances", "reported"),
    "stated, other service's resource": (
        "iam:PassRole",
        f"arn:aws:iam::{ACCOUNT}:role/app",
        "iam:PassRole",
        "reported",
    ),
    "of the resource": ("RunInstances", INSTANCE, "ec2:RunInstances", "derived"),
    "of the resource, other partition": (
        "RunInstances",
        "arn:aws-cn:ec2:cn-north-1::image/ami-0a1b2c3d",
        "ec2:RunInstances",
        "derived",
    ),
    "any resource": ("RunInstances", "*", "RunInstances", None),
    "no resource": ("RunInstances", None, "RunInstances", None),
    "ARN without service": ("RunInstances", "arn:aws:::x", "RunInstances", None),
    "ARN with odd service": ("RunInstances", "arn:aws:e\x1b[31m2:::x", "RunInstances", None),
    "no action": (None, INSTANCE, None, None),
    "empty action": ("", INSTANCE, "", None),
}


@pytest.mark.parametrize(("raw", "resource", "action", "evidence"), ACTIONS.values(), ids=ACTIONS)
def test_action_gets_its_prefix(
    raw: str | None, resource: str | None, action: str | None, evidence: str | None
) -> None:
    found = read_decoded_message(message(action=raw, resource=resource))
    assert (found.raw_action, found.action, found.action_evidence) == (raw, action, evidence)


WRAPPED: dict[str, object] = {
    "mapping": FENCE,
    "other mapping": MappingProxyType(FENCE),
    "text": json.dumps(FENCE),
    "bytes": json.dumps(FENCE).encode(),
    "bytes of Windows PowerShell": json.dumps(FENCE).encode("utf-16"),
    "byte order mark": "\ufeff" + json.dumps(FENCE),
    "whitespace": f"\n {json.dumps(FENCE, indent=4)} \n",
    "API": {"DecodedMessage": json.dumps(FENCE), "ResponseMetadata": {"HTTPStatusCode": 200}},
    "CLI": json.dumps({"DecodedMessage": json.dumps(FENCE)}, indent=4),
    "CLI, message unpacked by jq": json.dumps({"DecodedMessage": FENCE}),
    "CLI with --query": json.dumps(json.dumps(FENCE)),
    "string in a string": json.dumps(json.dumps(json.dumps(FENCE))),
    "answer as a string": json.dumps(json.dumps({"DecodedMessage": json.dumps(FENCE)})),
}


@check_rows("given_as", WRAPPED.values(), ids=WRAPPED)
def test_wrappings(given_as: Any) -> None:  # noqa: ANN401 (any accepted type)
    assert read_decoded_message(given_as) == read_decoded_message(FENCE)


def test_answer_of_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    client = boto3.Session("AKIDEXAMPLE", "x", region_name="eu-west-1").client("sts")
    with Stubber(client) as stub:
        stub.add_response("decode_authorization_message", {"DecodedMessage": json.dumps(FENCE)})
        answer = client.decode_authorization_message(EncodedMessage=BLOB)
    assert read_decoded_message(answer).statements[0].sid == "RegionFence"
    client.close()


# ------------------------------------------------ which conditions denied


def test_denying_conditions() -> None:
    (found,) = read_decoded_message(FENCE).denying_conditions()
    assert found == DenyingCondition(
        "RegionFence", 0, "aws:RequestedRegion", ("eu-west-1", "eu-central-1"), ("us-east-1",)
    )
    assert str(found) == (
        "'aws:RequestedRegion' is 'us-east-1' in the call; "
        "the statement compares it with 'eu-west-1', 'eu-central-1'."
    )


def test_omitted_value() -> None:
    tag = statement("NeedsTag", conditions=conditions(**{"aws__RequestTag/team": ("true",)}))
    (found,) = read_decoded_message(message(tag)).denying_conditions()
    assert found.request_values is None
    assert (
        str(found)
        == "The statement compares 'aws:RequestTag/team' with 'true'; the message omits the call's value."
    )


def test_only_denying_statements_have_conditions() -> None:
    allows = statement("Allows", "ALLOW", conditions=conditions(ec2__Tenancy=("default",)))
    denies = statement(
        "", conditions=conditions(ec2__Tenancy=("host",), ec2__InstanceType=("t3.micro",), aws__X=())
    )
    found = read_decoded_message(message(allows, denies)).denying_conditions()
    assert [(each.sid, each.statement, each.key, each.request_values) for each in found] == [
        (None, 1, "ec2:Tenancy", ("default",)),
        (None, 1, "ec2:InstanceType", None),
        (None, 1, "aws:X", None),
    ]
    assert read_decoded_message(message(statement())).denying_conditions() == ()


def test_only_what_is_stated_is_shown() -> None:
    assert "condition keys" in read_decoded_message(FENCE)._repr_markdown_()
    assert DecodedMessage(allowed=True)._repr_markdown_() == "## The call was allowed `DecodedMessage`"


def test_sentence_is_short_and_escaped() -> None:
    hostile = tuple(f"\x1b[2J{'a' * 5000}{n}" for n in range(50))
    sentence = str(DenyingCondition(None, 0, "k\n" * 9000, hostile, hostile))
    assert sentence.isprintable()
    assert len(sentence) < 1200
    assert "and 47 more" in sentence


def test_request_values() -> None:
    found = read_decoded_message(FENCE)
    assert found.request_values("EC2:INSTANCETYPE") == ("m5.large",)
    assert found.request_values("ec2:Tenancy") is None


# ------------------------------------------------ values


def test_values_are_immutable_hashable_and_copied() -> None:
    found = read_decoded_message(FENCE)
    assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == found
    assert len({found, read_decoded_message(json.dumps(FENCE))}) == 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.allowed = True  # type: ignore[misc]


@check_rows("document", [FENCE, IMPLICIT, {"allowed": False}, {"context": {"principal": {"x": 1}}}])
def test_to_dict_can_be_read(document: dict[str, Any]) -> None:
    found = read_decoded_message(document)
    assert read_decoded_message(json.dumps(found.to_dict())) == found


def test_to_dict_has_the_format_of_sts() -> None:
    assert read_decoded_message(FENCE).to_dict() == {k: v for k, v in FENCE.items() if k != "failures"}


# ------------------------------------------------ invalid documents


def at(path: str, value: object) -> dict[str, Any]:
    """Return a message with another value at a path of keys and indices."""
    document = copy.deepcopy(FENCE)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    parent: Any = document
    for step in steps:
        parent = parent[step]
    parent[last] = value
    return document


FIRST = "matchedStatements/items/0"
WRONG: dict[str, tuple[object, str, str]] = {
    # the document, the path of the error, a part of its message
    "empty": ("", "", "not JSON: Expecting value in line 1, column 1"),
    "truncated": (json.dumps(FENCE)[:-9], "", "not JSON"),
    "message of AWS": ("You are not authorized to perform this operation.", "", "not JSON"),
    "encoded message": (BLOB, "", "decode it with sts:DecodeAuthorizationMessage"),
    "encoded message with newline": (f"{BLOB}\n", "", "decode it with sts:DecodeAuthorizationMessage"),
    "encoded message as answer": (
        {"DecodedMessage": BLOB},
        "",
        "decode it with sts:DecodeAuthorizationMessage",
    ),
    "number": ("17", "", "a decoded message must be an object, not a number"),
    "null": ("null", "", "a decoded message must be an object, not null"),
    "list": ("[]", "", "a decoded message must be an object, not a list"),
    "answer with a list": ({"DecodedMessage": []}, "", "a decoded message must be an object, not a list"),
    "not UTF-8": (b"{\xff", "", "not JSON"),
    "NaN": ('{"allowed": NaN}', "", "NaN is not a number"),
    "long number": ('{"allowed": %s}' % ("9" * 5000), "", "a number has too many digits"),
    "duplicate key": ('{"allowed": true, "allowed": false}', "", "duplicate key 'allowed'"),
    "something else": ('{"Version": "2012-10-17", "Statement": []}', "", "not a decoded message"),
    "nothing": ({}, "", "not a decoded message"),
    "too long": ("9" * 1_000_001, "", "not 1,000,001"),
    "too long in bytes": (b"9" * 1_000_001, "", "not 1,000,001"),
    "too deep": ("[" * 100_000, "", "nested too deeply"),
    "too many layers": (
        json.dumps(json.dumps(json.dumps(json.dumps(json.dumps(FENCE))))),
        "",
        "not a string",
    ),
    "response in responses": (
        {"DecodedMessage": {"DecodedMessage": {"DecodedMessage": {"DecodedMessage": FENCE}}}},
        "",
        "nested too deeply",
    ),
    "allowed": (at("allowed", "false"), "allowed", "expected a boolean, got a string"),
    "explicitDeny": (at("explicitDeny", 0), "explicitDeny", "expected a boolean, got a number"),
    "matchedStatements": (at("matchedStatements", []), "matchedStatements", "expected an object, got a list"),
    "items": (
        at("matchedStatements/items", {}),
        "matchedStatements.items",
        "expected a list, got an object",
    ),
    "statement": (at(FIRST, "x"), "matchedStatements.items[0]", "expected an object, got a string"),
    "sid": (at(f"{FIRST}/statementId", 1), "matchedStatements.items[0].statementId", "expected a string"),
    "effect": (at(f"{FIRST}/effect", ["DENY"]), "matchedStatements.items[0].effect", "got a list"),
    "actions": (at(f"{FIRST}/actions", "ec2:*"), "matchedStatements.items[0].actions", "got a string"),
    "no value": (
        at(f"{FIRST}/actions", items({})),
        "matchedStatements.items[0].actions.items[0].value",
        "missing",
    ),
    "no key": (
        at(f"{FIRST}/conditions", items({"values": values("x")})),
        "matchedStatements.items[0].conditions.items[0].key",
        "missing",
    ),
    "context": (at("context", [1]), "context", "expected an object, got a list"),
    "principal": (at("context/principal", SESSION), "context.principal", "expected an object, got a string"),
    "arn": (at("context/principal", {"arn": 1}), "context.principal.arn", "expected a string, got a number"),
    "action": (at("context/action", {}), "context.action", "expected a string, got an object"),
    "resource": (at("context/resource", []), "context.resource", "expected a string, got a list"),
    "value of the call": (
        at("context/conditions/items/1/values/items/0/value", 1),
        "context.conditions.items[1].values.items[0].value",
        "expected a string, got a number",
    ),
    "object of Python": (at("context/resource", object()), "context.resource", "got a value of type object"),
}


@check_rows(("document", "path", "reason"), WRONG.values(), ids=WRONG)
def test_invalid_messages(document: Any, path: str, reason: str) -> None:  # noqa: ANN401 (anything)
    with pytest.raises(DocumentError) as caught:
        read_decoded_message(document)
    error = caught.value
    assert error.path == path
    assert reason in str(error)
    assert str(error).startswith(f"{path}: " if path else "")
    assert isinstance(error, ValueError)
    assert isinstance(error, IamTriageError)
    assert pickle.loads(pickle.dumps(error)).path == path


@check_rows("document", [None, 1, [FENCE], object()], ids=["None", "int", "list", "object"])
def test_wrong_types_of_arguments(document: Any) -> None:  # noqa: ANN401 (anything)
    with pytest.raises(TypeError, match="message must be a mapping or JSON text, not"):
        read_decoded_message(document)


def test_error_shows_no_terminal_command_and_stays_short() -> None:
    key = json.dumps("\x1b[31m" + "k" * 10_000)
    with pytest.raises(DocumentError) as caught:
        read_decoded_message(f"{{{key}: 1, {key}: 2}}")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_error_contains_nothing_of_the_text() -> None:
    """A decoded message is privileged: neither the error nor its context quotes it."""
    with pytest.raises(DocumentError) as caught:
        read_decoded_message('{"context": "s3cr3tValue"')
    assert caught.value.__context__ is None
    assert "s3cr3t" not in repr(caught.value)


# ------------------------------------------------ properties

_VALUES = st.lists(st.fixed_dictionaries({"value": texts | anything}), max_size=2)
_LISTED = st.fixed_dictionaries({"items": _VALUES | anything})
_CONDITIONS = st.fixed_dictionaries(
    {"items": st.lists(st.fixed_dictionaries({"key": texts, "values": _LISTED}), max_size=3)}
)
_STATEMENT = st.fixed_dictionaries(
    {},
    optional={
        "statementId": texts | anything,
        "effect": st.sampled_from(["DENY", "ALLOW"]) | anything,
        "principals": _LISTED,
        "actions": _LISTED,
        "conditions": _CONDITIONS | anything,
    },
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "allowed": st.booleans() | anything,
        "explicitDeny": st.booleans() | anything,
        "matchedStatements": st.fixed_dictionaries({"items": st.lists(_STATEMENT | anything, max_size=3)}),
        "DecodedMessage": anything,
        "context": st.fixed_dictionaries(
            {},
            optional={
                "principal": st.dictionaries(st.sampled_from(["id", "name", "arn"]), texts | anything),
                "action": texts | anything,
                "resource": texts | anything,
                "conditions": _CONDITIONS | anything,
            },
        ),
    },
)


@given(anything | documents)
@example({"context": {"action": "\ud800"}})
@example({"context": {"action": "a", "resource": "arn:\ud800:::::"}})
def test_any_json_is_read_or_rejected(value: object) -> None:
    for given_as in (json.dumps(value), json.dumps(json.dumps(value)), json.dumps({"DecodedMessage": value})):
        try:
            found = read_decoded_message(given_as)
        except DocumentError as error:
            reason = str(error)
            assert reason.isprintable()
            assert len(reason) < 600
        else:
            assert read_decoded_message(json.dumps(found.to_dict())) == found
            assert found.deny in {"explicit", "implicit", None}
            assert hash(found) == hash(copy.deepcopy(found))
            for condition in found.denying_conditions():
                assert str(condition).isprintable()
            assert (found.action_evidence is None) == (found.action is None or ":" not in found.action)


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_text_is_rejected(text: str | bytes) -> None:
    with pytest.raises(DocumentError):
        read_decoded_message(text)


@pytest.mark.unmeasured
def test_many_conditions() -> None:
    """Each condition has the values of its key."""
    keys = {f"aws__RequestTag/t{number}": ("x",) for number in range(5500)}
    text = json.dumps(message(statement(conditions=conditions(**keys)), conditions=conditions(**keys)))
    found = read_decoded_message(text).denying_conditions()
    assert len(found) == len(keys)
    assert all(each.request_values == ("x",) for each in found)
