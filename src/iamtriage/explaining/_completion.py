"""Complete an explanation by what the facts and the text around the failure state.

Rules write a placeholder for a value that they do not know. Whatever the facts or the context state replaces
it here, for all rules alike, in a form that no shell interprets. What the context contributed is quoted as
evidence.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, hide_secrets
from iamtriage.explaining._context.model import NOTHING, Context, Stated
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.stated_decisions import request_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.model import Runtime
    from iamtriage.explaining._context.resolving import ResolvedFacts
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._facts import FailedCall

__all__ = ("complete_explanation",)

_WORD = lazy_pattern(r"(?<![\w-])<?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)>?(?![\w-])", re.ASCII)
_MAX_MESSAGE = 1_000
_CALLER_IDENTITY = "aws sts get-caller-identity"
# Commands that are for the profile of the failed call.
_COMMANDS_OF_PROFILE = frozenset({_CALLER_IDENTITY, "aws login", "aws sso login", "aws configure list"})
# Failures of a call that was made with credentials.
_KINDS_WITH_CALLER = frozenset(
    {"access_denied", "expired_credentials", "invalid_credentials", "signature_mismatch", "aws_error"}
)
_SHELLS = frozenset({"cloudshell"})
# https://docs.aws.amazon.com/boto3/latest/guide/credentials.html; the names are botocore's.
_PROVIDERS = {
    "assume-role": "a profile that assumes a role",
    "assume-role-with-web-identity": "a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)",
    "config-file": "the AWS config file",
    "container-role": "the container credentials endpoint (an ECS task role or EKS Pod Identity)",
    "custom-process": "the profile's credential_process",
    "env": "environment variables",
    "explicit": "the arguments of the client or session",
    "iam-role": "instance metadata (the role of the EC2 instance)",
    "login": "aws login",
    "shared-credentials-file": "the shared credentials file",
    "sso": "IAM Identity Center (aws sso login)",
}
_NAMES = {
    "bucket": "bucket",
    "key": "key",
    "prefix": "prefix",
    "region": "region",
    "profile": "profile",
    "cluster": "cluster",
    "namespace": "namespace",
    "service_account": "service account",
    "pod": "pod",
    "deployment": "deployment",
    "role_arn": "role",
    "caller": "caller",
    "account": "account",
    "instance": "instance",
    "vpc_endpoint": "VPC endpoint",
    "api": "API",
    "function": "function",
}


def complete_explanation(explanation: Explanation, facts: ResolvedFacts) -> Explanation:
    """Return the explanation with the values that the facts and the context state, and their evidence."""
    context = facts.context
    if context is NOTHING and facts.call is None and not _states_values(explanation, facts):
        return explanation
    runtime = context.runtime if _has_other_caller(explanation, context) else None
    completed = attrs.evolve(explanation, remedies=lambda: _complete_remedies(explanation, facts, runtime))
    if context is NOTHING and facts.call is None:
        return completed
    evidence = (*_evidence(completed, facts), *_evidence_of_call(completed, facts))
    if evidence and completed.causes:
        first: Cause = completed.causes[0]
        causes = (attrs.evolve(first, because=(*first.because, *evidence)), *completed.causes[1:])
        completed = attrs.evolve(completed, causes=causes)
    notes = (*_notes(context, runtime), *_notes_about_credentials(explanation, facts.call))
    return attrs.evolve(completed, notes=(*notes, *completed.notes)) if notes else completed


def _states_values(explanation: Explanation, facts: ResolvedFacts) -> bool:
    """Return whether the facts or the failure state what a placeholder stands for or a check would find."""
    if explanation.failure is not None and explanation.failure.principal is not None:
        return True
    stated = (facts.region, facts.cluster, facts.namespace, facts.service_account, facts.caller)
    return any(stated) or facts.trust_policy is not None or facts.token_claims is not None


def _complete_remedies(
    explanation: Explanation, facts: ResolvedFacts, runtime: Runtime | None
) -> tuple[Remedy, ...]:
    values = dict(_known_values(facts, facts.context))
    answered = _answered_checks(explanation, facts)
    return tuple(
        _without_checks(_complete_remedy(each, values, runtime), answered) for each in explanation.remedies
    )


def _known_values(facts: ResolvedFacts, context: Context) -> Iterator[tuple[str, str]]:
    """Yield each placeholder whose meaning does not depend on the command, with its value."""
    endpoint = _value(context.vpc_endpoint) or next(iter(request_values(facts, "aws:SourceVpce")), None)
    stated: tuple[tuple[str, str | None, Callable[[str | None], str]], ...] = (
        ("REGION", facts.region, commands.region),
        ("CLUSTER", facts.cluster, commands.cluster),
        ("NAMESPACE", facts.namespace, commands.namespace),
        ("SERVICE_ACCOUNT", facts.service_account, commands.kubernetes_name),
        ("PROFILE", _value(context.profile), commands.profile),
        ("BUCKET", _value(context.bucket), commands.bucket),
        ("ROLE_ARN", _value(context.role_arn), commands.arn),
        ("POD", _value(context.pod), commands.kubernetes_name),
        ("POD_NAME", _value(context.pod), commands.kubernetes_name),
        ("DEPLOYMENT", _value(context.deployment), commands.kubernetes_name),
        ("INSTANCE_ID", _value(context.instance), commands.user_name),
        ("ENDPOINT_ID", endpoint, commands.user_name),
        ("VPC_ENDPOINT_ID", endpoint, commands.user_name),
        ("API_ID", _value(context.api), commands.user_name),
        ("FUNCTION_NAME", _value(context.function), commands.user_name),
    )
    for name, value, argument in stated:
        if value is not None and argument(value) == value:
            yield name, value


def _answered_checks(explanation: Explanation, facts: ResolvedFacts) -> tuple[str, ...]:
    """Return what commands contain whose output the facts or the failure state already."""
    failure = explanation.failure
    is_caller_reported = (
        failure is not None and failure.kind == "access_denied" and failure.principal is not None
    )
    checks = (
        (is_caller_reported or facts.caller is not None, _CALLER_IDENTITY),
        (facts.trust_policy is not None, "--query Role.AssumeRolePolicyDocument"),
        (facts.token_claims is not None, "cat /var/run/secrets/eks.amazonaws.com/serviceaccount/token"),
        (facts.token_claims is not None, "cluster.identity.oidc.issuer"),
        (facts.token_claims is not None, 'cp "$AWS_WEB_IDENTITY_TOKEN_FILE"'),
    )
    return tuple(words for is_known, words in checks if is_known)


def _without_checks(remedy: Remedy, answered: tuple[str, ...]) -> Remedy:
    """Return a remedy without the commands that only print what is known, if others remain."""
    kept = tuple(line for line in remedy.commands if not any(words in line for words in answered))
    return attrs.evolve(remedy, commands=kept) if kept and kept != remedy.commands else remedy


def _value(stated: Stated | None) -> str | None:
    return None if stated is None else stated.value


def _complete_remedy(remedy: Remedy, values: dict[str, str], runtime: Runtime | None) -> Remedy:
    lines = tuple(_fill(command, values) for command in remedy.commands)
    if runtime is not None and runtime.command is not None and _CALLER_IDENTITY in lines:
        # The identity at the shell is not that of the failing call.
        lookup = _fill(runtime.command, values)
        lines = tuple(lookup if line == _CALLER_IDENTITY else line for line in lines)
    elif (profile := values.get("PROFILE")) is not None:
        lines = tuple(
            f"{line} --profile {profile}" if line in _COMMANDS_OF_PROFILE else line for line in lines
        )
    deployment = values.get("DEPLOYMENT")
    if deployment is not None:
        lines = tuple(line.replace("deployment/NAME", f"deployment/{deployment}") for line in lines)
    changes: dict[str, Any] = {}
    if lines != remedy.commands:
        changes["commands"] = lines
    for name in ("policy", "statement"):
        document = getattr(remedy, name)
        if document is not None and values:
            filled = json.loads(_fill(json.dumps(document), values))
            if filled != document:
                changes[name] = cast("dict[str, Any]", filled)
    if remedy.manifest is not None and values:
        manifest = _fill(remedy.manifest, values)
        if manifest != remedy.manifest:
            changes["manifest"] = manifest
    return attrs.evolve(remedy, **changes) if changes else remedy


def _fill(text: str, values: dict[str, str]) -> str:
    """Replace the placeholders of a text that are known."""
    return _WORD.sub(lambda found: values.get(found[1], found[0]), text)


def _evidence(explanation: Explanation, facts: ResolvedFacts) -> Iterator[str]:
    """Yield a line for each part of the text from which a value in the remedies comes."""
    context = facts.context
    shown = "\n".join(_texts(explanation))
    by_words: dict[str, list[str]] = {}
    stated_already = _stated_by_failure(explanation)
    names = dict(_NAMES)
    action = getattr(explanation.failure, "action", None)
    if action == "iam:PassRole":
        # The service that gets the role is in the condition of the policy.
        names["service"] = "called service"
    for name, label in names.items():
        stated: Stated | None = getattr(context, name)
        if hasattr(facts, name) and name not in facts.derived:
            continue  # the user supplied it
        if stated is not None and stated.value in shown and stated.value not in stated_already:
            by_words.setdefault(stated.words, []).append(label)
    if not by_words:
        return
    for words, labels in by_words.items():
        yield f'The text states the {" and ".join(labels)}: "{clip_text(hide_secrets(words))}".'


def _evidence_of_call(explanation: Explanation, facts: ResolvedFacts) -> Iterator[str]:
    """Yield what the parameters of the failed call state and the failure does not."""
    failure, call = explanation.failure, facts.call
    if call is None or failure is None:
        return
    if "resource" in facts.derived and facts.resource is not None and facts.resource != failure.resource:
        yield f"The parameters of the call {call.operation} name {facts.resource}."
    if failure.kind == "aws_error" and call.attempts is not None and call.attempts > 1:
        yield f"The SDK made {call.attempts} attempts."


def _notes_about_credentials(explanation: Explanation, call: FailedCall | None) -> Iterator[str]:
    """Yield where the credentials of the failed call come from, if they are the problem or name the caller."""
    failure = explanation.failure
    if call is None or call.credential_provider is None or failure is None:
        return
    if failure.kind not in _KINDS_WITH_CALLER or failure.principal is not None:
        return
    source = _PROVIDERS.get(call.credential_provider, call.credential_provider)
    lifetime = f"; they expire at {call.expires}" if call.expires is not None else ""
    kind = "temporary credentials" if call.is_temporary else "credentials"
    yield f"The call used {kind} from {source}{lifetime}."


def _stated_by_failure(explanation: Explanation) -> str:
    """Return what the failure itself states, which needs no further evidence."""
    failure = explanation.failure
    if failure is None:
        return ""
    start, end = failure.span
    line = failure.text[start : min(end, start + _MAX_MESSAGE)].partition("\n")[0]
    return "\n".join(value for value in (line, failure.principal, failure.resource) if value)


def _texts(explanation: Explanation) -> Iterator[str]:
    yield explanation.summary
    for remedy in explanation.remedies:
        yield from remedy.commands
        yield remedy.manifest or ""
        for document in (remedy.policy, remedy.statement):
            if document is not None:
                yield json.dumps(document)


def _has_other_caller(explanation: Explanation, context: Context) -> bool:
    """Return whether the text shows that the call used other credentials than the user's, and whose."""
    failure, runtime = explanation.failure, context.runtime
    if failure is None or runtime is None or failure.principal is not None:
        return False
    if explanation.topic == "web-identity" or "WebIdentity" in runtime.words:
        # The token identifies the caller.
        return False
    return runtime.kind not in _SHELLS and failure.kind in _KINDS_WITH_CALLER


def _notes(context: Context, runtime: Runtime | None) -> Iterator[str]:
    if runtime is not None:
        yield f'The text is from where the call ran ("{clip_text(hide_secrets(runtime.words))}"): the call used the credentials of {runtime.caller}, not yours.'
    if context.terraform is not None:
        yield f"Terraform was working on {context.terraform.value}; run terraform apply again after the fix."
