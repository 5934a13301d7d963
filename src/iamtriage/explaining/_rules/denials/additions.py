"""List what is added to the explanation of an access denial, because of the denial itself and of its text."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from iamtriage.arns._principals import Root
from iamtriage.explaining._context.model import NOTHING
from iamtriage.explaining._context.readers.kubernetes.controller_signs import CONTROLLER_FRAGMENTS
from iamtriage.explaining._rules.denials.tables import (
    Table,
    all_of,
    calls,
    is_explicit,
    is_not_explicit,
    is_of,
    may_lack_allow,
    says,
    shows_policy,
    states,
)
from iamtriage.explaining._rules.shared.denial import WORDS
from iamtriage.explaining._rules.shared.texts.text_fragments import (
    POD_FRAGMENTS,
    USER_FRAGMENTS,
    VPC,
    is_session_of_service,
    may_name_node_role,
    may_name_user,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.basics import Denial
    from iamtriage.explaining._rules.denials.tables import Rows
    from iamtriage.explaining._rules.shared.denial import Stated

# What a text says in addition to the failure has at least this length.
_MIN_CHARS_BESIDE = 12
# A service account with a role, or without.
_ACCOUNT_SIGNS = ("eks.amazonaws.com/role-arn", "kind: ServiceAccount", " sa ", " serviceaccount ")


_PODS = WORDS.add(*POD_FRAGMENTS)
_USERS = WORDS.add(*USER_FRAGMENTS) | WORDS.add(*CONTROLLER_FRAGMENTS, VPC, ignores_case=True)


def _may_be_of_pod(denial: Denial) -> bool:
    """Return whether a pod can have called with the role of its node."""
    # EC2 names the session after the instance.
    principal, facts = denial.principal_text, denial.facts
    if denial.failure.principal is None or principal is None or "/i-" not in principal:
        return False
    names_pod = facts.namespace is not None or facts.service_account is not None
    return names_pod or may_name_node_role(principal) or bool(denial.stated.words & _PODS)


def _says_more(denial: Denial) -> bool:
    """Return whether the text has more than the failure."""
    start, end = denial.failure.span
    return len(denial.failure.text) - (end - start) > _MIN_CHARS_BESIDE


def _may_show_user(denial: Denial) -> bool:
    """Return whether the text or the principal can show what made the call."""
    return (
        denial.context is not NOTHING
        or (denial.failure.principal is None and denial.failure.encoded_message is not None)
        or isinstance(denial.principal, Root)
        or is_session_of_service(getattr(denial.principal, "session_name", ""))
        or (bool(denial.stated.words & _USERS) and may_name_user(denial.failure.text))
    )


def _is_not_plain(denial: Denial) -> bool:
    """Return whether more is known than a plain message states: one policy, and the action that was denied."""
    is_plain = denial.action == denial.failure.action and not denial.other_policy_types
    return not is_plain or denial.facts.authorization_details is not None


def _may_have_policy(denial: Denial) -> bool:
    """Return whether the text can have a policy of the caller or the resource, and the facts have no policies."""
    # A permission set can have the name of an AWS managed policy.
    is_shown = shows_policy(denial) or "Access_" in (denial.principal_text or "")
    # Athena's call was allowed: its rule compares what S3 denied.
    return is_shown and denial.facts.policies is None and denial.message_rule != _QUERY_RULE


# Other rules explain the tags of these.
_TAGS_ELSEWHERE = frozenset({"ec2", "s3", "sts", "elasticloadbalancing"})


@states
def _may_be_of_tags(stated: Stated) -> bool:
    """Return whether a call that passes tags can require the denied action."""
    name = stated.action.partition(":")[2]
    return name.startswith(("tag", "addtags")) and stated.service not in _TAGS_ELSEWHERE


def _may_be_of_tenant(denial: Denial) -> bool:
    """Return whether the names of the caller and of the resource can have a tenant."""
    resource = (denial.failure.resource or "").lower()
    named = [each for each in ("tenant", "team", "customer", "client") if each in resource]
    return bool(named) and any(map((denial.principal_text or "").lower().__contains__, named))


def _may_be_of_vault(denial: Denial) -> bool:
    """Return whether HashiCorp Vault can have issued the credentials of the caller."""
    principal = denial.principal_text or ""
    return "/vault-" in principal or (":federated-user/" in principal and "vault" in denial.failure.text)


def _may_be_unfilled(denial: Denial) -> bool:
    """Return whether the name of the denied resource can have a placeholder, or the ARN of a role be wrong."""
    name = denial.failure.resource or ""
    return ":role/arn:" in denial.failure.text or any(
        map(name.__contains__, ("$", "{{", "#{", "%", "aws_", "var.", "arn:iam:"))
    )


_QUERY_RULE = "denials.data_stores.queries.explain_query"
_OF_DENIAL: Rows = (
    (
        lambda denial: denial.failure.authorization_id is not None,
        "denials.policy_types.other_policies.add_details",
    ),
    (is_explicit, "denials.denies.deny_requirements.add_requirement"),
    (
        all_of(is_not_explicit, lambda denial: denial.failure.principal is None, says(*_ACCOUNT_SIGNS)),
        "denials.identities.node_roles.add_pod_role_cause",
    ),
    (all_of(is_not_explicit, _may_be_of_pod), "denials.identities.node_roles.add_pod_role_cause"),
    (all_of(may_lack_allow, _may_be_of_tags), "denials.services.deployments.add_tagged_call"),
    (is_of("kms"), "denials.kms.kms_keys.add_encrypted_data"),
    (
        lambda denial: denial.facts.policies is not None,
        "denials.shown_policies.evaluated_policies.add_evaluation",
    ),
    (
        lambda denial: bool(denial.crosses_accounts) and _may_have_policy(denial),
        "denials.kms.key_policies.add_key_policy_of_other_account",
    ),
    (_may_have_policy, "denials.shown_policies.stated_policies.add_stated_policies"),
    (_is_not_plain, "denials.policy_types.other_policies.add_other_policies"),
    (
        all_of(calls("eks:accesskubernetesapi"), is_not_explicit),
        "kubernetes.console.eks_console.add_cluster_access",
    ),
    (
        # Services whose actions releases of controllers began to call.
        all_of(
            is_of("ec2", "elasticloadbalancing", "iam", "route53"),
            may_lack_allow,
            says(*CONTROLLER_FRAGMENTS, ignores_case=True),
        ),
        "denials.identities.controller_releases.add_release",
    ),
    (
        all_of(calls("s3:createbucket"), is_not_explicit, says("rclone", "to prepare upload", "to Mkdir")),
        "denials.s3.deployed_resources.add_bucket_check",
    ),
    (
        all_of(is_of("s3"), is_not_explicit, says("resign", "igned_url", "ignedUrl")),
        "denials.s3.signed_requests.add_signer",
    ),
    (
        all_of(calls("s3:putobject"), is_not_explicit, says("<lock/", "create lock in backend")),
        "denials.s3.deployed_resources.add_lock_option",
    ),
    (
        all_of(
            is_of("billing", "budgets", "ce", "cur", "freetier", "invoicing", "payments", "tax"),
            is_not_explicit,
            says("illing"),
        ),
        "denials.other_authorities.billing_access.add_billing_access",
    ),
    (
        all_of(is_of("backup"), says("Insufficient privileges")),
        "denials.services.deployments.add_absent_vault",
    ),
    (
        all_of(calls("elasticache:connect", "memorydb:connect"), says("WRONGPASS")),
        "denials.data_stores.cache_logins.add_cache_login",
    ),
)
# Other additions take precedence over these, or change the sentence to which these add.
_AT_LAST: Rows = (
    (all_of(is_not_explicit, _may_be_of_tenant), "denials.identities.other_tenants.add_other_tenant"),
    (
        all_of(is_not_explicit, _may_be_of_vault),
        "denials.identities.vault_users.add_vault_user",
    ),
    (_may_show_user, "denials.identities.callers.add_user"),
    (_may_be_unfilled, "denials.identities.unfilled_names.add_unfilled_placeholder"),
    (
        all_of(
            calls("sts:assumerole"),
            is_not_explicit,
            says(
                " exist",
                "deleted",
                "create the role",
                "create the Role",
                "here is no",
                "here's no",
                "here’s no",
            ),
        ),
        "denials.identities.unfilled_names.add_absent_role",
    ),
)
_WITHOUT_TEXT = Table((*_OF_DENIAL, *_AT_LAST))


@functools.cache
def _with_text() -> Table:
    from iamtriage.explaining._rules.denials.text_additions import OF_TEXT

    return Table((*_OF_DENIAL, *OF_TEXT, *_AT_LAST))


def find_additions(denial: Denial) -> Iterator[str]:
    """Return the names of what is added to the explanation of a denial, below ``_rules``."""
    return (_with_text() if _says_more(denial) else _WITHOUT_TEXT).find(denial)
