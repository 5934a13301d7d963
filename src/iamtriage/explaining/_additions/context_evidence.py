"""Quote the evidence that an explanation takes from the text around a failure and from the failed call."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, hide_secrets, quote_words
from iamtriage.explaining._context.resolving import context_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._context.model import Context
    from iamtriage.explaining._context.values import Runtime, Stated
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._facts import Facts, FailedCall

_MAX_MESSAGE = 1_000
_CHARS_BEFORE = 4_000
# The types of the resources of a run, which can have several errors, and its warnings.
_TERRAFORM_TYPE = lazy_pattern(
    r"(?am)^[ \u2502|]{0,8}with (?:module\.[\w.\[\]\"-]{1,120}\.)?(aws_\w{2,60})\."
)
_WARNING = lazy_pattern(r"(?s)\bWarning: (?:(?!\bError: ).){0,600}")
# What a provider calls again and again until a resource is ready.
_POLL = lazy_pattern(r"(?:Describe|Get|List)[A-Z]")
_METADATA_ADDRESS = "169.254.169.254"
_METADATA_TIMEOUT = lazy_pattern(
    r"(?i:time(?:d )?-?out|deadline exceeded)[^\n]{0,120}169\.254\.169\.254|169\.254\.169\.254[^\n]{0,160}(?i:time(?:d )?-?out|deadline exceeded)"
)
# The quotes at its ends need not be a part of the words.
_JSON_MEMBER = lazy_pattern(r"(?a)(?:\\?\")?[\w-]{1,64}\\?\"\s{0,4}:\s{0,4}\\?\"[^\"\\]{1,500}(?:\\?\",?)?")
# Failures of a call that was made with credentials.
_KINDS_OF_KEYS = frozenset({"invalid_credentials", "signature_mismatch"})
_KINDS_WITH_CALLER = frozenset(
    {"access_denied", "expired_credentials", "invalid_credentials", "signature_mismatch", "aws_error"}
)
_TOPICS_OF_TOKENS = frozenset(
    {
        "expired-login-session", "expired-sso-session", "expired-web-identity-token", "user-pool-rejected",
        "web-identity",
    }
)  # fmt: skip
# The client sent no request, so no credentials identified a caller, or every caller gets this answer.
_CAUSES_WITHOUT_CALLER = frozenset(
    {
        "block-public-access", "no-region", "session-name-invalid", "source-returns-expired", "throttled",
        "untrusted-certificate", "whitespace-in-credentials",
    }
)  # fmt: skip
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
    "workload": "workload",
    "role_arn": "role",
    "caller": "caller",
    "account": "account",
    "instance": "instance",
    "vpc_endpoint": "VPC endpoint",
    "api": "API",
    "function": "function",
}


def evidence_of_context(explanation: Explanation, facts: Facts) -> Iterator[str]:
    """Yield a line for each part of the text that states a value in the remedies."""
    context = context_of(facts)
    found: list[tuple[str, Stated]] = []
    stated_already = _stated_by_failure(explanation)
    names = dict(_NAMES)
    action = getattr(explanation.failure, "action", None)
    if action == "iam:PassRole":
        # The policy's condition contains the service that gets the role.
        names["service"] = "called service"
    for name, label in names.items():
        stated = getattr(context, name)
        if getattr(facts, name, None) is not None and name not in facts.derived:
            continue  # the user supplied it
        if stated is None:
            continue
        value = stated.value.rpartition("/")[2] if name == "workload" else stated.value
        if value not in stated_already:
            found.append((label, stated))
    if not found:
        return  # remedies are built when they are read
    shown = explanation.summary
    if any(stated.value not in shown for _, stated in found):
        # Remedies take long to build.
        shown = "\n".join(_texts(explanation))
    by_words: dict[str, list[str]] = {}
    for label, stated in found:
        if stated.value in shown:
            by_words.setdefault(_shown_words(stated), []).append(label)
    for words, labels in by_words.items():
        yield f"The text states the {' and '.join(labels)}: {quote_words(words)}."


def _shown_words(stated: Stated) -> str:
    """Return the words that state a value, or only the value if the words are part of JSON or parentheses."""
    words = stated.words
    is_part = _JSON_MEMBER.fullmatch(words) is not None or words.count("(") != words.count(")")
    return stated.value if is_part else words


def evidence_of_call(explanation: Explanation, facts: Facts) -> Iterator[str]:
    """Yield the values that the failed call's parameters state and the failure does not."""
    failure, call = explanation.failure, facts.call
    if call is None or failure is None:
        return
    if "resource" in facts.derived and facts.resource is not None and facts.resource != failure.resource:
        yield f"The parameters of the call {call.operation} name {facts.resource}."
    if failure.kind == "aws_error" and call.attempts is not None and call.attempts > 1:
        yield f"The SDK made {call.attempts} attempts."


def notes_about_credentials(explanation: Explanation, call: FailedCall | None) -> Iterator[str]:
    """Yield the source of the failed call's credentials, if they are the cause or identify the caller."""
    failure = explanation.failure
    if call is None or call.credential_provider is None or failure is None:
        return
    if failure.kind not in _KINDS_WITH_CALLER or failure.principal is not None:
        return
    source = _PROVIDERS.get(call.credential_provider, call.credential_provider)
    lifetime = f"; they expire at {call.expires}" if call.expires is not None else ""
    kind = "temporary credentials" if call.is_temporary else "credentials"
    yield f"The call used {kind} from {source}{lifetime}."


def notes_about_other_errors(explanation: Explanation) -> Iterator[str]:
    """Yield which errors before a denial have not caused it: AWS names the caller, so the call had credentials."""
    failure = explanation.failure
    if failure is None or failure.kind != "access_denied" or failure.principal is None:
        return
    before = failure.text[max(failure.span[0] - _CHARS_BEFORE, 0) : failure.span[0]]
    if _METADATA_ADDRESS in before and _METADATA_TIMEOUT.search(before):
        yield f"The timeout of {_METADATA_ADDRESS} is not the cause: AWS names the caller, so the call had credentials."


def _stated_by_failure(explanation: Explanation) -> str:
    """Return the values that the failure itself states, which need no further evidence."""
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


def has_other_caller(explanation: Explanation, context: Context) -> bool:
    """Return whether the text shows that the call used credentials other than the user's."""
    failure, runtime = explanation.failure, context.runtime
    if failure is None or runtime is None or failure.principal is not None:
        return False
    if failure.kind == "expired_credentials" and "aws sts assume-role " in failure.text[: failure.span[0]]:
        # The credentials are of the role that the command assumed.
        return False
    command = context.command
    if command is not None and runtime.words in command.text and "Log" in (failure.envelope.operation or ""):
        # The command names the log group that it reads or writes.
        return False
    if not _CAUSES_WITHOUT_CALLER.isdisjoint(each.code for each in explanation.causes[:1]):
        return False
    if "profile-overridden" in {each.code for each in explanation.causes}:
        # The keys in the text were used, and not the role of the instance.
        return False
    if explanation.topic in {"service-principal", "no-answer"}:
        # The service itself called, with no role, or no credentials reached AWS.
        return False
    if "a bucket of AWS" in explanation.summary:
        # Most such downloads are not signed with the credentials of the instance.
        return False
    if failure.envelope.operation == "AssumeRoleForPodIdentity":
        # The agent calls with the role of the node.
        return False
    if explanation.topic in _TOPICS_OF_TOKENS or re.search("WebIdentity|role with OIDC", runtime.words):
        # The token identifies the caller.
        return False
    if (
        failure.kind in _KINDS_OF_KEYS
        and (runtime.is_job or runtime.kind == "ecs" or runtime.words.startswith("kubectl "))
        and "role-to-assume" not in failure.text
    ):
        # A job, task or pod can have access keys instead of a role.
        return False
    # The summary names the role that the text states.
    role = context.role_arn
    is_stated = any(each.owner and each.owner[0] == "role" for each in context.policies) or (
        role is not None
        and (failure.kind == "access_denied" or role.value.rpartition("/")[2] in explanation.summary)
    )
    is_named = is_stated or re.search(
        r"^The role (?!(?:of|that)\b)|of the execution role without|\bhere from the role\b",
        explanation.summary,
    )
    return not is_named and runtime.kind not in _SHELLS and failure.kind in _KINDS_WITH_CALLER


def notes_about_context(context: Context, runtime: Runtime | None, explanation: Explanation) -> Iterator[str]:
    """Yield notes on where the call ran, and on the resource that Terraform was working on."""
    is_shown = any((each.code, each.evidence) == ("pasted-session", "derived") for each in explanation.causes)
    if runtime is not None and not is_shown:
        yield f'The call most likely used the credentials of {runtime.caller}, not yours: the text shows where it ran ("{clip_text(hide_secrets(runtime.words.strip()))}").'
    # A remedy in Terraform's code ends with this, imports the resource, or says what becomes of it.
    if context.terraform is not None and not any(
        {"terraform apply", "terraform plan"}.intersection(each.commands)
        or any(f"Remove {context.terraform.value} from" in step for step in each.steps)
        for each in explanation.remedies[:1]
    ):
        address, failure = context.terraform.value, explanation.failure
        text = failure.text if failure and _POLL.match(failure.envelope.operation or "") else ""
        if f"{address}: Still creating..." in text:
            yield f"AWS can complete {address} although Terraform no longer waits for it. Before the next apply, look at terraform plan: Terraform replaces what it marked as tainted, unless you run terraform untaint {address}."
        elif failure is None or len({*_TERRAFORM_TYPE.findall(_WARNING.sub("", failure.text))}) <= 1:
            yield f"Terraform was working on {address}; run Terraform again after the fix."
