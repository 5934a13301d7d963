"""Check the round trip of flat records, and that invalid ones are rejected."""

from __future__ import annotations

import copy
import json
import pickle
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import RecordError, from_record, parse, to_record
from iamtriage.failures import AccessDenied, Envelope, Failure, KubernetesForbidden
from iamtriage.typing import Deny, Kind, PolicyType
from tests.strategies import KEYS, Case, known
from tests.tables import check_rows

_TEXT = st.one_of(st.none(), st.text(st.characters(), max_size=30))
_ENVELOPES = st.builds(
    Envelope,
    code=_TEXT,
    operation=_TEXT,
    service=_TEXT,
    status_code=st.one_of(st.none(), st.integers(0, 999)),
    request_id=_TEXT,
    host_id=_TEXT,
    source=_TEXT,
    time=_TEXT,
    region=_TEXT,
    source_ip=_TEXT,
    user_agent=_TEXT,
    event_id=_TEXT,
)
_COMMON = {"envelope": _ENVELOPES, "principal": _TEXT, "account": _TEXT, "action": _TEXT, "resource": _TEXT}


def _of(cls: type[Failure]) -> st.SearchStrategy[Failure]:
    more: dict[str, st.SearchStrategy[object]] = {}
    if cls is AccessDenied:
        more = {
            "deny": st.sampled_from((None, *get_args(Deny))),
            "policy_type": st.sampled_from((None, *get_args(PolicyType))),
            "policy_arn": _TEXT,
            "authorization_id": _TEXT,
            "encoded_message": _TEXT,
        }
    elif cls is KubernetesForbidden:
        more = {
            "user": _TEXT,
            "verb": _TEXT,
            "kubernetes_resource": _TEXT,
            "api_group": _TEXT,
            "namespace": _TEXT,
        }
    return st.builds(cls, **_COMMON, **more)


any_failure = st.one_of([_of(cls) for cls in get_args(Failure)])
_DENIAL_KEYS = ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message")
_K8S_KEYS = tuple(key for key in KEYS if key.startswith("k8s_"))


@given(any_failure)
def test_round_trip(failure: Failure) -> None:
    """`from_record(to_record(f))` has the record and class of f, whatever its values."""
    record = to_record(failure)
    back = from_record(record)
    assert to_record(back) == record
    assert type(back) is type(failure)
    assert tuple(record) == KEYS


@given(known)
def test_round_trip_of_parsed_failures_through_json(case: Case) -> None:
    """A record survives JSON, with null for values that are not stated."""
    failure = parse(case.text)
    assert failure is not None
    record = to_record(failure)
    assert record == json.loads(json.dumps(record))
    assert to_record(from_record(json.loads(json.dumps(record)))) == record


@given(any_failure)
def test_missing_keys_are_null(failure: Failure) -> None:
    """A record without its null values is the same record."""
    record = to_record(failure)
    assert (
        to_record(from_record({key: value for key, value in record.items() if value is not None})) == record
    )


def test_there_is_one_class_for_each_kind() -> None:
    """The union and the kinds of the record are the same list."""
    assert [cls.kind for cls in get_args(Failure)] == list(get_args(Kind))


@given(any_failure, st.text().filter(lambda kind: kind not in get_args(Kind)))
def test_unknown_kind_is_rejected(failure: Failure, kind: str) -> None:
    """An unknown kind is an error, which has the key and the value."""
    with pytest.raises(RecordError) as caught:
        from_record({**to_record(failure), "kind": kind})
    assert caught.value.key == "kind"
    assert caught.value.value == kind


@check_rows("kind", [None, 1, [], {}, b"access_denied", True])
def test_kind_must_be_a_string(kind: object) -> None:
    """A record without a kind, or with one of another type, is invalid."""
    with pytest.raises(RecordError):
        from_record({"kind": kind})
    with pytest.raises(RecordError):
        from_record({})


@given(any_failure, st.text().filter(lambda key: key not in KEYS))
def test_unknown_key_is_rejected(failure: Failure, key: str) -> None:
    """A misspelled key is not ignored silently."""
    with pytest.raises(RecordError) as caught:
        from_record({**to_record(failure), key: "x"})
    assert caught.value.key == key


@given(
    any_failure,
    st.sampled_from([key for key in KEYS if key != "kind"]),
    st.one_of(
        st.binary(), st.booleans(), st.floats(), st.lists(st.text()), st.dictionaries(st.text(), st.text())
    ),
)
def test_value_of_the_wrong_type_is_rejected(failure: Failure, key: str, value: object) -> None:
    """The status is an integer, everything else a string."""
    with pytest.raises(RecordError) as caught:
        from_record({**to_record(failure), key: value})
    assert caught.value.key == key


@given(
    any_failure,
    st.sampled_from(("deny", "policy_type")),
    st.text().filter(lambda v: v not in {*get_args(Deny), *get_args(PolicyType)}),
)
def test_unknown_value_is_rejected(failure: Failure, key: str, value: str) -> None:
    """deny and policy_type have fixed values."""
    with pytest.raises(RecordError):
        from_record({**to_record(failure), key: value})


@given(any_failure, st.sampled_from((*_DENIAL_KEYS, *_K8S_KEYS)))
def test_key_of_another_kind_is_rejected(failure: Failure, key: str) -> None:
    """Only an access denial has a policy, and only a Kubernetes denial has a verb."""
    owner = AccessDenied if key in _DENIAL_KEYS else KubernetesForbidden
    value = {"deny": "explicit", "policy_type": "session"}.get(key, "x")
    changed = {**to_record(failure), key: value}
    if isinstance(failure, owner):
        assert to_record(from_record(changed)) == changed
    else:
        with pytest.raises(RecordError):
            from_record(changed)


def test_record_errors_pickle_and_copy() -> None:
    """The error is a ValueError and keeps its key and value when pickled and copied."""
    with pytest.raises(ValueError, match="no_such_kind") as caught:
        from_record({"kind": "no_such_kind"})
    error = caught.value
    assert isinstance(error, RecordError)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (str(again), again.key, again.value) == (str(error), error.key, error.value)
