# SPDX-License-Identifier: Apache-2.0
from oslotest import base

from nova_actions import foreign


class Text(str):
    __slots__ = ()

    def __eq__(self, other):
        raise SystemExit

    __hash__ = str.__hash__


class Odd:
    def __init__(self, said):
        self.said = said

    def __str__(self):
        if isinstance(self.said, str):
            return self.said
        raise self.said


class ForeignTest(base.BaseTestCase):
    def test_what_is_no_exception_becomes_one(self):
        for error in (SystemExit, KeyboardInterrupt, GeneratorExit):
            raised = self.assertRaises(
                foreign.ForeignError, foreign.text, Odd(error)
            )
            self.assertEqual(error.__name__, str(raised))

    def test_an_exception_stays_what_it_is(self):
        self.assertRaises(OSError, foreign.text, Odd(OSError))

    def test_a_text_is_plain(self):
        said = foreign.text(Odd(Text('here')))
        self.assertIs(str, type(said))
        self.assertEqual('here', said)
