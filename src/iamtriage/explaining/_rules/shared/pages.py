"""List the AWS and Kubernetes documentation pages that remedies link to."""

from __future__ import annotations

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_EKS = "https://docs.aws.amazon.com/eks/latest/userguide"
_ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide"

ACCESS_DENIED = f"{_IAM}/troubleshoot_access-denied.html"
AUTHORIZATION_DETAILS = f"{_IAM}/troubleshoot_access-denied-authorization-id.html"
EVALUATION = f"{_IAM}/reference_policies_evaluation-logic.html"
CROSS_ACCOUNT = f"{_IAM}/reference_policies_evaluation-logic-cross-account.html"
BOUNDARIES = f"{_IAM}/access_policies_boundaries.html"
SESSION_POLICIES = f"{_IAM}/access_policies.html#policies_session"
MANAGE_POLICIES = f"{_IAM}/access_policies_manage-attach-detach.html"
PASS_ROLE = f"{_IAM}/id_roles_use_passrole.html"
TRUST_POLICIES = f"{_IAM}/id_roles_update-role-trust-policy.html"
ASSUME_ROLE = f"{_IAM}/troubleshoot_roles.html"
EXTERNAL_ID = f"{_IAM}/id_roles_common-scenarios_third-party.html"
OTHER_ACCOUNTS = f"{_IAM}/id_roles_common-scenarios_aws-accounts.html"
SESSION_TAGS = f"{_IAM}/id_session-tags.html"
SERVICE_LINKED = f"{_IAM}/id_roles_create-service-linked-role.html"
CONSISTENCY = f"{_IAM}/troubleshoot.html#troubleshoot_general_eventual-consistency"
ACCESS_KEYS = f"{_IAM}/id_credentials_access-keys.html"
ROTATE_KEYS = f"{_IAM}/id-credentials-access-keys-update.html"
TEMPORARY_CREDENTIALS = f"{_IAM}/id_credentials_temp.html"
TEMPORARY_REGIONS = f"{_IAM}/id_credentials_temp_enable-regions.html"
OIDC_PROVIDERS = f"{_IAM}/id_roles_providers_create_oidc.html"
POLICY_GRAMMAR = f"{_IAM}/reference_policies_grammar.html"
POLICY_PRINCIPAL = f"{_IAM}/reference_policies_elements_principal.html"
MFA = f"{_IAM}/troubleshoot_mfa-iam.html"
SAML = f"{_IAM}/troubleshoot_saml.html"
SIGNATURES = f"{_IAM}/reference_sigv-troubleshooting.html"
BEST_PRACTICES = f"{_IAM}/best-practices.html"

SERVICE_CONTROL = f"{_ORGANIZATIONS}/orgs_manage_policies_scps.html"
RESOURCE_CONTROL = f"{_ORGANIZATIONS}/orgs_manage_policies_rcps.html"

VPC_ENDPOINT = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"
S3_403 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html"
S3_PUBLIC_ACCESS = (
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"
)
KMS_ACCESS = "https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html"
KMS_KEY_POLICY = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"
BILLING_ACCESS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_billing.html"
COST_EXPLORER = "https://docs.aws.amazon.com/cost-management/latest/userguide/ce-access.html"
SES_SANDBOX = "https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html"
ASSIGNMENTS = "https://docs.aws.amazon.com/singlesignon/latest/userguide/useraccess.html"
PERMISSION_SETS = "https://docs.aws.amazon.com/singlesignon/latest/userguide/howtomodifypermissionset.html"
LAKE_FORMATION_PERMISSIONS = (
    "https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html"
)
LAMBDA_AUTHORIZER = (
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html"
)
API_GATEWAY_POLICY = (
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html"
)
OPENSEARCH_POLICY = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html"
CLI_CREDENTIALS = "https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-authentication.html"
SDK_CREDENTIALS = "https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html"
SSO_LOGIN = "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html"
ENABLE_REGION = "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"

EKS_TROUBLESHOOTING_IAM = f"{_EKS}/security-iam-troubleshoot.html"
EKS_TROUBLESHOOTING = f"{_EKS}/troubleshooting.html"
EKS_CONSOLE = f"{_EKS}/view-kubernetes-resources.html"
EKS_AUTH_CONFIGMAP = f"{_EKS}/auth-configmap.html"
EKS_ACCESS_ENTRIES = f"{_EKS}/creating-access-entries.html"
EKS_ACCESS_POLICIES = f"{_EKS}/access-policy-permissions.html"
EKS_ACCESS_MODE = f"{_EKS}/setting-up-access-entries.html"
LOAD_BALANCER_CONTROLLER = f"{_EKS}/lbc-helm.html"
EKS_ENDPOINT = f"{_EKS}/cluster-endpoint.html"
EKS_KUBECONFIG = f"{_EKS}/create-kubeconfig.html"
EKS_GRANT = f"{_EKS}/grant-k8s-access.html"
EKS_IRSA = f"{_EKS}/iam-roles-for-service-accounts.html"
EKS_POD_IDENTITY = f"{_EKS}/pod-identities.html"
EKS_STS = f"{_EKS}/configure-sts-endpoint.html"

CLI_LOGIN = "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sign-in.html"
CLI_PROXY = "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html"
CLI_PROFILES = "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html"
CLI_ROLES = "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html"
CLI_PROCESS = "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html"
SDK_ENDPOINTS = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html"
NET_CREDENTIALS = "https://docs.aws.amazon.com/sdk-for-net/v4/developer-guide/creds-assign.html"
SDK_REGION = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html"
SDK_RETRIES = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"
SESSION_DURATION = f"{_IAM}/id_roles_manage-assume.html"
STS_REGIONS = f"{_IAM}/id_credentials_temp_region-endpoints.html"
OIDC_ROLES = f"{_IAM}/id_roles_create_for-idp_oidc.html"
IAM_QUOTAS = f"{_IAM}/reference_iam-quotas.html"
POLICY_TROUBLES = f"{_IAM}/troubleshoot_policies.html"
VALIDATE_POLICY = f"{_IAM}/access-analyzer-policy-validation.html"
EXPOSED_KEYS = "https://repost.aws/knowledge-center/potential-account-compromise"
QUARANTINE = (
    "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html"
)
ECR_PULL_THROUGH_CACHE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html"
ECR_LOGIN = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html"
EKS_IRSA_POD = f"{_EKS}/pod-configuration.html"
EKS_POD_SDK = f"{_EKS}/pod-id-minimum-sdk.html"
EKS_IRSA_SDK = f"{_EKS}/iam-roles-for-service-accounts-minimum-sdk.html"
EC2_ROLES = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html"
SHARED_IMAGES = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html"
EC2_METADATA_CREDENTIALS = (
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html"
)
EC2_METADATA = (
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html"
)
EC2_CLOCK = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/set-time.html"
ECS_TASK_ROLE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"
ECS_NETWORK = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html"
ECS_EXEC = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"
_SSM = "https://docs.aws.amazon.com/systems-manager/latest/userguide"
SESSION_TROUBLES = f"{_SSM}/session-manager-troubleshooting.html"
SESSION_PLUGIN = f"{_SSM}/session-manager-working-with-install-plugin.html"
SESSION_ROLE = f"{_SSM}/getting-started-create-iam-instance-profile.html"
SESSION_ENDPOINTS = f"{_SSM}/session-manager-getting-started-privatelink.html"
LAMBDA_ROLE = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"
API_GATEWAY_TOKEN = "https://repost.aws/knowledge-center/api-gateway-authentication-token-errors"  # noqa: S105
S3_ERRORS = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
S3_MULTIPART = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html"
S3_PRESIGNED = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html"
CLOUDFRONT_SIGNED = (
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html"
)
BEDROCK_MODELS = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html"
BEDROCK_PROFILES = "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles.html"
IDENTITY_POOLS = "https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html"
IDENTITY_POOL_ROLES = (
    "https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html"
)
KMS_KEY_STATE = "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html"
QUOTAS = "https://docs.aws.amazon.com/servicequotas/latest/userguide/request-quota-increase.html"
EC2_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
API_REFERENCES = "https://docs.aws.amazon.com/general/latest/gr/Welcome.html"
VPC_ENDPOINTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"
HEALTH = "https://health.aws.amazon.com/health/status"
GITHUB_OIDC = (
    "https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws"
)

RBAC = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/"
KUBERNETES_CERTIFICATES = "https://kubernetes.io/docs/tasks/tls/certificate-rotation/"
KUBEADM_CERTIFICATES = "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/"
KUBERNETES_ADMISSION = "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/"
EKS_FARGATE_ROLE = f"{_EKS}/pod-execution-role.html"
EKS_LOGS = f"{_EKS}/control-plane-logs.html"
EKS_POD_ASSOCIATION = f"{_EKS}/pod-id-association.html"
EKS_POD_ROLE = f"{_EKS}/pod-id-role.html"
EKS_SERVICE_ACCOUNTS = f"{_EKS}/service-accounts.html"
