"""Missing resources that the text has in another Region or account."""

from __future__ import annotations

from iamtriage import explain


def test_region_that_the_environment_sets() -> None:
    """The call is repeated in the Region of the resource, and the variable is named."""
    text = "$ aws eks update-kubeconfig --name shop\n\nAn error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: shop.\n\n$ aws configure list\n    region                us-east-1              env    ['AWS_REGION']\n"
    remedy = explain(text, facts={"cluster": "shop", "region": "eu-west-1"}).remedies[0]
    assert remedy.commands[0] == "aws eks update-kubeconfig --name shop --region eu-west-1"
    assert "AWS_DEFAULT_REGION has us-east-1" in remedy.steps[0]
