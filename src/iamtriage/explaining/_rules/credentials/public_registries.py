"""Explain that the public registry of ECR does not accept a saved login, which a pull does not need.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html and
https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/ (a saved login prevents the pull of a chart).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.tasks import is_of_push

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import ExpiredCredentials, InvalidCredentials, MissingCredentials

_HOST = "public.ecr.aws"
_HELM = lazy_pattern(r"\bhelm\b|oci://|\bmanifests [\w.+-]{1,60}\]")
_DOCKER = lazy_pattern(r"\bdocker\b|\bFROM public\.|failed to solve")
_NODE = lazy_pattern(r"Failed to pull image|ErrImagePull|ImagePullBackOff|kubelet")
_LOGIN_URL = "https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html"
SAVED_PUBLIC_LOGIN = CauseType(
    "saved-public-registry-login",
    title="A saved login to public.ecr.aws has expired",
    text="The client sends the password of an earlier login to public.ecr.aws, which is valid for 12 hours. The registry rejects it, although a pull needs no login.",
    recognised_by='The registry public.ecr.aws answers "403 Forbidden" or "Your authorization token has expired".',
    fix="Delete the saved login: docker logout public.ecr.aws, helm registry logout public.ecr.aws.",
    sources=(_LOGIN_URL,),
)


def is_about_public_registry(text: str) -> bool:
    """Return whether a text names the public registry of ECR, and no private one."""
    return _HOST in text and ".dkr.ecr." not in text


def explain_public_registry(
    case: Case[ExpiredCredentials] | Case[InvalidCredentials] | Case[MissingCredentials] | Denial,
) -> Explanation:
    """Explain that the public registry rejected a pull or push."""
    text = case.failure.text
    reported = quote_phrases(text, "authorization token has expired")
    login = f"aws ecr-public get-login-password --region us-east-1 | docker login --username AWS --password-stdin {_HOST}"
    if is_of_push(text):
        return case.explain(
            f"A push to {_HOST} requires a login that is at most 12 hours old.",
            SAVED_PUBLIC_LOGIN.cause(
                "reported" if reported else "possible",
                reported,
                text="There is no valid login to the registry: each lasts for 12 hours.",
            ),
            topic="expired-registry-login",
            remedies=your_remedy(
                "Sign docker in to the public registry",
                "The public registry has separate logins (ecr-public), only in us-east-1. They require ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken.",
                commands=login,
                url=_LOGIN_URL,
            ),
        )
    is_helm = _HELM.search(text) is not None
    logouts = (f"helm registry logout {_HOST}",) if is_helm else ()
    if not is_helm or _DOCKER.search(text):
        logouts = (f"docker logout {_HOST}", *logouts)
    title, steps = (
        "Delete the saved login",
        [
            "Then pull again, without a login. Who has no saved login, such as a colleague without AWS, can pull already."
        ],
    )
    if _NODE.search(text):
        title, logouts = "Delete the login from the pod's pull secret", ()
        steps = [
            f"Remove {_HOST} from imagePullSecrets of the pod and its service account, or from the node's config of containerd."
        ]
    else:
        steps.append(
            f"With credsStore or credHelpers in config.json, the password is in that store: an empty entry {_HOST} does not mean that none is saved."
        )
    who = "The" if reported else "Most likely, the"
    return case.explain(
        f"No permission or login is needed: {_HOST} allows anonymous pulls. {who} client sends a saved login that has expired.",
        SAVED_PUBLIC_LOGIN.cause("reported" if reported else "possible", reported),
        topic="expired-registry-login",
        remedies=your_remedy(
            title,
            *steps,
            commands=(
                *logouts,
                Labelled(
                    "Or sign in again, for a higher rate of pulls (not with aws ecr get-login-password, which is for private registries):",
                    login,
                ),
            ),
            url=_LOGIN_URL,
        ),
    )
