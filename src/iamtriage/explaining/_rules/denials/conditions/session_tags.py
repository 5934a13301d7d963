"""Fill the principal tags in conditions that EKS Pod Identity sets from what the text or the facts say of the pod.

https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import RoleSession

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

_VARIABLE = lazy_pattern(r"\$\{(?i:aws:PrincipalTag)/(?P<tag>[a-z-]{1,60})\}")
_NOUNS = {"kubernetes-namespace": "namespace", "kubernetes-service-account": "service account"}


def fill_variables(values: tuple[str, ...], denial: Denial) -> tuple[str, ...]:
    """Return the values of a condition with the tags of the session in place of their variables, as far as they are known."""
    if not any("${" in each for each in values):
        return values
    return tuple(
        _VARIABLE.sub(lambda found: _find_tag(found["tag"], denial) or found[0], each) for each in values
    )


def describe_source(tag: str, value: str, denial: Denial) -> tuple[str, str] | None:
    """Return where a tag of the session comes from, and the pod that would have another value, ``None`` if it is no such tag.

    Args:
        tag: The key of the tag.
        value: The value that the resource has.
        denial: The denial.
    """
    own = _find_tag(tag, denial)
    if own is None:
        return None
    return (
        f"EKS Pod Identity sets the session tag {tag} to the {_NOUNS[tag]} of the pod, {clip_text(own)}.",
        f"run the pod {'in' if tag.endswith('namespace') else 'with'} the {_NOUNS[tag]} {clip_text(value)}",
    )


def find_variable(text: str) -> str | None:
    """Return the key of the only principal tag of a pod that is a variable in a value."""
    found = {each["tag"] for each in _VARIABLE.finditer(text)}
    return found.pop() if len(found) == 1 else None


def _find_tag(tag: str, denial: Denial) -> str | None:
    session = denial.principal
    if (
        tag not in _NOUNS
        or not isinstance(session, RoleSession)
        or not session.session_name.startswith("eks-")
    ):
        return None
    return denial.facts.namespace if tag == "kubernetes-namespace" else denial.facts.service_account
