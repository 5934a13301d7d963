"""Explain that AWS AppSync does not let a caller use a field of a GraphQL API.

Sources: https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html and
https://docs.amplify.aws/gen1/javascript/build-a-backend/graphqlapi/customize-authorization-rules/.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.policies._grants import Grant
from iamtriage.policies._readers.elements import as_strings

_PAGE = "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html"
_AMPLIFY_PAGE = (
    "https://docs.amplify.aws/gen1/javascript/build-a-backend/graphqlapi/customize-authorization-rules/"
)
_MESSAGE = lazy_pattern(
    r"(?i:not authorized to access) (?P<field>[A-Za-z_]\w{0,80}) on type (?P<type>[A-Za-z_]\w{0,80})"
)
_DIRECTIVES = {
    "API_KEY": "@aws_api_key",
    "AWS_IAM": "@aws_iam",
    "AMAZON_COGNITO_USER_POOLS": "@aws_cognito_user_pools",
    "OPENID_CONNECT": "@aws_oidc",
    "AWS_LAMBDA": "@aws_lambda",
}
_MODE = lazy_pattern(rf"\b(?:{'|'.join(_DIRECTIVES)})\b")
# What shows with which mode somebody calls.
_CALLS_WITH = (
    ("AWS_IAM", lazy_pattern(r"(?i:\bsigned\b|\bsigv4\b|\bSignatureV4\b|\bIAM (?:auth|role|credentials)|\brole\b)")),
    ("AMAZON_COGNITO_USER_POOLS", lazy_pattern(r"(?i:\bcognito (?:user|token|jwt)|\b(?:id|access) token\b|\buser pool)")),
    ("API_KEY", lazy_pattern(r"(?i:\bx-api-key\b|\bAPI key\b)")),
)  # fmt: skip
_GRANTED = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:appsync:[a-z0-9*-]{1,20}:[0-9*]{1,12}:apis/(?P<api>[\w*]{1,40})(?P<path>/[\w/*]{1,200})?",
    re.ASCII,
)
_API_ID = lazy_pattern(r"--api-id[ =](\w{1,40})")
# Its DataStore queries connections of models.
_AMPLIFY = lazy_pattern(
    r"\bModel\w{1,80}Connection\b|\bDataStore(?:Exception|Error)?\b|\bAmplify\.\w|\bcom\.amplifyframework\b|@auth\b|@model\b|\ba\.(?:model|schema)\(|\bamplify (?:push|gen|add)\b"
)
GRAPHQL_FIELD = CauseType(
    "graphql-field-not-allowed",
    title="The GraphQL schema does not open the field for this kind of caller",
    text="Without a directive, a field or type is open only for the default authorization mode of the API. Each additional mode, such as IAM, needs its directive on the field and on the type that it returns.",
    recognised_by='AppSync answers "Not Authorized to access FIELD on type TYPE".',
    fix="Add the directive of the caller's authorization mode to the field and to the type that it returns.",
    sources=(_PAGE,),
)
GRAPHQL_POLICY = CauseType(
    "graphql-policy-lacks-field",
    title="The caller's policy does not allow appsync:GraphQL on the field",
    text="The caller signs with IAM, and no policy of its role allows appsync:GraphQL on the field.",
    fix="Allow appsync:GraphQL on the field in a policy of the caller's role.",
    of="graphql-field-not-allowed",
)
GRAPHQL_RESOLVER = CauseType(
    "graphql-resolver-denies",
    title="The resolver refuses the caller",
    text="The resolver calls util.unauthorized(), such as for a record of another owner.",
    fix="Compare the caller's identity with what the resolver requires.",
    of="graphql-field-not-allowed",
)


class _Field(NamedTuple):
    """What a text shows of a field: its name and line in the schema, and the authorization modes of the API."""

    name: str
    line: str | None
    modes: list[str]
    default: str | None
    mode: str | None


# https://repost.aws/knowledge-center/aws-appsync-graphql-request-unauth-error
GRAPHQL_REQUEST = CauseType(
    "graphql-request-rejected",
    title="No authorization mode of the GraphQL API accepts the request",
    text="The request has no credentials of an authorization mode of the API: its API key has expired or is of another API, or its token is of another user pool or provider, or has expired.",
    recognised_by='AppSync answers UnauthorizedException with "You are not authorized to make this call".',
    fix="Send what an authorization mode of the API requires: a valid API key, a token of its user pool or provider, or an IAM signature.",
    sources=(_PAGE,),
)
GRAPHQL_AUTHORIZER = CauseType(
    "graphql-authorizer-refuses",
    title="The Lambda authorizer of the GraphQL API refuses the caller",
    text="The API has a Lambda authorizer, which returned isAuthorized: false for this token.",
    fix="Look in the logs of the authorizer why it refuses the token.",
    of="graphql-request-rejected",
)
_OTHER_HEADER = "The header has a prefix such as Bearer, an IAM signature or an API key, or the token has been changed. Requests with an IAM signature require the mode AWS_IAM."
_REFUSES = lazy_pattern(r"\bisAuthorized[\"']?\s?[:=]\s?[Ff]alse\b")
_API_OF_ARN = lazy_pattern(r":appsync:(?P<region>[a-z0-9-]{6,30}):\d{12}:apis/(?P<api>\w{10,40})", re.ASCII)


def explain_rejected_request(denial: Denial) -> Explanation | None:
    """Explain that AppSync rejected a request before any field of it, or return ``None`` for one signed with IAM."""
    if denial.principal_text is not None:
        return None
    text = denial.failure.text
    arn = _API_OF_ARN.search(text)
    api = arn["api"] if arn else "API_ID"
    region = commands.region(arn["region"] if arn else find_region(denial.case))
    causes = [GRAPHQL_REQUEST.cause(), GRAPHQL_AUTHORIZER.cause()]
    if (stated := _REFUSES.search(text)) is not None:
        causes = [GRAPHQL_AUTHORIZER.cause("derived", f"The text says {quote_words(stated[0])}."), causes[0]]
    verdict = "no authorization mode of the API accepts its credentials"
    if "parse JWT" in text:
        verdict = (
            "its header authorization is not the token (JWT) that the authorization mode of the API requires"
        )
        causes = [GRAPHQL_REQUEST.cause(text=_OTHER_HEADER)]
    listing = f"aws appsync list-graphql-apis --region {region} --query 'graphqlApis[].[name,apiId,uris.GRAPHQL]' --output text"
    template = "aws appsync get-graphql-api --api-id {} --region {} --query 'graphqlApi.[authenticationType,additionalAuthenticationProviders[].authenticationType]'"
    keys = "aws appsync list-api-keys --api-id {} --region {} --query 'apiKeys[].[id,expires]' --output text"
    lines = (commands.fill_command(each, api, region) for each in (template, keys))
    return denial.explain(
        f"AppSync rejected the whole request: {verdict}.",
        *causes,
        remedies=your_remedy(
            "Compare what the request sends with the authorization modes of the API",
            "get-graphql-api prints the modes. API_KEY: the key is in the header x-api-key, and has not expired (seconds since 1970; create-api-key makes a new one).",
            "AMAZON_COGNITO_USER_POOLS and OPENID_CONNECT: the header authorization is a token of this pool or provider that has not expired, without Bearer. AWS_LAMBDA: the authorizer has to return isAuthorized: true, and its log group is /aws/lambda/FUNCTION.",
            "AWS_IAM: the request has to be signed for the service appsync. Without a signature, the role of the caller does not count.",
            commands=(*(() if arn else (listing,)), *lines),
            url=_PAGE,
        ),
        notes="An Allow of appsync:GraphQL does not help: AppSync knows no IAM identity of the caller.",
    )


def explain_graphql_field(denial: Denial) -> Explanation:
    """Explain that AppSync rejected a field of a query, mutation or subscription."""
    text = denial.failure.text
    found = _MESSAGE.search(text)
    field, kind = (found["field"], found["type"]) if found else ("FIELD", "TYPE")
    modes = list(dict.fromkeys(_MODE.findall(text)))
    default = next((each[0] for each in _MODE.finditer(text) if not _is_additional(text, each.start())), None)
    line = _find_field(text, kind, field)
    mode = _find_mode(text, default, modes)
    answer = _answer_policy(denial, f"/types/{kind}/fields/{field}")
    if (path := _find_other_path(text, f"/types/{kind}/fields/{field}")) is not None:
        return _explain_policy(denial, path, field, kind)
    if _AMPLIFY.search(text):
        return denial.explain(
            f"AppSync did not let the caller use {field} on type {kind}: no authorization rule of the model in the schema is for this caller.",
            GRAPHQL_FIELD.cause("derived", text="Amplify opens a model only for the callers of its @auth rules (in Gen 2, .authorization): the kind of caller, its provider and its groups have to match."),
            GRAPHQL_RESOLVER.cause(text="The rule is for owners, and the record belongs to somebody else."),
            remedies=your_remedy(
                "Add a rule for this caller to the model, and deploy it",
                "Keep the other rules: they are for other callers.",
                "For a function: in Gen 1, { allow: private, provider: iam }, and its role in amplify/backend/api/API_NAME/custom-roles.json (adminRoleNames); in Gen 2, allow.resource(FUNCTION) on the schema.",
                "A client with several modes has to send the request with the one of the rule (authMode).",
                url=_AMPLIFY_PAGE,
            ),
            notes=answer,
        )  # fmt: skip
    if line is not None and (
        closed := _explain_directives(denial, _Field(field, line, modes, default, mode), kind, answer)
    ):
        return closed
    is_known = line is not None and "@aws_" not in line and len(modes) > 1 and default is not None
    remedy = _directive_remedy(text, _Field(field, line, modes, default, mode))
    if is_known and mode != default:
        return denial.explain(
            f"AppSync did not let the caller use {field} on type {kind}: the schema opens the field only for the default authorization mode, {default}{f', and the caller uses {mode}' if mode else ''}.",
            GRAPHQL_FIELD.cause("derived", (f"The text shows the modes {join_words(modes, 'and')}, and the field without a directive: {line}",)),
            remedies=remedy,
            notes=answer,
        )  # fmt: skip
    arn = f"arn:aws:appsync:{commands.region(find_region(denial.case))}:{commands.account(denial.account)}:apis/API_ID/types/{kind}/fields/{field}"
    return denial.explain(
        f"AppSync did not let the caller use {field} on type {kind}: most likely, the schema does not open it for the caller's authorization mode.",
        GRAPHQL_FIELD.cause("possible"),
        None if answer else GRAPHQL_POLICY.cause(),
        GRAPHQL_RESOLVER.cause(),
        remedies=present(
            remedy,
            None
            if answer
            else allow_remedy(
                denial,
                grant=Grant("appsync:GraphQL", (arn,)),
                title="For callers that sign with IAM: allow appsync:GraphQL on the field",
                url=_PAGE,
            ),
        ),
        notes=answer,
    )


_GROUPS = lazy_pattern(
    r"@aws_(?:auth|cognito_user_pools) ?\( ?cognito_groups ?: ?\[(?P<groups>[^\]]{1,300})\]"
)
_GROUPS_PAGE = "https://docs.aws.amazon.com/appsync/latest/devguide/security-authorization-use-cases.html"


def _explain_directives(denial: Denial, of: _Field, kind: str, answer: str | None) -> Explanation | None:
    """Explain that the directives of a field name other groups or authorization modes than the caller's."""
    line = of.line or ""
    opened = [mode for mode, directive in _DIRECTIVES.items() if re.search(rf"{directive}\b", line)]
    if (found := _GROUPS.search(line)) is not None:
        if set(opened) - {"AMAZON_COGNITO_USER_POOLS"}:
            return None  # the caller can come with another mode
        groups = tuple(each.strip(" \"'") for each in found["groups"].split(","))
        named = clip_text(join_words(groups, "and"))
        return denial.explain(
            f"AppSync did not let the caller use {of.name} on type {kind}: the schema opens the field only for members of the {'group' if len(groups) == 1 else 'groups'} {named} of the user pool.",
            GRAPHQL_FIELD.cause("derived", (f"The text shows: {line}",), text="AppSync compares cognito:groups of the token with cognito_groups of the directive."),
            remedies=account_remedy(
                f"Add the user to the group {clip_text(groups[0])}, if it is meant to have access",
                "The token has the groups of the sign-in: sign in again afterwards. Or name the user's group in the directive, and deploy the schema.",
                commands=commands.fill_command("aws cognito-idp admin-add-user-to-group --user-pool-id USER_POOL_ID --username USER_NAME --group-name {}", groups[0]),
                url=_GROUPS_PAGE,
            ),
            notes="IAM policies and roles play no part in a call with a token of a user pool.",
        )  # fmt: skip
    shown = [each for each, sign in _CALLS_WITH if sign.search(denial.failure.text)]
    mode = next((each for each in shown if each not in opened), None)
    if not opened or mode is None or not set(opened).isdisjoint(shown):
        return None
    both = " ".join(_DIRECTIVES[each] for each in (*opened, mode))
    return denial.explain(
        f"AppSync did not let the caller use {of.name} on type {kind}: the directives in the schema open the field only for {join_words(tuple(opened), 'and')}, and the caller uses {mode}.",
        GRAPHQL_FIELD.cause("derived", (f"The text shows: {line}",), text="A field with directives is open only for the modes that they name."),
        remedies=your_remedy(
            f"Add {_DIRECTIVES[mode]} to {of.name} and to the type that it returns, and deploy the schema",
            f"The API must have {mode} as its default or as an additional authorization mode.",
            manifest=re.sub(r"\s{0,8}@aws_\w+", "", line).rstrip() + f" {both}",
            manifest_language="text",
            url=_PAGE,
        ),
        notes=answer,
    )  # fmt: skip


def _is_additional(text: str, at: int) -> bool:
    """Return whether a mode stands in the list of additional ones."""
    before = text[max(at - 160, 0) : at].lower()
    return "additional" in before and "[authenticationtype,additional" not in before


def _find_mode(text: str, default: str | None, modes: list[str]) -> str | None:
    """Return the additional mode with which the caller comes: the only one, or the one of which the text speaks."""
    others = [each for each in modes if each != default]
    if len(others) == 1:
        return others[0]
    return next((mode for mode, sign in _CALLS_WITH if mode in others and sign.search(text)), None)


def _find_field(text: str, kind: str, field: str) -> str | None:
    """Return the line of the schema with a field of a type, or ``None``."""
    block = re.search(rf"\btype {kind}\b[^{{}}]{{0,200}}\{{(?P<fields>[^{{}}]{{1,4000}})\}}", text)
    if block is None:
        return None
    line = re.search(rf"(?:^|(?<=\s)){field}(?:\([^)]{{0,400}}\))?\s?:[^\n]{{1,200}}", block["fields"])
    return line[0].strip() if line else None


def _find_other_path(text: str, path: str) -> str | None:
    """Return the only resource that a policy in the text names, unless it covers the field."""
    granted = {each[0]: each["path"] or "" for each in _GRANTED.finditer(text)}
    if "appsync:GraphQL" not in text or not granted:
        return None
    return None if any(fnmatchcase(path, each) for each in granted.values() if each) else next(iter(granted))


def _answer_policy(denial: Denial, path: str) -> str | None:
    """Return what to know about the policy in the text, if it allows the field."""
    text, policies = denial.failure.text, denial.context.policies
    if "appsync:GraphQL" not in text or any(
        names_action(each, "appsync:GraphQL") for policy in policies for each in policy.denies
    ):
        return None
    called = {*_API_ID.findall(text)}
    is_granted = any(
        each["path"] and fnmatchcase(path, each["path"]) and (not called or each["api"] in {"*", *called})
        for each in _GRANTED.finditer(text)
    )
    if not is_granted and not any(
        names_action(each, "appsync:GraphQL") and "*" in as_strings(each.get("Resource"))
        for policy in policies
        for each in policy.allows
    ):
        return None
    return "The IAM policy in the text allows appsync:GraphQL on the field: it is not the cause, and more permissions do not help."


def _explain_policy(denial: Denial, resource: str, field: str, kind: str) -> Explanation:
    base = resource.partition("/types/")[0].rstrip("/*")
    return denial.explain(
        f"AppSync did not let the caller use {field} on type {kind}: the policy in the text allows appsync:GraphQL only on {resource}, which is not the field.",
        GRAPHQL_POLICY.cause(
            "derived",
            text="The resources of appsync:GraphQL are the fields of the API: apis/API_ID/types/TYPE/fields/FIELD, or apis/API_ID/* for all.",
        ),
        topic=GRAPHQL_FIELD.code,
        remedies=allow_remedy(
            denial, grant=Grant("appsync:GraphQL", (f"{base}/types/{kind}/fields/{field}",)), url=_PAGE
        ),
    )


def _directive_remedy(text: str, of: _Field) -> Remedy:
    """Return the remedy that opens the field for the caller, and keeps it open for the others."""
    field, line, modes, default, mode = of
    wanted = [each for each in (default, mode) if each] if mode else modes
    directives = " ".join(_DIRECTIVES[each] for each in dict.fromkeys(wanted)) or "@aws_api_key @aws_iam"
    returned = re.search(
        r":\s{0,4}\[?(\w{1,80})", line.rpartition(")")[2] if line and ")" in line else line or ""
    )
    name = returned[1] if returned else None
    of_type = re.search(rf"\btype {name}\b[^\n{{]{{0,200}}", text) if name else None
    lines = present(
        f"{of_type[0].strip()} {directives} {{ … }}" if of_type and "@aws_" not in of_type[0] else None,
        f"{line} {directives}" if line and "@aws_" not in line else None,
    )
    keep = (
        f"Keep {_DIRECTIVES[default]}, the directive of the default mode. With only another one, the present callers lose access."
        if default
        else "A directive closes the field for all modes that it does not name: name those of all callers."
    )
    return your_remedy(
        f"Add the directives to {field} and to the type that it returns, and deploy the schema",
        keep,
        f"The objects that the field returns need the directives, too: otherwise, the caller gets {field}, but not its fields.",
        None if lines else f"For example: {field}: TYPE {directives}. The directives are @aws_api_key, @aws_iam, @aws_cognito_user_pools, @aws_oidc and @aws_lambda.",
        manifest="\n".join(lines) or None,
        manifest_language="text",
        commands=None if modes else "aws appsync get-graphql-api --api-id API_ID --query 'graphqlApi.[authenticationType,additionalAuthenticationProviders]'",
        url=_PAGE,
    )  # fmt: skip
