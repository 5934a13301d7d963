"""Sentences of AWS and its SDKs, other than the common denial, that say what went wrong.

One row a wording: a fragment that must be in the text (cheap to look for), the pattern, the kind,
and how sure it is. A new wording is one row. Not for Kubernetes' own texts (``kubernetes``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._reading.grammar import trim
from iamtriage._reading.partials import Partial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.typing import Kind


class _Phrase(NamedTuple):
    fragment: str
    pattern: re.Pattern[str]
    kind: Kind
    # AWS's own words: enough to claim AWS. Otherwise a code, host or SDK class must say so.
    aws: bool
    # Said by an SDK about credentials it wanted for another call.
    wrapper: bool = False


def _row(fragment: str, pattern: str, kind: Kind, *, aws: bool = True, wrapper: bool = False) -> _Phrase:
    return _Phrase(fragment, re.compile(pattern.replace(" ", r"\s+")), kind, aws, wrapper)


_DENIALS = (
    _row("or you are not allowed to access", r"ciphertext refers to a customer master key that does not exist.{0,80}?or you are not allowed to access", "access_denied"),
    _row("KMS is not allowed", r"Access to KMS is not allowed", "access_denied"),
    _row("KMS access was denied", r"KMS access was denied", "access_denied"),
    _row("authorized to access the key", r"(?P<principal>[a-z0-9.-]+\.amazonaws\.com) is not authorized to access the key", "access_denied"),
    _row("ross-account pass role is not allowed", r"Cross-account pass role is not allowed", "access_denied"),
    _row("due to a VPC endpoint policy", r"denied due to a (?P<policy_type>VPC endpoint) policy", "access_denied"),
    _row("is denied", r"Access to the resource (?P<resource>https?://\S+?) is denied", "access_denied"),
    _row("is forbidden", r"Access to Identity '(?P<resource>[^'\n]{1,200})' is forbidden", "access_denied"),
    _row("not the owner of", r"You are not the owner of [\w ]{1,40} '(?P<resource>[^'\n]{1,200})'", "access_denied"),
    _row("due to missing permissions", r"(?P<resource>[\w./-]+) already exists due to missing permissions", "access_denied", aws=False),
    _row("Access denied for operation", r"Access denied for operation '(?P<operation>AWS::[\w:]+)'", "access_denied"),
    _row("does not have permissions to assume the associated role", r"EKS does not have permissions to assume the associated role", "access_denied"),
    _row("does not have permissions to call", r"(?:execution )?role does not have permissions? to call (?P<operation>\w+) on \w+", "access_denied"),
    _row("ccess Denied", r"(?P<service>[A-Z][A-Za-z0-9]{1,20}) error: Access Denied", "access_denied"),
    _row("is not authorized to assume", r"is not authorized to assume (?:role )?(?P<resource>arn:\S+)", "access_denied"),
    _row("Cannot call Get", r"Cannot call (?P<operation>Get\w+) with session credentials", "access_denied"),
    _row("ot authorized for images", r"Not authorized for images", "access_denied"),
    _row("ermissions error performing a tagging operation", r"Encountered a permissions error performing a tagging operation", "access_denied", wrapper=True),
    _row("requester is not authorized", r"Resource does not exist or requester is not authorized to access requested permissions", "access_denied"),
    _row("nsufficient Lake Formation permission", r"Insufficient Lake Formation permission\(s\)", "access_denied"),
    _row("requested resource", r"You do(?: not|n't) have (?:sufficient )?(?:permissions?|access) to (?:access )?(?:this|the) (?:requested )?resource", "access_denied", aws=False),
    _row("ufficient access to perform this action", r"You do not have sufficient access to perform this action", "access_denied", aws=False),
    _row("not authorized to perform this operation", r"You are not authorized to perform this operation", "access_denied", aws=False),
    _row("ccess Denied", r"(?:(?<=[:=\]]\x20)|(?<=[>\"'\n])|\A)Access Denied(?=[.\"'\n<]|\Z|,| \()", "access_denied", aws=False),
    _row(".dkr.ecr.", r"https?://\S{1,300}\.dkr\.ecr\.\S{1,300}: 403 Forbidden", "access_denied"),
    _row("have permissions to access this resource", r"You do(?: not|n't) have permissions to access this resource", "access_denied", aws=False),
)
_TOKENS = (
    _row("OpenIDConnect provider found", r"No OpenIDConnect provider found(?: in (?:your )?account)?", "invalid_identity_token"),
    _row("ncorrect token audience", r"Incorrect token audience", "invalid_identity_token"),
    _row("retrieve verification key", r"Could(?: not|n't) retrieve verification key from your identity provider", "invalid_identity_token"),
    _row("issing a required claim", r"Missing a required claim: \w+", "invalid_identity_token"),
    _row("humbprint", r"OpenIDConnect provider's HTTPS certificate (?:doesn't|does not) match configured thumbprint", "invalid_identity_token"),
    _row("ID Token provided is not a valid JWT", r"ID Token provided is not a valid JWT", "invalid_identity_token"),
    _row("ID token provided is not a valid JWT", r"ID token provided is not a valid JWT", "invalid_identity_token"),
    _row("oken issuer", r"(?:Invalid|Incorrect|Unknown) token issuer|[Tt]oken issuer (?:does not match|is invalid)", "invalid_identity_token", aws=False),
    _row("issuer in the token", r"The issuer in the token does not match the issuer", "invalid_identity_token", aws=False),
    _row("web identity token that was passed", r"The web identity token that was passed (?:could not be validated|is expired or is not valid)", "invalid_identity_token"),
    _row("dentity provider was invalid", r"[Tt]he (?:token|response) from the identity provider was invalid", "invalid_identity_token", aws=False),
    _row("did not match the accepted", r"audience in ID Token .{0,120}? (?:did|does) not match", "invalid_identity_token", aws=False),
    _row("Failed to verify", r"Failed to verify (?:the )?(?:web identity|OIDC|identity) token", "invalid_identity_token", aws=False),
)
_SCOPES = (
    _row("redential should be scoped to", r"Credential should be scoped to (?:a )?(?:valid|correct) (?:[Rr]egion|service)", "credential_scope"),
    _row("is wrong; expecting", r"(?:authorization header is malformed; )?the region '[^'\n]{1,40}' is wrong; expecting '[^'\n]{1,40}'", "credential_scope"),
    _row("edential is mal-formed; expecting", r"Credential is mal-formed; expecting", "signature_mismatch"),
)
_EXPIRED = (
    _row("security token included in the request is expired", r"[Tt]he security token included in the request is expired", "expired_credentials"),
    _row("provided token has expired", r"[Tt]he provided token has expired", "expired_credentials"),
    _row("oken expired: current date/time", r"Token expired: current date/time", "expired_credentials"),
    _row("oken too old", r"Token too old: \d+", "expired_credentials"),
    _row("oken has expired and refresh failed", r"Token has expired and refresh failed", "expired_credentials"),
    _row("uthorization Token has expired", r"Your Authorization Token has expired", "expired_credentials", aws=False),
    _row("uthorization token has expired", r"[Yy]our authorization token has expired", "expired_credentials", aws=False),
    _row("SSO session associated with this profile", r"SSO session associated with this profile (?:has expired|is invalid)", "expired_credentials"),
    _row("SSO session has expired", r"SSO session has expired", "expired_credentials", aws=False),
    _row("access token has", r"SSO access token has (?:either )?expired", "expired_credentials"),
    _row("SSO token associated", r"[Tt]he SSO (?:session|token) associated with .{0,60}?(?:has expired|expired|is not valid)", "expired_credentials"),
    _row("cached SSO token is expired", r"cached SSO token is expired", "expired_credentials"),
    _row("SSO Token", r"Error loading SSO Token: Token for .{1,120}? (?:is|has) expired", "expired_credentials"),
    _row("our session has expired", r"Your session has expired\. Please (?:re)?authenticate", "expired_credentials", aws=False),
    _row("equest has expired", r"(?:Request has expired|Request expired)\b", "expired_credentials", aws=False),
    _row("Token is expired", r"Token is expired", "expired_credentials", aws=False),
    _row("oken has expired", r"(?:session|security|access|id|identity|web identity|The|the) token (?:has|is) expired", "expired_credentials", aws=False),
    _row("redentials were refreshed, but", r"Credentials were refreshed, but the refreshed credentials are still expired", "expired_credentials"),
    _row("redentials have expired", r"(?:AWS |temporary |security |STS |session )?credentials (?:have|has|are|were) expired", "expired_credentials", aws=False),
    _row("redentials are expired", r"credentials are expired", "expired_credentials", aws=False),
    _row("aws sso login", r"(?:expired|invalid|refresh)[^\n]{0,80}?`?'?aws sso login", "expired_credentials"),
    _row("aws login", r"session has expired[^\n]{0,80}?aws login", "expired_credentials"),
    _row("expired or is otherwise invalid", r"has expired or is otherwise invalid", "expired_credentials", aws=False),
)
_INVALID = (
    _row("security token included in the request is invalid", r"[Tt]he security token included in the request is invalid", "invalid_credentials"),
    _row("validate the provided access credentials", r"AWS was not able to validate the provided access credentials", "invalid_credentials"),
    _row("Access Key Id you provided does not exist", r"[Tt]he AWS [Aa]ccess [Kk]ey I[dD] you provided does not exist in our records", "invalid_credentials"),
    _row("provided token is malformed", r"The provided token is malformed or otherwise invalid", "invalid_credentials"),
    _row("ession token not found or invalid", r"Session token not found or invalid", "invalid_credentials", aws=False),
    _row("session token not found", r"session token not found or invalid", "invalid_credentials", aws=False),
)
_SIGNATURES = (
    _row("equest signature we calculated does not match", r"[Tt]he request signature we calculated does not match the signature you provided", "signature_mismatch"),
    _row("ignature expired", r"Signature expired: \d{8}T\d{6}Z", "signature_mismatch"),
    _row("ignature not yet current", r"Signature not yet current: \d{8}T\d{6}Z", "signature_mismatch"),
    _row("difference between the request time and the", r"difference between the request time and the (?:current|server'?s?) time is too large", "signature_mismatch"),
    _row("Authorization header requires", r"Authorization header requires '[\w=]+' parameter", "signature_mismatch"),
    _row("not a valid key=value pair", r"not a valid key=value pair \(missing equal-sign\) in Authorization header", "signature_mismatch"),
    _row("ate in Credential scope does not match", r"Date in Credential scope does not match", "signature_mismatch"),
)
_MISSING = (
    _row("nable to locate credentials", r"[Uu]nable to locate (?:AWS )?credentials", "missing_credentials"),
    _row("no EC2 IMDS role found", r"no EC2 IMDS role found", "missing_credentials"),
    _row("valid credential sources", r"[Nn]o valid credential sources(?: for \S+(?: \S+){0,3})?(?: found)?", "missing_credentials"),
    _row("no valid providers in chain", r"no valid providers in chain", "missing_credentials"),
    _row("oad credentials from any", r"(?:Could not|Unable to|unable to|Cannot|cannot|Failed to) load (?:AWS )?credentials from any (?:of the )?provider", "missing_credentials"),
    _row("load AWS credentials from any", r"Unable to load AWS credentials from any provider in the chain", "missing_credentials"),
    _row("issing credentials in config", r"Missing credentials in config", "missing_credentials"),
    _row("issing Authentication Token", r"Missing Authentication Token", "missing_credentials", aws=False),
    _row("is missing Authentication Token", r"[Rr]equest is missing Authentication Token", "missing_credentials"),
    _row("equest is missing", r"[Rr]equest is missing (?:security )?(?:credentials|token)", "missing_credentials", aws=False),
    _row("artial credentials found", r"Partial credentials found in [\w./-]+, missing", "missing_credentials"),
    _row("retrieving credentials from", r"(?:Error|error) (?:when )?retrieving credentials from (?:the )?[\w ./-]+", "missing_credentials"),
    _row("credentials from the instance profile", r"credentials from the instance profile metadata", "missing_credentials"),
    _row("ry retrieving", r"Unable to retry retrieving credentials", "missing_credentials"),
    _row("credentials from EC2 Instance Metadata", r"Unable to get IAM security credentials from EC2 Instance Metadata", "missing_credentials"),
    _row("find AWS credentials", r"(?:Couldn't|Could not|Cannot|Unable to|unable to|could not) find (?:any )?AWS credentials", "missing_credentials"),
    _row("find credentials", r"(?:Couldn't|Could not|Cannot|Unable to|unable to|could not|Failed to|failed to) find (?:valid |any )?credentials", "missing_credentials", aws=False),
    _row("ithout credentials set", r"unable to sign request without credentials set", "missing_credentials"),
    _row("no providers in chain provided", r"no providers in chain provided credentials", "missing_credentials"),
    _row("redential provider was not enabled", r"credential provider was not enabled", "missing_credentials", aws=False),
    _row("is not a valid container metadata service hostname", r"is not a valid container metadata service hostname", "missing_credentials"),
    _row("basic auth credentials", r"no basic auth credentials", "missing_credentials", aws=False),
    _row("failed to retrieve credentials", r"failed to retrieve credentials", "missing_credentials", aws=False, wrapper=True),
    _row("failed fetching WebIdentity token", r"failed fetching WebIdentity token", "missing_credentials", aws=False, wrapper=True),
    _row("unable to read file at /var/run/secrets/eks", r"unable to read file at /var/run/secrets/eks\.amazonaws\.com", "missing_credentials"),
    _row("eks.amazonaws.com/serviceaccount/token", r"[Nn]o such file or directory:? '?/var/run/secrets/eks\.amazonaws\.com/serviceaccount/token|/var/run/secrets/eks\.amazonaws\.com/serviceaccount/token'?: no such file or directory", "missing_credentials"),
    _row("etting credentials: exec", r"getting credentials: exec: executable [\w./-]*(?:aws|eks|argocd)[\w./-]* failed with exit code", "missing_credentials", wrapper=True),
    _row("etting credentials: exec: fork", r"getting credentials: exec: (?:fork/exec|executable)[ \w./-]*aws[\w./-]*:?(?:\s)?(?:not found|no such file)", "missing_credentials"),
    _row("failed to refresh cached credentials", r"failed to refresh cached credentials", "missing_credentials", wrapper=True),
    _row("get credentials:", r"get identity: get credentials: ", "missing_credentials", wrapper=True),
    _row("he config profile (", r"The config profile \([^)\n]{1,100}\) could not be found", "missing_credentials"),
    _row("ou must specify", r"You must specify a value for roleArn and roleSessionName", "missing_credentials"),
    _row("redentials ", r"[Nn]o AWS [Cc]redentials (?:found|provided|were found|available|present)", "missing_credentials"),
    _row("redentials not found", r"(?:AWS |[Aa]ws )credentials not found", "missing_credentials"),
    _row("o credentials found", r"[Nn]o credentials (?:found|were found|could be found|provided|available)", "missing_credentials", aws=False),
    _row("redentials must be specified", r"AWS Access Key ID and Secret Access Key must be specified", "missing_credentials"),
    _row("ID and Secret Access Key must be specified", r"AWS Access Key ID and Secret Access Key must be specified", "missing_credentials"),
    _row("No credentials in chain", r"No credentials in chain", "missing_credentials", aws=False),
    _row("Missing required authentication", r"Missing required authentication credentials", "missing_credentials", aws=False),
)
_REGIONS = (
    _row("STS is not activated in this region", r"STS is not activated in (?:this|the requested) region(?: for account:(?P<account>\d{12})(?!\d))?", "region_disabled"),
    _row("is not enabled in your account", r"region .{0,30}?is not enabled in your account", "region_disabled", aws=False),
)
_QUOTAS = (_row("quota for AccessKeysPerUser", r"Cannot exceed quota for AccessKeysPerUser", "access_key_quota"),)
_POLICIES = (
    _row("nvalid principal in policy", r"[Ii]nvalid principal in policy", "malformed_policy"),
    _row("This policy contains invalid Json", r"This policy contains invalid [Jj]son", "malformed_policy"),
    _row("yntax errors in policy", r"Syntax errors in policy", "malformed_policy"),
    _row("policy failed legacy parsing", r"The policy failed legacy parsing", "malformed_policy"),
    _row("olicy document should not specify a principal", r"[Pp]olicy document should not specify a principal", "malformed_policy"),
    _row("olicy has invalid resource", r"Policy has invalid (?:resource|action|condition)", "malformed_policy"),
    _row("Action does not apply to any resource", r"Action does not apply to any resource\(s\) in statement", "malformed_policy"),
    _row("principals must be valid domain names", r"Federated principals must be valid domain names or SAML metadata ARNs", "malformed_policy"),
    _row("Has prohibited field", r"Has prohibited field \w+", "malformed_policy"),
    _row("MALFORMED_POLICY_DOCUMENT", r"MALFORMED_POLICY_DOCUMENT", "malformed_policy"),
    _row("olicy statement must contain", r"[Pp]olicy statement must contain (?:actions|resources|principals?)", "malformed_policy"),
)
_ARNS = (
    _row("principalArn is invalid", r"[Tt]he specified principalArn is invalid", "invalid_arn"),
    _row("principalArn parameter format is not valid", r"[Tt]he principalArn parameter format is not valid", "invalid_arn"),
    _row("principalArn value of a Service", r"not allowed to modify access entries with a principalArn value of a Service Linked Role", "invalid_arn"),
    _row("not a valid role ARN", r"is not a valid (?:IAM )?[Rr]ole ARN", "invalid_arn", aws=False),
    _row("not a valid role arn", r"is not a valid (?:iam )?role arn", "invalid_arn", aws=False),
    _row("equest ARN is invalid", r"Request ARN is invalid", "invalid_arn"),
    _row("nvalid ARN", r"[Ii]nvalid ARN\b", "invalid_arn", aws=False),
    _row("nvalid prefix", r"arn: invalid prefix", "invalid_arn"),
    _row("not enough sections", r"arn: not enough sections", "invalid_arn"),
    _row("rn: invalid", r"\"?arn\"?:? .{0,120}?is invalid: 'arn: ", "invalid_arn"),
    _row("is invalid. Valid ARN", r"[\w:]{0,40}ARN \S{1,200} is invalid", "invalid_arn"),
    _row("is not a valid ARN", r"is not a valid ARN", "invalid_arn", aws=False),
    _row("does not have a recognized partition", r"arn '[^'\n]{0,300}' does not have a recognized partition", "invalid_arn"),
    _row("is not a valid service for identities", r"is not a valid service for identities", "invalid_arn"),
    _row("oleARN", r"\"?\brole(?:ARN|Arn)\"? .{0,60}?(?:doesn't match|is not valid|is invalid|invalid)", "invalid_arn", aws=False),
    _row("doesn't match expected ARN pattern", r"doesn't match expected ARN pattern", "invalid_arn"),
)
_ENTRIES = (
    _row("access entry resource is already in use", r"specified access entry resource is already in use on this cluster", "access_entry"),
    _row("authentication mode must be set to one of", r"cluster's authentication mode must be set to one of", "access_entry"),
    _row("bootstrapClusterCreatorAdminPermissions must be", r"bootstrapClusterCreatorAdminPermissions must be", "access_entry"),
    _row("Access Entries with a type of", r"can only be performed on Access Entries with a type of", "access_entry"),
    _row("principalArn could not be found", r"specified principalArn could not be found", "access_entry"),
    _row("access entry", r"(?:specified|The|the) access entry (?:already exists|could not be found|does not exist|was not found)", "access_entry"),
    _row("not found in auth config", r"Pod execution role is not found in auth config", "access_entry"),
    _row("rust policy of the role provided is invalid", r"Trust policy of the role provided is invalid", "access_entry"),
    _row("ssociation already exists", r"Association already exists: \S+", "access_entry"),
    _row("pod identity association", r"pod identity association (?:already exists|could not be found|not found)", "access_entry", aws=False),
    _row("odIdentityAssociation", r"[Pp]odIdentityAssociation .{0,80}?(?:already exists|could not be found|not found|cannot)", "access_entry", aws=False),
    _row("uthentication mode", r"[Uu]nsupported authentication mode update|authentication mode .{0,60}? (?:cannot be changed|is not supported)", "access_entry", aws=False),
    _row("username", r"[Tt]he (?:username|kubernetes group name|kubernetesGroup)\S* .{0,80}?(?:must not|cannot|can't) (?:begin|start) with", "access_entry", aws=False),
    _row("begins with system:", r"group\s?name \S{0,60}(?:\s)?(?:is invalid|begins with system:)", "access_entry", aws=False),
    _row("\"aws-auth\" already exists", r"configmaps? \"aws-auth\" already exists", "access_entry"),
    _row("\"aws-auth\" not found", r"configmaps? \"aws-auth\" not found", "access_entry"),
    _row("kube-system/aws-auth", r"ConfigMap kube-system/aws-auth (?:does not exist|already exists|not found)", "access_entry"),
    _row("aws-auth", r"(?:error|failed|Error|Failed) parsing (?:config map|aws-auth)", "access_entry", aws=False),
    _row("one of rolearn or SSO must be supplied", r"one of rolearn or SSO must be supplied", "access_entry"),
    _row("value for userarn must be supplied", r"value for (?:user|role)arn must be supplied", "access_entry"),
)

_PHRASES = (
    *_DENIALS,
    *_TOKENS,
    *_SCOPES,
    *_EXPIRED,
    *_INVALID,
    *_SIGNATURES,
    *_MISSING,
    *_REGIONS,
    *_QUOTAS,
    *_POLICIES,
    *_ARNS,
    *_ENTRIES,
)

# Causes that no other sentence of the same failure overrules.
SPECIFIC = frozenset(
    {"credential_scope", "access_key_quota", "region_disabled", "access_entry", "invalid_arn", "invalid_identity_token", "malformed_policy"}
)
_VALUES = ("principal", "account", "resource", "action", "operation")


def read_phrases(text: str) -> Iterator[Partial]:
    """Find every such sentence; in the order of the table, not of the text."""
    for phrase in _PHRASES:
        if phrase.fragment in text:
            for m in phrase.pattern.finditer(text):
                partial = Partial("core", m.start(), m.end(), kind=phrase.kind, aws=phrase.aws, wrapper=phrase.wrapper)
                for key, value in m.groupdict().items():
                    _put(text, partial, m, key, value)
                yield partial


def _put(text: str, partial: Partial, m: re.Match[str], key: str, value: str | None) -> None:
    if not value:
        return
    if key == "policy_type":
        partial.put(key, "vpc_endpoint")
    elif key == "service":
        partial.put(key, value.lower())
    elif key in _VALUES:
        start, end = trim(text, m.start(key), m.end(key))
        partial.put(key, text[start:end], start, end)
