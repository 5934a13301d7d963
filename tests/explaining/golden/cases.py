"""All cases: the examples of the catalogue, and cases that show more than an example does."""

from __future__ import annotations

from iamtriage.explaining.causes._catalogue import load_examples
from tests.explaining.golden.cases_credentials import CASES as MORE_CREDENTIALS
from tests.explaining.golden.cases_denied import CASES as MORE_DENIED
from tests.explaining.golden.cases_kubernetes import CASES as MORE_KUBERNETES

Golden = tuple[str, str, dict[str, object]]


def _examples(*subjects: str) -> tuple[Golden, ...]:
    examples = (each for subject in subjects for each in load_examples(subject).values())
    return tuple((each.name, each.text, dict(each.facts)) for each in examples)


DENIED: tuple[Golden, ...] = (*_examples("denials"), *MORE_DENIED)
KUBERNETES: tuple[Golden, ...] = (
    *_examples("kubernetes"),
    *(case for case in _examples("calls") if case[0].startswith(("aws-auth-", "eks-", "sts-arn-"))),
    *MORE_KUBERNETES,
)
CREDENTIALS: tuple[Golden, ...] = (*_examples("credentials", "sts", "calls"), *MORE_CREDENTIALS)
CASES = tuple({case[0]: case for case in (*DENIED, *KUBERNETES, *CREDENTIALS)}.values())
