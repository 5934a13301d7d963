"""Explain rejections of services that look like a missing permission: pulls from ECR Public, Google Cloud and Azure.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html,
https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds and
https://learn.microsoft.com/azure/role-based-access-control/troubleshooting.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.unwrapping.boxes import remove_borders
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Explanation
from iamtriage.explaining._rules.denials.other_authorities.decided_elsewhere import explain_elsewhere
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, owner_remedy, present

_LIMITED = lazy_pattern(
    r"\bpublic\.ecr\.aws/(?:(?!\b(?:docker|ghcr|quay)\.io\b|Docker Hub)[^\n]){0,600}?"
    # The client of Docker prints the error on the line after the command, or after what it has pulled.
    r"(?:(?P<words>\b429 Too Many Requests\b|\btoomanyrequests\b)|(?:\n(?:(?!\b[\w-]{1,30}\.(?:io|com)\b|Docker Hub)[^\n]){0,200}){1,4}?\btoomanyrequests: (?P<limit>(?:Rate|Data limit) exceeded))"
)
_REFUSED = lazy_pattern(
    r"(?:(?i:error code) |\\?\"error\\?\":\s?\\?\")unauthorized_client\b[^\n]{0,60}?(?P<words>The given credential is rejected by the attribute condition)"
)
_PROVIDER = lazy_pattern(
    r"workloadIdentityPools/(?P<pool>[a-z][a-z0-9-]{2,60})/providers/(?P<provider>[a-z][a-z0-9-]{2,60})\b"
)
_SESSION = lazy_pattern(r"\barn:aws[a-z-]{0,12}:sts::[0-9]{12}:assumed-role/[\w+=,.@-]{1,64}(?=/)")

# Wrapped lines have line breaks between words. The scope has no spaces.
_AZURE = lazy_pattern(
    r"(?i:the\s+client\s+'(?P<client>[^'\n]{1,120})'(?:\s+with\s+object\s+id\s+'(?P<object>[^'\n]{1,60})')?\s+)(?P<words>(?i:does\s+not\s+have\s+authorization\s+to\s+perform\s+action)"
    r"\s+'(?P<action>Microsoft\.[\w.*/-]{1,200})')(?:\s+over\s+scope\s+'(?P<scope>/[^'\s]{1,600})')?"
)
_OF_GROUP = lazy_pattern(r"(?i:/subscriptions/[^/]{1,60}(?:/resourceGroups/[^/]{1,90})?)")
# The built-in roles that change what the most common actions are about.
_AZURE_CHANGES = (
    ("Microsoft.Authorization/roleAssignments/", "Role Based Access Control Administrator"),
    ("Microsoft.Network/dnsZones", "DNS Zone Contributor"),
    ("Microsoft.Network/privateDnsZones", "Private DNS Zone Contributor"),
    ("Microsoft.Network/", "Network Contributor"),
    ("Microsoft.Storage/storageAccounts", "Storage Account Contributor"),
    ("Microsoft.Compute/virtualMachines", "Virtual Machine Contributor"),
    ("Microsoft.KeyVault/", "Key Vault Contributor"),
)


def explain_public_registry(text: str) -> Explanation | None:
    """Explain that ECR Public limits pulls, or return ``None`` for other texts."""
    found = _LIMITED.search(text) if "public.ecr.aws/" in text else None
    if found is None:
        return None
    return explain_elsewhere(
        found["words"] or found["limit"],
        "ECR Public limits the pulls from your address (429): no permission is missing, and the policies of the node or task role play no part, because such pulls are anonymous.",
        account_remedy(
            "Pull the image through a cache in your own ECR registry",
            "Then use ACCOUNT_ID.dkr.ecr.REGION.amazonaws.com/ecr-public/ and the rest of the image's name after public.ecr.aws/. The pulling role needs ecr:BatchImportUpstreamImage and ecr:CreateRepository for the first pull.",
            "At once: pull from fewer machines at the same time, or sign in first, which raises the limit: aws ecr-public get-login-password --region us-east-1 | docker login --username AWS --password-stdin public.ecr.aws.",
            commands="aws ecr create-pull-through-cache-rule --ecr-repository-prefix ecr-public --upstream-registry-url public.ecr.aws --region REGION",
            url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html",
        ),
        notes=("Machines behind one NAT gateway share its address, and so the limit.",),
    )


def explain_google_federation(text: str) -> Explanation | None:
    """Explain that Google Cloud rejects the AWS identity of a program, or return ``None`` for other texts."""
    found = _REFUSED.search(text) if "unauthorized_client" in text else None
    if found is None:
        return None
    provider, session = _PROVIDER.search(text), _SESSION.search(text)
    pool, name = (provider["pool"], provider["provider"]) if provider else ("POOL_ID", "PROVIDER_ID")
    who = f" {session[0]}" if session else ""
    options = f"--workload-identity-pool={pool} --location=global"
    admit = (
        f"attribute.aws_role == '{session[0]}'"
        if session
        else "attribute.aws_role == 'arn:aws:sts::ACCOUNT_ID:assumed-role/ROLE_NAME'"
    )
    return explain_elsewhere(
        found["words"],
        f"Google Cloud, not AWS, rejected the AWS identity{who}: it does not meet the attribute condition of the workload identity provider{f' {name}' if provider else ''}.",
        owner_remedy(
            "Allow the AWS role in the attribute condition of the provider in Google Cloud",
            "The first command prints the condition and the mapping of the attributes. Without the mapping attribute.aws_role, compare assertion.arn, which has the session, too.",
            "Keep what the condition allows already, joined with ||.",
            commands=(
                f"gcloud iam workload-identity-pools providers describe {name} {options}",
                commands.fill_command(
                    f"gcloud iam workload-identity-pools providers update-aws {name} {options} --attribute-condition={{}}",
                    admit,
                ),
            ),
            url="https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds",
        ),
        notes=present(
            "Permissions that were given to the AWS role to fix this can be removed again."
            if any(each in text for each in ("AdministratorAccess", "sts:*"))
            else None
        ),
    )


def explain_azure(text: str) -> Explanation | None:
    """Explain that Azure Resource Manager denied a call, or return ``None`` for other texts."""
    if "authorization to" not in text and "AuthorizationFailed" not in text:
        return None
    found = _AZURE.search(remove_borders(text).text)
    if found is None:
        return None
    action, scope = found["action"], found["scope"]
    reads = action.lower().endswith("/read")
    changes = next(
        (role for prefix, role in _AZURE_CHANGES if action.lower().startswith(prefix.lower())), "ROLE_NAME"
    )
    at = _OF_GROUP.match(scope) if scope else None
    on = f" on {clip_text(scope if at and at[0] == scope else scope.rpartition('/')[2])}" if scope else ""
    client = found["client"]
    kind = "User" if "@" in client else "ServicePrincipal"
    wider = "a role with its write action" if changes == "ROLE_NAME" else changes
    remedy = owner_remedy(
        f"Assign a role in Azure that has {clip_text(action)} to {clip_text(client)}",
        "An Owner or User Access Administrator of the Azure subscription or resource group runs the command.",
        f"Reader is enough to read. For changes, assign {wider} instead." if reads else None,
        "If the role is assigned already, compare the scope in the message with what exists: it also appears for a wrong subscription or name. New assignments can take ten minutes, and a new sign-in.",
        commands=commands.fill_command(
            f"az role assignment create --assignee-object-id {{}} --assignee-principal-type {kind} --role {{}} --scope {{}}",
            found["object"] or "OBJECT_ID",
            "Reader" if reads else changes,
            at[0] if at else "SCOPE",
        ),
        url="https://learn.microsoft.com/azure/role-based-access-control/role-assignments-cli",
    )  # fmt: skip
    return explain_elsewhere(
        " ".join(found["words"].split()),
        f"Azure, not AWS, denied {clip_text(action)} to the client {clip_text(client)}: no role assignment in Azure allows it{on}.",
        remedy,
    )
