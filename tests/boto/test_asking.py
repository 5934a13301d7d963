"""Asking AWS about a denial through real clients: the answers, and each way in which there is none."""

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
from tests.boto.answering import AnsweringServer, Asked, answering, document, elements, result
from tests.boto.moto_server import checking

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
def aws(aws_environment: pytest.MonkeyPatch) -> Iterator[AnsweringServer]:
    """A server for STS, IAM and IAM Toolbox."""
    del aws_environment
    with answering() as server:
        yield server


@pytest.fixture(autouse=True)
def asked(aws: AnsweringServer) -> list[Asked]:
    """What the server was asked in this test."""
    aws.asked = []
    return aws.asked


@pytest.fixture(scope="module")
def iam_toolbox(aws_environment: pytest.MonkeyPatch) -> None:
    """Only with a botocore that knows IAM Toolbox."""
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
    """A session of each kind."""
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
    return result("GetCallerIdentity", elements(Arn=arn, UserId="AIDAEXAMPLEANA", Account=ACCOUNT))


def test_who_calls(aws: AnsweringServer, asked: list[Asked], session: Any) -> None:  # noqa: ANN401
    """STS tells who calls, and the explanation makes use of it."""
    aws.answer = lambda _: _caller()
    identity = whoami(session, endpoint_url=aws.url)

    assert identity == Identity(ANA, ACCOUNT, "AIDAEXAMPLEANA")
    assert isinstance(identity, Identity)
    assert identity.principal == User("aws", ACCOUNT, "ana")
    assert identity.facts == Facts(caller=ANA)
    assert [(each.action, each.scope) for each in asked] == [("GetCallerIdentity", ("eu-west-1", "sts"))]
    assert pickle.loads(pickle.dumps(identity)) == identity
    nobody = "User is not authorized to perform: sqs:SendMessage because no identity-based policy allows it"
    assert explain(nobody, facts=identity) == explain(nobody, facts=Facts(caller=ANA)) != explain(nobody)


def test_identity_that_is_no_principal(aws: AnsweringServer) -> None:
    """Stand-ins for AWS tell ARNs that IAM does not have: they are told, and are no principal."""
    aws.answer = lambda _: _caller(f"arn:aws:sts::{ACCOUNT}:user/moto")
    identity = whoami(_boto3(), endpoint_url=aws.url)

    assert isinstance(identity, Identity)
    assert (identity.arn, identity.principal) == (f"arn:aws:sts::{ACCOUNT}:user/moto", None)


@dataclass(frozen=True)
class Wrong:
    """A way in which there is no answer."""

    reply: wires.Reply
    kind: str | None
    words: str


WRONG = {
    "denied": Wrong(
        wires.query(403, "AccessDenied", _denied("sts:GetCallerIdentity")), "access_denied", "was denied"
    ),
    "expired": Wrong(
        wires.query(403, "ExpiredToken", "The security token included in the request is expired"),
        "expired_credentials",
        "expired",
    ),
    "unknown key": Wrong(
        wires.query(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
        "invalid_credentials",
        "",
    ),
    "fault": Wrong(wires.query(500, "InternalFailure", "We are sorry"), "aws_error", ""),
    "page of a proxy": Wrong(
        wires.Reply(200, b"<html>Log in <b>here", {"Content-Type": "text/html"}), None, "ResponseParserError"
    ),
    "an empty answer": Wrong(result("GetCallerIdentity", ""), None, "may not be STS"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_nobody_is_told(aws: AnsweringServer, wrong: Wrong) -> None:
    """Whatever goes wrong is a value, which tells why, explains itself, brings no facts and pickles."""
    aws.answer = lambda _: wrong.reply
    refusal = whoami(_boto3(), endpoint_url=aws.url, config=QUICK)

    assert isinstance(refusal, Refusal)
    assert not refusal
    assert refusal.asked == "sts:GetCallerIdentity"
    assert (refusal.failure and refusal.failure.kind) == wrong.kind
    assert wrong.words in refusal.reason
    assert str(refusal) == f"sts:GetCallerIdentity: {refusal.reason}"
    assert refusal.facts == Facts()
    assert refusal.explanation().summary
    assert pickle.loads(pickle.dumps(refusal)) == refusal
    assert explain("AccessDenied", facts=[refusal]) == explain("AccessDenied")


def test_denial_of_the_asking_explains_itself(aws: AnsweringServer) -> None:
    """The refusal of a denied question says how to allow it."""
    aws.answer = lambda _: wires.query(403, "AccessDenied", _denied("sts:DecodeAuthorizationMessage"))
    refusal = decode_message(_encoded(), _boto3(), endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    policies = [each.policy for each in refusal.explanation().remedies if each.policy]
    assert policies[0]["Statement"][0]["Action"] == "sts:DecodeAuthorizationMessage"


UNASKED: dict[str, Callable[[], Any]] = {
    "unreachable": lambda: whoami(_boto3(), endpoint_url="http://127.0.0.1:9", config=QUICK),
    "no credentials": lambda: whoami(boto3.Session(region_name="eu-west-1")),
    "no such region": lambda: whoami(_boto3(), region_name="not a region"),
    "no URL": lambda: whoami(_boto3(), endpoint_url="junk"),
    "no region": lambda: authorization_details(AUTH_ID, _boto3(None)),
    "bad proxy": lambda: whoami(
        _boto3(),
        endpoint_url="http://127.0.0.1:9",
        config=QUICK.merge(Config(proxies={"http": "http://[::"})),
    ),
}


@pytest.mark.parametrize("ask", UNASKED.values(), ids=UNASKED.keys())
def test_question_that_reaches_nobody(
    aws_environment: pytest.MonkeyPatch, asked: list[Asked], ask: Callable[[], Any]
) -> None:
    """What keeps a call from being made or answered is a refusal as well."""
    del aws_environment
    refusal = ask()

    assert isinstance(refusal, Refusal)
    assert refusal.reason
    assert refusal.explanation().summary
    assert asked == []


PROFILES = {
    "a file that is none": "[profile work\n",
    "a process that fails": f"[profile work]\ncredential_process = {sys.executable} -c 'raise SystemExit(3)'\n",
    "a process that prints no JSON": f"[profile work]\ncredential_process = {sys.executable} -c 'print(1)'\n",
    "a token that is not there": (
        f"[profile work]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/app\nweb_identity_token_file = /nowhere/token\n"
    ),
    "a login that is not there": (
        f"[profile work]\nsso_session = s\nsso_account_id = {ACCOUNT}\nsso_role_name = View\n"
        "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n"
    ),
    "a profile that is not there": "[profile home]\n",
}


@pytest.mark.parametrize("config", PROFILES.values(), ids=PROFILES.keys())
def test_profile_without_credentials(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path, config: str
) -> None:
    """Settings that give no credentials are a refusal, whatever the provider raised."""
    del aws_environment
    (tmp_path / "config").write_text(config, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        patch.setenv("HOME", str(tmp_path))
        session = botocore.session.Session(profile="work")
        asking = [
            whoami(session, region_name="eu-west-1"),
            find_role_arn(session, "app"),
            decode_message(_encoded(), session, region_name="eu-west-1"),
            authorization_details(_with_id(), session),
        ]
        facts = gather_facts(_encoded(), session)

    for refusal in asking:
        assert isinstance(refusal, Refusal)
        assert refusal.reason
    assert facts == Facts()


MISUSES: dict[str, Callable[[Any], object]] = {
    "no session": lambda _: whoami("eu-west-1"),
    "no session to decode with": lambda _: decode_message("no failure", None),
    "no session for details": lambda _: authorization_details("no failure", None),
    "no session for roles": lambda _: find_role_arn(None, "a b"),
    "no session to gather with": lambda _: gather_facts("no failure", None),
    "argument": lambda session: whoami(session, regions=["eu-west-1"]),
    "config": lambda session: whoami(session, config={"connect_timeout": 1}),
    "no failure": lambda session: decode_message(7, session),  # type: ignore[arg-type]
    "no failure for details": lambda session: authorization_details(None, session),  # type: ignore[arg-type]
    "no role": lambda session: find_role_arn(session, None),  # type: ignore[arg-type]
    "user": lambda session: find_role_arn(session, User("aws", ACCOUNT, "ana")),  # type: ignore[arg-type]
    "one URL for all": lambda session: gather_facts(_encoded(), session, endpoint_url="http://127.0.0.1:9"),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_misuse(session: Any, misuse: Callable[[Any], object]) -> None:  # noqa: ANN401
    """What is wrong in the program stays a TypeError."""
    with pytest.raises(TypeError):
        misuse(session)


@pytest.mark.parametrize("ask", [decode_message, authorization_details, gather_facts])
def test_arguments_the_wrong_way_round(session: Any, ask: Any) -> None:  # noqa: ANN401
    with pytest.raises(TypeError, match="first argument must be the failure"):
        ask(session, "no failure")


class AwaitedSession(botocore.session.Session):  # type: ignore[misc] # botocore has no types
    """A session of aiobotocore's shape: what it gives has to be awaited."""

    async def get_credentials(self) -> None:
        """Give nothing."""


def test_session_whose_clients_are_awaited() -> None:
    """A session for asyncio is refused before it makes a client that nobody would await."""
    for ask in (
        whoami,
        lambda session: find_role_arn(session, "app"),
        lambda session: decode_message(BLOB, session),
    ):
        with pytest.raises(TypeError, match="synchronous session"):
            ask(AwaitedSession())


@pytest.mark.parametrize(
    ("default", "given", "wanted"),
    [
        (None, None, (5, 20)),
        (Config(read_timeout=3), None, (5, 3)),
        (Config(read_timeout=3), Config(connect_timeout=2, read_timeout=4), (2, 4)),
    ],
)
def test_time_outs(aws: AnsweringServer, default: Any, given: Any, wanted: tuple[int, int]) -> None:  # noqa: ANN401
    """Who asks does not wait a minute, unless the session or the caller wants it so."""
    aws.answer = lambda _: _caller()
    session, seen = _botocore(), []
    if default is not None:
        session.set_default_client_config(default)

    def note(context: dict[str, Any], **_: object) -> None:
        seen.append((context["client_config"].connect_timeout, context["client_config"].read_timeout))

    session.register("before-call.sts", note)
    assert whoami(session, endpoint_url=aws.url, config=given)
    assert seen == [wanted]


def test_failure_at_hand_is_not_taken_for_the_answer(aws_environment: pytest.MonkeyPatch) -> None:
    """Asked in a handler, the refusal is about the asking, not about what is being handled."""
    del aws_environment

    def fail() -> None:
        raise ClientError(
            {"Error": {"Code": "AccessDenied", "Message": _denied("s3:GetObject")}}, "GetObject"
        )

    def asked_in_a_handler() -> object:
        try:
            fail()
        except ClientError:
            return whoami(boto3.Session(region_name="eu-west-1"))
        return None

    refusal = asked_in_a_handler()
    assert isinstance(refusal, Refusal)
    assert refusal.failure is not None
    assert refusal.failure.kind == "missing_credentials"
    assert "GetObject" not in str(refusal)


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY"
HOSTILE = f"\u202e\u009b31m AWS_SECRET_ACCESS_KEY={SECRET} {'x' * 5000}"


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
    ids=["an error", "a resource", "a hostile resource", "a principal", "no XML"],
)
def test_refusal_is_safe_to_print(aws: AnsweringServer, reply: wires.Reply) -> None:
    """What a stranger answers brings no control characters and no secrets to a terminal."""
    aws.answer = lambda _: reply
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
    return result("DecodeAuthorizationMessage", elements(DecodedMessage=json.dumps(meaning)))


TOLD = {
    "text": _encoded(),
    "text broken over lines": _encoded("\n".join(BLOB[at : at + 40] for at in range(0, len(BLOB), 40))),
    "the message alone": BLOB,
    "the message alone, broken over lines": f"  {BLOB[:60]}\n  {BLOB[60:]}\n",
    "bytes": _encoded().encode(),
    "an exception": ClientError(
        {
            "Error": {
                "Code": "UnauthorizedOperation",
                "Message": f"You are not authorized to perform this operation. Encoded authorization failure message: {BLOB}",
            }
        },
        "RunInstances",
    ),
    "a failure": AccessDenied(encoded_message=BLOB),
}


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD.keys())
def test_message_is_decoded(aws: AnsweringServer, asked: list[Asked], told: Any) -> None:  # noqa: ANN401
    """STS is given the message as a whole, and what it says becomes facts."""
    aws.answer = lambda _: _decoding()
    decoded = decode_message(told, _boto3(), endpoint_url=aws.url)

    assert isinstance(decoded, DecodedMessage)
    assert (decoded.action, decoded.deny) == ("ec2:RunInstances", "implicit")
    assert [(each.action, each.form["EncodedMessage"], each.scope) for each in asked] == [
        ("DecodeAuthorizationMessage", BLOB, ("eu-west-1", "sts"))
    ]
    explanation = explain(_encoded(), facts=[whoami(_boto3(), endpoint_url=aws.url), decoded])
    assert "ec2:RunInstances" in explanation.summary


@pytest.mark.parametrize(
    ("region", "resource", "options", "wanted"),
    [
        ("eu-west-1", "", {}, "eu-west-1"),
        ("eu-west-1", f"arn:aws:ec2:us-west-2:{ACCOUNT}:instance/*", {}, "eu-west-1"),
        (None, f"arn:aws:ec2:us-west-2:{ACCOUNT}:instance/*", {}, "us-west-2"),
        ("eu-west-1", "", {"region_name": "eu-north-1"}, "eu-north-1"),
        ("eu-west-1", "", {"config": Config(region_name="eu-south-1")}, "eu-south-1"),
        ("cn-north-1", f"arn:aws-cn:ec2:cn-northwest-1:{ACCOUNT}:instance/*", {}, "cn-north-1"),
    ],
)
def test_region_that_decodes(
    aws: AnsweringServer,
    asked: list[Asked],
    region: str | None,
    resource: str,
    options: dict[str, Any],
    wanted: str,
) -> None:
    """The session's region decodes, unless the caller states one, or the session has none."""
    aws.answer = lambda _: _decoding()
    told = (
        _encoded(resource=resource).replace(BUILD, BUILD.replace("arn:aws:", resource[:11] + ":", 1))
        if "-cn" in resource
        else _encoded(resource=resource)
    )

    assert isinstance(decode_message(told, _boto3(region), endpoint_url=aws.url, **options), DecodedMessage)
    assert asked[0].scope == (wanted, "sts")


def test_no_text_leads_to_another_partition(aws: AnsweringServer, asked: list[Asked]) -> None:
    """The session's credentials are not sent to where a text points."""
    aws.answer = lambda _: _decoding()
    abroad = AccessDenied(
        resource=f"arn:aws-cn:ec2:cn-north-1:{ACCOUNT}:instance/*",
        encoded_message=BLOB,
        authorization_id=AUTH_ID,
    )
    for refusal in (
        decode_message(abroad, _boto3(), endpoint_url=aws.url),
        authorization_details(abroad, _boto3(), endpoint_url=aws.url),
        authorization_details(
            _with_id("cn-north-1.console.amazonaws.cn", "cn-north-1", "aws-cn"),
            _boto3(),
            endpoint_url=aws.url,
        ),
    ):
        assert isinstance(refusal, Refusal)
        assert "partition aws-cn" in refusal.reason
    assert asked == []


@pytest.mark.usefixtures("iam_toolbox")
def test_no_text_leads_away_from_a_region_that_is_not_known(aws: AnsweringServer, asked: list[Asked]) -> None:
    """Whose partition a new region is of is not known, so the credentials stay there."""
    aws.answer = _toolbox({None: _details()}, _policy_of)
    told = _with_id("cn-north-1.console.amazonaws.cn", "cn-north-1", "aws-cn")
    answer = authorization_details(told, _boto3("mars-1"), endpoint_url=aws.url)

    assert isinstance(answer, RequestAuthorization)
    assert {each.scope for each in asked} == {("mars-1", "iam")}


def test_failure_without_message(asked: list[Asked], session: Any) -> None:  # noqa: ANN401
    """Where there is nothing to decode, STS is not asked."""
    for told in (
        "",
        "no failure at all",
        _with_id(),
        AccessDenied(),
        AccessDenied(encoded_message=""),
        BLOB * 200,
    ):
        refusal = decode_message(told, session)
        assert refusal == Refusal("sts:DecodeAuthorizationMessage", "There is no encoded message to decode.")
    assert asked == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            wires.query(400, "InvalidAuthorizationMessageException", "Message is not valid"),
            "truncated, altered",
        ),
        (_decoding(["surprise"]), "DocumentError"),
        (_decoding({"hello": 1}), "DocumentError"),
        (result("DecodeAuthorizationMessage", elements(DecodedMessage="{")), "DocumentError"),
        (result("DecodeAuthorizationMessage", ""), "DocumentError"),
    ],
)
def test_message_that_is_not_decoded(aws: AnsweringServer, reply: wires.Reply, words: str) -> None:
    """What STS refuses, and what is no decoded message, is a refusal."""
    aws.answer = lambda _: reply
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
    return document(body)


def _toolbox(
    pages: dict[str | None, wires.Reply], policies: Callable[[str], wires.Reply]
) -> Callable[[Asked], wires.Reply]:
    def answer(asked: Asked) -> wires.Reply:
        if asked.path == f"/authorization-details/{AUTH_ID}":
            return pages[asked.query.get("nextToken")]
        assert asked.path == f"/authorization-details/{AUTH_ID}/policy"
        return policies(asked.query["policyUri"])

    return answer


def _policy_of(uri: str) -> wires.Reply:
    return document({"policyDocument": {"Version": "2012-10-17", "Statement": [], "Id": uri}})


@pytest.mark.usefixtures("iam_toolbox")
def test_details_with_their_policies(aws: AnsweringServer, asked: list[Asked], session: Any) -> None:  # noqa: ANN401
    """All pages are read in the region of the call, and each policy is asked for once."""
    aws.answer = _toolbox(
        {None: _details(MANAGED, token="two/2="), "two/2=": _details(INLINE, MANAGED, action="iam:GetRole")},
        _policy_of,
    )
    answer = authorization_details(_with_id(), session, endpoint_url=aws.url)

    assert isinstance(answer, RequestAuthorization)
    assert (answer.region, answer.authorization_id, answer.refused) == ("us-east-1", AUTH_ID, {})
    assert [each.action for each in answer.details.evaluations] == ["iam:ListRoles", "iam:GetRole"]
    assert {uri: policy["Id"] for uri, policy in answer.documents.items()} == {
        MANAGED: MANAGED,
        INLINE: INLINE,
    }
    assert {each.scope for each in asked} == {("us-east-1", "iam")}
    assert [each.query.get("policyUri") for each in asked] == [None, None, MANAGED, INLINE]
    assert answer.facts == Facts(authorization_details=answer.details, region="us-east-1")
    assert explain(_with_id(), facts=answer) == explain(
        _with_id(), facts={"authorization_details": answer.details, "region": "us-east-1"}
    )
    assert explain(_with_id(), facts=answer) != explain(_with_id())
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert hash(answer) == hash(pickle.loads(pickle.dumps(answer)))


@pytest.mark.usefixtures("iam_toolbox")
@pytest.mark.parametrize(
    ("address", "own", "wanted"),
    [
        (("eu-central-1.console.aws.amazon.com", "eu-central-1", "aws"), "eu-west-1", "eu-central-1"),
        (("us-gov-west-1.console.amazonaws-us-gov.com", "us-gov-west-1", "aws-us-gov"), "us-gov-east-1", "us-gov-west-1"),
        (("cn-northwest-1.console.amazonaws.cn", "cn-northwest-1", "aws-cn"), "cn-north-1", "cn-northwest-1"),
        (("eusc-de-east-1.console.amazonaws-eusc.eu", "eusc-de-east-1", "aws-eusc"), None, "eusc-de-east-1"),
        (("us-iso-east-1.console.c2shome.ic.gov", "us-iso-east-1", "aws-iso"), None, "us-iso-east-1"),
        # Host and parameter do not agree, or are no region: nothing is sure, so it is the session's.
        (("eu-central-1.console.aws.amazon.com", "us-east-1", "aws"), "eu-west-1", "eu-west-1"),
        (("moon-1.console.aws.amazon.com", "moon-1", "aws"), "eu-west-1", "eu-west-1"),
        (("console.aws.amazon.com", "us-east-1", "aws"), "eu-west-1", "eu-west-1"),
    ],
)  # fmt: skip
def test_region_of_the_details(
    aws: AnsweringServer,
    asked: list[Asked],
    address: tuple[str, str, str],
    own: str | None,
    wanted: str,
) -> None:
    """The console's address in the message tells the region, in each partition."""
    aws.answer = _toolbox({None: _details()}, _policy_of)
    answer = authorization_details(_with_id(*address), _boto3(own), endpoint_url=aws.url)

    assert isinstance(answer, RequestAuthorization)
    assert answer.region == wanted
    assert asked[0].scope == (wanted, "iam")


@pytest.mark.usefixtures("iam_toolbox")
@pytest.mark.parametrize(
    ("told", "options", "wanted"),
    [
        pytest.param(
            AccessDenied(
                authorization_id=AUTH_ID, resource=f"arn:aws:eks:eu-north-1:{ACCOUNT}:cluster/orders"
            ),
            {},
            "eu-north-1",
            id="the resource's",
        ),
        pytest.param(
            AccessDenied(authorization_id=AUTH_ID, resource=f"arn:aws:iam::{ACCOUNT}:role/app"),
            {},
            "eu-west-1",
            id="the session's",
        ),
        pytest.param(AUTH_ID, {}, "eu-west-1", id="the id alone"),
        pytest.param(_with_id(), {"region_name": "eu-south-2"}, "eu-south-2", id="the caller's"),
        pytest.param(
            _with_id("cn-north-1.console.amazonaws.cn", "cn-north-1"),
            {},
            "eu-west-1",
            id="not another partition's",
        ),
        pytest.param(
            _with_id("moon-1.console.aws.amazon.com", "moon-1").replace(BUILD, "ana"),
            {},
            "eu-west-1",
            id="no region",
        ),
        pytest.param(
            AccessDenied(authorization_id=AUTH_ID, text=_with_id(), span=(40, 90)),
            {},
            "us-east-1",
            id="an address behind the sentence",
        ),
        pytest.param(
            _with_id().replace("/iam/home?", "/iam/\n  home?"), {}, "us-east-1", id="a broken address"
        ),
        pytest.param(
            "see https://eu-south-1.console.aws.amazon.com/iam/home?region=eu-south-1"
            f"#/authorization-details/1{AUTH_ID} too. {_with_id()}",
            {},
            "us-east-1",
            id="not another one's",
        ),
    ],
)
def test_region_without_a_clear_address(
    aws: AnsweringServer,
    asked: list[Asked],
    told: str | Failure,
    options: dict[str, str],
    wanted: str,
) -> None:
    """Without the address of these details, resource and session tell the region; the caller overrides all."""
    aws.answer = _toolbox({None: _details()}, _policy_of)

    assert isinstance(
        authorization_details(told, _boto3(), endpoint_url=aws.url, **options), RequestAuthorization
    )
    assert asked[0].scope == (wanted, "iam")


@pytest.mark.usefixtures("iam_toolbox")
def test_policies_that_decided_come_first(aws: AnsweringServer, asked: list[Asked]) -> None:
    """What decided is read first, in whatever order the policies are told."""
    page = json.loads(_details(INLINE).body)
    page["policies"] = [{"uri": MANAGED}, {"type": "SESSION_POLICY"}, {"uri": INLINE}]
    aws.answer = _toolbox({None: document(page)}, _policy_of)
    answer = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(answer, RequestAuthorization)
    assert [each.query.get("policyUri") for each in asked] == [None, INLINE, MANAGED]


@pytest.mark.usefixtures("iam_toolbox")
def test_policies_that_cannot_be_had(aws: AnsweringServer, asked: list[Asked]) -> None:
    """Details are worth something without a policy; which one, and why, is told."""

    def policies(uri: str) -> wires.Reply:
        if uri == CONTROL:
            return wires.rest_json(403, "AccessDeniedException", _denied("iam:GetRequestAuthorizationPolicy"))
        return document({"policyDocument": 7}) if uri == INLINE else _policy_of(uri)

    aws.answer = _toolbox({None: _details(CONTROL, MANAGED, INLINE)}, policies)
    answer = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(answer, RequestAuthorization)
    assert set(answer.documents) == {MANAGED}
    assert set(answer.refused) == {CONTROL, INLINE}
    assert answer.refused[CONTROL].failure is not None
    assert answer.refused[CONTROL].asked == "iam:GetRequestAuthorizationPolicy"
    assert "DocumentError" in answer.refused[INLINE].reason
    assert len(asked) == 4


@pytest.mark.usefixtures("iam_toolbox")
def test_refused_policies_are_not_asked_for_without_end(aws: AnsweringServer, asked: list[Asked]) -> None:
    """After a few policies in a row that cannot be had, the others are not tried."""
    uris = [f"policy-uri:{number}" for number in range(20)]
    aws.answer = _toolbox(
        {None: _details(*uris)},
        lambda _: wires.rest_json(403, "AccessDeniedException", _denied("iam:GetRequestAuthorizationPolicy")),
    )
    answer = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(answer, RequestAuthorization)
    assert list(answer.refused) == uris
    assert len(asked) == 4
    assert "not requested" in answer.refused[uris[-1]].reason


@pytest.mark.usefixtures("iam_toolbox")
def test_many_policies(aws: AnsweringServer, asked: list[Asked]) -> None:
    """There is a limit to the policies that are asked for."""
    uris = [f"policy-uri:{number}" for number in range(103)]
    aws.answer = _toolbox({None: _details(*uris)}, _policy_of)
    answer = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(answer, RequestAuthorization)
    assert (len(answer.documents), list(answer.refused)) == (100, uris[100:])
    assert len(asked) == 101


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
        ({None: document({"evaluations": [{"action": 7}]})}, "DocumentError", 1),
        ({None: document({})}, "DocumentError", 1),
        ({None: document([])}, "", 1),
    ],
)
def test_details_that_cannot_be_had(
    aws: AnsweringServer, asked: list[Asked], pages: dict[str | None, wires.Reply], words: str, calls: int
) -> None:
    """Half of the details is no answer, and pages come to an end."""
    aws.answer = _toolbox(pages, _policy_of)
    refusal = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url, config=QUICK)

    assert isinstance(refusal, Refusal)
    assert refusal.asked == "iam:GetRequestAuthorizationDetails"
    assert words in refusal.reason
    assert len(asked) == calls


@pytest.mark.usefixtures("iam_toolbox")
def test_pages_without_end(aws: AnsweringServer, asked: list[Asked]) -> None:
    """Ever new tokens are not followed for ever."""
    aws.answer = lambda _: _details(token=f"t{len(asked)}")
    refusal = authorization_details(_with_id(), _boto3(), endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert len(asked) == 100


def test_failure_without_id(asked: list[Asked], session: Any) -> None:  # noqa: ANN401
    """Where there is no id, IAM Toolbox is not asked."""
    for told in ("", "no failure", _encoded(), AccessDenied(), "0A1B" * 8, "internationalization"):
        refusal = authorization_details(told, session)
        assert refusal == Refusal(
            "iam:GetRequestAuthorizationDetails", "There is no authorization ID to look up."
        )
    assert asked == []


def test_botocore_without_iam_toolbox(tmp_path: Path) -> None:
    """An older botocore does not know IAM Toolbox; that is told, not raised."""
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
    return elements(Arn=arn, RoleName=name, Path="/", RoleId="AROAEXAMPLE", CreateDate="2026-01-01T00:00:00Z")


def _iam(*arns: str, get: wires.Reply | None = None, size: int = 2) -> Callable[[Asked], wires.Reply]:
    """Answer as an account with these roles."""

    def answer(asked: Asked) -> wires.Reply:
        if asked.action == "GetRole":
            if get is not None:
                return get
            wanted = asked.form["RoleName"]
            for arn in arns:
                if arn.rpartition("/")[2] == wanted:
                    return result("GetRole", f"<Role>{_role(arn)}</Role>")
            return wires.query(404, "NoSuchEntity", f"The role with name {wanted} cannot be found.")
        assert asked.action == "ListRoles"
        under = [arn for arn in arns if f":role{asked.form['PathPrefix']}" in arn]
        at = int(asked.form.get("Marker", "0"))
        more = (
            elements(IsTruncated="true", Marker=str(at + size))
            if at + size < len(under)
            else elements(IsTruncated="false")
        )
        members = "".join(f"<member>{_role(arn)}</member>" for arn in under[at : at + size])
        return result("ListRoles", f"<Roles>{members}</Roles>{more}")

    return answer


TEAM_APP = f"arn:aws:iam::{ACCOUNT}:role/team/app"
SSO_ARN = f"arn:aws:iam::{ACCOUNT}:role{SSO_PATH}{SSO}"
PLAIN = f"arn:aws:iam::{ACCOUNT}:role/plain"
NO_GET = wires.query(403, "AccessDenied", _denied("iam:GetRole", resource=f"role {SSO}"))


def _path_unknown() -> RolePathUnknownError:
    with pytest.raises(RolePathUnknownError) as caught:
        normalize_role_arn(f"arn:aws:sts::{ACCOUNT}:assumed-role/{SSO}/ana", target="access-entry")
    return caught.value


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        pytest.param("app", TEAM_APP, id="name"),
        pytest.param("  app\n", TEAM_APP, id="name with blanks around it"),
        pytest.param(TEAM_APP, TEAM_APP, id="the ARN itself"),
        pytest.param(f"arn:aws:iam::{ACCOUNT}:role/app", TEAM_APP, id="ARN without path"),
        pytest.param(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/ci-42", TEAM_APP, id="session"),
        pytest.param(SSO, SSO_ARN, id="Identity Center's name"),
        pytest.param(_path_unknown(), SSO_ARN, id="the error that asks for it"),
        pytest.param("plain", PLAIN, id="role without path"),
        pytest.param(parse_arn(TEAM_APP), TEAM_APP, id="ARN as a value"),
        pytest.param(Role("aws", ACCOUNT, "app"), TEAM_APP, id="role as a value"),
        pytest.param(RoleSession("aws", ACCOUNT, "app", "ci-42"), TEAM_APP, id="session as a value"),
    ],
)
@pytest.mark.parametrize("get", [None, NO_GET], ids=["get", "list"])
def test_role_is_found(
    aws: AnsweringServer,
    asked: list[Asked],
    name: Any,  # noqa: ANN401 (a table)
    wanted: str,
    get: wires.Reply | None,
) -> None:
    """The path is found by the name, by listing roles where to get one is denied."""
    others = [f"arn:aws:iam::{ACCOUNT}:role/other-{number}" for number in range(5)]
    aws.answer = _iam(*others, TEAM_APP, SSO_ARN, PLAIN, get=get)

    assert find_role_arn(_boto3(), name, endpoint_url=aws.url) == wanted
    assert asked[0].action == "GetRole"
    if get is None:
        assert len(asked) == 1


def test_identity_center_roles_are_listed_under_their_path(aws: AnsweringServer, asked: list[Asked]) -> None:
    """An account has few roles under the reserved path, and many others."""
    aws.answer = _iam(PLAIN, SSO_ARN, get=NO_GET)

    assert find_role_arn(_boto3(), SSO, endpoint_url=aws.url) == SSO_ARN
    assert [each.form.get("PathPrefix") for each in asked] == [None, "/aws-reserved/sso.amazonaws.com/"]
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
        pytest.param("nobody", "has no role nobody", id="no such role"),
        pytest.param(
            FOREIGN.replace("/app/", "/nobody/"), "the ARN names account 444455556666", id="neither"
        ),
    ],
)
def test_wrong_role_is_no_answer(
    aws: AnsweringServer, name: str, words: str, get: wires.Reply | None
) -> None:
    """A role that only shares the name is not told as the one that was asked for."""
    aws.answer = _iam(TEAM_APP, get=get)
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
def test_name_that_no_role_has(asked: list[Asked], name: str) -> None:
    """What names no role is refused without a call, and safe to print."""
    refusal = find_role_arn(_boto3(), name)

    assert isinstance(refusal, Refusal)
    assert str(refusal).isprintable()
    assert asked == []


def test_get_and_list_denied(aws: AnsweringServer, asked: list[Asked]) -> None:
    """Where both are denied, the refusal is that of the smaller permission."""
    aws.answer = lambda one: (
        NO_GET if one.action == "GetRole" else wires.query(403, "AccessDenied", _denied("iam:ListRoles"))
    )
    refusal = find_role_arn(_boto3(), SSO, endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert (refusal.asked, refusal.failure and refusal.failure.action) == ("iam:GetRole", "iam:GetRole")
    assert len(asked) == 2


def test_roles_are_not_listed_for_another_reason(aws: AnsweringServer, asked: list[Asked]) -> None:
    """Where it is not the permission to get a role that lacks, to list roles is no way."""
    aws.answer = lambda _: WRONG["expired"].reply
    refusal = find_role_arn(_boto3(), "app", endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert refusal.failure is not None
    assert refusal.failure.kind == "expired_credentials"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "page",
    [
        result("ListRoles", f"<Roles/>{elements(IsTruncated='true', Marker='m')}"),
        result("ListRoles", f"<Roles/>{elements(IsTruncated='true')}"),
        result("ListRoles", ""),
    ],
    ids=["the same marker again", "no marker", "no roles"],
)
def test_listing_without_an_end(aws: AnsweringServer, asked: list[Asked], page: wires.Reply) -> None:
    """A list that cannot be read to its end does not prove that there is no such role."""
    aws.answer = lambda one: NO_GET if one.action == "GetRole" else page
    refusal = find_role_arn(_boto3(), SSO, endpoint_url=aws.url)

    assert isinstance(refusal, Refusal)
    assert refusal.asked in {"iam:GetRole", "iam:ListRoles"}
    assert len(asked) <= 3


@pytest.mark.parametrize(
    "inner",
    ["", "<Role/>", f"<Role>{_role(PLAIN)}</Role>", f"<Role>{_role(ANA)}</Role>"],
    ids=["nothing", "empty", "another role", "a user"],
)
def test_answer_that_is_not_the_role(aws: AnsweringServer, inner: str) -> None:
    """What does not tell the role's ARN is not told as if it did."""
    aws.answer = lambda _: result("GetRole", inner)

    assert isinstance(find_role_arn(_boto3(), "app", endpoint_url=aws.url), Refusal)


# ------------------------------------------------ gather_facts


@pytest.fixture
def everywhere(aws: AnsweringServer) -> Iterator[None]:
    """Every service's endpoint is the server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", aws.url)
        yield


def _all(caller: str = BUILD, decoding: wires.Reply | None = None) -> Callable[[Asked], wires.Reply]:
    toolbox = _toolbox({None: _details(MANAGED)}, _policy_of)

    def answer(asked: Asked) -> wires.Reply:
        if asked.action == "GetCallerIdentity":
            return _caller(caller)
        if asked.action == "DecodeAuthorizationMessage":
            return decoding or _decoding()
        return toolbox(asked)

    return answer


@pytest.mark.usefixtures("everywhere")
def test_all_that_is_told(aws: AnsweringServer, session: Any) -> None:  # noqa: ANN401
    """Everything that applies is asked, and comes as one Facts."""
    aws.answer = _all()
    facts = gather_facts(_encoded(), session)

    assert facts.caller == BUILD
    assert facts.decoded_message is not None
    assert facts.authorization_details is None
    assert explain(_encoded(), facts=facts).summary


@pytest.mark.usefixtures("everywhere", "iam_toolbox")
def test_details_that_are_told(aws: AnsweringServer, session: Any) -> None:  # noqa: ANN401
    """For an authorization id, these are its details and their region."""
    aws.answer = _all()
    facts = gather_facts(_with_id(), session)

    assert facts.caller == BUILD
    assert facts.authorization_details is not None
    assert facts.region == "us-east-1"


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize(
    ("told", "caller", "wanted"),
    [
        pytest.param(_with_id(), BUILD, BUILD, id="the same session"),
        pytest.param(
            _with_id(), BUILD.replace("ci-42", "ci-43"), BUILD.replace("ci-42", "ci-43"), id="the same role"
        ),
        pytest.param(_with_id(), ANA, None, id="somebody else"),
        pytest.param(_encoded(), ANA, None, id="somebody else, says the encoded message"),
        pytest.param("AccessDenied: Access Denied", ANA, ANA, id="nobody is named"),
        pytest.param(
            'Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group ""',
            ANA,
            ANA,
            id="Kubernetes names its own user",
        ),
        pytest.param("no failure at all", ANA, None, id="no failure"),
    ],
)
def test_session_may_be_of_somebody_else(
    aws: AnsweringServer, told: str, caller: str, wanted: str | None
) -> None:
    """An administrator's session that only asks is not told as the caller of the denied call."""
    aws.answer = _all(caller)

    assert gather_facts(told, _boto3()).caller == wanted


@pytest.mark.usefixtures("everywhere")
def test_refused_questions_are_left_out(aws: AnsweringServer, caplog: pytest.LogCaptureFixture) -> None:
    """What is denied is left out, and logged."""
    denied = wires.query(403, "AccessDenied", _denied("sts:DecodeAuthorizationMessage"))
    aws.answer = _all(decoding=denied)
    with caplog.at_level(logging.INFO, "iamtriage.boto"):
        facts = gather_facts(_encoded(), _boto3())

    assert facts == Facts(caller=BUILD)
    assert "sts:DecodeAuthorizationMessage" in caplog.text


@pytest.mark.usefixtures("everywhere")
def test_session_without_credentials_asks_once(aws: AnsweringServer, asked: list[Asked]) -> None:
    """Where nobody is behind the session, nothing else is asked."""
    aws.answer = lambda _: WRONG["expired"].reply

    assert gather_facts(_encoded(), _boto3()) == Facts()
    assert [each.action for each in asked] == ["GetCallerIdentity"]


# ------------------------------------------------ moto


def _people(url: str) -> tuple[Any, Any]:
    """Make a session of who may get roles, and one of who may do nothing."""
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
        iam.create_user(UserName="nobody")
        key = iam.create_access_key(UserName="nobody")["AccessKey"]
        role = "arn:aws:iam::123456789012:role/reader"
        got = sts.assume_role(RoleArn=role, RoleSessionName="ci-42")["Credentials"]
    return (
        _boto3(
            aws_access_key_id=got["AccessKeyId"],
            aws_secret_access_key=got["SecretAccessKey"],
            aws_session_token=got["SessionToken"],
        ),
        _boto3(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]),
    )


@pytest.fixture(scope="module")
def moto(aws_environment: pytest.MonkeyPatch) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Moto's server with IAM checked: its address, and the sessions."""
    del aws_environment
    with checking(_people) as running:
        yield running


def test_moto_tells_who_calls(moto: tuple[str, tuple[Any, Any]]) -> None:
    """A role's session and a user are told by a server that checks signatures and policies."""
    url, (reader, nobody) = moto
    role, user = whoami(reader, endpoint_url=url), whoami(nobody, endpoint_url=url)

    assert isinstance(role, Identity)
    assert role.arn == "arn:aws:sts::123456789012:assumed-role/reader/ci-42"
    assert isinstance(user, Identity)
    assert user.principal == User("aws", "123456789012", "nobody")


def test_moto_finds_roles_for_who_may(moto: tuple[str, tuple[Any, Any]]) -> None:
    """The path comes from IAM for who may ask, and a denial for who may not."""
    url, (reader, nobody) = moto
    session = "arn:aws:sts::123456789012:assumed-role/app/run-1"

    assert find_role_arn(reader, session, endpoint_url=url) == "arn:aws:iam::123456789012:role/team/app"
    refusal = find_role_arn(nobody, session, endpoint_url=url)
    assert isinstance(refusal, Refusal)
    assert refusal.failure is not None
    assert (refusal.failure.kind, refusal.failure.action) == ("access_denied", "iam:GetRole")
    wrong = whoami(_boto3(aws_access_key_id="AKIDNOTTHERE"), endpoint_url=url)
    assert isinstance(wrong, Refusal)
    assert wrong.failure is not None
    assert wrong.failure.kind == "invalid_credentials"
