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
        "expired-session",
        botocore_text("ExpiredToken", "ListBuckets", "The provided token has expired."),
        {"caller": SESSION},
    ),
    (
        "expired-session-of-identity-center",
        botocore_text(
            "ExpiredTokenException",
            "DescribeCluster",
            "The security token included in the request is expired",
        ),
        {"caller": SSO},
    ),
    (
        "expired-session-of-kubeconfig",
        "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 254\n"
        + botocore_text(
            "ExpiredTokenException", "AssumeRole", "The security token included in the request is expired"
        ),
        {},
    ),
    (
        "expired-sso-session",
        "$ aws s3 ls --profile dev\n\nError when retrieving token from sso: Token has expired and refresh failed",
        {},
    ),
    (
        "expired-login-session",
        "aws: [ERROR]: Your session has expired or credentials have changed. Please reauthenticate using 'aws login'.",
        {},
    ),
    (
        "expired-web-identity-token",
        web_identity_text(
            "ExpiredTokenException",
            "Token expired: current date/time 1790000000 must be before the expiration date/time 1789990000",
        ),
        POD,
    ),
    (
        "expired-saml-assertion",
        botocore_text(
            "ExpiredTokenException",
            "AssumeRoleWithSAML",
            "Token must be redeemed within 5 minutes of issuance",
        ),
        {},
    ),
    (
        "expired-registry-login",
        f"docker push {REGISTRY}/orders:1\ndenied: Your authorization token has expired. Reauthenticate and try again.",
        {},
    ),
    ("expired-request", botocore_text("RequestExpired", "DescribeInstances", "Request has expired."), {}),
)
INVALID: tuple[Golden, ...] = (
    (
        "invalid-credentials",
        botocore_text(
            "InvalidClientTokenId",
            "GetCallerIdentity",
            "The security token included in the request is invalid",
        ),
        {},
    ),
    (
        "invalid-key-of-user",
        (
            "<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records."
            f"</Message><AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId><RequestId>4442587FB7D0A2F9</RequestId></Error>"
        ),
        {"caller": USER},
    ),
    (
        "invalid-temporary-key",
        f"aws_access_key_id = {TEMPORARY_ID}\n"
        + botocore_text(
            "UnrecognizedClientException",
            "ListTables",
            "The security token included in the request is invalid.",
        ),
        {},
    ),
    (
        "invalid-credentials-at-ec2",
        botocore_text(
            "AuthFailure", "DescribeInstances", "AWS was not able to validate the provided access credentials"
        ),
        {},
    ),
    (
        "invalid-session-token",
        botocore_text("InvalidToken", "ListBuckets", "The provided token is malformed or otherwise invalid."),
        {},
    ),
    (
        "invalid-credentials-in-opt-in-region",
        botocore_text(
            "UnrecognizedClientException",
            "ListClusters",
            "The security token included in the request is invalid",
        ),
        {"region": "af-south-1"},
    ),
    (
        "invalid-credentials-in-china",
        'Post "https://sts.amazonaws.com/": '
        + web_identity_text("InvalidClientTokenId", "The security token included in the request is invalid"),
        {
            "resource": "arn:aws-cn:iam::111122223333:role/orders-api",
            "namespace": "shop",
            "service_account": "orders-api",
        },
    ),
    (
        "invalid-key-at-local-endpoint",
        "PUT http://localhost:4566/orders\n"
        + botocore_text(
            "InvalidAccessKeyId",
            "PutObject",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        {},
    ),
    (
        "invalid-sso-token",
        "aws s3 ls --profile dev\n"
        + botocore_text("UnauthorizedException", "GetRoleCredentials", "Session token not found or invalid"),
        {},
    ),
)
MISSING: tuple[Golden, ...] = (
    (
        "no-credentials",
        'Unable to locate credentials. You can configure credentials by running "aws login".',
        {},
    ),
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
    ("no-credentials-in-pod", "botocore.exceptions.NoCredentialsError: Unable to locate credentials", POD),
    (
        "no-credentials-of-controller",
        "kubectl get externalsecrets --namespace shop\norders  failed: Missing credentials in config",
        {},
    ),
    (
        "no-credentials-beside-variables",
        f"AWS_WEB_IDENTITY_TOKEN_FILE={TOKEN_FILE}\nNoCredentialProviders: no valid providers in chain. Deprecated.",
        {},
    ),
    (
        "no-credentials-of-log-shipper",
        (
            "[2026/08/03 10:15:00] [error] [aws_credentials] STS assume role request failed\n"
            "[2026/08/03 10:15:00] [error] [signv4] Provider returned no credentials, service=es"
        ),
        {},
    ),
    (
        "no-credentials-on-ecs",
        "CredentialsProviderError: Could not load credentials from any providers\nAWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set",
        {},
    ),
    (
        "no-credentials-on-lambda",
        '[ERROR] NoCredentialsError: Unable to locate credentials\n  File "/var/task/lambda_function.py", line 7, in handler',
        {},
    ),
    (
        "no-credentials-in-github-actions",
        "Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers\nIt looks like you might be trying to authenticate with OIDC. Did you mean to set the `id-token` permission?",
        {},
    ),
    (
        "profile-not-found-go",
        "Error: configuring Terraform AWS Provider: failed to get shared config profile, staging",
        {},
    ),
    ("profile-not-found", "The config profile (staging) could not be found", {}),
    (
        "partial-credentials",
        "botocore.exceptions.PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
        {},
    ),
    (
        "source-profile-missing",
        'botocore.exceptions.InvalidConfigError: The source_profile "base" referenced in the profile "dev" does not exist',
        {},
    ),
    (
        "source-profile-circle",
        "botocore.exceptions.InfiniteLoopConfigError: Infinite loop in credential configuration detected. Attempting to load from profile a which has already been visited. Visited profiles: ['a', 'b']",
        {},
    ),
    (
        "source-profile-empty",
        'botocore.exceptions.InvalidConfigError: The source profile "base" must have credentials.',
        {},
    ),
    ("source-twice", 'The profile "dev" contains both source_profile and credential_source.', {}),
    ("source-unknown", 'The credential source "Ecs" referenced in profile "dev" is not valid.', {}),
    (
        "source-container",
        "botocore.exceptions.CredentialRetrievalError: Error when retrieving credentials from EcsContainer: No credentials found in credential_source referenced in profile dev",
        {},
    ),
    (
        "sso-profile-incomplete",
        'aws: [ERROR]: The profile "dev" is configured to use SSO but is missing required configuration: sso_region',
        {},
    ),
    ("sso-session-missing", 'The specified sso-session does not exist: "corp"', {}),
    (
        "no-sso-login",
        "aws eks list-clusters --profile dev\nError loading SSO Token: Token for dev-session does not exist",
        {},
    ),
    (
        "mfa-needed",
        "botocore.exceptions.RefreshWithMFAUnsupportedError: Cannot refresh credentials: MFA token required.",
        {},
    ),
    (
        "credential-process",
        "botocore.exceptions.CredentialRetrievalError: Error when retrieving credentials from custom-process: helper: not logged in",
        {},
    ),
    (
        "kubeconfig-helper-failed",
        "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255",
        {"cluster": "orders", "region": "eu-west-1"},
    ),
    (
        "kubeconfig-helper-not-found",
        "Unable to connect to the server: getting credentials: exec: executable aws not found",
        {},
    ),
    (
        "kubeconfig-helper-without-credentials",
        "aws-iam-authenticator token -i orders\ncould not get token: NoCredentialProviders: no valid providers in chain. Deprecated.",
        {"cluster": "orders", "region": "eu-west-1"},
    ),
    (
        "token-file-unreadable",
        f"WebIdentityErr: failed fetching WebIdentity token: \ncaused by: WebIdentityErr: unable to read file at {TOKEN_FILE}\ncaused by: open {TOKEN_FILE}: permission denied",
        POD,
    ),
    ("token-file-absent", f"botocore: [Errno 2] No such file or directory: '{TOKEN_FILE}'", POD),
    (
        "pod-identity-with-old-sdk",
        "CredentialsProviderError: 169.254.170.23 is not a valid container metadata service hostname",
        POD,
    ),
    (
        "no-way-to-sts",
        'WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post "https://sts.amazonaws.com/": dial tcp 203.0.113.7:443: i/o timeout',
        POD,
    ),
    (
        "no-registry-login-in-cluster",
        f'kubelet Failed to pull image "{REGISTRY}/orders:1": rpc error: code = Unknown desc = no basic auth credentials',
        {},
    ),
    (
        "registry-answers-401",
        f'failed to resolve reference "{REGISTRY}/orders:1": pulling from host {REGISTRY} failed with status code [manifests 1]: 401 Unauthorized',
        {},
    ),
    ("no-registry-login", f"docker pull {REGISTRY}/orders:1\nno basic auth credentials", {}),
    (
        "no-such-route",
        'HTTP/2 403\nhost: a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com\nx-amzn-errortype: MissingAuthenticationTokenException\n{"message":"Missing Authentication Token"}',
        {},
    ),
    (
        "request-unsigned",
        botocore_text(
            "MissingAuthenticationToken", "GetCallerIdentity", "Request is missing Authentication Token"
        ),
        {},
    ),
    ("request-unsigned-or-no-route", '{"message":"Missing Authentication Token"}', {}),
)
SIGNATURES: tuple[Golden, ...] = (
    (
        "signature-mismatch",
        botocore_text(
            "SignatureDoesNotMatch",
            "GetCallerIdentity",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
        ),
        {},
    ),
    (
        "signature-of-presigned-url",
        "GET https://orders.s3.eu-west-1.amazonaws.com/a.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-SignedHeaders=host\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message></Error>",
        {},
    ),
    (
        "presigned-url-too-long",
        "<Error><Code>AuthorizationQueryParametersError</Code><Message>X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds</Message><RequestId>K2J4M6P8R0S2T4V6</RequestId><HostId>Example0hostId1of2S3==</HostId></Error>",
        {},
    ),
    (
        "query-of-version-4-incomplete",
        "<Error><Code>AuthorizationQueryParametersError</Code><Message>Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.</Message><RequestId>K2J4M6P8R0S2T4V6</RequestId></Error>",
        {},
    ),
    (
        "clock-behind",
        botocore_text(
            "SignatureDoesNotMatch",
            "DescribeStacks",
            "Signature expired: 20260803T101500Z is now earlier than 20260803T104500Z (20260803T105000Z - 5 min.)",
        ),
        {},
    ),
    (
        "clock-ahead-by-hours",
        botocore_text(
            "InvalidSignatureException",
            "ListTables",
            "Signature not yet current: 20260803T121000Z is still later than 20260803T101500Z (20260803T101000Z + 5 min.)",
        ),
        {},
    ),
    (
        "clock-skewed-at-s3",
        "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>20260803T101500Z</RequestTime><ServerTime>2026-08-03T10:45:00Z</ServerTime></Error>",
        {},
    ),
    (
        "authorization-malformed",
        botocore_text(
            "IncompleteSignature",
            "ListUsers",
            "'AKIA' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential=AKIA'.",
        ),
        {},
    ),
    (
        "sts-global-host",
        botocore_text(
            "SignatureDoesNotMatch", "GetCallerIdentity", "Credential should be scoped to a valid region"
        ),
        {},
    ),
    (
        "sts-global-host-in-pod",
        'Post "https://sts.amazonaws.com/": '
        + botocore_text(
            "SignatureDoesNotMatch",
            "AssumeRole",
            "Credential should be scoped to a valid region, not 'eu-west-1'. ",
        ),
        {**POD, "kubernetes_version": "1.31"},
    ),
    (
        "bucket-in-other-region",
        botocore_text(
            "AuthorizationHeaderMalformed",
            "ListObjectsV2",
            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
        ),
        {},
    ),
    (
        "scope-of-other-service",
        botocore_text(
            "SignatureDoesNotMatch", "ListQueues", "Credential should be scoped to correct service: 'sts'. "
        ),
        {},
    ),
    (
        "scope-of-other-region",
        "com.amazonaws.services.sqs.model.AmazonSQSException: Credential should be scoped to a valid region, not 'eu-west-1'. (Service: AmazonSQS; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)",
        {},
    ),
)
TOKENS: tuple[Golden, ...] = (
    (
        "no-oidc-provider-for-eks",
        web_identity_text(
            "InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {ISSUER}"
        ),
        POD,
    ),
    (
        "no-oidc-provider-for-github",
        "Error: Could not assume role with OIDC: No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
        {},
    ),
    (
        "no-oidc-provider",
        web_identity_text(
            "InvalidIdentityToken",
            "No OpenIDConnect provider found in your account for https://login.example.com/",
        ),
        {},
    ),
    (
        "wrong-audience",
        web_identity_text("InvalidIdentityToken", "Incorrect token audience"),
        {**POD, "trust_policy": TRUST, "token_claims": CLAIMS, "resource": ROLE},
    ),
    ("missing-claim", web_identity_text("InvalidIdentityToken", "Missing a required claim: aud"), {}),
    (
        "no-verification-key",
        web_identity_text(
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
        ),
        {},
    ),
    (
        "identity-provider-unreached",
        web_identity_text(
            "IDPCommunicationError",
            "The request could not be fulfilled because the identity provider could not be reached.",
        ),
        {},
    ),
    (
        "claim-rejected",
        web_identity_text(
            "IDPRejectedClaim", "The identity provider (IdP) reported that authentication failed."
        ),
        {},
    ),
    (
        "wrong-thumbprint",
        web_identity_text(
            "InvalidIdentityToken",
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
        ),
        {},
    ),
    (
        "invalid-identity-token",
        web_identity_text(
            "InvalidIdentityToken",
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        ),
        {},
    ),
)
OTHERS: tuple[Golden, ...] = (
    (
        "sts-answered-by-other",
        'level=error err="WebIdentityErr: failed to retrieve credentials\\ncaused by: SerializationError: failed to unmarshal error message\\n\\tstatus code: 405, request id: "',
        {},
    ),
    (
        "sts-answered-by-named-other",
        'POST "https://minio.shop.svc:9000/": '
        + web_identity_text("MethodNotAllowed", "The specified method is not allowed against this resource."),
        {},
    ),
    (
        "sts-not-activated",
        web_identity_text(
            "RegionDisabledException",
            "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
        ),
        {"region": "eu-west-1"},
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
        "access-key-quota",
        "aws iam create-access-key --user-name ana\n"
        + botocore_text("LimitExceeded", "CreateAccessKey", "Cannot exceed quota for AccessKeysPerUser: 2"),
        {},
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
        "identity-pool-roles",
        botocore_text(
            "InvalidIdentityPoolConfigurationException",
            "GetCredentialsForIdentity",
            "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        ),
        {"region": "eu-west-1"},
    ),
    (
        "pod-identity-token-empty",
        "Error fetching credentials: Service account token cannot be empty",
        {"namespace": "shop"},
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
CASES: tuple[Golden, ...] = (*EXPIRED, *INVALID, *MISSING, *SIGNATURES, *TOKENS, *OTHERS)
