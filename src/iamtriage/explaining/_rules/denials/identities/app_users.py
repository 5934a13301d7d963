"""Explain a denial of Amplify Storage, which calls S3 with the role that an identity pool gives the user of an app.

Sources: https://docs.amplify.aws/react/build-a-backend/storage/authorization/ and
https://docs.amplify.aws/gen1/nextjs/build-a-backend/storage/configure-access/.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

_PAGE = "https://docs.amplify.aws/react/build-a-backend/storage/authorization/"
_CALL = lazy_pattern(r"\bS3 Storage (?P<call>upload|download)\b")
_RULE = lazy_pattern(r"\ballow\.(?:authenticated|guest|groups|entity)\b")
# A bucket policy in the text that covers the bucket, and none of its objects.
_BUCKET_ONLY = lazy_pattern(r"\"arn:aws[a-z-]{0,12}:s3:::[^\"/*]{3,63}\"")
_OBJECTS = lazy_pattern(r"arn:aws[a-z-]{0,12}:s3:::[^\"\s]{3,80}/")
STORAGE_PATH_DENIED = CauseType(
    "storage-path-denied",
    title="The access rules of Amplify Storage do not allow the path to the user",
    text="Amplify Storage calls S3 with the role that the identity pool gives the user. Each path is denied to it unless the access rules allow it to guests, signed-in users or a group.",
    recognised_by="A library of Amplify reports that S3 denied a call of its category Storage.",
    fix="Allow the path in the access rules of the storage, and deploy them.",
    sources=(_PAGE,),
)
APP_USER_IS_GUEST = CauseType(
    "app-user-is-guest",
    title="The user of the app has the role for guests, or that of a group",
    text="Without a sign-in, the user has the role for guests. A member of a group has only that of the group.",
    recognised_by="A library of Amplify reports that S3 denied a call of its category Storage.",
    fix="Sign in before the call, or allow the path to guests or the group.",
    of="storage-path-denied",
)


def explain_app_storage(denial: Denial) -> Explanation:
    """Explain that S3 denied a call to the role that a user of an app has."""
    text = denial.failure.text
    found = _CALL.search(text)
    call = found["call"] if found else "call"
    is_policy_shown = _BUCKET_ONLY.search(text) is not None and _OBJECTS.search(text) is None
    return denial.case.explain(
        f"S3 denied the {call}: most likely, the access rules of Amplify Storage do not allow the path to the user of the app.",
        STORAGE_PATH_DENIED.cause(),
        APP_USER_IS_GUEST.cause(),
        remedies=(
            your_remedy(
                "Allow the path in the access rules of the storage",
                "In Gen 2: extend access in amplify/storage/resource.ts, and deploy. A path has no slash at its start.",
                "In Gen 1: amplify update storage, then amplify push. The role then covers public/, protected/ID/ and private/ID/ with the identity ID, and the library adds the prefix for a key, but not for a path.",
                "Call fetchAuthSession in the app: without tokens, the user is a guest.",
                manifest=None
                if _RULE.search(text)
                else "access: (allow) => ({\n  'media/*': [allow.authenticated.to(['read', 'write', 'delete'])],\n}),\n",
                manifest_language="text",
                url=_PAGE,
            ),
            account_remedy(
                "Compare the path with the policies of the roles",
                "A bucket that Amplify did not create needs a policy on the roles of the pool, by hand.",
                commands=(
                    "aws cognito-identity get-identity-pool-roles --identity-pool-id IDENTITY_POOL_ID --query Roles",
                    "aws iam list-role-policies --role-name ROLE_NAME",
                    "aws iam list-attached-role-policies --role-name ROLE_NAME",
                ),
                url="https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html",
            ),
        ),
        notes=(
            'The bucket policy in the text covers the bucket, but none of its objects, whose ARNs end with /*. With "Principal": "*", it would also make the bucket public: the role needs no bucket policy.'
            if is_policy_shown
            else None
        ),
    )
