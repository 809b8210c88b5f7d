"""A quick yes for data that fits its schema, so that big fact sheets need no slow walk; a no is explained by `schema.faults`.

It knows just the keywords our schemas use; a test holds it to the full validator's answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

Test = Callable[[Any], bool]
Words = Mapping[str, Mapping[str, Any]]


def compiled(schema: Mapping[str, Any], words: Words) -> Test:
    """A predicate for a schema."""
    if schema.keys() == OBJECT and schema["type"] == "object" and schema["additionalProperties"] is False:
        return _object(schema["properties"], schema["required"], words)
    if schema.keys() in (WORD, DAY) and schema["type"] in ("string", ["string", "null"]):
        return _text(schema, words)
    tests = [
        BUILDERS[keyword](value, schema, words)
        for keyword, value in schema.items()
        if keyword in BUILDERS and value is not False
    ]
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda value: first(value) and second(value)

    def every(value: Any) -> bool:
        for test in tests:  # noqa: SIM110 -- a generator costs a third more here
            if not test(value):
                return False
        return True

    return every


OBJECT = {"type", "properties", "required", "additionalProperties"}
WORD, DAY = {"type", "word"}, {"type", "day"}


def _text(schema: Mapping[str, Any], words: Words) -> Test:
    """A word or a day, or (for some) nothing."""
    known, maybe = words.get(schema["word"], {}) if "word" in schema else None, schema["type"] != "string"

    def test(value: Any) -> bool:
        if isinstance(value, str):
            return is_day(value) if known is None else value in known
        return maybe and value is None

    return test


def _object(properties: Mapping[str, Any], required: Any, words: Words) -> Test:
    """The commonest shape, a closed object, in one go."""
    tests = {name: compiled(shape, words) for name, shape in properties.items()}
    asked, wanted = tests.get, frozenset(required)

    def test(value: Any) -> bool:
        if not isinstance(value, dict) or not value.keys() >= wanted:
            return False
        for name, child in value.items():
            ask = asked(name)
            if ask is None or not ask(child):
                return False
        return True

    return test


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """A date that exists, written 2021-12-25."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def twice(values: list[Any]) -> list[Any]:
    """What stands in a list more than once."""
    return [one for index, one in enumerate(values) if one in values[:index]] if len(values) > 1 else []


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


CLASSES: dict[str, set[type]] = {
    "object": {dict},
    "array": {list},
    "string": {str},
    "boolean": {bool},
    "null": {type(None)},
    "number": {int, float},
    "integer": {int},
}
TYPES: dict[str, Test] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _number,
    "integer": lambda value: _number(value) and (isinstance(value, int) or value.is_integer()),
}


def _type(wanted: Any, _: Any, __: Words) -> Test:
    """The class tells nearly always; the rest (a float that is whole) is asked in full."""
    names = [wanted] if isinstance(wanted, str) else wanted
    classes, tests = set().union(*map(CLASSES.__getitem__, names)), [TYPES[name] for name in names]
    if names == ["string"]:
        return lambda value: isinstance(value, str)
    return lambda value: type(value) in classes or any(test(value) for test in tests)


def _properties(properties: Mapping[str, Any], schema: Mapping[str, Any], words: Words) -> Test:
    tests = {name: compiled(shape, words) for name, shape in properties.items()}
    closed = schema.get("additionalProperties") is False

    def test(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        for name, child in value.items():
            asked = tests.get(name)
            if closed if asked is None else not asked(child):
                return False
        return True

    return test


def _each_property(shape: Mapping[str, Any], schema: Mapping[str, Any], words: Words) -> Test:
    """`additionalProperties` with a schema; with False it is `_properties` that looks."""
    test, known = compiled(shape, words), schema.get("properties", {})
    return lambda value: (
        not isinstance(value, dict) or all(test(child) for name, child in value.items() if name not in known)
    )


def _condition(condition: Any, schema: Mapping[str, Any], words: Words) -> Test:
    test, then, otherwise = (
        compiled(one, words) for one in (condition, schema.get("then", {}), schema.get("else", {}))
    )
    return lambda value: then(value) if test(value) else otherwise(value)


def _items(shape: Any, _: Any, words: Words) -> Test:
    test = compiled(shape, words)
    return lambda value: not isinstance(value, list) or all(map(test, value))


def _word(category: str, _: Any, words: Words) -> Test:
    known = words.get(category, {})
    return lambda value: not isinstance(value, str) or value in known


def _names(shape: Any, _: Any, words: Words) -> Test:
    test = compiled(shape, words)
    return lambda value: not isinstance(value, dict) or all(map(test, value))


def _required(names: Any, _: Any, __: Words) -> Test:
    wanted = frozenset(names)
    return lambda value: not isinstance(value, dict) or value.keys() >= wanted


def _pattern(pattern: str, _: Any, __: Words) -> Test:
    search = re.compile(pattern).search
    return lambda value: not isinstance(value, str) or search(value) is not None


BUILDERS: dict[str, Callable[[Any, Mapping[str, Any], Words], Test]] = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _each_property,
    "items": _items,
    "if": _condition,
    "word": _word,
    "propertyNames": _names,
    "required": _required,
    "day": lambda _, __, ___: lambda value: not isinstance(value, str) or is_day(value),
    "enum": lambda options, _, __: lambda value: value in options,
    "pattern": _pattern,
    "minimum": lambda least, _, __: lambda value: not _number(value) or value >= least,
    "maximum": lambda most, _, __: lambda value: not _number(value) or value <= most,
    "minItems": lambda least, _, __: lambda value: not isinstance(value, list) or len(value) >= least,
    "uniqueItems": lambda _, __, ___: lambda value: not isinstance(value, list) or not twice(value),
    "maxItems": lambda most, _, __: lambda value: not isinstance(value, list) or len(value) <= most,
}
