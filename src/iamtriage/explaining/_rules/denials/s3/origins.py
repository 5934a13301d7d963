"""Explain what S3 denied to CloudFront, which reads the objects of its origin with origin access control.

Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, line_start, quote_argument
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.object_listings import LIST_DISTRIBUTIONS, find_distributions
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._context.values import CommandLine
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.policies.service_statements import ServiceContrast, compare_statements
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.conditions.encrypted_data import find_key
from iamtriage.explaining._rules.denials.policy_causes import NO_ALLOWS
from iamtriage.explaining._rules.denials.s3 import buckets
from iamtriage.explaining._rules.denials.s3.buckets import KMS_KEY, MISSING_OBJECT, bucket_policy_commands
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.policies.corrected_patterns import replace_value_remedy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy, save_step, your_remedy
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.texts.text_signs import NO_KMS_KEY
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import as_strings, iterate_conditions, principal_names

_CLOUDFRONT = "cloudfront.amazonaws.com"
_ID = buckets.DISTRIBUTION_ID
_ARN = lazy_pattern(rf"arn:aws[a-z-]{{0,12}}:cloudfront::(?P<account>[0-9]{{12}}):distribution/(?P<id>{_ID})")
_LITERAL = lazy_pattern(r"(?a)['`]([\w.-]{4,200})['`]")
_NAMED = lazy_pattern(
    rf"\b(?i:distributions?(?:[ _-]?id)?)\b[\"'`]?(?: is)?[ =:(]{{1,3}}[\"'`]?(?P<id>{_ID})\b"
    rf"|\bcloudfront (?:get|update)-distribution(?:-config)? [^\n]{{0,80}}?--id[ =](?P<option>{_ID})\b"
    r"|\b(?i:now|new(?: one)?|current|replaced (?:by|with)|moved to)\b[^\n.;,]{0,20}?(?<![\w/:.=-])(?P<new>E(?=[A-Z]{0,15}\d)[A-Z0-9]{11,15})(?![\w/:=-]|\.\w)"
)
_ONLY_ID = lazy_pattern(rf"\s{{0,20}}\[?\s{{0,20}}[\"']?(?P<id>{_ID})[\"']?\s{{0,20}}\]?\s{{0,20}}")
_KMS = lazy_pattern(r"\baws:kms(?::dsse)?\b|\bSSE-KMS\b")
_NO_ALLOW = "The bucket policy does not allow the distribution (origin access control)."
_OF_KEY = "The key policy of the object's KMS key does not allow cloudfront.amazonaws.com."
_OLD_IDENTITY = "CloudFront Origin Access Identity"
_CONTROL = lazy_pattern(r"\bOAC\b|(?i:\borigin access control\b)")
_NEEDS_CONTROL = "The origin of the request's distribution needs origin access control, too."
_REBUILT = lazy_pattern(
    r"\bcloudfront list-distributions\b(?![^\n]{0,300}\[\?)|(?i:\b(?:rebuilt|re-?created|replaced)\b[^.,;\n]{0,30}\bdistribution\b|\bnew distribution\b)"
)
# What a distribution was, in place of the one of the request. A bucket can be a week old.
_FORMER = lazy_pattern(r"(?i:\b(?:(?:deleted|removed|former|previous)\b[^.,;\n]{0,40}|old (?:\w{1,20} )?)\Z)")
_URL = lazy_pattern(r"https?://[\w.-]{1,200}\.cloudfront\.net/(?P<path>[^\s?\"'#<>]{1,500})")
# A URL of the site, and what asks for a program that renders all paths from one page.
_PAGE_URL = lazy_pattern(
    r"https?://(?![\w.-]{0,200}(?:amazonaws\.com|aws\.amazon\.com|github\.com|stackoverflow\.com|repost\.aws|w3\.org))[\w.-]{1,200}(?P<path>/[^\s?\"'#<>`),]{0,500})"
)
_ONE_PAGE = lazy_pattern(
    r"\b(?:SPA|React|Angular|Vue|Vite|Svelte)\b|(?i:\bsingle[- ]page\b|\bclient[- ]side rout|\breact-router\b)"
)
_ORIGIN_HOST = lazy_pattern(
    r"(?a)(?<![\w.-])(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3(?:[.-][a-z]{2}-[a-z-]{4,20}-\d)?\.amazonaws\.com\b"
)
_FUNCTION = """function handler(event) {
  var request = event.request;
  if (request.uri.endsWith('/')) request.uri += 'index.html';
  else if (!request.uri.split('/').pop().includes('.')) request.uri += '/index.html';
  return request;
}"""
_CACHED = "CloudFront caches error responses: invalidate the path after the fix."


def explain_origin(denial: Denial) -> Explanation:
    """Explain a 403 error that CloudFront passes on from its S3 origin."""
    hosts = {each["bucket"] for each in _ORIGIN_HOST.finditer(denial.failure.text)}
    if resource_commands.bucket_argument(denial) == "BUCKET" and len(hosts) == 1:
        arn = f"arn:{denial.location.partition or 'aws'}:s3:::{hosts.pop()}"
        denial = attrs.evolve(denial, resource=arn, resource_arn=try_parse_arn(arn))
    allowed = next(_find_allows(denial), None)
    is_encrypted = _is_encrypted(denial) and not any(
        names_action(each, "kms:Decrypt") and _CLOUDFRONT in principal_names(each, "Service")
        for each in denial.context.allows
    )
    if is_encrypted and (allowed is not None or ":kms:" in denial.failure.text):
        return _explain_key(denial, allowed)
    bucket = NO_ALLOWS["resource"].cause(text=_NO_ALLOW)
    remedy = _bucket_remedy(denial, None)
    summary = "S3, the origin of the CloudFront distribution, denied the request without a reason."
    given, stated = _ids_of(allowed), _stated_id(denial)
    if (contrast := _find_impossible(denial)) is not None:
        # Only the condition is wrong, and the rest of the statement stays.
        return denial.explain(
            f"S3, the origin of the CloudFront distribution, denied the request: the bucket policy {contrast.verdict}.",
            NO_ALLOWS["resource"].cause(
                "derived", text="The rest of the statement is right, and the other settings can stay."
            ),
            topic="s3-access-denied",
            remedies=contrast.correct(remedy),
            notes=_CACHED,
        )
    is_other = allowed is not None and stated is not None and bool(given) and stated not in given
    whole = allowed if allowed is not None and _allows_all(denial, allowed) else None
    path = _find_folder(denial.failure.text)
    if path is not None and not is_other and not is_encrypted:
        shown = f"{path.rstrip('/')}/index.html"
        if whole is not None or find_working(denial.failure.text, re.compile(re.escape(shown))):
            return _explain_folder(denial, path, whole)
    if whole is not None and not is_other and not is_encrypted and not _exists(denial):
        return _explain_missing(denial)
    if is_other and allowed is not None:
        summary = f"S3, the origin of the CloudFront distribution, denied the request: the bucket policy allows the distribution {given[0]}, and not {stated}."
        text = f"AWS:SourceArn in the bucket policy names {given[0]}, and the request came through {stated}."
        bucket = NO_ALLOWS["resource"].cause("derived", text=text)
        remedy = _bucket_remedy(denial, given[0])
    elif allowed is None and _allows_old_identity(denial):
        likely = "" if _CONTROL.search(denial.failure.text) else "most likely, "
        summary = f"S3, the origin of the CloudFront distribution, denied the request: {likely}the distribution uses origin access control (OAC), and the bucket policy allows only an origin access identity (OAI)."
        text = "With origin access control, the caller is the service cloudfront.amazonaws.com. The statement for the identity can be removed when no distribution uses it."
        bucket = NO_ALLOWS["resource"].cause("possible" if likely else "derived", text=text)
    return denial.explain(
        summary,
        bucket,
        None
        if is_other and _exists(denial)
        else MISSING_OBJECT.cause(
            text="The object does not exist, or the distribution has no default root object: without s3:ListBucket, S3 answers 403 instead of 404."
        ),
        None if NO_KMS_KEY.search(denial.failure.text) else KMS_KEY.cause(text=_OF_KEY),
        topic="s3-access-denied",
        remedies=remedy,
        notes=_CACHED,
    )


def _find_folder(text: str) -> str | None:
    """Return the path of the page that fails if it names no file, from the text's first command or else its URLs."""
    paths = list(dict.fromkeys(each["path"] for each in _PAGE_URL.finditer(text)))
    failing = re.search(rf"\bcurl [^\n]{{0,200}}?{_PAGE_URL.pattern}", text)
    paths = [failing["path"]] if failing else paths
    return next(
        (each for each in paths if each != "/" and "." not in each.rstrip("/").rpartition("/")[2]), None
    )


def _exists(denial: Denial) -> bool:
    """Return whether the text shows the object of the URL, as head-object or a listing of its key prints it."""
    paths = [each["path"].lstrip("/") for each in _PAGE_URL.finditer(denial.failure.text)]
    bucket = resource_commands.bucket_argument(denial)
    for run in find_runs(denial.failure):
        kind, place = run.command.words[:2], "".join(run.command.words[2:3])
        if kind == ("s3api", "head-object") and not _is_of_other(run.command, denial, paths):
            if "rror" not in run.output:
                return True
        # The path is a prefix: the listing has the name if the object exists.
        elif kind == ("s3", "ls") and (not bucket.islower() or place.startswith(f"s3://{bucket}/")):
            name, is_of_url = place.rpartition("/")[2], place.partition("//")[2].partition("/")[2] in paths
            if name and is_of_url and re.search(rf" {re.escape(name)}$", run.output, re.MULTILINE):
                return True
    return False


def _explain_missing(denial: Denial) -> Explanation:
    """Explain that the distribution may read all objects, so that most likely, there is no such object."""
    paths = {each["path"].lstrip("/") for each in _PAGE_URL.finditer(denial.failure.text)} - {""}
    key = quote_argument(paths.pop()) if len(paths) == 1 else "KEY"
    bucket = resource_commands.bucket_argument(denial)
    return denial.explain(
        "S3, the origin of the CloudFront distribution, denied the request although the bucket policy in the text allows the distribution all objects: most likely, the object does not exist.",
        MISSING_OBJECT.cause(text="Without s3:ListBucket, S3 answers 403 instead of 404 for a missing object."),
        None if NO_KMS_KEY.search(denial.failure.text) else KMS_KEY.cause(text=_OF_KEY),
        topic="s3-access-denied",
        remedies=your_remedy(
            "Check that the object exists under the path of the URL",
            "An origin path of the distribution is a part of the key. The default root object works only for the root of the distribution.",
            "If it exists, the answer shows in SSEKMSKeyId whether a KMS key encrypts it: then allow cloudfront.amazonaws.com kms:Decrypt in the key policy.",
            commands=f"aws s3api head-object --bucket {bucket} --key {key}",
            url=pages.ORIGIN_ACCESS,
        ),
        notes=_CACHED,
    )  # fmt: skip


def _explain_folder(denial: Denial, path: str, allowed: Mapping[str, Any] | None) -> Explanation:
    """Explain that S3 has no object for the path of a page, which the distribution may read."""
    shown = clip_text(path)
    key = clip_text(path.lstrip("/"))
    function = your_remedy(
        "Add index.html to the paths of folders with a CloudFront Function",
        "Save the code as index.js, and associate the published function with viewer requests in the cache behavior of the distribution. Then invalidate /*.",
        "The website endpoint of S3 knows index documents, too, but needs a public bucket.",
        manifest=_FUNCTION,
        manifest_language="text",
        commands=(
            "aws cloudfront create-function --name add-index --function-config Comment=index,Runtime=cloudfront-js-2.0 --function-code fileb://index.js",
            Labelled("With the ETag that it prints:", "aws cloudfront publish-function --name add-index --if-match ETAG"),
        ),
        url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/example_cloudfront_functions_url_rewrite_single_page_apps_section.html",
    )  # fmt: skip
    page = your_remedy(
        "Answer 403 with the page of the program: a custom error response of the distribution",
        "Set ErrorCode 403, ResponsePagePath /index.html, ResponseCode 200 and ErrorCachingMinTTL 10. The program then renders the path.",
        "S3 also answers what is missing with 403: the page appears for every wrong path.",
        commands="aws cloudfront get-distribution-config --id {} --query DistributionConfig.CustomErrorResponses".format(_source_condition(denial)["StringEquals"]["AWS:SourceArn"].rpartition("/")[2]),
        url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html",
    )  # fmt: skip
    is_one = _ONE_PAGE.search(denial.failure.text) is not None
    right = (
        "The bucket policy in the text allows the distribution all objects, so its Resource needs no folder."
        if allowed is not None
        else "Other objects work through the distribution, so the bucket policy is right."
    )
    return denial.explain(
        f"S3, the origin of the CloudFront distribution, denied {shown} because it has no object with the key {key}{': the path exists only in the program in the browser' if is_one else ', and no index documents for folders'}.",
        MISSING_OBJECT.cause(
            "derived",
            text=f"{right} Without s3:ListBucket, S3 answers 403 instead of 404 for a missing object. The default root object works only for the root of the distribution, not for folders.",
        ),
        topic="s3-access-denied",
        remedies=(page, function) if is_one else (function,),
        notes=_CACHED,
    )  # fmt: skip


def _is_encrypted(denial: Denial) -> bool:
    """Return whether the text says or shows that the object is encrypted with a KMS key, and not only another one."""
    text = denial.failure.text
    paths = [each["path"] for each in _URL.finditer(text)]
    others = [run for run in find_runs(denial.failure) if _is_of_other(run.command, denial, paths)]
    found = (each.start() for each in find_said(text, _KMS))
    return any(not any(run.start <= at < run.end for run in others) for at in found)


def _is_of_other(command: CommandLine, denial: Denial, paths: list[str]) -> bool:
    """Return whether a command is about another bucket than the denied one, or an object that no URL in the text has."""
    bucket, key = command.option("bucket"), command.option("key")
    known = resource_commands.bucket_argument(denial)
    if bucket is not None and bucket.value != known and known.islower():
        return True
    return key is not None and bool(paths) and not any(key.value.endswith(each) for each in paths)


def _find_impossible(denial: Denial) -> ServiceContrast | None:
    """Return the contrast that the bucket policy has the ARN of the distribution in a form that no request has."""
    contrast = compare_statements(denial.case, _CLOUDFRONT, "s3:GetObject", None)
    if contrast is None or contrast.change is None or ":cloudfront:" not in contrast.change[1]:
        return None
    return contrast


def _bucket_remedy(denial: Denial, other: str | None) -> Remedy:
    """Return how to allow the distribution in the bucket policy, which can allow another one."""
    text, statement = denial.failure.text, distribution_statement(denial)
    step = "Check that the object exists under the path of the URL. A URL that ends with / needs a default root object, which works only for the root."
    if other:
        step = f"{'The object exists. ' if _exists(denial) else ''}Replace {other} in AWS:SourceArn, or add this statement if both distributions use the bucket."
        step += "" if "OriginAccessControlId" in text else f" {_NEEDS_CONTROL}"
    usual = resource_policy_remedy(
        "Allow the distribution in the bucket policy",
        step,
        save_step("the bucket policy"),
        commands=bucket_policy_commands(denial),
        statements=(statement,),
        url=pages.ORIGIN_ACCESS,
    )
    new: str = statement["Condition"]["StringEquals"]["AWS:SourceArn"]
    old = f"{new.rpartition('/')[0]}/{other}"
    # Only the policy has the other distribution, which a listing lacks, or which was rebuilt.
    if other is None or old not in text or text.count(old) != text.count(other) or not _REBUILT.search(text):
        return usual
    title = f"Write {new.rpartition('/')[2]} in place of {other} in the bucket policy"
    both = f"The condition stays. If {other} uses the bucket, too, list both."
    return attrs.evolve(replace_value_remedy(usual, title, [both], old, new), layer=None)


def _explain_key(denial: Denial, allowed: Mapping[str, Any] | None) -> Explanation:
    """Explain that CloudFront cannot decrypt the objects, as the key policy does not allow it."""
    key = try_parse_arn(find_key(denial))
    of_key = attrs.evolve(
        denial,
        resource=None if key is None else str(key),
        resource_arn=key,
        resource_account=key and key.account,
        action="kms:Decrypt",
    )
    named = "a KMS key" if key is None else f"the KMS key {key.resource.partition('/')[2]}"
    right = "The bucket policy is right: it allows the distribution. " if allowed is not None else ""
    others = (
        " What is encrypted with SSE-S3 (AES256) needs no key, so it is served."
        if "AES256" in denial.failure.text
        else ""
    )
    policy = RESOURCE_POLICIES["kms"]
    return denial.explain(
        f"S3, the origin of the CloudFront distribution, denied the request: {'' if allowed is not None else 'most likely, '}CloudFront cannot decrypt the object, which is encrypted with {named}.",
        KMS_KEY.cause(
            "derived" if allowed is not None else "possible",
            text=f"{right}S3 decrypts for CloudFront only if the key policy allows cloudfront.amazonaws.com kms:Decrypt.{others}",
        ),
        None if allowed is not None else NO_ALLOWS["resource"].cause(text=_NO_ALLOW),
        topic="s3-access-denied",
        remedies=resource_policy_remedy(
            "Allow the distribution to use the key, in the key policy",
            "For uploads through CloudFront, add kms:GenerateDataKey* to the statement.",
            "The key must be customer managed: the policy of aws/s3 cannot be changed. Otherwise, set the default encryption of the bucket to SSE-S3 (AES256), and copy the objects over themselves.",
            save_step("the key policy"),
            statements=(
                allow(
                    "kms:Decrypt",
                    "*",
                    sid="CloudFrontDecrypt",
                    principal={"Service": _CLOUDFRONT},
                    condition=_source_condition(denial),
                ),
            ),
            commands=resource_commands.policy_commands(of_key, policy.show_command, policy.change_command),
            url=pages.ORIGIN_ACCESS,
        ),
        notes=_CACHED,
    )


def _find_allows(denial: Denial) -> Iterator[Mapping[str, Any]]:
    """Yield the statements in the text that allow CloudFront to read the object."""
    bucket = f"arn:{denial.location.partition or 'aws'}:s3:::{resource_commands.bucket_argument(denial)}/*"
    for each in denial.context.allows:
        is_allowed = names_action(each, "s3:GetObject") and names_resource(each, bucket) is not False
        if is_allowed and _CLOUDFRONT in principal_names(each, "Service"):
            yield each


def _allows_all(denial: Denial, statement: Mapping[str, Any]) -> bool:
    """Return whether a statement is for all objects of a bucket, and no Deny in the text, except for requests without TLS, is for them."""
    is_whole = any(
        each == "*" or each.partition("/")[2] == "*" for each in as_strings(statement.get("Resource"))
    )
    denies = (
        each
        for policy in denial.context.policies
        for each in policy.denies
        if names_action(each, "s3:GetObject")
        and {key.lower() for _, key, _ in iterate_conditions(each)} != {"aws:securetransport"}
    )
    return is_whole and next(denies, None) is None


def _allows_old_identity(denial: Denial) -> bool:
    """Return whether a policy in the text allows an origin access identity, which a distribution with OAC does not use."""
    principals = (name for each in denial.context.allows for name in principal_names(each, "AWS"))
    return any(_OLD_IDENTITY in each for each in principals)


def _ids_of(statement: Mapping[str, Any] | None) -> list[str]:
    """Return the distributions that the condition of a statement names."""
    values = (value for _, _, listed in iterate_conditions(statement or {}) for value in listed)
    return [found["id"] for each in values if (found := _ARN.fullmatch(each))]


def _stated_id(denial: Denial) -> str | None:
    """Return the distribution of the failed request: the only one that the text names, other than in an ARN, or that has the domain of the URL."""
    text = denial.failure.text
    named = (
        each
        for each in find_said(text, _NAMED)
        if not _FORMER.search(text, line_start(text, each.start(), each.start() - 80), each.start())
    )
    ids = {each["id"] or each["option"] or each["new"] for each in named}
    # A query for an alias or origin that the text names prints the ID alone.
    queries = (
        _ONLY_ID.fullmatch(run.output)
        for run in find_runs(denial.failure)
        if run.command.words[:2] == LIST_DISTRIBUTIONS
        and "!" not in (query := run.command.text)
        and any(each in text.replace(query, "") for each in _LITERAL.findall(query))
    )
    ids = ids or {each["id"] for each in queries if each is not None}
    return only_one(ids or buckets.distributions_of_domain(denial) or find_distributions(denial.failure))


def _source_condition(denial: Denial) -> dict[str, Any]:
    """Return the condition that limits a statement to the distribution, as far as it is known."""
    arns = {(each["account"], each["id"]) for each in _ARN.finditer(denial.failure.text)}
    account, known = only_one(arns, (None, None))
    arn = f"arn:{denial.location.partition or 'aws'}:cloudfront::{account or denial.account or 'ACCOUNT_ID'}"
    name = _stated_id(denial) or known or "DISTRIBUTION_ID"
    return {"StringEquals": {"AWS:SourceArn": f"{arn}:distribution/{name}"}}


def distribution_statement(denial: Denial) -> dict[str, Any]:
    """Return the statement of a bucket policy that allows a CloudFront distribution, by origin access control."""
    objects = f"arn:{denial.location.partition or 'aws'}:s3:::{resource_commands.bucket_argument(denial)}/*"
    condition = _source_condition(denial)
    return allow("s3:GetObject", objects, principal={"Service": _CLOUDFRONT}, condition=condition)
