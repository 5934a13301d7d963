"""Distinguish denials of Kubernetes admission control from denials of RBAC.

The API server answers both with 403 Forbidden. If admission control rejects an object, a rule or policy of the
cluster is the reason, and no permission is missing. Source:
https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

# The service account of a pod does not exist. ``readers.kubernetes`` reports this as a separate kind.
NO_SERVICE_ACCOUNT = "error looking up service account"
_REJECTION = lazy_pattern(
    # Quotas and limits, priorities, volumes.
    r"exceeded quota|failed quota:|status unknown for quota"
    r"|(?:maximum|minimum) [\w./-]{1,60} usage per |max limit to request ratio per "
    r"|no PriorityClass with name|priorityClass is not permitted in|only dynamically provisioned pvc can be resized"
    # Pod Security, the policies that preceded it, and those of OpenShift.
    r"|PodSecurity|unable to validate against any (?:pod security policy|security context constraint)"
    # Rules that cluster administrators write.
    r"|violates|admission webhook|ValidatingAdmissionPolicy|image policy webhook"
    # The state of the object.
    rf"|because it is being terminated|cannot find RESTMapping|already exists|is invalid|{NO_SERVICE_ACCOUNT}"
)
# Characters to search after the end of a message.
_MAX_DISTANCE = 300


def is_admission_denial(text: str, start: int, end: int) -> bool:
    """Return whether admission control denied a request, according to a message and the text after it.

    >>> is_admission_denial('pods "a" is forbidden: exceeded quota: small', 0, 10), is_admission_denial("pods is forbidden", 0, 10)
    (True, False)
    """
    return _REJECTION.search(text, start, end + _MAX_DISTANCE) is not None
