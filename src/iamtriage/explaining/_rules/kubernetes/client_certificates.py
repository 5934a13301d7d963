"""Explain client certificates that an API server rejects.

How clients present certificates: https://kubernetes.io/docs/reference/access-authn-authz/authentication/. The messages
come from Go's crypto/x509, in the log of the server that was called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.clusters import AnyCase, Cluster

_CertificateError: TypeAlias = Literal["expired", "early", "time", "authority", "other"]

_REJECTED = lazy_pattern(r"authenticate the request.{0,160}?x509: (.{0,120})")
_CURRENT_TIME = r"current time [\w:.+-]{10,40}"
_ERROR_PATTERNS: tuple[tuple[re.Pattern[str], _CertificateError], ...] = (
    (lazy_pattern(rf"{_CURRENT_TIME} is after"), "expired"),
    (lazy_pattern(rf"{_CURRENT_TIME} is before"), "early"),
    (lazy_pattern(r"expired or is not yet valid"), "time"),
    (lazy_pattern(r"signed by unknown authority"), "authority"),
)
_DESCRIPTIONS: dict[_CertificateError, str] = {
    "expired": "The client's certificate has expired.",
    "early": "The client's certificate is not valid yet according to the server's clock.",
    "time": "The client's certificate has expired or is not valid yet.",
    "authority": "The client's certificate is not signed by a certificate authority that the server trusts.",
    "other": "The server does not accept the client's certificate.",
}

_EVIDENCE: dict[_CertificateError, str] = {
    "expired": 'The text says "certificate has expired or is not yet valid", and that the time is after its end.',
    "early": 'The text says "certificate has expired or is not yet valid", and that the time is before its beginning.',
    "time": 'The text says "certificate has expired or is not yet valid".',
    "authority": 'The text says "certificate signed by unknown authority".',
}


CERTIFICATE_CLOCK_OFF = CauseType(
    "certificate-clock-off",
    title="The clock of the server or the issuer is wrong",
    fix="Synchronize the clocks with NTP.",
    recognised_by="The certificate is not yet valid.",
    sign=r"\bcurrent time \S{10,40} is before\b",
    remedy="Compare the clocks",
    of="client-certificate",
)
OTHER_CLUSTER = CauseType(
    "other-cluster",
    title="The kubeconfig is for another cluster",
    text="The kubeconfig or certificate belongs to another cluster, or to one that was re-created.",
    meaning="The kubeconfig, the certificate or the token belongs to another cluster or region, or to one that was re-created.",
    fix="Run aws eks update-kubeconfig for this cluster.",
    recognised_by="The text shows that a cluster was created or deleted.",
    sign=r"\b(?:eksctl delete cluster|aws eks delete-cluster)\b|\baws_eks_cluster\.\S{1,80}: (?:Destruction|Creation) complete",
    commands=("aws eks update-kubeconfig",),
    of="identity-not-accepted",
)
AUTHORITY_REPLACED = CauseType(
    "authority-replaced",
    title="The cluster's certificate authority was replaced",
    text="The cluster's certificate authority was replaced, and the client still uses the old one.",
    fix="Get a new kubeconfig or certificate.",
    of="client-certificate",
)
NOT_RENEWED = CauseType(
    "not-renewed",
    title="The client certificate was not renewed",
    text="It was not renewed: that of an administrator's kubeconfig, of a kubelet that was off or does not rotate it, or of a control plane component.",
    fix="Renew the certificate, and turn its rotation on.",
    recognised_by="The output of kubeadm certs check-expiration in the text has an expired certificate.",
    sign=r"\b[\w.-]{2,40} [A-Z][a-z]{2} \d\d, \d{4} \d\d:\d\d UTC <invalid>",
    remedy="Renew the certificate",
    of="client-certificate",
)
KEPT_IN_MEMORY = CauseType(
    "kept-in-memory",
    title="The client still uses the old certificate",
    text="It was renewed, but the client still uses the one that it read at its start.",
    fix="Restart the client.",
    recognised_by="The text shows that the certificates were renewed.",
    sign=r"\bkubeadm certs renew\b|\bcertificate embedded in the kubeconfig file .{0,80}\brenewed\b",
    of="client-certificate",
)
CLIENT_CERTIFICATE = CauseType(
    "client-certificate",
    title="The client certificate is not valid",
    meaning="The API server does not accept the client's certificate: it has expired, is not valid yet, or was signed by another authority.",
    recognised_by="The message names x509 or a certificate of the client.",
    fix="Renew the certificate, or use the kubeconfig of this cluster.",
    sources=(pages.KUBERNETES_CERTIFICATES,),
)


def is_rejected_certificate(message: str) -> bool:
    """Return whether a server rejected a client because of its certificate.

    >>> is_rejected_certificate("Unable to authenticate the request due to an error: x509: certificate has expired")
    True
    """
    return _REJECTED.search(message) is not None


def explain_client_certificate(case: AnyCase, message: str) -> Explanation:
    """Explain that a server rejects a client's certificate."""
    found = _REJECTED.search(message)
    reason = found[1] if found else ""
    errors: list[_CertificateError] = [error for pattern, error in _ERROR_PATTERNS if pattern.search(reason)]
    error = errors[0] if errors else "other"
    description = _DESCRIPTIONS[error]
    is_about_time = error in ("expired", "early", "time")
    cluster = find_cluster(case)
    return case.explain(
        f"The API server rejected a client: {description[0].lower()}{description[1:]}",
        CLIENT_CERTIFICATE.cause(
            "reported", (_EVIDENCE[error],) if error in _EVIDENCE else (), text=description
        ),
        *_possible_causes(error),
        topic="kubernetes-client-certificate",
        remedies=(
            _inspect_certificate_remedy(),
            _renew_certificate_remedy(cluster),
            *((_compare_clocks_remedy(),) if is_about_time else ()),
        ),
        notes=(
            "Access entries, aws-auth and IAM are not involved: they are for callers with an EKS token.",
            "The line is from the log of the server that was called: the API server, a kubelet, or an extension such as metrics-server. The rejected certificate belongs to that server's client.",
        ),
    )


def _possible_causes(error: _CertificateError) -> Iterator[Cause]:
    if error == "authority":
        yield OTHER_CLUSTER.cause()
        yield AUTHORITY_REPLACED.cause()
        return
    if error == "other":
        return
    if error != "early":
        yield NOT_RENEWED.cause()
        yield KEPT_IN_MEMORY.cause()
    yield CERTIFICATE_CLOCK_OFF.cause()


def _inspect_certificate_remedy() -> Remedy:
    return cluster_remedy(
        "Find the client, and check its certificate's validity",
        "The client retries: check which node or program fails at the same times.",
        "The first command is for a node, run on it. The second prints the certificate of a kubeconfig in base64; base64 -d and openssl x509 -noout -issuer -dates read it. The third is for kubeadm control planes.",
        commands=(
            "openssl x509 -noout -subject -issuer -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem",
            "kubectl config view --minify --raw --output 'jsonpath={.users[0].user.client-certificate-data}'",
            "kubeadm certs check-expiration",
        ),
        url=pages.KUBERNETES_CERTIFICATES,
    )


def _renew_certificate_remedy(cluster: Cluster) -> Remedy:
    return cluster_remedy(
        "Renew the certificate, or call with a token",
        "A kubelet rotates its own certificate: check whether its request waits for approval, and restart the kubelet or replace the node.",
        "For kubeadm control planes, renew all certificates, restart the components, and copy the new admin.conf into the kubeconfig.",
        "In EKS, AWS manages the control plane's certificates, and clients use tokens: write the kubeconfig again.",
        commands=(
            "kubectl get certificatesigningrequests",
            "kubeadm certs renew all",
            cluster.kubeconfig_command(),
        ),
        url=pages.KUBEADM_CERTIFICATES,
    )


def _compare_clocks_remedy() -> Remedy:
    return cluster_remedy(
        "Compare the clocks",
        "Run it on the client and on the server. If one of them is wrong, turn on NTP.",
        commands=("date -u",),
        url=pages.EC2_CLOCK,
    )
