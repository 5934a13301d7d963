"""Cases for credentials, tokens, keys, regions, policies and other errors: name, fictional error text, facts."""

from __future__ import annotations

from tests.tables import botocore_text

Golden = tuple[str, str, dict[str, object]]

USER = "arn:aws:iam::111122223333:user/ana"
ROLE = "arn:aws:iam::111122223333:role/orders-api"
SESSION = "arn:aws:sts::111122223333:assumed-role/orders-api/i-0a1b2c3d4e5f60718"
SSO = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/ana@example.com"
KEY_ID = "AKIARTX3GSDSVJNFUWS2"
TEMPORARY_ID = "ASIARTX3GSDSVJNFUWS2"
REGISTRY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
ISSUER = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
TOKEN_FILE = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"
POD: dict[str, object] = {
    "cluster": "orders",
    "region": "eu-west-1",
    "namespace": "shop",
    "service_account": "orders-api",
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {
                "Federated": f"arn:aws:iam::111122223333:oidc-provider/{ISSUER.removeprefix('https://')}"
            },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{ISSUER.removeprefix('https://')}:sub": "system:serviceaccount:shop:cart"}
            },
        }
    ],
}
CLAIMS = {"iss": ISSUER, "sub": "system:serviceaccount:shop:orders-api", "aud": ["vault"]}


def web_identity_text(code: str, message: str) -> str:
    return botocore_text(code, "AssumeRoleWithWebIdentity", message)


EXPIRED: tuple[Golden, ...] = (
    (
        "expired-session-of-identity-center",
        botocore_text(
            "ExpiredTokenException",
            "DescribeCluster",
            "The security token included in the request is expired",
        ),
        {"caller": SSO},
    ),
)
INVALID: tuple[Golden, ...] = (
    (
        "invalid-web-identity-in-china",
        "WebIdentityErr: failed to retrieve credentials\ncaused by: InvalidClientTokenId: The security token included in the request is invalid\n\tstatus code: 403, request id: 7f3d0c52-9a41-4e6b-8d27-5b1e60c4fa93",
        {"cluster": "orders", "region": "cn-north-1", "namespace": "shop", "service_account": "cart"},
    ),
)
MISSING: tuple[Golden, ...] = (
    (
        "no-credentials-on-ec2",
        "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded",
        {"region": "eu-west-1"},
    ),
    (
        "no-credentials-in-java",
        (
            "com.amazonaws.SdkClientException: Unable to load AWS credentials from any provider in the chain: "
            "[EnvironmentVariableCredentialsProvider: Unable to load AWS credentials from environment variables, "
            "SystemPropertiesCredentialsProvider: Unable to load AWS credentials from Java system properties, "
            "WebIdentityTokenCredentialsProvider: You must specify a value for roleArn and roleSessionName, "
            "com.amazonaws.auth.profile.ProfileCredentialsProvider@1b2c3d: profile file cannot be null, "
            "com.amazonaws.auth.EC2ContainerCredentialsProviderWrapper@4e5f60: Failed to connect to service endpoint: ]"
        ),
        {},
    ),
    (
        "no-credentials-in-controller",
        "kubectl get externalsecrets --namespace shop\norders  failed: Missing credentials in config",
        {},
    ),
    (
        "no-credentials-in-log-shipper",
        (
            "[2026/08/03 10:15:00] [error] [aws_credentials] STS assume role request failed\n"
            "[2026/08/03 10:15:00] [error] [signv4] Provider returned no credentials, service=es"
        ),
        {},
    ),
    (
        "profile-not-found-go",
        "Error: configuring Terraform AWS Provider: failed to get shared config profile, staging",
        {},
    ),
    (
        "kubeconfig-helper-not-found",
        "Unable to connect to the server: getting credentials: exec: executable aws not found",
        {},
    ),
    (
        "registry-answers-401",
        f'failed to resolve reference "{REGISTRY}/orders:1": pulling from host {REGISTRY} failed with status code [manifests 1]: 401 Unauthorized',
        {},
    ),
    ("request-unsigned-or-no-route", '{"message":"Missing Authentication Token"}', {}),
)
TOKENS: tuple[Golden, ...] = (
    (
        "no-oidc-provider-for-github",
        "Error: Could not assume role with OIDC: No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
        {},
    ),
)
OTHERS: tuple[Golden, ...] = (
    (
        "sts-response-of-named-service",
        'POST "https://minio.shop.svc:9000/": '
        + web_identity_text("MethodNotAllowed", "The specified method is not allowed against this resource."),
        {},
    ),
    (
        "sts-not-activated-in-opt-in-region",
        web_identity_text(
            "RegionDisabledException",
            "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
        ),
        {"region": "ap-east-1"},
    ),
    (
        "s3-head-arrow",
        "OSError: When testing for existence of bucket 'jobs': AWS Error UNKNOWN (HTTP status 400) during HeadBucket operation: No response body.",
        {},
    ),
    (
        "no-answer-arrow",
        "AWS Error NETWORK_CONNECTION during ListObjectsV2 operation: curlCode: 28, Timeout was reached",
        {},
    ),
    ("s3-head-404", botocore_text("404", "HeadObject", "Not Found"), {}),
    (
        "cluster-not-found",
        botocore_text("ResourceNotFoundException", "DescribeCluster", "No cluster found for name: orders."),
        {"region": "eu-west-1"},
    ),
    (
        "ecs-exec-not-connected",
        botocore_text(
            "TargetNotConnectedException",
            "ExecuteCommand",
            "The execute command failed due to an internal error. Try again later.",
        ),
        {},
    ),
    (
        "pod-identity-token-parsed",
        "Error fetching credentials: Service account token cannot be parsed: token contains an invalid number of segments",
        {},
    ),
    (
        "other-error",
        botocore_text(
            "UnsupportedAvailabilityZoneException",
            "CreateCluster",
            "Cannot create cluster 'orders' because us-east-1e does not have sufficient capacity.",
        ),
        {},
    ),
)
_SHARED: tuple[Golden, ...] = (
    (
        "scope-of-other-region",
        "com.amazonaws.services.sqs.model.AmazonSQSException: Credential should be scoped to a valid region, not 'eu-west-1'. (Service: AmazonSQS; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)",
        {},
    ),
    (
        "invalid-credentials-in-opt-in-region",
        "An error occurred (UnrecognizedClientException) when calling the ListClusters operation: The security token included in the request is invalid",
        {"region": "af-south-1"},
    ),
    (
        "no-credentials-on-ecs",
        "CredentialsProviderError: Could not load credentials from any providers\nECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/0f1e2d3c",
        {},
    ),
    (
        "no-credentials-in-pod",
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
        {"cluster": "orders", "region": "eu-west-1", "namespace": "shop", "service_account": "orders-api"},
    ),
)
CASES: tuple[Golden, ...] = (*EXPIRED, *INVALID, *MISSING, *TOKENS, *OTHERS, *_SHARED)
