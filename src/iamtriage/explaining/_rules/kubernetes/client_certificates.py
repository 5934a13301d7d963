"""Client certificates that an API server does not take; not for certificates of servers, nor for tokens.

How clients show certificates: https://kubernetes.io/docs/reference/access-authn-authz/authentication/. The words
are those of Go's crypto/x509, in the log of the server that was called.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clusters import find_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.shared.clusters import AnyCase, Cluster

__all__ = ("explain_certificate", "is_certificate")

_Fault: TypeAlias = Literal["expired", "early", "time", "authority", "other"]

_REFUSED = re.compile(r"authenticate the request.{0,160}?x509: (.{0,120})")
_STAMP = r"current time [\w:.+-]{10,40}"
_FAULTS: tuple[tuple[re.Pattern[str], _Fault], ...] = (
    (re.compile(rf"{_STAMP} is after"), "expired"),
    (re.compile(rf"{_STAMP} is before"), "early"),
    (re.compile(r"expired or is not yet valid"), "time"),
    (re.compile(r"signed by unknown authority"), "authority"),
)
_SAYS: dict[_Fault, str] = {
    "expired": "The client's certificate has expired.",
    "early": "The client's certificate is not valid yet by the clock of the server.",
    "time": "The client's certificate has expired, or is not valid yet by the clock of the server.",
    "authority": "The client's certificate is not signed by the authority that the server trusts.",
    "other": "The server does not take the client's certificate.",
}

_QUOTES: dict[_Fault, str] = {
    "expired": 'The text says "certificate has expired or is not yet valid", and that the time is after its end.',
    "early": 'The text says "certificate has expired or is not yet valid", and that the time is before its beginning.',
    "time": 'The text says "certificate has expired or is not yet valid".',
    "authority": 'The text says "certificate signed by unknown authority".',
}


def is_certificate(message: str) -> bool:
    """Tell whether a server refused a client for its certificate.

    >>> is_certificate("Unable to authenticate the request due to an error: x509: certificate has expired")
    True
    """
    return _REFUSED.search(message) is not None


def explain_certificate(case: AnyCase, message: str) -> Explanation:
    """Explain that the certificate with which a client called is not taken."""
    found = _REFUSED.search(message)
    told = found[1] if found else ""
    fitting: list[_Fault] = [fault for pattern, fault in _FAULTS if pattern.search(told)]
    fault: _Fault = fitting[0] if fitting else "other"
    in_time = fault in ("expired", "early", "time")
    cluster = find_cluster(case)
    return Explanation(
        failure=case.failure,
        topic="kubernetes-client-certificate",
        summary=f"The server refused a client: {_SAYS[fault][0].lower()}{_SAYS[fault][1:]}",
        causes=(
            Cause(
                "client-certificate", _SAYS[fault], "reported", (_QUOTES[fault],) if fault in _QUOTES else ()
            ),
            *_possible(fault),
        ),
        remedies=(_look(), _renew(cluster), *((_clock(),) if in_time else ())),
        notes=(
            "Neither access entries, aws-auth nor IAM have a part in this: they are for callers with a token of EKS.",
            "The line is in the log of the server that was called: the API server, a kubelet, or a server behind the API such as metrics-server. It is the client of that server whose certificate is meant.",
        ),
    )


def _possible(fault: _Fault) -> Iterator[Cause]:
    if fault == "authority":
        yield Cause(
            "other-cluster",
            "The kubeconfig or certificate is of another cluster, or of one made anew.",
            "possible",
        )
        yield Cause(
            "authority-replaced",
            "The cluster's authority was replaced, and the client has not followed.",
            "possible",
        )
        return
    if fault == "other":
        return
    if fault != "early":
        yield Cause(
            "not-renewed",
            "Nobody renewed it: that of an administrator's kubeconfig, of a kubelet that was off or may not rotate it, or of a part of the control plane.",
            "possible",
        )
        yield Cause(
            "kept-in-memory",
            "It was renewed, and the client still uses the one that it read when it started.",
            "possible",
        )
    yield Cause("clock", "The clock of the server, or of what issued the certificate, is wrong.", "possible")


def _look() -> Remedy:
    return Remedy(
        title="Find the client, and see how long its certificate is valid",
        who="cluster administrator",
        steps=(
            "The client keeps asking: see which node or program fails at the same times.",
            "The first command is for a node, run on it. The second prints the certificate of a kubeconfig in base64; base64 -d and openssl x509 -noout -dates read it. The third is for control planes made with kubeadm.",
        ),
        commands=(
            "openssl x509 -noout -subject -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem",
            "kubectl config view --minify --raw --output 'jsonpath={.users[0].user.client-certificate-data}'",
            "kubeadm certs check-expiration",
        ),
        url=pages.KUBERNETES_CERTIFICATES,
    )


def _renew(cluster: Cluster) -> Remedy:
    return Remedy(
        title="Renew the certificate, or call with a token",
        who="cluster administrator",
        steps=(
            "A kubelet rotates its own: see whether its request waits to be approved, and restart the kubelet or replace the node.",
            "Control planes made with kubeadm: renew all, restart their parts, and copy the new admin.conf into the kubeconfig.",
            "In EKS the certificates of the control plane are AWS's; people and programs call with tokens: write the kubeconfig anew.",
        ),
        commands=(
            "kubectl get certificatesigningrequests",
            "kubeadm certs renew all",
            cluster.kubeconfig_command(),
        ),
        url=pages.KUBEADM_CERTIFICATES,
    )


def _clock() -> Remedy:
    return Remedy(
        title="Compare the clocks",
        who="cluster administrator",
        steps=(
            "Run it on the client and on the server; both have to keep the same time. Where one is off, turn NTP on.",
        ),
        commands=("date -u",),
        url=pages.EC2_CLOCK,
    )
