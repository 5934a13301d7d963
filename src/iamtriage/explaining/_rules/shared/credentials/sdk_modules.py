"""Explain that modules of the AWS SDK for Go 2 do not fit together.

Source: https://github.com/aws/aws-sdk-go-v2/issues/2370.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.failures._failures import AwsError, MissingCredentials

UNKNOWN_STEP = lazy_pattern(r"\bnot found, (?P<step>ResolveEndpointV2|ResolveAuthScheme|Signing)\b(?! \w)")
"""What the SDK says if a module looks for a step of the request that another module does not have or names otherwise."""
SDK_MODULES_DIFFER = CauseType(
    "sdk-modules-differ",
    title="Modules of the SDK for Go do not fit together",
    text="The program combines modules of the AWS SDK for Go 2 from before and after a change.",
    recognised_by='The SDK says "not found, ResolveEndpointV2" or "not found, Signing".',
    fix="Update all the modules of the SDK together.",
    sources=("https://github.com/aws/aws-sdk-go-v2/issues/2370",),
)


# The request that failed is the one for the role of the instance, which the SDK makes if it finds no other credentials.
_LAST_SOURCE = lazy_pattern(r"no EC2 IMDS role found|ec2imds:")
_AFTER_CHAIN = "The request that failed is that to the instance metadata, where the SDK looks last. If the program does not run on EC2, set credentials, too: the SDK found none before."


def explain_differing_modules(case: Case[AwsError | MissingCredentials], message: str) -> Explanation:
    """Explain that the SDK for Go could not build a request, as its modules do not fit together."""
    found = UNKNOWN_STEP.search(message) or next(UNKNOWN_STEP.finditer(case.text))
    is_last = _LAST_SOURCE.search(message) is not None
    return case.explain(
        "The AWS SDK for Go could not build the request: its modules are of versions that do not fit together.",
        SDK_MODULES_DIFFER.cause("derived", f'The message says "{found[0]}".'),
        topic="no-answer",
        remedies=your_remedy(
            "Update all the modules of the SDK",
            "Run it where the program's go.mod is, then build again. Updating one module alone does not suffice.",
            "If it is the program of others, use a newer release of it.",
            commands=(
                'go get -u "github.com/aws/aws-sdk-go-v2/..." github.com/aws/smithy-go',
                "go mod tidy",
            ),
        ),
        notes=(
            "The request did not reach AWS, so no permission was checked.",
            *present(_AFTER_CHAIN if is_last else None),
        ),
    )
