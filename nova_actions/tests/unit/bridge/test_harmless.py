# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to the bridge, a method of Nova's is called once, as it
was asked, and its result or its error is what the caller gets."""

import contextlib
import inspect
import sys
import types
from unittest import mock

import fixtures as base_fixtures
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.reporter import active
from nova_actions.reporter import loss
from nova_actions.tests import fixtures
from nova_actions_bridge import mark
from nova_actions_bridge import seam

SERVER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'
SEAMS = [each[1:] for each in seam._all(False)]
CLASS_METHODS = (
    'from_dict',
    'action_start',
    'event_start',
    'event_finish_with_failure',
)
#: What is recorded before or after a method of Nova's has its turn.
RECORDING = ('finish', '__enter__', 'event_finish_with_failure')
#: What Python itself calls with.
PROTOCOL = {'__enter__': [], '__exit__': [None, None, None]}
#: What may come to a method: nothing of it need be what we expect.
VALUES = (
    None,
    '',
    SERVER,
    'compute_work',
    -1,
    [],
    {mark.WORD: True},
    object(),
    ValueError('no room'),
)


class Broken:
    """A recorder that raises whatever is asked of it, but counts."""

    def __init__(self, error):
        self._error = error
        self.losses = loss.Losses()

    def __getattr__(self, name):
        raise self._error


class Nova:
    """Something of Nova's with one method, which tells how it was called."""

    def __init__(self, name, make, outcome):
        self.calls = []

        def method(place, *args, **kwargs):
            self.calls.append((args, kwargs))
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        kind = classmethod if name in CLASS_METHODS else lambda same: same
        self.place = type('Place', (), {name: make(kind(method))})
        self.method = getattr(
            self.place if name in CLASS_METHODS else self.place(), name
        )


def values():
    return st.sampled_from(VALUES)


class TestHarmless(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(base_fixtures.FakeLogger())
        self.addCleanup(active.replace, active.current())

    @given(
        st.sampled_from(SEAMS),
        st.sampled_from((ValueError, TypeError, OSError, RecursionError)),
        st.lists(values(), max_size=6),
        st.dictionaries(
            st.sampled_from(('host', 'want_result', 'exc_val', 'more')),
            values(),
        ),
        st.sampled_from((None, {}, ValueError('of Nova'), SystemExit(1))),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    )
    def test_every_method(
        self,
        place,
        broken,
        args,
        kwargs,
        outcome,
        is_context,
        is_marked,
        is_for_compute,
    ):
        _owner, name, make = place
        if is_context and args:
            args[0] = fixtures.make_context()
        if name in PROTOCOL:
            args, kwargs = PROTOCOL[name], {}
        if name == 'from_dict':
            args = [{mark.WORD: is_context}]
        if name.startswith('object_'):
            args = [fixtures.make_context(), *args]
        nova = Nova(name, make, outcome)
        active.replace(Broken(broken('of ours')))
        with self.for_compute(is_for_compute), mark.recorded(is_marked):
            if isinstance(outcome, BaseException):
                error = self.assertRaises(
                    type(outcome), nova.method, *args, **kwargs
                )
                self.assertIs(outcome, error)
            else:
                self.assertIn(
                    nova.method(*args, **kwargs),
                    (outcome, None, {mark.WORD: True}),
                )
        [(got, more)] = nova.calls
        self.assertFalse(mark.is_recorded())
        self.assertFalse(mark.is_for_compute())
        if name != 'event_start':
            # On a compute's behalf, it is asked for its result.
            self.assertEqual((tuple(args), kwargs), (got, more))

    @contextlib.contextmanager
    def for_compute(self, is_so):
        """Do something as a conductor that serves a compute service."""
        if not is_so:
            yield
            return

        class Absent(types.ModuleType):
            def __getattr__(self, name):
                raise RuntimeError(name)

        token = mark._for_compute.set(True)
        try:
            with mock.patch.dict(
                sys.modules, {'nova.objects': Absent('nova.objects')}
            ):
                yield
        finally:
            mark._for_compute.reset(token)

    @given(
        st.sampled_from(
            [
                each
                for each in SEAMS
                if each[1] in (*RECORDING, 'action_start', 'event_start')
            ]
        )
    )
    def test_what_fails_is_counted(self, place):
        """An argument that is not there is the least that may be wrong."""
        _owner, name, make = place
        recorder = Broken(ValueError('of ours'))
        active.replace(recorder)
        self.assertIsNone(Nova(name, make, None).method())
        self.assertEqual({loss.ERROR: 1}, dict(recorder.losses.counts))

    def test_each_is_wrapped(self):
        """Its name and arguments are shown as they were."""

        def method(self, context, host=None):
            return context

        for _owner, name, make in SEAMS:
            if name in CLASS_METHODS:
                continue
            self.assertEqual(
                inspect.signature(method), inspect.signature(make(method))
            )
