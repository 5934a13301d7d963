"""Compare the statements for a service in a pasted resource-based policy with the service's request.

A statement that names the service has no effect if its resource or its aws:SourceArn does not match. Sources:
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html (ARNs of API Gateway's requests),
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html (versions and aliases) and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (ARNs of log groups end with ``:*``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.resources import find_stated_arn
from iamtriage.explaining._rules.basics import Case, Remedy
from iamtriage.explaining._rules.calls.policies import service_permissions
from iamtriage.explaining._rules.shared.clues import stated_option
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.grants.service_access import find_account
from iamtriage.explaining._rules.shared.policies import corrected_patterns
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_service
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.explaining._rules.sts.trust.trust_documents import describe_trusted
from iamtriage.policies._conditions import PolicyValue, evaluate_condition, parse_operator
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, iterate_conditions, principal_names
from iamtriage.policies._readers.unknown_values import has_reference, widen

_LOGS, _S3 = "logs.amazonaws.com", "s3.amazonaws.com"
_OF_LOG_GROUP = "kms:encryptioncontext:aws:logs:arn"
_KEYS = {"aws:sourcearn", "aws:sourceaccount", _OF_LOG_GROUP}
# The console's test has a stage of its own.
_IS_TEST = lazy_pattern(r"\bExecution log for request\b|\btest-invoke")
# A path without values of parameters.
_IS_FIXED = lazy_pattern(r"(?:/(?:v\d{1,2}|[A-Za-z._-]{1,100}))+/?")
_TEST_STAGE = "test-invoke-stage"
_INVOKED = lazy_pattern(
    r"(?:/functions/|(?i:rotation.?lambda.?arn)[\"']?(?:\s|\s{0,20}[=:])\s{0,4}[\"']?)(?P<arn>arn:[\w-]{3,20}:lambda:[a-z0-9-]{6,30}:[0-9]{12}:function:[\w-]{1,64}(?::[\w$-]{1,128})?)(?=/invocations|[\s\"',]|\Z)"
)
_IN_CODE = "Change the policy in the template or code, too: the next deployment replaces it."


class ServiceContrast(NamedTuple):
    """What a pasted policy says about the service that was denied.

    Attributes:
        verdict: What the policy allows, as the end of a sentence that begins with the policy.
        remedy: How to correct the statement of a function policy.
        change: The key, the value and the corrected value of a condition.
        is_allowed: Whether the policy allows the service.
        is_code: Whether the policy is in code or a template.
        keeps_old: Whether the old value of the condition is that of another source, which goes on calling.
    """

    verdict: str
    remedy: Remedy | None = None
    change: tuple[str, str, str] | None = None
    is_allowed: bool = False
    is_code: bool = False
    keeps_old: bool = False

    def correct(self, usual: Remedy) -> Remedy:
        """Return the remedy that corrects the statement, from the usual one, which prints the policy and replaces it."""
        if self.remedy is None and self.is_code:
            usual = attrs.evolve(usual, steps=(*usual.steps, _IN_CODE))
        if self.remedy is not None or self.change is None or len(usual.commands) == 1:
            return self.remedy or usual
        key, old, new = self.change
        title = f"Correct {key} in the statement that the policy has"
        slip = corrected_patterns.correct_pattern(old, new)
        is_slip = old.startswith(f"{new}:") or (slip is not None and slip.is_slip)
        kept = f"If {clip_text(old)} is another source that still calls, list both values instead."
        steps = () if is_slip else (kept,)
        # A key has several log groups.
        keeps_old = self.keeps_old or key.lower() == _OF_LOG_GROUP
        if keeps_old:
            title = f"Add {new} to the condition on {key}"
            steps = (f"The command keeps {old}, so that what it allows goes on working.",)
        if self.keeps_old:
            steps = (*steps, "It changes each statement that has this value. Then repeat the call.")
        remedy = corrected_patterns.replace_value_remedy(usual, title, steps, old, new, keeps_old=keeps_old)
        return attrs.evolve(remedy, layer=None)


class _Call(NamedTuple):
    """A call of a service.

    Attributes:
        case: The failure.
        service: The service principal.
        target: The ARN of the resource, if it is known.
        source: The ARN for which the service calls, if it is known.
    """

    case: Case[Any]
    service: str
    target: str | None
    source: str | None


def find_invoked_function(text: str) -> str | None:
    """Return the ARN of the function, with its alias or version, that the log of an API or a secret's rotation names."""
    found = _INVOKED.search(text)
    return found["arn"] if found else None


def compare_statements(
    case: Case[Any], service: str, action: str, target: str | None, source: str | None = None
) -> ServiceContrast | None:
    """Return what the policies of the text say about a request of a service, ``None`` if nothing is known.

    Args:
        case: The failure.
        service: The service principal.
        action: The action that the service calls.
        target: The ARN of the resource.
        source: The ARN for which the service calls, if a caller of this function knows it.
    """
    prefix = action.partition(":")[0].lower()
    stated = [each for policy in case.context.policies if policy.is_of_resource for each in policy.allows]
    if (denying := service_permissions.find_deny(case, service, action, target)) is not None:
        return ServiceContrast(*denying)
    # The policy that a command printed says more than the code that may have made it.
    is_shown = any(names_service(each, service) for each in stated)
    in_code = (
        service_permissions.find_permissions(case.failure.text) if prefix == "lambda" and not is_shown else []
    )
    statements = [
        each
        for each in (*stated, *in_code)
        if any(
            name == "*" or name.lower().startswith(f"{prefix}:") for name in as_strings(each.get("Action"))
        )
    ]
    names = dict.fromkeys(name for each in statements for name in principal_names(each) or ["*"])
    if not statements or "*" in names:
        return None
    own = [each for each in statements if names_service(each, service)]
    call = _Call(case, service, target, source)
    if not own:
        return _other_principal(call, statements)
    called = [each for each in own if "*" in action or names_action(each, action) is not False]
    if not called:
        listed = dict.fromkeys(name for each in own for name in as_strings(each.get("Action")))
        allowed = join_words(tuple(map(clip_text, listed)), "and")
        return ServiceContrast(
            f"allows {service} only {allowed}, not {action}", is_code=_is_code(case, own[0])
        )
    contrasts = [_compare(call, each) for each in called]
    return next((each for each in contrasts if each is None or each.is_allowed), contrasts[0])


def _other_principal(call: _Call, statements: Sequence[Mapping[str, Any]]) -> ServiceContrast:
    """Return the contrast that the policy allows others than the service, with the line of the template or code that names one."""
    service, first = call.service, statements[0]
    is_code = _is_code(call.case, first)
    if service in (name for each in statements for name in principal_names(each, "AWS")):
        title = f"Write {service} under Service in the template"
        line = _correct_line(call, first, title, f"AWS: {service}", f"Service: {service}")
        verdict = f"names {service} under AWS, and a service has to be under Service"
        return ServiceContrast(verdict, line, is_code=is_code)
    shown = describe_trusted({"Statement": statements}) or "others"
    contrast = ServiceContrast(f"allows only {shown}, not {service}", is_code=is_code)
    services = [name for each in statements for name in principal_names(each)]
    if len(services) != 1 or not services[0].endswith(".amazonaws.com"):
        return contrast
    instead = "list both services" if "lambda" not in str(first.get("Action")) else "add a permission"
    both = f"If {clip_text(services[0])} uses the resource, too, {instead} instead."
    title = f"Correct the principal in the template: {service}"
    return contrast._replace(remedy=_correct_line(call, first, title, services[0], service, both))


def _compare(call: _Call, statement: Mapping[str, Any]) -> ServiceContrast | None:
    """Return what one statement says about a call of a service, and whether it is in code."""
    contrast = _compare_elements(call, statement)
    if contrast is None or contrast.is_code:
        return contrast
    return contrast._replace(is_code=_is_code(call.case, statement))


def _compare_elements(call: _Call, statement: Mapping[str, Any]) -> ServiceContrast | None:
    service, target = call.service, call.target
    resources = as_strings(statement.get("Resource"))
    if (
        target is not None
        and resources
        and not any(matches(target, compile_glob(widen(each))) for each in resources)
    ):
        return _other_resource(call, statement, target, resources[0])
    unknown: str | None = None
    for operator, key, values in iterate_conditions(statement):
        parsed, name = parse_operator(operator), key.lower()
        if name not in _KEYS or parsed is None or not values:
            unknown = unknown or ""
            continue
        if operator.startswith("StringEquals") and all("*" in each for each in values):
            reason = f"{operator} takes the * literally, which ArnLike and StringLike do not"
            verdict = f"allows {service} only for {key} {clip_text(values[0])}: {reason}"
            return ServiceContrast(verdict, _correct_operator(call, statement, operator))
        requested = _find_value(call, name, values[0])
        is_only = name == "aws:sourcearn" and len(values) == 1 and (service != _LOGS or requested is None)
        if is_only and (fixed := _correct(call, values[0])):
            return _correct_condition(call, statement, key, values[0], fixed)
        if any(map(has_reference, values)):
            # A value that a reference hides may be right.
            is_open = requested is None or any(
                matches(requested, compile_glob(widen(each))) for each in values
            )
            if not is_open and requested is not None:
                return _other_source(call, statement, key, values[0], requested)
            continue
        expected = [PolicyValue(each, compile_glob(each)) for each in values]
        if "not" in operator.lower():
            if requested is not None and evaluate_condition(parsed, expected, (requested,)) is False:
                excluded = f"other values of {key} than {clip_text(requested)}, which the request has"
                return ServiceContrast(f"allows {service} only for {excluded}")
            unknown = unknown or ""
            continue
        is_met = None if requested is None else evaluate_condition(parsed, expected, (requested,))
        if is_met is False and requested is not None:
            return _other_source(call, statement, key, values[0], requested)
        # A statement with the account of the resource is most likely right.
        if is_met is None and (name != "aws:sourceaccount" or values[0] not in (target or values[0])):
            unknown = f"{key} {clip_text(values[0])}"
        elif is_met is None:
            unknown = unknown or ""
    if unknown:
        return ServiceContrast(
            f"allows {service} only for {unknown}: most likely, the request has another value"
        )
    if unknown is not None:
        return None
    remedy = owner_remedy(
        "Repeat the request, then compare the policy of the called function",
        "An alias or version has its own policy. If a stage variable names the function, each value of it needs the statement.",
        commands=fill_command(
            "aws lambda get-policy --function-name {} --query Policy --output text", target or "FUNCTION"
        ),
        url=service_permissions.URL,
    )
    of_function = remedy if ":lambda:" in (target or "") else None
    return ServiceContrast(f"allows {service}", of_function, is_allowed=True)


def _correct(call: _Call, value: str) -> corrected_patterns.Correction | None:
    """Return the correction of a source that no request has; the API is in the account of the function it calls."""
    account, text = "".join((call.target or "").split(":", 5)[4:5]), call.case.failure.text
    return service_permissions.correct_source(value, account or find_account(text), call.service, text)


def _find_value(call: _Call, key: str, value: str) -> str | None:
    """Return what the service's request has for a condition key."""
    case, service, target = call.case, call.service, call.target
    context = case.context
    if key == "aws:sourceaccount":
        return context.account.value if context.account else find_account(case.failure.text)
    if call.source is not None:
        return call.source
    if service == service_permissions.GATEWAY:
        return _find_route(case, value)
    parts = (target or "").split(":")
    if service == _S3:
        bucket = stated_option(case, "bucket") or (context.bucket.value if context.bucket else None)
        return bucket and f"{value.partition(':s3:')[0] or 'arn:aws'}:s3:::{bucket}"
    group = stated_option(case, "log-group-name")
    if service == _LOGS and group and len(parts) > 4:
        return f"arn:{parts[1]}:logs:{parts[3]}:{parts[4]}:log-group:{group}:*"
    kind, policies = service.partition(".")[0], str([each.content for each in context.policies])
    return find_stated_arn(
        case.failure,
        lambda arn: arn.split(":")[2] == kind and arn != target and arn not in policies,
        is_anywhere=True,
    )


def _find_route(case: Case[Any], value: str) -> str | None:
    """Return the ARN of API Gateway's request; where the text does not show a part, it is that of the policy."""
    text, (head, _, rest) = case.failure.text, value.partition("/")
    stage, method, path = (*rest.split("/", 2), "", "", "")[:3]
    request, api = service_permissions.find_request(text), case.context.api
    if "*" in head or (request is None and rest and api is None):
        return None
    of_api = f"{head.rpartition(':')[0]}:{api.value}" if api else head
    if request is not None:
        method, path = request[0], request[1][1:]
    stage = _TEST_STAGE if _IS_TEST.search(text) else stage if stage not in {"", "*"} else "STAGE"
    return f"{of_api}/{stage}/{method if method not in {'', '*'} else 'GET'}/{path}"


def _correct_operator(call: _Call, statement: Mapping[str, Any], operator: str) -> Remedy | None:
    """Return how a template or code compares with wildcards."""
    if "IgnoreCase" in operator:
        return None
    like = operator.replace("StringEquals", "StringLike")
    title = f"Write {like} instead of {operator} in the template"
    return _correct_line(call, statement, title, operator, like)


def _other_resource(call: _Call, statement: Mapping[str, Any], target: str, resource: str) -> ServiceContrast:
    service, shown = call.service, clip_text(resource.removeprefix("arn:*:lambda:*:*:"))
    verdict = f"allows {service} on {shown}, not on {clip_text(target)}"
    if not target.startswith(f"{resource}:"):
        fixed = corrected_patterns.correct_pattern(resource, target)
        if fixed is None or not fixed.is_slip:
            return ServiceContrast(verdict)
        verdict = f"allows {service} on {clip_text(resource)}: {fixed.reason}"
        title = f"Correct the Resource in the template: {clip_text(fixed.value)}"
        remedy = _correct_line(call, statement, title, resource, fixed.value)
        return ServiceContrast(verdict, remedy, ("the Resource", resource, fixed.value))
    sources = [
        value for _, key, values in iterate_conditions(statement) if key.lower() in _KEYS for value in values
    ]
    line = "aws lambda add-permission --function-name {} --statement-id AllowAlias --action lambda:InvokeFunction --principal {}"
    of_source = (
        fill_command(" --source-arn {}", sources[0]) if sources and sources[0].startswith("arn:") else ""
    )
    remedy = owner_remedy(
        "Allow the service on the alias or version, too",
        "An alias and a version have their own policies: the one of the function does not apply to them. Or let the integration invoke the function without it.",
        commands=f"{fill_command(line, target, service)}{of_source}",
        url=service_permissions.URL,
    )
    return ServiceContrast(verdict, remedy)


def _other_source(
    call: _Call, statement: Mapping[str, Any], key: str, value: str, requested: str
) -> ServiceContrast:
    """Return the contrast that the request has another value than a condition on its source."""
    service = call.service
    if (
        service != service_permissions.GATEWAY
        and (fixed := corrected_patterns.correct_pattern(value, requested)) is not None
    ):
        return _correct_condition(call, statement, key, value, fixed)
    new, contrast = requested, f"{key} {clip_text(value)}, and the request has {clip_text(requested)}"
    if service == service_permissions.GATEWAY and key.lower() == "aws:sourcearn":
        api, request = requested.partition("/")[0], service_permissions.find_request(call.case.failure.text)
        new = f"{api}/*/*"
        if "/" in value and request is not None and _IS_FIXED.fullmatch(request[1]):
            own, route = value.removeprefix(f"{api}/*/"), "".join(request)
            new = f"{api}/*/{route}"
            if own != value and not own.startswith("*") and own != route:
                contrast = f"{clip_text(own.replace('/', ' /', 1))} of the API, and the request is {' '.join(request)}"
    return _change_source(call, statement, (key, value, new), f"allows {service} only for {contrast}")


def _correct_condition(
    call: _Call, statement: Mapping[str, Any], key: str, value: str, fixed: corrected_patterns.Correction
) -> ServiceContrast:
    """Return the contrast that the value of a condition matches no request, with the line of the template or code that has it."""
    old, new = corrected_patterns.spell_references(call.case.failure.text, value, fixed.value)
    here = f", here {clip_text(call.source)}" if has_reference(value) and call.source else ""
    verdict = f"allows {call.service} only for {key} {clip_text(old)}: {fixed.reason}{here}"
    contrast = _change_source(call, statement, (key, value, fixed.value), verdict)
    if contrast.remedy is not None:
        return contrast
    title = f"Correct {key} in the template: {clip_text(new)}"
    only = "Only this line changes: the principal, the action and the resource match."
    return contrast._replace(remedy=_correct_line(call, statement, title, value, fixed.value, only))


def _change_source(
    call: _Call, statement: Mapping[str, Any], change: tuple[str, str, str], verdict: str
) -> ServiceContrast:
    resource = next(iter(as_strings(statement.get("Resource"))), "")
    remedy = None
    if ":lambda:" in resource and not _is_code(call.case, statement):
        remedy = service_permissions.replace_permission(call.case, statement, call.service, *change)
    if has_reference(change[1]):
        return ServiceContrast(verdict, remedy, is_code=True)  # the deployed policy has another value
    return ServiceContrast(verdict, remedy, change)


def _correct_line(
    call: _Call, statement: Mapping[str, Any], title: str, old: str, new: str, *steps: str
) -> Remedy | None:
    """Return the remedy that corrects the line of a template or code with a statement, ``None`` if the statement is not in one."""
    if not _is_code(call.case, statement):
        return None
    return corrected_patterns.correct_line_remedy(call.case.failure.text, title, [(old, new)], *steps)


def _is_code(case: Case[Any], statement: Mapping[str, Any]) -> bool:
    """Return whether a statement is in code or a template."""
    if statement in service_permissions.find_permissions(case.failure.text):
        return True
    return any(each.is_code and statement in each.allows for each in case.context.policies)


def find_lacking(case: Case[Any], service: str, *actions: str) -> ServiceContrast | None:
    """Return why the policies of the text do not allow a service one of several actions, or that they allow all."""
    contrasts = [compare_statements(case, service, each, None) for each in actions]
    lacking = next((each for each in contrasts if each is not None and not each.is_allowed), None)
    return lacking or next(filter(None, contrasts), None)
