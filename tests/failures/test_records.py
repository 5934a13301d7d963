"""Test the round trip of flat records, and the errors for invalid ones."""

from __future__ import annotations

import copy
import json
import pickle
from typing import get_args

import pytest

import iamtriage
from iamtriage import IamTriageError, RecordError, from_record, parse, to_record
from iamtriage.failures import Failure
from iamtriage.failures._records import redact_record
from iamtriage.failures._secrets import has_secrets
from iamtriage.typing import Kind, Record
from tests.tables import ANA, CLUSTER, DENIAL, REQUEST, check_rows

_KEYS = [
    "kind",
    "code",
    "operation",
    "service",
    "principal",
    "account",
    "action",
    "resource",
    "deny",
    "policy_type",
    "policy_arn",
    "authorization_id",
    "encoded_message",
    "request_id",
    "host_id",
    "status_code",
    "k8s_user",
    "k8s_verb",
    "k8s_resource",
    "k8s_api_group",
    "k8s_namespace",
    "time",
    "region",
    "source_ip",
    "user_agent",
    "event_id",
]
_TEXTS = (
    f"An error occurred (AccessDenied) when calling the DescribeCluster operation: {DENIAL} with an explicit deny in a session policy: arn:aws:iam::111122223333:policy/x",
    f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDenied: no",
    'pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope',
    "error: You must be logged in to the server (Unauthorized)",
    "An error occurred (ThrottlingException) when calling the ListClusters operation: Rate exceeded",
    "The security token included in the request is expired",
)


@check_rows("text", _TEXTS)
def test_record_round_trip(text: str) -> None:
    """A record becomes a failure with the same record, which is ready for JSON."""
    failure = parse(text)
    assert failure is not None
    record = to_record(failure)
    assert list(record) == _KEYS
    again = from_record(record)
    assert type(again) is type(failure)
    assert to_record(again) == record
    assert to_record(from_record(json.loads(json.dumps(record)))) == record
    assert again.text == ""
    assert again.spans == {}


@check_rows("kind", get_args(Kind))
def test_every_kind_has_a_class_and_a_record(kind: Kind) -> None:
    """The kinds, the classes of the union and the public names are the same set."""
    failure = from_record({"kind": kind, "code": "X", "status_code": 403})
    assert failure.kind == kind
    assert type(failure) in get_args(Failure)
    assert getattr(iamtriage, type(failure).__name__) is type(failure)
    record = to_record(failure)
    assert {k: v for k, v in record.items() if v is not None} == {
        "kind": kind,
        "code": "X",
        "status_code": 403,
    }


def test_keys_are_those_of_the_type() -> None:
    """The type and the record have the same keys in the same order."""
    assert list(Record.__annotations__) == _KEYS


@check_rows(
    ("record", "key", "value"),
    [
        pytest.param({"kind": "nonsense"}, "kind", "nonsense", id="unknown-kind"),
        pytest.param({}, "kind", None, id="no-kind"),
        pytest.param({"kind": None}, "kind", None, id="kind-none"),
        pytest.param({"kind": 3}, "kind", 3, id="kind-number"),
        pytest.param({"kind": ["access_denied"]}, "kind", ["access_denied"], id="kind-unhashable"),
        pytest.param({"kind": "access_denied", "colour": "red"}, "colour", "red", id="unknown-key"),
        pytest.param({"kind": "access_denied", "text": "x"}, "text", "x", id="attribute-that-is-no-key"),
        pytest.param(
            {"kind": "access_denied", "status_code": "403"}, "status_code", "403", id="status-as-text"
        ),
        pytest.param(
            {"kind": "access_denied", "status_code": True}, "status_code", True, id="status-as-bool"
        ),
        pytest.param({"kind": "access_denied", "code": 403}, "code", 403, id="code-as-number"),
        pytest.param({"kind": "access_denied", "deny": "maybe"}, "deny", "maybe", id="deny"),
        pytest.param(
            {"kind": "access_denied", "policy_type": "moon"}, "policy_type", "moon", id="policy-type"
        ),
        pytest.param(
            {"kind": "access_denied", "k8s_user": "bob"}, "k8s_user", "bob", id="key-of-another-kind"
        ),
        pytest.param(
            {"kind": "aws_error", "deny": "explicit"}, "deny", "explicit", id="deny-of-another-kind"
        ),
    ],
)
def test_record_error(record: dict[str, object], key: str, value: object) -> None:
    """An invalid record is an error with the key and the value."""
    with pytest.raises(RecordError) as caught:
        from_record(record)
    error = caught.value
    assert (error.key, error.value) == (key, value)
    assert isinstance(error, IamTriageError)
    assert isinstance(error, ValueError)
    assert key in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.args, again.key, again.value) == (RecordError, error.args, key, value)
    assert str(copy.copy(error)) == str(error)


def test_none_is_the_same_as_missing() -> None:
    """A key with None is the same as a missing key, also for keys of another kind."""
    assert from_record({"kind": "aws_error", "k8s_user": None, "unknown": None}) == from_record(
        {"kind": "aws_error"}
    )


def test_empty_api_group_is_kept() -> None:
    """The core group is "", not None."""
    record = to_record(from_record({"kind": "kubernetes_forbidden", "k8s_api_group": ""}))
    assert record["k8s_api_group"] == ""


def test_failures_pickle_copy_and_compare() -> None:
    """Failures are values: comparable, hashable, frozen and picklable."""
    failure = parse(f"AccessDenied: {DENIAL}")
    assert failure is not None
    assert pickle.loads(pickle.dumps(failure)) == failure
    assert pickle.loads(pickle.dumps(failure)).spans == failure.spans
    assert copy.deepcopy(failure) == failure
    assert hash(failure) == hash(copy.copy(failure))
    with pytest.raises(AttributeError):
        failure.action = "x"  # type: ignore[misc]


def test_repr_shows_no_text() -> None:
    """The text can contain secrets, so the repr does not show it."""
    failure = parse(
        f"secret=hunter2 AccessDenied: User: {ANA} is not authorized to perform: eks:DescribeCluster on resource: {CLUSTER}"
    )
    assert failure is not None
    assert "hunter2" in failure.text
    assert "hunter2" not in repr(failure)


@pytest.mark.parametrize(
    "value", ["GetObject", "10.0.0.1", "password=hunter2hunter2", "AKIAIOSFODNN7EXAMPLE"]
)
@check_rows("key", sorted(set(_KEYS) - {"kind", "status_code", "deny", "policy_type"}))
def test_failures_have_secrets_where_their_records_have(key: str, value: str) -> None:
    kind = "kubernetes_forbidden" if key.startswith("k8s_") else "access_denied"
    failure = from_record({"kind": kind, key: value})
    record = to_record(failure)
    hidden = {name: shown for name, shown in redact_record(record).items() if name != "encoded_message"}
    assert has_secrets(failure) is any(record[name] != shown for name, shown in hidden.items())  # type: ignore[literal-required]
