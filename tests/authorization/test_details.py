"""Authorization details of IAM Toolbox: what is read, who denied, and documents that are none."""

from __future__ import annotations

import copy
import json
import os
import pickle
from collections import UserDict
from typing import TYPE_CHECKING, Any

import attrs
import boto3
import pytest
from botocore.exceptions import UnknownServiceError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from iamtriage.authorization import (
    AuthorizationDetails,
    Check,
    ContextValue,
    DenyingPolicy,
    Evaluation,
    MatchedPolicy,
    PolicyInfo,
    StatementMatch,
    read_authorization_details,
    read_authorization_policy,
)
from iamtriage.authorization._checks import CHECK_TYPES, EFFECTS, POLICY_TYPES
from iamtriage.exceptions import DocumentError, IamTriageError
from tests.boto.wires import Reply, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/orders-api"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11aa22bb-0000-4000-8000-33cc44dd55ee"
ORGANIZATION = f"arn:aws:organizations::{ACCOUNT}:"
UNIT = f"{ORGANIZATION}ou/o-exampleorg1/ou-exam-1a2b3c4d"
FENCE = f"{ORGANIZATION}policy/o-exampleorg1/service_control_policy/p-1a2b3c4d"
OFFICE = f"arn:aws:iam::{ACCOUNT}:policy/office-hours"
INLINE = "urn:opaque:0f1e2d3c"
ID = "4f7k2m9q1x8c5v3b6n0z7l2j1h"


def matched(uri: str, *statements: tuple[str | None, str | None]) -> dict[str, Any]:
    told = [{"sid": sid, "evaluatedEffect": effect} for sid, effect in statements]
    return {"uri": uri, "matchedStatements": told}


def check(kind: str, effect: str, *policies: object, **more: object) -> dict[str, Any]:
    return {"checkType": kind, "evaluatedEffect": effect, "matchedPolicies": list(policies), **more}


def evaluation(effect: str | None, *checks: object, **more: object) -> dict[str, Any]:
    return {
        "action": "kms:Decrypt",
        "resource": KEY,
        "context": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
        "evaluatedEffect": effect,
        "checks": list(checks),
        **more,
    }


def answer(*evaluations: object, **more: object) -> dict[str, Any]:
    return {
        "requestContext": {
            "aws:PrincipalArn": ROLE,
            "aws:RequestedRegion": "us-east-1",
            "aws:TagKeys": ["team", "stage"],
            "aws:MultiFactorAuthPresent": False,
            "aws:MultiFactorAuthAge": 300,
        },
        "evaluations": list(evaluations),
        "policies": [
            {
                "type": "SERVICE_CONTROL_POLICY",
                "inline": False,
                "uri": FENCE,
                "attachedTo": [{"arn": UNIT}, {"arn": f"{ORGANIZATION}root/o-exampleorg1/r-exam"}],
            },
            {"type": "IDENTITY_BASED_POLICY", "inline": True, "uri": INLINE, "attachedTo": [{"arn": ROLE}]},
            {"type": "PERMISSIONS_BOUNDARY", "inline": False, "uri": OFFICE, "attachedTo": [{"arn": ROLE}]},
            {
                "type": "RESOURCE_BASED_POLICY",
                "uri": f"{INLINE}/grant",
                "attachedTo": [{"arn": KEY}],
                "policySource": {"type": "KMS_GRANT", "typeName": "KMS grant", "grantId": "0123abcd"},
            },
        ],
        **more,
    }


SCP = check(
    "SERVICE_CONTROL_POLICY",
    "EXPLICIT_DENY",
    matched(FENCE, ("RegionFence", "DENY"), ("FullAccess", "ALLOW")),
    matched(f"{FENCE}0", ("FullAccess", "ALLOW")),
    targetArn=UNIT,
    relevantPolicyTypes=["SERVICE_CONTROL_POLICY"],
)
PRINCIPAL = check("PRINCIPAL", "IMPLICIT_DENY", relevantPolicyTypes=["IDENTITY_BASED_POLICY"])
DENIED = answer(
    evaluation("ALLOW", check("PRINCIPAL", "ALLOW", matched(INLINE, ("s1", "ALLOW"))), action="s3:GetObject"),
    evaluation("EXPLICIT_DENY", PRINCIPAL, check("RESOURCE", "ALLOW"), SCP),
    evaluation("IMPLICIT_DENY", check("SESSION", "NO_IMPACT"), PRINCIPAL, action="kms:DescribeKey"),
)


# ------------------------------------------------ what is read


def test_answer() -> None:
    found = read_authorization_details(DENIED)
    assert found.request_context[:2] == (
        ContextValue("aws:PrincipalArn", json.dumps(ROLE)),
        ContextValue("aws:RequestedRegion", '"us-east-1"'),
    )
    assert found.evaluations[1] == Evaluation(
        action="kms:Decrypt",
        resource=KEY,
        effect="EXPLICIT_DENY",
        context=(ContextValue("kms:ViaService", '"s3.eu-west-1.amazonaws.com"'),),
        checks=(
            Check("PRINCIPAL", "IMPLICIT_DENY", None, ("IDENTITY_BASED_POLICY",)),
            Check("RESOURCE", "ALLOW"),
            Check(
                "SERVICE_CONTROL_POLICY",
                "EXPLICIT_DENY",
                UNIT,
                ("SERVICE_CONTROL_POLICY",),
                (
                    MatchedPolicy(
                        FENCE, (StatementMatch("RegionFence", "DENY"), StatementMatch("FullAccess", "ALLOW"))
                    ),
                    MatchedPolicy(f"{FENCE}0", (StatementMatch("FullAccess", "ALLOW"),)),
                ),
            ),
        ),
    )
    assert found.policies[1] == PolicyInfo(INLINE, "IDENTITY_BASED_POLICY", True, (ROLE,))  # noqa: FBT003
    assert dict(found.policies[3].source)["grantId"] == "0123abcd"
    assert found.policies[3].inline is None
    assert found.next_token is None


VALUES: dict[str, tuple[object, tuple[str, ...]]] = {
    "text": ("a", ("a",)),
    "empty text": ("", ("",)),
    "other script": ("é☃", ("é☃",)),
    "list": (["a", "b"], ("a", "b")),
    "empty list": ([], ()),
    "list of others": ([1, True, None], ("1", "true", "null")),
    "true": (True, ("true",)),
    "number": (300, ("300",)),
    "fraction": (1.5, ("1.5",)),
    "null": (None, ()),
    "object": ({"a": [1]}, ('{"a": [1]}',)),
}


@pytest.mark.parametrize(("value", "values"), VALUES.values(), ids=VALUES)
def test_values_of_a_context(value: object, values: tuple[str, ...]) -> None:
    (found,) = read_authorization_details(answer(requestContext={"aws:X": value})).request_context
    assert found.values == values
    assert json.loads(found.text) == value


def test_context_of_an_evaluation_stands_on_that_of_the_call() -> None:
    own = {"AWS:RequestedRegion": "eu-west-1", "kms:ViaService": "s3"}
    found = read_authorization_details(answer(evaluation("ALLOW", context=own)))
    values = {each.key: each.values for each in found.context_of(found.evaluations[0])}
    assert values.pop("AWS:RequestedRegion") == ("eu-west-1",)
    assert values.pop("kms:ViaService") == ("s3",)
    assert sorted(values) == [
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalArn",
        "aws:TagKeys",
    ]


FORMS: dict[str, Callable[[], Any]] = {
    "mapping": lambda: DENIED,
    "other mappings": lambda: UserDict({**DENIED, "requestContext": UserDict(DENIED["requestContext"])}),
    "text": lambda: json.dumps(DENIED, indent=2),
    "bytes": lambda: json.dumps(DENIED).encode(),
    "bytes of Windows PowerShell": lambda: json.dumps(DENIED).encode("utf-16"),
    "string": lambda: json.dumps(json.dumps(DENIED)),
    "list of one": lambda: [DENIED],
    "list of texts": lambda: (json.dumps(DENIED), b'{"evaluations": []}'),
    "text with a list": lambda: json.dumps([DENIED]),
    "iterator": lambda: iter([DENIED]),
    "answer of botocore": lambda: {**DENIED, "ResponseMetadata": {"HTTPStatusCode": 200}},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms(form: Callable[[], Any]) -> None:
    assert read_authorization_details(form()) == read_authorization_details(DENIED)


def test_pages_are_put_together() -> None:
    first = answer(evaluation("ALLOW", action="a:A"), nextToken="more")
    second = answer(
        evaluation("ALLOW", action="b:B"),
        requestContext={"aws:principalarn": ROLE, "aws:SourceIp": "203.0.113.7"},
        policies=[first["policies"][2], {"uri": "new"}],
        nextToken="even more",
    )
    found = read_authorization_details([first, second])
    assert [each.action for each in found.evaluations] == ["a:A", "b:B"]
    assert [each.uri for each in found.policies] == [FENCE, INLINE, OFFICE, f"{INLINE}/grant", "new"]
    keys = [each.key.lower() for each in found.request_context]
    assert keys.count("aws:principalarn") == 1
    assert keys[-1] == "aws:sourceip"
    assert found.next_token == "even more"


# ------------------------------------------------ who denied


def told(details: AuthorizationDetails) -> list[tuple[object, ...]]:
    """Give what is told of each denial."""
    return [
        (each.action, each.policy_type, each.deny, [p.uri for p in each.policies], list(each.sids))
        for each in details.denials()
    ]


def test_denials_of_an_answer() -> None:
    found = read_authorization_details(DENIED)
    assert told(found) == [
        ("kms:Decrypt", "service_control", "explicit", [FENCE], ["RegionFence"]),
        ("kms:Decrypt", "identity", "implicit", [], []),
        ("kms:DescribeKey", "identity", "implicit", [], []),
    ]
    fence = found.denials()[0]
    assert (fence.target_arn, fence.resource, fence.policies[0].arn) == (UNIT, KEY, FENCE)
    assert fence.policies[0].info == found.policies[0]
    assert fence.to_dict() == {
        "action": "kms:Decrypt",
        "resource": KEY,
        "deny": "explicit",
        "policy_type": "service_control",
        "check_type": "SERVICE_CONTROL_POLICY",
        "target_arn": UNIT,
        "policies": [
            {
                "uri": FENCE,
                "arn": FENCE,
                "sids": ["RegionFence"],
                "inline": False,
                "attached_to": [UNIT, f"{ORGANIZATION}root/o-exampleorg1/r-exam"],
            }
        ],
    }


TYPES = {
    "SERVICE_CONTROL_POLICY": "service_control",
    "RESOURCE_CONTROL_POLICY": "resource_control",
    "VPC_ENDPOINT": "vpc_endpoint",
    "RESOURCE": "resource",
    "PRINCIPAL": "identity",
    "PERMISSIONS_BOUNDARY": "permissions_boundary",
    "SESSION": "session",
    "MOON_PHASE_POLICY": None,
}


@pytest.mark.parametrize(("kind", "policy_type"), TYPES.items(), ids=TYPES)
@pytest.mark.parametrize(
    ("effect", "deny"), [("EXPLICIT_DENY", "explicit"), ("IMPLICIT_DENY", "implicit")], ids=str
)
def test_types_of_checks(kind: str, policy_type: str | None, effect: str, deny: str) -> None:
    (found,) = read_authorization_details(answer(evaluation(effect, check(kind, effect)))).denials()
    assert (found.policy_type, found.deny, found.to_dict()["check_type"]) == (policy_type, deny, kind)


DENIALS: dict[str, tuple[dict[str, Any], list[tuple[object, ...]]]] = {
    "allowed": (evaluation("ALLOW", PRINCIPAL, SCP), []),
    "explicit denials before implicit ones, else in order": (
        evaluation(
            "EXPLICIT_DENY",
            check("SESSION", "IMPLICIT_DENY"),
            check("RESOURCE", "EXPLICIT_DENY"),
            check("PRINCIPAL", "IMPLICIT_DENY"),
            check("VPC_ENDPOINT", "EXPLICIT_DENY"),
        ),
        [
            ("kms:Decrypt", "resource", "explicit", [], []),
            ("kms:Decrypt", "vpc_endpoint", "explicit", [], []),
            ("kms:Decrypt", "session", "implicit", [], []),
            ("kms:Decrypt", "identity", "implicit", [], []),
        ],
    ),
    "policy whose statements are not told": (
        evaluation("EXPLICIT_DENY", check("PRINCIPAL", "EXPLICIT_DENY", {"uri": INLINE}, matched(OFFICE, ("a", "ALLOW")))),
        [("kms:Decrypt", "identity", "explicit", [INLINE], [])],
    ),
    "statement whose effect is not told": (
        evaluation("EXPLICIT_DENY", check("PRINCIPAL", "EXPLICIT_DENY", matched(INLINE, ("a", "ALLOW"), ("b", None)))),
        [("kms:Decrypt", "identity", "explicit", [INLINE], ["b"])],
    ),
    "statement without Sid": (
        evaluation("EXPLICIT_DENY", check("PRINCIPAL", "EXPLICIT_DENY", matched(INLINE, (None, "DENY")))),
        [("kms:Decrypt", "identity", "explicit", [INLINE], [])],
    ),
    "policy that allows is not to blame for an implicit denial": (
        evaluation("IMPLICIT_DENY", check("SESSION", "IMPLICIT_DENY", matched(INLINE, ("a", "ALLOW")))),
        [("kms:Decrypt", "session", "implicit", [], [])],
    ),
    "effect not told, a check denies": (
        evaluation(None, PRINCIPAL),
        [("kms:Decrypt", "identity", "implicit", [], [])],
    ),
    "effect not told, nothing denies": (evaluation(None, check("PRINCIPAL", "ALLOW")), []),
    "checks not told, implicit": (
        evaluation("IMPLICIT_DENY", matchedPolicies=[matched(INLINE, ("a", "ALLOW"))]),
        [("kms:Decrypt", None, "implicit", [], [])],
    ),
    "checks not told, explicit": (
        evaluation("EXPLICIT_DENY"),
        [("kms:Decrypt", None, "explicit", [], [])],
    ),
    "checks not told, policies are": (
        evaluation(
            "EXPLICIT_DENY",
            matchedPolicies=[
                matched(OFFICE, ("Hours", "DENY")),
                matched(INLINE, ("a", "ALLOW")),
                matched("unknown", ("b", "DENY")),
            ],
        ),
        [
            ("kms:Decrypt", "permissions_boundary", "explicit", [OFFICE], ["Hours"]),
            ("kms:Decrypt", None, "explicit", ["unknown"], ["b"]),
        ],
    ),
    "neither effect nor checks told, policies are": (
        evaluation(None, matchedPolicies=[matched(INLINE, ("a", "DENY"))]),
        [("kms:Decrypt", "identity", "explicit", [INLINE], ["a"])],
    ),
    "effect of tomorrow": (
        evaluation("ALLOW_WITH_REGRET", check("PRINCIPAL", "PERHAPS")),
        [("kms:Decrypt", None, None, [], [])],
    ),
    "effect of tomorrow, a check denies": (
        evaluation("THROTTLED", PRINCIPAL),
        [("kms:Decrypt", "identity", "implicit", [], [])],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given_evaluation", "expected"), DENIALS.values(), ids=DENIALS)
def test_denials(given_evaluation: dict[str, Any], expected: list[tuple[object, ...]]) -> None:
    assert told(read_authorization_details(answer(given_evaluation))) == expected


def test_arn_of_a_denying_policy() -> None:
    inline = PolicyInfo(uri=OFFICE, inline=True)
    assert DenyingPolicy(OFFICE).arn == OFFICE
    assert DenyingPolicy(OFFICE, info=inline).arn is None
    assert DenyingPolicy(INLINE).arn is None


def test_words_of_tomorrow_are_kept() -> None:
    new = evaluation(
        "THROTTLED", check("MOON_PHASE_POLICY", "PERHAPS", matched(INLINE, ("a", "MAYBE"))), mood="sad"
    )
    found = read_authorization_details(answer(new, policies=[{"type": "MOON_PHASE", "colour": 1}]))
    (tested,) = found.evaluations[0].checks
    assert (tested.type, tested.effect, tested.policy_type, tested.deny) == (
        "MOON_PHASE_POLICY",
        "PERHAPS",
        None,
        None,
    )
    assert tested.matched_policies[0].statements[0].effect == "MAYBE"
    assert (found.policies[0].type, found.policies[0].policy_type) == ("MOON_PHASE", None)


# ------------------------------------------------ values


def test_values_are_frozen_hashable_and_copied_whole() -> None:
    found = read_authorization_details(DENIED)
    assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == found
    assert len({found, read_authorization_details(json.dumps(DENIED))}) == 1
    assert len(set(found.denials())) == 3
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.policies = ()  # type: ignore[misc]


@pytest.mark.parametrize("document", [DENIED, {"evaluations": []}, answer(nextToken="x", policies=[{}])])
def test_to_dict_can_be_read(document: dict[str, Any]) -> None:
    found = read_authorization_details(document)
    assert read_authorization_details(json.dumps(found.to_dict())) == found


# ------------------------------------------------ botocore


@pytest.fixture(scope="module")
def toolbox() -> Iterator[Callable[..., Any]]:
    """A maker of clients of IAM Toolbox that see no setting of the machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        session = boto3.Session("AKIDEXAMPLE", "example-secret", region_name="eu-west-1")
        made: list[Any] = []

        def make(url: str | None = None) -> Any:  # noqa: ANN401 (boto3 has no types)
            try:
                made.append(session.client("iam-toolbox", endpoint_url=url))
            except UnknownServiceError:
                pytest.skip("this botocore does not know iam-toolbox")
            return made[-1]

        yield make
        for client in made:
            client.close()


def test_response_that_botocore_parses(toolbox: Callable[..., Any]) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "RegionFence", "Effect": "Deny"}]}
    with serving() as server:
        client = toolbox(server.url)
        server.reply = Reply(200, json.dumps(DENIED).encode(), {"Content-Type": "application/json"})
        found = read_authorization_details(client.get_request_authorization_details(authorizationId=ID))
        body = json.dumps({"policyDocument": policy}).encode()
        server.reply = Reply(200, body, {"Content-Type": "application/json"})
        response = client.get_request_authorization_policy(authorizationId=ID, policyUri=FENCE)
    assert found == read_authorization_details(DENIED)
    assert read_authorization_policy(response) == policy


def test_pages_that_botocore_asks_for(toolbox: Callable[..., Any]) -> None:
    client = toolbox()
    pages = [
        answer(evaluation("ALLOW", action="s3:GetObject"), nextToken="1"),
        answer(evaluation("IMPLICIT_DENY", PRINCIPAL)),
    ]
    operation = "get_request_authorization_details"

    def paginated(stub: Stubber) -> Any:  # noqa: ANN401 (botocore has no types)
        stub.add_response(operation, pages[0], {"authorizationId": ID})
        stub.add_response(operation, pages[1], {"authorizationId": ID, "nextToken": "1"})
        return client.get_paginator(operation).paginate(authorizationId=ID)

    with Stubber(client) as stub:
        found = read_authorization_details(paginated(stub))
        assert found == read_authorization_details(pages)
        # This is what the AWS CLI prints: it leaves out what is not paged.
        printed = json.dumps(paginated(stub).build_full_result())
    short = read_authorization_details(printed)
    assert short == AuthorizationDetails(found.evaluations)
    assert told(short) == [("kms:Decrypt", "identity", "implicit", [], [])]


def example(shape: Any) -> Any:  # noqa: ANN401 (botocore has no types)
    """Give a value of a shape of botocore's, with every member that the model knows."""
    if getattr(shape, "is_document_type", False):
        return {"any": ["JSON", 1, True, None]}
    match shape.type_name:
        case "structure":
            return {name: example(member) for name, member in shape.members.items()}
        case "list":
            return [example(shape.member)]
        case "map":
            return {"key": example(shape.value)}
        case "boolean":
            return True
        case "string":
            return (shape.enum or [f"text of {shape.name}"])[0]
    raise AssertionError(shape)


def test_every_member_of_the_model_is_read(toolbox: Callable[..., Any]) -> None:
    model = toolbox().meta.service_model
    details = example(model.operation_model("GetRequestAuthorizationDetails").output_shape)
    assert read_authorization_details(details).to_dict() == details
    policy = example(model.operation_model("GetRequestAuthorizationPolicy").output_shape)
    assert read_authorization_policy(policy) == policy["policyDocument"]


ENUMS = {
    "CheckType": set(CHECK_TYPES),
    "PolicyType": set(POLICY_TYPES),
    "CheckEffect": set(EFFECTS),
    "EvaluatedEffect": set(EFFECTS) - {"NO_IMPACT"},
    "StatementEffect": {"ALLOW", "DENY"},
}


def test_every_word_of_the_model_is_known(toolbox: Callable[..., Any]) -> None:
    model = toolbox().meta.service_model
    enums = {name: set(model.shape_for(name).enum) for name in model.shape_names if _enum(model, name)}
    assert enums == ENUMS


def _enum(model: Any, name: str) -> list[str]:  # noqa: ANN401 (botocore has no types)
    return getattr(model.shape_for(name), "enum", [])


# ------------------------------------------------ what is none


def deep(levels: int) -> Any:  # noqa: ANN401 (JSON)
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


def wide() -> object:
    """Give lists of lists that are few objects, and 10**9 when written out."""
    value: object = "x"
    for _ in range(9):
        value = [value] * 10
    return value


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def at(**members: object) -> dict[str, Any]:
    return answer(evaluation("ALLOW", **members))


def at_check(**members: object) -> dict[str, Any]:
    return at(checks=[{**PRINCIPAL, **members}])


def at_policy(**members: object) -> dict[str, Any]:
    return answer(policies=[members])


_CHECK = "evaluations[0].checks[0]"
WRONG: dict[str, tuple[object, str, str]] = {
    # what is given, the error's path, what its message holds
    "empty": ("", "", "not JSON: Expecting value in line 1, column 1"),
    "no UTF-8": (b"{\xff", "", "not JSON"),
    "Infinity": ('{"evaluations": Infinity}', "", "Infinity is not a number"),
    "key twice": ('{"evaluations": [], "evaluations": []}', "", "duplicate key 'evaluations'"),
    "too long": ("9" * 1_000_001, "", "of 1000001 characters"),
    "too deep": ('{"a":' * 100_000, "", "nested too deeply"),
    "authorization id": (ID, "", "this is an authorization id"),
    "text": ('"x y"', "", "not JSON"),
    "number": ("17", "", "authorization details are an object, not a number"),
    "no pages": ([], "", "one page at least"),
    "no pages in text": ("[]", "", "one page at least"),
    "page that is none": ([DENIED, 1], "[1]", "a page is an object, not a number"),
    "page without evaluations": ([DENIED, {}], "[1]", "they have no evaluations"),
    "something else": ({"DecodedMessage": "{}"}, "", "they have no evaluations"),
    "evaluations": ({"evaluations": {}}, "evaluations", "a list is wanted, not an object"),
    "evaluations in a page": ([DENIED, {"evaluations": 1}], "[1].evaluations", "a list is wanted"),
    "evaluation": (answer("x"), "evaluations[0]", "it is an object, not text"),
    "action missing": (at(action=None), "evaluations[0].action", "it is missing"),
    "resource missing": (answer(without(evaluation("ALLOW"), "resource")), "evaluations[0].resource", "missing"),
    "effect": (at(evaluatedEffect=True), "evaluations[0].evaluatedEffect", "text is wanted, not a boolean"),
    "checks": (at(checks="x"), "evaluations[0].checks", "a list is wanted, not text"),
    "check": (at(checks=[[]]), _CHECK, "it is an object, not a list"),
    "check's type missing": (at_check(checkType=None), f"{_CHECK}.checkType", "it is missing"),
    "check's effect missing": (at_check(evaluatedEffect=None), f"{_CHECK}.evaluatedEffect", "it is missing"),
    "target": (at_check(targetArn=1), f"{_CHECK}.targetArn", "text is wanted, not a number"),
    "relevant types": (at_check(relevantPolicyTypes="X"), f"{_CHECK}.relevantPolicyTypes", "a list is wanted"),
    "relevant type": (at_check(relevantPolicyTypes=[1]), f"{_CHECK}.relevantPolicyTypes[0]", "text is wanted"),
    "uri missing": (at_check(matchedPolicies=[{}]), f"{_CHECK}.matchedPolicies[0].uri", "it is missing"),
    "sid": (
        at(matchedPolicies=[{"uri": "x", "matchedStatements": [{"sid": 1}]}]),
        "evaluations[0].matchedPolicies[0].matchedStatements[0].sid",
        "text is wanted, not a number",
    ),
    "context": (at(context=[]), "evaluations[0].context", "it is an object, not a list"),
    "request context": (answer(requestContext="x"), "requestContext", "it is an object, not text"),
    "context's key": (answer(requestContext={1: "x"}), "requestContext", "a key is text, not a number"),
    "context's value": (
        answer(requestContext={"aws:X": {"a": {1, 2}}}),
        "requestContext['aws:X']",
        "not one of type set",
    ),
    "context's inner key": (
        answer(requestContext={"aws:X": [{1: 1}]}),
        "requestContext['aws:X']",
        "a key is text",
    ),
    "infinite value": ('{"evaluations": [], "requestContext": {"a": 1e999}}', "requestContext['a']", "finite"),
    "long number": (answer(requestContext={"a": 10**5000}), "requestContext['a']", "thousands of digits"),
    "deep value": (answer(requestContext={"a": deep(32)}), "requestContext['a']", "nested too deeply"),
    "very deep value": (answer(requestContext={"a": deep(100_000)}), "requestContext['a']", "nested too deeply"),
    "wide value": (answer(requestContext={"a": wide()}), "requestContext['a']", "too large"),
    "policies": (answer(policies={}), "policies", "a list is wanted, not an object"),
    "inline": (at_policy(inline="false"), "policies[0].inline", "true or false is wanted, not text"),
    "uri": (at_policy(uri=1), "policies[0].uri", "text is wanted, not a number"),
    "attachedTo": (at_policy(attachedTo=["arn"]), "policies[0].attachedTo[0]", "it is an object, not text"),
    "source": (at_policy(policySource={"a": 1}), "policies[0].policySource['a']", "text is wanted"),
    "token": (answer(nextToken=1), "nextToken", "text is wanted, not a number"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "path", "words"), WRONG.values(), ids=WRONG)
def test_what_are_no_details(document: Any, path: str, words: str) -> None:  # noqa: ANN401 (anything)
    with pytest.raises(DocumentError) as caught:
        read_authorization_details(document)
    error = caught.value
    assert error.path == path
    assert words in str(error)
    assert str(error).startswith(f"{path}: " if path else "")
    assert isinstance(error, ValueError)
    assert isinstance(error, IamTriageError)


def test_value_as_deep_as_is_allowed() -> None:
    (found,) = read_authorization_details(answer(requestContext={"a": deep(31)})).request_context
    assert json.loads(found.text) == deep(31)


@pytest.mark.parametrize("details", [None, 1, object()], ids=["None", "int", "object"])
def test_arguments_of_a_wrong_type(details: Any) -> None:  # noqa: ANN401 (anything)
    with pytest.raises(TypeError, match="authorization details are a mapping, JSON text or pages"):
        read_authorization_details(details)
    with pytest.raises(TypeError, match="a policy of authorization details is a mapping or JSON text"):
        read_authorization_policy(details)


def test_error_shows_no_terminal_command_and_stays_short() -> None:
    with pytest.raises(DocumentError) as caught:
        read_authorization_details(answer(requestContext={"\x1b[31m" + "k" * 10_000: {1: 1}}))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


# ------------------------------------------------ policies

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
POLICIES: dict[str, Any] = {
    "mapping": {"policyDocument": POLICY},
    "other mappings": UserDict(policyDocument=UserDict(POLICY)),
    "answer of botocore": {"policyDocument": POLICY, "ResponseMetadata": {}},
    "text": json.dumps({"policyDocument": POLICY}),
    "bytes": json.dumps({"policyDocument": POLICY}).encode(),
    "document as text": {"policyDocument": json.dumps(POLICY)},
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_policies(policy: Any) -> None:  # noqa: ANN401 (all that is taken)
    found = read_authorization_policy(policy)
    assert found == POLICY
    assert type(found) is dict


def test_policy_is_a_copy() -> None:
    given_policy = copy.deepcopy(POLICY)
    read_authorization_policy({"policyDocument": given_policy})["Statement"].clear()
    assert given_policy == POLICY


NO_POLICIES: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "policyDocument"),
    "null": ({"policyDocument": None}, "policyDocument"),
    "list": ({"policyDocument": []}, "policyDocument"),
    "text that is no JSON": ({"policyDocument": "{"}, ""),
    "document alone": (POLICY, "policyDocument"),
    "no JSON": ("{", ""),
    "list as text": ("[]", ""),
    "deep": ({"policyDocument": {"a": deep(40)}}, "policyDocument"),
    "key": ({"policyDocument": {1: 1}}, "policyDocument"),
}


@pytest.mark.parametrize(("policy", "path"), NO_POLICIES.values(), ids=NO_POLICIES)
def test_what_is_no_policy(policy: Any, path: str) -> None:  # noqa: ANN401 (anything)
    with pytest.raises(DocumentError) as caught:
        read_authorization_policy(policy)
    assert caught.value.path == path


# ------------------------------------------------ properties

texts = st.text(max_size=12)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def members(
    needed: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """An object whose members are mostly as they should be."""
    return st.fixed_dictionaries(needed, optional=optional) | anything


def listed(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(each, max_size=3)


effects = st.sampled_from(list(EFFECTS)) | texts
policies = listed(
    members({"uri": texts}, matchedStatements=listed(members({}, sid=texts, evaluatedEffect=st.sampled_from(["ALLOW", "DENY"]) | texts)))
)  # fmt: skip
checks = listed(
    members(
        {"checkType": st.sampled_from(list(CHECK_TYPES)) | texts, "evaluatedEffect": effects},
        targetArn=texts,
        relevantPolicyTypes=listed(texts),
        matchedPolicies=policies,
    )
)
contexts = st.dictionaries(texts, anything, max_size=3)
answers = st.fixed_dictionaries(
    {
        "evaluations": listed(
            members(
                {"action": texts, "resource": texts},
                evaluatedEffect=effects,
                checks=checks,
                matchedPolicies=policies,
                context=contexts,
            )
        )
    },
    optional={
        "requestContext": contexts,
        "policies": listed(members({}, uri=texts, type=texts, inline=st.booleans(), attachedTo=listed(members({}, arn=texts)))),
        "nextToken": texts | anything,
    },
)  # fmt: skip


@given(anything | answers)
def test_any_json_reads_or_is_refused(value: object) -> None:
    for given_as in (json.dumps(value), json.dumps([value, value])):
        try:
            found = read_authorization_details(given_as)
        except DocumentError as error:
            refusal = str(error)
            assert refusal.isprintable()
            assert len(refusal) < 600
        else:
            assert read_authorization_details(json.dumps(found.to_dict())) == found
            assert hash(found) == hash(copy.deepcopy(found))
            for denial in found.denials():
                assert denial.evaluation.effect != "ALLOW"
                assert denial.deny == "explicit" or not denial.policies
                json.dumps(denial.to_dict())
            for each in found.evaluations:
                assert all(isinstance(v.values, tuple) for v in found.context_of(each))
                assert each.deny is None or any(denial.evaluation == each for denial in found.denials())


@given(anything)
def test_any_json_is_a_policy_or_refused(value: object) -> None:
    try:
        found = read_authorization_policy(json.dumps({"policyDocument": value}))
    except DocumentError as error:
        refusal = str(error)
        assert refusal.isprintable()
    else:
        assert found == value or isinstance(value, str)


def test_many_evaluations() -> None:
    """Each finds its own policy."""
    policies = [{"uri": f"p{number}", "type": "SESSION_POLICY"} for number in range(6000)]
    evaluations = [
        {"action": "a:B", "resource": "", "checks": [check("SESSION", "EXPLICIT_DENY", matched(f"p{n}", ("s", "DENY")))]}
        for n in range(3000)
    ]  # fmt: skip
    text = json.dumps({"evaluations": evaluations, "policies": policies})
    found = read_authorization_details(text).denials()
    assert [each.policies[0].info for each in found] == [
        PolicyInfo(f"p{number}", "SESSION_POLICY") for number in range(3000)
    ]
