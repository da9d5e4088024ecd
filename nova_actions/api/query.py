# SPDX-License-Identifier: Apache-2.0
"""Query strings: parsed as WebOb does, and validated by JSON schema."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib import parse

import falcon
import jsonschema
from jsonschema import validators
from oslo_utils import timeutils

from nova_actions.api.schemas import Schema

#: parameter -> its values, in the order they came
Query = dict[str, list[str]]
#: parameter -> its value, or all of them where the schema allows several
Parameters = Mapping[str, Any]

_FORMATS = jsonschema.FormatChecker(formats=())


def _is_time(value: object) -> bool:
    if isinstance(value, str):
        if value != value.rstrip('\n'):
            return False
        timeutils.normalize_time(timeutils.parse_isotime(value))
    return True


_FORMATS.checks('date-time', raises=(ValueError, OverflowError))(_is_time)


def _pattern(
    _validator: object, pattern: str, value: object, _schema: Schema
) -> Iterator[jsonschema.ValidationError]:
    # "$" is the very end in JSON schema; Python's lets a newline follow.
    if isinstance(value, str) and not re.search(
        pattern.replace('$', r'\Z'), value
    ):
        yield jsonschema.ValidationError(f'it does not match {pattern}')


_Validator = validators.extend(
    jsonschema.Draft202012Validator, {'pattern': _pattern}
)

_REASONS = {
    'format': 'it is not a time in ISO 8601',
    'pattern': 'it is not a non-negative integer',
    'minLength': 'it is empty',
    'maxItems': 'it is given more than once',
}


def parse_query(text: str) -> Query:
    """Parse a query string.

    :param text: as in the WSGI environ: each character is a byte
    :raises falcon.HTTPBadRequest: when it is not UTF-8
    """
    result: Query = {}
    try:
        plain = text.encode('latin-1').replace(b'+', b' ')
        for pair in re.split(b'[&;]', plain):
            if pair:
                name, _, value = pair.partition(b'=')
                result.setdefault(
                    parse.unquote_to_bytes(name).decode(), []
                ).append(parse.unquote_to_bytes(value).decode())
    except UnicodeError:
        raise falcon.HTTPBadRequest(
            description='The query string is not UTF-8.'
        ) from None
    return result


class Checker:
    """Validates queries by one schema. Creating one costs more than a check.

    :param schema: of an object whose properties are lists of values
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._validator = _Validator(schema, format_checker=_FORMATS)

    def check(self, query: Query) -> Parameters:
        """Return the parameters that the schema names, each with its value, or
        with a list of values where the schema allows several.

        :raises falcon.HTTPBadRequest: for an invalid query; the message names
            the parameter
        """
        if not query:
            return {}
        for error in self._validator.iter_errors(query):
            raise falcon.HTTPBadRequest(
                description=_describe(error, self._schema)
            )
        return {
            name: query[name][0]
            if values.get('maxItems') == 1
            else query[name]
            for name, values in self._schema['properties'].items()
            if name in query
        }


def _describe(error: jsonschema.ValidationError, schema: Schema) -> str:
    if error.validator == 'additionalProperties':
        unknown = sorted(set(error.instance) - set(schema['properties']))
        names = ', '.join(repr(name[:255]) for name in unknown)
        return f'Additional query parameters are not allowed: {names}.'
    name = error.path[0]
    reason = _REASONS.get(str(error.validator), 'it is invalid')
    if error.validator == 'maxLength':
        reason = f'it is longer than {error.validator_value} characters'
    if error.validator == 'enum':
        words = ', '.join(map(repr, error.validator_value))
        reason = f'it is not one of {words}'
    value = error.instance
    if isinstance(value, list):
        value = ', '.join(value)
    return (
        f'Invalid input for query parameter {name}. '
        f'Value: {str(value)[:255]}. {reason[0].upper()}{reason[1:]}.'
    )
