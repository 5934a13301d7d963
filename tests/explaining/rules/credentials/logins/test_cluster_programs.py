"""Tests for programs of a cluster that do not use the role or the login that they have."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

REGISTRY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
PULL = f'Failed to pull image "{REGISTRY}/orders:1": rpc error: code = Unknown desc = no basic auth credentials\n'
TAGS = f'"error":"GET https://{REGISTRY}/v2/orders/tags/list?n=1000: unexpected status code 401 Unauthorized: Not Authorized"\n'


@pytest.mark.parametrize(
    ("cluster", "where"),
    [
        ("RKE1 cluster, v1.27.8-rancher2-2", "services.kubelet.extra_args"),
        ("k3s v1.30.2+k3s1 on EC2", "/var/lib/rancher/credentialprovider"),
        ("built with kubeadm, Kubernetes 1.29", "KUBELET_EXTRA_ARGS"),
    ],
)
def test_kubelet_without_credential_provider(cluster: str, where: str) -> None:
    explanation = explain(f"{cluster}\n{PULL}")
    assert explanation.summary.startswith("No permission is missing")
    assert where in explanation.remedies[0].steps[1]
    assert "kind: CredentialProviderConfig" in (explanation.remedies[0].manifest or "")


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
    ("before", "role"),
    [
        ('"podExecutionRoleArn": "arn:aws:iam::111122223333:role/eks/fargate-exec"', "fargate-exec"),
        ("on node fargate-ip-10-0-1-7.eu-west-1.compute.internal", "POD_EXECUTION_ROLE_NAME"),
    ],
)
def test_pull_on_fargate(before: str, role: str) -> None:
    explanation = explain(f"{before}\nnodes with AmazonEC2ContainerRegistryReadOnly\n{PULL}")
    assert "it pulls with the pod execution role" in explanation.summary
    assert f"--role-name {role} --policy-arn" in explanation.remedies[0].commands[-1]
    assert not any("secret" in remedy.title for remedy in explanation.remedies)


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


@check_rows(
    ("kind", "reconcile"),
    [
        ("ImageRepository", "image repository"),
        ("OCIRepository", "source oci"),
        ("HelmRepository", "source helm"),
    ],
)
@check_rows("is_set", [False, True])
def test_objects_of_flux(kind: str, reconcile: str, *, is_set: bool) -> None:
    provider = "  provider: aws\n" if is_set else ""
    text = f'{{"controllerKind":"{kind}","{kind}":{{"name":"orders","namespace":"apps"}},{TAGS}}}\napiVersion: source.toolkit.fluxcd.io/v1\nkind: {kind}\nspec:\n{provider}'
    remedy = explain(text).remedies[0]
    if is_set:
        assert remedy.title.startswith("Check the ")
    else:
        assert remedy.title == f"Set provider: aws in the {kind} orders"
        assert remedy.commands[1] == f"flux reconcile {reconcile} orders --namespace apps"


ORAS = f'failed to login to registry: GET "https://{REGISTRY}/v2/": response status code 401: Unauthorized'
ROLE = "arn:aws:iam::111122223333:role/registry-reads"


@check_rows(
    ("shown", "words", "command"),
    [
        (f"$ flux get sources helm -n gitops\nNAME    REVISION  SUSPENDED  READY  MESSAGE\norders            False      False  {ORAS}\n", "the HelmRepository orders must have provider: aws.", "kubectl patch helmrepository orders --namespace gitops"),
        (f"{ORAS}\n$ kubectl -n gitops get helmrepository orders -o yaml\nspec:\n  type: oci\n  url: oci://{REGISTRY}/charts\n", "aws, and it has no spec.provider (generic).", "kubectl patch helmrepository orders --namespace gitops"),
        (f"{ORAS}\n$ kubectl get ocirepository orders -n gitops -o yaml\nspec:\n  provider: generic\n", "aws, and spec.provider is generic.", "kubectl patch ocirepository orders --namespace gitops"),
        (f"$ flux reconcile image repository orders\n{ORAS}\n", "the ImageRepository orders must", "kubectl patch imagerepository orders --namespace NAMESPACE"),
    ],
    ids=["flux get", "kubectl", "provider", "reconcile"],
)  # fmt: skip
def test_commands_of_flux(shown: str, words: str, command: str) -> None:
    explanation = explain(shown)
    assert words in explanation.summary
    assert explanation.remedies[0].commands[0].startswith(command)
    account = f"$ kubectl -n gitops annotate sa source-controller eks.amazonaws.com/role-arn={ROLE}\n"
    if "image" not in command:
        assert "with the role registry-reads" in explain(account + shown).remedies[0].steps[0]


@check_rows(
    "shown",
    [
        ORAS,
        f"$ kubectl get helmrepository orders -o yaml\nspec:\n  secretRef:\n    name: ecr\n{ORAS}",
        f"$ kubectl get helmreleases orders\n{ORAS}",
        f"$ helm install orders oci://{REGISTRY}/charts/orders\n{ORAS}",
        f"$ flux get sources helm\norders  True  stored\n$ helm pull oci://{REGISTRY}/charts/orders\n{ORAS}",
        f"$ helm pull oci://{REGISTRY}/charts/orders\n{ORAS}\n$ flux get sources helm\norders  True  stored\n",
    ],
    ids=["alone", "secret", "release", "helm", "before", "after"],
)
def test_login_that_is_not_that_of_flux(shown: str) -> None:
    assert "Flux" not in explain(shown).to_text(detail="full")


def test_the_login_of_other_programs() -> None:
    assert "registries.conf" in explain(f"argocd-image-updater: {TAGS}").remedies[0].steps[0]
    assert (
        explain(f"docker push {REGISTRY}/orders:1\nno basic auth credentials\nfor our kubeadm cluster")
        .remedies[0]
        .title.startswith("Sign docker in")
    )


S3A = "java.nio.file.AccessDeniedException: s3a://orders/in: getFileStatus on s3a://orders/in: com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: 6ZK2)\n"
IRSA = "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/orders\nAWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token\n"
NONE = "org.apache.hadoop.fs.s3a.auth.NoAuthWithAWSException: No AWS Credentials provided by TemporaryAWSCredentialsProvider : com.amazonaws.SdkClientException: Unable to load AWS credentials from environment variables\n"


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        (S3A + IRSA, "com.amazonaws.auth.WebIdentityTokenCredentialsProvider"),
        (NONE + IRSA, "com.amazonaws.auth.WebIdentityTokenCredentialsProvider"),
        (f"{S3A}hadoop-aws 3.4.1\n{IRSA}", "software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider"),
    ],
    ids=["denied", "none", "SDK 2"],
)  # fmt: skip
def test_s3a_does_not_use_the_role_of_the_pod(text: str, provider: str) -> None:
    explanation = explain(text)
    assert "S3A did not use the role orders" in explanation.summary
    assert explanation.remedies[0].manifest == f"fs.s3a.aws.credentials.provider={provider}"
    for shown in ("$ aws s3 ls s3://orders/\nbash: aws: command not found", "aws s3 ls works not"):
        assert "The AWS CLI" not in str(explain(f"{shown}\n{text}").causes[0].because)
    for shown in (
        "$ aws s3 ls s3://orders/\n                           PRE in/\n$ spark-submit job.py",
        "aws s3 ls in the pod works.",
    ):
        assert "The AWS CLI" in explain(f"{shown}\n{text}").causes[0].because[0]


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


KIAM = "assume role forbidden: namespace policy expression '{}' forbids role 'orders-dns'\n"


@pytest.mark.parametrize(
    ("text", "annotation"),
    [
        (KIAM.format("(empty)"), "'iam.amazonaws.com/permitted=^orders-dns$'"),
        (KIAM.format("^red-.*"), "'iam.amazonaws.com/permitted=^red-.*|^orders-dns$'"),
        ("role requested orders-dns not valid for namespace of pod at 10.2.3.4 with namespace shop", "shop --overwrite 'iam.amazonaws.com/allowed-roles="),
    ],
    ids=["empty", "other", "kube2iam"],
)  # fmt: skip
def test_a_proxy_refuses_a_role(text: str, annotation: str) -> None:
    explanation = explain(f"NoCredentialProviders: no valid providers in chain. Deprecated.\n{text}")
    assert "did not ask STS" in explanation.summary
    assert annotation in explanation.remedies[0].commands[1]


SPARK = 'persistentvolumeclaims is forbidden: User "system:serviceaccount:etl:{}" cannot create resource "persistentvolumeclaims" in API group "" in the namespace "etl"\n\tat org.apache.spark.deploy\n'


def test_roles_of_spark() -> None:
    pods = SPARK.replace("persistentvolumeclaims", "pods").format("emr-containers-sa-spark-driver-1-a")
    assert explain(pods).remedies[0].title == "Let Spark manage pods with a Role and RoleBinding"
    own = explain(SPARK.format("orders")).remedies[0]
    assert own.title == "Let Spark manage persistentvolumeclaims with a Role and RoleBinding"
    assert "deletecollection" in own.commands[0]


SUBSCRIPTION = "SubscriptionRequiredException: The AWS Access Key Id needs a subscription for the service\\n\\tstatus code: 400, request id: 5f6d0b1e-7d1c-4a52-9b35-0a4f5d1c2b3a"


@check_rows(
    ("text", "summary", "first"),
    [
        (f'{{"controller":"ingress","error":"{SUBSCRIPTION}"}}', "Shield Advanced, WAF or WAFv2", "Switch off"),
        (SUBSCRIPTION, "does not name", "Find the service"),
        ("An error occurred (SubscriptionRequiredException) when calling the DescribeCases operation: The AWS Access Key Id needs a subscription for the service", "the call DescribeCases", "Check that the service"),
        ("An error occurred (OptInRequired) when calling the ListRegions operation: The AWS Access Key Id needs a subscription for the service", "the call ListRegions", "Check that the service"),
        ('<ErrorResponse xmlns="https://route53.amazonaws.com/doc/2010-10-01/"><Error><Type>Sender</Type><Code>OptInRequired</Code><Message>The AWS Access Key Id needs a subscription for the service</Message></Error></ErrorResponse>', "the service route53: it is not subscribed to it, not verified", "Check the state of the account"),
        ('<ErrorResponse xmlns="https://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>OptInRequired</Code><Message>The AWS Access Key Id needs a subscription for the service</Message></Error></ErrorResponse>', "the service sns: it is not subscribed to it, or the service is not offered", "Check that the service"),
    ],
    ids=["controller", "unnamed", "support", "call", "global", "of a Region"],
)  # fmt: skip
def test_a_service_without_a_subscription(text: str, summary: str, first: str) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    assert explanation.remedies[0].title.startswith(first)
