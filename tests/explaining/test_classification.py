"""Tests for the classification of errors: denied, expired, worth a retry."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    SSLError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
    WaiterError,
)
from hypothesis import given
from typing_extensions import override

from iamtriage import (
    AccessDenied,
    Denied,
    Expired,
    ExpiredCredentials,
    MissingCredentials,
    Retryable,
    classify,
    is_access_denied,
    is_expired,
    is_retryable,
    matching,
    parse,
)
from tests.strategies import Case, cases
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage import Failure

WHO = "arn:aws:sts::111122223333:assumed-role/orders/run-1"


def _client_error(code: str, message: str, operation: str = "GetObject", status: int = 403) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, operation)


def _denial(why: str = "because no identity-based policy allows the s3:GetObject action") -> ClientError:
    what = 'is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::orders/a.csv"'
    return _client_error("AccessDenied", f"User: {WHO} {what} {why}")


EXPIRED = {
    "session": _client_error("ExpiredToken", "The provided token has expired.", status=400),
    "json": _client_error("ExpiredTokenException", "The security token included in the request is expired"),
    "identity-center": UnauthorizedSSOTokenError(),
}
DENIED = {
    "reason": _denial(),
    "explicit": _denial("with an explicit deny in a service control policy"),
    "bare": _client_error("AccessDenied", "Access Denied"),
    "head": _client_error("403", "Forbidden", "HeadObject"),
    "ec2": _client_error(
        "UnauthorizedOperation", "You are not authorized to perform this operation.", "RunInstances"
    ),
    "waiter": WaiterError(
        "cluster_active",
        "An error occurred (AccessDeniedException): User: arn:aws:iam::111122223333:user/ana is not "
        "authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:111122223333:cluster/a",
        {"Error": {"Code": "AccessDeniedException"}},
    ),
}
RETRYABLE: dict[str, tuple[Exception, str]] = {
    "throttling": (_client_error("ThrottlingException", "Rate exceeded", status=400), "throttled"),
    "slow-down": (_client_error("SlowDown", "Please reduce your request rate.", status=503), "throttled"),
    "ec2-rate": (_client_error("RequestLimitExceeded", "Request limit exceeded.", status=503), "throttled"),
    "fault": (_client_error("InternalFailure", "An internal error occurred", status=500), "unavailable"),
    "down": (_client_error("ServiceUnavailable", "Service Unavailable", status=503), "unavailable"),
    "timeout": (ConnectTimeoutError(endpoint_url="https://sts.eu-west-1.amazonaws.com/"), "unavailable"),
    "refused": (EndpointConnectionError(endpoint_url="https://eks.eu-west-1.amazonaws.com/"), "unavailable"),
    "lambda-role": (
        _client_error(
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
            "CreateFunction",
            400,
        ),
        "propagation",
    ),
    "new-principal": (
        _client_error(
            "MalformedPolicyDocument",
            'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/new"',
            "CreateRole",
            400,
        ),
        "propagation",
    ),
    "new-entry": (
        _client_error(
            "InvalidParameterException",
            "The specified principalArn is invalid: invalid principal.",
            "CreateAccessEntry",
            400,
        ),
        "propagation",
    ),
    "profile": (
        _client_error(
            "InvalidParameterValue",
            "Value (orders) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
            "RunInstances",
            400,
        ),
        "propagation",
    ),
    "faults-without-a-word": (_client_error("503", "Service Unavailable", "HeadObject", 503), "unavailable"),
    "fault-by-status": (_client_error("KMSInternalException", "", "Decrypt", 500), "unavailable"),
    "too-many-by-status": (_client_error("ModelNotReadyException", "", "InvokeModel", 429), "throttled"),
    "clock": (
        _client_error(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        "clock_skew",
    ),
    "late": (
        _client_error(
            "SignatureDoesNotMatch",
            "Signature expired: 20261125T100000Z is now earlier than 20261125T102000Z (20261125T102500Z - 5 min.)",
        ),
        "clock_skew",
    ),
}
FINAL = {
    "nothing": ValueError("no"),
    "key": KeyError("ThrottlingException"),
    "found": _client_error(
        "ResourceNotFoundException", "No cluster found for name: a.", "DescribeCluster", 404
    ),
    "validation": _client_error("ValidationException", "1 validation error detected", status=400),
    "not-made": _client_error("501", "Not Implemented", "HeadObject", 501),
    "quota": _client_error(
        "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", "CreateAccessKey"
    ),
    "secret": _client_error(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    ),
    "certificate": SSLError(endpoint_url="https://s3.amazonaws.com", error="certificate verify failed"),
    "no-host": OSError(
        "Get https://sts.mars-1.amazonaws.com/: dial tcp: lookup sts.mars-1.amazonaws.com: no such host"
    ),
    "no-credentials": NoCredentialsError(),
}


@check_rows("error", DENIED.values(), ids=DENIED)
def test_denial_is_denied_and_final(error: Exception) -> None:
    verdict = classify(error)
    assert verdict.is_access_denied
    assert (verdict.is_expired, verdict.is_retryable) == (False, False)
    assert is_access_denied(error)
    assert isinstance(error, Denied)
    assert not isinstance(error, Expired | Retryable)


@pytest.mark.parametrize("error", EXPIRED.values(), ids=EXPIRED)
def test_expired_credentials_are_expired(error: Exception) -> None:
    verdict = classify(error)
    assert (verdict.is_access_denied, verdict.is_expired, verdict.is_retryable) == (False, True, False)
    assert is_expired(error)
    assert isinstance(error, Expired)


@pytest.mark.parametrize(("error", "why"), RETRYABLE.values(), ids=RETRYABLE)
def test_error_is_retryable(error: Exception, why: str) -> None:
    assert classify(error).retry == why
    assert is_retryable(error)
    assert isinstance(error, Retryable)
    assert not is_access_denied(error)


@check_rows("error", FINAL.values(), ids=FINAL)
def test_error_is_not_retryable(error: Exception) -> None:
    assert classify(error).retry is None
    assert not is_retryable(error)


@check_rows(
    "error",
    [
        pytest.param(_denial(), id="denial"),
        pytest.param(_denial("with an explicit deny in an identity-based policy"), id="removed-deny"),
        pytest.param(
            _client_error("InvalidClientTokenId", "The security token included in the request is invalid."),
            id="new-key",
        ),
        pytest.param(_client_error("NoSuchEntity", "The role with name new cannot be found."), id="new-role"),
    ],
)
def test_change_makes_error_retryable(error: Exception) -> None:
    assert classify(error).retry is None
    assert classify(error, after_change=True).retry == "propagation"
    assert is_retryable(error, after_change=True)


@check_rows(
    "error",
    [
        EXPIRED["session"],
        FINAL["validation"],
        NoCredentialsError(),
        SSOTokenLoadError(profile_name="orders", error_msg="no token"),
        _client_error("NoSuchKey", "The specified key does not exist.", status=404),
    ],
)
def test_change_in_iam_does_not_matter(error: Exception) -> None:
    assert classify(error, after_change=True).retry is None


def test_bug_in_a_handler_is_not_a_denial() -> None:
    bug = KeyError("orders")
    bug.__context__ = _denial()
    assert parse(bug) is not None
    assert classify(bug).failure is None
    assert not is_access_denied(bug)


def test_error_raised_from_a_denial_is_a_denial() -> None:
    wrapped = RuntimeError("no orders today")
    wrapped.__cause__ = _denial()
    assert is_access_denied(wrapped)


def test_group_is_denied_if_all_its_exceptions_are() -> None:
    throttled = RETRYABLE["throttling"][0]
    group = ExceptionGroup("calls", [_denial(), ExceptionGroup("more", [_denial(), throttled])])
    assert not is_access_denied(group)
    denied, rest = group.split(is_access_denied)
    assert denied is not None
    assert rest is not None
    assert is_access_denied(denied)
    assert is_retryable(rest)
    assert [type(each) for each in rest.exceptions] == [ExceptionGroup]


@check_rows(
    ("members", "denied", "retry"),
    [
        ([_denial(), _denial()], True, None),
        ([_denial(), ValueError("a bug")], False, None),
        ([_denial(), RETRYABLE["throttling"][0]], False, None),
        ([RETRYABLE["throttling"][0], ValueError("a bug")], False, None),
        ([RETRYABLE["throttling"][0], RETRYABLE["clock"][0]], False, "throttled"),
    ],
)
def test_group_classification_agrees_with_its_predicates(
    members: list[Exception],
    retry: str | None,
    *,
    denied: bool,
) -> None:
    """What holds for some exceptions only is not the result: it would hide a bug or retry it."""
    group = ExceptionGroup("calls", members)
    wrapped = RuntimeError("some calls failed")
    wrapped.__cause__ = group
    for error in (group, wrapped):
        verdict = classify(error)

        assert (verdict.is_access_denied, is_access_denied(error)) == (denied, denied)
        assert verdict.retry == retry
        assert is_retryable(error) == (retry is not None)


def test_cyclic_group() -> None:
    """A group whose member was raised from it terminates."""
    member = RuntimeError("denied")
    group = ExceptionGroup("calls", [member, _denial()])
    member.__cause__ = group

    assert not is_access_denied(group)
    assert classify(member) == classify(None)


def test_very_large_group_is_not_classified() -> None:
    group = ExceptionGroup("calls", [_denial()] * 5_000)
    assert not is_access_denied(group)
    assert classify(group) == classify(None)


@check_rows(
    "thing", [None, 3, object(), KeyError("AccessDenied"), [], {}, b"", "", {"Error": None}, Exception]
)
def test_other_values_have_no_failure(thing: object) -> None:
    assert classify(thing) == classify(None)
    assert not isinstance(thing, Denied | Expired | Retryable)


class _BrokenError(Exception):
    operation_name = "GetObject"

    def __init__(self, response: object = None) -> None:
        self.response = response or {"Error": {"Code": b"\xff", "Message": None}, "ResponseMetadata": "no"}

    @override
    def __str__(self) -> str:
        raise SystemExit(3)


@check_rows("response", [None, {}, {"Error": None}, {"Error": []}, b"", {"Error": {"Code": None}}, 7])
def test_invalid_response_does_not_raise(response: object) -> None:
    error = _BrokenError(response)
    assert classify(error).retry is None
    assert not is_access_denied(error)


def test_error_without_readable_text_does_not_raise() -> None:
    assert not is_retryable(_BrokenError())


class _LockedError(Exception):
    """An exception whose attributes all raise."""

    @override
    def __getattribute__(self, name: str) -> Any:
        raise SystemExit(name)


def test_error_whose_attributes_raise_has_no_failure() -> None:
    assert classify(_LockedError("ValueError")).failure is None
    assert not is_access_denied(_LockedError("ValueError"))


def test_predicate_types_cannot_be_instantiated() -> None:
    with pytest.raises(TypeError, match="Denied can't be instantiated"):
        Denied()


def test_subclass_of_a_predicate_type_is_an_ordinary_exception() -> None:
    class OrdersDenied(Denied):
        """An error of the application."""

    error = OrdersDenied("no orders")
    assert str(error) == "no orders"
    assert isinstance(error, OrdersDenied)
    assert not isinstance(_denial(), OrdersDenied)


@given(cases())
def test_results_agree(case: Case) -> None:
    failure = parse(case.text)
    verdict = classify(case.text)
    assert verdict == classify(failure)
    assert verdict.failure == failure
    assert verdict.is_access_denied == is_access_denied(failure) == isinstance(failure, Denied)
    assert verdict.is_expired == is_expired(failure) == isinstance(failure, Expired)
    assert verdict.is_retryable == is_retryable(failure) == isinstance(failure, Retryable)
    assert not (verdict.is_access_denied and verdict.is_expired)
    assert pickle.loads(pickle.dumps(verdict)) == verdict


# ------------------------------------------------ except clauses


def _raise(error: BaseException) -> None:
    raise error


def _clause(error: BaseException, *kinds: type[Failure], **wanted: Any) -> BaseException | None:  # noqa: ANN401
    """Return what the clause catches; other exceptions propagate."""
    try:
        _raise(error)
    except matching(*kinds, **wanted) as caught:
        found: BaseException = caught
        return found
    return None


FITTING: list[tuple[tuple[type[Failure], ...], dict[str, Any]]] = [
    ((), {}),
    ((AccessDenied,), {}),
    ((ExpiredCredentials, AccessDenied), {}),
    ((), {"of": ClientError}),
    ((), {"of": (OSError, ClientError)}),
    ((AccessDenied,), {"code": "AccessDenied"}),
    ((AccessDenied,), {"operation": "GetObject"}),
    ((AccessDenied,), {"action": "S3:getobject"}),
]
UNFIT: list[tuple[tuple[type[Failure], ...], dict[str, Any]]] = [
    ((ExpiredCredentials,), {}),
    ((), {"of": OSError}),
    ((), {"of": (OSError, ValueError)}),
    ((), {"code": "AccessDeniedException"}),
    ((), {"operation": "PutObject"}),
    ((), {"action": "s3:PutObject"}),
    ((AccessDenied,), {"code": "AccessDenied", "action": "s3:PutObject"}),
]


@check_rows(("kinds", "wanted"), FITTING)
def test_clause_catches_matching_error(kinds: tuple[type[Failure], ...], wanted: dict[str, Any]) -> None:
    error = _denial()
    assert _clause(error, *kinds, **wanted) is error


@check_rows(("kinds", "wanted"), UNFIT)
def test_clause_ignores_other_errors(kinds: tuple[type[Failure], ...], wanted: dict[str, Any]) -> None:
    error = _denial()
    with pytest.raises(ClientError) as out:
        _clause(error, *kinds, **wanted)
    assert out.value is error


def test_clause_catches_client_side_errors() -> None:
    assert _clause(NoCredentialsError(), MissingCredentials)
    expired = TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed")
    assert _clause(expired, ExpiredCredentials) is expired


@check_rows(
    "error",
    [
        ValueError("no"),
        KeyboardInterrupt(),
        SystemExit(2),
        ExceptionGroup("calls", [_denial()]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_clause_ignores_what_is_not_a_failure(error: BaseException) -> None:
    with pytest.raises(type(error)) as out:
        _clause(error)
    assert out.value is error
    assert error.__context__ is None


def test_clause_ignores_error_raised_from_a_group() -> None:
    error = RuntimeError("some calls failed")
    error.__cause__ = ExceptionGroup("calls", [_denial(), ValueError("a bug")])
    with pytest.raises(RuntimeError) as out:
        _clause(error, AccessDenied)
    assert out.value is error


def test_clause_catches_the_class_of_the_error() -> None:
    """Each clause of a try statement is evaluated separately."""
    seen = []
    for error in (_denial(), EXPIRED["session"], ValueError("no")):
        try:
            _raise(error)
        except matching(ExpiredCredentials):
            seen.append("expired")
        except matching(AccessDenied):
            seen.append("denied")
        except ValueError:
            seen.append("value")
    assert seen == ["denied", "expired", "value"]


def test_matching_outside_of_an_except_clause() -> None:
    with pytest.raises(RuntimeError, match="except clause"):
        matching(AccessDenied)


@check_rows(
    ("kinds", "wanted"),
    [
        (("AccessDenied",), {}),
        ((ValueError,), {}),
        ((), {"of": 3}),
        ((), {"of": AccessDenied}),
        ((), {"of": (OSError, 3)}),
    ],
)
def test_matching_rejects_wrong_arguments(kinds: tuple[Any, ...], wanted: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="class"):
        matching(*kinds, **wanted)
