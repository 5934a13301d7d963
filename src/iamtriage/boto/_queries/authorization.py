"""Asks IAM Toolbox for the details of a denial and the policies in it; not for what they mean.

See ``authorization_details`` for the latter. The API is a preview:
https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/Welcome.html.
"""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import attrs

from iamtriage._rendering.views import View
from iamtriage.authorization._details import (
    AuthorizationDetails,
    read_authorization_details,
    read_authorization_policy,
)
from iamtriage.boto._queries.calls import (
    Refusal,
    code_of,
    core_for_asking,
    failure_told,
    region_for,
    tried,
    with_client,
)
from iamtriage.explaining._facts import Facts
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._masked_arns import partition_of

if TYPE_CHECKING:
    from iamtriage.boto._queries.calls import Told

__all__ = ("RequestAuthorization", "authorization_details", "authorization_id_in")

_DETAILS = "iam:GetRequestAuthorizationDetails"
_POLICY = "iam:GetRequestAuthorizationPolicy"
_SERVICE = "iam-toolbox"
# A word without a digit is a word.
_ID = re.compile(r"(?=[a-z]{0,255}[0-9])[0-9a-z]{16,256}")
# The console's address of the details. The partitions have hosts of their own; each begins with the region.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_CONSOLE = re.compile(
    r"https://(?P<host>[a-z0-9-]{1,40})\.console\.[a-z0-9.-]{1,100}/iam/home\?region=(?P<region>[a-z0-9-]{1,40})"
    r"#/authorization-details/(?P<id>[0-9a-z]{1,256})"
)
_AROUND = 4000
_MOST_PAGES = 100
_MOST_POLICIES = 100
# So many policies in a row that cannot be read: neither can the others, and each may take its time.
_MOST_REFUSED = 3


@attrs.frozen
class RequestAuthorization(View):
    """Why a call was denied, with the policies. :func:`authorization_details` gives it.

    Attributes:
        authorization_id: the id that the denial states.
        region: the region that had the details: that of the denied call.
        details: who decided, by which statements.
        documents: the uri of a policy -> its document, as it was when the call was denied.
        refused: the uri of a policy -> why its document could not be had.

    >>> RequestAuthorization("0a1b2c3d4e5f6g7h", "eu-west-1", AuthorizationDetails()).facts.region
    'eu-west-1'
    """

    authorization_id: str
    region: str
    details: AuthorizationDetails
    documents: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict[str, Mapping[str, Any]], hash=False)
    refused: Mapping[str, Refusal] = attrs.field(factory=dict[str, Refusal], hash=False)

    def __bool__(self) -> Literal[True]:
        """Be true, so that a type checker tells an answer from a :class:`Refusal`."""
        return True

    @property
    def facts(self) -> Facts:
        """What :func:`iamtriage.explain` makes use of: the details, and the region of the denied call."""
        return Facts(authorization_details=self.details, region=self.region)


def authorization_details(
    failure: Told,
    session: object,
    **client_args: Any,  # noqa: ANN401 (botocore's)
) -> RequestAuthorization | Refusal:
    """Ask IAM Toolbox why a call was denied, and for the policies that were looked at.

    Messages with an authorization id have such details, for a day or so and in the region of the call. It is
    taken from the console's address in the message, else from the ARN of what was called for, else it
    is the session's. It takes the permissions ``iam:GetRequestAuthorizationDetails`` and
    ``iam:GetRequestAuthorizationPolicy``, and a principal of the caller's organization or account.

    Args:
        failure: what :func:`iamtriage.parse` takes or gives; or the authorization id alone, as text.
        session: a ``boto3.Session`` or a ``botocore.session.Session``; it is not changed.
        client_args: what ``session.client("iam-toolbox", …)`` takes, such as ``region_name`` or ``config``.

    Returns:
        The details, which :func:`iamtriage.explain` takes as facts; a refusal where it is denied, there is no
        authorization id, the details are gone or a page of them is missing, or botocore is without IAM
        Toolbox. Policies that alone cannot be had are in ``refused``.

    Raises:
        TypeError: nothing that tells of a failure, not a session, or an argument that ``session.client``
            does not have.

    Source: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/API_GetRequestAuthorizationDetails.html

    >>> import botocore.session
    >>> print(authorization_details("AccessDenied: Access Denied", botocore.session.Session()))
    iam:GetRequestAuthorizationDetails: There is no authorization id to ask with.
    """
    found = failure_told(failure)
    authorization_id = authorization_id_in(found)
    if authorization_id is None and isinstance(failure, str) and _ID.fullmatch(failure.strip()):
        authorization_id = failure.strip()
    core_for_asking(session)
    if authorization_id is None:
        return Refusal(_DETAILS, "There is no authorization id to ask with.")
    asked_for = authorization_id
    told = None if found is None else _region_told(found.text, found.span, asked_for)
    region = region_for(session, client_args, found, _DETAILS, told=told, session_first=False)
    if isinstance(region, Refusal):
        return region
    arguments = {**client_args, "region_name": region}
    if tried(_DETAILS, _knows, session) is False:
        return Refusal(_DETAILS, "This botocore does not know IAM Toolbox (iam-toolbox); a newer one does.")
    return with_client(
        session, _SERVICE, _DETAILS, arguments, lambda client: _authorization(client, asked_for)
    )


def authorization_id_in(failure: object) -> str | None:
    """Give the authorization id that a failure states."""
    return failure.authorization_id or None if isinstance(failure, AccessDenied) else None


def _knows(session: object) -> bool:
    return _SERVICE in core_for_asking(session).get_available_services()


def _region_told(text: str, span: tuple[int, int], authorization_id: str) -> str | None:
    """Give the region in the console's address of the details; None where there is no such address."""
    # Terminals and tables break the address over lines.
    near = "".join(text[max(span[0] - _AROUND, 0) : span[1] + _AROUND].split())
    for found in _CONSOLE.finditer(near):
        region = found["region"]
        # What follows the address without a blank in between looks like a part of the id.
        if found["id"].startswith(authorization_id) and found["host"] == region and partition_of(region):
            return region
    return None


def _authorization(client: Any, authorization_id: str) -> RequestAuthorization | Refusal:  # noqa: ANN401
    region: object = client.meta.region_name
    pages = _pages(client, authorization_id)
    if isinstance(pages, Refusal):
        if code_of(pages) == "ResourceNotFoundException":
            reason = (
                f"IAM Toolbox has no details with this id in {region}: they are kept for a day or so, in the "
                "region of the denied call."
            )
            return attrs.evolve(pages, reason=reason)
        return pages
    details = tried(_DETAILS, read_authorization_details, pages)
    if isinstance(details, Refusal):
        return details
    documents, refused = _documents(client, authorization_id, _uris(details))
    return RequestAuthorization(authorization_id, str(region), details, documents, refused)


def _pages(client: Any, authorization_id: str) -> list[Mapping[str, object]] | Refusal:  # noqa: ANN401
    pages: list[Mapping[str, object]] = []
    seen: set[str] = set()
    arguments: dict[str, str] = {}
    while len(pages) < _MOST_PAGES:
        page = tried(
            _DETAILS,
            client.get_request_authorization_details,
            authorizationId=authorization_id,
            **arguments,
        )
        if isinstance(page, Refusal):
            return page
        pages.append(page)
        token = page.get("nextToken")
        if not token:
            return pages
        if token in seen:
            break
        seen.add(token)
        arguments["nextToken"] = token
    return Refusal(_DETAILS, f"IAM Toolbox gives page after page: {len(pages)} of them, and no end.")


def _uris(details: AuthorizationDetails) -> list[str]:
    """Give the policies of the details, those first that decided."""
    decided = [
        match.uri
        for evaluation in details.evaluations
        for matches in (evaluation.matched_policies, *(check.matched_policies for check in evaluation.checks))
        for match in matches
    ]
    return list(dict.fromkeys((*decided, *(each.uri for each in details.policies if each.uri is not None))))


def _documents(
    client: Any,  # noqa: ANN401 (botocore has no types)
    authorization_id: str,
    uris: list[str],
) -> tuple[dict[str, Mapping[str, Any]], dict[str, Refusal]]:
    documents: dict[str, Mapping[str, Any]] = {}
    refused: dict[str, Refusal] = {}
    in_a_row = 0
    for index, uri in enumerate(uris):
        if in_a_row >= _MOST_REFUSED or index >= _MOST_POLICIES:
            refused[uri] = Refusal(_POLICY, "This policy was not asked for, as there were too many.")
            if in_a_row >= _MOST_REFUSED:
                refused[uri] = Refusal(_POLICY, f"It was not asked for, as {in_a_row} others were refused.")
            continue
        made = _document(client, authorization_id, uri)
        if isinstance(made, Refusal):
            refused[uri] = made
            in_a_row += 1
        else:
            documents[uri] = made
            in_a_row = 0
    return documents, refused


def _document(client: Any, authorization_id: str, uri: str) -> Mapping[str, Any] | Refusal:  # noqa: ANN401
    answer = tried(
        _POLICY, client.get_request_authorization_policy, authorizationId=authorization_id, policyUri=uri
    )
    if isinstance(answer, Refusal):
        return answer
    return tried(_POLICY, read_authorization_policy, answer)
