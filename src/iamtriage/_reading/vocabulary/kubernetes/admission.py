"""Tells what admission refuses from what RBAC forbids, since Kubernetes answers 403 Forbidden to both; no readers.

A rule or policy of the cluster refuses the object then, whoever asks: no right of anybody is missing. Source:
https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/.
"""

from __future__ import annotations

import re

# A pod's service account that is not there: a kind of its own, which ``kubernetes`` reads.
NO_ACCOUNT = "error looking up service account"
_REFUSED = re.compile(
    # Quotas and limits, priorities, volumes.
    r"exceeded quota|failed quota:|status unknown for quota"
    r"|(?:maximum|minimum) [\w./-]{1,60} usage per |max limit to request ratio per "
    r"|no PriorityClass with name|priorityClass is not permitted in|only dynamically provisioned pvc can be resized"
    # Pod Security and what came before it, also OpenShift's.
    r"|PodSecurity|unable to validate against any (?:pod security policy|security context constraint)"
    # Rules that users of the cluster write.
    r"|violates|admission webhook|ValidatingAdmissionPolicy|image policy webhook"
    # The state of things.
    rf"|because it is being terminated|cannot find RESTMapping|already exists|is invalid|{NO_ACCOUNT}"
)
_REACH = 300


def is_of_admission(text: str, start: int, end: int) -> bool:
    """Tell whether the words at a place, or those that go on behind it, are of admission.

    >>> is_of_admission('pods "a" is forbidden: exceeded quota: small', 0, 10), is_of_admission("pods is forbidden", 0, 10)
    (True, False)
    """
    return _REFUSED.search(text, start, end + _REACH) is not None
