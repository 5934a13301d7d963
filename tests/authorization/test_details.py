"""Authorization details of IAM Toolbox: their values, the denials, and invalid documents."""

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
from tests.authorization.json_values import anything, texts
from tests.boto.wires import Reply, serving
from tests.tables import check_rows

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


def test_response() -> None:
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


def test_context_of_an_evaluation_takes_precedence() -> None:
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


@check_rows("form", FORMS.values(), ids=FORMS)
def test_forms(form: Callable[[], Any]) -> None:
    assert read_authorization_details(form()) == read_authorization_details(DENIED)


def test_pages_are_merged() -> None:
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
    """Return the values of each denial."""
    return [
        (each.action, each.policy_type, each.deny, [p.uri for p in each.policies], list(each.sids))
        for each in details.denials()
    ]


def test_denials_of_a_response() -> None:
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
    "policy whose statements are omitted": (
        evaluation("EXPLICIT_DENY", check("PRINCIPAL", "EXPLICIT_DENY", {"uri": INLINE}, matched(OFFICE, ("a", "ALLOW")))),
        [("kms:Decrypt", "identity", "explicit", [INLINE], [])],
    ),
    "statement whose effect is omitted": (
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
    "effect omitted, a check denies": (
        evaluation(None, PRINCIPAL),
        [("kms:Decrypt", "identity", "implicit", [], [])],
    ),
    "effect omitted, nothing denies": (evaluation(None, check("PRINCIPAL", "ALLOW")), []),
    "checks omitted, implicit": (
        evaluation("IMPLICIT_DENY", matchedPolicies=[matched(INLINE, ("a", "ALLOW"))]),
        [("kms:Decrypt", None, "implicit", [], [])],
    ),
    "checks omitted, explicit": (
        evaluation("EXPLICIT_DENY"),
        [("kms:Decrypt", None, "explicit", [], [])],
    ),
    "checks omitted, policies are": (
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
    "neither effect nor checks, policies are": (
        evaluation(None, matchedPolicies=[matched(INLINE, ("a", "DENY"))]),
        [("kms:Decrypt", "identity", "explicit", [INLINE], ["a"])],
    ),
    "effect of the future": (
        evaluation("ALLOW_WITH_REGRET", check("PRINCIPAL", "PERHAPS")),
        [("kms:Decrypt", None, None, [], [])],
    ),
    "effect of the future, a check denies": (
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


def test_unknown_values_are_kept() -> None:
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


def test_values_are_immutable_hashable_and_copied() -> None:
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
    """A factory of IAM Toolbox clients that ignore the settings of the machine."""
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


def test_pages_that_botocore_requests(toolbox: Callable[..., Any]) -> None:
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
    """Return a value of a botocore shape, with every member of the model."""
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


def test_every_enum_value_of_the_model_is_known(toolbox: Callable[..., Any]) -> None:
    model = toolbox().meta.service_model
    enums = {name: set(model.shape_for(name).enum) for name in model.shape_names if _enum(model, name)}
    assert enums == ENUMS


def _enum(model: Any, name: str) -> list[str]:  # noqa: ANN401 (botocore has no types)
    return getattr(model.shape_for(name), "enum", [])


# ------------------------------------------------ invalid documents


def deep(levels: int) -> Any:  # noqa: ANN401 (JSON)
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


def wide() -> object:
    """Return nested lists: few objects, but 10**9 values when written out."""
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
    # the document, the path of the error, a part of its message
    "empty": ("", "", "not JSON: Expecting value in line 1, column 1"),
    "not UTF-8": (b"{\xff", "", "not JSON"),
    "Infinity": ('{"evaluations": Infinity}', "", "Infinity is not a number"),
    "duplicate key": ('{"evaluations": [], "evaluations": []}', "", "duplicate key 'evaluations'"),
    "too long": ("9" * 1_000_001, "", "not 1,000,001"),
    "too deep": ('{"a":' * 100_000, "", "nested too deeply"),
    "authorization id": (ID, "", "this is an authorization ID"),
    "text": ('"x y"', "", "not JSON"),
    "number": ("17", "", "authorization details must be an object, not a number"),
    "no pages": ([], "", "at least one page"),
    "no pages in text": ("[]", "", "at least one page"),
    "invalid page": ([DENIED, 1], "[1]", "expected an object, got a number"),
    "page without evaluations": ([DENIED, {}], "[1]", "the member evaluations is missing"),
    "something else": ({"DecodedMessage": "{}"}, "", "the member evaluations is missing"),
    "evaluations": ({"evaluations": {}}, "evaluations", "expected a list, got an object"),
    "evaluations in a page": ([DENIED, {"evaluations": 1}], "[1].evaluations", "expected a list"),
    "evaluation": (answer("x"), "evaluations[0]", "expected an object, got a string"),
    "action missing": (at(action=None), "evaluations[0].action", "missing"),
    "resource missing": (answer(without(evaluation("ALLOW"), "resource")), "evaluations[0].resource", "missing"),
    "effect": (at(evaluatedEffect=True), "evaluations[0].evaluatedEffect", "expected a string, got a boolean"),
    "checks": (at(checks="x"), "evaluations[0].checks", "expected a list, got a string"),
    "check": (at(checks=[[]]), _CHECK, "expected an object, got a list"),
    "check's type missing": (at_check(checkType=None), f"{_CHECK}.checkType", "missing"),
    "check's effect missing": (at_check(evaluatedEffect=None), f"{_CHECK}.evaluatedEffect", "missing"),
    "target": (at_check(targetArn=1), f"{_CHECK}.targetArn", "expected a string, got a number"),
    "relevant types": (at_check(relevantPolicyTypes="X"), f"{_CHECK}.relevantPolicyTypes", "expected a list"),
    "relevant type": (at_check(relevantPolicyTypes=[1]), f"{_CHECK}.relevantPolicyTypes[0]", "expected a string"),
    "uri missing": (at_check(matchedPolicies=[{}]), f"{_CHECK}.matchedPolicies[0].uri", "missing"),
    "sid": (
        at(matchedPolicies=[{"uri": "x", "matchedStatements": [{"sid": 1}]}]),
        "evaluations[0].matchedPolicies[0].matchedStatements[0].sid",
        "expected a string, got a number",
    ),
    "context": (at(context=[]), "evaluations[0].context", "expected an object, got a list"),
    "request context": (answer(requestContext="x"), "requestContext", "expected an object, got a string"),
    "context's key": (answer(requestContext={1: "x"}), "requestContext", "expected a string as key, got a number"),
    "context's value": (
        answer(requestContext={"aws:X": {"a": {1, 2}}}),
        "requestContext['aws:X']",
        "got a value of type set",
    ),
    "context's inner key": (
        answer(requestContext={"aws:X": [{1: 1}]}),
        "requestContext['aws:X']",
        "expected a string as key",
    ),
    "infinite value": ('{"evaluations": [], "requestContext": {"a": 1e999}}', "requestContext['a']", "finite"),
    "long number": (answer(requestContext={"a": 10**5000}), "requestContext['a']", "at most 40 digits"),
    "deep value": (answer(requestContext={"a": deep(32)}), "requestContext['a']", "nested too deeply"),
    "very deep value": (answer(requestContext={"a": deep(100_000)}), "requestContext['a']", "nested too deeply"),
    "wide value": (answer(requestContext={"a": wide()}), "requestContext['a']", "too large"),
    "policies": (answer(policies={}), "policies", "expected a list, got an object"),
    "inline": (at_policy(inline="false"), "policies[0].inline", "expected a boolean, got a string"),
    "uri": (at_policy(uri=1), "policies[0].uri", "expected a string, got a number"),
    "attachedTo": (at_policy(attachedTo=["arn"]), "policies[0].attachedTo[0]", "expected an object, got a string"),
    "source": (at_policy(policySource={"a": 1}), "policies[0].policySource['a']", "expected a string"),
    "token": (answer(nextToken=1), "nextToken", "expected a string, got a number"),
}  # fmt: skip


@check_rows(("document", "path", "reason"), WRONG.values(), ids=WRONG)
def test_invalid_details(document: Any, path: str, reason: str) -> None:  # noqa: ANN401 (anything)
    with pytest.raises(DocumentError) as caught:
        read_authorization_details(document)
    error = caught.value
    assert error.path == path
    assert reason in str(error)
    assert str(error).startswith(f"{path}: " if path else "")
    assert isinstance(error, ValueError)
    assert isinstance(error, IamTriageError)


def test_value_of_the_maximum_depth() -> None:
    (found,) = read_authorization_details(answer(requestContext={"a": deep(31)})).request_context
    assert json.loads(found.text) == deep(31)


@pytest.mark.parametrize("details", [None, 1, object()], ids=["None", "int", "object"])
def test_wrong_types_of_arguments(details: Any) -> None:  # noqa: ANN401 (anything)
    with pytest.raises(TypeError, match="details must be a mapping, JSON text or an iterable of them, not"):
        read_authorization_details(details)
    with pytest.raises(TypeError, match="policy must be a mapping or JSON text, not"):
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


@check_rows("policy", POLICIES.values(), ids=POLICIES)
def test_policies(policy: Any) -> None:  # noqa: ANN401 (any accepted type)
    found = read_authorization_policy(policy)
    assert found == POLICY
    assert type(found) is dict


def test_policy_is_a_copy() -> None:
    given_policy = copy.deepcopy(POLICY)
    read_authorization_policy({"policyDocument": given_policy})["Statement"].clear()
    assert given_policy == POLICY


INVALID_POLICIES: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "policyDocument"),
    "null": ({"policyDocument": None}, "policyDocument"),
    "list": ({"policyDocument": []}, "policyDocument"),
    "text that is not JSON": ({"policyDocument": "{"}, ""),
    "document alone": (POLICY, "policyDocument"),
    "not JSON": ("{", ""),
    "list as text": ("[]", ""),
    "deep": ({"policyDocument": {"a": deep(40)}}, "policyDocument"),
    "key": ({"policyDocument": {1: 1}}, "policyDocument"),
}


@pytest.mark.parametrize(("policy", "path"), INVALID_POLICIES.values(), ids=INVALID_POLICIES)
def test_invalid_policies(policy: Any, path: str) -> None:  # noqa: ANN401 (anything)
    with pytest.raises(DocumentError) as caught:
        read_authorization_policy(policy)
    assert caught.value.path == path


# ------------------------------------------------ properties


def members(
    needed: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """An object with mostly valid members."""
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
def test_any_json_is_read_or_rejected(value: object) -> None:
    for given_as in (json.dumps(value), json.dumps([value, value])):
        try:
            found = read_authorization_details(given_as)
        except DocumentError as error:
            reason = str(error)
            assert reason.isprintable()
            assert len(reason) < 600
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
def test_any_json_is_a_policy_or_rejected(value: object) -> None:
    try:
        found = read_authorization_policy(json.dumps({"policyDocument": value}))
    except DocumentError as error:
        reason = str(error)
        assert reason.isprintable()
    else:
        assert found == value or isinstance(value, str)


@pytest.mark.unmeasured
def test_many_evaluations() -> None:
    """Each evaluation has its policy."""
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
