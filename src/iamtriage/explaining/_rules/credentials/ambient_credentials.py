"""Explain that cert-manager does not use the credentials of its own pod for an issuer.

Sources: https://cert-manager.io/docs/configuration/acme/dns01/route53/ and
https://cert-manager.io/docs/configuration/acme/#ambient-credentials.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

AMBIENT_OFF = lazy_pattern(r"perhaps you meant to enable ambient credentials")
"""What cert-manager says if an issuer has no credentials of its own, and may use no others."""
_PAGE = "https://cert-manager.io/docs/configuration/acme/dns01/route53/"
_ISSUER = lazy_pattern(
    r"^kind: *(?P<kind>(?:Cluster)?Issuer)[ \t\r]*$(?:\n(?!---)[^\n]{0,200}){0,12}?\n[ \t]{1,4}name: *[\"']?(?P<name>[a-z0-9][a-z0-9.-]{0,252})",
    re.MULTILINE,
)
_KIND = lazy_pattern(r"\b(?:Cluster)?Issuer\b")
AMBIENT_CREDENTIALS_OFF = CauseType(
    "ambient-credentials-off",
    title="An issuer of cert-manager may not use the credentials of its pod",
    meaning="By default, cert-manager uses the credentials of its pod (IRSA, EKS Pod Identity, the node) for a ClusterIssuer, but not for an Issuer.",
    recognised_by='cert-manager says "perhaps you meant to enable ambient credentials".',
    fix="Use a ClusterIssuer, start the controller with --issuer-ambient-credentials, or give the Issuer credentials of its own.",
    sources=(_PAGE,),
)


def explain_ambient_credentials(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that an issuer of cert-manager may not use the credentials of the controller."""
    text = case.failure.text
    issuers = {each["kind"]: each["name"] for each in _ISSUER.finditer(text)}
    kinds = set(issuers) or {*_KIND.findall(text)}
    is_cluster = kinds == {"ClusterIssuer"}
    kind = "ClusterIssuer" if is_cluster else "Issuer"
    named = f"the {kind} {clip_text(issuers[kind])}" if kind in issuers else f"the {kind}"
    if not kinds:
        named = "the issuer (most likely an Issuer, not a ClusterIssuer)"
    flag = "--cluster-issuer-ambient-credentials=true" if is_cluster else "--issuer-ambient-credentials=true"
    default = (
        "The controller runs with --cluster-issuer-ambient-credentials=false, which is not the default."
        if is_cluster
        else "A namespaced Issuer uses none by default; a ClusterIssuer does."
    )
    allow = cluster_remedy(
        f"Start the controller with {flag.partition('=')[0]}",
        None if is_cluster else "Everyone who may create an Issuer in any namespace can then use the role.",
        "The command is for the Helm chart. It replaces extraArgs: add the arguments that are set already.",
        commands=f"helm upgrade cert-manager jetstack/cert-manager --namespace cert-manager --reuse-values --set 'extraArgs={{{flag}}}'",
        url=_PAGE,
    )
    own = cluster_remedy(
        f"Or give {named} credentials of its own",
        "Set accessKeyID and secretAccessKeySecretRef of the route53 solver, or, in newer versions, auth.kubernetes.serviceAccountRef and role.",
        url=_PAGE,
    )
    change = cluster_remedy(
        f"Make {named} a ClusterIssuer",
        "Write kind: ClusterIssuer without metadata.namespace. cert-manager reads Secrets of a ClusterIssuer, such as keys, from its own namespace.",
        "Set issuerRef.kind: ClusterIssuer in the Certificates, or the annotation cert-manager.io/cluster-issuer at Ingresses.",
        "A ClusterIssuer can be used from each namespace: limit it with dnsZones in the solver's selector.",
        url=_PAGE,
    )
    return case.explain(
        f"AWS was not asked: cert-manager may not use its own credentials (IRSA, the node's role) for {named}.",
        AMBIENT_CREDENTIALS_OFF.cause(
            "reported",
            quote_phrases(message, "perhaps you meant to enable ambient credentials"),
            text=f"{default} The IAM role and its policy are not the cause.",
        ),
        topic="no-credentials",
        remedies=(allow, own) if is_cluster else (change, allow, own),
    )
