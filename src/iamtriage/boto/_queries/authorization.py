"""Get the authorization details of a denial, and its policies, from IAM Toolbox.

The API is a preview: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/Welcome.html.
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
    call_or_refusal,
    call_with_client,
    choose_region,
    find_failure,
    get_error_code,
    get_sync_session,
)
from iamtriage.explaining._facts import Facts
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._masked_arns import find_partition

if TYPE_CHECKING:
    from iamtriage.boto._queries.calls import FailureSource

__all__ = ("RequestAuthorization", "authorization_details", "find_authorization_id")

_DETAILS = "iam:GetRequestAuthorizationDetails"
_POLICY = "iam:GetRequestAuthorizationPolicy"
_SERVICE = "iam-toolbox"
# An ID contains a digit; without one, it is an ordinary word.
_ID = re.compile(r"(?=[a-z]{0,255}[0-9])[0-9a-z]{16,256}")
# The console URL of the details. Each partition has its own domain; the host begins with the region.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_CONSOLE = re.compile(
    r"https://(?P<host>[a-z0-9-]{1,40})\.console\.[a-z0-9.-]{1,100}/iam/home\?region=(?P<region>[a-z0-9-]{1,40})"
    r"#/authorization-details/(?P<id>[0-9a-z]{1,256})"
)
_CONTEXT_CHARS = 4000  # before and after the failure
_MAX_PAGES = 100
_MAX_POLICIES = 100
# After this many failures in a row, the other policies are not requested.
_MAX_FAILURES_IN_A_ROW = 3


@attrs.frozen
class RequestAuthorization(View):
    """Why a call was denied, with its policies, as :func:`authorization_details` returns it.

    Attributes:
        authorization_id: The authorization ID that the denial states.
        region: The Region that returned the details, which is the Region of the denied call.
        details: The authorization details: which policies and statements decided.
        documents: The policy documents as of the denied call, by the URI of the policy.
        refused: Why a policy document could not be retrieved, by the URI of the policy.

    >>> RequestAuthorization("0a1b2c3d4e5f6g7h", "eu-west-1", AuthorizationDetails()).facts.region
    'eu-west-1'
    """

    authorization_id: str
    region: str
    details: AuthorizationDetails
    documents: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict[str, Mapping[str, Any]], hash=False)
    refused: Mapping[str, Refusal] = attrs.field(factory=dict[str, Refusal], hash=False)

    def __bool__(self) -> Literal[True]:
        """Return true, so that type checkers can distinguish a result from a :class:`Refusal`."""
        return True

    @property
    def facts(self) -> Facts:
        """The facts for :func:`iamtriage.explain`: the details and the Region of the denied call."""
        return Facts(authorization_details=self.details, region=self.region)


def authorization_details(
    failure: FailureSource,
    session: object,
    **client_args: Any,  # noqa: ANN401 (botocore's)
) -> RequestAuthorization | Refusal:
    """Get the authorization details of a denied call, and the evaluated policies, from IAM Toolbox.

    A denial with an authorization ID has such details. AWS keeps them for about a day, in the Region of the
    denied call. The Region is taken from the console URL in the message, else from the ARN of the resource,
    else from the session. Requires the permissions ``iam:GetRequestAuthorizationDetails`` and
    ``iam:GetRequestAuthorizationPolicy``, and a principal in the denied principal's account or organization.

    Args:
        failure: A failure, or anything that :func:`iamtriage.parse` accepts; or the authorization ID alone,
            as a string.
        session: A ``boto3.Session`` or a ``botocore.session.Session``. It is not modified.
        client_args: Arguments for ``session.client("iam-toolbox", …)``, such as ``region_name`` or
            ``config``.

    Returns:
        The details, which you can pass to :func:`iamtriage.explain` as facts. A refusal if the call is
        denied, if there is no authorization ID, if the details have expired or are incomplete, or if botocore
        does not know IAM Toolbox. Policies that could not be retrieved are in ``refused``.

    Raises:
        TypeError: The failure or session has the wrong type, or ``session.client`` does not accept an
            argument.

    Source: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/API_GetRequestAuthorizationDetails.html

    >>> import botocore.session
    >>> print(authorization_details("AccessDenied: Access Denied", botocore.session.Session()))
    iam:GetRequestAuthorizationDetails: There is no authorization ID to look up.
    """
    found = find_failure(failure)
    authorization_id = find_authorization_id(found)
    if authorization_id is None and isinstance(failure, str) and _ID.fullmatch(failure.strip()):
        authorization_id = failure.strip()
    get_sync_session(session)
    if authorization_id is None:
        return Refusal(_DETAILS, "There is no authorization ID to look up.")
    requested_id = authorization_id
    stated_region = None if found is None else _find_region(found.text, found.span, requested_id)
    region = choose_region(
        session, client_args, found, _DETAILS, stated_region=stated_region, session_first=False
    )
    if isinstance(region, Refusal):
        return region
    arguments = {**client_args, "region_name": region}
    if call_or_refusal(_DETAILS, _has_iam_toolbox, session) is False:
        return Refusal(
            _DETAILS, "This version of botocore does not know IAM Toolbox (iam-toolbox); upgrade it."
        )
    return call_with_client(
        session, _SERVICE, _DETAILS, arguments, lambda client: _get_authorization(client, requested_id)
    )


def find_authorization_id(failure: object) -> str | None:
    """Return the authorization ID that a failure states."""
    return failure.authorization_id or None if isinstance(failure, AccessDenied) else None


def _has_iam_toolbox(session: object) -> bool:
    return _SERVICE in get_sync_session(session).get_available_services()


def _find_region(text: str, span: tuple[int, int], authorization_id: str) -> str | None:
    """Find the Region in the console URL of the details, near the failure."""
    # Terminals and tables wrap the URL.
    nearby = "".join(text[max(span[0] - _CONTEXT_CHARS, 0) : span[1] + _CONTEXT_CHARS].split())
    for match in _CONSOLE.finditer(nearby):
        region = match["region"]
        # Without the whitespace, the word after the URL looks like a part of the ID.
        if match["id"].startswith(authorization_id) and match["host"] == region and find_partition(region):
            return region
    return None


def _get_authorization(client: Any, authorization_id: str) -> RequestAuthorization | Refusal:  # noqa: ANN401
    region: object = client.meta.region_name
    pages = _get_pages(client, authorization_id)
    if isinstance(pages, Refusal):
        if get_error_code(pages) == "ResourceNotFoundException":
            reason = (
                f"IAM Toolbox has no details with this ID in {region}. It keeps them for about a day, in the "
                "region of the denied call."
            )
            return attrs.evolve(pages, reason=reason)
        return pages
    details = call_or_refusal(_DETAILS, read_authorization_details, pages)
    if isinstance(details, Refusal):
        return details
    documents, refused = _get_documents(client, authorization_id, _list_uris(details))
    return RequestAuthorization(authorization_id, str(region), details, documents, refused)


def _get_pages(client: Any, authorization_id: str) -> list[Mapping[str, object]] | Refusal:  # noqa: ANN401
    pages: list[Mapping[str, object]] = []
    seen: set[str] = set()
    arguments: dict[str, str] = {}
    while len(pages) < _MAX_PAGES:
        page = call_or_refusal(
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
    return Refusal(_DETAILS, f"IAM Toolbox did not stop after {len(pages)} pages.")


def _list_uris(details: AuthorizationDetails) -> list[str]:
    """Return the URIs of the policies, those that decided first."""
    deciding = [
        match.uri
        for evaluation in details.evaluations
        for matches in (evaluation.matched_policies, *(check.matched_policies for check in evaluation.checks))
        for match in matches
    ]
    return list(dict.fromkeys((*deciding, *(each.uri for each in details.policies if each.uri is not None))))


def _get_documents(
    client: Any,  # noqa: ANN401 (botocore has no types)
    authorization_id: str,
    uris: list[str],
) -> tuple[dict[str, Mapping[str, Any]], dict[str, Refusal]]:
    documents: dict[str, Mapping[str, Any]] = {}
    refused: dict[str, Refusal] = {}
    failures_in_a_row = 0
    for index, uri in enumerate(uris):
        if failures_in_a_row >= _MAX_FAILURES_IN_A_ROW:
            reason = f"The policy was not requested, because {failures_in_a_row} others failed."
            refused[uri] = Refusal(_POLICY, reason)
            continue
        if index >= _MAX_POLICIES:
            refused[uri] = Refusal(_POLICY, "The policy was not requested, because there are too many.")
            continue
        document = _get_document(client, authorization_id, uri)
        if isinstance(document, Refusal):
            refused[uri] = document
            failures_in_a_row += 1
        else:
            documents[uri] = document
            failures_in_a_row = 0
    return documents, refused


def _get_document(client: Any, authorization_id: str, uri: str) -> Mapping[str, Any] | Refusal:  # noqa: ANN401
    response = call_or_refusal(
        _POLICY, client.get_request_authorization_policy, authorizationId=authorization_id, policyUri=uri
    )
    if isinstance(response, Refusal):
        return response
    return call_or_refusal(_POLICY, read_authorization_policy, response)
