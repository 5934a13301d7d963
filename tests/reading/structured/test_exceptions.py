"""Exceptions as parse() gets them: botocore's own, chains and groups, broken ones, kubernetes' by shape.

botocore's client-side errors are provoked, not built, wherever a machine without AWS can provoke them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import string
import subprocess
import sys
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
import botocore.credentials
import botocore.exceptions
import botocore.tokens
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from iamtriage import parse
from tests.boto import wires
from tests.boto.records import read_record, record
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USER = "arn:aws:iam::111122223333:user/ana"
ROLE = "arn:aws:iam::111122223333:role/deployer"
SSO_SESSION = (
    "[profile work]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Readers\n"
    "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example.com/start\n"
)
SSO_LEGACY = (
    "[profile work]\nsso_account_id = 111122223333\nsso_role_name = Readers\n"
    "sso_region = eu-west-1\nsso_start_url = https://corp.example.com/start\n"
)
EXPIRED, VALID = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"


# ------------------------------------------------ botocore's client-side errors, provoked


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without AWS: no variable, no file, no instance metadata, no SSO cache, no proxy."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    cache = tmp_path / "cache"
    cache.mkdir()
    # botocore made these of the home directory when it was imported.
    monkeypatch.setattr(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", str(cache))
    monkeypatch.setattr(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(cache))
    return tmp_path


def _call(profile: str | None = None, endpoint: str = "http://127.0.0.1:9", **credentials: str) -> None:
    """Ask STS who one is, with one attempt."""
    session: Any = boto3.Session(profile_name=profile)
    client = session.client(
        "sts",
        region_name="eu-west-1",
        endpoint_url=endpoint,
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
        **credentials,
    )
    try:
        client.get_caller_identity()
    finally:
        client.close()


@contextmanager
def _setting(name: str, value: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        yield


def _cache_token(home: Path, key: str, expires: str) -> None:
    name = hashlib.sha1(key.encode()).hexdigest()
    token = {"accessToken": "example-token", "expiresAt": expires}
    (home / "cache" / f"{name}.json").write_text(json.dumps(token), encoding="utf-8")


def _without_credentials(_: Path) -> None:
    _call()


def _with_half_a_key(_: Path) -> None:
    with _setting("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"):
        _call()


def _with_profile(config: str) -> Callable[[Path], None]:
    """Give a call under the profile ``work`` of a config file."""

    def call(home: Path) -> None:
        (home / "config").write_text(config, encoding="utf-8")
        _call("work")

    return call


def _with_expired_session(home: Path) -> None:
    _cache_token(home, "corp", EXPIRED)
    _with_profile(SSO_SESSION)(home)


def _without_region(_: Path) -> None:
    boto3.Session().client("eks")


def _with_malformed_region(_: Path) -> None:
    boto3.Session().client("eks", region_name="not a region")


def _with_unknown_endpoint_mode(_: Path) -> None:
    with _setting("AWS_STS_REGIONAL_ENDPOINTS", "global"):
        boto3.Session().client("sts", region_name="eu-west-1")


def _to_closed_port(_: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _call(
        endpoint=f"http://127.0.0.1:{port}",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="example-secret",
    )


def _to_server_without_tls(_: Path) -> None:
    with wires.serving() as server:
        endpoint = server.url.replace("http:", "https:")
        _call(endpoint=endpoint, aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example-secret")


def _without_bearer_token(_: Path) -> None:
    client = boto3.Session().client(
        "codecatalyst", region_name="us-west-2", endpoint_url="http://127.0.0.1:9"
    )
    try:
        client.list_spaces()
    finally:
        client.close()


PROVOKED: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "no-credentials": (_without_credentials, "missing_credentials", "NoCredentialsError"),
    "half-a-key": (_with_half_a_key, "missing_credentials", "PartialCredentialsError"),
    "unknown-profile": (_with_profile(""), "missing_credentials", "ProfileNotFound"),
    "unknown-source-profile": (
        _with_profile(f"[profile work]\nrole_arn = {ROLE}\nsource_profile = gone\n"),
        "missing_credentials",
        "InvalidConfigError",
    ),
    "source-profile-without-credentials": (
        _with_profile(
            f"[profile work]\nrole_arn = {ROLE}\nsource_profile = bare\n[profile bare]\nregion = eu-west-1\n"
        ),
        "missing_credentials",
        "InvalidConfigError",
    ),
    "source-profiles-in-a-circle": (
        _with_profile(
            f"[profile work]\nrole_arn = {ROLE}\nsource_profile = b\n[profile b]\nrole_arn = {ROLE}\nsource_profile = work\n"
        ),
        "missing_credentials",
        "InfiniteLoopConfigError",
    ),
    "empty-credential-source": (
        _with_profile(f"[profile work]\nrole_arn = {ROLE}\ncredential_source = Environment\n"),
        "missing_credentials",
        "CredentialRetrievalError",
    ),
    "failing-credential-process": (
        _with_profile("[profile work]\ncredential_process = /bin/sh -c 'echo no luck >&2; exit 3'\n"),
        "missing_credentials",
        "CredentialRetrievalError",
    ),
    "credential-process-without-key": (
        _with_profile('[profile work]\ncredential_process = /bin/echo {\\"Version\\":1}\n'),
        "missing_credentials",
        "CredentialRetrievalError",
    ),
    "no-sso-token": (_with_profile(SSO_SESSION), "missing_credentials", "SSOTokenLoadError"),
    "no-sso-token-of-start-url": (_with_profile(SSO_LEGACY), "missing_credentials", "SSOTokenLoadError"),
    "expired-sso-token": (_with_expired_session, "expired_credentials", "TokenRetrievalError"),
    "no-bearer-token": (_without_bearer_token, "missing_credentials", "NoAuthTokenError"),
    "no-region": (_without_region, "aws_error", "NoRegionError"),
    "malformed-region": (_with_malformed_region, "aws_error", "InvalidRegionError"),
    "unknown-endpoint-mode": (
        _with_unknown_endpoint_mode,
        "aws_error",
        "InvalidSTSRegionalEndpointsConfigError",
    ),
    "closed-port": (_to_closed_port, "aws_error", "EndpointConnectionError"),
    "no-tls": (_to_server_without_tls, "aws_error", "SSLError"),
}


@pytest.mark.unmeasured
@pytest.mark.parametrize(("provoke", "kind", "code"), PROVOKED.values(), ids=PROVOKED.keys())
def test_client_side_error(home: Path, provoke: Callable[[Path], None], kind: str, code: str) -> None:
    """An error that botocore raises before AWS answers has its kind, its class as the code, and nothing else."""
    with pytest.raises(getattr(botocore.exceptions, code)) as caught:
        provoke(home)

    assert read_record(caught.value) == record(kind=kind, code=code)


@pytest.mark.unmeasured
@pytest.mark.parametrize(("provoke", "kind", "code"), PROVOKED.values(), ids=PROVOKED.keys())
def test_traceback_of_client_side_error(
    home: Path, provoke: Callable[[Path], None], kind: str, code: str
) -> None:
    """The printed traceback, which names the class, is read as the exception is."""
    with pytest.raises(BotoCoreError) as caught:
        provoke(home)
    printed = "".join(traceback.format_exception(caught.value))
    got = read_record(printed)

    assert (got["kind"], got["code"]) == (kind, code)


@pytest.mark.parametrize("expires", [EXPIRED, VALID], ids=["expired", "signed-out"])
def test_sso_token_that_is_no_longer_accepted(home: Path, expires: str) -> None:
    """A token that is too old, or that SSO's portal refuses: the credentials were there and are of no use."""
    _cache_token(home, "https://corp.example.com/start", expires)
    with wires.serving() as server, _setting("AWS_ENDPOINT_URL_SSO", server.url):
        server.reply = wires.rest_json(401, "UnauthorizedException", "Session token not found or invalid")
        with pytest.raises(botocore.exceptions.UnauthorizedSSOTokenError) as caught:
            _with_profile(SSO_LEGACY)(home)
    got = read_record(caught.value)

    # Of the second, the portal's own 401 is the context: botocore says more with its exception.
    assert got == record(kind="expired_credentials", code="UnauthorizedSSOTokenError")


def test_denial_behind_a_credential_process(home: Path) -> None:
    """What the credential process printed of AWS is the cause, with its own code."""
    sentence = (
        "An error occurred (AccessDenied) when calling the AssumeRole operation: "
        f"User: {USER} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    )
    (home / "helper").write_text(f"#!/bin/sh\necho '{sentence}' >&2\nexit 254\n", encoding="utf-8")
    (home / "helper").chmod(0o700)
    with pytest.raises(botocore.exceptions.CredentialRetrievalError) as caught:
        _with_profile(f"[profile work]\ncredential_process = {home / 'helper'}\n")(home)

    assert read_record(caught.value) == record(
        kind="access_denied",
        code="AccessDenied",
        operation="AssumeRole",
        service="sts",
        principal=USER,
        account="111122223333",
        action="sts:AssumeRole",
        resource=ROLE,
    )


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(
            f"[profile work]\nrole_arn = {ROLE}\nweb_identity_token_file = FOLDER/gone\n", id="token-file"
        ),
        pytest.param("[profile work]\ncredential_process = FOLDER/gone\n", id="credential-process"),
    ],
)
def test_missing_file_is_no_failure_of_aws(home: Path, config: str) -> None:
    """botocore lets the operating system's error through, whose text names nothing of AWS."""
    with pytest.raises(FileNotFoundError) as caught:
        _with_profile(config.replace("FOLDER", str(home)))(home)

    assert parse(caught.value) is None


# ------------------------------------------------ botocore's client-side errors, all of them


def _classes(root: type[Exception]) -> set[type[Exception]]:
    return {root}.union(*(_classes(cls) for cls in root.__subclasses__()))


def _made(cls: type[Exception]) -> Exception:
    """Make an instance, each field of its message the field's name."""
    fields = {
        name
        for _, name, _, _ in string.Formatter().parse(str(vars(cls).get("fmt", getattr(cls, "fmt", ""))))
        if name
    }
    return cls(**{name: f"example-{name}" for name in fields})


NAMED = sorted(
    (
        cls
        for cls in _classes(BotoCoreError)
        if cls.__module__ == "botocore.exceptions"
        and re.search(r"Credential|Token|SSO|Login|Profile|Endpoint|Region|Metadata", cls.__name__)
    ),
    key=lambda cls: cls.__name__,
)
PLACES = re.compile(r"Endpoint|Region")
IDENTITIES = {"missing_credentials", "expired_credentials", "invalid_credentials", "access_denied"}


def test_botocore_has_such_classes() -> None:
    """The walk finds the classes that it is about, so that the next test says something."""
    names = {cls.__name__ for cls in NAMED}

    assert {
        "NoCredentialsError",
        "ProfileNotFound",
        "NoRegionError",
        "SSOTokenLoadError",
        "EndpointConnectionError",
    } <= names


@check_rows("cls", NAMED, ids=lambda cls: cls.__name__)
def test_every_class_about_credentials_endpoints_or_regions(cls: type[Exception]) -> None:
    """No class of the installed botocore that speaks of these is passed over, and its name is the code."""
    got = read_record(_made(cls))

    assert got["code"] == cls.__name__
    assert got["kind"] in ({"aws_error"} if PLACES.search(cls.__name__) else IDENTITIES)


@check_rows(
    "name",
    [
        "ParamValidationError",
        "OperationNotPageableError",
        "UnknownServiceError",
        "ChecksumError",
        "StubResponseError",
    ],
)
def test_other_classes_are_no_failures(name: str) -> None:
    """A wrong argument or an unknown service is no failure of AWS."""
    assert parse(_made(getattr(botocore.exceptions, name))) is None


def test_subclass_of_the_user_keeps_botocores_code() -> None:
    """A class that a user derived is read as what it derives from."""

    class MyCredentialsError(NoCredentialsError):  # type: ignore[misc]
        pass

    assert read_record(MyCredentialsError()) == record(kind="missing_credentials", code="NoCredentialsError")


# ------------------------------------------------ ClientError by its shape


def _denied(operation: str = "DescribeCluster", action: str = "eks:DescribeCluster") -> Any:  # noqa: ANN401 (botocore has no types)
    return ClientError(
        {
            "Error": {
                "Code": "AccessDeniedException",
                "Message": f"User: {USER} is not authorized to perform: {action}",
            },
            "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": "1f2e3d4c-example"},
        },
        operation,
    )


def _failed(code: str, message: str, operation: str = "GetObject") -> Any:  # noqa: ANN401 (as above)
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


DENIED = record(
    kind="access_denied",
    code="AccessDeniedException",
    operation="DescribeCluster",
    service="eks",
    principal=USER,
    account="111122223333",
    action="eks:DescribeCluster",
    status_code=403,
    request_id="1f2e3d4c-example",
)


class LookAlikeError(Exception):
    """Has what a ClientError has, and nothing of botocore."""

    def __init__(self, text: str, response: object, operation_name: object = "DescribeCluster") -> None:
        super().__init__(text)
        self.response = response
        self.operation_name = operation_name


class MuteError(LookAlikeError):
    """Cannot be printed."""

    def __str__(self) -> str:
        msg = "no text"
        raise ValueError(msg)


class AskingError(Exception):
    """Does not even give its attributes."""

    @property
    def response(self) -> NoReturn:
        msg = "not now"
        raise RuntimeError(msg)

    operation_name = status = body = reason = response


def test_subclass_of_another_library() -> None:
    """aiobotocore and moto derive from ClientError, or raise classes that botocore made at run time."""
    patched = type("PatchedClientError", (ClientError,), {"__module__": "aiobotocore.client"})
    error = _denied()

    assert read_record(patched(error.response, error.operation_name)) == DENIED


def test_shape_is_enough() -> None:
    """The response and the operation are read from anything that has both."""
    assert read_record(LookAlikeError("denied", _denied().response)) == DENIED


def test_response_wins_over_the_text() -> None:
    """A subclass that words its text anew hides nothing."""
    assert (
        read_record(
            LookAlikeError(
                "An error occurred (Throttling) when calling the X operation: slow", _denied().response
            )
        )
        == DENIED
    )


def test_exception_that_cannot_be_printed() -> None:
    """Its response is read all the same."""
    assert read_record(MuteError("", _denied().response)) == DENIED


@check_rows("name", ["response", "operation_name", "status", "body"])
def test_an_interrupt_stops_the_reading(name: str) -> None:
    """Ctrl-C while a foreign property runs is not taken for one of its errors."""

    def interrupt(_: BaseException) -> NoReturn:
        raise KeyboardInterrupt

    error = type("SlowError", (Exception,), {name: property(interrupt)})("Access Denied")
    with pytest.raises(KeyboardInterrupt):
        parse(error)


@check_rows(
    "error",
    [
        pytest.param(MuteError("", None, None), id="no-text"),
        pytest.param(AskingError("nothing here"), id="attributes-raise"),
        pytest.param(Exception(), id="empty"),
        pytest.param(Exception(b"\xff\x00", 3), id="odd-arguments"),
        pytest.param(KeyboardInterrupt(), id="interrupt"),
    ],
)
def test_nothing_to_read(error: BaseException) -> None:
    """An exception that tells nothing gives None and raises nothing."""
    assert parse(error) is None


@check_rows(
    "response",
    [
        pytest.param(None, id="none"),
        pytest.param(b"bytes", id="bytes"),
        pytest.param(403, id="number"),
        pytest.param([], id="list"),
        pytest.param({}, id="empty"),
        pytest.param({"Error": None}, id="no-error"),
        pytest.param({"Error": "AccessDenied"}, id="error-is-text"),
        pytest.param({"Error": {}}, id="error-is-empty"),
        pytest.param({"Error": {"Code": None, "Message": None}}, id="nulls"),
        pytest.param({"Error": {"Code": b"AccessDenied", "Message": b"x"}}, id="error-of-bytes"),
        pytest.param({"Error": {"Code": ["AccessDenied"], "Message": {"a": 1}}}, id="error-of-containers"),
        pytest.param({"Error": {"Code": True, "Message": 1}}, id="error-of-numbers"),
        pytest.param({"ResponseMetadata": None}, id="no-metadata"),
        pytest.param({"ResponseMetadata": "text"}, id="metadata-is-text"),
        pytest.param(
            {"ResponseMetadata": {"HTTPStatusCode": "403", "RequestId": 1, "HostId": b"x"}}, id="odd-metadata"
        ),
        pytest.param({"ResponseMetadata": {"HTTPStatusCode": 10**9, "RequestId": None}}, id="huge-status"),
        pytest.param({1: 2, None: {}}, id="keys-that-are-no-text"),
    ],
)
@check_rows("operation", ["DescribeCluster", None, 7], ids=["operation", "no-operation", "odd-operation"])
def test_broken_response(response: object, operation: object) -> None:
    """Whatever the response lacks, the text is still read, and nothing raises."""
    text = f"An error occurred (AccessDenied) when calling the DescribeCluster operation: User: {USER} is not authorized to perform: eks:DescribeCluster"
    got = read_record(LookAlikeError(text, response, operation))

    assert {key: got[key] for key in ("kind", "principal", "action", "operation")} == {
        "kind": "access_denied",
        "principal": USER,
        "action": "eks:DescribeCluster",
        "operation": "DescribeCluster",
    }


@pytest.mark.parametrize(
    ("response", "facts"),
    [
        pytest.param(
            {"Error": {"Code": "AccessDenied"}},
            {"kind": "access_denied", "code": "AccessDenied"},
            id="no-message",
        ),
        pytest.param(
            {"Error": {"Code": 403}},
            {"kind": "access_denied", "code": "403", "status_code": 403},
            id="number-as-code",
        ),
        pytest.param(
            {"Error": {"Code": "ExpiredToken", "Message": None}, "ResponseMetadata": {"HTTPStatusCode": 400}},
            {"kind": "expired_credentials", "code": "ExpiredToken", "status_code": 400},
            id="null-message",
        ),
    ],
)
def test_incomplete_response(response: dict[str, object], facts: dict[str, object]) -> None:
    """What a ClientError's response does state counts."""
    assert read_record(ClientError(response, "GetObject")) == record(operation="GetObject", **facts)


@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedException:http://internal.example.com/coral/",
        "com.example.eks#AccessDeniedException",
        "com.example.eks#AccessDeniedException:http://internal.example.com/coral/",
    ],
)
def test_decorations_that_old_botocores_leave(code: str) -> None:
    """The namespace and address that the wire puts around a code are no part of it, in exception and text."""
    response = {
        "Error": {"Code": code, "Message": f"User: {USER} is not authorized to perform: eks:DescribeCluster"}
    }
    error = ClientError(response, "DescribeCluster")
    facts = DENIED | {"status_code": None, "request_id": None}

    assert read_record(error) == facts
    assert read_record(str(error)) == facts


# ------------------------------------------------ chains and groups


def _raised(error: BaseException, **chain: BaseException | bool) -> BaseException:
    """Set the dunders of an exception as ``raise … from`` and ``except`` do."""
    for name, value in chain.items():
        setattr(error, f"__{name}__", value)
    return error


def _wrap() -> None:
    try:
        raise _denied()
    except ClientError as error:
        msg = "the deployment failed"
        raise RuntimeError(msg) from error


def _fail_while_handling() -> None:
    try:
        raise _denied()
    except ClientError:
        int("not a number")


def _hide() -> None:
    try:
        raise _denied()
    except ClientError:
        msg = "the deployment failed"
        raise RuntimeError(msg) from None


def _hide_but_tell() -> None:
    try:
        raise _denied()
    except ClientError as error:
        msg = f"the deployment failed: {error}"
        raise RuntimeError(msg) from None


def test_explicit_cause() -> None:
    """``raise … from error``: the cause is the failure, with all of its facts."""
    with pytest.raises(RuntimeError) as caught:
        _wrap()

    assert read_record(caught.value) == DENIED


def test_implicit_context() -> None:
    """An error raised while another was handled: the one that was handled is read."""
    with pytest.raises(ValueError, match="not a number") as caught:
        _fail_while_handling()

    assert read_record(caught.value) == DENIED


def test_suppressed_context() -> None:
    """``raise … from None`` hides the context: only the outer text counts."""
    with pytest.raises(RuntimeError) as caught:
        _hide()

    assert parse(caught.value) is None


def test_suppressed_context_with_the_text() -> None:
    """The outer text may still tell of the failure; the ids are gone with the context."""
    with pytest.raises(RuntimeError) as caught:
        _hide_but_tell()

    assert read_record(caught.value) == DENIED | {"status_code": None, "request_id": None}


def test_cause_before_context() -> None:
    """With an explicit cause, the context is not looked at, as in a traceback."""
    error = _raised(
        RuntimeError("failed"), cause=ValueError("unrelated"), context=_denied(), suppress_context=True
    )

    assert parse(error) is None


def test_outer_failure_wraps_inner() -> None:
    """An outer AWS error that was raised from a denial is not the cause."""
    outer = _raised(_failed("ValidationException", "The role cannot be used", "CreateThing"), cause=_denied())

    assert read_record(outer) == DENIED


def test_denial_after_a_handled_not_found() -> None:
    """Get or create: what was not found is no failure, being denied to create it is."""
    outer = _raised(
        _denied("CreateCluster", "eks:CreateCluster"),
        context=_failed("ResourceNotFoundException", "No cluster found"),
    )
    got = read_record(outer)

    assert (got["kind"], got["operation"], got["action"]) == (
        "access_denied",
        "CreateCluster",
        "eks:CreateCluster",
    )


def test_circle_of_causes() -> None:
    """A circle ends."""
    inner = _denied()
    outer = _raised(RuntimeError("a"), cause=_raised(RuntimeError("b"), cause=inner))
    _raised(inner, cause=outer)

    assert read_record(outer) == DENIED


def test_exception_that_causes_itself() -> None:
    """The smallest circle ends too."""
    error = _denied()
    with suppress(ValueError):
        _raised(error, cause=error)

    assert read_record(error) == DENIED


def test_long_chain() -> None:
    """A chain of any length is walked without recursion."""
    error: BaseException = RuntimeError("0")
    for number in range(20_000):
        error = _raised(RuntimeError(str(number)), context=error)

    assert parse(error) is None
    while error.__context__ is not None:  # else the interpreter would free the chain recursively
        error, error.__context__ = error.__context__, None


@check_rows(
    ("errors", "kind", "operation"),
    [
        pytest.param(
            [
                _failed("Throttling", "Rate exceeded", "A"),
                _denied("B"),
                _failed("ExpiredToken", "expired", "C"),
            ],
            "access_denied",
            "B",
            id="a-denial-first",
        ),
        pytest.param([_denied("A"), _denied("B")], "access_denied", "A", id="the-first-of-two-denials"),
        pytest.param(
            [_failed("Throttling", "Rate exceeded", "A"), _failed("ExpiredToken", "expired", "B")],
            "expired_credentials",
            "B",
            id="then-anything-but-aws-error",
        ),
        pytest.param(
            [_failed("Throttling", "Rate exceeded", "A"), _failed("NoSuchKey", "none", "B")],
            "aws_error",
            "A",
            id="then-the-first",
        ),
        pytest.param([ValueError("x"), _denied("B")], "access_denied", "B", id="with-others"),
        pytest.param(
            [ValueError("x"), ExceptionGroup("inner", [KeyError("y"), _denied("B")])],
            "access_denied",
            "B",
            id="nested",
        ),
        pytest.param(
            [_raised(RuntimeError("x"), cause=_denied("A")), _denied("B")],
            "access_denied",
            "A",
            id="with-causes",
        ),
    ],
)
def test_group(errors: list[Exception], kind: str, operation: str) -> None:
    """Of independent failures the first denial counts, else the first that is no plain AWS error, else the first."""
    got = read_record(ExceptionGroup("tasks", errors))

    assert (got["kind"], got["operation"]) == (kind, operation)


def test_group_without_failures() -> None:
    """A group of other errors is none."""
    assert parse(ExceptionGroup("tasks", [ValueError("x"), KeyError("y")])) is None


def test_group_as_cause() -> None:
    """A group may itself be a cause."""
    assert (
        read_record(
            _raised(RuntimeError("failed"), cause=ExceptionGroup("tasks", [ValueError("x"), _denied()]))
        )
        == DENIED
    )


def test_exit_with_a_message() -> None:
    """Exceptions that end the program are read as any other."""
    assert read_record(SystemExit(str(_denied())))["action"] == "eks:DescribeCluster"


# ------------------------------------------------ kubernetes' ApiException, by its shape


class OpenApiError(Exception):
    """Has what exceptions of clients by OpenAPI Generator have, and prints as they do."""

    def __init__(self, status: int, reason: str, body: str | bytes | None, headers: object = None) -> None:
        super().__init__(status, reason)
        self.status, self.reason, self.body, self.headers = status, reason, body, headers

    def __str__(self) -> str:
        text = f"({self.status})\nReason: {self.reason}\n"
        if self.headers:
            text += f"HTTP response headers: {self.headers}\n"
        return text + f"HTTP response body: {self.body!r}\n" if self.body else text


class ApiException(OpenApiError):  # noqa: N818 (the client's own name)
    """That of the Kubernetes client."""

    __module__ = "kubernetes.client.exceptions"


def _status(code: int, reason: str, message: str) -> str:
    return json.dumps(
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "code": code,
        }
    )


FORBIDDEN = _status(
    403,
    "Forbidden",
    f'deployments.apps is forbidden: User "{USER}" cannot list resource "deployments" in API group "apps" in the namespace "shop"',
)
KUBERNETES = {
    "forbidden": (
        ApiException(403, "Forbidden", FORBIDDEN, {"Audit-Id": "example"}),
        record(
            kind="kubernetes_forbidden",
            principal=USER,
            account="111122223333",
            status_code=403,
            k8s_user=USER,
            k8s_verb="list",
            k8s_resource="deployments",
            k8s_api_group="apps",
            k8s_namespace="shop",
        ),
    ),
    "forbidden-in-bytes-at-the-cluster-scope": (
        ApiException(
            403,
            "Forbidden",
            _status(
                403,
                "Forbidden",
                'nodes is forbidden: User "system:anonymous" cannot watch resource "nodes" in API group "" at the cluster scope',
            ).encode(),
        ),
        record(
            kind="kubernetes_forbidden",
            principal="system:anonymous",
            status_code=403,
            k8s_user="system:anonymous",
            k8s_verb="watch",
            k8s_resource="nodes",
            k8s_api_group="",
        ),
    ),
    "unauthorized": (
        ApiException(
            401, "Unauthorized", _status(401, "Unauthorized", "Unauthorized"), {"Audit-Id": "example"}
        ),
        record(kind="kubernetes_unauthorized", status_code=401),
    ),
    "unauthorized-without-body": (
        ApiException(401, "Unauthorized", None),
        record(kind="kubernetes_unauthorized", status_code=401),
    ),
}


@check_rows(("error", "facts"), KUBERNETES.values(), ids=KUBERNETES.keys())
def test_kubernetes(error: ApiException, facts: dict[str, object]) -> None:
    """The body is the API server's Status: who may not do what, and where."""
    assert read_record(error) == facts


@check_rows(
    "error",
    [
        pytest.param(
            ApiException(404, "Not Found", _status(404, "NotFound", 'pods "web" not found')), id="not-found"
        ),
        pytest.param(
            ApiException(409, "Conflict", _status(409, "AlreadyExists", 'pods "web" already exists')),
            id="conflict",
        ),
        pytest.param(OpenApiError(401, "Unauthorized", '{"error": "bad key"}'), id="another-api"),
        pytest.param(OpenApiError(401, "Unauthorized", None), id="another-api-without-a-word"),
        pytest.param(ApiException(500, "Internal Server Error", None), id="no-body"),
        pytest.param(ApiException(422, "Unprocessable Entity", "<html>"), id="body-is-no-json"),
    ],
)
def test_other_http_errors(error: Exception) -> None:
    """What is missing or in conflict is no refusal."""
    assert parse(error) is None


@pytest.mark.parametrize("status", [401, 403, 404])
def test_refusal_of_another_site(home: Path, status: int) -> None:
    """Another site's HTTP error has a status and a reason too, and is none of Kubernetes' or AWS's."""
    del home  # so that no proxy is asked
    with wires.serving() as server:
        server.reply = wires.Reply(status, b"no")
        with pytest.raises(HTTPError) as caught:
            urlopen(server.url)
        caught.value.close()

    assert parse(caught.value) is None


# ------------------------------------------------ what parse() takes, and what it loads


@check_rows(
    "thing",
    [42, None, 1.5, True, ["text"], ("text",), {"text"}, Path("error.log"), object(), ClientError],
    ids=lambda thing: type(thing).__name__,
)
def test_other_types_are_refused(thing: Any) -> None:  # noqa: ANN401 (wrong on purpose)
    """Only text, bytes, exceptions and mappings can tell of a failure."""
    with pytest.raises(TypeError, match=type(thing).__name__):
        parse(thing)


@check_rows(
    "argument",
    [
        pytest.param("'Unable to locate credentials'", id="text"),
        pytest.param("b'Unable to locate credentials'", id="bytes"),
        pytest.param("RuntimeError('Unable to locate credentials')", id="exception"),
        pytest.param("{'Error': {'Code': 'ExpiredToken', 'Message': 'expired'}}", id="mapping"),
    ],
)
def test_no_sdk_is_loaded(argument: str) -> None:
    """botocore, boto3 and kubernetes are recognised by shape: parsing imports none of them."""
    program = (
        "import sys, iamtriage\n"
        f"assert iamtriage.parse({argument}) is not None\n"
        "print(*sorted({'boto3', 'botocore', 'kubernetes', 's3transfer'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
