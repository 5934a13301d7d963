"""A repository without a policy is closed to other accounts, whatever the policies of the role that pulls."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_POD = 'Failed to pull image "222233334444.dkr.ecr.eu-west-1.amazonaws.com/shop/cart:7": unexpected status from HEAD request to https://222233334444.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/cart/manifests/7: 403 Forbidden\n'
_TASK = 'CannotPullContainerError: pulling "222233334444.dkr.ecr.eu-west-1.amazonaws.com/shop/cart:7": unexpected status from HEAD request to https://222233334444.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/cart/manifests/7: 403 Forbidden\n'
_ROLE = "arn:aws:iam::111122223333:role/pull"
_NONE = "An error occurred (RepositoryPolicyNotFoundException) when calling the GetRepositoryPolicy operation: Repository policy does not exist for the repository with name 'shop/cart' in the registry with id '222233334444'"


@check_rows(
    ("text", "evidence"),
    [
        (f"{_POD}node role: {_ROLE}\n{_NONE}", "derived"),
        (f'{_TASK}"executionRoleArn": "{_ROLE}"\n{_NONE}', "derived"),
        (f"{_POD}node role {_ROLE} has AmazonEC2ContainerRegistryPullOnly", "possible"),
        (f"{_POD}Nodes run as {_ROLE} (AmazonEC2ContainerRegistryReadOnly attached)", "possible"),
        (f"{_POD}Nodes run as {_ROLE} (AmazonEC2ContainerRegistryReadOnly not attached)", None),
        (f"{_POD}node role {_ROLE}", None),
        (f"{_POD}node role {_ROLE} has no AmazonEC2ContainerRegistryReadOnly", None),
        (f"{_POD}node role {_ROLE.replace('111122223333', '222233334444')}\n{_NONE}", None),
        (f"{_POD}node role {_ROLE}\n{_NONE[:-13]}555566667777'", None),
    ],
)
def test_role_of_another_account(text: str, evidence: str | None) -> None:
    explanation = explain(text)
    shown = str(explanation)
    assert ("allow the role pull to pull in the repository policy" in shown) is (evidence is not None)
    assert ("attach-role-policy" in explanation.to_text(detail="full")) is (evidence is None)
    if evidence is not None:
        assert explanation.causes[0].evidence == evidence
        policy = explanation.remedies[0].policy
        assert policy is not None
        assert policy["Statement"][0]["Principal"] == {"AWS": _ROLE}
    if evidence == "derived":
        assert "RepositoryPolicyNotFoundException" not in shown


_PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_OTHER = "arn:aws:iam::111122223333:role/build"


def _policy(principal: object, actions: object = _PULL) -> str:
    statement = {"Sid": "Pull", "Effect": "Allow", "Principal": principal, "Action": actions}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return f"$ aws ecr get-repository-policy --repository-name shop/cart\n{json.dumps({'policyText': document})}\n"


@pytest.mark.parametrize(
    ("client", "policy", "verdict"),
    [
        (f"{_POD}node role {_ROLE}\n", _policy({"AWS": _OTHER}), f"allows it only to {_OTHER}"),
        (f'{_TASK}"executionRoleArn": "{_ROLE}"\n', _policy({"AWS": [_OTHER]}), f"allows it only to {_OTHER}"),
        (f"{_POD}node role {_ROLE}\n", _policy({"AWS": _ROLE}, ["ecr:PutImage"]), "does not allow this action"),
        # The policy of another repository or registry.
        (f"{_POD}node role {_ROLE}\n", _policy({"AWS": _OTHER}).replace("shop/cart", "shop/docs"), None),
        (f"{_POD}node role {_ROLE}\n", _policy({"AWS": _OTHER}).replace("-policy ", "-policy --registry-id 444455556666 "), None),
        # It allows the role or its account, is of another service, or the role needs no repository policy.
        (f"{_POD}node role {_ROLE}\n", _policy({"AWS": [_OTHER, _ROLE]}), None),
        (f"{_POD}node role {_ROLE}\n", _policy({"AWS": "arn:aws:iam::111122223333:root"}), None),
        (f"{_POD}node role {_ROLE}\n", _policy({"AWS": _OTHER}, ["s3:GetObject"]), None),
        (f"{_POD}node role {_ROLE.replace('111122223333', '222233334444')}\n", _policy({"AWS": _OTHER}), None),
    ],
)  # fmt: skip
def test_policy_of_the_repository(client: str, policy: str, verdict: str | None) -> None:
    """A pull is compared with the repository policy of the text, as a denial that names the caller is."""
    explanation = explain(f"{client}{policy}")
    assert ("the repository policy in the text" in explanation.summary) is (verdict is not None)
    if verdict is not None:
        assert verdict in explanation.summary
        [first] = explanation.remedies
        assert first.policy is not None
        assert f'"{_ROLE}"' in json.dumps([each["Principal"] for each in first.policy["Statement"]])
        assert "attach-role-policy" not in str(explanation)


def test_attached_policy_of_a_listing() -> None:
    """The AWS managed policy that a command lists is named as the caller's side."""
    listing = "$ aws iam list-attached-role-policies --role-name pull\n" + json.dumps(
        {"AttachedPolicies": [{"PolicyName": "AmazonEC2ContainerRegistryReadOnly"}]}
    )
    shown = str(explain(f"{_POD}node role {_ROLE}\n{_policy({'AWS': _OTHER})}{listing}"))
    assert "The policy AmazonEC2ContainerRegistryReadOnly of the role pull is enough" in " ".join(
        shown.split()
    )


_BUILD = "ERROR: failed to solve: 222233334444.dkr.ecr.eu-west-1.amazonaws.com/shop/base:7: unexpected status from HEAD request to https://222233334444.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/base/manifests/7: 403 Forbidden\n"


@check_rows(
    ("shown", "title"),
    [
        (
            f"role-to-assume: {_OTHER}",
            "In account 222233334444, allow the role build in the repository policy",
        ),
        (f"We assume {_OTHER}.", "In account 222233334444, allow the role build in the repository policy"),
        (
            f"role-to-assume: {_OTHER.replace('111122223333', '222233334444')}",
            "Allow the role build to pull the image",
        ),
        ("docker login succeeded", "Allow the identity of the registry login to pull the image"),
        # The kubelet does not sign in.
        (f"{_POD}role-to-assume: {_OTHER}", "Allow the node role to pull the image"),
    ],
)
def test_pull_of_a_client_that_signed_in(shown: str, title: str) -> None:
    explanation = explain(_BUILD + shown)
    assert explanation.remedies[0].title == title
    assert ("kubelet" in str(explanation)) is (_POD in shown)


def test_push_to_a_repository() -> None:
    explanation = explain(
        "failed to push 222233334444.dkr.ecr.eu-west-1.amazonaws.com/shop/base:7: unexpected status from POST request to https://222233334444.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/base/blobs/uploads/: 403 Forbidden"
    )
    assert "denied the push to shop/base" in explanation.summary
    policy = explanation.remedies[0].policy
    assert policy is not None
    push, sign_in = policy["Statement"]
    assert push["Resource"] == "arn:aws:ecr:eu-west-1:222233334444:repository/shop/base"
    assert {"ecr:InitiateLayerUpload", "ecr:PutImage"} <= set(push["Action"])
    assert sign_in["Action"] == "ecr:GetAuthorizationToken"
