"""A repository without a policy is closed to other accounts, whatever the policies of the role that pulls."""

from __future__ import annotations

import pytest

from iamtriage import explain

_POD = 'Failed to pull image "222233334444.dkr.ecr.eu-west-1.amazonaws.com/shop/cart:7": unexpected status from HEAD request to https://222233334444.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/cart/manifests/7: 403 Forbidden\n'
_TASK = 'CannotPullContainerError: pulling "222233334444.dkr.ecr.eu-west-1.amazonaws.com/shop/cart:7": unexpected status from HEAD request to https://222233334444.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/cart/manifests/7: 403 Forbidden\n'
_ROLE = "arn:aws:iam::111122223333:role/pull"
_NONE = "An error occurred (RepositoryPolicyNotFoundException) when calling the GetRepositoryPolicy operation: Repository policy does not exist for the repository with name 'shop/cart' in the registry with id '222233334444'"


@pytest.mark.parametrize(
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
    assert ("attach-role-policy" in shown) is (evidence is None)
    if evidence is not None:
        assert explanation.causes[0].evidence == evidence
        policy = explanation.remedies[0].policy
        assert policy is not None
        assert policy["Statement"][0]["Principal"] == {"AWS": _ROLE}
    if evidence == "derived":
        assert "RepositoryPolicyNotFoundException" not in shown
