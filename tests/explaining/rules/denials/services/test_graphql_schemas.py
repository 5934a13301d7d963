"""Tests for fields of GraphQL APIs that AppSync denies by the schema, a policy or a resolver."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

ERROR = '{{"errors": [{{"path": ["{0}"], "errorType": "Unauthorized", "message": "Not Authorized to access {0} on type {1}"}}]}}\n'
MODES = '[ "API_KEY", [ { "authenticationType": "AWS_IAM" } ] ]\n'
SCHEMA = "type Cart { id: ID! }\ntype Query {\n  listCarts(limit: Int): [Cart]\n}\n"
HCL = """authentication_type = "AMAZON_COGNITO_USER_POOLS"
additional_authentication_provider {
  authentication_type = "API_KEY"
}
"""
POLICY = '{{"Effect": "Allow", "Action": "appsync:GraphQL", "Resource": "arn:aws:appsync:eu-west-1:111122223333:apis/abcdefgh/{}"}}\n'


@check_rows(
    ("text", "says", "omits"),
    [
        (
            ERROR.format("createCart", "Mutation") + 'Signed with the role.\ntype Mutation {\n  createCart(id: ID!): Cart @aws_iam @aws_cognito_user_pools(cognito_groups: ["Clerks"])\n}\n',
            ("most likely, the schema does not open it",),
            ("only for members of the group", "play no part"),
        ),
        (
            ERROR.format("createCart", "Mutation") + "With the API key, not with a role.\ntype Mutation {\n  createCart(id: ID!): Cart @aws_api_key\n}\n",
            ("most likely, the schema does not open it",),
            ("the caller comes with",),
        ),
        (
            ERROR.format("getCart", "Query") + "Does the function need appsync:GraphQL?",
            ("most likely, the schema does not open it", "no policy of its role allows appsync:GraphQL"),
            ("The IAM policy in the text allows",),
        ),
        (
            ERROR.format("getCart", "Query") + POLICY.format("*").replace("Allow", "Deny"),
            ("most likely, the schema does not open it",),
            ("The IAM policy in the text allows",),
        ),
        (
            ERROR.format("getCart", "Query") + POLICY.format("*") + "aws appsync get-graphql-api --api-id ijklmnop",
            ("most likely, the schema does not open it",),
            ("The IAM policy in the text allows", "denied appsync:GetGraphqlApi"),
        ),
    ],
)  # fmt: skip
def test_denied_fields(text: str, says: tuple[str, ...], omits: tuple[str, ...]) -> None:
    full = " ".join(explain(text).to_text(detail="full").split())
    assert [each for each in says if each not in full] == []
    assert [each for each in omits if each in full] == []
