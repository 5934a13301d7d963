"""Explain that AWS AppSync does not let a caller use a GraphQL API, or a field of it.

Sources: https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html and
https://docs.amplify.aws/gen1/javascript/build-a-backend/graphqlapi/customize-authorization-rules/.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.policies._grants import Grant

_PAGE = "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html"
_MESSAGE = lazy_pattern(
    r"(?i:not authorized to access) (?P<field>[A-Za-z_]\w{0,80}) on type (?P<type>[A-Za-z_]\w{0,80})"
)
_API_OF_ARN = lazy_pattern(r"(?a):appsync:(?P<region>[a-z0-9-]{6,30}):\d{12}:apis/(?P<api>\w{10,40})")
GRAPHQL_FIELD = CauseType(
    "graphql-field-not-allowed",
    title="The GraphQL schema or a resolver does not open the field for this caller",
    text="Without a directive, a field or type is open only for the default authorization mode of the API. Each additional mode, such as IAM, needs its directive on the field and on the type that it returns. A resolver can refuse the caller, too, such as for a record of another owner.",
    recognised_by='AppSync answers "Not Authorized to access FIELD on type TYPE".',
    fix="Add the directive of the caller's authorization mode to the field and to the type that it returns.",
    sources=(_PAGE,),
)
# https://repost.aws/knowledge-center/aws-appsync-graphql-request-unauth-error
GRAPHQL_REQUEST = CauseType(
    "graphql-request-rejected",
    title="No authorization mode of the GraphQL API accepts the request",
    text="The request has no credentials of an authorization mode of the API: its API key has expired or is of another API, its token is of another user pool or provider, or has expired, or the Lambda authorizer of the API refuses it.",
    recognised_by='AppSync answers UnauthorizedException with "You are not authorized to make this call".',
    fix="Send what an authorization mode of the API requires: a valid API key, a token of its user pool or provider, or an IAM signature.",
    sources=(_PAGE,),
)
_OTHER_HEADER = "The header has a prefix such as Bearer, an IAM signature or an API key, or the token has been changed. Requests with an IAM signature require the mode AWS_IAM."


def explain_rejected_request(denial: Denial) -> Explanation | None:
    """Explain that AppSync rejected a request before any field of it, or return ``None`` for one signed with IAM."""
    if denial.principal_text is not None:
        return None
    arn = _API_OF_ARN.search(denial.failure.text)
    api = arn["api"] if arn else "API_ID"
    region = commands.region(arn["region"] if arn else find_region(denial.case))
    listing = f"aws appsync list-graphql-apis --region {region} --query 'graphqlApis[].[name,apiId,uris.GRAPHQL]' --output text"
    template = "aws appsync get-graphql-api --api-id {} --region {} --query 'graphqlApi.[authenticationType,additionalAuthenticationProviders[].authenticationType]'"
    keys = "aws appsync list-api-keys --api-id {} --region {} --query 'apiKeys[].[id,expires]' --output text"
    lines = (commands.fill_command(each, api, region) for each in (template, keys))
    verdict, because = "no authorization mode of the API accepts its credentials", ""
    if "parse JWT" in denial.failure.text:
        verdict = (
            "its header authorization is not the token (JWT) that the authorization mode of the API requires"
        )
        because = _OTHER_HEADER
    return denial.explain(
        f"AppSync rejected the whole request: {verdict}.",
        GRAPHQL_REQUEST.cause(text=because),
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
    found = _MESSAGE.search(denial.failure.text)
    field, kind = (found["field"], found["type"]) if found else ("FIELD", "TYPE")
    arn = f"arn:aws:appsync:{commands.region(find_region(denial.case))}:{commands.account(denial.account)}:apis/API_ID/types/{kind}/fields/{field}"
    return denial.explain(
        f"AppSync did not let the caller use {field} on type {kind}: most likely, the schema does not open it for the caller's authorization mode.",
        GRAPHQL_FIELD.cause("possible"),
        NO_IDENTITY_ALLOW.cause(
            text="The caller signs with IAM, and no policy of its role allows appsync:GraphQL on the field."
        ),
        topic=GRAPHQL_FIELD.code,
        remedies=(
            your_remedy(
                f"Add the directives of all callers to {field} and to the type that it returns, and deploy the schema",
                "The directives are @aws_api_key, @aws_iam, @aws_cognito_user_pools, @aws_oidc and @aws_lambda. A directive closes the field for all modes that it does not name, and with cognito_groups for users of other groups.",
                "The objects that the field returns need the directives, too: otherwise, the caller gets "
                f"{field}, but not its fields.",
                "With Amplify, add a rule for the caller to the @auth rules of the model (in Gen 2, .authorization) instead.",
                commands="aws appsync get-graphql-api --api-id API_ID --query 'graphqlApi.[authenticationType,additionalAuthenticationProviders]'",
                url=_PAGE,
            ),
            allow_remedy(
                denial,
                grant=Grant("appsync:GraphQL", (arn,)),
                title="For callers that sign with IAM: allow appsync:GraphQL on the field",
                url=_PAGE,
            ),
        ),
    )
