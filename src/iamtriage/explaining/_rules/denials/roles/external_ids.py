"""Know the vendors that assume roles, and the accounts where it works; replace an external ID or the ID of a deleted caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.denials.resource_commands import role_path_steps
from iamtriage.explaining._rules.denials.roles import role_calls
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import trust_policy_commands
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.sts.trust.trust_documents import policy_with_value
from iamtriage.explaining._rules.sts.trust.trust_fixes import WHOLE_DOCUMENT
from iamtriage.explaining._rules.sts.trust.trusted_principals import DELETED, shows_only_principal

if TYPE_CHECKING:
    from iamtriage.explaining._rules.sts.shown_calls import RoleCall
    from iamtriage.explaining._rules.sts.trust.trust_findings import TrustFindings
    from iamtriage.trust._evaluation import TrustResult


# The accounts that vendors document as principals of their customers' roles, as collected in
# https://github.com/fwdcloudsec/known_aws_accounts. That of Snowflake differs:
# https://docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration.
_VENDORS = {
    "061190967865": "CloudZero", "134183635603": "Splunk Observability", "165736516723": "Cloudability",
    "188619942792": "Prisma Cloud", "197857026523": "Microsoft Sentinel", "202279780353": "nOps",
    "218546966473": "Stitch", "282028653949": "LogicMonitor", "336818582268": "Rapid7", "414351767826": "Databricks",
    "434813966438": "Lacework", "454464851268": "CloudHealth", "464622532012": "Datadog", "509560245411": "Dynatrace",
    "595280932656": "Segment", "754728514883": "New Relic", "834469178297": "Fivetran", "922761411349": "Spot",
    "926226587429": "Sumo Logic",
}  # fmt: skip
# "Datadog is not authorized to perform action sts:AssumeRole".
_VENDOR_SUBJECT = lazy_pattern(
    rf"\b({'|'.join(_VENDORS.values())}) (?:is|was) not (?:authorized|allowed) to (?:perform|assume)\b"
)


def find_vendor(denial: Denial) -> str | None:
    """Return the vendor to whose account the caller belongs, so that only the trust policy can be changed."""
    if denial.policy_type is not None or denial.deny is not None:
        return None
    if "Error assuming AWS_ROLE" in denial.failure.text:
        return "Snowflake"
    if denial.crosses_accounts:
        return _VENDORS.get(denial.account or "")
    found = _VENDOR_SUBJECT.search(denial.failure.text) if denial.principal is None else None
    return found and found[1]


def external_id_step(vendor: str) -> str:
    """Return where a vendor shows the external ID that it sends."""
    if vendor == "Snowflake":
        return "DESC INTEGRATION in Snowflake prints both values: STORAGE_AWS_IAM_USER_ARN and STORAGE_AWS_EXTERNAL_ID. A re-created integration has another external ID."
    return f"{vendor} shows its principal and the external ID that it sends where you entered the role's ARN."


def association_remedy(denial: Denial, result: TrustResult, call: RoleCall) -> Remedy:
    """Return the remedy for the external ID of a Pod Identity association: the trust policy follows it."""
    fixed = _accept_external_id(denial, result, call)
    show, update = trust_policy_commands(denial.target_role_name)
    created = "EKS creates the external ID with the association and nobody can set it: an association that was created again can have another one."
    lines: tuple[str, ...] = (update,)
    step = f"{WHOLE_DOCUMENT} {created} Keep the old ID as well only if another association still has it."
    if fixed is None:
        step = f"{created} Write the external ID that the command prints into the condition in trust.json."
        shown = ("describe", "--query association.externalId --output text")
        lines = (*clusters.find_cluster(denial.case).association_commands(shown), show, update)
    title = "Require the association's external ID in the role's trust policy"
    return _trust_remedy(denial, title, (step,), lines, fixed, pages.EKS_POD_ASSOCIATION)


def vendor_remedy(denial: Denial, result: TrustResult, call: RoleCall, vendor: str) -> Remedy:
    """Return the remedy for the external ID that a vendor sends: the trust policy follows it."""
    kept = "" if result.expected[1:] else " The old ID can go."
    keeps = ""
    if vendor == "Snowflake":
        keeps = "CREATE OR REPLACE makes a new integration, with another ID. ALTER keeps the ID, and so does an integration whose STORAGE_AWS_EXTERNAL_ID you set yourself."
    return _trust_remedy(
        denial,
        f"Require the external ID of {vendor} in the role's trust policy",
        (
            f"{WHOLE_DOCUMENT}{kept} The principal is right: {vendor} has to change nothing.",
            *((keeps,) if keeps else ()),
        ),
        trust_policy_commands(denial.target_role_name)[1:],
        _accept_external_id(denial, result, call),
        pages.EXTERNAL_ID,
    )


def _accept_external_id(denial: Denial, result: TrustResult, call: RoleCall) -> dict[str, object] | None:
    """Return the trust policy with the external ID of a call, if that is known."""
    external_id = call.settings.get("external_id")
    if external_id is None:
        return None
    value = [*result.expected, external_id] if result.expected[1:] else external_id
    return policy_with_value(denial.facts.trust_policy, result, value=value)


def name_again(denial: Denial, findings: TrustFindings | None) -> Remedy | None:
    """Return the remedy that puts the ARN of the caller in place of the ID of a deleted principal.

    IAM rejects a document that still has the ID. Without findings, the text says that the caller was created again.
    """
    deleted, added = None, role_calls.trusting_statement(denial, "sts:AssumeRole")
    if findings is not None and shows_only_principal(denial):
        deleted = DELETED.search(findings.reason)
    is_known = deleted is not None or (findings is None and role_calls.is_recreated(denial))
    if not is_known or "Condition" in added or role_calls.find_attribute(denial):
        return None
    arn, named = added["Principal"]["AWS"], "the ID" if deleted is None else deleted[1]
    former = named if deleted else "AROA[A-Z0-9]+" if denial.role is not None else "AIDA[A-Z0-9]+"
    show, update = trust_policy_commands(denial.target_role_name)
    lines = (
        f"{show} --output json > old-trust.json",
        f"""sed -E 's|"{former}"|"{arn}"|' old-trust.json > trust.json""",
        Labelled.required("Check trust.json, then replace the policy:", update),
    )
    steps = (
        f"The commands put the ARN in place of {named}, which IAM rejects in a new document.",
        *role_path_steps(denial),
        f'To survive the next deletion, trust the whole account, with the condition "ArnEquals": {{"aws:PrincipalArn": "{arn}"}}: IAM keeps an ARN there as it is.',
    )
    title = f"Allow {denial.caller} in the role's trust policy"
    return _trust_remedy(denial, title, steps, lines, None, pages.TRUST_POLICIES)


def _trust_remedy(
    denial: Denial,
    title: str,
    steps: tuple[str, ...],
    lines: tuple[str, ...],
    fixed: Mapping[str, object] | None,
    url: str,
) -> Remedy:
    where = f", in account {denial.resource_account}" if denial.crosses_accounts else ""
    return Remedy(
        f"{title}{where}",
        "resource owner" if denial.crosses_accounts else "account administrator",
        steps,
        lines,
        fixed,
        layer="role_trust",
        url=url,
    )


_MAX_ACCOUNTS = 3
_WORKED = lazy_pattern(r"(?i)\b(?:assumed(?!-role)|ok|done|success\w{0,5}|succeeded|works|worked)\b|[✓✔✅]")
# Without the name of the role, a line can be about another step of the program.
_ACCOUNT_WORKED = lazy_pattern(
    r"(?i)(?<![\w-])\d{12}\W{1,4}(?:ok|done|success\w{0,5}|succeeded|works|worked)\b|[✓✔✅]\W{0,4}\d{12}\W{0,4}$|\bassumed(?!-role)\b"
)
_FAILED = lazy_pattern(r"(?i)error|denied|fail|unauthorized|\bskip|\bunable|\bnot\b|n't\b|\bcannot\b|✗|❌")
_ACCOUNT = lazy_pattern(r"(?a)(?<![\w.-])\d{12}(?![\w-]|\.\w)")


def find_working_accounts(denial: Denial) -> tuple[str, ...]:
    """Return the other accounts in which the caller assumed such a role, by the lines of the text."""
    if not denial.crosses_accounts or denial.lowercase_action != "sts:assumerole" or denial.stands_alone:
        return ()
    if (name := denial.target_role_name) is None:
        return ()
    accounts: dict[str, None] = {}
    for line in denial.failure.text.splitlines():
        if name in line:
            has_session = '"Arn"' in line and f":assumed-role/{name}/" in line
            has_worked = has_session or _WORKED.search(line) is not None
        else:
            has_worked = "arn:" not in line and _ACCOUNT_WORKED.search(line) is not None
        if has_worked and not _FAILED.search(line):
            accounts |= dict.fromkeys(_ACCOUNT.findall(line))
    return tuple(each for each in accounts if each not in {denial.account, denial.resource_account})


def describe_accounts(accounts: tuple[str, ...]) -> str:
    if len(accounts) > _MAX_ACCOUNTS:
        return f"account {accounts[0]} and {len(accounts) - 1} others"
    return f"account{'s' if len(accounts) > 1 else ''} {join_words(accounts, 'and')}"


def is_unlike_others(denial: Denial) -> bool:
    """Return whether the text shows that such a role works in other accounts, and gives no other reason."""
    is_unexplained = (denial.policy_type, denial.deny) == (None, None)
    return is_unexplained and bool(find_working_accounts(denial))
