"""Trace references in a Terraform plan to the resources that they name.

An attribute that is known only after apply, such as the ARN of a new policy, is missing from the planned
values. The configuration says which resource it comes from, through variables and outputs of
modules: https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeVar

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.policies._readers.json_values import JsonObject, get_object, get_objects, get_text, get_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Plan", "PlannedResource", "read_plan")

_INDEX = r"(?:\[(?P<index>[^\]]*)\])?"
_RESOURCE = lazy_pattern(rf"(?P<data>data\.)?(?P<type>[a-z][a-z0-9_]*)\.(?P<name>[\w-]+){_INDEX}")
_MODULE = lazy_pattern(rf"module\.(?P<name>[\w-]+){_INDEX}(?:\.(?P<output>[\w-]+))?")
_VARIABLE = lazy_pattern(r"var\.(?P<name>[\w-]+)")
_LAST_MODULE = lazy_pattern(r"module\.(?P<name>[\w-]+)(?:\[(?P<index>.*)\])?\Z", re.DOTALL)
# References whose value is the key of the instance.
_KEY_REFERENCES = frozenset({"each.key", "count.index"})
_MAX_DEPTH = 20
_Instance = TypeVar("_Instance", "Module", "PlannedResource")


@attrs.frozen(eq=False)
class Module:
    """An instance of a module.

    Attributes:
        parent: The module that calls it; ``None`` for the root module.
        name: The name of the call.
        index: Its key, if it has several instances.
        config: Its configuration; empty in a state.
        call: The configuration of the call.
    """

    parent: Module | None
    name: str
    index: object
    config: JsonObject
    call: JsonObject


@attrs.frozen(eq=False)
class PlannedResource:
    """An instance of a resource or data source.

    Attributes:
        module: The module instance that contains it.
        address: Its address.
        type: Its type.
        name: Its name.
        index: Its key, if it has several instances.
        is_data: Whether it is a data source.
        values: Its known values.
    """

    module: Module
    address: str
    type: str
    name: str
    index: object
    is_data: bool
    values: JsonObject


@attrs.frozen(eq=False)
class Plan:
    """The resources of a plan or a state.

    Attributes:
        resources: The resources and data sources.
    """

    resources: tuple[PlannedResource, ...]
    _modules: tuple[Module, ...]

    def is_configured(self, resource: PlannedResource, attribute: str) -> bool:
        """Return whether the configuration sets an attribute to anything but null."""
        expression = _find_expression(resource, attribute)
        return bool(expression) and expression.get("constant_value", "") is not None

    def find_referenced(self, resource: PlannedResource, attribute: str) -> PlannedResource | None:
        """Return the only resource to which an attribute refers, or ``None`` if there is not exactly one."""
        found = list(
            self._trace(_find_expression(resource, attribute), resource.module, resource.index, _MAX_DEPTH)
        )
        return found[0] if len(set(map(id, found))) == 1 else None

    def _trace(
        self, expression: JsonObject, module: Module, index: object, depth: int
    ) -> Iterator[PlannedResource]:
        """Yield every resource that an expression refers to."""
        references = list(get_texts(expression, "references"))
        # A reference with the key of the instance means the instance with the same key.
        own = index if not _KEY_REFERENCES.isdisjoint(references) else None
        for reference in _find_whole_references(references) if depth else ():
            if found := _VARIABLE.match(reference):
                if module.parent is not None:
                    argument = get_object(get_object(module.call, "expressions"), found["name"])
                    yield from self._trace(argument, module.parent, module.index, depth - 1)
            elif found := _MODULE.match(reference):
                children = [
                    each for each in self._modules if each.parent is module and each.name == found["name"]
                ]
                for child in _choose_instances(children, found["index"], own):
                    output = get_object(get_object(child.config, "outputs"), found["output"] or "")
                    yield from self._trace(get_object(output, "expression"), child, child.index, depth - 1)
            elif found := _RESOURCE.match(reference):
                resources = [
                    each for each in self.resources if each.module is module and _is_named(each, found)
                ]
                yield from _choose_instances(resources, found["index"], own)


def _find_whole_references(references: list[str]) -> Iterator[str]:
    """Yield the complete references. The list contains their prefixes, too."""
    for reference in references:
        longer = (f"{reference}.", f"{reference}[")
        if not any(each.startswith(longer) for each in references):
            yield reference


def _is_named(resource: PlannedResource, found: re.Match[str]) -> bool:
    named = (bool(found["data"]), found["type"], found["name"])
    return (resource.is_data, resource.type, resource.name) == named


def _choose_instances(instances: list[_Instance], written: str | None, own: object) -> list[_Instance]:
    """Return the instances that a reference can mean, by its key or the key of the referring instance."""
    if written is not None:
        key = _parse_index(written)
        if key is not None:
            return [each for each in instances if each.index == key]
    if own is not None and len(instances) > 1:
        return [each for each in instances if each.index == own]
    return instances


def read_plan(data: JsonObject) -> Plan:
    """Read the resources of a plan or a state, with the configuration of a plan."""
    root_config = get_object(get_object(data, "configuration"), "root_module")
    root = Module(None, "", None, root_config, {})
    resources: list[PlannedResource] = []
    modules = [root]
    values = get_object(data, "planned_values") or get_object(data, "values")
    _read_module(get_object(values, "root_module"), root, "", resources, modules)
    known = {each.address for each in resources}
    # Data sources that were read for the plan are in the prior state.
    prior = get_object(get_object(data, "prior_state"), "values")
    earlier: list[PlannedResource] = []
    _read_module(get_object(prior, "root_module"), root, "", earlier, modules)
    resources += [each for each in earlier if each.is_data and each.address not in known]
    return Plan(tuple(resources), tuple(modules))


def _read_module(
    module: JsonObject,
    instance: Module,
    address: str,
    resources: list[PlannedResource],
    modules: list[Module],
) -> None:
    for resource in get_objects(module, "resources"):
        kind = get_text(resource, "type") or ""
        whole = get_text(resource, "address") or "?"
        resources.append(
            PlannedResource(
                module=instance,
                address=whole,
                type=kind,
                name=get_text(resource, "name") or _get_name(whole, kind),
                index=resource.get("index"),
                is_data=resource.get("mode", "managed") == "data",
                values=get_object(resource, "values"),
            )
        )
    for child in get_objects(module, "child_modules"):
        whole = get_text(child, "address") or ""
        _read_module(child, _find_module(whole, address, instance, modules), whole, resources, modules)


def _find_module(address: str, parent_address: str, parent: Module, modules: list[Module]) -> Module:
    """Return the module instance with an address, which both the plan and the prior state can contain."""
    found = _LAST_MODULE.match(address.removeprefix(f"{parent_address}.") if parent_address else address)
    name, written = (found["name"], found["index"]) if found else (address, None)
    index = None if written is None else _parse_index(written)
    for each in modules:
        if each.parent is parent and each.name == name and each.index == index:
            return each
    call = get_object(get_object(parent.config, "module_calls"), name)
    module = Module(parent, name, index, get_object(call, "module"), call)
    modules.append(module)
    return module


def _find_expression(resource: PlannedResource, attribute: str) -> JsonObject:
    for configured in get_objects(resource.module.config, "resources"):
        prefix = "data." if resource.is_data else ""
        address = f"{prefix}{resource.type}.{resource.name}"
        if get_text(configured, "address") == address:
            return get_object(get_object(configured, "expressions"), attribute)
    return {}


def _get_name(address: str, kind: str) -> str:
    return address.rpartition(f"{kind}.")[2].partition("[")[0]


def _parse_index(text: str) -> object:
    """Return the key of an instance, a number or a string; ``None`` if it is an expression."""
    try:
        key: object = json.loads(text)
    except ValueError:
        return None
    return key if isinstance(key, (int, str)) else None
