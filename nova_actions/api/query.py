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

from nova_actions import exception
from nova_actions import validation
from nova_actions.api import schemas
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
    'minLength': 'it is empty',
    'maxItems': 'it is given more than once',
}
#: What is wrong with a value that a pattern does not match.
_PATTERNS = {
    schemas.NUMBER: 'it is not an integer of 0 or more',
    schemas.POSITIVE: 'it is not an integer of 1 or more',
    schemas.PLAIN: 'it has control characters',
}


def parse_query(text: str) -> Query:
    """Parse a query string.

    :param text: as in the WSGI environ: each character is a byte
    :raises InvalidInput: when it is not UTF-8
    """
    result: Query = {}
    name = 'the query'
    try:
        plain = text.encode('latin-1').replace(b'+', b' ')
        for pair in re.split(b'[&;]', plain):
            if pair:
                key, _, value = pair.partition(b'=')
                name = 'the name of a query parameter'
                name = parse.unquote_to_bytes(key).decode()
                result.setdefault(name, []).append(
                    parse.unquote_to_bytes(value).decode()
                )
    except UnicodeError:
        raise exception.InvalidInput(
            argument=name[: validation.NAME_LIMIT], reason='it is not UTF-8'
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

        :raises falcon.HTTPBadRequest: for an unknown parameter
        :raises InvalidInput: for an invalid one
        """
        if not query:
            return {}
        for error in self._validator.iter_errors(query):
            raise _refusal(error, self._schema)
        return {
            name: query[name][0]
            if values.get('maxItems') == 1
            else query[name]
            for name, values in self._schema['properties'].items()
            if name in query
        }


def _refusal(error: jsonschema.ValidationError, schema: Schema) -> Exception:
    if error.validator == 'additionalProperties':
        unknown = sorted(set(error.instance) - set(schema['properties']))
        names = ', '.join(repr(name[:255]) for name in unknown)
        return falcon.HTTPBadRequest(
            description='Additional query parameters are not allowed: '
            f'{names}.'
        )
    reason = _REASONS.get(str(error.validator), 'it is invalid')
    if error.validator == 'pattern':
        reason = _PATTERNS[error.validator_value]
    if error.validator == 'maxLength':
        reason = f'it is longer than {error.validator_value} characters'
    if error.validator == 'enum':
        words = ', '.join(map(repr, error.validator_value))
        reason = f'it is not one of {words}'
    return exception.InvalidInput(argument=error.path[0], reason=reason)
