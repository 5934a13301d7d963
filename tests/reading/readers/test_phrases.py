"""Check how messages of AWS and its SDKs are read, one per line."""

from __future__ import annotations

import pytest

from iamtriage._reading.readers.phrases import PHRASES, Phrase, compiled
from iamtriage._reading.unwrapping.unwrap import unwrap
from tests.tables import (
    ACCOUNT,
    REQUEST,
    Facts,
    Table,
    botocore_text,
    check_rows,
    denied,
    expect,
    facts_in,
    has_fragment,
    rows,
)

ROLE = "arn:aws:iam::111122223333:role/reader"
OIDC = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789ABCDEF012345678"

DENIALS: Table = (
    ("root-account", "Roles may not be assumed by root accounts.", denied()),
    ("anonymous", "Anonymous users cannot initiate multipart uploads. Please authenticate.", denied()),
    ("anonymous-elsewhere", "Anonymous users cannot vote. Log in first", None),
    (
        "firehose",
        "Access was denied. Ensure that the trust policy for the provided IAM role allows Firehose to assume the role",
        denied(),
    ),
    (
        "firehose-glue",
        "Access was denied when calling Glue. Ensure that the access policy on the IAM role used allows access to the appropriate Glue APIs.",
        denied(),
    ),
    (
        "target-group",
        "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.",
        denied(),
    ),
    ("athena-query", "Athena: Insufficient permissions to execute the query. s3://orders-example", denied()),
    (
        "custom-resource",
        "Received response status [FAILED] from custom resource. Message returned: Access Denied Logs: /aws/lambda/orders-Handler",
        denied(),
    ),
    ("authorizer", "User is not authorized to access this resource", denied()),
    ("alone", "Access Denied", denied()),
    ("api-version", "Error calling DAX.describeClusters\nAccess Denied to API Version: DAX_V3", denied()),
    ("api-version-elsewhere", "Access denied: this API version needs a newer licence", None),
    (
        "import-path",
        "Could not create volume: CreateFileSystem failed: BadRequest: Access denied for import path.",
        denied(code="BadRequest"),
    ),
    ("import-path-elsewhere", "Access denied for import path: ../orders.json", None),
    (
        "identity-pool-printed",
        "NotAuthorizedException {\n  message=Unauthenticated access is not supported for this identity pool.,\n}",
        denied(code="NotAuthorizedException"),
    ),
    (
        "identity-pool",
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
        denied(),
    ),
    (
        "load-balancer",
        "Access Denied for bucket: orders-logs. Please check S3bucket permission",
        denied(resource="orders-logs"),
    ),
    (
        "load-balancer-masked",
        "| Access  Denied for bucket:  orders-****-logs-****. Please  check S3bucket permission",
        denied(resource="orders-****-logs-****"),
    ),
    (
        "emr",
        "Service role EMR_DefaultRole has insufficient EC2 permissions",
        denied(principal="EMR_DefaultRole"),
    ),
    (
        "eventbridge",
        '{"messageAttributes": {"ERROR_CODE": {"stringValue": "NO_PERMISSIONS", "dataType": "String"}}}',
        denied(),
    ),
    (
        "clickhouse",
        "Code: 499. DB::Exception: Access Denied: while reading key: a.csv, from bucket: orders. (S3_ERROR)",
        denied(service="s3"),
    ),
    (
        "clickhouse-status",
        "Code: 499. DB::Exception: No response body.. HTTP response code: 403: while reading a.csv. (S3_ERROR)",
        denied(service="s3", status_code=403),
    ),
    (
        "clickhouse-elsewhere",
        "Code: 497. DB::Exception: Access Denied: not enough privileges. (ACCESS_DENIED)",
        None,
    ),
    (
        "amplify",
        'StorageAccessDeniedException {\n  "message": "S3 access denied when making the API call.",\n  "recoverySuggestion": "See the cause."\n}',
        denied(code="StorageAccessDeniedException", service="s3"),
    ),
    ("iot", "[ERROR] EVENT:MQTT Client Connect MESSAGE:Connect Status: AUTHORIZATION_FAILURE", denied()),
    (
        "iot-indented",
        '{\n  "eventType": "Connect",\n  "protocol": "MQTT",\n  "clientId": "pump-7",\n  "reason": "AUTHORIZATION_FAILURE"\n}',
        denied(),
    ),
    ("iot-compact", '{"protocol":"MQTT","reason":"AUTHORIZATION_FAILURE"}', denied()),
    (
        "lambda-code",
        "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for orders-code/v1/app.zip. S3 Error Code: AccessDenied. S3 Error Message: Access Denied",
        denied(code="AccessDenied", service="s3", resource="orders-code/v1/app.zip"),
    ),
    (
        "ecs-without-message",
        "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: service call has been retried 1 time(s): AccessDeniedException",
        denied(code="AccessDeniedException"),
    ),
    (
        "goamz-limit",
        "Error querying images: Request limit exceeded. (RequestLimitExceeded)",
        expect("aws_error", code="RequestLimitExceeded"),
    ),
    (
        "conditional",
        "ConditionalCheckFailedException: The conditional request failed\nLock Info:\n  ID: 1",
        expect("aws_error", code="ConditionalCheckFailedException"),
    ),
    (
        "email-identities",
        "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: ana@example.com",
        expect("aws_error"),
    ),
    (
        "pull-cut",
        "CannotPullContainerError: Error response from daemon:\npull access denied for 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders",
        denied(service="ecr"),
    ),
    (
        "image-pull",
        "CannotPullContainerError: pull access denied for 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders/api, repository does not exist or may require 'docker login'",
        denied(service="ecr"),
    ),
    (
        "image-pull-elsewhere",
        "Error: pull access denied for registry.example.com/orders/api, repository does not exist or may require 'docker login'",
        None,
    ),
    (
        "code-after-hint",
        "taper: The request signature we calculated does not match the signature you provided. Check your key and signing method. (SignatureDoesNotMatch)",
        expect("signature_mismatch", code="SignatureDoesNotMatch"),
    ),
    (
        "serverless-search",
        "AuthorizationException(403, 'security_exception', 'OpenSearch exception [type=authorization_exception, reason=User does not have permissions for the requested resource]')",
        denied(status_code=403),
    ),
    (
        "scope-at-search",
        "opensearchpy.exceptions.AuthorizationException: AuthorizationException(403, 'Credential should be scoped to a valid region. ')",
        expect("credential_scope", code="AuthorizationException", status_code=403),
    ),
    (
        "expired-at-search",
        "AuthorizationException(403, 'The security token included in the request is expired')",
        expect("expired_credentials", status_code=403),
    ),
    (
        "no-organization",
        "Error: describing Organization: AWSOrganizationsNotInUseException: Your account is not a member of an organization.\n\tstatus code: 400, request id: ",
        expect("aws_error", code="AWSOrganizationsNotInUseException", status_code=400),
    ),
    (
        "databricks",
        "com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied; request: PUT https://orders.s3.eu-west-1.amazonaws.com a.csv {} Hadoop 3.3.2",
        denied(service="s3"),
    ),
    ("mfa", "MultiFactorAuthentication failed with invalid MFA one time pass code", denied()),
    (
        "beanstalk",
        "ERROR: NotAuthorizedError - Operation Denied. Access Denied",
        denied(code="NotAuthorizedError"),
    ),
    (
        "beanstalk-invalid",
        "ERROR: The current user does not have the correct permissions. Reason: Operation Denied. The security token included in the request is invalid.",
        expect("invalid_credentials"),
    ),
    ("goamz-rate", "Error: Rate exceeded (Throttling)", expect("aws_error", code="Throttling")),
    ("rate", "Error 429: Rate exceeded (see the documentation)", None),
    (
        "go-waiter",
        "Error waiting for image: ResourceNotReady: exceeded wait attempts",
        expect("aws_error", code="ResourceNotReady"),
    ),
    ("not-ready", "ResourceNotReady: the database starts", None),
    (
        "identity-center",
        "Cached Identity Center token is expired. Log in again.",
        expect("expired_credentials"),
    ),
    (
        "iot-json",
        '{"eventType": "Connect", "protocol": "MQTT", "clientId": "pump-7", "reason": "AUTHORIZATION_FAILURE"}',
        denied(),
    ),
    (
        "graphql",
        '{"data": {"listOrders": null}, "errors": [{"path": ["listOrders"], "data": null, "errorType": "Unauthorized", "errorInfo": null, "message": "Not Authorized to access listOrders on type Query"}]}',
        denied(code="Unauthorized"),
    ),
    ("graphql-message", "Not Authorized to access createOrder on type Mutation", denied()),
    (
        "kms-old",
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
        denied(),
    ),
    ("kms-after-a-service", "Access to KMS is not allowed", denied()),
    (
        "kms-lambda",
        "Lambda was unable to decrypt the environment variables because KMS access was denied.",
        denied(),
    ),
    (
        "kms-service-principal",
        "events.amazonaws.com is not authorized to access the key because the key policy does not allow it",
        denied(principal="events.amazonaws.com"),
    ),
    (
        "s3-disabled",
        "All access to this object has been disabled",
        denied(),
    ),
    (
        "s3-disabled-template",
        "S3 error: All access to this object has been disabled",
        denied(service="s3"),
    ),
    (
        "redshift-role",
        f"ERROR: Not authorized to get credentials of role {ROLE}\nDetail: none",
        denied(resource=ROLE),
    ),
    (
        "ecs-role",
        f"ECS was unable to assume the role '{ROLE}' that was provided for this task.",
        denied(resource=ROLE),
    ),
    ("pass-role", "Cross-account pass role is not allowed.", denied()),
    (
        "code-last",
        "Error querying AMI: You are not authorized to perform this operation. (UnauthorizedOperation)",
        denied(code="UnauthorizedOperation"),
    ),
    (
        "object-storage",
        "blocks storage: unable to successfully send a request to object storage: Access Denied",
        denied(),
    ),
    ("argo-outputs", "generate-artifact  orders-7  3s  failed to save outputs: Access Denied", denied()),
    (
        "datastore-mode",
        "User is unauthorized to query syncOrders with auth mode API_KEY. No data could be returned",
        denied(),
    ),
    (
        "restic-lock",
        "unable to create lock in backend: client.PutObject: Access Denied.",
        denied(operation="PutObject"),
    ),
    (
        "restic-key",
        "Fatal: create key in repository at s3:https://s3.eu-west-1.amazonaws.com/orders failed: wrote 0 bytes instead of the expected 455 bytes with error Access Denied",
        denied(service="s3"),
    ),
    ("any-error", "copy of orders.csv failed with error Access Denied", None),
    (
        "argo-artifact",
        "Error (exit code 1): artifact archive failed to load: failed to get file: Access Denied.",
        denied(),
    ),
    (
        "cdk-role",
        "current credentials could not be used to assume 'arn:aws:iam::111122223333:role/cdk-tea-deploy-role-111122223333-eu-west-1', but are for the right account. Proceeding anyway.",
        denied(),
    ),
    (
        "snowflake-role",
        "Error assuming AWS_ROLE. Please verify the role and externalId are configured correctly in your AWS policy.",
        denied(),
    ),
    (
        "snowflake-cause",
        "Error assuming AWS_ROLE:\nSTS is not activated in this region for account:111122223333.",
        expect("region_disabled", account="111122223333"),
    ),
    ("file-elsewhere", "failed to get file: Access Denied.", None),
    (
        "greengrass-role",
        "Greengrass is not authorized to assume the Service Role associated with this account.",
        denied(),
    ),
    ("vpc-endpoint", "Access denied due to a VPC endpoint policy", denied(policy_type="vpc_endpoint")),
    (
        "sqs",
        "Access to the resource https://sqs.eu-west-1.amazonaws.com/111122223333/jobs is denied.",
        denied(service="sqs", resource="https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"),
    ),
    *(
        (
            f"sqs-masked-{name}",
            f"One or more errors occurred. (Access to the resource {mask} is denied.)\n   at Amazon.Runtime.Internal.HttpErrorResponseExceptionHandler.HandleException(IExecutionContext context)",
            denied(resource=mask),
        )
        for name, mask in (("angle", "<the queue>"), ("square", "[queue url]"), ("stars", "****"))
    ),
    ("resource-of-others", "Access to the resource <the queue> is denied.", None),
    ("resource-named", "AWS: Access to the resource orders is denied.", None),
    (
        "cognito",
        "NotAuthorizedException: Access to Identity 'eu-west-1:example-identity' is forbidden.",
        denied(code="NotAuthorizedException", resource="eu-west-1:example-identity"),
    ),
    (
        "owner",
        botocore_text(
            "AuthFailure", "DetachVolume", "You are not the owner of volume 'vol-0123456789abcdef0'"
        ),
        denied(code="AuthFailure", operation="DetachVolume", resource="vol-0123456789abcdef0"),
    ),
    (
        "already-exists",
        botocore_text("InvalidRequest", "CreateStack", "demo-logs already exists due to missing permissions"),
        denied(code="InvalidRequest", operation="CreateStack", resource="demo-logs"),
    ),
    ("cloudformation", "Access denied for operation 'AWS::Lambda::Function'.", denied()),
    ("eks-role", "EKS does not have permissions to assume the associated role.", denied()),
    (
        "execution-role",
        "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
        denied(operation="CreateNetworkInterface"),
    ),
    (
        "sentinel",
        "Status code:S3B40011, Message: Access to an SQS queue (https://sqs.eu-west-1.amazonaws.com/111122223333/orders) was denied.",
        denied(service="sqs", resource="https://sqs.eu-west-1.amazonaws.com/111122223333/orders"),
    ),
    ("s3-error", "S3 error: Access Denied", denied(service="s3")),
    ("aurora-mysql", "ERROR 1871 (HY000): S3 API returned error: Access Denied", denied(service="s3")),
    (
        "rds-postgresql",
        "ERROR: could not upload to Amazon S3\nDETAIL: Amazon S3 client returned 'Access Denied'.",
        denied(service="s3"),
    ),
    (
        "rds-postgresql-import",
        "ERROR: HTTP 403. Permission denied. Check bucket or provided credentials as they may no longer be valid.",
        denied(status_code=403),
    ),
    (
        "neptune",
        '"fullUri": "s3://orders/2026.csv", "status": "LOAD_S3_ACCESS_DENIED_ERROR"',
        denied(service="s3"),
    ),
    (
        "assume",
        f"config.amazonaws.com is not authorized to assume role {ROLE}.",
        denied(principal="config.amazonaws.com", resource=ROLE),
    ),
    (
        "session-credentials",
        "Cannot call GetSessionToken with session credentials",
        denied(operation="GetSessionToken"),
    ),
    (
        "DMS endpoint",
        "Test Endpoint failed: Application-Status: 1020912, Application-Message: Failed to connect to S3 endpoint. Access Denied.",
        denied(service="s3"),
    ),
    (
        "function URL",
        '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
        denied(),
    ),
    ("images", "Not authorized for images: [ami-0123456789abcdef0]", denied()),
    (
        "tagging",
        "Encountered a permissions error performing a tagging operation, please add required tag permissions.",
        denied(),
    ),
    (
        "athena-column",
        "COLUMN_NOT_FOUND: line 1:8: Column 'email' cannot be resolved or requester is not authorized to access requested resources",
        denied(),
    ),
    (
        "lake-formation",
        "Resource does not exist or requester is not authorized to access requested permissions.",
        denied(),
    ),
    (
        "lake-formation-permission",
        "Insufficient Lake Formation permission(s): Required Select on sales",
        denied(resource="sales"),
    ),
    (
        "requested-resource",
        botocore_text(
            "SomethingNew", "GetReport", "You do not have sufficient access to the requested resource"
        ),
        denied(code="SomethingNew", operation="GetReport"),
    ),
    (
        "this-action",
        botocore_text(
            "SomethingNew", "GetReport", "You do not have sufficient access to perform this action."
        ),
        denied(code="SomethingNew", operation="GetReport"),
    ),
    (
        "this-operation",
        botocore_text("SomethingNew", "GetReport", "You are not authorized to perform this operation."),
        denied(code="SomethingNew", operation="GetReport"),
    ),
    (
        "access-denied",
        botocore_text("SomethingNew", "GetReport", "Access Denied"),
        denied(code="SomethingNew", operation="GetReport"),
    ),
    (
        "efs-driver",
        "Still stuck with `Access Denied. Please ensure you have the right AWS permissions: Access denied` on this node",
        denied(),
    ),
    ("model", "You don't have access to the model with the specified model ID.", denied()),
    (
        "ecr-status",
        f"unexpected status from HEAD request to https://{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/v2/web/manifests/1.0: 403 Forbidden",
        denied(service="ecr", status_code=403),
    ),
    (
        "ecr-public-status",
        "unexpected status from HEAD request to https://public.ecr.aws/v2/demo/web/manifests/1.0: 403 Forbidden",
        denied(service="ecr", status_code=403),
    ),
    (
        "organizations",
        botocore_text("SomethingNew", "ListRoots", "You don't have permissions to access this resource."),
        denied(code="SomethingNew", operation="ListRoots"),
    ),
    *(
        (
            f"msk-{name}",
            f"{words}[{REQUEST}]: Access denied",
            denied(),
        )
        for name, words in (
            ("java", "org.apache.kafka.common.errors.SaslAuthenticationException: "),
            ("python", "[Error 58] SaslAuthenticationFailedError: "),
            (
                "broker",
                "Connection to node -1 (b-1.orders.example.kafka.eu-west-1.amazonaws.com/192.0.2.7:9098) failed authentication due to: ",
            ),
        )
    ),
    ("kafka", "SaslAuthenticationException: [broker-1]: Access denied", None),
    (
        "serverless",
        "\n  Serverless Error ---------------------------------------\n\n  Access Denied\n",
        denied(),
    ),
    ("serverless-class", "ServerlessError: Access Denied\n    at run (/app/deploy.js:26:11)", denied()),
    ("serverless-sentence", "ServerlessError: Access Denied for guests", None),
)
# Messages that only AWS uses need no other evidence.
TOKENS: Table = (
    (
        "provider",
        f"No OpenIDConnect provider found in your account for {OIDC}",
        expect("invalid_identity_token"),
    ),
    ("provider-short", "No OpenIDConnect provider found", expect("invalid_identity_token")),
    ("audience", "Incorrect token audience", expect("invalid_identity_token")),
    (
        "key",
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
        expect("invalid_identity_token"),
    ),
    ("claim", "Missing a required claim: aud", expect("invalid_identity_token")),
    (
        "thumbprint",
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
        expect("invalid_identity_token"),
    ),
    (
        "jwt",
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        expect("invalid_identity_token"),
    ),
    ("jwt-lower", "The ID token provided is not a valid JWT.", expect("invalid_identity_token")),
    (
        "passed",
        "The web identity token that was passed could not be validated by AWS. Get a new token from the identity provider and then retry.",
        expect("invalid_identity_token"),
    ),
)
# Messages that other systems use, too, need a code, host or SDK of AWS.
TOKENS_IN_CALLS: Table = tuple(
    (
        name,
        botocore_text("SomethingNew", "AssumeRoleWithWebIdentity", message),
        expect("invalid_identity_token", code="SomethingNew", operation="AssumeRoleWithWebIdentity"),
    )
    for name, message in (
        ("issuer", "Invalid token issuer"),
        ("issuer-differs", "The issuer in the token does not match the issuer of the provider"),
        ("provider-invalid", "The token from the identity provider was invalid"),
        ("accepted", "The audience in ID Token [sts] and the app's did not match the accepted ones"),
        ("verify", "Failed to verify the web identity token"),
    )
)
SCOPES: Table = (
    ("scope", "Credential should be scoped to a valid region.", expect("credential_scope")),
    (
        "scope-not",
        "Credential should be scoped to a valid region, not 'eu-west-1'.",
        expect("credential_scope"),
    ),
    (
        "scope-Region",
        "Credential should be scoped to a valid Region, not 'us-east-1'.",
        expect("credential_scope"),
    ),
    ("scope-service", "Credential should be scoped to correct service: 'sts'.", expect("credential_scope")),
    (
        "scope-s3",
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
        expect("credential_scope"),
    ),
    (
        "malformed",
        'The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
        expect("signature_mismatch"),
    ),
    (
        "malformed-no-key",
        '{"message": "Error: The authorization header is malformed; a non-empty Access Key (AKID) must be provided in the credential."}',
        expect("signature_mismatch"),
    ),
    ("malformed-bearer", "The Authorization header is malformed; expected format: Bearer <token>", None),
)
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
    ("sso-loading", "Error loading SSO Token: Token for dev is expired", expect("expired_credentials")),
    (
        "refreshed",
        "Credentials were refreshed, but the refreshed credentials are still expired.",
        expect("expired_credentials"),
    ),
    (
        "sso-login",
        "your SSO session is invalid, run aws sso login --profile dev",
        expect("expired_credentials"),
    ),
    ("login", "Your session has expired. Please run aws login again", expect("expired_credentials")),
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
        ("credentials", "The temporary credentials have expired"),
        ("credentials-are", "your credentials are expired"),
        ("otherwise", "The session has expired or is otherwise invalid"),
    )
)
INVALID: Table = (
    ("included", "The security token included in the request is invalid.", expect("invalid_credentials")),
    ("ec2", "AWS was not able to validate the provided access credentials", expect("invalid_credentials")),
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
    (
        "imds-go-v1-instance",
        "RequestError: send request failed\ncaused by: Get http://169.254.169.254/latest/meta-data/instance-id: dial tcp",
        expect("aws_error", code="RequestError"),
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
        "status",
        f"failed to do request: pulling from host {_REGISTRY} failed with status code [manifests v1]: 403 Forbidden",
        denied(service="ecr", status_code=403),
    ),
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
        "push",
        f'The push refers to repository [{_REGISTRY}/orders]\n0a1b2c3d4e5f: Preparing\nerror parsing HTTP 403 response body: unexpected end of JSON input: ""',
        denied(status_code=403),
    ),
    (
        "push-elsewhere",
        'The push refers to repository [registry.example.com/orders]\nerror parsing HTTP 403 response body: unexpected end of JSON input: ""',
        None,
    ),
    (
        "masked-account",
        "API error (500): Get https://<account number>.dkr.ecr.eu-west-1.amazonaws.com/v2/orders/manifests/latest:\n no basic auth credentials",
        expect("missing_credentials", service="ecr"),
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
REGIONS: Table = (
    (
        "sts",
        "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
        expect("region_disabled", account=ACCOUNT),
    ),
    (
        "sts-requested",
        "STS is not activated in the requested region for this account",
        expect("region_disabled"),
    ),
    ("sts-short", "STS is not activated in this region", expect("region_disabled")),
    (
        "opt-in",
        botocore_text("SomethingNew", "CreateVpc", "The region me-south-1 is not enabled in your account"),
        expect("region_disabled", code="SomethingNew", operation="CreateVpc"),
    ),
)
QUOTAS: Table = (
    ("keys", "Cannot exceed quota for AccessKeysPerUser: 2", expect("access_key_quota")),
    (
        "inline-policies",
        "AWS::IAM::Policy Maximum policy size of 10240 bytes exceeded for role reader",
        expect("aws_error"),
    ),
    ("acls", "The bucket does not allow ACLs", expect("aws_error")),
    (
        "service-linked-role",
        "Before you can proceed, you must enable a service-linked role to give Amazon OpenSearch Service permissions to access your VPC.",
        expect("aws_error"),
    ),
    *(
        (f"handler-{name}", f'Resource handler returned message: "{message} (Serv...', expect("aws_error"))
        for name, message in (("rate", "Rate exceeded"), ("name", "Role with name app already exists."))
    ),
    (
        "policy-versions",
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
        expect("aws_error"),
    ),
    (
        "other",
        "Error: attaching IAM Policy to IAM User (ana): LimitExceeded: Cannot exceed quota for PoliciesPerUser: 10",
        expect("aws_error", code="LimitExceeded"),
    ),
)
POLICIES: Table = tuple(
    (name, message, expect("malformed_policy"))
    for name, message in (
        ("principal", 'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/gone"'),
        ("json", "This policy contains invalid Json"),
        ("principals", "Policy contains a statement with one or more invalid principals."),
        ("scope", "Invalid parameter: Policy statement action out of service scope!"),
        ("syntax", "Syntax errors in policy."),
        ("legacy", "The policy failed legacy parsing"),
        ("no-principal", "Policy document should not specify a principal."),
        ("resource", "Policy has invalid resource"),
        ("applies", "Action does not apply to any resource(s) in statement"),
        ("federated", "Federated principals must be valid domain names or SAML metadata ARNs"),
        ("field", "Has prohibited field Resource"),
        (
            "organizations",
            "The provided policy document does not meet the requirements: MALFORMED_POLICY_DOCUMENT",
        ),
        ("contains", "Policy statement must contain actions."),
    )
)
ARNS: Table = tuple(
    (name, message, expect("invalid_arn"))
    for name, message in (
        ("principal", "The specified principalArn is invalid: invalid principal."),
        ("format", "The principalArn parameter format is not valid"),
        (
            "service-linked",
            "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role",
        ),
        ("request", "Request ARN is invalid"),
        ("execution-role", "arn:aws:sagemaker: The execution role ARN is invalid."),
        ("prefix", "could not parse ARN: arn: invalid prefix"),
        ("sections", "arn: not enough sections"),
        ("authenticator", "arn 'role/app' is invalid: 'arn: invalid prefix'"),
        ("terraform", '"policy_arn" (role/app) is an invalid ARN: arn: invalid prefix'),
        ("valid-forms", "ARN role/app is invalid. Valid ARNs begin with arn:"),
        ("partition", "arn 'arn:aws-moon:iam::111122223333:role/app' does not have a recognized partition"),
        ("service", "service s3 in arn arn:aws:s3:::demo is not a valid service for identities"),
        ("pattern", "value doesn't match expected ARN pattern"),
    )
)
ARNS_IN_CALLS: Table = tuple(
    (
        name,
        botocore_text("SomethingNew", "CreateCluster", message),
        expect("invalid_arn", code="SomethingNew", operation="CreateCluster"),
    )
    for name, message in (
        ("role", "app is not a valid role ARN"),
        ("role-iam", "app is not a valid IAM role ARN"),
        ("role-one-word", "app is not a valid RoleARN"),
        ("role-lower", "app is not a valid iam role arn"),
        ("invalid", "Invalid ARN: app"),
        ("is-not", "app is not a valid ARN"),
        ("role-arn", "The roleArn app is not valid"),
    )
)
ENTRIES: Table = tuple(
    (name, message, expect("access_entry"))
    for name, message in (
        ("in-use", "The specified access entry resource is already in use on this cluster."),
        (
            "mode",
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
        ),
        (
            "bootstrap",
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP",
        ),
        ("type", 'This operation can only be performed on Access Entries with a type of "STANDARD".'),
        (
            "not-found",
            "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.",
        ),
        ("absent", "The access entry does not exist"),
        (
            "fargate",
            "Misconfigured Fargate Profile: Pod execution role is not found in auth config or does not have all required permissions for launching fargate pods.",
        ),
        ("trust", "Trust policy of the role provided is invalid"),
        ("association", "Association already exists: a-0123456789abcdefg"),
        ("configmap-exists", 'configmaps "aws-auth" already exists'),
        ("configmap-absent", 'Error from server (NotFound): configmaps "aws-auth" not found'),
        (
            "configmap-terraform",
            'The configmap "aws-auth" does not exist, ConfigMap kube-system/aws-auth does not exist',
        ),
        ("rolearn", "one of rolearn or SSO must be supplied"),
        ("userarn", "value for userarn must be supplied"),
    )
)
ENTRIES_IN_CALLS: Table = tuple(
    (
        name,
        botocore_text("SomethingNew", "CreateAccessEntry", message),
        expect("access_entry", code="SomethingNew", operation="CreateAccessEntry"),
    )
    for name, message in (
        ("association", "The pod identity association already exists"),
        ("association-word", "PodIdentityAssociation a-0123 could not be found"),
        ("mode", "Unsupported authentication mode update from API to CONFIG_MAP"),
        ("mode-changed", "The authentication mode of the cluster cannot be changed"),
        ("username", "The username demo:x must not begin with system:"),
        ("group", "The kubernetes group name system:masters is invalid, it cannot start with system:"),
        ("group-short", "group name system:masters is invalid"),
        ("parse", "error parsing config map: [yaml: line 3: found a tab character]"),
        ("parse-aws-auth", "error parsing aws-auth: yaml: line 3: found a tab character"),
    )
)
_OF_LAMBDA = "The role defined for the function cannot be assumed by Lambda."
ROLES: Table = (
    ("lambda", _OF_LAMBDA, expect("aws_error")),
    (
        "lambda-code",
        f"An unexpected error occurred!\nInvalidParameterValueException: {_OF_LAMBDA}",
        expect("aws_error", code="InvalidParameterValueException"),
    ),
    ("lambda-in-prose", "The role cannot be assumed by Lambda, so I wrote a trust policy.", None),
    ("code-alone", "InvalidParameterValueException: The value of the order is not valid.", None),
    (
        "object-metadata",
        "InvalidS3ObjectException: Unable to get object metadata from S3. Check object key, region and/or access permissions.",
        expect("aws_error", code="InvalidS3ObjectException"),
    ),
    ("object-metadata-in-prose", "We are unable to get object metadata from S3 on Fridays.", None),
    (
        "security-hub",
        "SecurityHub raises an InvalidAccessException: Account 111122223333 is not an administrator for this organization",
        expect("aws_error", code="InvalidAccessException"),
    ),
    ("administrator-elsewhere", "InvalidAccessException: Account ana is not an owner of the project", None),
)
NETWORK: Table = (
    (
        "service-linked-role",
        "InvalidParameterValue: Unable to create the resource. Verify that you have permission to create service linked role.",
        expect("aws_error", code="InvalidParameterValue"),
    ),
    (
        "opt-in-required",
        "OptInRequired: You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.",
        expect("aws_error", code="OptInRequired"),
    ),
    ("not-subscribed", "You are not subscribed to this service.", None),
    (
        "region-go",
        "MissingRegion: could not find region configuration",
        expect("aws_error", code="MissingRegion"),
    ),
    (
        "region-java",
        "SdkClientException: Unable to load region from any of the providers in the chain",
        expect("aws_error"),
    ),
    ("region-s3", "A region must be set when sending requests to S3.", expect("aws_error", service="s3")),
    (
        "region-php",
        "Missing required client configuration options: \n\nregion: (string)",
        expect("aws_error"),
    ),
    (
        "region-javascript",
        "at node_modules/@aws-sdk/client-sts\nError: Region is missing",
        expect("aws_error"),
    ),
    ("region-elsewhere", "Error: Region is missing in the address", None),
    (
        "outbound-federation",
        "Outbound web identity federation is disabled for your account",
        expect("aws_error"),
    ),
    (
        "signature-version",
        "Error: this way to sign is not supported. Please use AWS4-HMAC-SHA256.",
        expect("aws_error"),
    ),
    (
        "endpoint",
        'Could not connect to the endpoint URL: "https://sts.eu-west-1.amazonaws.com/"',
        expect("aws_error", service="sts"),
    ),
    (
        "timeout",
        'Connect timeout on endpoint URL: "https://sts.eu-west-1.amazonaws.com/"',
        expect("aws_error", service="sts"),
    ),
    (
        "read",
        'Read timeout on endpoint URL: "https://sts.eu-west-1.amazonaws.com/"',
        expect("aws_error", service="sts"),
    ),
    (
        "identity-pool",
        "InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        expect("aws_error", code="InvalidIdentityPoolConfigurationException"),
    ),
    (
        "dynamodb-table",
        'level=error err="ResourceNotFoundException: Requested resource not found: Table: orders not found"',
        expect("aws_error", code="ResourceNotFoundException"),
    ),
    ("not-found-elsewhere", "ResourceNotFoundException: Requested resource not found on this host", None),
    ("stack", "orders-prod failed: Error: Stack with id orders-prod does not exist", expect("aws_error")),
    (
        "stack-state",
        "Stack:arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 is in UPDATE_ROLLBACK_FAILED state and can not be updated.",
        expect("aws_error"),
    ),
    ("other-state", "Stack: orders is in a FAILED state and cannot be updated.", None),
    (
        "bucket-acl",
        "Error: error creating S3 bucket ACL for orders: AccessControlListNotSupported: The bucket does not allow ACLs",
        expect("aws_error", code="AccessControlListNotSupported"),
    ),
    ("session-plugin", "SessionManagerPlugin is not found.", expect("aws_error")),
    ("node-group", "last error: Instances failed to join the kubernetes cluster", expect("aws_error")),
    ("rust-match", "Err(SdkError::ConstructionFailure(MissingCredentials) => retry(),", None),
    ("rust-compare", "if error == ConstructionFailure(MissingCredentials) { return; }", None),
    (
        "tls",
        "SSL validation failed for https://sts.eu-west-1.amazonaws.com/ [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
        expect("aws_error", service="sts"),
    ),
    (
        "tls-without-quotes",
        "Post https://sts.amazonaws.com//: net/http: TLS handshake timeout",
        expect("aws_error", service="sts"),
    ),
    (
        "timeout-http",
        'Get "http://orders.s3.eu-west-1.amazonaws.com/check": context deadline exceeded',
        expect("aws_error", service="s3"),
    ),
    (
        "tls-elsewhere",
        "SSL validation failed for https://minio.example.com/ [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
        None,
    ),
    (
        "proxy",
        'aws: [ERROR]: Failed to connect to proxy URL: "http://proxy.example.com:3128"',
        expect("aws_error"),
    ),
    (
        "closed",
        'Connection was closed before we received a valid response from endpoint URL: "https://sts.eu-west-1.amazonaws.com/".',
        expect("aws_error", service="sts"),
    ),
    (
        "http-client",
        "An HTTP Client raised an unhandled exception: Invalid header value b'a\\n'",
        expect("aws_error"),
    ),
    (
        "no-region",
        'You must specify a region. You can also configure your region by running "aws configure".',
        expect("aws_error"),
    ),
    ("no-region-bare", "aws s3 ls\nYou must specify a region.", expect("aws_error")),
    ("no-region-elsewhere", "You must specify a region.", None),
    *(
        (f"no-region-{name}", text, expect("aws_error", **facts))
        for name, text, facts in (
            ("rust", 'ResolveEndpointError { message: "Invalid Configuration: Missing Region" }', {}),
            ("js-v2", "ConfigError: Missing region in config", {"code": "ConfigError"}),
            ("kotlin", "aws.smithy.kotlin.runtime.ClientException: unable to auto detect AWS region", {}),
            (
                "powershell",
                "Get-S3Bucket : No region specified or obtained from persisted/shell defaults.",
                {"service": "s3"},
            ),
            (
                "terraform",
                'The "region" attribute or the "AWS_REGION" or "AWS_DEFAULT_REGION" environment variables must be set.',
                {},
            ),
            ("empty-terraform", "Error: invalid AWS Region: ", {}),
            ("host", "dial tcp: lookup sts..amazonaws.com: no such host", {"service": "sts"}),
            ("bucket", "getaddrinfo ENOTFOUND carts.s3..amazonaws.com", {"service": "s3"}),
        )
    ),
    ("no-region-in-prose", "We use sts.eu-west-1.amazonaws.com, and missing regions are added later.", None),
    (
        "region-format",
        "Provided region_name 'eu_west_1' doesn't match a supported format.",
        expect("aws_error"),
    ),
    (
        "region-service",
        "Unable to construct an endpoint for eks in region eu-north",
        expect("aws_error"),
    ),
    (
        "java",
        "software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: PKIX path building failed",
        expect("aws_error"),
    ),
    (
        "ruby",
        "Seahorse::Client::NetworkingError: SSL_connect returned=1 errno=0 state=error: certificate verify failed",
        expect("aws_error"),
    ),
    (
        "rust",
        "DispatchFailure(DispatchFailure { source: ConnectorError { kind: Io, source: hyper::Error(Connect, InvalidCertificate(UnknownIssuer)) } })",
        expect("aws_error"),
    ),
    (
        "node",
        (
            "Error: self-signed certificate in certificate chain\n    at TLSSocket.onConnectSecure (node:_tls_wrap:1674:34) {\n"
            "  code: 'SELF_SIGNED_CERT_IN_CHAIN',\n  '$metadata': { attempts: 1, totalRetryDelay: 0 }\n}"
        ),
        expect("aws_error"),
    ),
    (
        "node-metadata",
        "Error: connect ETIMEDOUT 169.254.169.254:80\n    at TCPConnectWrap.afterConnect {\n  code: 'ETIMEDOUT',\n  '$metadata': { attempts: 3, totalRetryDelay: 120 }\n}",
        None,
    ),
    (
        "node-v2",
        (
            "Error: self signed certificate in certificate chain\n    at TLSSocket.onConnectSecure (_tls_wrap.js:1260:34) {\n"
            "  code: 'NetworkingError',\n  region: 'eu-west-1',\n  hostname: 'sts.eu-west-1.amazonaws.com',\n  retryable: true\n}"
        ),
        expect("aws_error", service="sts", code="NetworkingError"),
    ),
    (
        "node-name",
        "Error: getaddrinfo ENOTFOUND sts.eu-west-9.amazonaws.com",
        expect("aws_error", service="sts"),
    ),
    (
        "node-elsewhere",
        "npm ERR! code SELF_SIGNED_CERT_IN_CHAIN\nnpm ERR! request failed, reason: self signed certificate in certificate chain",
        None,
    ),
    (
        "urllib3",
        "HTTPSConnectionPool(host='sts.eu-west-1.amazonaws.com', port=443): Max retries exceeded with url: / (Caused by SSLError())",
        expect("aws_error", service="sts"),
    ),
    (
        "urllib3-elsewhere",
        "HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded with url: /simple (Caused by SSLError())",
        None,
    ),
    (
        "go",
        'Post "https://sts.eu-west-1.amazonaws.com/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        expect("aws_error", service="sts"),
    ),
    (
        "go-elsewhere",
        'Get "https://registry.example.com/v2/": x509: certificate signed by unknown authority',
        None,
    ),
    (
        "kubectl",
        "aws eks update-kubeconfig --name prod\nUnable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
        expect("aws_error"),
    ),
    (
        "kubectl-elsewhere",
        "Unable to connect to the server: x509: certificate signed by unknown authority",
        None,
    ),
    ("endpoint-elsewhere", 'Could not connect to the endpoint URL: "https://minio.example.com/"', None),
)
TABLES = (
    DENIALS, TOKENS, TOKENS_IN_CALLS, SCOPES, EXPIRED, EXPIRED_IN_CALLS, INVALID, SIGNATURES, MISSING, MISSING_IN_S3, MISSING_IN_CALLS, MISSING_FROM_PROVIDERS,
    REGISTRIES, PACKAGES, WRAPPERS, REGIONS, QUOTAS,
    POLICIES, ARNS, ARNS_IN_CALLS, ENTRIES, ENTRIES_IN_CALLS, ROLES, NETWORK,
)  # fmt: skip
ALL = [row for table in TABLES for row in table]


@check_rows(("text", "expected"), rows(ALL))
def test_facts_of_a_message(text: str, expected: Facts | None) -> None:
    """A message has its kind and facts, without other evidence if only AWS uses it."""
    assert facts_in(text) == expected


@check_rows("phrase", [pytest.param(p, id=p.pattern[:60]) for p in PHRASES])
def test_every_row_has_an_example(phrase: Phrase) -> None:
    """Each row of the reader's table has an example in a table above."""
    readable = [unwrap(text).text for _, text, _ in ALL]
    assert any(
        has_fragment(phrase.fragment, text) and compiled(phrase.pattern).search(text) for text in readable
    )


@pytest.mark.parametrize(
    "text",
    [
        "Access Denied for guest",
        "Your session has expired. Please reauthenticate",
        "No credentials found",
        "Insufficient permissions to execute the query",
        "Token is expired",
        "Missing required authentication credentials",
        "no credentials have been configured",
        "an error occurred while loading credentials",
        "no valid credential found",
        "Invalid token issuer",
        "You do not have sufficient access to perform this action.",
        "no basic auth credentials",
        "Failed to fetch credentials",
        "credential required for basic auth",
        "Missing value for environment variable ORDERS_TOKEN",
        "could not find source profile staging",
        "Error retrieving credentials from Vault",
        "Failed to get a valid set of credentials",
        "getting credentials: exec: exit status 1",
        'getting credentials: exec: exec: "gke-gcloud-auth-plugin": executable file not found in $PATH',
        "An IAM role must be associated with service account before you install the chart",
        "Service account token cannot be empty",
    ],
)
def test_common_messages_need_a_sign_of_aws(text: str) -> None:
    """A message that any system can print is not evidence of AWS."""
    assert facts_in(f"login failed: {text}") is None
