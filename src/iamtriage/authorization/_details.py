"""Parse IAM Toolbox's authorization details: which policies and statements denied a call.

The API is a preview: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/Welcome.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import wrong_type_message
from iamtriage._typing import override
from iamtriage.authorization._checks import (
    Check,
    ContextValue,
    Evaluation,
    MatchedPolicy,
    PolicyInfo,
    StatementMatch,
    context_to_dict,
)
from iamtriage.authorization._denials import Denial, DenyingPolicy, find_denials
from iamtriage.authorization._documents import (
    JsonObject,
    copy_json,
    decode_json,
    describe_type,
    omit_none,
    raise_document_error,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block

__all__ = (
    "AuthorizationDetails",
    "Check",
    "ContextValue",
    "Denial",
    "DenyingPolicy",
    "Evaluation",
    "MatchedPolicy",
    "PolicyInfo",
    "StatementMatch",
    "read_authorization_details",
    "read_authorization_policy",
)

_Document: TypeAlias = "str | bytes | Mapping[str, object]"
_NOUN = "authorization details"
_MAX_SHOWN = 50
# https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/API_GetRequestAuthorizationDetails.html
_ID = lazy_pattern(r"\s{0,9}[0-9a-z]{16,256}\s{0,9}")


@attrs.frozen
class AuthorizationDetails(View):
    """The reasons why a call was denied, as :func:`read_authorization_details` returns them.

    Attributes:
        evaluations: The actions and resources of the call, each with its result.
        policies: The policies that were evaluated. Empty if the AWS CLI omitted them.
        request_context: The condition keys of the request with their values. Empty if the AWS CLI omitted
            them.
        next_token: The token of the next page; ``None`` on the last one.
    """

    evaluations: tuple[Evaluation, ...] = ()
    policies: tuple[PolicyInfo, ...] = ()
    request_context: tuple[ContextValue, ...] = ()
    next_token: str | None = None

    def denials(self) -> tuple[Denial, ...]:
        """Return the reasons why actions were denied; for each action, explicit denials come first.

        An action that is denied explicitly can also lack an allow. The result then contains both denials.

        >>> checks = (Check("PRINCIPAL", "ALLOW"), Check("SESSION", "IMPLICIT_DENY"))
        >>> details = AuthorizationDetails((Evaluation("s3:GetObject", "", "IMPLICIT_DENY", checks=checks),))
        >>> [(each.action, each.policy_type, each.deny) for each in details.denials()]
        [('s3:GetObject', 'session', 'implicit')]
        """
        known = {each.uri: each for each in reversed(self.policies) if each.uri is not None}
        return tuple(denial for each in self.evaluations for denial in find_denials(each, known))

    def context_of(self, evaluation: Evaluation) -> tuple[ContextValue, ...]:
        """Return the condition keys of an evaluation, which take precedence over those of the request.

        >>> details = AuthorizationDetails(request_context=(ContextValue("aws:ViaAWSService", "false"),))
        >>> details.context_of(Evaluation("s3:GetObject", ""))[0].values
        ('false',)
        """
        return _merge_contexts((self.request_context, evaluation.context))

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading

        denials = self.denials()
        yield Heading("Why the call was denied" if denials else "These details contain no denial", 1)
        for each in denials[:_MAX_SHOWN]:
            yield Heading(f"{each.action} on {each.resource or '*'}", 3, (each.deny or "denied",))
            rows = (
                ("policy type", (each.policy_type or "").replace("_", " ")),
                ("attached to", each.target_arn),
                ("policies", ", ".join(policy.uri for policy in each.policies)),
                ("statements", ", ".join(each.sids)),
            )
            if stated := tuple((name, value) for name, value in rows if value):
                yield Fields(stated)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data in the AWS format, which :func:`read_authorization_details` accepts.

        >>> AuthorizationDetails().to_dict()
        {'requestContext': {}, 'evaluations': [], 'policies': []}
        """
        return omit_none(
            requestContext=context_to_dict(self.request_context),
            evaluations=[each.to_dict() for each in self.evaluations],
            policies=[each.to_dict() for each in self.policies],
            nextToken=self.next_token,
        )


def read_authorization_details(details: _Document | Iterable[_Document]) -> AuthorizationDetails:
    """Parse the response of IAM Toolbox's ``GetRequestAuthorizationDetails``.

    Args:
        details: The response as a mapping or JSON text, or its pages in order, for example from botocore's
            paginator. The AWS CLI prints policies and context only with ``--no-paginate``.

    Raises:
        DocumentError: ``details`` is not such a response. ``path`` locates the error. Unknown members and
            values are accepted.
        TypeError: ``details`` is neither a string, bytes, a mapping nor iterable.

    Source: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/API_GetRequestAuthorizationDetails.html

    >>> details = read_authorization_details(
    ...     {
    ...         "requestContext": {},
    ...         "policies": [],
    ...         "evaluations": [
    ...             {"action": "iam:PassRole", "resource": "*", "evaluatedEffect": "IMPLICIT_DENY"}
    ...         ],
    ...     }
    ... )
    >>> details.denials()[0].deny
    'implicit'
    """
    pages = [_parse_page(each) for each in _iterate_pages(details)]
    if not pages:
        raise_document_error(f"expected at least one page of {_NOUN}")
    return AuthorizationDetails(
        evaluations=tuple(each for page in pages for each in page.evaluations),
        policies=tuple(dict.fromkeys(each for page in pages for each in page.policies)),
        request_context=_merge_contexts(page.request_context for page in pages),
        next_token=pages[-1].next_token,
    )


def read_authorization_policy(policy: _Document) -> dict[str, Any]:
    """Parse the response of IAM Toolbox's ``GetRequestAuthorizationPolicy``.

    The response contains the policy at the time of the denial. AWS can omit actions of other services.

    Args:
        policy: The response as a mapping or JSON text.

    Returns:
        The policy document, without validation.

    Raises:
        DocumentError: ``policy`` is not such a response.
        TypeError: ``policy`` is neither a string, bytes nor a mapping.

    Source: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/API_GetRequestAuthorizationPolicy.html

    >>> read_authorization_policy('{"policyDocument": {"Version": "2012-10-17", "Statement": []}}')
    {'Version': '2012-10-17', 'Statement': []}
    """
    noun = "a policy of authorization details"
    if not isinstance(policy, (str, bytes, Mapping)):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = wrong_type_message("policy", "a mapping or JSON text", policy)  # type: ignore[unreachable]
        raise TypeError(msg)
    response = JsonObject.of(
        decode_json(policy, noun) if isinstance(policy, (str, bytes)) else policy, noun=noun
    )
    document = response.members.get("policyDocument")
    if isinstance(document, str):
        document = decode_json(document, "a policy document")
    parsed = JsonObject.of(document, "policyDocument")
    return cast("dict[str, Any]", copy_json(parsed.members, parsed.path))


def _iterate_pages(details: _Document | Iterable[_Document]) -> Iterator[JsonObject]:
    given: object = details
    if isinstance(given, str) and _ID.fullmatch(given):
        raise_document_error(
            "this is an authorization ID; get its details with GetRequestAuthorizationDetails"
        )
    if isinstance(given, (str, bytes)):
        given = decode_json(given, _NOUN)
        if not isinstance(given, (Mapping, list)):
            raise_document_error(f"{_NOUN} must be an object, not {describe_type(given)}")
    if isinstance(given, Mapping):
        yield JsonObject(cast("Mapping[object, object]", given))
        return
    if not isinstance(given, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(wrong_type_message("details", "a mapping, JSON text or an iterable of them", given))
    for index, each in enumerate(cast("Iterable[object]", given)):
        page = decode_json(each, _NOUN) if isinstance(each, (str, bytes)) else each
        yield JsonObject.of(page, f"[{index}]")


def _parse_page(source: JsonObject) -> AuthorizationDetails:
    if not source.has("evaluations"):
        raise_document_error(f"not {_NOUN}: the member evaluations is missing", source.path)
    return AuthorizationDetails(
        evaluations=tuple(_parse_evaluation(each) for each in source.get_objects("evaluations")),
        policies=tuple(_parse_policy(each) for each in source.get_objects("policies")),
        request_context=_parse_context(source.get_object("requestContext")),
        next_token=source.get_string("nextToken")
        or source.get_string("NextToken"),  # NextToken: the AWS CLI's own pagination
    )


def _parse_evaluation(source: JsonObject) -> Evaluation:
    return Evaluation(
        action=source.require_string("action"),
        resource=source.require_string("resource"),
        effect=source.get_string("evaluatedEffect"),
        context=_parse_context(source.get_object("context")),
        checks=tuple(_parse_check(each) for each in source.get_objects("checks")),
        matched_policies=_parse_matched_policies(source),
    )


def _parse_check(source: JsonObject) -> Check:
    return Check(
        type=source.require_string("checkType"),
        effect=source.require_string("evaluatedEffect"),
        target_arn=source.get_string("targetArn"),
        relevant_policy_types=source.get_strings("relevantPolicyTypes"),
        matched_policies=_parse_matched_policies(source),
    )


def _parse_matched_policies(source: JsonObject) -> tuple[MatchedPolicy, ...]:
    return tuple(
        MatchedPolicy(
            uri=policy.require_string("uri"),
            statements=tuple(
                StatementMatch(each.get_string("sid"), each.get_string("evaluatedEffect"))
                for each in policy.get_objects("matchedStatements")
            ),
        )
        for policy in source.get_objects("matchedPolicies")
    )


def _parse_policy(source: JsonObject) -> PolicyInfo:
    arns = (each.get_string("arn") for each in source.get_objects("attachedTo"))
    policy_source: list[tuple[str, str]] = []
    for key, value, path in source.get_object("policySource").entries():
        if not isinstance(value, str):
            raise_document_error(f"expected a string, got {describe_type(value)}", path)
        policy_source.append((key, value))
    return PolicyInfo(
        uri=source.get_string("uri"),
        type=source.get_string("type"),
        inline=source.get_bool("inline"),
        attached_to=tuple(arn for arn in arns if arn is not None),
        source=tuple(policy_source),
    )


def _parse_context(source: JsonObject) -> tuple[ContextValue, ...]:
    return tuple(
        ContextValue(key, json.dumps(copy_json(value, path))) for key, value, path in source.entries()
    )


def _merge_contexts(contexts: Iterable[tuple[ContextValue, ...]]) -> tuple[ContextValue, ...]:
    return tuple({each.key.lower(): each for context in contexts for each in context}.values())
