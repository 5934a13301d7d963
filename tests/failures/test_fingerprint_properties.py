"""Check that fingerprints are equal for the same problem, and different for others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from iamtriage import fingerprint, from_record, parse, to_record
from tests.strategies import (
    ENVELOPES,
    LOG_SHAPES,
    Call,
    Case,
    Message,
    authorization_ids,
    blobs,
    calls,
    denials,
    host_ids,
    known,
    log_shapes,
    request_ids,
    session_names,
)

if TYPE_CHECKING:
    from iamtriage.failures import Failure


def _parsed(text: str) -> Failure:
    failure = parse(text)
    assert failure is not None, text
    return failure


def _of(record: dict[str, object]) -> str:
    return fingerprint(from_record(record))


@given(known)
def test_fingerprint_starts_with_its_version(case: Case) -> None:
    """It consists of the version of the rule and one short token."""
    assert re.fullmatch(r"1:[0-9a-f]{32}", fingerprint(_parsed(case.text)))


@given(known, log_shapes)
def test_surrounding_log_does_not_matter(case: Case, shape: str) -> None:
    """The same failure in another log is the same problem."""
    assert fingerprint(_parsed(LOG_SHAPES[shape](case.text))) == fingerprint(_parsed(case.text))


@given(
    calls(denials()),
    st.sampled_from(tuple(ENVELOPES)),
    st.sampled_from(tuple(ENVELOPES)),
    request_ids,
    host_ids,
)
def test_sdk_and_request_do_not_matter_for_a_denial(
    call: Call, first: str, second: str, request: str, host: str
) -> None:
    """One denial reported by two SDKs in two requests is one problem."""
    again = attrs.evolve(call, request_id=request, host_id=host, status=400 if call.status == 403 else 403)
    assert fingerprint(_parsed(ENVELOPES[first](call).text)) == fingerprint(
        _parsed(ENVELOPES[second](again).text)
    )


@given(calls(), st.sampled_from(tuple(ENVELOPES)), request_ids, host_ids)
def test_request_does_not_matter(call: Call, name: str, request: str, host: str) -> None:
    """The same failure of the same call in another request is the same problem."""
    again = attrs.evolve(call, request_id=request, host_id=host)
    texts = ENVELOPES[name](call).text, ENVELOPES[name](again).text
    failures = [parse(text) for text in texts]
    assume(all(failures))
    first, second = (fingerprint(failure) for failure in failures if failure is not None)
    assert first == second


@given(session_names, session_names, blobs, blobs, authorization_ids, authorization_ids)
def test_session_blob_and_authorization_id_do_not_matter(
    one: str, two: str, blob: str, other_blob: str, number: str, other_number: str
) -> None:
    """Another session of the role, encoded message or authorization ID is the same problem."""

    def text(session: str, message: str, authorization: str) -> str:
        return (
            f"User: arn:aws:sts::111122223333:assumed-role/build/{session} is not authorized to perform: ec2:RunInstances on resource: * because no identity-based policy "
            f"allows the ec2:RunInstances action. Encoded authorization failure message: {message}. Go to https://eu-west-1.console.aws.amazon.com/iam/home"
            f"?region=eu-west-1#/authorization-details/{authorization} for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: {authorization}"
        )

    assert fingerprint(_parsed(text(one, blob, number))) == fingerprint(
        _parsed(text(two, other_blob, other_number))
    )


@given(
    denials(),
    st.sampled_from(("action", "resource", "principal", "policy_type", "deny", "policy_arn")),
    st.data(),
)
def test_different_cause_is_a_different_problem(message: Message, key: str, data: st.DataObject) -> None:
    """Another action, resource, role, policy type, policy or deny has another fingerprint."""
    record: dict[str, object] = {**to_record(_parsed(message.text))}
    others: dict[str, tuple[object, ...]] = {
        "action": ("s3:GetBucketAcl", "eks:UpdateAddon", None),
        "resource": ("arn:aws:s3:::another-bucket", "another", None),
        "principal": (
            "arn:aws:sts::999988887777:assumed-role/another/session",
            "arn:aws:iam::999988887777:user/another",
        ),
        "policy_type": (
            "identity",
            "resource",
            "permissions_boundary",
            "session",
            "service_control",
            "resource_control",
            "vpc_endpoint",
            "role_trust",
            None,
        ),
        "deny": ("explicit", "implicit", None),
        "policy_arn": ("arn:aws:iam::999988887777:policy/another", None),
    }
    changed = {
        **record,
        key: data.draw(st.sampled_from([value for value in others[key] if value != record[key]])),
    }
    assert _of(changed) != _of(record)


@given(
    st.sampled_from(("app", "app-2")),
    st.sampled_from(("111122223333", "444455556666")),
    st.sampled_from(("aws", "aws-cn")),
    session_names,
)
def test_role_account_and_partition_distinguish_sessions(
    role: str, account: str, partition: str, session: str
) -> None:
    """A session has the fingerprint of its role: name, account and partition."""
    text = f"User: arn:{partition}:sts::{account}:assumed-role/{role}/{session} is not authorized to perform: sqs:SendMessage"
    base = "User: arn:aws:sts::111122223333:assumed-role/app/x is not authorized to perform: sqs:SendMessage"
    same = (role, account, partition) == ("app", "111122223333", "aws")
    assert (fingerprint(_parsed(text)) == fingerprint(_parsed(base))) is same


@given(known, known)
def test_kinds_never_share_a_fingerprint(first: Case, second: Case) -> None:
    """Failures of different kinds are different problems."""
    assume(first.facts["kind"] != second.facts["kind"])
    assert fingerprint(_parsed(first.text)) != fingerprint(_parsed(second.text))


@given(known)
def test_stored_record_has_the_fingerprint_of_its_failure(case: Case) -> None:
    """A fingerprint can be computed later from the flat record."""
    failure = _parsed(case.text)
    assert fingerprint(from_record(to_record(failure))) == fingerprint(failure)
