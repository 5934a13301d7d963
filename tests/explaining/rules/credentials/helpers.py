"""Helpers that call the rules for credentials, STS and API calls directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage import parse
from iamtriage.explaining._additions.remedy_values import fill_remedies
from iamtriage.explaining._context.resolving import resolve_facts
from iamtriage.explaining._given_facts import build_facts
from iamtriage.explaining._responses.restoring import restore_responses
from iamtriage.explaining._rules.calls.api_errors import explain_api_error
from iamtriage.explaining._rules.calls.policies.malformed_policies import explain_malformed_policy
from iamtriage.explaining._rules.credentials.expired import explain_expired_credentials
from iamtriage.explaining._rules.credentials.invalid_credentials import explain_invalid_credentials
from iamtriage.explaining._rules.credentials.keys.access_keys import explain_key_quota
from iamtriage.explaining._rules.credentials.missing_credentials import explain_missing_credentials
from iamtriage.explaining._rules.credentials.signatures import explain_signature
from iamtriage.explaining._rules.credentials.tokens.identity_tokens import explain_identity_token
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.sts.credential_scopes import explain_credential_scope
from iamtriage.explaining._rules.sts.rejected_calls import explain_region_disabled
from tests.explaining.rules.shell import arguments_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from iamtriage import Failure
    from iamtriage.explaining import Explanation

RULES: dict[str, Callable[[Case[Any]], Explanation]] = {
    "access_key_quota": explain_key_quota,
    "aws_error": explain_api_error,
    "credential_scope": explain_credential_scope,
    "expired_credentials": explain_expired_credentials,
    "invalid_credentials": explain_invalid_credentials,
    "invalid_identity_token": explain_identity_token,
    "malformed_policy": explain_malformed_policy,
    "missing_credentials": explain_missing_credentials,
    "region_disabled": explain_region_disabled,
    "signature_mismatch": explain_signature,
}


def explained(error: str | BaseException | Failure, facts: Mapping[str, Any] | None = None) -> Explanation:
    """Explain an error of one of these kinds, with the placeholders of its remedies filled."""
    failure = parse(error) if isinstance(error, (str, BaseException)) else error
    assert failure is not None, error
    failure = restore_responses(failure)
    known = build_facts(facts)
    explanation = RULES[failure.kind](Case(failure, known))
    remedies = fill_remedies(explanation, resolve_facts(failure, known), None)
    return attrs.evolve(explanation, remedies=remedies)


def words_of(explanation: Explanation) -> Iterator[str]:
    """Yield every string that the rules wrote, commands and documents included."""
    yield explanation.topic
    yield explanation.summary
    yield from explanation.notes
    for cause in explanation.causes:
        yield from (cause.code, cause.text, *cause.because)
    for remedy in explanation.remedies:
        yield from (remedy.title, *remedy.steps, *remedy.commands)
        yield from (str(remedy.policy), str(remedy.statement), remedy.manifest or "", remedy.url or "")


# Commands that ``shell`` has no printer for. Each name becomes the first argument of a printer.
_MORE = ("chronyc", "docker", "env", "grep", "nslookup", "printenv", "timedatectl")
_FUNCTIONS = "".join(f'{name}() {{ aws {name} "$@"; }}\n' for name in _MORE)


def called(explanation: Explanation) -> list[list[str]]:
    """Run the commands in a real shell, and return what each of them called, name first."""
    commands = [command for remedy in explanation.remedies for command in remedy.commands]
    calls = arguments_of(_FUNCTIONS + "\n".join(commands)) if commands else []
    return [call[1:] if call[0] == "aws" and call[1] in _MORE else call for call in calls]
