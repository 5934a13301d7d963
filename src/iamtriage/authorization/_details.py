"""What IAM Toolbox tells of a denial: who decided, by which statements; not for asking it.

The members are those of https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/Welcome.html, whose API
is a preview.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage.authorization._checks import (
    Check,
    ContextValue,
    Evaluation,
    MatchedPolicy,
    PolicyInfo,
    StatementMatch,
    context_to_dict,
)
from iamtriage.authorization._denials import Denial, DenyingPolicy, denials_of
from iamtriage.authorization._documents import Part, decoded, kind_of, plain, refuse, stated

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

_Page: TypeAlias = "str | bytes | Mapping[str, object]"
_NOUN = "authorization details"
_MOST_SHOWN = 50
# https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/API_GetRequestAuthorizationDetails.html
_ID = re.compile(r"\s{0,9}[0-9a-z]{16,256}\s{0,9}")


@attrs.frozen
class AuthorizationDetails(View):
    """Why a call was denied. :func:`read_authorization_details` makes one.

    Attributes:
        evaluations: the actions and resources that the call took, each with its outcome.
        policies: the policies that were looked at. Empty where the AWS CLI left them out.
        request_context: the condition keys of the call with their values. Empty where the CLI left it out.
        next_token: what to ask the next page with; None where there are no more.
    """

    evaluations: tuple[Evaluation, ...] = ()
    policies: tuple[PolicyInfo, ...] = ()
    request_context: tuple[ContextValue, ...] = ()
    next_token: str | None = None

    def denials(self) -> tuple[Denial, ...]:
        """Give the reasons for which actions were denied: for each action, the explicit denials first.

        An action that is denied explicitly may lack an allowance as well: both are told.

        >>> checks = (Check("PRINCIPAL", "ALLOW"), Check("SESSION", "IMPLICIT_DENY"))
        >>> details = AuthorizationDetails((Evaluation("s3:GetObject", "", "IMPLICIT_DENY", checks=checks),))
        >>> [(each.action, each.policy_type, each.deny) for each in details.denials()]
        [('s3:GetObject', 'session', 'implicit')]
        """
        known = {each.uri: each for each in reversed(self.policies) if each.uri is not None}
        return tuple(denial for each in self.evaluations for denial in denials_of(each, known))

    def context_of(self, evaluation: Evaluation) -> tuple[ContextValue, ...]:
        """Give the condition keys of an evaluation: its own on top of the call's.

        >>> details = AuthorizationDetails(request_context=(ContextValue("aws:ViaAWSService", "false"),))
        >>> details.context_of(Evaluation("s3:GetObject", ""))[0].values
        ('false',)
        """
        return _merged_context((self.request_context, evaluation.context))

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading

        denials = self.denials()
        yield Heading("Why the call was denied" if denials else "These details tell of no denial", 1)
        for each in denials[:_MOST_SHOWN]:
            yield Heading(f"{each.action} on {each.resource or '*'}", 3, (each.deny or "denied",))
            rows = (
                ("policy type", (each.policy_type or "").replace("_", " ")),
                ("attached to", each.target_arn),
                ("policies", ", ".join(policy.uri for policy in each.policies)),
                ("statements", ", ".join(each.sids)),
            )
            if told := tuple((name, value) for name, value in rows if value):
                yield Fields(told)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON-ready data, in AWS's own form, which :func:`read_authorization_details` reads.

        >>> AuthorizationDetails().to_dict()
        {'requestContext': {}, 'evaluations': [], 'policies': []}
        """
        return stated(
            requestContext=context_to_dict(self.request_context),
            evaluations=[each.to_dict() for each in self.evaluations],
            policies=[each.to_dict() for each in self.policies],
            nextToken=self.next_token,
        )


def read_authorization_details(details: _Page | Iterable[_Page]) -> AuthorizationDetails:
    """Read what IAM Toolbox's ``GetRequestAuthorizationDetails`` returns.

    Args:
        details: the answer, as a mapping or JSON text, or the pages of it in their order, such as
            botocore's paginator gives. The AWS CLI prints policies and context only with ``--no-paginate``.

    Raises:
        DocumentError: no such answer; ``path`` tells the place. Unknown members and words are no fault.
        TypeError: neither text, a mapping nor something to iterate over.

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
    pages = [_page(each) for each in _pages(details)]
    if not pages:
        refuse(f"{_NOUN} have one page at least")
    return AuthorizationDetails(
        evaluations=tuple(each for page in pages for each in page.evaluations),
        policies=tuple(dict.fromkeys(each for page in pages for each in page.policies)),
        request_context=_merged_context(page.request_context for page in pages),
        next_token=pages[-1].next_token,
    )


def read_authorization_policy(policy: _Page) -> dict[str, Any]:
    """Read what IAM Toolbox's ``GetRequestAuthorizationPolicy`` returns.

    It is the policy as it was when the call was denied. AWS may leave out actions of other services.

    Args:
        policy: the answer, as a mapping or JSON text.

    Returns:
        The policy document, which is not checked.

    Raises:
        DocumentError: no such answer.
        TypeError: neither text nor a mapping.

    >>> read_authorization_policy('{"policyDocument": {"Version": "2012-10-17", "Statement": []}}')
    {'Version': '2012-10-17', 'Statement': []}
    """
    noun = "a policy of authorization details"
    if not isinstance(policy, (str, bytes, Mapping)):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"{noun} is a mapping or JSON text, not {type(policy).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    answer = Part.of(decoded(policy, noun) if isinstance(policy, (str, bytes)) else policy, noun=noun)
    document = answer.members.get("policyDocument")
    if isinstance(document, str):
        document = decoded(document, "a policy document")
    found = Part.of(document, "policyDocument", "a policy document")
    return cast("dict[str, Any]", plain(found.members, found.path))


def _pages(details: _Page | Iterable[_Page]) -> Iterator[Part]:
    given: object = details
    if isinstance(given, str) and _ID.fullmatch(given):
        refuse("this is an authorization id; GetRequestAuthorizationDetails gives the details for it")
    if isinstance(given, (str, bytes)):
        given = decoded(given, _NOUN)
        if not isinstance(given, (Mapping, list)):
            refuse(f"{_NOUN} are an object, not {kind_of(given)}")
    if isinstance(given, Mapping):
        yield Part(cast("Mapping[object, object]", given))
        return
    if not isinstance(given, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"{_NOUN} are a mapping, JSON text or pages of it, not {type(given).__name__}"
        raise TypeError(msg)
    for index, each in enumerate(cast("Iterable[object]", given)):
        page = decoded(each, _NOUN) if isinstance(each, (str, bytes)) else each
        yield Part.of(page, f"[{index}]", "a page")


def _page(part: Part) -> AuthorizationDetails:
    if not part.has("evaluations"):
        refuse(f"these are no {_NOUN}: they have no evaluations", part.path)
    return AuthorizationDetails(
        evaluations=tuple(_evaluation(each) for each in part.parts("evaluations")),
        policies=tuple(_policy(each) for each in part.parts("policies")),
        request_context=_context(part.part("requestContext")),
        next_token=part.text("nextToken") or part.text("NextToken"),  # the CLI's is of its own making
    )


def _evaluation(part: Part) -> Evaluation:
    return Evaluation(
        action=part.needed_text("action"),
        resource=part.needed_text("resource"),
        effect=part.text("evaluatedEffect"),
        context=_context(part.part("context")),
        checks=tuple(_check(each) for each in part.parts("checks")),
        matched_policies=_matched(part),
    )


def _check(part: Part) -> Check:
    return Check(
        type=part.needed_text("checkType"),
        effect=part.needed_text("evaluatedEffect"),
        target_arn=part.text("targetArn"),
        relevant_policy_types=part.texts("relevantPolicyTypes"),
        matched_policies=_matched(part),
    )


def _matched(part: Part) -> tuple[MatchedPolicy, ...]:
    return tuple(
        MatchedPolicy(
            uri=policy.needed_text("uri"),
            statements=tuple(
                StatementMatch(each.text("sid"), each.text("evaluatedEffect"))
                for each in policy.parts("matchedStatements")
            ),
        )
        for policy in part.parts("matchedPolicies")
    )


def _policy(part: Part) -> PolicyInfo:
    arns = (each.text("arn") for each in part.parts("attachedTo"))
    source: list[tuple[str, str]] = []
    for key, value, path in part.part("policySource").entries():
        if not isinstance(value, str):
            refuse(f"text is wanted, not {kind_of(value)}", path)
        source.append((key, value))
    return PolicyInfo(
        uri=part.text("uri"),
        type=part.text("type"),
        inline=part.flag("inline"),
        attached_to=tuple(arn for arn in arns if arn is not None),
        source=tuple(source),
    )


def _context(part: Part) -> tuple[ContextValue, ...]:
    return tuple(ContextValue(key, json.dumps(plain(value, path))) for key, value, path in part.entries())


def _merged_context(contexts: Iterable[tuple[ContextValue, ...]]) -> tuple[ContextValue, ...]:
    return tuple({each.key.lower(): each for context in contexts for each in context}.values())
