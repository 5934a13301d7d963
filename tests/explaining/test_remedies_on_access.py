"""Remedies are built when they are first read, and an explanation behaves as if it had them from the start."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest

from iamtriage import Explanation, Remedy, explain, parse
from tests.tables import check_rows

TEXTS = (
    'Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group "" in the namespace "shop"',
    "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders because no identity-based policy allows the sqs:SendMessage action",
    "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
)
LOGIN = Remedy("Log in again", "you")


def test_remedies_are_built_once() -> None:
    built: list[int] = []

    def build() -> tuple[Remedy, ...]:
        built.append(1)
        return (LOGIN,)

    explanation = Explanation(None, "expired", "It has expired.", remedies=build)
    assert built == []
    assert explanation.remedies == (LOGIN,)
    assert explanation.remedies is explanation.remedies
    assert built == [1]


def test_explanations_with_equal_remedies_are_equal() -> None:
    given = Explanation(None, "expired", "It has expired.", remedies=(LOGIN,))
    built = Explanation(None, "expired", "It has expired.", remedies=lambda: (LOGIN,))
    assert built == given
    assert hash(built) == hash(given)
    assert built != Explanation(None, "expired", "It has expired.")
    assert built.to_dict() == given.to_dict()
    assert repr(built) == repr(given)


@pytest.mark.parametrize("text", TEXTS)
def test_explanations_can_be_copied(text: str) -> None:
    failure = parse(text)
    assert failure is not None
    for copied in (pickle.loads(pickle.dumps(explain(failure))), copy.deepcopy(explain(failure))):
        assert copied == explain(failure)
        assert copied.to_dict() == explain(failure).to_dict()
    changed = attrs.evolve(explain(failure), notes=())
    assert changed.remedies == explain(failure).remedies != ()


@pytest.mark.parametrize("text", TEXTS)
def test_facts_complete_the_remedies(text: str) -> None:
    """What the facts state is filled in, whenever the remedies are read."""
    explanation = explain(text, facts={"cluster": "orders", "region": "eu-west-1", "namespace": "shop"})
    shown = str(explanation.remedies)
    assert shown
    assert "CLUSTER" not in shown.replace("CLUSTER_", "")
    assert " REGION" not in shown


_OF_USER = "User: arn:aws:iam::111122223333:user/nightly is not authorized to perform: sqs:ListQueues on resource: arn:aws:sqs:eu-west-1:111122223333: because no identity-based policy allows the sqs:ListQueues action"
_PRINTED = '{\n    "AttachedPolicies": []\n}'


@check_rows(
    ("command", "output", "profile"),
    [
        ("list-attached-user-policies --user-name nightly --profile admin", _PRINTED, "admin"),
        ("list-attached-user-policies --user-name nightly --profile shop-admin", _PRINTED, "shop-admin"),
        ("list-attached-user-policies --user-name weekly --profile admin", _PRINTED, None),
        ("list-attached-user-policies --user-name nightly --profile dev", _PRINTED, None),
        ("list-attached-user-policies --user-name nightly --profile non-admin", _PRINTED, None),
        ("list-attached-user-policies --user-name nightly --profile admin", "\nAn error occurred (AccessDenied) when calling the ListAttachedUserPolicies operation: no", None),
    ],
    ids=["admin", "in the name", "another user", "another profile", "no administrator", "failed"],
)  # fmt: skip
def test_profile_of_an_administrator(command: str, output: str, profile: str | None) -> None:
    explanation = explain(f"{_OF_USER}\n\n$ aws iam {command}\n{output}\n")
    lines = [each for each in explanation.remedies[0].commands if "put-user-policy" in each]
    assert [each.endswith(f" --profile {profile}") for each in lines] == [profile is not None]
