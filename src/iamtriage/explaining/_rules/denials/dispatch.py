"""Choose the rule that explains an access denial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import ServicePrincipal
from iamtriage.explaining._rules.denials.additions import find_additions
from iamtriage.explaining._rules.denials.tables import (
    ALWAYS,
    Condition,
    Rows,
    Table,
    all_of,
    calls,
    denied_by,
    is_explicit,
    is_not_explicit,
    is_of,
    says,
    states,
)
from iamtriage.explaining._rules.shared.denial import ASSUME_ROLE_ACTIONS, Stated, build_denial
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.explaining._rules.shared.messages.stated_actions import mark_cut_end
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.texts.text_fragments import LAB_FRAGMENTS, STORAGE_FRAGMENTS
from iamtriage.failures._failures import AccessDenied
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from iamtriage.explaining._rules.basics import Case, Denial, Explanation

_FORBIDDEN, _KMS_CODES = 403, ("KMSAccessDenied", "KmsAccessDenied")
_DEPENDENCY_CODES = frozenset(
    {"AccessDeniedForDependencyException", "DependencyAccessDeniedException", "DependentServiceAccessDenied"}
)
# Operations that no other service called with that message has.
_ORGANIZATIONS_OPERATIONS = ("ListAccounts", "DescribeAccount", "ListRoots", "ListParents", "ListChildren")
_ORGANIZATIONS_MESSAGE = "You don't have permissions to access this resource"
_SERVICE_ASSUMES = lazy_pattern(
    r"(?<![\w./:-])(?!(?:User|You|Role|Caller|It)\b)(?:(?:AWS|Amazon) )?[A-Z][A-Za-z0-9]{2,20}(?: [A-Z][a-z]{2,20})?"
    r" is (?:not authorized|unable) to perform:? (?:sts:)?AssumeRole\b"
)
# The header or the form of an answer, also of one that CloudFront passes on, which itself says "Access denied".
_SERVER = lazy_pattern(
    r"(?i:\bserver\b)\W{1,4}AmazonS3\b|<Error>\s{0,20}<Code>AccessDenied</Code>\s{0,20}<Message>Access Denied</Message>"
)
# Services in ARNs of resources, such as alarms, for which they call as a service principal.
_SERVICES_WITH_RESOURCES = frozenset({"cloudwatch", "events", "iot", "logs", "s3", "ses", "sns"})


def explain_denial(case: Case[AccessDenied]) -> Explanation:
    """Explain an access denial."""
    denial = build_denial(mark_cut_end(case.failure), case.facts)
    explanation = _explain_by_first_rule(denial)
    if denial.failure is not case.failure:
        explanation = attrs.evolve(explanation, failure=case.failure)
    for name in find_additions(denial):
        explanation = load_rule(name)(denial, explanation)
    return explanation


def _explain_by_first_rule(denial: Denial) -> Explanation:
    for name in find_rules(denial):
        explanation: Explanation | None = load_rule(name)(denial)
        if explanation is not None:
            return explanation
    default: Explanation = load_rule(DEFAULT_RULE)(denial)
    return default


def find_rules(denial: Denial) -> Iterator[str]:
    """Return the rules whose conditions hold. The first one that returns an explanation explains the denial.

    What AWS states takes precedence over what is derived.
    """
    return _TABLE.find(denial)


def _is_service_in_prose(denial: Denial) -> bool:
    """Return whether the caller is a service by its name, such as "CloudWatch Alarms"."""
    name = denial.principal_text
    if denial.is_explicit or name is None or ":" in name:
        return False
    from iamtriage.explaining._rules.shared.messages.message_rules import SERVICES_IN_PROSE

    return name.lower() in SERVICES_IN_PROSE


@states
def _assumes_role(stated: Stated) -> bool:
    if stated.policy_type == "identity" and stated.deny == "explicit":
        return False  # as for any other action, the role's trust policy is not the reason
    return stated.action in ASSUME_ROLE_ACTIONS or stated.policy_type == "role_trust"


def _is_of_migration_service(denial: Denial) -> bool:
    """Return whether AWS DMS, in a session of its own, cannot assume a role that it finds by its name."""
    is_of_role = denial.lowercase_action == "sts:assumerole" and ":role/dms-" in (denial.resource or "")
    return is_of_role and "assumed-role/dms-" in denial.failure.text and denial.policy_type is None


def _lacks_action_or_caller(denial: Denial) -> bool:
    """Return whether the message names no action, or no user or role that called."""
    is_named = denial.failure.action is not None and denial.principal_text is not None
    is_service = isinstance(denial.principal, ServicePrincipal)
    return not is_named or is_service or _cannot_assume_passed_role(denial)


def _cannot_assume_passed_role(denial: Denial) -> bool:
    if isinstance(denial.principal, ServicePrincipal):
        is_assumed = "authorized to assume the provided role" in (denial.service_message or "")
        return is_assumed or denial.lowercase_action == "sts:assumerole"
    caller = denial.principal_text
    if denial.lowercase_action != "sts:assumerole":
        return False
    if principal_words.BATCH_STATUS.search(denial.failure.text):
        return True
    if caller is not None and not principal_words.is_service_name(caller):
        return False
    # "CodeBuild is not authorized to perform: sts:AssumeRole on …"
    return _SERVICE_ASSUMES.search(denial.failure.text) is not None


def _is_bare_status_of(service: str) -> Condition:
    """Return whether a service answered 403, which names neither the caller nor an action."""

    def is_bare_status(denial: Denial) -> bool:
        envelope = denial.failure.envelope
        # The caller of the shell, which the text can state, is not the node or Git.
        is_bare = not (denial.action or denial.failure.principal or denial.service_message)
        return is_bare and envelope.service == service and envelope.status_code == _FORBIDDEN

    return is_bare_status


def _may_be_bucket_of_aws(denial: Denial) -> bool:
    is_unnamed = denial.failure.action is None and denial.principal_text is None
    return is_unnamed and denial.service in {None, "s3", "ecr"}


def _is_database_user(denial: Denial) -> bool:
    """Return whether a user of an Amazon Redshift database requests a role, as COPY and UNLOAD do."""
    # An action in the text around the message, as COPY FROM 's3://…' implies one, is not what was denied.
    if denial.failure.action is not None or ":redshift" not in (denial.principal_text or ""):
        return False
    return principal_words.parse_masked_role((denial.resource or "").partition(",")[0]) is not None


def _is_of_other_account(denial: Denial) -> bool:
    """Return whether a record of CloudTrail has only the ID of the caller, which the owner of a resource gets."""
    return denial.principal_text is None and "AWSAccount" in denial.failure.text


# What names an AWS managed key. A secret that is described without KmsKeyId has such a key, too.
_names_managed_key = all_of(
    is_not_explicit,
    says("aws/", "KeyManager", "managed", "protects my", "LastChangedDate", "VersionIdsToStages", "KmsKeyId"),
)


def _calls_for_resource(denial: Denial) -> bool:
    """Return whether a service calls for one of its resources, such as an alarm."""
    is_other = denial.principal is None and denial.action is not None
    arn = principal_words.try_parse_arn(denial.principal_text) if is_other else None
    return arn is not None and arn.service in _SERVICES_WITH_RESOURCES


def _depends_on_other_service(denial: Denial) -> bool:
    return denial.failure.envelope.code in _DEPENDENCY_CODES


def _is_bare_s3_denial(denial: Denial) -> bool:
    if denial.failure.action is not None or denial.action_evidence == "supplied":
        return False
    # Only S3 returns host IDs, its URLs name the bucket, and Rust's object_store and stack frames name it.
    names_bucket = ".amazonaws.com" in getattr(denial.context.bucket, "words", "")
    return denial.service in {"s3", "s3express"} or (
        denial.service is None
        and (
            denial.failure.envelope.host_id is not None
            or (denial.operation is None and denial.event_source == "s3.amazonaws.com")
            or names_bucket
            or "Generic S3 error" in denial.failure.text
            or _SERVER.search(denial.failure.text) is not None
        )
    )


def _may_make_bucket_public(denial: Denial) -> bool:
    if denial.principal_text or denial.lowercase_action not in {"s3:putbucketpolicy", "s3:putbucketacl"}:
        return False
    from iamtriage.explaining._rules.denials.s3.public_access import find_blocked_access

    return find_blocked_access(denial) is not None


def _calls_organizations(denial: Denial) -> bool:
    """Return whether AWS Organizations denied a call."""
    return denial.service == "organizations" or denial.operation in _ORGANIZATIONS_OPERATIONS


def _requests_sso_token(denial: Denial) -> bool:
    """Return whether IAM Identity Center issued no token, for which only CreateTokenWithIAM requires a permission."""
    return denial.failure.action is None and denial.failure.envelope.operation != "CreateTokenWithIAM"


def _is_gateway_response(denial: Denial) -> bool:
    """Return whether API Gateway rejected a request, which it does without an action or a caller."""
    if denial.failure.action is not None or denial.failure.principal is not None:
        return False
    text = denial.failure.text
    if "orbidden" not in text and "nauthorized" not in text:
        return False
    from iamtriage._reading.readers.bare_http_403 import BARE_BODY, read_gateway_responses

    if denial.failure.envelope.code is None:
        return any(piece.facts["service"].value == "execute-api" for piece in read_gateway_responses(text))
    # The codes are in a header that other services have, too.
    is_code = denial.failure.envelope.code in {"ForbiddenException", "UnauthorizedException"}
    return is_code and (denial.service == "execute-api" or BARE_BODY.search(text) is not None)


def _is_function_url(denial: Denial) -> bool:
    """Return whether the URL of a Lambda function rejected a request without a reason."""
    failure = denial.failure
    is_bare = failure.action is None and failure.principal is None and failure.envelope.operation is None
    return is_bare and ".lambda-url." in failure.text


def _message_rule(denial: Denial) -> str | None:
    """Return the rule for a service-specific message. The code says more than a message that is not known."""
    from iamtriage.explaining._rules.denials.s3.unused_endpoints import is_answer_of_aws

    if denial.service_message is not None and _depends_on_other_service(denial):
        return _DEPENDENCY_RULE
    is_of_aws = "s3_compatible_stores" in (denial.message_rule or "") and is_answer_of_aws(denial.case)
    return "denials.s3.s3_denials.explain_bare_s3" if is_of_aws else denial.message_rule


_DEPENDENCY_RULE = "denials.services.service_specific.explain_dependency"
_GUARDRAIL_RULES: dict[PolicyType, str] = {
    "permissions_boundary": "denials.policy_types.guardrails.explain_permissions_boundary",
    "resource_control": "denials.policy_types.control_policies.explain_resource_control",
    "service_control": "denials.policy_types.control_policies.explain_service_control",
    "session": "denials.policy_types.session_policies.explain_session_policy",
    "vpc_endpoint": "denials.policy_types.endpoint_policies.explain_vpc_endpoint",
}
DEFAULT_RULE = "denials.policy_types.missing_allows.explain_missing_allow"
GUARDRAIL_ROUTES: Rows = (
    (says(*LAB_FRAGMENTS), "denials.identities.lab_accounts.explain_lab"),
    (
        # The CDK goes on without its bootstrap roles.
        says("could not be used to assume"),
        "denials.roles.cdk_roles.explain_unassumed_roles",
    ),
    (all_of(is_of("s3"), says("-assets-")), "denials.roles.cdk_roles.explain_unused_roles"),
    # The message can name an action, too.
    (says("User: CodeBuild"), "denials.identities.build_images.explain_build_image"),
    (
        _lacks_action_or_caller,
        (
            (_cannot_assume_passed_role, "denials.services.calling_services.explain_untrusted_service"),
            (says(*STORAGE_FRAGMENTS), "denials.identities.app_users.explain_app_storage"),
            (_may_be_bucket_of_aws, "denials.policy_types.buckets_of_aws.explain_bucket_of_aws"),
            (_is_bare_status_of("ecr"), "denials.registries.image_pulls.explain_image_pull"),
            (
                all_of(says("repository does not exist or", "no pull access"), is_of("ecr")),
                "denials.registries.image_pulls.explain_image_pull",
            ),
            (
                all_of(
                    lambda denial: denial.failure.envelope.operation is None, _is_bare_status_of("codecommit")
                ),
                "denials.data_stores.git_repositories.explain_git_denial",
            ),
            (
                says("storage configuration provided is invalid", "Call to Amazon OpenSearch"),
                "denials.data_stores.opensearch.explain_data_access",
            ),
            # opensearch-py passes on only the status.
            (
                all_of(says("aoss"), says("Exception(403")),
                "denials.data_stores.opensearch.explain_data_access",
            ),
            (_is_database_user, "denials.services.calling_services.explain_redshift_role"),
        ),
    ),
    # AWS names a policy that caps permissions.
    *((denied_by(policy_type), rule) for policy_type, rule in _GUARDRAIL_RULES.items()),
    # Nobody can change the policy of such a key, whatever the message says of it.
    (all_of(is_of("kms"), _names_managed_key), "denials.kms.managed_keys.explain_managed_key"),
    (all_of(says("Access to KMS"), _names_managed_key), "denials.kms.managed_keys.explain_managed_key"),
)
ROUTES: Rows = (
    (_is_of_other_account, "denials.identities.recorded_callers.explain_recorded_caller"),
    (says("AUTHORIZATION_FAILURE"), "denials.services.service_specific.explain_mqtt_denial"),
    (says("role-aliases/"), "denials.services.service_specific.explain_role_alias"),
    (says("CodeDeployCommand"), "denials.services.deployments.explain_deploy_agent"),
    (all_of(is_of("ssooidc"), _requests_sso_token), "credentials.expired_logins.explain_denied_sso_login"),
    (
        all_of(
            states(lambda stated: stated.deny is None), says(_ORGANIZATIONS_MESSAGE), _calls_organizations
        ),
        "denials.services.organizations.explain_organizations",
    ),
    (says("An additional permission "), "denials.services.deployments.explain_tagged_resource"),
    # What was called, and by whom.
    (
        states(lambda stated: stated.action.startswith("sts:assumerolewith")),
        (
            (calls("sts:assumerolewithsaml"), "denials.roles.saml.explain_saml"),
            (calls("sts:assumerolewithwebidentity"), "denials.roles.federation.explain_web_identity"),
        ),
    ),
    (
        lambda denial: denial.principal_text == "anonymous",
        (
            (is_of("es"), "denials.data_stores.opensearch.explain_dashboards"),
            (ALWAYS, "denials.services.sessions.explain_unsigned_request"),
        ),
    ),
    (
        all_of(is_not_explicit, states(lambda stated: stated.action.startswith("aws-marketplace:"))),
        "denials.services.service_settings.explain_bedrock_subscription",
    ),
    (calls("lambda:getlayerversion"), "denials.services.function_layers.explain_layer"),
    (_is_of_migration_service, "calls.roles.account_roles.explain_denied_setting"),
    (_assumes_role, "denials.roles.assuming_roles.explain_assume_role"),
    (
        all_of(calls("iam:passrole"), is_not_explicit),
        (
            (
                lambda denial: denial.crosses_accounts is True,
                "denials.roles.cross_account_passes.explain_cross_account_pass",
            ),
            (ALWAYS, "denials.roles.passing_roles.explain_pass_role"),
        ),
    ),
    (calls("s3:listbucket"), "denials.s3.missing_objects.explain_absent_key"),
    # Which other policy denied.
    (
        denied_by("resource"),
        (
            (_is_service_in_prose, "denials.services.calling_services.explain_calling_service"),
            (
                # S3 accepts these calls only from the account of the bucket.
                all_of(
                    is_not_explicit,
                    calls("s3:deletebucketpolicy", "s3:getbucketpolicy", "s3:putbucketpolicy"),
                ),
                "denials.s3.buckets.explain_call_of_owner",
            ),
            (ALWAYS, "denials.policy_types.resource_policies.explain_resource_policy"),
        ),
    ),
    (
        is_explicit,
        (
            (denied_by("identity"), "denials.policy_types.identity_denies.explain_identity_deny"),
            (ALWAYS, "denials.policy_types.identity_denies.explain_deny_of_unnamed_policy"),
        ),
    ),
    # The type of caller, the error code, a missing Allow.
    (calls("ssm:terminatesession"), "denials.services.service_settings.explain_session_end"),
    (_calls_for_resource, "denials.services.calling_services.explain_calling_resource"),
    (
        all_of(
            states(lambda stated: stated.policy_type != "identity"),
            lambda denial: isinstance(denial.principal, ServicePrincipal),
        ),
        "denials.policy_types.resource_policies.explain_service_principal",
    ),
    (
        lambda denial: (denial.failure.envelope.code or "").startswith(_KMS_CODES),
        "denials.kms.keys_of_services.explain_service_encryption_key",
    ),
    (_depends_on_other_service, _DEPENDENCY_RULE),
    (all_of(calls("s3:putobjectacl"), denied_by("identity")), "denials.s3.s3_causes.explain_denied_acl"),
    (denied_by("identity"), DEFAULT_RULE),
    # What the message leaves open: SNS logs that it cannot deliver a message.
    (says("providerResponse"), "denials.services.calling_services.explain_delivery"),
    (says("NO_PERMISSIONS"), "denials.services.calling_services.explain_undelivered_event"),
    (_is_gateway_response, "denials.other_authorities.gateway_tokens.explain_other_token"),
    (_is_gateway_response, "denials.services.api_responses.explain_gateway_response"),
    (_is_function_url, "denials.services.api_responses.explain_function_url"),
    (_is_bare_s3_denial, "denials.s3.s3_denials.explain_bare_s3"),
    # CloudFormation adds the action to what S3 answered.
    (_may_make_bucket_public, "denials.s3.s3_denials.explain_bare_s3"),
    (
        all_of(lambda denial: denial.action is None, says("AWS::", "aws_lambda_")),
        "denials.s3.deployed_resources.explain_deployed_resource",
    ),
)
_TABLE = Table((*GUARDRAIL_ROUTES, (lambda denial: denial.message_rule is not None, _message_rule), *ROUTES))
