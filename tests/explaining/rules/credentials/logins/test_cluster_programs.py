"""Tests for programs of a cluster that do not use the role or the login that they have."""

from __future__ import annotations

import pytest

from iamtriage import explain

REGISTRY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
PULL = f'Failed to pull image "{REGISTRY}/orders:1": rpc error: code = Unknown desc = no basic auth credentials\n'


@pytest.mark.parametrize(
    "cluster",
    [
        "EKS managed node group, 1.29",
        "kubeadm, Kubernetes v1.25.4",
        "RKE2 v1.28, --image-credential-provider-config=/etc/ecr.yaml",
    ],
)
def test_other_nodes_need_the_permission(cluster: str) -> None:
    explanation = explain(f"{cluster}\n{PULL}")
    assert "its role is not allowed to pull" in explanation.summary
    assert not any("docker" in remedy.title for remedy in explanation.remedies)


@pytest.mark.parametrize(
    "message",
    [
        PULL,
        f"kubelet: error execing credential provider plugin ecr-credential-provider for image {REGISTRY}/orders: exit status 1\n",
    ],
)
def test_a_node_whose_role_may_pull(message: str) -> None:
    explanation = explain(f"EKS nodes with AmazonEC2ContainerRegistryReadOnly\n{message}")
    assert "although AmazonEC2ContainerRegistryReadOnly is enough" in explanation.summary
    assert explanation.remedies[0].title.startswith("Look up in the log")
    assert "lacks the permission" not in explanation.to_text(detail="full")


S3A = "java.nio.file.AccessDeniedException: s3a://orders/in: getFileStatus on s3a://orders/in: com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: 6ZK2)\n"
IRSA = "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/orders\nAWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token\n"
NONE = "org.apache.hadoop.fs.s3a.auth.NoAuthWithAWSException: No AWS Credentials provided by TemporaryAWSCredentialsProvider : com.amazonaws.SdkClientException: Unable to load AWS credentials from environment variables\n"


@pytest.mark.parametrize(
    "rest",
    [
        "on EMR, role EMR_EC2_DefaultRole",
        f"{IRSA}spark.hadoop.fs.s3a.aws.credentials.provider=com.amazonaws.auth.WebIdentityTokenCredentialsProvider",
        f"{IRSA}spark.hadoop.fs.s3a.access.key=AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_s3a_uses_its_credentials(rest: str) -> None:
    assert "did not use" not in explain(S3A + rest).summary


SPARK = 'persistentvolumeclaims is forbidden: User "system:serviceaccount:etl:{}" cannot create resource "persistentvolumeclaims" in API group "" in the namespace "etl"\n\tat org.apache.spark.deploy\n'


def test_roles_of_spark() -> None:
    pods = SPARK.replace("persistentvolumeclaims", "pods").format("emr-containers-sa-spark-driver-1-a")
    assert explain(pods).remedies[0].title == "Let Spark manage pods with a Role and RoleBinding"
    own = explain(SPARK.format("orders")).remedies[0]
    assert own.title == "Let Spark manage persistentvolumeclaims with a Role and RoleBinding"
    assert "deletecollection" in own.commands[0]


SUBSCRIPTION = "SubscriptionRequiredException: The AWS Access Key Id needs a subscription for the service\\n\\tstatus code: 400, request id: 5f6d0b1e-7d1c-4a52-9b35-0a4f5d1c2b3a"


@pytest.mark.parametrize(
    ("text", "summary", "first"),
    [
        (f'{{"controller":"ingress","error":"{SUBSCRIPTION}"}}', "Shield Advanced, WAF or WAFv2", "Switch off"),
        (SUBSCRIPTION, "does not name", "Find the service"),
        ("An error occurred (SubscriptionRequiredException) when calling the DescribeCases operation: The AWS Access Key Id needs a subscription for the service", "the call DescribeCases", "Check that the service"),
        ("An error occurred (OptInRequired) when calling the ListRegions operation: The AWS Access Key Id needs a subscription for the service", "the call ListRegions", "Check that the service"),
    ],
    ids=["controller", "unnamed", "support", "call"],
)  # fmt: skip
def test_a_service_without_a_subscription(text: str, summary: str, first: str) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    assert explanation.remedies[0].title.startswith(first)
