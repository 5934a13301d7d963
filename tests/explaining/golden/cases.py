"""All cases: the examples of the catalogue, and cases that show more than an example does."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from iamtriage import explain, parse
from iamtriage.explaining.causes._catalogue import SUBJECTS, load_examples
from tests.explaining.golden.cases_credentials import CASES as MORE_CREDENTIALS
from tests.explaining.golden.cases_denied import CASES as MORE_DENIED
from tests.explaining.golden.cases_kubernetes import CASES as MORE_KUBERNETES

if TYPE_CHECKING:
    from iamtriage import Explanation

Golden = tuple[str, str, dict[str, object]]

_KUBERNETES_KINDS = frozenset(
    {
        "access_entry",
        "console_kubernetes_access",
        "invalid_arn",
        "kubernetes_forbidden",
        "kubernetes_unauthorized",
    }
)


def _group(text: str) -> str:
    failure = parse(text)
    if failure is None:
        return "unparsed"
    if failure.kind == "access_denied":
        return "denied"
    return "kubernetes" if failure.kind in _KUBERNETES_KINDS else "credentials"


_EXAMPLES: dict[str, list[Golden]] = {"denied": [], "kubernetes": [], "credentials": [], "unparsed": []}
for _subject in SUBJECTS:
    for _example in load_examples(_subject).values():
        _EXAMPLES[_group(_example.text)].append((_example.name, _example.text, dict(_example.facts)))

DENIED: tuple[Golden, ...] = (*_EXAMPLES["denied"], *MORE_DENIED)
KUBERNETES: tuple[Golden, ...] = (*_EXAMPLES["kubernetes"], *MORE_KUBERNETES)
CREDENTIALS: tuple[Golden, ...] = (*_EXAMPLES["credentials"], *MORE_CREDENTIALS)
UNPARSED = tuple(_EXAMPLES["unparsed"])
CASES: tuple[Golden, ...] = (*DENIED, *KUBERNETES, *CREDENTIALS)
_INPUTS = {name: (text, facts) for name, text, facts in (*CASES, *UNPARSED)}


@cache
def explained(name: str) -> Explanation:
    """Explain a case once for all tests of a process that go through the cases."""
    text, facts = _INPUTS[name]
    return explain(text, facts=facts)
