"""Define the causes that several subjects share."""

from __future__ import annotations

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import pages

NO_BODY = CauseType(
    "head-without-body",
    title="A HEAD request has no error message",
    text="The response to a HEAD request has no body, so S3 cannot give a reason.",
    recognised_by="HeadObject or HeadBucket with the HTTP status 400, 301 or 307 as code.",
    fix="Repeat the call with GET, whose response states the reason.",
    sources=(pages.S3_ERRORS,),
)
KMS_KEY_STATE = CauseType(
    "kms-key-state",
    title="The KMS key is in a state in which it cannot be used",
    meaning="The KMS key is disabled, pending deletion, or waits for imported key material.",
    recognised_by="An error code such as KMSInvalidStateException or DisabledException, or a message that says that the key is disabled or pending deletion.",
    fix="Enable the key, or cancel its deletion.",
    sources=(pages.KMS_KEY_STATE,),
)
ROLE_TOO_NEW = CauseType(
    "role-too-new",
    title="The role or instance profile is only seconds old",
    text="The role or instance profile was created seconds ago, and the service does not see it yet.",
    fix="Wait for about ten seconds and retry.",
    recognised_by="The text shows that the role or instance profile was just created.",
    sign=r"\baws_iam_(?:role|instance_profile)\.\S{1,80}: Creation complete|\baws iam create-(?:role|instance-profile)\b",
    remedy="wait and retry",
    of="service-cannot-assume-role",
)
PASS_ROLE = CauseType(
    "pass-role",
    title="The caller is not allowed to pass the role",
    meaning="The caller made a call that passes a role to a service, and is not allowed to pass it.",
    recognised_by="The denied action is iam:PassRole.",
    fix="Allow the caller iam:PassRole on the role, with the condition iam:PassedToService.",
    sources=(pages.PASS_ROLE,),
    subject="denials",
)
UNSIGNED_CALL = CauseType(
    "unsigned-call",
    title="The request is not signed",
    text="The request carried no signature that AWS recognizes, so AWS saw no identity.",
    recognised_by='AWS says "User: anonymous" or "Missing Authentication Token".',
    fix="Sign the request with an AWS SDK or with Signature Version 4.",
    sources=(pages.SIGNATURES,),
    subject="denials",
)
REQUEST_CHANGED = CauseType(
    "request-changed",
    title="A proxy or client changes the request after signing",
    fix="Configure the proxy to pass host, path and headers unchanged.",
    recognised_by="The text shows a reverse proxy, such as proxy_pass in the configuration of nginx.",
    sign=r"\bproxy_pass\b|\bX-Forwarded-(?:Host|For)\b",
    remedy="Check whether something changes the request",
    of="signature-mismatch",
    subject="credentials",
)
OTHER_ENDPOINT = CauseType(
    "other-endpoint",
    title="The credentials belong to another provider than the endpoint",
    text="The keys belong to AWS and the endpoint to MinIO, LocalStack or another provider, or the reverse.",
    fix="Use the keys of the system that the endpoint URL belongs to, or remove the endpoint URL.",
    of="unknown-access-key",
    subject="credentials",
)
TOKEN_KEPT = CauseType(
    "token-read-once",
    title="The program reads the token only once",
    meaning="The program read the token once and keeps using it, instead of reading the file again, which Kubernetes and other issuers renew.",
    fix="Use an SDK that re-reads the token file, or restart the program before the token expires.",
    recognised_by="The text shows a call with a token in a variable, or Kubernetes' annotation authentication.k8s.io/stale-token.",
    sign=r"--web-identity-token[ =][\"']?\$\{?\w{1,40}\}?[\"']?|\bWebIdentityToken ?= ?[A-Z][A-Z_]{2,40}\b"
    r"|authentication\.k8s\.io/stale-token|seconds after warning threshold",
    remedy="the token file",
    of="expired-web-identity-token",
    subject="credentials",
)
TOKEN_EXPIRED = CauseType(
    "token-expired",
    title="The token has expired",
    meaning="The token was valid once and has expired.",
    recognised_by="The message says that the token has expired.",
    fix="Get a new token. The program must re-read the token file.",
    sources=(pages.EKS_SERVICE_ACCOUNTS,),
    subject="credentials",
)
NO_IDENTITY_ALLOW = CauseType(
    "no-identity-allow",
    title="No identity-based policy allows the action",
    meaning="None of the caller's identity-based policies allows the action on the resource.",
    recognised_by='AWS says "because no identity-based policy allows the … action". If no reason is stated, it is the most common cause.',
    fix="Allow the action on the resource in an identity-based policy of the caller.",
    sources=(pages.ACCESS_DENIED, pages.MANAGE_POLICIES),
    subject="denials",
)
DERIVED_ACTION = CauseType(
    "derived-action",
    title="The message names the operation, but no action",
    meaning="The message does not name the denied action. iamtriage derives it from the operation that was called.",
    recognised_by="The message names an API operation, and the action table says which actions it requires.",
    fix="Check the action that the operation requires.",
    sources=(pages.ACCESS_DENIED,),
    subject="denials",
)
EXPLICIT_DENY = CauseType(
    "explicit-deny",
    title="A Deny statement in an unnamed policy matches the request",
    recognised_by='AWS says "with an explicit deny" and names no policy type, or the decoded message says so.',
    fix="Find the Deny statement: in the identity-based policies, the resource's policy, and the policies of the organization.",
    sources=(pages.EVALUATION,),
    subject="denials",
)
CREDENTIALS_OF_OTHER_ACCOUNT = CauseType(
    "credentials-of-other-account",
    title="The credentials belong to another account",
    meaning="The credentials belong to another account than the one that has the access.",
    fix="Use credentials of the account that has the access.",
    of="bedrock-model-access",
    subject="denials",
)
SERVICE_NOT_ALLOWED = CauseType(
    "service-not-allowed",
    title="The resource's policy does not allow the AWS service",
    meaning="An AWS service called directly, not with a role, so only the resource's policy can allow it.",
    recognised_by="The denied principal is a service principal, such as glue.amazonaws.com.",
    fix="Allow the service principal in the resource's policy, with aws:SourceArn or aws:SourceAccount.",
    sources=(pages.POLICY_PRINCIPAL,),
    subject="denials",
)
USES_PROFILE = r"\b(?:I|[Ww]e|code|program|script) (?:uses?|runs? with) (?:the )?profile [`\"']?"
"""A pattern for the words before the profile of a call."""
WRONG_SSO_SESSION = CauseType(
    "wrong-sso-session",
    title="Another profile or session was signed in",
    text="The last sign-in was for another session or profile than the call uses.",
    fix="Sign in with the profile that the call uses.",
    recognised_by="The text shows that the sign-in was successful or for another profile, and the call still has an expired session.",
    sign=rf"(?P<shown>\baws sso login --profile (?P<one>[\w.-]{{0,63}}\w))(?![\w-]).{{0,300}}?(?:--profile |{USES_PROFILE})(?!(?P=one)(?![\w-]))\w|\bSuccessfully logged into Start URL|\bLogin succeeded, valid until\b",
    remedy="Sign in to IAM Identity Center",
    of="expired-sso-session",
    subject="credentials",
)
LOGGED_OUT = CauseType(
    "logged-out",
    title="The session was ended",
    text="Someone signed out, or an administrator ended the session.",
    fix="Sign in again.",
    recognised_by="The text shows aws sso logout.",
    sign=r"\baws sso logout\b|\b[Ss]igned out of all SSO profiles\b",
    remedy="Sign in",
    of="invalid-sso-token",
    subject="credentials",
)
INVALID_SESSION_TOKEN = CauseType(
    "invalid-session-token",
    title="The session token is invalid",
    meaning="AWS does not accept the session token of the credentials.",
    recognised_by="The error code InvalidToken, or a message that the provided token is malformed.",
    fix="Get new temporary credentials, and use the three values together.",
    sources=(pages.TEMPORARY_CREDENTIALS,),
    subject="credentials",
)
OTHER_LAYER = CauseType(
    "other-policy-type",
    title="Another policy type denies the request",
    meaning="A policy that the message does not name denies or does not allow the request: the resource's policy, or one that caps permissions.",
    fix="Check the resource's policy, SCPs and RCPs, the permissions boundary, the session policy and the VPC endpoint policy.",
    of="no-identity-allow",
    subject="denials",
)
PLACEHOLDER_IN_NAME = CauseType(
    "placeholder-in-name",
    title="The name of the resource has a placeholder that nobody filled in",
    text="The call was made with the placeholder as a part of the name, which is that of another resource, or of none.",
    recognised_by="The name of the resource in the message contains a variable of a shell or template, such as ${STAGE} or {{ .Values.bucket }}.",
    fix="Fill in the value where the call gets the name.",
    sources=(pages.ACCESS_DENIED,),
    subject="denials",
)
