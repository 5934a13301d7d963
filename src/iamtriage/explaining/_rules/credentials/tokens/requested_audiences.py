"""Find the audience for which a text requests a web identity token, or how to name it in the request."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._rules.credentials.tokens.issuers import STS_AUDIENCE

# The audience that a GitLab job, a run of HCP Terraform, a pod or aws-actions/configure-aws-credentials requests.
_REQUESTED = lazy_pattern(
    r"(?a)\bid_tokens:\s{1,40}\w{1,80}:\s{1,40}aud: [\"']?(?P<gitlab>[A-Za-z0-9][\w.:/-]{0,254})"
    r"|\bserviceAccountToken[\"']?:\s{1,40}\{?\s{0,40}[\"']?(?:(?:expirationSeconds|path)[\"']?: [^\s,]{1,40},?\s{1,40}[\"']?){0,2}audience[\"']?: [\"']?(?P<pod>[A-Za-z0-9][\w.:/-]{0,254})"
    r"|\bTFC_AWS_WORKLOAD_IDENTITY_AUDIENCE\w{0,40}(?:[\"'`]?[ \t]{0,20}[=:|]|[\"']?,?\s{1,40}[\"']?value[\"']? ?[=:])[ \t]{0,20}[\"'`]?(?!(?i:(?:data|each|local|module|var)\.|(?:default|empty|missing|none|not|null|unset)\b))(?P<terraform>[A-Za-z0-9][\w.:/-]{0,254})"
    r"|\baws-actions/configure-aws-credentials\b[^\x00]{0,400}?\n[ ]{2,40}audience: [\"']?(?P<github>[A-Za-z0-9][\w.:/-]{0,254})"
)
# A request of a workflow for its token, up to the end of its command.
_GITHUB_REQUEST = lazy_pattern(
    r"\b(?:curl|wget|Invoke-(?:RestMethod|WebRequest)|fetch\(|requests\.get\()(?:[^\n\\|]|\\\s){0,400}?\bACTIONS_ID_TOKEN_REQUEST_URL\b(?:[^\n\\|]|\\\s){0,400}"
    r"|\bgetIDToken\([^)\n]{0,100}\)"
)
_ARGUMENT = lazy_pattern(r"getIDToken\([^)]*[^)\s]")


def find_requested(text: str) -> re.Match[str] | None:
    """Return the only audience for which the text requests a token. A pod can mount several tokens."""
    found = {each[each.lastgroup or 0]: each for each in _REQUESTED.finditer(text)}
    return only_one(found.values())


def describe_unnamed(text: str) -> str | None:
    """Return how to name the audience in the request of a workflow that the text shows, if no request names one."""
    requests = [each[0] for each in _GITHUB_REQUEST.finditer(text)]
    is_named = any("audience" in each or _ARGUMENT.search(each) for each in requests)
    # The action names an audience, and another request can be for another service.
    if not requests or is_named or "configure-aws-credentials" in text:
        return None
    if "getIDToken" in requests[0]:
        return f'Pass it as the argument: getIDToken("{STS_AUDIENCE}").'
    url = "$ACTIONS_ID_TOKEN_REQUEST_URL"
    return (
        f'Append &audience={STS_AUDIENCE} to the URL, within double quotes: "{url}&audience={STS_AUDIENCE}".'
    )
