"""Check how messages about credentials, signatures and logins to registries are read, one per line."""

from __future__ import annotations

import pytest

from iamtriage._reading.readers.credential_phrases import CREDENTIAL_MESSAGES
from iamtriage._reading.readers.phrases import compiled, table
from tests.tables import (
    REQUEST,
    Facts,
    Table,
    botocore_text,
    check_rows,
    denied,
    expect,
    facts_in,
    has_example,
    list_alternatives,
    rows,
)

ROLE = "arn:aws:iam::111122223333:role/reader"

EXPIRED: Table = (
    ("included", "The security token included in the request is expired", expect("expired_credentials")),
    (
        "login-token",
        "Invalid login token. Token expired: 1700003600 >= 1700000000",
        expect("expired_credentials"),
    ),
    ("login-token-of-a-site", "Invalid login token. Please try again", None),
    ("provided", "The provided token has expired.", expect("expired_credentials")),
    (
        "crt-sso",
        "AwsCrtError: AWS_AUTH_SSO_TOKEN_EXPIRED: sso token is expired",
        expect("expired_credentials"),
    ),
    (
        "identity-token",
        "Token expired: current date/time 1767225600 must be before the expiration date/time1767222000",
        expect("expired_credentials"),
    ),
    ("too-old", "Token too old: 1767222000", expect("expired_credentials")),
    ("refresh", "Token has expired and refresh failed", expect("expired_credentials")),
    (
        "sso-session",
        "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.",
        expect("expired_credentials"),
    ),
    ("sso-access-token", "the SSO access token has expired", expect("expired_credentials")),
    ("sso-token", "The SSO session token associated with profile=dev was not found or is invalid", None),
    (
        "sso-token-associated",
        "The SSO token associated with profile=dev has expired",
        expect("expired_credentials"),
    ),
    (
        "sso-token-of",
        "The SSO session associated with profile=dev has expired",
        expect("expired_credentials"),
    ),
    (
        "sso-cached",
        "cached SSO token is expired, or not present, and cannot be refreshed",
        expect("expired_credentials"),
    ),
    ("identity-center-cached", "cached Identity Center token is expired", expect("expired_credentials")),
    ("sso-loading", "Error loading SSO Token: Token for dev is expired", expect("expired_credentials")),
    (
        "sso-loading-either",
        "Error loading SSO Token: The SSO access token has either expired or is otherwise invalid.",
        expect("expired_credentials"),
    ),
    (
        "refreshed",
        "Credentials were refreshed, but the refreshed credentials are still expired.",
        expect("expired_credentials"),
    ),
    (
        "retrieved",
        "Amazon.Runtime.AmazonClientException: The retrieved credentials have already expired: Now = 1, Credentials expiration = 0",
        expect("expired_credentials"),
    ),
    (
        "expired-process",
        "Error: Profile batch credential_process returned expired credentials.",
        expect("expired_credentials"),
    ),
    (
        "sso-login",
        "your SSO session is invalid, run aws sso login --profile dev",
        expect("expired_credentials"),
    ),
    ("login", "Your session has expired. Please run aws login again", expect("expired_credentials")),
    (
        "login-password",
        "Unable to refresh credentials because of a change in your password. Please reauthenticate with your new password.",
        expect("expired_credentials"),
    ),
    (
        "wrapped-login",
        "Your session has expired or credentials have\nchanged. Please reauthenticate using 'aws\nlogin'.",
        expect("expired_credentials"),
    ),
)
EXPIRED_IN_CALLS: Table = tuple(
    (
        name,
        botocore_text("SomethingNew", "ListBuckets", message),
        expect("expired_credentials", code="SomethingNew", operation="ListBuckets"),
    )
    for name, message in (
        ("ecr", "Your Authorization Token has expired. Please run 'aws ecr get-login-password' again"),
        ("ecr-lower", "Your authorization token has expired. Reauthenticate and try again."),
        ("sso-session", "SSO session has expired"),
        ("console", "Your session has expired. Please reauthenticate"),
        ("request", "Request has expired"),
        ("request-short", "Request expired"),
        ("token", "Token is expired"),
        ("the-token", "The security token has expired"),
        ("the-token-is", "The security token is expired"),
        ("sso-token", "AWS SSO token has expired, please log back in."),
        ("credentials", "The temporary credentials have expired"),
        ("credentials-are", "your credentials are expired"),
        ("otherwise", "The session has expired or is otherwise invalid"),
    )
)
INVALID: Table = (
    (
        "bedrock-key-format",
        '{"Message":"Invalid API Key format: Must start with pre-defined prefix"}',
        expect("invalid_credentials"),
    ),
    (
        "bedrock-key",
        'API Error: 403 {"Message":"Authentication failed: Please make sure your API Key is valid."}',
        expect("invalid_credentials", status_code=403),
    ),
    ("key-of-another-service", "403: Authentication failed: Please make sure your API Key is valid.", None),
    ("included", "The security token included in the request is invalid.", expect("invalid_credentials")),
    ("dynamodb-local", "The Access Key ID or security token is invalid.", expect("invalid_credentials")),
    ("ec2", "AWS was not able to validate the provided access credentials", expect("invalid_credentials")),
    (
        "ec2-status",
        "Non-200 API response: code=401 message=AWS was not able to validate the provided access credentials",
        expect("invalid_credentials", status_code=401),
    ),
    (
        "s3fs",
        "s3fs: [CRT] s3fs.cpp:s3fs_check_service(3806): invalid credentials(host=https://s3.amazonaws.com) - result of checking service.",
        expect("invalid_credentials", service="s3"),
    ),
    (
        "vector",
        'ERROR vector::topology::builder: msg="Healthcheck failed." error=Invalid credentials component_kind="sink" component_type="aws_s3" component_id=orders',
        expect("invalid_credentials"),
    ),
    (
        "s3",
        "The AWS Access Key Id you provided does not exist in our records.",
        expect("invalid_credentials"),
    ),
    (
        "ses-smtp",
        "<ana@example.com>: host\n    email-smtp.eu-west-1.amazonaws.com[192.0.2.7] said: 535\n    Authentication Credentials Invalid (in reply to AUTH command)",
        expect("invalid_credentials", service="ses"),
    ),
    (
        "ses-smtp-python",
        "smtplib.SMTPAuthenticationError: (535, b'Authentication Credentials Invalid')\nhost = email-smtp.eu-west-1.amazonaws.com",
        expect("invalid_credentials"),
    ),
    (
        "ses-smtp-unchecked",
        "<ana@example.com>: host\n    email-smtp.eu-west-1.amazonaws.com[192.0.2.7] said: 454\n    Temporary authentication failure (in reply to AUTH command)",
        expect("invalid_credentials", service="ses"),
    ),
    (
        "ses-smtp-unchecked-python",
        "smtplib.SMTPAuthenticationError: (454, b'Temporary authentication failure')\nhost = email-smtp.eu-west-1.amazonaws.com",
        expect("invalid_credentials"),
    ),
    (
        "renewal-of-a-sign-in",
        f"operation error SSO OIDC: CreateToken, https response error StatusCode: 400, RequestID: {REQUEST}, InvalidGrantException: ",
        expect(
            "expired_credentials",
            code="InvalidGrantException",
            operation="CreateToken",
            service="ssooidc",
            status_code=400,
            request_id=REQUEST,
        ),
    ),
    (
        "renewal-of-a-sign-in-in-java",
        f"software.amazon.awssdk.services.ssooidc.model.InvalidGrantException: Service returned error code InvalidGrantException (Service: SsoOidc, Status Code: 400, Request ID: {REQUEST})",
        expect(
            "expired_credentials",
            code="InvalidGrantException",
            service="ssooidc",
            status_code=400,
            request_id=REQUEST,
        ),
    ),
    (
        "ses-smtp-without-login",
        "<ana@example.com>: host\n    email-smtp.eu-west-1.amazonaws.com[192.0.2.7] said: 530\n    Authentication required (in reply to MAIL FROM command)",
        expect("missing_credentials", service="ses"),
    ),
    ("smtp-without-login-elsewhere", "host mail.example.com said: 530 Authentication required", None),
    ("smtp-unchecked-elsewhere", "host mail.example.com said: 454 Temporary authentication failure", None),
    ("smtp-elsewhere", "host mail.example.com said: 535 Authentication Credentials Invalid", None),
    ("malformed", "The provided token is malformed or otherwise invalid.", expect("invalid_credentials")),
    (
        "sso",
        botocore_text("SomethingNew", "GetRoleCredentials", "Session token not found or invalid"),
        expect("invalid_credentials", code="SomethingNew", operation="GetRoleCredentials"),
    ),
    (
        "sso-lower",
        botocore_text("SomethingNew", "GetRoleCredentials", "the session token not found or invalid"),
        expect("invalid_credentials", code="SomethingNew", operation="GetRoleCredentials"),
    ),
)
SIGNATURES: Table = (
    (
        "calculated",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
        expect("signature_mismatch"),
    ),
    (
        "expired",
        "Signature expired: 20260102T030405Z is now earlier than 20260102T031405Z (20260102T031905Z - 5 min.)",
        expect("signature_mismatch"),
    ),
    (
        "future",
        "Signature not yet current: 20260102T031405Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)",
        expect("signature_mismatch"),
    ),
    (
        "skewed",
        "The difference between the request time and the current time is too large.",
        expect("signature_mismatch"),
    ),
    (
        "header",
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter.",
        expect("signature_mismatch"),
    ),
    (
        "pair",
        "'Basic' not a valid key=value pair (missing equal-sign) in Authorization header: 'Basic'.",
        expect("signature_mismatch"),
    ),
    (
        "hashed-pair",
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'QUJD'.",
        expect("signature_mismatch"),
    ),
    (
        "date",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102'",
        expect("signature_mismatch"),
    ),
)
MISSING: Table = tuple(
    (name, message, expect("missing_credentials"))
    for name, message in (
        ("sso-none", "Error loading SSO Token: Token for https://example.awsapps.com/start does not exist"),
        (
            "n8n",
            "(Failed to assume role: System AWS credentials are required for role assumption. Please set the credentials of the host.)",
        ),
        ("locate", 'Unable to locate credentials. You can configure credentials by running "aws configure".'),
        ("imds", "no EC2 IMDS role found"),
        (
            "cert-manager",
            "unable to construct route53 provider: empty credentials; perhaps you meant to enable ambient credentials?",
        ),
        ("instance-profile", "Instance Profile with id AIPAEXAMPLE cannot be found."),
        ("instance-role", "EC2 cannot assume the role etl."),
        ("not-set", "AWS Credentials have not been set properly"),
        (
            "gdal",
            "list: '/vsis3/orders' cannot be accessed. InvalidCredentials: No valid AWS credentials found.",
        ),
        (
            "imds-go",
            'Put "http://169.254.169.254/latest/api/token": context deadline exceeded',
        ),
        (
            "imds-go-ipv6",
            'Get "http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/": dial tcp: i/o timeout',
        ),
        (
            "profile-java",
            "AmazonClientException: Unable to load credentials into profile [default]: AWS Access Key ID is not specified.",
        ),
        (
            "imds-java",
            "sdk_client_exception: The requested metadata is not found at http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        ),
        (
            "kiam-namespace",
            "error processing request: assume role forbidden: namespace policy expression '(empty)' forbids role 'orders'",
        ),
        (
            "kube2iam-namespace",
            "Error getting role mapping: role requested arn:aws:iam::111122223333:role/orders not valid for namespace of pod at 10.2.3.4 with namespace shop",
        ),
        (
            "imds-java-disabled",
            "com.amazonaws.AmazonClientException: AWS_EC2_METADATA_DISABLED is set to true, not loading credentials from EC2 Instance Metadata service",
        ),
        (
            "imds-ruby",
            "Error retrieving instance profile credentials: Failed to open TCP connection to 169.254.169.254:80",
        ),
        (
            "imds-javascript",
            "Unable to access metadata service. EC2 Metadata roleName request returned error",
        ),
        (
            "dotnet",
            "Amazon.Runtime.AmazonClientException: Failed to resolve AWS credentials. The credential providers returned these errors:",
        ),
        ("imds-cpp", "EC2MetadataClient [140737] Http request to retrieve credentials failed"),
        (
            "imds-rust",
            "Generic S3 error: error sending request for url (http://169.254.169.254/latest/api/token): Host is down",
        ),
        (
            "imds-rust-retries",
            "Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 4.8s, after 10 retries, max_retries: 10, retry_timeout: 180s  - HTTP error: error sending request",
        ),
        (
            "imds-rust-role",
            "Error performing GET http://169.254.169.254/latest/meta-data/iam/security-credentials in 2s",
        ),
        (
            "codedeploy-agent",
            "Missing credentials - please check if this instance was started with an IAM instance profile",
        ),
        ("ssm-agent", "SSM Agent unable to acquire credentials: no role"),
        ("sources", "No valid credential sources found"),
        ("sources-for", "No valid credential sources for S3 Backend found."),
        (
            "crt-none",
            'crt_error: Error(6146, "aws-c-auth: AWS_AUTH_SIGNING_NO_CREDENTIALS, Attempt to sign an http request")',
        ),
        ("crt-source", "AwsCrtError(name='AWS_AUTH_CREDENTIALS_PROVIDER_PROFILE_SOURCE_FAILURE', code=6154)"),
        ("crt-environment", "aws-c-auth: AWS_AUTH_CREDENTIALS_PROVIDER_INVALID_ENVIRONMENT"),
        ("crt-sourced", "Valid credentials could not be sourced by the IMDS provider"),
        ("crt-unsigned", "Attempt to sign an http request without credentials"),
        ("identity-swift", "Error raised at top level: AWSSDKIdentity.IMDSError.reachedMaxRetries"),
        (
            "crt-mount-chain",
            "Error: Failed to create S3 client\n\nCaused by:\n    0: invalid AWS credentials\n    1: CRT error 1033: aws-c-io: AWS_IO_TLS_CTX_ERROR, Failed to create tls context",
        ),
        ("crt-mount", "No signing credentials available, see CRT debug logs"),
        ("crt-mount-found", "Error: No signing credentials found"),
        ("chain-go", "no valid providers in chain. Deprecated."),
        ("chain-js", "Could not load credentials from any providers"),
        ("chain-java", "Unable to load AWS credentials from any provider in the chain"),
        ("config-js", "Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1"),
        (
            "config-js-retyped",
            "missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1",
        ),
        ("request", "Request is missing Authentication Token"),
        ("partial", "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY"),
        ("retrieving", "Error when retrieving credentials from iam-role: Credential refresh failed"),
        ("php-profile", "Error retrieving credentials from the instance profile metadata service."),
        (
            "php-ecs",
            "Error retrieving credential from ECS after attempt 0/3 (cURL error 28: Connection timed out)",
        ),
        ("pod-identity-agent", "Error fetching credentials: Service account token cannot be empty"),
        (
            "pod-identity-agent-claims",
            "Error fetching credentials: Service account token failed basic claim validations: token is expired",
        ),
        ("profile-metadata", "could not read credentials from the instance profile metadata service"),
        ("retry", "Unable to retry retrieving credentials"),
        ("java-imds", "Unable to get IAM security credentials from EC2 Instance Metadata Service."),
        ("find-aws", "Couldn't find AWS credentials in environment, credentials file, or IAM role."),
        (
            "find-aws-iam",
            "Failed to find AWS IAM Credentials [Caused by SdkClientException: Failed to connect to service endpoint: ]",
        ),
        ("find-aws-failed", "failed to find any AWS Credentials"),
        ("find-aws-unable", "Unable to find AWS credentials"),
        ("sign", "unable to sign request without credentials set"),
        ("rust", "no providers in chain provided credentials"),
        ("container-host", "'10.0.0.9' is not a valid container metadata service hostname"),
        ("token-file-go", "unable to read file at /var/run/secrets/eks.amazonaws.com/serviceaccount/token"),
        (
            "token-file",
            "[Errno 2] No such file or directory: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'",
        ),
        (
            "token-file-open",
            "open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: no such file or directory",
        ),
        (
            "exec",
            "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255",
        ),
        (
            "exec-absent",
            "Unable to connect to the server: getting credentials: exec: fork/exec /usr/local/bin/aws: no such file or directory",
        ),
        (
            "exec-version-unknown",
            'getting credentials: decoding stdout: no kind "ExecCredential" is registered for version "client.authentication.k8s.io/v1alpha1" in scheme "pkg/client/auth/exec/exec.go:62"',
        ),
        (
            "java-fetch",
            "software.amazon.awssdk.core.exception.SdkClientException: Failed to fetch credentials\n\tat com.example.orders.Provider.load(Provider.java:40)",
        ),
        (
            "exec-not-found",
            "Unable to connect to the server: getting credentials: exec: executable aws not found",
        ),
        (
            "exec-status",
            "Get https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com/api?timeout=32s: getting credentials: exec: exit status 2",
        ),
        (
            "exec-not-in-path",
            'Unable to connect to the server: getting credentials: exec: exec: "aws-iam-authenticator": executable file not found in $PATH',
        ),
        ("fog", "Missing required arguments: aws_access_key_id, aws_secret_access_key"),
        ("cached", "failed to refresh cached credentials"),
        ("go-identity", "get identity: get credentials: no answer"),
        ("profile", "The config profile (staging) could not be found"),
        ("profile-go", "failed to get shared config profile, staging"),
        (
            "profile-js",
            "Could not resolve credentials using profile: [staging] in configuration/credentials file(s).",
        ),
        (
            "profile-java",
            "Profile file contained no credentials for profile 'staging': ProfileFile(sections=[])",
        ),
        ("profile-java-v1", "java.lang.IllegalArgumentException: No AWS profile named 'staging'"),
        ("profile-serverless", 'Error: AWS profile "staging" doesn\'t seem to be configured'),
        (
            "kotlin-chain",
            "aws.smithy.kotlin.runtime.identity.IdentityProviderException: No identity could be resolved from the chain: CredentialsProviderChain -> SystemPropertyCredentialsProvider",
        ),
        (
            "kotlin-old-chain",
            "No credentials could be loaded from the chain: CredentialsProviderChain -> EnvironmentCredentialsProvider",
        ),
        (
            "crt",
            "java.lang.RuntimeException: Failed to get a valid set of credentials\n\tat software.amazon.awssdk.crt.auth.credentials.CredentialsProvider.onGetCredentialsComplete(CredentialsProvider.java:46)",
        ),
        (
            "amplify-swift",
            "AuthError: Unexpected error occurred with message: Could not retreive AWS credentials, credential value is nil or empty.",
        ),
        ("rust", "called `Result::unwrap()` on an `Err` value: ConstructionFailure(MissingCredentials)"),
        ("rust-struct", "ConstructionFailure(ConstructionFailure { source: MissingCredentials })"),
        (
            "rust-signing",
            "ConstructionFailure(ConstructionFailure { source: SigningStageError { kind: MissingCredentials } })",
        ),
        ("java-endpoint", "Query 7 failed: Unable to load credentials from service endpoint"),
        (
            "kotlin-variable",
            "aws.sdk.kotlin.runtime.auth.credentials.ProviderConfigurationException: Missing value for environment variable `AWS_ACCESS_KEY_ID`",
        ),
        (
            "kotlin-provider",
            "aws.smithy.kotlin.runtime.auth.awscredentials.CredentialsProviderException: could not load credentials",
        ),
        (
            "kotlin-profile",
            "aws.sdk.kotlin.runtime.auth.credentials.ProviderConfigurationException: could not find source profile default",
        ),
        ("source-profile", 'The source_profile "base" referenced in the profile "dev" does not exist.'),
        ("source-empty", 'The source profile "base" must have credentials.'),
        ("config-file", "Unable to parse config file: /home/dana/.aws/credentials"),
        ("role-of-account", "unable to create session: an IAM role must be associated with service account"),
        ("csi-role", "err: An IAM role must be associated with service account cart (namespace: shop)"),
        (
            "exec-version",
            "error: exec plugin is configured to use API version client.authentication.k8s.io/v1beta1, plugin returned version client.authentication.k8s.io/v1alpha1",
        ),
        (
            "cdk-account",
            "Unable to resolve AWS account to use. It must be either configured when you define your CDK Stack, or through the environment",
        ),
        (
            "serverless",
            "Error: AWS provider credentials not found. Learn how to set up AWS provider credentials in our docs.",
        ),
        ("exec-api", 'error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"'),
        (
            "source-circle",
            "Infinite loop in credential configuration detected. Attempting to load from profile a which has already been visited. Visited profiles: ['a', 'b']",
        ),
        ("source-twice", 'The profile "dev" contains both source_profile and credential_source.'),
        ("source-unknown", 'The credential source "Ecs" referenced in profile "dev" is not valid.'),
        (
            "source-not-offered",
            'The credential_source "EcsContainer" is specified in profile "dev", but no source provider was configured.',
        ),
        (
            "sso-incomplete",
            'aws: [ERROR]: The profile "dev" is configured to use SSO but is missing required configuration: sso_region',
        ),
        ("sso-session-missing", 'The specified sso-session does not exist: "corp"'),
        ("role-arn", "You must specify a value for roleArn and roleSessionName"),
        ("no-aws", "No AWS credentials found"),
        ("no-aws-upper", "No AWS Credentials available"),
        ("invalid-file", "Invalid credentials file: /home/ana/.aws/credentials"),
        ("token-file-not-located", "Unable to locate specified web identity token file: /tokens/orders"),
        (
            "token-file-unread",
            "unable to read web identity token file in pod: open : no such file or directory",
        ),
        ("aws-not-found", "AWS credentials not found"),
        (
            "powershell",
            "No credentials specified or obtained from persisted/shell defaults.",
        ),
        (
            "rust-profile",
            'InvalidConfiguration(InvalidConfiguration { source: "ProfileFile provider could not be built: profile `orders` was not defined" })',
        ),
        (
            "rust-dispatch",
            'DispatchFailure { source: ConnectorError { kind: Other(None), source: InvalidConfiguration { source: "ProfileFile provider could not be built: profile `orders` was not defined" } } }',
        ),
        ("rust-provider", "the credentials provider was not properly configured"),
        (
            "rust-loading",
            "dispatch failure: an error occurred while loading credentials (aws-sdk-s3 1.2.3)",
        ),
        (
            "cdk",
            "Need to perform AWS calls for account 111122223333, but no credentials have been configured",
        ),
        (
            "cdk-other-account",
            "Need to perform AWS calls for account 111122223333, but the current credentials are for 444455556666",
        ),
        (
            "cdk-plugins",
            "Need to perform AWS calls for account 111122223333, but no credentials have been configured, and none of these plugins found any: orders-sso",
        ),
        (
            "fluent-bit",
            "[2026/01/02 03:04:05] [error] [signv4] Provider returned no credentials, service=logs",
        ),
        ("fluent-bit-sts", "[2026/01/02 03:04:05] [error] [aws_credentials] STS assume role request failed"),
        ("rds", "ERROR: credentials stored with the database cluster can't be accessed"),
        (
            "old-s3",
            "AWS Access Key ID and Secret Access Key must be specified as the username or password",
        ),
    )
)
MISSING_IN_S3: Table = tuple(
    (name, message, expect("missing_credentials", service="s3"))
    for name, message in (
        (
            "opendal",
            "PermissionDenied (persistent) at write, context: { service: s3, path: orders/2026.csv } => no valid credential found",
        ),
        (
            "aurora-mysql",
            "ERROR 63985 (HY000): S3 API returned error: Missing Credentials: Cannot instantiate S3 Client",
        ),
    )
)
MISSING_IN_CALLS: Table = tuple(
    (
        name,
        botocore_text("SomethingNew", "ListBuckets", message),
        expect("missing_credentials", code="SomethingNew", operation="ListBuckets"),
    )
    for name, message in (
        ("header", "Missing Authentication Token"),
        ("security", "Request is missing security token"),
        ("find", "Unable to find credentials"),
        ("provider", "EC2 credential provider was not enabled"),
        ("basic", "no basic auth credentials"),
        ("source-profile", "could not find source profile staging"),
        ("none", "No credentials found"),
        ("configured", "no credentials have been configured"),
        ("valid", "No valid credentials found"),
        ("chain", "No credentials in chain"),
        ("load", "Unable to load credentials from the source that was named"),
        ("required", "Missing required authentication credentials"),
    )
)
MISSING_FROM_PROVIDERS: Table = (
    (
        "bedrock-header",
        'POST /model/us.anthropic.claude-haiku-4-5-20251001-v1:0/converse\n403 {"Message":"Authorization header is missing"}',
        expect("missing_credentials", status_code=403),
    ),
    ("header-of-another-service", 'POST /orders\n403 {"Message":"Authorization header is missing"}', None),
    (
        "hadoop-configuration",
        "Caused by: org.apache.hadoop.fs.s3a.auth.NoAwsCredentialsException: SimpleAWSCredentialsProvider: No AWS credentials in the Hadoop configuration",
        expect("missing_credentials", code="NoAwsCredentialsException"),
    ),
    ("credentials-in-prose", "There are no AWS credentials in the image", None),
    (
        "imds-go-v1",
        "RequestError: send request failed\ncaused by: Get http://169.254.169.254/latest/meta-data/iam/security-credentials/: dial tcp",
        expect("missing_credentials", code="RequestError"),
    ),
    ("imds-azure", 'Get "http://169.254.169.254/metadata/identity/oauth2/token": dial tcp: timeout', None),
    (
        "endpoint-go",
        "CredentialsEndpointError: failed to load credentials\ncaused by: RequestError: send request failed",
        expect("missing_credentials", code="CredentialsEndpointError"),
    ),
    (
        "resolved-then-expired",
        "failed to resolve AWS credentials: ExpiredToken: The security token included in the request is expired",
        expect("expired_credentials", code="ExpiredToken"),
    ),
    (
        "boto2",
        "boto.exception.NoAuthHandlerFound: No handler was ready to authenticate. 1 handlers were checked. ['HmacAuthV4Handler'] Check your credentials",
        expect("missing_credentials", code="NoAuthHandlerFound"),
    ),
    (
        "boto2-google",
        "No handler was ready to authenticate. 2 handlers were checked. ['OAuth2Auth', 'HmacAuthV1Handler'] Check your credentials",
        None,
    ),
    (
        "old-sdk-go",
        'Ignoring, HTTP credential provider invalid endpoint host, "169.254.170.23", only loopback hosts are allowed. <nil>',
        expect("missing_credentials"),
    ),
    (
        "old-sdk-python",
        "ValueError: Unsupported host '169.254.170.23'.  Can only retrieve metadata from these hosts: 169.254.170.2, localhost, 127.0.0.1",
        expect("missing_credentials"),
    ),
    (
        "old-sdk-java",
        "The full URI (http://169.254.170.23/v1/credentials) contained within environment variable AWS_CONTAINER_CREDENTIALS_FULL_URI has an invalid host. Host can only be one of [localhost, 127.0.0.1].",
        expect("missing_credentials"),
    ),
    (
        "java-chain",
        (
            "software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain\n"
            "Caused by: software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: Connect to 169.254.169.254:80 failed"
        ),
        expect("missing_credentials"),
    ),
    (
        "sso-token-unreadable",
        "Error loading SSO Token: expiresAt is missing",
        expect("invalid_credentials"),
    ),
    (
        "sso-token-not-retrieved",
        "Error when retrieving token from sso: the file is not readable",
        expect("expired_credentials"),
    ),
    (
        "rust-credentials",
        'DispatchFailure(DispatchFailure { source: ConnectorError { kind: Other(None), source: CredentialsNotLoaded(CredentialsNotLoaded { source: Some("no providers in chain provided credentials") }) } })',
        expect("missing_credentials", code="CredentialsNotLoaded"),
    ),
    (
        "metadata",
        "Error retrieving metadata: Received non 200 response 500 from container metadata: timeout",
        expect("missing_credentials", status_code=500),
    ),
    (
        "config-file",
        "The specified config file (/home/ana/.aws/other) could not be found.",
        expect("missing_credentials"),
    ),
    ("refresh-mfa", "Cannot refresh credentials: MFA token required.", expect("missing_credentials")),
    (
        "sso-error",
        "An unspecified error happened when resolving AWS credentials or an access token from SSO.",
        expect("missing_credentials"),
    ),
    ("bearer-token", "Unable to locate authorization token", expect("missing_credentials")),
    (
        "notebook",
        "NoCredentialsError                        Traceback (most recent call last)\nCell In[4], line 3",
        expect("missing_credentials", code="NoCredentialsError"),
    ),
    (
        "login-code",
        "Error loading or redeeming a login authorization code: invalid state",
        expect("missing_credentials"),
    ),
    ("login-token", "Error loading login session token: not JSON", expect("missing_credentials")),
    (
        "js-v2",
        "Unable to determine the default account: ProcessCredentialsProviderFailure: Profile orders did not include credential process",
        expect("missing_credentials", code="ProcessCredentialsProviderFailure"),
    ),
)
_REGISTRY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
REGISTRIES: Table = (
    (
        "host-of-a-call",
        'error when fetching instances from EC2: unexpected status code for "https://ec2.ap-south-1.amazonaws.com/?Action=DescribeInstances"; got 401; want 200; response body: "<Error><Code>AuthFailure</Code></Error>"',
        expect("invalid_credentials", code="AuthFailure", service="ec2"),
    ),
    (
        "expired-login-in-a-body",
        'server error ("error parsing HTTP 403 response body: bad character: "Your Authorization Token has expired.""',
        expect("expired_credentials", status_code=403),
    ),
    (
        "expired-login-before-the-pull",
        f"denied: Your Authorization Token has expired.\nERROR: pull access denied for {_REGISTRY}/orders, repository does not exist",
        expect("expired_credentials"),
    ),
    (
        "status",
        f"failed to do request: pulling from host {_REGISTRY} failed with status code [manifests v1]: 403 Forbidden",
        denied(service="ecr", status_code=403),
    ),
    (
        "mask-without-dot",
        "pulling from host <account-id>dkr.ecr.<region>.amazonaws.com failed with status code [manifests 1]: 401 Unauthorized",
        expect("invalid_credentials", service="ecr", status_code=401),
    ),
    (
        "other-host-without-dot",
        "pulling from host ordersdkr.ecr.example.com failed with status code [manifests 1]: 401 Unauthorized",
        None,
    ),
    (
        "flux-bucket",
        "endpoint: s3.amazonaws.com\nfailed to confirm existence of 'orders' bucket: 401 Unauthorized",
        expect("missing_credentials", resource="orders", status_code=401),
    ),
    ("flux-bucket-elsewhere", "failed to confirm existence of 'orders' bucket: 401 Unauthorized", None),
    (
        "status-masked",
        "pulling from host <account id>.dkr.ecr.<region>.amazonaws.com failed with status code [manifests v1]: 403 Forbidden",
        denied(service="ecr", status_code=403),
    ),
    (
        "not-authorized",
        f'failed to resolve reference "{_REGISTRY}/orders:v1": pulling from host {_REGISTRY} failed with status code [manifests v1]: 401 Unauthorized',
        expect("invalid_credentials", service="ecr", status_code=401),
    ),
    (
        "kaniko-body",
        f'checking push permission for "{_REGISTRY}/orders": unsupported status code 401; body: Not Authorized',
        expect("invalid_credentials", service="ecr", status_code=401),
    ),
    (
        "flux",
        f'"error":"GET https://{_REGISTRY}/v2/orders/tags/list?n=1000: unexpected status code 401 Unauthorized: Not Authorized"',
        expect("invalid_credentials", service="ecr", status_code=401),
    ),
    (
        "registry-in-helm",
        f'Error: INSTALLATION FAILED: GET "https://{_REGISTRY}/v2/charts/orders/tags/list": response status code 401: Unauthorized: Not Authorized',
        expect("invalid_credentials", service="ecr", status_code=401),
    ),
    (
        "helm",
        f'could not fetch tags for "oci://{_REGISTRY}/orders": GET "https://{_REGISTRY}/v2/orders/tags/list": credential required for basic auth',
        expect("missing_credentials", service="ecr"),
    ),
    (
        "helm-named",
        "could not log in to Amazon: credential required for basic auth",
        expect("missing_credentials"),
    ),
    (
        "registry-400",
        f"Error response from daemon: login attempt to https://{_REGISTRY}/v2/ failed with status: 400 Bad Request",
        expect("missing_credentials", service="ecr", status_code=400),
    ),
    (
        "masked-account",
        "API error (500): Get https://<account number>.dkr.ecr.eu-west-1.amazonaws.com/v2/orders/manifests/latest:\n no basic auth credentials",
        expect("missing_credentials", service="ecr"),
    ),
    (
        "push",
        "The push refers to repository [111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders]\n0a1b2c3d4e5f: Preparing\nno basic auth credentials",
        expect("missing_credentials", service="ecr"),
    ),
    (
        "pull-without-token",
        f'Failed to pull image "{_REGISTRY}/orders:2": unauthorized: authentication required',
        expect("missing_credentials", service="ecr"),
    ),
    (
        "other-pull",
        'Failed to pull image "registry.example.com/orders:2": unauthorized: authentication required',
        None,
    ),
    (
        "other-registry",
        "pulling from host registry.example.com failed with status code [manifests v1]: 401 Unauthorized",
        None,
    ),
    (
        "other-registry-of-two",
        f"pushed to {_REGISTRY}/orders\npulling from host registry.example.com failed with status code [manifests v1]: 401 Unauthorized",
        None,
    ),
    (
        "other-helm",
        'GET "https://registry.example.com/v2/orders/tags/list": credential required for basic auth',
        None,
    ),
    (
        "registry",
        'failed to resolve reference "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders/api@sha256:0a1b2c3d": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
        expect("missing_credentials", service="ecr"),
    ),
)
_PACKAGES = "https://orders-111122223333.d.codeartifact.eu-west-1.amazonaws.com"
_REJECTED_TOKEN = expect("invalid_credentials", service="codeartifact", status_code=401)
# 401s of CodeArtifact, as package managers print them. Threads with such texts are actions/setup-python#733,
# astral-sh/uv#1860 and #13895, python-poetry/poetry#10419, confluentinc/mcp-confluent#150, pnpm/pnpm#6354,
# aws-amplify/amplify-hosting#2359 (Yarn 1) and aws/aws-toolkit-visual-studio#381 (NuGet).
PACKAGES: Table = (
    (
        "pip",
        f"WARNING: 401 Error, Credentials not correct for {_PACKAGES}/pypi/shared/simple/requests/\nERROR: No matching distribution found for requests",
        _REJECTED_TOKEN,
    ),
    (
        "pip-download",
        f"ERROR: HTTP error 401 while getting {_PACKAGES}/pypi/shared/simple/requests/2.32.3/requests-2.32.3-py3-none-any.whl\nERROR: 401 Client Error: Unauthorized for url: {_PACKAGES}/pypi/shared/simple/requests/2.32.3/requests-2.32.3-py3-none-any.whl",
        _REJECTED_TOKEN,
    ),
    (
        "poetry",
        f"  HTTPError\n\n  401 Client Error: Unauthorized for url: {_PACKAGES}/pypi/shared/simple/requests/2.32.3/requests-2.32.3-py3-none-any.whl#sha256=b15ef687",
        _REJECTED_TOKEN,
    ),
    (
        "uv",
        f"error: Failed to download: requests==2.32.3\n  Caused by: HTTP status client error (401 Unauthorized) for url ({_PACKAGES}/pypi/shared/simple/requests/2.32.3/requests-2.32.3-py3-none-any.whl)",
        _REJECTED_TOKEN,
    ),
    (
        "uv-hint",
        f"hint: An index URL\n      ({_PACKAGES}/pypi/shared/simple/)\n      could not be queried due to a lack of valid authentication credentials (401\n      Unauthorized).",
        _REJECTED_TOKEN,
    ),
    (
        "uv-masked",
        "Caused by: HTTP status client error (401 Unauthorized) for url (https://<redacted-subdomain>.codeartifact.us-east-1.amazonaws.com/pypi/shared/simple/)",
        _REJECTED_TOKEN,
    ),
    (
        "token-in-url",
        f"401 Client Error: Unauthorized for url: https://aws:{'x' * 900}@{_PACKAGES.removeprefix('https://')}/pypi/shared/simple/requests/",
        _REJECTED_TOKEN,
    ),
    ("twine", f"ERROR    HTTPError: 401 Unauthorized from {_PACKAGES}/pypi/shared/", _REJECTED_TOKEN),
    (
        "npm",
        f"npm ERR! code E401\nnpm ERR! 401 Unauthorized - GET {_PACKAGES}/npm/shared/lodash",
        _REJECTED_TOKEN,
    ),
    (
        "npm-dual-stack",
        "npm error code E401\nnpm error 401 Unauthorized - GET https://orders-111122223333.d.codeartifact.eu-west-1.on.aws/npm/shared/lodash",
        _REJECTED_TOKEN,
    ),
    (
        "npm-registry",
        f"npm error code E401\nnpm error Unable to authenticate, your authentication token seems to be invalid.\nnpm error registry {_PACKAGES}/npm/shared/",
        _REJECTED_TOKEN,
    ),
    (
        "npm-after-its-registry",
        f"$ npm config get registry\n{_PACKAGES}/npm/shared/\n$ npm ci\nnpm error code E401",
        _REJECTED_TOKEN,
    ),
    (
        "npm-log",
        f"908 verbose pkgid ieee754@{_PACKAGES}/npm/shared/ieee754/-/ieee754-1.2.1.tgz\n909 error code E401",
        _REJECTED_TOKEN,
    ),
    (
        "yarn-1",
        f'error An unexpected error occurred: "{_PACKAGES}/npm/shared/lodash: Request failed \\"401 Unauthorized\\"".',
        _REJECTED_TOKEN,
    ),
    (
        "yarn-2",
        f"➤ YN0041: │   Response Code: 401 (Unauthorized)\n➤ YN0041: │   Request Method: GET\n➤ YN0041: │   Request URL: {_PACKAGES}/npm/shared/lodash",
        _REJECTED_TOKEN,
    ),
    (
        "pnpm",
        f" ERR_PNPM_FETCH_401  GET {_PACKAGES}:443/npm/shared/lodash/-/lodash-4.17.21.tgz: Unauthorized - 401",
        _REJECTED_TOKEN,
    ),
    (
        "nuget",
        f"error NU1301: Unable to load the service index for source {_PACKAGES}/nuget/shared/v3/index.json.\nerror NU1301:   Response status code does not indicate success: 401 (Unauthorized).",
        _REJECTED_TOKEN,
    ),
    (
        "gradle",
        f"> Could not GET '{_PACKAGES}/maven/shared/com/example/lib/1.0/lib-1.0.pom'. Received status code 401 from server: Unauthorized",
        _REJECTED_TOKEN,
    ),
    (
        "maven",
        f"Could not transfer artifact com.example:lib:pom:1.0 from/to shared ({_PACKAGES}/maven/shared/): status code: 401, reason phrase: Unauthorized (401) -> [Help 1]",
        _REJECTED_TOKEN,
    ),
    (
        "maven-authentication",
        f"Could not transfer artifact com.example:lib:pom:1.0 from/to shared ({_PACKAGES}/maven/shared/): authentication failed for {_PACKAGES}/maven/shared/com/example/lib/1.0/lib-1.0.pom, status: 401 Unauthorized",
        _REJECTED_TOKEN,
    ),
    (
        "gem",
        f"Unable to download data from {_PACKAGES}/ruby/shared/ - bad response Unauthorized 401 ({_PACKAGES}/ruby/shared/specs.4.8.gz)",
        _REJECTED_TOKEN,
    ),
    (
        "cargo",
        f"failed to get successful HTTP response from `{_PACKAGES}/cargo/shared/config.json` (198.51.100.7), got 401",
        _REJECTED_TOKEN,
    ),
    (
        "pypi",
        "WARNING: 401 Error, Credentials not correct for https://pypi.org/simple/requests/",
        None,
    ),
    (
        "npmjs",
        "npm ERR! code E401\nnpm ERR! 401 Unauthorized - GET https://registry.npmjs.org/@shop/web",
        None,
    ),
    (
        "artifactory",
        "HTTP status client error (401 Unauthorized) for url (https://shop.jfrog.io/artifactory/api/pypi/pypi/simple/requests/)",
        None,
    ),
    (
        "github-packages",
        "> Could not GET 'https://maven.pkg.github.com/shop/lib/com/example/lib/1.0/lib-1.0.pom'. Received status code 401 from server: Unauthorized",
        None,
    ),
    (
        "azure-artifacts",
        "error NU1301: Unable to load the service index for source https://pkgs.dev.azure.com/shop/_packaging/shop/nuget/v3/index.json.\nerror NU1301:   Response status code does not indicate success: 401 (Unauthorized).",
        None,
    ),
    (
        "other-index-of-two",
        f"Looking in indexes: {_PACKAGES}/pypi/shared/simple/, https://pypi.example.com/simple/\nWARNING: 401 Error, Credentials not correct for https://pypi.example.com/simple/requests/",
        None,
    ),
    (
        "npm-without-a-login",
        f"npm ERR! code ENEEDAUTH\nnpm ERR! need auth This command requires you to be logged in to {_PACKAGES}/npm/shared/",
        expect("missing_credentials", service="codeartifact"),
    ),
    (
        "npm-without-a-login-elsewhere",
        f"npm ERR! code ENEEDAUTH\nnpm ERR! need auth This command requires you to be logged in to https://npm.example.com/\nnpm ERR! not {_PACKAGES}/npm/shared/",
        None,
    ),
    (
        "other-host-after-it",
        f'fetched {_PACKAGES}/npm/shared/lodash, then https://npm.example.com/lodash: Request failed "401 Unauthorized"',
        None,
    ),
    (
        "name-in-another-host",
        "401 Client Error: Unauthorized for url: https://codeartifact.example.com/pypi/shared/simple/requests/",
        None,
    ),
    ("downloaded", f"npm http fetch GET 200 {_PACKAGES}/npm/shared/lodash 401ms", None),
)
# SDK messages about loading credentials: alone, they are the failure; around another failure, they are not.
WRAPPERS: Table = (
    (
        "web-identity",
        f"WebIdentityErr: failed to retrieve credentials for {ROLE}",
        expect("missing_credentials", code="WebIdentityErr"),
    ),
    (
        "fetching",
        f"WebIdentityErr: failed fetching WebIdentity token for {ROLE}",
        expect("missing_credentials", code="WebIdentityErr"),
    ),
    (
        "web-identity-around",
        (
            "WebIdentityErr: failed to retrieve credentials\ncaused by: ExpiredTokenException: Token expired: current date/time 1767225600 must be before the expiration date/time 1767222000\n"
            "\tstatus code: 400, request id: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
        ),
        expect(
            "expired_credentials",
            code="ExpiredTokenException",
            status_code=400,
            request_id="0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        ),
    ),
    (
        "tagging-around",
        (
            "Encountered a permissions error performing a tagging operation, please add required tag permissions. See the documentation. "
            'Resource handler returned message: "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: logs:TagResource '
            'because no identity-based policy allows the logs:TagResource action"'
        ),
        denied(
            principal="arn:aws:iam::111122223333:user/ana",
            action="logs:TagResource",
            deny="implicit",
            policy_type="identity",
        ),
    ),
)
# Messages of the providers and configuration files of SDKs.
PROVIDERS: Table = tuple(
    (name, message, expect("missing_credentials"))
    for name, message in (
        ("js-empty", "Error: Resolved credential object is not valid"),
        (
            "js-browser",
            "Error: Credential is missing\n    at Promise (/app/node_modules/@aws-sdk/client-s3/dist-cjs/runtimeConfig.browser.js:24:13)",
        ),
        (
            "js-metadata",
            "Error: connect ETIMEDOUT 169.254.169.254:80\n    at /app/node_modules/@aws-sdk/credential-provider-imds/dist-cjs/index.js:32:9",
        ),
        ("swift", "aws s3 ls\nFatal error: Error raised at top level: No credential provider found"),
        (
            "js-none",
            "@aws-sdk/core::resolveAwsSdkSigV4Config - `credentials` not provided and no credentialDefaultProvider was configured.",
        ),
        ("js-token", "TokenProviderError: Could not load token from any providers"),
        (
            "js-token-profile",
            "TokenProviderError: Profile 'shop' could not be found in shared credentials file.",
        ),
        (
            "js-token-session",
            "TokenProviderError: Sso session 'shop' is missing required property 'sso_region'.",
        ),
        (
            "js-token-refresh",
            "TokenProviderError: Value not present for 'clientId' in SSO Token. Cannot refresh",
        ),
        ("go-file", "failed to load shared config file, /home/ana/.aws/config, line 3: invalid"),
        ("go-empty", "static credentials are empty"),
        ("java-empty-id", "java.lang.NullPointerException: Access key ID cannot be blank."),
        ("java-empty", "java.lang.NullPointerException: Secret access key cannot be blank."),
        (
            "keda-variable",
            "Error parsing SQS queue metadata: 'AWS_ACCESS_KEY_ID' doesn't exist in the deployment environment",
        ),
        (
            "php-empty",
            'Credentials must be an instance of \'Aws\\Credentials\\CredentialsInterface, an associative array that contains "key", "secret"',
        ),
        ("anthropic", "RuntimeError: could not resolve credentials from session"),
        (
            "langchain",
            "ValueError: Could not load credentials to authenticate with AWS client. Please check that the specified profile name and/or its credentials are valid.",
        ),
        ("frozen", "AttributeError: 'NoneType' object has no attribute 'get_frozen_credentials'"),
        (
            "access-key",
            "auth = AWS4Auth(found.access_key, found.secret_key, 'eu-west-1', 'es')\nAttributeError: 'NoneType' object has no attribute 'access_key'",
        ),
        (
            "opensearch",
            'File "/app/opensearchpy/helpers/signer.py", line 55, in __init__\nValueError: Credentials cannot be empty',
        ),
        (
            "duckdb-create",
            "Invalid Input Error:\nFailed to create secret using the following:\nCredential Chain: 'env;config'",
        ),
        (
            "duckdb",
            "Invalid Configuration Error: Secret Validation Failure: during `create` using the following:\nCredential Chain: 'config'",
        ),
        (
            "go-source",
            "failed to load assume role arn:aws:iam::111122223333:role/reader, of profile shop, source profile has no credentials",
        ),
        ("go-role", "credential type credential_source requires role_arn, profile shop"),
        ("go-mfa", "assume role with MFA enabled, but AssumeRoleTokenProvider session option not set."),
        (
            "go-two",
            "only one credential type may be specified per profile: source profile, credential source",
        ),
        (
            "java-sso",
            "software.amazon.awssdk.core.exception.SdkClientException: Unable to load SSO token",
        ),
        (
            "go-sso",
            "failed to read cached SSO token file, open /home/ana/.aws/sso/cache/0a1b.json: no such file or directory",
        ),
        (
            "java-settings",
            "SdkClientException: Unable to load credentials from system settings. Access key must be specified",
        ),
        (
            "java-container",
            "SdkClientException: Cannot fetch credentials from container - neither AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI environment variables are set.",
        ),
        (
            "java-file",
            "com.amazonaws.AmazonClientException: Cannot load the credentials from the credential profiles file. Please make sure that your credentials file is at the correct location (~/.aws/credentials), and is in valid format.",
        ),
        (
            "java-no-file",
            "AWS credential profiles file not found in the given path: /home/ana/.aws/credentials",
        ),
        (
            "java-environment",
            "Unable to load AWS credentials from environment variables (AWS_ACCESS_KEY_ID (or AWS_ACCESS_KEY) and AWS_SECRET_KEY (or AWS_SECRET_ACCESS_KEY))",
        ),
        (
            "java-properties",
            "Unable to load AWS credentials from Java system properties (aws.accessKeyId and aws.secretKey)",
        ),
        (
            "java-sts",
            "java.lang.IllegalStateException: To use web identity tokens, the 'sts' service module must be on the class path.",
        ),
        (
            "net-sts",
            "System.InvalidOperationException: Assembly AWSSDK.SecurityToken could not be found or loaded. This assembly must be available at runtime to use Amazon.Runtime.AssumeRoleAWSCredentials.",
        ),
        (
            "python-login",
            'Missing Dependency: Using the login credential provider requires an additional dependency. You will need to pip install "botocore[crt]" before proceeding.',
        ),
        ("rust-slow", "dispatch failure: other: identity resolver timed out after 5s"),
        (
            "rust-none",
            'ConstructionFailure(ConstructionFailure { source: NoMatchingAuthSchemeError(ExploredList { items: [ExploredAuthOption { scheme_id: AuthSchemeId { scheme_id: "sigv4" }, result: NoIdentityResolver }], truncated: false }) })',
        ),
        (
            "rust-older",
            "ConstructionFailure(ConstructionFailure { source: NoMatchingAuthScheme { attempted: [] } })",
        ),
        ("rust-printed", "failed to select an auth scheme to sign the request with"),
        (
            "rust-disabled",
            "the credential provider was not enabled: no providers in chain provided credentials",
        ),
        ("dotnet-profile", 'Unable to find the "shop" profile in CredentialProfileStoreChain.'),
        (
            "dotnet-environment",
            "The environment variables AWS_ACCESS_KEY_ID/AWS_SECRET_ACCESS_KEY/AWS_SESSION_TOKEN were not set with AWS credentials.",
        ),
        (
            "dotnet-config",
            "App.config does not contain credentials information. Either add the AWSAccessKey and AWSSecretKey or AWSProfileName.",
        ),
        ("dotnet-sso", "Amazon.Runtime.AmazonClientException: No valid SSO Token could be found."),
        ("php-file", "Cannot read credentials from /var/www/.aws/credentials"),
        ("php-profile", "Profile shop does not exist in /var/www/.aws/config."),
        (
            "php-environment",
            "Could not find environment variable credentials in AWS_ACCESS_KEY_ID/AWS_SECRET_ACCESS_KEY",
        ),
        ("php-ini", "Error: 'shop' not found in credentials file, in Aws\\Credentials\\CredentialProvider"),
    )
)
PROVIDERS_ELSEWHERE: Table = tuple(
    (name, message, None)
    for name, message in (
        ("missing-credential", "Error: Credential is missing"),
        ("provider-of-a-registry", "aws s3 ls\nNo credential provider found for registry.example.com"),
        ("other-host", "aws s3 ls\nError: connect ETIMEDOUT 192.0.2.7:80"),
        ("token-provider", "TokenProviderError: No refresh token found"),
        # The SDK tries the next provider, and says so only in its debug log.
        (
            "chain-of-rust",
            'DEBUG aws_config::meta::credentials::chain: provider in chain did not provide credentials provider=Environment context=the credential provider was not enabled: environment variable not set (CredentialsNotLoaded(CredentialsNotLoaded { source: "environment variable not set" }))',
        ),
        ("other-cloud", "Cannot read credentials from /home/ana/.jdcloud/credentials"),
        ("settings", "Unable to load credentials from system settings"),
        ("profile", "Profile shop does not exist in /etc/app.conf"),
    )
)
_PROMPT = "Enter MFA code for arn:aws:iam::111122223333:mfa/ana: "
PROMPTS: Table = (
    ("message", f"{_PROMPT}EOF when reading a line", expect("missing_credentials")),
    (
        "traceback",
        f'{_PROMPT}Traceback (most recent call last):\n  File "/usr/lib/python3.12/getpass.py", line 77, in unix_getpass\n    raise EOFError\nEOFError',
        expect("missing_credentials"),
    ),
    (
        "warning",
        f"/usr/lib/python3.12/getpass.py:91: GetPassWarning: Can not control echo on the terminal.\nWarning: Password input may be echoed.\n{_PROMPT}",
        expect("missing_credentials"),
    ),
    ("go", "Assume Role MFA token code: EOF", expect("missing_credentials")),
    ("answered", f"{_PROMPT}\n2026-01-02 03:04:05 orders-data", None),
    ("other-prompt", "Enter passphrase: Traceback (most recent call last):\nEOFError", None),
)
_LOGIN = f"docker login --username AWS --password-stdin {_REGISTRY}"
_ECR = expect("missing_credentials", service="ecr")
HELPERS: Table = (
    (
        "scaler of KEDA",
        "error parsing aws-sqs-queue metadata: awsAccessKeyID not found",
        {"kind": "missing_credentials"},
    ),
    (
        "docker",
        'error getting credentials - err: exec: "docker-credential-ecr-login": executable file not found in $PATH, out: ``',
        _ECR,
    ),
    (
        "nomad",
        f'Failed to find docker auth for repo "{_REGISTRY}/orders": exec: "docker-credential-ecr-login": executable file not found in $PATH',
        _ECR,
    ),
    (
        "docker-py",
        "docker.credentials.errors.InitializationError: docker-credential-ecr-login not installed or not available in PATH",
        _ECR,
    ),
    ("shell", "sh: docker-credential-ecr-login: command not found", _ECR),
    (
        "kubelet-without-permission",
        'exec: "ecr-credential-provider": permission denied',
        expect("missing_credentials"),
    ),
    ("jib", "The system does not have docker-credential-ecr-login CLI", _ECR),
    (
        "kubelet",
        f'err="error execing credential provider plugin ecr-credential-provider for image {_REGISTRY}/orders: exit status 1"',
        _ECR,
    ),
    (
        "login",
        f"$ {_LOGIN}\nError saving credentials: error storing credentials - err: exit status 1, out: `not implemented`",
        _ECR,
    ),
    (
        "around",
        f"pull {_REGISTRY}/orders: error getting credentials - err: exit status 1, out: `NoCredentialProviders: no valid providers in chain. Deprecated.`",
        expect("missing_credentials", code="NoCredentialProviders", service="ecr"),
    ),
    (
        "elsewhere",
        "error getting credentials - err: exit status 1, out: `not found in native keychain`",
        None,
    ),
    (
        "other-helper",
        'error getting credentials - err: exec: "docker-credential-gcr": executable file not found in $PATH',
        None,
    ),
)
TABLES = (
    EXPIRED, EXPIRED_IN_CALLS, INVALID, SIGNATURES, MISSING, MISSING_IN_S3, MISSING_IN_CALLS, MISSING_FROM_PROVIDERS,
    REGISTRIES, PACKAGES, WRAPPERS, PROVIDERS, PROVIDERS_ELSEWHERE, PROMPTS, HELPERS,
)  # fmt: skip
ALL = [row for each in TABLES for row in each]


@check_rows(("text", "expected"), rows(ALL))
def test_facts_of_a_message(text: str, expected: Facts | None) -> None:
    """A message has its kind and facts, without other evidence if only AWS uses it."""
    assert facts_in(text) == expected


@pytest.mark.unmeasured
@check_rows(("fragment", "pattern"), list_alternatives(table(CREDENTIAL_MESSAGES)))
def test_every_alternative_has_an_example(fragment: str, pattern: str) -> None:
    """Each alternative and each fragment of the rows of the reader's table has an example in a table above."""
    assert has_example(fragment, compiled(pattern), ALL)
