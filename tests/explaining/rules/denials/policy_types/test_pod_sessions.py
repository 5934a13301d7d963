"""Tests for session policies of associations of EKS Pod Identity that a text shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDenied) when calling the PutItem operation: User: arn:aws:sts::111122223333:assumed-role/orders/eks-shop-cart-{} is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/carts because no session policy allows the dynamodb:PutItem action"
_FACTS: dict[str, Any] = {
    "cluster": "shop",
    "region": "eu-west-1",
    "namespace": "web",
    "service_account": "cart",
}
_READ: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "dynamodb:GetItem",
    "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/carts",
}


def _association(role: str = "orders", **members: object) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [_READ]})
    shown = {
        "clusterName": "shop",
        "roleArn": f"arn:aws:iam::111122223333:role/apps/{role}",
        "associationId": "a-0abcdefghijklmno1",
        "tags": {},
        "disableSessionTags": True,
        "policy": policy,
        **members,
    }
    return f"{_DENIED.format('0a1b2c3d4e')}\n\n{json.dumps({'association': shown}, indent=4)}\n"


def test_the_shown_session_policy_is_extended() -> None:
    explanation = explain(_association(), facts=_FACTS)
    assert (
        "the session policy of the Pod Identity association a-0abcdefghijklmno1 does not"
        in explanation.summary
    )
    remedy = explanation.remedies[0]
    assert remedy.who == "cluster administrator"
    update, *_, restart = remedy.commands
    assert update == (
        "aws eks update-pod-identity-association --cluster-name shop --region eu-west-1"
        " --association-id a-0abcdefghijklmno1 --disable-session-tags --policy file://policy.json"
    )
    assert restart.startswith("kubectl rollout restart")
    assert remedy.policy is not None
    assert remedy.policy["Statement"] == [{**_READ, "Action": ["dynamodb:GetItem", "dynamodb:PutItem"]}]
    assert "requires disabled session tags" not in str(remedy.steps)


def _asked(cluster: str = "shop") -> str:
    """Return the start of an association that a command names, and a filtered policy of its role."""
    shown = {
        "clusterName": cluster,
        "namespace": "web",
        "serviceAccount": "cart",
        "roleArn": "arn:aws:iam::111122223333:role/orders",
        "policy": json.dumps({"Version": "2012-10-17", "Statement": [_READ]}),
    }
    return (
        f"{_DENIED.format('0a1b2c3d4e')}\n\n"
        f"$ aws eks describe-pod-identity-association --cluster-name {cluster} --association-id a-0bbbbbbbbbbbbbbb2\n"
        f"{json.dumps({'association': shown})}\n\n"
        f"$ aws iam get-role-policy --role-name orders --policy-name tables | jq -c .Statement[].Action\n"
        '["dynamodb:GetItem","dynamodb:PutItem"]\n'
    )


def test_an_association_that_the_command_names() -> None:
    explanation = explain(_asked(), facts=_FACTS)
    assert "association a-0bbbbbbbbbbbbbbb2 does not allow" in explanation.summary
    assert "tables" not in str(explanation).replace("table/", "")
    assert "--association-id a-0bbbbbbbbbbbbbbb2" in explanation.remedies[0].commands[0]


def test_an_association_of_another_cluster_that_the_command_names() -> None:
    explanation = explain(_asked("staging"), facts=_FACTS)
    assert "a-0bbbbbbbbbbbbbbb2" not in explanation.summary
    assert "policy tables" not in explanation.summary


def test_session_tags_that_are_not_disabled() -> None:
    explanation = explain(_association(disableSessionTags=False), facts=_FACTS)
    assert "The update requires disabled session tags." in explanation.remedies[0].steps


@check_rows(
    "text",
    [
        pytest.param(_association("billing"), id="another role"),
        pytest.param(_association(policy=None), id="no policy"),
        pytest.param(_association(clusterName="staging"), id="another cluster"),
        pytest.param(
            _association() + _association(associationId="a-0zzzzzzzzzzzzzzz9"), id="two associations"
        ),
    ],
)
def test_an_association_that_need_not_be_the_callers(text: str) -> None:
    explanation = explain(text, facts=_FACTS)
    assert "a-0abcdefghijklmno1" not in explanation.summary
    assert explanation.remedies[0].commands[0].startswith("association_id=$(")
