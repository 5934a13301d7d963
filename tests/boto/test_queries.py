"""Queries about a denial with real clients: their results, and the ways in which they fail."""

from __future__ import annotations

import json
import logging
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import botocore.loaders
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from iamtriage import (
    AccessDenied,
    DecodedMessage,
    Facts,
    Role,
    RolePathUnknownError,
    RoleSession,
    User,
    explain,
    normalize_role_arn,
    parse_arn,
)
from iamtriage.boto import (
    Identity,
    Refusal,
    RequestAuthorization,
    authorization_details,
    decode_message,
    find_role_arn,
    gather_facts,
    whoami,
)
from tests.boto import wires
from tests.boto.fake_aws import FakeAws, Request, json_document, query_result, run_fake_aws, xml_elements
from tests.boto.moto_server import run_moto

if TYPE_CHECKING:
    from pathlib import Path

    from iamtriage.failures import Failure

ACCOUNT = "111122223333"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
BUILD = f"arn:aws:sts::{ACCOUNT}:assumed-role/build/ci-42"
BLOB = "k3Jd-9_Q" * 20
AUTH_ID = "0f3k9d2m5q8s1t4v7x0z6b2c8"
QUICK = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})

Sessions = Callable[..., Any]


@pytest.fixture(scope="module")
def aws(aws_environment: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """A server for STS, IAM and IAM Toolbox."""
    del aws_environment
    with run_fake_aws() as server:
        yield server


@pytest.fixture(autouse=True)
def requests(aws: FakeAws) -> list[Request]:
    """The requests that the server got in this test."""
    aws.requests = []
    return aws.requests


@pytest.fixture(scope="module")
def iam_toolbox(aws_environment: pytest.MonkeyPatch) -> None:
    """Skip the test if botocore does not know IAM Toolbox."""
    del aws_environment
    if "iam-toolbox" not in botocore.session.Session().get_available_services():
        pytest.skip("this botocore does not know iam-toolbox")


def _boto3(region: str | None = "eu-west-1", **more: str) -> Any:  # noqa: ANN401 (boto3 has no types)
    keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "example-secret"}
    return boto3.Session(region_name=region, **(keys | more))


def _botocore(region: str | None = "eu-west-1") -> Any:  # noqa: ANN401 (botocore has no types)
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "example-secret")
    if region is not None:
        session.set_config_variable("region", region)
    return session


@pytest.fixture(params=[_boto3, _botocore], ids=["boto3", "botocore"])
def session(request: pytest.FixtureRequest, aws_environment: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """A boto3 and a botocore session."""
    del aws_environment
    return request.param()


def _denied(action: str, *, principal: str = BUILD, resource: str = "*") -> str:
    return (
        f"User: {principal} is not authorized to perform: {action} on resource: {resource} because no "
        f"identity-based policy allows the {action} action"
    )


def _encoded(blob: str = BLOB, resource: str = "") -> str:
    on = (
        f" User: {BUILD} is not authorized to perform: ec2:RunInstances on resource: {resource}."
        if resource
        else ""
    )
    return (
        "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not "
        f"authorized to perform this operation.{on} Encoded authorization failure message: {blob}"
    )


def _with_id(
    console: str = "us-east-1.console.aws.amazon.com", region: str = "us-east-1", partition: str = "aws"
) -> str:
    principal = BUILD.replace("arn:aws:", f"arn:{partition}:")
    return (
        "An error occurred (AccessDenied) when calling the ListRoles operation: "
        f"{_denied('iam:ListRoles', principal=principal)}. Go to https://{console}/iam/home?region={region}"
        f"#/authorization-details/{AUTH_ID} for complete details, or call the GetRequestAuthorizationDetails API "
        f"with the following authorization id: {AUTH_ID}"
    )


# ------------------------------------------------ whoami


def _caller(arn: str = ANA) -> wires.Reply:
    return query_result("GetCallerIdentity", xml_elements(Arn=arn, UserId="AIDAEXAMPLEANA", Account=ACCOUNT))


def test_whoami(aws: FakeAws, requests: list[Request], session: Any) -> None:  # noqa: ANN401
    """The caller comes from STS and is used in explanations."""
    aws.respond = lambda _: _caller()
    identity = whoami(session, endpoint_url=aws.url)

    assert identity == Identity(ANA, ACCOUNT, "AIDAEXAMPLEANA")
    assert isinstance(identity, Identity)
    assert identity.principal == User("aws", ACCOUNT, "ana")
    assert identity.facts == Facts(caller=ANA)
    assert [(each.action, each.scope) for each in requests] == [("GetCallerIdentity", ("eu-west-1", "sts"))]
    assert pickle.loads(pickle.dumps(identity)) == identity
    unnamed = "User is not authorized to perform: sqs:SendMessage because no identity-based policy allows it"
    assert explain(unnamed, facts=identity) == explain(unnamed, facts=Facts(caller=ANA)) != explain(unnamed)


def test_identity_that_is_not_a_principal(aws: FakeAws) -> None:
    """AWS emulators return ARNs that IAM does not have."""
    aws.respond = lambda _: _caller(f"arn:aws:sts::{ACCOUNT}:user/moto")
    identity = whoami(_boto3(), endpoint_url=aws.url)

    assert isinstance(identity, Identity)
    assert (identity.arn, identity.principal) == (f"arn:aws:sts::{ACCOUNT}:user/moto", None)


@dataclass(frozen=True)
class FailedCall:
    """A reply that makes a call fail, and what the refusal says."""

    reply: wires.Reply
    kind: str | None
    words: str


FAILED_CALLS = {
    "denied": FailedCall(
        wires.query(403, "AccessDenied", _denied("sts:GetCallerIdentity")), "access_denied", "was denied"
    ),
    "expired": FailedCall(
        wires.query(403, "ExpiredToken", "The security token included in the request is expired"),
        "expired_credentials",
        "expired",
    ),
    "unknown key": FailedCall(
        wires.query(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
        "invalid_credentials",
        "",
    ),
    "server error": FailedCall(wires.query(500, "InternalFailure", "We are sorry"), "aws_error", ""),
    "proxy page": FailedCall(
        wires.Reply(200, b"<html>Log in <b>here", {"Content-Type": "text/html"}), None, "ResponseParserError"
    ),
    "empty response": FailedCall(query_result("GetCallerIdentity", ""), None, "may not be STS"),
}


@pytest.mark.parametrize("failed", FAILED_CALLS.values(), ids=FAILED_CALLS.keys())
def test_failed_call(aws: FakeAws, failed: FailedCall) -> None:
    """Every error becomes a refusal with a reason and an explanation; it has no facts and can be pickled."""
    aws.respond = lambda _: failed.reply
    refusal = whoami(_boto3(), endpoint_url=aws.url, config=QUICK)

    assert isinstance(refusal, Refusal)
    assert not refusal
    assert refusal.asked == "sts:GetCallerIdentity"
    assert (refusal.failure and refusal.failure.kind) == failed.kind
    assert failed.words in refusal.reason
    assert str(refusal) == f"sts:GetCallerIdentity: {refusal.reason}"
    assert refusal.facts == Facts()
    assert refusal.explanation().summary
    assert pickle.loads(pickle.dumps(refusal)) == refusal
    assert explain("AccessDenied", facts=[refusal]) == explain("AccessDenied")


def test_explanation_of_a_denied_query(aws: FakeAws) -> None:
    """The explanation of a denied query proposes to allow it."""
    aws.respond = lambda _: wires.query(403, "AccessDenied", _denied("sts:DecodeAuthorizationMessage"))
    refusal = decode_message(_encoded(), _boto3(), endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    policies = [each.policy for each in refusal.explanation().remedies if each.policy]
    assert policies[0]["Statement"][0]["Action"] == "sts:DecodeAuthorizationMessage"


UNSENT: dict[str, Callable[[], Any]] = {
    "unreachable": lambda: whoami(_boto3(), endpoint_url="http://127.0.0.1:9", config=QUICK),
    "no credentials": lambda: whoami(boto3.Session(region_name="eu-west-1")),
    "unknown region": lambda: whoami(_boto3(), region_name="not a region"),
    "invalid URL": lambda: whoami(_boto3(), endpoint_url="junk"),
    "no region": lambda: authorization_details(AUTH_ID, _boto3(None)),
    "invalid proxy": lambda: whoami(
        _boto3(),
        endpoint_url="http://127.0.0.1:9",
        config=QUICK.merge(Config(proxies={"http": "http://[::"})),
    ),
}


@pytest.mark.parametrize("ask", UNSENT.values(), ids=UNSENT.keys())
def test_call_that_is_not_sent(
    aws_environment: pytest.MonkeyPatch, requests: list[Request], ask: Callable[[], Any]
) -> None:
    """A call that cannot be sent becomes a refusal, too."""
    del aws_environment
    refusal = ask()

    assert isinstance(refusal, Refusal)
    assert refusal.reason
    assert refusal.explanation().summary
    assert requests == []


PROFILES = {
    "malformed file": "[profile work\n",
    "failing process": f"[profile work]\ncredential_process = {sys.executable} -c 'raise SystemExit(3)'\n",
    "process without JSON": f"[profile work]\ncredential_process = {sys.executable} -c 'print(1)'\n",
    "missing token file": (
        f"[profile work]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/app\nweb_identity_token_file = /nowhere/token\n"
    ),
    "missing sign-in": (
        f"[profile work]\nsso_session = s\nsso_account_id = {ACCOUNT}\nsso_role_name = View\n"
        "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n"
    ),
    "missing profile": "[profile home]\n",
}


@pytest.mark.parametrize("config", PROFILES.values(), ids=PROFILES.keys())
def test_profile_without_credentials(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path, config: str
) -> None:
    """Every error of a credential provider becomes a refusal."""
    del aws_environment
    (tmp_path / "config").write_text(config, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        patch.setenv("HOME", str(tmp_path))
        session = botocore.session.Session(profile="work")
        refusals = [
            whoami(session, region_name="eu-west-1"),
            find_role_arn(session, "app"),
            decode_message(_encoded(), session, region_name="eu-west-1"),
            authorization_details(_with_id(), session),
        ]
        facts = gather_facts(_encoded(), session)

    for refusal in refusals:
        assert isinstance(refusal, Refusal)
        assert refusal.reason
    assert facts == Facts()


MISUSES: dict[str, Callable[[Any], object]] = {
    "no session": lambda _: whoami("eu-west-1"),
    "no session to decode": lambda _: decode_message("no failure", None),
    "no session for details": lambda _: authorization_details("no failure", None),
    "no session for roles": lambda _: find_role_arn(None, "a b"),
    "no session to gather": lambda _: gather_facts("no failure", None),
    "argument": lambda session: whoami(session, regions=["eu-west-1"]),
    "config": lambda session: whoami(session, config={"connect_timeout": 1}),
    "no failure": lambda session: decode_message(7, session),  # type: ignore[arg-type]
    "no failure for details": lambda session: authorization_details(None, session),  # type: ignore[arg-type]
    "no role": lambda session: find_role_arn(session, None),  # type: ignore[arg-type]
    "user": lambda session: find_role_arn(session, User("aws", ACCOUNT, "ana")),  # type: ignore[arg-type]
    "one URL for all services": lambda session: gather_facts(
        _encoded(), session, endpoint_url="http://127.0.0.1:9"
    ),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_misuse(session: Any, misuse: Callable[[Any], object]) -> None:  # noqa: ANN401
    """Arguments of the wrong type raise a TypeError."""
    with pytest.raises(TypeError):
        misuse(session)


@pytest.mark.parametrize("ask", [decode_message, authorization_details, gather_facts])
def test_swapped_arguments(session: Any, ask: Any) -> None:  # noqa: ANN401
    with pytest.raises(TypeError, match=r"first argument must be a failure, .*, not int"):
        ask(5, session)
    with pytest.raises(TypeError, match="first argument must be the failure"):
        ask(session, "no failure")


class AsyncSession(botocore.session.Session):  # type: ignore[misc] # botocore has no types
    """An asynchronous session, like those of aiobotocore."""

    async def get_credentials(self) -> None:
        """Return nothing."""


def test_asynchronous_session_is_rejected() -> None:
    """It is rejected before it creates a client that would not be awaited."""
    for ask in (
        whoami,
        lambda session: find_role_arn(session, "app"),
        lambda session: decode_message(BLOB, session),
    ):
        with pytest.raises(TypeError, match="synchronous session"):
            ask(AsyncSession())


@pytest.mark.parametrize(
    ("default", "config", "expected"),
    [
        (None, None, (5, 20)),
        (Config(read_timeout=3), None, (5, 3)),
        (Config(read_timeout=3), Config(connect_timeout=2, read_timeout=4), (2, 4)),
    ],
)
def test_timeouts(aws: FakeAws, default: Any, config: Any, expected: tuple[int, int]) -> None:  # noqa: ANN401
    """The timeouts are short unless the session or the caller sets them."""
    aws.respond = lambda _: _caller()
    session, seen = _botocore(), []
    if default is not None:
        session.set_default_client_config(default)

    def record_timeouts(context: dict[str, Any], **_: object) -> None:
        seen.append((context["client_config"].connect_timeout, context["client_config"].read_timeout))

    session.register("before-call.sts", record_timeouts)
    assert whoami(session, endpoint_url=aws.url, config=config)
    assert seen == [expected]


def test_refusal_is_not_about_the_handled_exception(aws_environment: pytest.MonkeyPatch) -> None:
    """In an exception handler, the refusal is about the query, not about the exception."""
    del aws_environment

    def fail() -> None:
        raise ClientError(
            {"Error": {"Code": "AccessDenied", "Message": _denied("s3:GetObject")}}, "GetObject"
        )

    def query_in_a_handler() -> object:
        try:
            fail()
        except ClientError:
            return whoami(boto3.Session(region_name="eu-west-1"))
        return None

    refusal = query_in_a_handler()
    assert isinstance(refusal, Refusal)
    assert refusal.failure is not None
    assert refusal.failure.kind == "missing_credentials"
    assert "GetObject" not in str(refusal)


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY"
HOSTILE = f"\u202e\u009b31m AWS_SECRET_ACCESS_KEY={SECRET} {'x' * 5000}"


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "reply",
    [
        wires.query(403, "Odd", HOSTILE),
        wires.query(
            403,
            "AccessDenied",
            _denied("iam:GetRole", resource=f"arn:aws:s3:::b/AWS_SECRET_ACCESS_KEY={SECRET}"),
        ),
        wires.query(403, "AccessDenied", _denied("iam:GetRole", resource=f"arn:aws:s3:::b/{HOSTILE}")),
        wires.query(403, "AccessDenied", _denied("iam:GetRole", principal=f"arn:aws:iam::1:user/{HOSTILE}")),
        wires.Reply(
            200,
            f"AWS_SECRET_ACCESS_KEY={SECRET} \u009b \u202e {'x' * 5000}<".encode(),
            {"Content-Type": "text/xml"},
        ),
    ],
    ids=["error", "resource", "hostile resource", "principal", "invalid XML"],
)
def test_refusal_is_safe_to_print(aws: FakeAws, reply: wires.Reply) -> None:
    """A response of an untrusted server puts no control characters or secrets into a refusal."""
    aws.respond = lambda _: reply
    refusal = whoami(_boto3(), endpoint_url=aws.url, config=QUICK)

    assert isinstance(refusal, Refusal)
    for text in (str(refusal), refusal._repr_html_(), refusal._repr_markdown_()):
        assert SECRET not in text
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert str(refusal).isprintable()
    assert len(str(refusal)) < 1000


# ------------------------------------------------ decode_message

MEANING = {
    "allowed": False,
    "explicitDeny": False,
    "matchedStatements": {"items": []},
    "failures": {"items": []},
    "context": {
        "principal": {"id": "AROAEXAMPLE:ci-42", "arn": BUILD},
        "action": "ec2:RunInstances",
        "resource": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*",
        "conditions": {"items": []},
    },
}


def _decoding(meaning: object = MEANING) -> wires.Reply:
    return query_result("DecodeAuthorizationMessage", xml_elements(DecodedMessage=json.dumps(meaning)))


SOURCES = {
    "message": _encoded(),
    "wrapped message": _encoded("\n".join(BLOB[at : at + 40] for at in range(0, len(BLOB), 40))),
    "encoded message alone": BLOB,
    "wrapped encoded message alone": f"  {BLOB[:60]}\n  {BLOB[60:]}\n",
    "bytes": _encoded().encode(),
    "exception": ClientError(
        {
            "Error": {
                "Code": "UnauthorizedOperation",
                "Message": f"You are not authorized to perform this operation. Encoded authorization failure message: {BLOB}",
            }
        },
        "RunInstances",
    ),
    "failure": AccessDenied(encoded_message=BLOB),
}


@pytest.mark.unmeasured
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_decode_message(aws: FakeAws, requests: list[Request], source: Any) -> None:  # noqa: ANN401
    """STS gets the whole encoded message, and the decoded one becomes facts."""
    aws.respond = lambda _: _decoding()
    decoded = decode_message(source, _boto3(), endpoint_url=aws.url)

    assert isinstance(decoded, DecodedMessage)
    assert (decoded.action, decoded.deny) == ("ec2:RunInstances", "implicit")
    assert [(each.action, each.form["EncodedMessage"], each.scope) for each in requests] == [
        ("DecodeAuthorizationMessage", BLOB, ("eu-west-1", "sts"))
    ]
    explanation = explain(_encoded(), facts=[whoami(_boto3(), endpoint_url=aws.url), decoded])
    assert "ec2:RunInstances" in explanation.summary


@pytest.mark.parametrize(
    ("region", "resource", "options", "expected"),
    [
        ("eu-west-1", "", {}, "eu-west-1"),
        ("eu-west-1", f"arn:aws:ec2:us-west-2:{ACCOUNT}:instance/*", {}, "eu-west-1"),
        (None, f"arn:aws:ec2:us-west-2:{ACCOUNT}:instance/*", {}, "us-west-2"),
        ("eu-west-1", "", {"region_name": "eu-north-1"}, "eu-north-1"),
        ("eu-west-1", "", {"config": Config(region_name="eu-south-1")}, "eu-south-1"),
        ("cn-north-1", f"arn:aws-cn:ec2:cn-northwest-1:{ACCOUNT}:instance/*", {}, "cn-north-1"),
    ],
)
def test_region_of_decode_message(
    aws: FakeAws,
    requests: list[Request],
    region: str | None,
    resource: str,
    options: dict[str, Any],
    expected: str,
) -> None:
    """The call goes to the session's Region, unless the caller states one or the session has none."""
    aws.respond = lambda _: _decoding()
    source = (
        _encoded(resource=resource).replace(BUILD, BUILD.replace("arn:aws:", resource[:11] + ":", 1))
        if "-cn" in resource
        else _encoded(resource=resource)
    )

    assert isinstance(decode_message(source, _boto3(region), endpoint_url=aws.url, **options), DecodedMessage)
    assert requests[0].scope == (expected, "sts")


def test_a_message_never_redirects_to_another_partition(aws: FakeAws, requests: list[Request]) -> None:
    """The session's credentials are not sent to the partition that a message names."""
    aws.respond = lambda _: _decoding()
    foreign = AccessDenied(
        resource=f"arn:aws-cn:ec2:cn-north-1:{ACCOUNT}:instance/*",
        encoded_message=BLOB,
        authorization_id=AUTH_ID,
    )
    for refusal in (
        decode_message(foreign, _boto3(), endpoint_url=aws.url),
        authorization_details(foreign, _boto3(), endpoint_url=aws.url),
        authorization_details(
            _with_id("cn-north-1.console.amazonaws.cn", "cn-north-1", "aws-cn"),
            _boto3(),
            endpoint_url=aws.url,
        ),
    ):
        assert isinstance(refusal, Refusal)
        assert "partition aws-cn" in refusal.reason
    assert requests == []


@pytest.mark.usefixtures("iam_toolbox")
def test_a_message_never_redirects_from_an_unknown_region(aws: FakeAws, requests: list[Request]) -> None:
    """The partition of a new region is unknown, so the call stays in that region."""
    aws.respond = _toolbox({None: _details()}, _policy_reply)
    source = _with_id("cn-north-1.console.amazonaws.cn", "cn-north-1", "aws-cn")
    result = authorization_details(source, _boto3("mars-1"), endpoint_url=aws.url)

    assert isinstance(result, RequestAuthorization)
    assert {each.scope for each in requests} == {("mars-1", "iam")}


def test_failure_without_encoded_message(requests: list[Request], session: Any) -> None:  # noqa: ANN401
    """Without an encoded message, STS is not called."""
    for source in (
        "",
        "no failure at all",
        _with_id(),
        AccessDenied(),
        AccessDenied(encoded_message=""),
        BLOB * 200,
    ):
        refusal = decode_message(source, session)
        assert refusal == Refusal("sts:DecodeAuthorizationMessage", "There is no encoded message to decode.")
    assert requests == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            wires.query(400, "InvalidAuthorizationMessageException", "Message is not valid"),
            "truncated, altered",
        ),
        (_decoding(["surprise"]), "DocumentError"),
        (_decoding({"hello": 1}), "DocumentError"),
        (query_result("DecodeAuthorizationMessage", xml_elements(DecodedMessage="{")), "DocumentError"),
        (query_result("DecodeAuthorizationMessage", ""), "DocumentError"),
    ],
)
def test_message_that_cannot_be_decoded(aws: FakeAws, reply: wires.Reply, words: str) -> None:
    """A rejected message and an invalid response become refusals."""
    aws.respond = lambda _: reply
    refusal = decode_message(_encoded(), _boto3(), endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert words in refusal.reason


# ------------------------------------------------ authorization_details

MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/base"
INLINE = "policy-uri:inline/1"
CONTROL = "policy-uri:scp/2"


def _details(*uris: str, token: str | None = None, action: str = "iam:ListRoles") -> wires.Reply:
    body: dict[str, object] = {
        "requestContext": {"aws:PrincipalArn": BUILD},
        "evaluations": [
            {
                "action": action,
                "resource": f"arn:aws:iam::{ACCOUNT}:role/",
                "evaluatedEffect": "EXPLICIT_DENY",
                "checks": [
                    {
                        "checkType": "PRINCIPAL",
                        "evaluatedEffect": "EXPLICIT_DENY",
                        "matchedPolicies": [
                            {"uri": uri, "matchedStatements": [{"sid": "No", "evaluatedEffect": "DENY"}]}
                            for uri in uris[:1]
                        ],
                    }
                ],
            }
        ],
        "policies": [{"uri": uri, "type": "IDENTITY_BASED_POLICY", "inline": True} for uri in uris],
    }
    if token is not None:
        body["nextToken"] = token
    return json_document(body)


def _toolbox(
    pages: dict[str | None, wires.Reply], policies: Callable[[str], wires.Reply]
) -> Callable[[Request], wires.Reply]:
    def respond(request: Request) -> wires.Reply:
        if request.path == f"/authorization-details/{AUTH_ID}":
            return pages[request.query.get("nextToken")]
        assert request.path == f"/authorization-details/{AUTH_ID}/policy"
        return policies(request.query["policyUri"])

    return respond


def _policy_reply(uri: str) -> wires.Reply:
    return json_document({"policyDocument": {"Version": "2012-10-17", "Statement": [], "Id": uri}})


@pytest.mark.usefixtures("iam_toolbox")
def test_details_with_their_policies(aws: FakeAws, requests: list[Request], session: Any) -> None:  # noqa: ANN401
    """All pages are read in the region of the denied call, and each policy is requested once."""
    aws.respond = _toolbox(
        {None: _details(MANAGED, token="two/2="), "two/2=": _details(INLINE, MANAGED, action="iam:GetRole")},
        _policy_reply,
    )
    result = authorization_details(_with_id(), session, endpoint_url=aws.url)

    assert isinstance(result, RequestAuthorization)
    assert (result.region, result.authorization_id, result.refused) == ("us-east-1", AUTH_ID, {})
    assert [each.action for each in result.details.evaluations] == ["iam:ListRoles", "iam:GetRole"]
    assert {uri: policy["Id"] for uri, policy in result.documents.items()} == {
        MANAGED: MANAGED,
        INLINE: INLINE,
    }
    assert {each.scope for each in requests} == {("us-east-1", "iam")}
    assert [each.query.get("policyUri") for each in requests] == [None, None, MANAGED, INLINE]
    assert result.facts == Facts(authorization_details=result.details, region="us-east-1")
    assert explain(_with_id(), facts=result) == explain(
        _with_id(), facts={"authorization_details": result.details, "region": "us-east-1"}
    )
    assert explain(_with_id(), facts=result) != explain(_with_id())
    assert pickle.loads(pickle.dumps(result)) == result
    assert hash(result) == hash(pickle.loads(pickle.dumps(result)))


@pytest.mark.usefixtures("iam_toolbox")
@pytest.mark.parametrize(
    ("console", "session_region", "expected"),
    [
        (("eu-central-1.console.aws.amazon.com", "eu-central-1", "aws"), "eu-west-1", "eu-central-1"),
        (("us-gov-west-1.console.amazonaws-us-gov.com", "us-gov-west-1", "aws-us-gov"), "us-gov-east-1", "us-gov-west-1"),
        (("cn-northwest-1.console.amazonaws.cn", "cn-northwest-1", "aws-cn"), "cn-north-1", "cn-northwest-1"),
        (("eusc-de-east-1.console.amazonaws-eusc.eu", "eusc-de-east-1", "aws-eusc"), None, "eusc-de-east-1"),
        (("us-iso-east-1.console.c2shome.ic.gov", "us-iso-east-1", "aws-iso"), None, "us-iso-east-1"),
        # If host and parameter differ or name no known region, the session's Region is used.
        (("eu-central-1.console.aws.amazon.com", "us-east-1", "aws"), "eu-west-1", "eu-west-1"),
        (("moon-1.console.aws.amazon.com", "moon-1", "aws"), "eu-west-1", "eu-west-1"),
        (("console.aws.amazon.com", "us-east-1", "aws"), "eu-west-1", "eu-west-1"),
    ],
)  # fmt: skip
def test_region_of_the_details(
    aws: FakeAws,
    requests: list[Request],
    console: tuple[str, str, str],
    session_region: str | None,
    expected: str,
) -> None:
    """The console URL in the message states the region, in every partition."""
    aws.respond = _toolbox({None: _details()}, _policy_reply)
    result = authorization_details(_with_id(*console), _boto3(session_region), endpoint_url=aws.url)

    assert isinstance(result, RequestAuthorization)
    assert result.region == expected
    assert requests[0].scope == (expected, "iam")


@pytest.mark.unmeasured
@pytest.mark.usefixtures("iam_toolbox")
@pytest.mark.parametrize(
    ("source", "options", "expected"),
    [
        pytest.param(
            AccessDenied(
                authorization_id=AUTH_ID, resource=f"arn:aws:eks:eu-north-1:{ACCOUNT}:cluster/orders"
            ),
            {},
            "eu-north-1",
            id="resource",
        ),
        pytest.param(
            AccessDenied(authorization_id=AUTH_ID, resource=f"arn:aws:iam::{ACCOUNT}:role/app"),
            {},
            "eu-west-1",
            id="session",
        ),
        pytest.param(AUTH_ID, {}, "eu-west-1", id="authorization ID alone"),
        pytest.param(_with_id(), {"region_name": "eu-south-2"}, "eu-south-2", id="argument"),
        pytest.param(
            _with_id("cn-north-1.console.amazonaws.cn", "cn-north-1"),
            {},
            "eu-west-1",
            id="another partition",
        ),
        pytest.param(
            _with_id("moon-1.console.aws.amazon.com", "moon-1").replace(BUILD, "ana"),
            {},
            "eu-west-1",
            id="unknown region",
        ),
        pytest.param(
            AccessDenied(authorization_id=AUTH_ID, text=_with_id(), span=(40, 90)),
            {},
            "us-east-1",
            id="URL after the sentence",
        ),
        pytest.param(_with_id().replace("/iam/home?", "/iam/\n  home?"), {}, "us-east-1", id="wrapped URL"),
        pytest.param(
            "see https://eu-south-1.console.aws.amazon.com/iam/home?region=eu-south-1"
            f"#/authorization-details/1{AUTH_ID} too. {_with_id()}",
            {},
            "us-east-1",
            id="URL of other details",
        ),
    ],
)
def test_region_without_console_url(
    aws: FakeAws,
    requests: list[Request],
    source: str | Failure,
    options: dict[str, str],
    expected: str,
) -> None:
    """Without the URL of these details, the region comes from the resource or session. Arguments override both."""
    aws.respond = _toolbox({None: _details()}, _policy_reply)

    assert isinstance(
        authorization_details(source, _boto3(), endpoint_url=aws.url, **options), RequestAuthorization
    )
    assert requests[0].scope == (expected, "iam")


@pytest.mark.usefixtures("iam_toolbox")
def test_deciding_policies_come_first(aws: FakeAws, requests: list[Request]) -> None:
    """The policies that decided are requested first, whatever their order in the details."""
    page = json.loads(_details(INLINE).body)
    page["policies"] = [{"uri": MANAGED}, {"type": "SESSION_POLICY"}, {"uri": INLINE}]
    aws.respond = _toolbox({None: json_document(page)}, _policy_reply)
    result = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(result, RequestAuthorization)
    assert [each.query.get("policyUri") for each in requests] == [None, INLINE, MANAGED]


@pytest.mark.usefixtures("iam_toolbox")
def test_policies_that_cannot_be_retrieved(aws: FakeAws, requests: list[Request]) -> None:
    """The details are returned with the reasons why policies are missing."""

    def policies(uri: str) -> wires.Reply:
        if uri == CONTROL:
            return wires.rest_json(403, "AccessDeniedException", _denied("iam:GetRequestAuthorizationPolicy"))
        return json_document({"policyDocument": 7}) if uri == INLINE else _policy_reply(uri)

    aws.respond = _toolbox({None: _details(CONTROL, MANAGED, INLINE)}, policies)
    result = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(result, RequestAuthorization)
    assert set(result.documents) == {MANAGED}
    assert set(result.refused) == {CONTROL, INLINE}
    assert result.refused[CONTROL].failure is not None
    assert result.refused[CONTROL].asked == "iam:GetRequestAuthorizationPolicy"
    assert "DocumentError" in result.refused[INLINE].reason
    assert len(requests) == 4


@pytest.mark.usefixtures("iam_toolbox")
def test_policies_after_several_failures_are_not_requested(aws: FakeAws, requests: list[Request]) -> None:
    """After three failures in a row, the other policies are not requested."""
    uris = [f"policy-uri:{number}" for number in range(20)]
    aws.respond = _toolbox(
        {None: _details(*uris)},
        lambda _: wires.rest_json(403, "AccessDeniedException", _denied("iam:GetRequestAuthorizationPolicy")),
    )
    result = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(result, RequestAuthorization)
    assert list(result.refused) == uris
    assert len(requests) == 4
    assert "not requested" in result.refused[uris[-1]].reason


@pytest.mark.usefixtures("iam_toolbox")
def test_many_policies(aws: FakeAws, requests: list[Request]) -> None:
    """The number of requested policies is limited."""
    uris = [f"policy-uri:{number}" for number in range(103)]
    aws.respond = _toolbox({None: _details(*uris)}, _policy_reply)
    result = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(result, RequestAuthorization)
    assert (len(result.documents), list(result.refused)) == (100, uris[100:])
    assert len(requests) == 101


@pytest.mark.usefixtures("iam_toolbox")
@pytest.mark.parametrize(
    ("pages", "words", "calls"),
    [
        ({None: _details(token="x"), "x": _details(token="x")}, "did not stop", 2),
        ({None: _details(token="x"), "x": _details(token="y"), "y": _details(token="x")}, "did not stop", 3),
        (
            {
                None: _details(token="x"),
                "x": wires.rest_json(
                    403, "AccessDeniedException", _denied("iam:GetRequestAuthorizationDetails")
                ),
            },
            "was denied",
            2,
        ),
        ({None: wires.rest_json(404, "ResourceNotFoundException", "No such id")}, "in us-east-1", 1),
        ({None: wires.rest_json(400, "ValidationException", "Not an id")}, "", 1),
        ({None: json_document({"evaluations": [{"action": 7}]})}, "DocumentError", 1),
        ({None: json_document({})}, "DocumentError", 1),
        ({None: json_document([])}, "", 1),
    ],
)
def test_details_that_cannot_be_retrieved(
    aws: FakeAws, requests: list[Request], pages: dict[str | None, wires.Reply], words: str, calls: int
) -> None:
    """Incomplete details become a refusal, and repeated pages end the call."""
    aws.respond = _toolbox(pages, _policy_reply)
    refusal = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url, config=QUICK)

    assert isinstance(refusal, Refusal)
    assert refusal.asked == "iam:GetRequestAuthorizationDetails"
    assert words in refusal.reason
    assert len(requests) == calls


@pytest.mark.usefixtures("iam_toolbox")
def test_endless_pages(aws: FakeAws, requests: list[Request]) -> None:
    """The number of pages is limited."""
    aws.respond = lambda _: _details(token=f"t{len(requests)}")
    refusal = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert len(requests) == 100


def test_failure_without_authorization_id(requests: list[Request], session: Any) -> None:  # noqa: ANN401
    """Without an authorization ID, IAM Toolbox is not called."""
    for source in ("", "no failure", _encoded(), AccessDenied(), "0A1B" * 8, "internationalization"):
        refusal = authorization_details(source, session)
        assert refusal == Refusal(
            "iam:GetRequestAuthorizationDetails", "There is no authorization ID to look up."
        )
    assert requests == []


def test_botocore_without_iam_toolbox(tmp_path: Path) -> None:
    """An older botocore, which does not know IAM Toolbox, causes a refusal."""
    session = _botocore()
    loader = botocore.loaders.Loader(include_default_search_paths=False)
    loader.search_paths.append(str(tmp_path))
    session.register_component("data_loader", loader)
    refusal = authorization_details(_with_id(), session)

    assert isinstance(refusal, Refusal)
    assert "does not know IAM Toolbox" in refusal.reason


# ------------------------------------------------ find_role_arn

SSO = "AWSReservedSSO_View_0123456789abcdef"
SSO_PATH = "/aws-reserved/sso.amazonaws.com/eu-west-1/"


def _role(arn: str) -> str:
    name = arn.rpartition("/")[2]
    return xml_elements(
        Arn=arn, RoleName=name, Path="/", RoleId="AROAEXAMPLE", CreateDate="2026-01-01T00:00:00Z"
    )


def _iam(*arns: str, get: wires.Reply | None = None, size: int = 2) -> Callable[[Request], wires.Reply]:
    """Respond like an account with these roles."""

    def respond(request: Request) -> wires.Reply:
        if request.action == "GetRole":
            if get is not None:
                return get
            name = request.form["RoleName"]
            for arn in arns:
                if arn.rpartition("/")[2] == name:
                    return query_result("GetRole", f"<Role>{_role(arn)}</Role>")
            return wires.query(404, "NoSuchEntity", f"The role with name {name} cannot be found.")
        assert request.action == "ListRoles"
        under = [arn for arn in arns if f":role{request.form['PathPrefix']}" in arn]
        at = int(request.form.get("Marker", "0"))
        more = (
            xml_elements(IsTruncated="true", Marker=str(at + size))
            if at + size < len(under)
            else xml_elements(IsTruncated="false")
        )
        members = "".join(f"<member>{_role(arn)}</member>" for arn in under[at : at + size])
        return query_result("ListRoles", f"<Roles>{members}</Roles>{more}")

    return respond


TEAM_APP = f"arn:aws:iam::{ACCOUNT}:role/team/app"
SSO_ARN = f"arn:aws:iam::{ACCOUNT}:role{SSO_PATH}{SSO}"
PLAIN = f"arn:aws:iam::{ACCOUNT}:role/plain"
NO_GET = wires.query(403, "AccessDenied", _denied("iam:GetRole", resource=f"role {SSO}"))


def _path_unknown() -> RolePathUnknownError:
    with pytest.raises(RolePathUnknownError) as caught:
        normalize_role_arn(f"arn:aws:sts::{ACCOUNT}:assumed-role/{SSO}/ana", target="access-entry")
    return caught.value


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("app", TEAM_APP, id="name"),
        pytest.param("  app\n", TEAM_APP, id="name with whitespace"),
        pytest.param(TEAM_APP, TEAM_APP, id="ARN with path"),
        pytest.param(f"arn:aws:iam::{ACCOUNT}:role/app", TEAM_APP, id="ARN without path"),
        pytest.param(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/ci-42", TEAM_APP, id="session ARN"),
        pytest.param(SSO, SSO_ARN, id="Identity Center role"),
        pytest.param(_path_unknown(), SSO_ARN, id="RolePathUnknownError"),
        pytest.param("plain", PLAIN, id="role without path"),
        pytest.param(parse_arn(TEAM_APP), TEAM_APP, id="ARN as a value"),
        pytest.param(Role("aws", ACCOUNT, "app"), TEAM_APP, id="role as a value"),
        pytest.param(RoleSession("aws", ACCOUNT, "app", "ci-42"), TEAM_APP, id="session as a value"),
    ],
)
@pytest.mark.parametrize("get", [None, NO_GET], ids=["get", "list"])
def test_find_role_arn(
    aws: FakeAws,
    requests: list[Request],
    name: Any,  # noqa: ANN401 (a table)
    expected: str,
    get: wires.Reply | None,
) -> None:
    """The role is found by its name, or in the list of roles if GetRole is denied."""
    others = [f"arn:aws:iam::{ACCOUNT}:role/other-{number}" for number in range(5)]
    aws.respond = _iam(*others, TEAM_APP, SSO_ARN, PLAIN, get=get)

    assert find_role_arn(_boto3(), name, endpoint_url=aws.url) == expected
    assert requests[0].action == "GetRole"
    if get is None:
        assert len(requests) == 1


def test_identity_center_roles_are_listed_under_their_path(aws: FakeAws, requests: list[Request]) -> None:
    """Only the roles under the reserved path are listed."""
    aws.respond = _iam(PLAIN, SSO_ARN, get=NO_GET)

    assert find_role_arn(_boto3(), SSO, endpoint_url=aws.url) == SSO_ARN
    assert [each.form.get("PathPrefix") for each in requests] == [None, "/aws-reserved/sso.amazonaws.com/"]
    unknown = find_role_arn(_boto3(), "AWSReservedSSO_Edit_0123456789abcdef", endpoint_url=aws.url)
    assert isinstance(unknown, Refusal)
    assert "under '/aws-reserved/sso.amazonaws.com/'" in unknown.reason


FOREIGN = "arn:aws:sts::444455556666:assumed-role/app/ci-42"


@pytest.mark.parametrize("get", [None, NO_GET], ids=["get", "list"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param(FOREIGN, "in account 444455556666 (aws)", id="another account"),
        pytest.param(f"arn:aws-cn:iam::{ACCOUNT}:role/app", "(aws-cn)", id="another partition"),
        pytest.param(f"arn:aws:iam::{ACCOUNT}:role/squad/app", "", id="another path"),
        pytest.param("missing", "has no role missing", id="unknown role"),
        pytest.param(
            FOREIGN.replace("/app/", "/missing/"),
            "the ARN names account 444455556666",
            id="another account and unknown role",
        ),
    ],
)
def test_role_with_the_same_name_is_not_returned(
    aws: FakeAws, name: str, words: str, get: wires.Reply | None
) -> None:
    """A role in another account, partition or path is not returned."""
    aws.respond = _iam(TEAM_APP, get=get)
    refusal = find_role_arn(_boto3(), name, endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert words in refusal.reason


@pytest.mark.parametrize(
    "name",
    [
        "",
        "two words",
        "team/app",
        "x" * 65,
        "app\x1b[31m",
        ANA,
        f"arn:aws:iam::{ACCOUNT}:instance-profile/app",
        "arn:aws:iam::********3333:role/app",
        "arn:",
        "arn:aws:s3:::bucket",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/app",
    ],
)
def test_name_that_is_not_a_role(requests: list[Request], name: str) -> None:
    """A name or ARN that is not a role's becomes a printable refusal without a call."""
    refusal = find_role_arn(_boto3(), name)

    assert isinstance(refusal, Refusal)
    assert str(refusal).isprintable()
    assert requests == []


def test_get_and_list_denied(aws: FakeAws, requests: list[Request]) -> None:
    """If both calls are denied, the refusal is about the smaller permission."""
    aws.respond = lambda one: (
        NO_GET if one.action == "GetRole" else wires.query(403, "AccessDenied", _denied("iam:ListRoles"))
    )
    refusal = find_role_arn(_boto3(), SSO, endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert (refusal.asked, refusal.failure and refusal.failure.action) == ("iam:GetRole", "iam:GetRole")
    assert len(requests) == 2


def test_roles_are_listed_only_after_a_denial(aws: FakeAws, requests: list[Request]) -> None:
    """Other errors of GetRole do not lead to ListRoles."""
    aws.respond = lambda _: FAILED_CALLS["expired"].reply
    refusal = find_role_arn(_boto3(), "app", endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert refusal.failure is not None
    assert refusal.failure.kind == "expired_credentials"
    assert len(requests) == 1


@pytest.mark.parametrize(
    "page",
    [
        query_result("ListRoles", f"<Roles/>{xml_elements(IsTruncated='true', Marker='m')}"),
        query_result("ListRoles", f"<Roles/>{xml_elements(IsTruncated='true')}"),
        query_result("ListRoles", ""),
    ],
    ids=["repeated marker", "no marker", "no roles"],
)
def test_incomplete_list(aws: FakeAws, requests: list[Request], page: wires.Reply) -> None:
    """An incomplete list does not prove that a role does not exist."""
    aws.respond = lambda one: NO_GET if one.action == "GetRole" else page
    refusal = find_role_arn(_boto3(), SSO, endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert refusal.asked in {"iam:GetRole", "iam:ListRoles"}
    assert len(requests) <= 3


@pytest.mark.parametrize(
    "inner",
    ["", "<Role/>", f"<Role>{_role(PLAIN)}</Role>", f"<Role>{_role(ANA)}</Role>"],
    ids=["nothing", "empty", "another role", "a user"],
)
def test_response_without_the_role(aws: FakeAws, inner: str) -> None:
    """A response without the role's ARN becomes a refusal."""
    aws.respond = lambda _: query_result("GetRole", inner)

    assert isinstance(find_role_arn(_boto3(), "app", endpoint_url=aws.url), Refusal)


# ------------------------------------------------ gather_facts


@pytest.fixture
def endpoints(aws: FakeAws) -> Iterator[None]:
    """Direct the calls to all services to the server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", aws.url)
        yield


def _respond_to_all(
    caller: str = BUILD, decoding: wires.Reply | None = None
) -> Callable[[Request], wires.Reply]:
    toolbox = _toolbox({None: _details(MANAGED)}, _policy_reply)

    def respond(request: Request) -> wires.Reply:
        if request.action == "GetCallerIdentity":
            return _caller(caller)
        if request.action == "DecodeAuthorizationMessage":
            return decoding or _decoding()
        return toolbox(request)

    return respond


@pytest.mark.usefixtures("endpoints")
def test_gather_facts(aws: FakeAws, session: Any) -> None:  # noqa: ANN401
    """All calls that apply are made, and their facts are combined."""
    aws.respond = _respond_to_all()
    facts = gather_facts(_encoded(), session)

    assert facts.caller == BUILD
    assert facts.decoded_message is not None
    assert facts.authorization_details is None
    assert explain(_encoded(), facts=facts).summary


@pytest.mark.usefixtures("endpoints", "iam_toolbox")
def test_gather_authorization_details(aws: FakeAws, session: Any) -> None:  # noqa: ANN401
    """The authorization details and their region become facts."""
    aws.respond = _respond_to_all()
    facts = gather_facts(_with_id(), session)

    assert facts.caller == BUILD
    assert facts.authorization_details is not None
    assert facts.region == "us-east-1"


@pytest.mark.usefixtures("endpoints")
@pytest.mark.parametrize(
    ("source", "caller", "expected"),
    [
        pytest.param(_with_id(), BUILD, BUILD, id="the same session"),
        pytest.param(
            _with_id(), BUILD.replace("ci-42", "ci-43"), BUILD.replace("ci-42", "ci-43"), id="the same role"
        ),
        pytest.param(_with_id(), ANA, None, id="another principal"),
        pytest.param(_encoded(), ANA, None, id="another principal in the encoded message"),
        pytest.param("AccessDenied: Access Denied", ANA, ANA, id="no principal"),
        pytest.param(
            'Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group ""',
            ANA,
            ANA,
            id="Kubernetes user",
        ),
        pytest.param("no failure at all", ANA, None, id="no failure"),
    ],
)
def test_session_of_another_principal(aws: FakeAws, source: str, caller: str, expected: str | None) -> None:
    """The session of an administrator who investigates is not taken for the denied caller."""
    aws.respond = _respond_to_all(caller)

    assert gather_facts(source, _boto3()).caller == expected


@pytest.mark.usefixtures("endpoints")
def test_failed_calls_are_left_out(aws: FakeAws, caplog: pytest.LogCaptureFixture) -> None:
    """The facts of a denied call are missing, and the denial is logged."""
    denied = wires.query(403, "AccessDenied", _denied("sts:DecodeAuthorizationMessage"))
    aws.respond = _respond_to_all(decoding=denied)
    with caplog.at_level(logging.INFO, "iamtriage.boto"):
        facts = gather_facts(_encoded(), _boto3())

    assert facts == Facts(caller=BUILD)
    assert "sts:DecodeAuthorizationMessage" in caplog.text


@pytest.mark.usefixtures("endpoints")
def test_session_without_credentials_makes_one_call(aws: FakeAws, requests: list[Request]) -> None:
    """Without a caller, no other call is made."""
    aws.respond = lambda _: FAILED_CALLS["expired"].reply

    assert gather_facts(_encoded(), _boto3()) == Facts()
    assert [each.action for each in requests] == ["GetCallerIdentity"]


# ------------------------------------------------ moto


def _create_sessions(url: str) -> tuple[Any, Any]:
    """Create a session that can get roles, and one without permissions."""
    admin = _boto3()
    iam, sts = (admin.client(name, endpoint_url=url) for name in ("iam", "sts"))
    with closing(iam), closing(sts):
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        iam.create_role(RoleName="app", Path="/team/", AssumeRolePolicyDocument=trust)
        iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)
        allow = {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}
        iam.put_role_policy(
            RoleName="reader",
            PolicyName="get",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
        )
        iam.create_user(UserName="denied")
        key = iam.create_access_key(UserName="denied")["AccessKey"]
        role = "arn:aws:iam::123456789012:role/reader"
        credentials = sts.assume_role(RoleArn=role, RoleSessionName="ci-42")["Credentials"]
    return (
        _boto3(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        ),
        _boto3(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]),
    )


@pytest.fixture(scope="module")
def moto(aws_environment: pytest.MonkeyPatch) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Moto's server with IAM authorization: its URL and the sessions."""
    del aws_environment
    with run_moto(_create_sessions) as running:
        yield running


def test_whoami_with_moto(moto: tuple[str, tuple[Any, Any]]) -> None:
    """A server that checks signatures and policies returns a role session and a user."""
    url, (reader, denied) = moto
    role, user = whoami(reader, endpoint_url=url), whoami(denied, endpoint_url=url)

    assert isinstance(role, Identity)
    assert role.arn == "arn:aws:sts::123456789012:assumed-role/reader/ci-42"
    assert isinstance(user, Identity)
    assert user.principal == User("aws", "123456789012", "denied")


def test_find_role_arn_with_moto(moto: tuple[str, tuple[Any, Any]]) -> None:
    """With the permission, the path is found; without it, the call is denied."""
    url, (reader, denied) = moto
    session = "arn:aws:sts::123456789012:assumed-role/app/run-1"

    assert find_role_arn(reader, session, endpoint_url=url) == "arn:aws:iam::123456789012:role/team/app"
    refusal = find_role_arn(denied, session, endpoint_url=url)
    assert isinstance(refusal, Refusal)
    assert refusal.failure is not None
    assert (refusal.failure.kind, refusal.failure.action) == ("access_denied", "iam:GetRole")
    unknown = whoami(_boto3(aws_access_key_id="AKIDNOTTHERE"), endpoint_url=url)
    assert isinstance(unknown, Refusal)
    assert unknown.failure is not None
    assert unknown.failure.kind == "invalid_credentials"
