# SPDX-License-Identifier: Apache-2.0
import signal
import sys

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

    def test_what_comes_from_outside_passes(self):
        """It comes once, or elsewhere, or as another thing."""
        for first, second in (
            (SystemExit, None),
            (KeyboardInterrupt, SystemExit),
            (SystemExit, ValueError),
        ):
            raised = iter([first, second])

            @foreign.contained
            def read(raised=raised):
                error = next(raised)
                if error is not None:
                    raise error

            self.assertRaises(first, read)

    def test_a_signal_passes(self):
        def leave(_signal, _frame):
            sys.exit()

        self.addCleanup(
            signal.signal,
            signal.SIGALRM,
            signal.signal(signal.SIGALRM, leave),
        )
        calls = []

        class Said:
            def __str__(self):
                calls.append(self)
                if len(calls) == 1:
                    signal.raise_signal(signal.SIGALRM)
                return 'said'

        self.assertRaises(SystemExit, foreign.text, Said())

    def test_an_exception_stays_what_it_is(self):
        self.assertRaises(OSError, foreign.text, Odd(OSError))

    def test_a_text_is_plain(self):
        said = foreign.text(Odd(Text('here')))
        self.assertIs(str, type(said))
        self.assertEqual('here', said)
