"""Find the key of what a call reads or writes, and the account that owns what the key encrypts."""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.s3_locations import find_location
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled
from iamtriage.explaining._rules.denials import policy_causes
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.denials.conditions.denied_regions import region_setting
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants import allow_remedies
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

# The key policy is said to enable IAM policies, or to be the default one, which does.
_HAS_ROOT = lazy_pattern(
    r"(?i:\bkey polic(?:y|ies)(?: of [\w/-]{1,80})?(?: (?:already|both|each|all|still)){0,2}(?: (?:ha(?:s|ve)|contains?|includes?|with|is|are)\b| ?[:=])(?! (?:no|not|only if|the same)\b)[^.\n]{0,30}?"
    r"\b(?:root statement|statement for (?:the account's )?root|root principal|default (?:statement|one|polic(?:y|ies)|root)|default(?= ?[,;).(\n]|\Z)|Enable IAM (?:User Permissions|policies))"
    r"|\b(?:has|have|with|uses?|kept) (?:only )?(?:the |its |a |an |AWS ){0,2}default key policy\b)"
)
# The services that people name as what their program reads.
_STORES = {"parameter store": "ssm", "secrets manager": "secretsmanager"}


def enables_iam(text: str) -> bool:
    """Return whether a text says that the key policy lets IAM policies of the account allow the use of the key.

    >>> [enables_iam(f"key policy: {each}") for each in ("default", "only the default statement (root)", "see below")]
    [True, True, False]
    >>> [enables_iam(f"The key policy {each}.") for each in ("is the default one", "has no root statement")]
    [True, False]
    """
    return next(find_said(text, _HAS_ROOT), None) is not None


def find_other_owner(denial: Denial) -> tuple[str, str] | None:
    """Return what an unknown key encrypts and its account, if that is another account than the caller's."""
    data = encrypted_data.describe_data(encrypted_data.called_operation(denial))
    service = encrypted_data.find_service_of(data)
    if denial.account is None or denial.has_masked_account or service not in encrypted_data.SHOW_KEYS:
        return None
    if encrypted_data.find_key(denial) is not None:
        return None
    name, arn = encrypted_data.find_data_name(denial, service), encrypted_data.find_data(denial, service)
    owner = None if arn is None else arn.account
    # A name without an account is that of the caller's own data.
    if owner in {None, denial.account} or (name is not None and str(owner) not in name):
        return None
    return data, str(owner)


def name_called_data(denial: Denial) -> tuple[str, str] | None:
    """Return what another service decrypts for a call, and that call, or ``None`` if KMS was called or it is unknown."""
    operation = encrypted_data.called_operation(denial)
    data = encrypted_data.describe_data(operation)
    service = encrypted_data.find_service_of(data)
    if service is None or encrypted_data.ENVIRONMENT in denial.failure.text:
        return None
    name = encrypted_data.find_data_name(denial, service)
    return f"the {data}{f' {clip_text(name)}' if name else ''}", operation


def key_of_data_command(denial: Denial) -> str | None:
    """Return the command that prints the key of what a call reads or writes: in S3, of an object or of its bucket."""
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    if encrypted_data.ENVIRONMENT in denial.failure.text:
        return f"aws lambda get-function-configuration --function-name {encrypted_data.function_of(denial)} --query '[KMSKeyArn,Role]' --output text"
    operation = encrypted_data.called_operation(denial)
    data = encrypted_data.describe_data(operation)
    if data != "object" and denial.failure.envelope.service != "s3":
        service = encrypted_data.find_service_of(data) or encrypted_data.find_calling_service(denial)
        service = service or denial.service
        said = [each for words, each in _STORES.items() if words in denial.failure.text.lower()]
        service = service if service in encrypted_data.SHOW_KEYS else only_one(said)
        is_named = service is None or encrypted_data.find_data_name(denial, service) is not None
        arn = None if is_named else encrypted_data.find_data(denial, service)
        return encrypted_data.show_key_command(denial, service, None if arn is None else str(arn))
    context = denial.context
    bucket, key = (each and each.value for each in (context.bucket, context.key))
    if operation == "CopyObject" and (source := find_location(denial.failure.text, None, context.command)):
        bucket, key = source.bucket.value, source.key and source.key.value  # what is read is decrypted
    elif denial.resource_arn is not None and denial.resource_arn.service == "s3":
        bucket, _, key = denial.resource_arn.resource.partition("/")
    if operation.startswith(encrypted_data.WRITES) and operation != "CopyObject":
        path = "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID"
        show = "aws s3api get-bucket-encryption --bucket {} --query {} --output text"
        return commands.fill_command(show, commands.bucket(bucket), path)
    show = "aws s3api head-object --bucket {} --key {} --query SSEKMSKeyId --output text"
    return commands.fill_command(show, commands.bucket(bucket), key or "OBJECT_KEY")


def look_up_arn(denial: Denial) -> tuple[str, tuple[str, ...]]:
    """Return where the ARN of the key of what a call reads or writes is found, in words, and with which commands."""
    show = key_of_data_command(denial)
    if show is None:
        return "look it up in what holds the data (such as KmsKeyId)", ()
    if "KMSKeyArn" in show:
        managed = "None means the AWS managed key aws/lambda: then set the role again instead"
        return f"the first command prints it. {managed}", (show,)
    if "KMSMasterKeyArn" in show or "SSEKMSKeyId" in show:
        return "the first command prints it", (show,)
    # Other data has what its owner set.
    describe = f"aws kms describe-key --key-id KEY_ID --query KeyMetadata.Arn --output text --region {region_argument(denial)}"
    words = f"{show.split()[2]} prints its ID or alias, and describe-key its ARN, which a policy needs"
    return words, (show, describe)


def find_key_step(denial: Denial, show_key: str | None) -> str:
    """Return the step that finds the key of what a call reads or writes, with a command if there is one."""
    if show_key is not None and encrypted_data.ENVIRONMENT in denial.failure.text:
        return "The first command prints the key. None means aws/lambda, whose policy cannot be changed: set the role again. Otherwise, the key must be Enabled, and in the function's Region."
    if show_key is not None:
        return "The key must be Enabled, and in the Region of what it encrypts. If not, specify another key there."
    find = "Find the key of the data with aws s3api head-object or aws secretsmanager describe-secret, or in the code that encrypts."
    if "sops" in denial.failure.text.lower():
        find = "In a file that SOPS encrypted, sops.kms names the key."
    return f"{find} Run the commands in the Region and account that its ARN names."


# Only the key that encrypted a ciphertext decrypts it, or a related multi-Region key, and no key can become one:
# https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-create.html.
_MULTI_REGION = "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html"
_KEY_ARN = rf"arn:aws[a-z-]{{0,12}}:kms:{REGION}:[0-9]{{12}}:key/[\w-]{{1,60}}"
# What shows the key of a ciphertext: the output of KMS, also in a session of Python, and sentences.
_KEY_OF_CIPHERTEXT = lazy_pattern(
    rf"(?i:\bKeyId[\"']?(?:\s?[:=]|\]?\)?;?(?:\s?(?:#|//|->))?)\s{{0,2}}(?:Out\[[0-9]{{1,5}}\]: )?[\"']?|\bencrypted (?:(?:there|once|originally|last year|in [\w-]{{2,20}}) )?(?:with|by|using|under) (?:(?:the |our |a )?(?:KMS )?key )?[\"'`]?|\b(?:ciphertext|blob)(?! (?:is|was) not\b)\b[^\n.;]{{0,60}}\bkey:? [\"'`(]?)({_KEY_ARN})"
)
# Calls of KMS itself. Other services and SOPS call the Region of the key.
_DECRYPTS = lazy_pattern(
    r"(?i)\bkms(?:[_-]?client)?\.decrypt\(|[\"']kms[\"'][^\n]{0,60}\.decrypt\(|\.decrypt\(\s{0,20}CiphertextBlob|\bDecryptCommand\(|\bkms decrypt\b|\bkms\.DecryptInput\b|\bDecryptRequest\b"
)
_NO_DIRECT_CALL = lazy_pattern(r"(?i)encryption[-_]?sdk|\bsops\b|\bfernet\b")
_CLIENT = rf"(?i:\bclient\([\"']kms[\"'],|\bKMSClient\(|\bkms\.Client\()[^\n)]{{0,40}}?[\"']({REGION})[\"'][^\n)]{{0,20}}\)"
_CALL_OF_CLIENT = r"\.(?:send\(\s?new )?(?i:{})(?:Command)?\("


def _find_called_regions(denial: Denial, call: str) -> set[str]:
    """Return the Regions in which code or commands before a failure make a call of KMS."""
    text, end = denial.failure.text, _CALL_OF_CLIENT.format(call)
    found = set(re.findall(rf"\bkms {call} [^\n]{{0,300}}--region[ =]({REGION})", text))
    for each in re.finditer(rf"(?:\b(\w{{1,40}}) ?(?::= ?|= ?))?(?:new |boto3\.)*{_CLIENT}", text):
        name, region = each.groups()
        is_used = re.compile(end).match(text, each.end())
        if is_used or (name and re.search(rf"(?<![\w.]){name}{end}", text[each.end() :])):
            found.add(region)
    return found


def explain_key_elsewhere(denial: Denial) -> Explanation | None:
    """Explain that a call of Decrypt goes to another Region than that of the key, if the text shows the key or its Region."""
    text = denial.failure.text
    is_direct = denial.operation == "Decrypt" or (
        denial.operation is None and denial.lowercase_action == "kms:decrypt" and _DECRYPTS.search(text)
    )
    if not is_direct or encrypted_data.KEY_OF_SOPS.search(text) or _NO_DIRECT_CALL.search(text):
        return None
    called = only_one(_find_called_regions(denial, "decrypt")) or denial.facts.region
    if not called or commands.region(called) != called:
        return None
    shown = only_one({each[1] for each in _KEY_OF_CIPHERTEXT.finditer(text)})
    of_key = encrypted_data.with_key_of_text(denial, shown)
    arn = of_key.resource_arn
    encrypts = only_one(_find_called_regions(denial, "encrypt"))
    if arn is not None and (not arn.resource.startswith("key/") or arn.resource.startswith("key/mrk-")):
        # A multi-Region key can have a replica in the called Region, with its own key policy.
        return None
    region = encrypts if arn is None else commands.region(arn.region)
    if region is None or region in {"", called}:
        return None
    is_shown = shown is not None or (arn is not None and encrypts == region)
    start = "The" if is_shown else "Most likely, the"
    setting = region_setting(denial, called)
    encrypted = (
        f"{start} ciphertext is encrypted with a key of {region}, and KMS was called in {called}{setting}"
    )
    both = "and" if of_key.crosses_accounts else "or"
    again = commands.repeat_command(denial.context.command, "kms", "decrypt", changes={"region": region})
    named, allow = "the key", None
    fact = f"The text encrypts in {region}."
    single = "A single-Region key (its ID does not begin with mrk-)"
    if arn is not None:
        named, fact = str(arn), f"The text has the key {arn}."
        single = "The key is single-Region (its ID does not begin with mrk-): it"
        title = f"If {region} denies it, too, allow kms:Decrypt for {denial.caller}"
        allow = allow_remedies.allow_remedy(of_key, title=title)
    return denial.explain(
        f"{encrypted}, where this key does not exist.",
        policy_causes.KMS_WRONG_REGION.cause(
            "derived" if is_shown else "possible",
            text=f"{fact} KMS finds the key of a ciphertext only in its own Region, and names a missing key and a denied one in the same message.",
        ),
        topic=policy_causes.KMS_WRONG_REGION.code,
        remedies=(
            your_remedy(
                f"Decrypt in {region}",
                None if again else f"Set the Region of the KMS client to {region}.",
                f"No policy and no alias in {called} helps. Only if {region} denies the call, too, the key policy {both} a policy of {denial.caller} must allow kms:Decrypt on {named}.",
                f"{single} cannot be replicated or converted. To decrypt in {called}, such as if {region} fails, encrypt the data again, while {region} works: with a new multi-Region key that has a replica in {called}, or a second copy with a key of {called}.",
                commands=(
                    again,
                    Labelled(
                        "For a multi-Region key, as the administrator of keys:",
                        f'key="$(aws kms create-key --multi-region --region {region} --query KeyMetadata.KeyId --output text)"',
                    ),
                    f'aws kms replicate-key --key-id "$key" --region {region} --replica-region {called}',
                ),
                url=_MULTI_REGION,
            ),
            *present(allow),
        ),
    )
