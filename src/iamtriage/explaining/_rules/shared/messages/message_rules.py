"""List the rules for service-specific denials, by a fragment of the message."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.shared.messages.quoted_message import (
    OF_SCHEMA,
    quoted_message,
    split_denial_paragraph,
    truncate_at_end,
)
from iamtriage.explaining._rules.shared.texts.text_signs import find_s3_compatible_host
from iamtriage.failures._failures import AccessDenied

_OF_KAFKA = lazy_pattern(
    r"not authorized to access (?:topics|group)\b|(?:cluster|transactional id) authorization failed|authorizationexception: authorization failed"
)
# A sentence of the person who reports the failure, in lowercase.
_SAID = lazy_pattern(
    r"(?:(?<=[.!?;] )|(?<=\n)|\A\s{0,20})(?:(?:we|i|i'm|our|my|they|note|yesterday|last (?:week|time|month)|(?:the|all|both) buckets? (?:has|have|is|are))\b(?! (?:can't|cannot|couldn't|could not|were unable)\b)[^.!?\n]{0,300}"
    r"|(?:is|are|does|did|could|can|should)\b[^.!?\n]{0,300}\?)"
    r"|\bblockpublic(?:acls|policy)[\"']?: ?(?:true|false)\b"
)
_SENTENCE_END = lazy_pattern(r"[.!?](?=\s|\Z)")
# The rules of messages that are not found by a fragment.
_OF_AGENT = "access denied when calling bedrock"
_OTHER_MESSAGE = "denials.services.service_specific.explain_service_message"
_FOREIGN_ZONE = "denials.services.stated_needs.explain_foreign_zone"
_DATABASE = "denials.data_stores.databases.explain_database_login"
_USER_POOL = "credentials.tokens.user_pools.explain_user_pool"
_GRAPHQL_FIELD = "denials.other_authorities.graphql_schemas.explain_graphql_field"
_OTHER_SOFTWARE = "denials.s3.s3_compatible_stores.explain_s3_compatible_store"
SERVICES_IN_PROSE = {
    "cloudwatch alarms": "cloudwatch.amazonaws.com",
    "cloudwatch logs": "logs.amazonaws.com",
    "cloudwatch": "cloudwatch.amazonaws.com",
    "eventbridge": "events.amazonaws.com",
    "amazon s3": "s3.amazonaws.com",
    "aws config": "config.amazonaws.com",
    "cloudtrail": "cloudtrail.amazonaws.com",
    "amazon ses": "ses.amazonaws.com",
    "amazon sns": "sns.amazonaws.com",
    "aws budgets": "budgets.amazonaws.com",
    "aws iot": "iot.amazonaws.com",
    "api gateway": "apigateway.amazonaws.com",
}
"""Services as messages name them, in lowercase, and their principals."""
_LACKS = ("is not authorized", "does not have authorization")
_PROSE_VERBS = ("access", "invoke", "publish", "send", "write")
_FRAGMENTS: dict[str, tuple[str, ...]] = {
    "denials.services.sessions.explain_rejected_session": ("server authentication failed",),
    "denials.roles.certificate_flaws.explain_rejected_certificate": (
        "untrusted signing certificate",
        "untrusted certificate",
        "certificate revoked or expired",
    ),
    "denials.services.service_settings.explain_zone_association": (
        "authorized to associate with your hosted zone",
    ),
    "denials.services.deployments.explain_missing_role": ("service-linked role", "service linked role"),
    "denials.kms.kms_keys.explain_three_reasons": ("explicitly denies access",),
    "denials.kms.kms_keys.explain_unknown_key": ("ciphertext refers to a customer master key",),
    "denials.kms.keys_of_services.explain_environment_key": ("unable to decrypt the environment variables",),
    "denials.kms.keys_of_services.explain_service_encryption_key": (
        "access to kms is not allowed",
        "kms access was denied",
    ),
    "denials.kms.log_group_keys.explain_log_group_key": (
        "kms key does not exist or is not allowed to be used with",
    ),
    "denials.s3.s3_denials.explain_disabled_bucket": (
        "all access to this object has been disabled",
        "allaccessdisabled",
    ),
    "denials.s3.s3_causes.explain_locked_object": ("protected by object lock",),
    "denials.s3.signed_requests.explain_post_form": ("invalid according to policy",),
    "denials.s3.signed_requests.explain_unsigned_headers": ("headers present in the request which were not",),
    "denials.roles.cross_account_passes.explain_cross_account_pass": (
        "cross-account pass role is not allowed",
    ),
    "denials.services.calling_services.explain_redshift_role": ("not authorized to get credentials of role",),
    "denials.services.service_settings.explain_ssec_block": (
        "server side encryption with customer provided keys (sse-c)",
    ),
    "denials.data_stores.lake_formation.explain_lake_formation": (
        "requester is not authorized to access requested",
        "does not have any privilege on specified resource",
        "lake formation permission",
    ),
    "denials.data_stores.lake_formation.explain_integration": ("access is not allowed", "gettemporaryglue"),
    "denials.data_stores.lake_formation.explain_inaccessible": ("insufficient glue permissions to access",),
    "denials.data_stores.queries.explain_partitions": ("to create partitions on glue catalog",),
    "denials.data_stores.queries.explain_query": (
        "insufficient permissions to execute the query",
        "access denied when writing",
        "verify/create output bucket",
    ),
    "denials.data_stores.databases.explain_keyspaces": ("code=2100 [unauthorized]",),
    "denials.s3.public_access.explain_block_public_access": (
        "block public access",
        "blockpublicpolicy",
        "blockpublicacls",
    ),
    "denials.identities.stack_set_roles.explain_target_account": (
        "role with trust relationship to",
        "stacksetrole is unable to assume",
    ),
    "denials.roles.barred_callers.explain_root_assumes": ("may not be assumed by root",),
    "credentials.logins.missing_logins.explain_login_not_allowed": (
        "credentials due to insufficient permissions",
    ),
    "denials.services.sessions.explain_called_from_session": ("token with session credentials",),
    "denials.roles.mfa_codes.explain_mfa": ("multifactorauthentication failed",),
    "denials.services.service_settings.explain_unknown_operation": (
        "unable to determine service/operation name",
    ),
    "denials.services.service_settings.explain_restricted_account": (
        "account must be verified",
        "account is not verified",
        "account has not been verified",
        "account is suspended",
        "account has been suspended",
        "account is currently blocked",
        "account currently does not support",
        "to new customers",
        "no new customers",
        "without prior service usage",
        "customers can access the service",
    ),
    "denials.services.service_settings.explain_declarative_policy": ("declarative polic",),
    "denials.other_authorities.billing_access.explain_cost_explorer": ("user not enabled for cost explorer",),
    "kubernetes.pods.rejected_pod_roles.explain_pod_denied": (
        "does not have permissions to assume the associated role",
    ),
    "kubernetes.nodes.explain_node_access": (
        "worker nodes do not have access to the cluster",
        "failing to authenticate or authorize with your kubernetes",
    ),
    "kubernetes.aws_auth.aws_auth_maps.explain_invalid_map": (
        "aws-auth configmap in your cluster is invalid",
    ),
    "calls.roles.account_roles.explain_denied_setting": (
        "dms-vpc-role is not configured properly",
        "dms-cloudwatch-logs-role is not configured properly",
        "dms-access-for-endpoint is not configured properly",
        "instance management role is not configured for account",
        "role arn does not have required permissions",
    ),
    "denials.data_stores.opensearch.explain_data_access": ("permissions for the requested resource",),
    "denials.services.service_specific.explain_authorizer": (
        "user is not authorized to access this resource",
    ),
    "denials.roles.assuming_roles.explain_assume_role": (
        "denied when calling sts:assumerole",
        "error assuming aws_role",
    ),
    "denials.services.stated_needs.explain_weak_role": (
        "failed to index document in opensearch",
        "sufficient permissions to access ecs",
        "sufficient permissions to access codedeploy",
        "not authorized to use launch template",
        "not authorized to launch instances with this launch template",
        "not authorized to create managed-rule",
        "not authorized to access the log destination",
        "permissions to execute the backup",
        "role for your flow logs does not have",
        "deliverlogserrormessage",
        "access policy allows access to the s3 bucket",
        "does not allow aws codebuild to create amazon cloudwatch logs",
        "unexpected ec2 error",
        "error while downloading key",
        "for primary source and source version",
        "located in the amazon s3 artifact bucket",
        "service role or action role doesn't have the permissions",
        "operations in the following aws service: amazonecs",
        "operations in the following aws service: awslambda",
        "does not give you permission to perform operations in the following aws service",
        "access denied while accessing auto scaling using role",
        "user is not authorized to access connection",
        "sufficient permissions for s3 location",
    ),
    "denials.services.stated_needs.explain_stated_needs": (
        "access denied while validating",
        "access denied when calling bedrock",
    ),
    "denials.data_stores.backup_copies.explain_backup_copy": ("trying to call aws backup service",),
    "denials.services.closed_resources.explain_closed_resource": (
        "please check s3bucket permission",
        "do not allow s3 to publish notifications",
        "invalid permissions on lambda function",
        "cannot invoke the specified lambda function",
        "permission to access the ecr image",
    ),
    "denials.services.delivery_statuses.explain_closed_bucket": (
        "insufficient delivery policy to s3 bucket",
        "incorrect s3 bucket policy is detected",
        "insufficient permissions to access s3 bucket",
        "access denied for logdestination",
    ),
    "denials.services.delivery_statuses.explain_delivery_status": (
        'deliveryerror": "accessdenied',
        'deliveryerror":"accessdenied',
        'deliveryinfo": {',
    ),
    "denials.services.calling_services.explain_untrusted_service": (
        "unable to assume",
        "could not assume role arn:",
        "failed to assume role arn '",
        "failed to assume role arn arn:",
        "could not assume the provided role",
        "required to assume the role",
        "access denied while assuming",
        "when attempting to assume the role",
        "when attempting to assume role",
        "scheduler to assume the role",
        "trust relationship allowing",
        "allowed to use the passed role",
        "authorized to assume the provided role",
        "authorized to assume the service role associated",
        "error in assuming access role",
        "invalid access role in authenticationconfiguration",
        "error in assuming instance role",
        "permission to assume the provided role",
        "assumerole failed",
    ),
    "denials.services.calling_services.explain_calling_service": (
        "failed to execute action arn:",
        "logs permission to execute your function",
        "could not write to bucket",
        "could not publish to sns topic",
        "could not invoke lambda function",
        "topic policy is incorrect",
        *(
            f"{name} {lacks} to {verb}"
            for name in SERVICES_IN_PROSE
            for lacks in _LACKS
            for verb in _PROSE_VERBS
        ),
    ),
    "denials.services.lambda_functions.explain_execution_role": (
        "ensure the role can perform",
        "execution role does not have permissions to call",
    ),
    "denials.data_stores.opensearch.explain_opensearch_role": ("] and user [name=",),
    "denials.services.service_specific.explain_not_owner": ("you are not the owner",),
    "denials.services.api_responses.explain_function_url": ("function url authorization",),
    _DATABASE: (
        "pam authentication failed for",
        "access denied for user '",
        "password authentication failed for user",
    ),
    "denials.services.service_specific.explain_image": ("not authorized for images",),
    "denials.services.service_settings.explain_bedrock_model": (
        "access to the model with the specified model",
        "account is not authorized to invoke this api operation",
        "model access is denied due to invalid_payment_instrument",
    ),
    "credentials.tokens.identity_pools.explain_identity_pool_guest": (
        "unauthenticated access is not supported for this identity pool",
    ),
    "credentials.tokens.identity_pools.explain_rejected_login": (
        "logins don't match",
        "invalid login token",
        "not from a supported provider of this identity pool",
    ),
    _USER_POOL: (
        "incorrect username or password",
        "password attempts exceeded",
        "user is disabled",
        "refresh token has",
        "invalid refresh token",
        "access token has",
        "secret hash for client",
        "secret_hash was not received",
    ),
    "denials.other_authorities.stack_policies.explain_stack_policy": ("by stack policy:",),
    "denials.other_authorities.graphql_schemas.explain_rejected_request": (
        "not authorized to make this call",
        "valid authorization header not provided",
        "unable to parse jwt token",
    ),
    "credentials.tokens.identity_pools.explain_identity_forbidden": ("access to identity '",),
    "credentials.tokens.identity_pools.explain_pool_roles": ("invalid identity pool configuration",),
    "credentials.requests.presigned_urls.explain_url_incomplete": (
        "query-string authentication requires the signature",
    ),
    "credentials.requests.presigned_urls.explain_url_not_yet_valid": ("request is not yet valid",),
    "credentials.requests.presigned_urls.explain_url_expired": ("request has expired",),
}
MESSAGE_RULES = tuple((fragment, rule) for rule, fragments in _FRAGMENTS.items() for fragment in fragments)
"""Fragments of messages, in lowercase, and the rules that explain them. The first one that occurs is used."""


def find_rule_of_paragraph(failure: AccessDenied, reason: str | None) -> tuple[str | None, str | None]:
    """Return the name of the rule for the paragraph of a denial, and the message if it is not a known one.

    Args:
        failure: The denial.
        reason: The reason that it states.
    """
    parts = split_denial_paragraph(failure)
    if find_s3_compatible_host(" ".join(parts)) is not None:
        return _OTHER_SOFTWARE, None
    before, own, after = map(str.lower, parts)
    # What people write next to an error, and the settings of a manifest, are no message of a service.
    before, after = _SAID.sub(" ", before), _SAID.sub(" ", after)
    following = after.partition("\n")[0]
    said = " ".join(f"{own} {following}".split())
    own, around = f"{_SENTENCE_END.split(before)[-1]} {own}", f"{before} {own} {after}"
    if OF_SCHEMA.search(around) is not None:
        return _GRAPHQL_FIELD, None
    is_of_cognito = (failure.envelope.code or "").startswith("NotAuthorized")
    # The failure's own words come first.
    for words in (own, around):
        lowered = " ".join(words.split())
        for fragment, rule in MESSAGE_RULES:
            if fragment not in lowered:
                continue
            # A login to a database on another line than a call of AWS is not that call.
            if rule == _DATABASE and failure.envelope.operation is not None and fragment not in said:
                continue
            # An agent calls its model with its own role, an inline agent with that of the caller.
            if fragment == _OF_AGENT and failure.envelope.operation != "InvokeAgent":
                continue
            # Any service can report an expired token.
            if rule != _USER_POOL or is_of_cognito:
                return rule, None
    if reason is not None:
        # "because this bucket has blocked …" gives a reason that is not a missing Allow.
        names_policy = failure.deny is not None or failure.policy_type is not None
        return (None, None) if names_policy else (_OTHER_MESSAGE, truncate_at_end(reason))
    if failure.action is not None or failure.encoded_message is not None or failure.policy_type is not None:
        return None, None
    # A client of Kafka reports what a cluster denies, without a reason.
    message = None if _OF_KAFKA.search(" ".join(around.split())) else quoted_message(failure)
    if message is not None and "not authorized to access this resource" in message:
        return _FOREIGN_ZONE, message
    return (None, None) if message is None else (_OTHER_MESSAGE, message)
