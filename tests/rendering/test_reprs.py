"""Test that ``repr()`` of a public value is one short line, however large the value is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import iamtriage
from iamtriage import boto, explain, parse, testing
from iamtriage._rendering.reprs import MAX_LENGTH, short_repr
from tests.rendering.hostile import PAYLOADS
from tests.rendering.test_views import CLASSES
from tests.strategies import Case, known

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:sts::111122223333:assumed-role/team/orders-api/i-0a1b2c3d4e5f60718"
HUGE = (
    "x" * 10_000,
    "The quick brown fox. " * 1_000,
    "\x1b[31m\n" * 5_000,
    "\U000e0001" * 5_000,
    "'\"" * 5_000,
    *PAYLOADS.values(),
)
nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.frozensets(st.text())
    ),
    max_leaves=12,
)


def assert_short(value: object) -> None:
    shown = repr(value)
    assert len(shown) <= MAX_LENGTH < 300, shown
    assert shown.isprintable()
    assert shown.startswith(f"{type(value).__name__}(")
    assert shown.endswith(")")


@pytest.mark.unmeasured
@CLASSES
def test_every_public_value_has_a_short_repr(make: Callable[[str], Any]) -> None:
    for text in ("example", ARN, *HUGE):
        assert_short(make(text))


@pytest.mark.unmeasured
@CLASSES
def test_many_parts_are_left_out(make: Callable[[str], Any]) -> None:
    """A value with 10,000 parts is as short, and shows that parts are missing."""
    value = make(ARN)
    if not attrs.has(type(value)):
        return
    for field in attrs.fields(type(value)):
        part = getattr(value, field.name)
        if field.repr is not False and isinstance(part, tuple) and part:
            many = attrs.evolve(value, **{field.alias: part * 10_000})
            assert_short(many)
            if not isinstance(value, iamtriage.Explanation):
                assert "…" in repr(many)


@given(known)
def test_what_is_read_and_explained_has_a_short_repr(case: Case) -> None:
    failure = parse(case.text)
    assert failure is not None
    explanation = explain(failure)
    for value in (failure, failure.envelope, explanation, *explanation.causes, *explanation.remedies):
        assert_short(value)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,12}", fullmatch=True), nested))
def test_any_field_is_shortened(fields: dict[str, object]) -> None:
    shown = short_repr(iamtriage.Envelope(), fields.items())
    assert len(shown) <= MAX_LENGTH
    assert shown.startswith("Envelope(")


@given(st.dictionaries(st.from_regex(r"[a-z]{1,12}", fullmatch=True), st.text(max_size=8), max_size=5))
def test_what_fits_stays_whole(fields: dict[str, object]) -> None:
    expected = ", ".join(f"{name}={value!r}" for name, value in fields.items())
    if len(f"Envelope({expected})") <= MAX_LENGTH:
        assert short_repr(iamtriage.Envelope(), fields.items()) == f"Envelope({expected})"


def test_fields_with_their_default_are_left_out() -> None:
    assert repr(iamtriage.Envelope()) == "Envelope()"
    failure = iamtriage.KubernetesForbidden(user="ana", api_group="")
    assert repr(failure) == "KubernetesForbidden(user='ana', api_group='')"


def test_a_denial_shows_who_and_what_first() -> None:
    failure = parse(
        f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: User: {ARN} "
        "is not authorized to perform: eks:DescribeCluster on resource: "
        "arn:aws:eks:eu-west-1:111122223333:cluster/orders with an explicit deny in a service control policy: "
        "arn:aws:organizations::111122223333:policy/o-example1/service_control_policy/p-example1"
    )
    assert repr(failure) == (
        "AccessDenied(principal='arn:aws:sts::11…1b2c3d4e5f60718', action='eks:DescribeCluster', "
        "resource='arn:aws:eks:eu-…:cluster/orders', deny='explicit', policy_type='service_control', "
        "policy_arn='arn:aws:organiz…licy/p-example1', envelope=Envelope(code='Access…eption', …), "
        "account='111122223333', …)"
    )


def test_an_explanation_shows_causes_and_remedies_by_name() -> None:
    cause = iamtriage.Cause("no-identity-allow", "No identity-based policy allows it.", "reported")
    remedy = iamtriage.Remedy("Allow s3:GetObject", "account administrator", commands=("aws iam x",))
    explanation = iamtriage.Explanation(
        iamtriage.AccessDenied(), "no-identity-allow", "Denied.", (cause,), (remedy, remedy)
    )
    assert repr(explanation) == (
        "Explanation(topic='no-identity-allow', summary='Denied.', causes=['no-identity-allow'], "
        "remedies=['Allow s3:GetObject', 'Allow s3:GetObject'])"
    )
    long = attrs.evolve(explanation, summary="It was denied. " * 100, remedies=(remedy,) * 100)
    assert repr(long) == (
        "Explanation(topic='no-identity-allow', summary='It was denied. It was denied. It was denied. It was denied. "
        "It was denied. It was denied. It was denie…', causes=['no-identity-allow'], remedies=['Allow s3:GetObject', "
        "'Allow s3:GetObject', 'Allow s3:GetObject', 'Allow s3:GetObject', …])"
    )


def test_samples_of_testing_are_short() -> None:
    sample = testing.denial("s3:GetObject", resource="arn:aws:s3:::orders/" + "2026/" * 100)
    assert_short(sample)
    assert "failure=AccessDenied(" in repr(sample)


def test_numbers_of_any_size() -> None:
    """Python refuses to print an integer of more than 4,300 digits."""
    assert repr(iamtriage.Envelope(status_code=10**5_000)) == "Envelope(status_code=<int>)"


def test_a_secret_field_stays_hidden() -> None:
    settings = iamtriage.StsSettings.from_sources({}, endpoint_url="https://me:hunter2@example.com")
    assert "//***@example.com" in repr(settings.endpoint_url)
    assert "hunter2" not in repr(settings) + repr(settings.endpoint_url)
    assert "hunter2" not in repr(parse("AccessDenied: Access Denied password=hunter2"))


def test_a_collection_is_counted() -> None:
    with boto.collect() as denials:
        pass
    assert repr(denials) == "<Collection: 0 problems in 0 failures>"
