# SPDX-License-Identifier: Apache-2.0
import inspect
import re

import fixtures
from oslotest import base

from nova_actions import exception
from nova_actions.api import errors

CLASSES = [
    each
    for _name, each in inspect.getmembers(exception, inspect.isclass)
    if issubclass(each, exception.ActionsException)
]
FAMILIES = (
    exception.NotFound,
    exception.Invalid,
    exception.Conflict,
    exception.Forbidden,
    exception.Unavailable,
)


class ExceptionTest(base.BaseTestCase):
    def filled(self, each):
        """Return an error with all the data that its text names."""
        return each(
            **{
                name: 7 if kind == 'd' else f'<{name}>'
                for name, kind in re.findall(r'%\((\w+)\)(\w)', each.msg_fmt)
            }
        )

    def test_its_text_has_its_data(self):
        for each in CLASSES:
            error = self.filled(each)
            for value in error.kwargs.values():
                self.assertIn(str(value), error.format_message())
            self.assertNotIn('%(', str(error))

    def test_it_is_built_again_from_what_travels(self):
        """As oslo.messaging does it: from the text and the data."""
        for each in CLASSES:
            error = self.filled(each)
            again = each(str(error), **error.kwargs)
            self.assertEqual(error.format_message(), again.format_message())
            self.assertEqual(error.kwargs, again.kwargs)

    def test_data_that_is_missing_costs_no_error(self):
        log = self.useFixture(fixtures.FakeLogger())
        for each in CLASSES:
            error = each(other=1)
            self.assertEqual(each.msg_fmt, error.format_message())
            self.assertEqual(
                '%(' in each.msg_fmt, f'of {each.__name__} does' in log.output
            )

    def test_each_is_of_one_family_and_has_a_status(self):
        for each in set(CLASSES) - {exception.ActionsException}:
            self.assertEqual(
                1, sum(issubclass(each, family) for family in FAMILIES), each
            )
            self.assertNotEqual(500, errors.status_of(self.filled(each)))
