"""Tests for facts: what can be used as facts, and how they merge."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import attrs
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import (
    AuthorizationDetails,
    DecodedMessage,
    DocumentError,
    Facts,
    explain,
    read_decoded_message,
)
from iamtriage.explaining._facts import ATTACHED, add_attached_facts
from iamtriage.explaining._given_facts import build_facts
from tests.tables import check_rows

MESSAGE = DecodedMessage(allowed=False, raw_action="ec2:RunInstances")
DETAILS = AuthorizationDetails()


@attrs.frozen
class Answer:
    """A value with facts, such as the results of ``iamtriage.boto``."""

    facts: Facts


@check_rows(
    ("given_facts", "wanted"),
    [
        pytest.param(None, {}, id="nothing"),
        pytest.param([], {}, id="none of several"),
        pytest.param({}, {}, id="an empty mapping"),
        pytest.param(Facts(cluster="orders"), {"cluster": "orders"}, id="facts"),
        pytest.param(MappingProxyType({"cluster": "orders"}), {"cluster": "orders"}, id="a mapping"),
        pytest.param(MESSAGE, {"decoded_message": MESSAGE}, id="a decoded message"),
        pytest.param(DETAILS, {"authorization_details": DETAILS}, id="authorization details"),
        pytest.param(Answer(Facts(region="eu-west-1")), {"region": "eu-west-1"}, id="an answer"),
        pytest.param(
            [Answer(Facts(caller="a")), MESSAGE, {"region": "eu-west-1"}, None, DETAILS],
            {
                "caller": "a",
                "decoded_message": MESSAGE,
                "region": "eu-west-1",
                "authorization_details": DETAILS,
            },
            id="one of each",
        ),
        pytest.param(
            ({"region": "eu-west-1", "cluster": "a"}, Facts(region="us-east-1"), Facts()),
            {"region": "us-east-1", "cluster": "a"},
            id="the later one counts, the unknown does not",
        ),
        pytest.param(iter([{"region": "eu-west-1"}]), {"region": "eu-west-1"}, id="an iterator"),
    ],
)
def test_values_with_facts(given_facts: Any, wanted: dict[str, Any]) -> None:  # noqa: ANN401 (a table)
    """Each kind of value yields its facts."""
    assert build_facts(given_facts) == Facts(**wanted)


@check_rows(
    "wrong",
    [
        pytest.param("region=eu-west-1", id="text"),
        pytest.param(b"region", id="bytes"),
        pytest.param(7, id="a number"),
        pytest.param(Facts, id="the class"),
        pytest.param(["region"], id="text among several"),
        pytest.param([Facts(), 7], id="a number among several"),
        pytest.param([[Facts()]], id="several among several"),
        pytest.param(Answer({"region": "x"}), id="an attribute that is no facts"),  # type: ignore[arg-type]
    ],
)
def test_values_without_facts(wrong: Any) -> None:  # noqa: ANN401 (a table)
    """A value without facts is a TypeError, in explain(), too."""
    with pytest.raises(TypeError, match="facts must be a Facts, a mapping"):
        build_facts(wrong)
    with pytest.raises(TypeError, match="facts must be a Facts, a mapping"):
        explain("AccessDenied", facts=wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"zone": "a"}, id="alone"),
        pytest.param([Facts(), {"zone": "a"}], id="among several"),
        pytest.param({7: "a"}, id="a number for a name"),
    ],
)
def test_unknown_fact(wrong: Any) -> None:  # noqa: ANN401 (a table)
    """An unknown name is reported, also among several values."""
    with pytest.raises(DocumentError, match="unknown fact"):
        build_facts(wrong)


@pytest.mark.parametrize("account", ["1111-2222-3333", "11112222333", "orders"])
def test_account_of_other_than_digits(account: str) -> None:
    with pytest.raises(DocumentError, match="account must be 12 digits"):
        Facts(account=account)


_FACTS = st.builds(
    Facts,
    cluster=st.none() | st.sampled_from(["a", "b"]),
    region=st.none() | st.sampled_from(["eu-west-1", "us-east-1"]),
    caller=st.none() | st.just("arn:aws:iam::111122223333:user/ana"),
    decoded_message=st.none() | st.sampled_from([MESSAGE, DecodedMessage(allowed=True)]),
    trust_policy=st.none() | st.just({"Statement": []}),
)


@given(_FACTS, _FACTS, _FACTS)
def test_merging_is_associative(first: Facts, second: Facts, third: Facts) -> None:
    """The grouping does not matter, and unknown facts change nothing."""
    at_once = build_facts([first, second, third])

    assert (
        at_once
        == build_facts([build_facts([first, second]), third])
        == build_facts([first, build_facts([second, third])])
    )
    assert (
        build_facts([Facts(), first]) == build_facts([first, Facts()]) == build_facts([first, first]) == first
    )


def test_explain_merges_several_values() -> None:
    """One explanation uses the facts of all values."""
    text = (
        "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: "
        "You are not authorized to perform this operation."
    )
    decoded = read_decoded_message(
        {
            "allowed": False,
            "explicitDeny": False,
            "context": {
                "action": "ec2:RunInstances",
                "resource": "arn:aws:ec2:eu-west-1:111122223333:instance/*",
            },
        }
    )
    caller = Answer(Facts(caller="arn:aws:iam::111122223333:user/ana"))
    explanation = explain(text, facts=[caller, decoded])

    assert "the user ana" in explanation.summary.lower()
    assert explanation == explain(
        text, facts=Facts(caller="arn:aws:iam::111122223333:user/ana", decoded_message=decoded)
    )


@check_rows(
    ("name", "value", "message"),
    [
        ("caller", 1, "caller must be a string, not int"),
        ("region", b"eu-west-1", "region must be a string, not bytes"),
        ("trust_policy", 1, "trust_policy must be a mapping or a JSON string, not int"),
        ("token_claims", "{}", "token_claims must be a mapping, not str"),
        ("call", {"operation": "GetObject"}, "call must be a FailedCall, not dict"),
    ],
)
def test_facts_of_the_wrong_type(name: str, value: object, message: str) -> None:
    """The error names the fact and what it can be."""
    facts: dict[str, Any] = {name: value}
    with pytest.raises(TypeError, match=message):
        Facts(**facts)
    with pytest.raises(TypeError, match=message):
        explain("AccessDenied", facts=facts)


def test_facts_of_long_chains_are_not_searched() -> None:
    """Facts of an exception count for what it caused, up to 20 errors away."""
    first = ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "GetObject")
    vars(first)[ATTACHED] = Facts(region="eu-west-1")
    error: BaseException = first
    for number in range(19):
        error = _raised_from(ValueError(number), error)
    assert add_attached_facts(error, Facts(cluster="orders")) == Facts(region="eu-west-1", cluster="orders")
    assert add_attached_facts(ValueError("alone"), Facts()) == Facts()
    assert add_attached_facts(_raised_from(ValueError("far"), error), Facts()) == Facts()


def _raised_from(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def test_attributes_of_an_exception_are_read_without_its_code() -> None:
    class LockedError(Exception):
        @property
        def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
            raise AttributeError

    assert add_attached_facts(LockedError("no"), Facts(region="eu-west-1")) == Facts(region="eu-west-1")
