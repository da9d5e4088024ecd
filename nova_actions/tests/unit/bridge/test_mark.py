# SPDX-License-Identifier: Apache-2.0
"""What is marked as recorded, in a thread and over the bus."""

from oslotest import base

from nova_actions_bridge import mark


class Context:
    """What of Nova's has the mark."""

    def __init__(self, user):
        self.user = user

    def to_dict(self):
        return {'user': self.user}

    @classmethod
    def from_dict(cls, values):
        return cls(values['user'])

    to_dict = mark.sent(to_dict)
    from_dict = mark.received(from_dict)


class Conductor:
    """What a compute service calls."""

    def serve(self, context, name):
        return mark.is_recorded(), mark.is_for_compute(), context.user, name

    mirrors = mark.served(True)(serve)
    controls = mark.served(False)(serve)


class TestMark(base.BaseTestCase):
    def test_nothing_is_sent_by_default(self):
        self.assertEqual({'user': 'u'}, Context('u').to_dict())

    def test_it_goes_over_the_bus(self):
        with mark.recorded():
            sent = Context('u').to_dict()

        got = Context.from_dict(sent)

        self.assertEqual('u', got.user)
        self.assertEqual(
            (True, False, 'u', 'x'), Conductor().controls(got, 'x')
        )

    def test_who_sends_none_has_no_bridge(self):
        got = Context.from_dict(Context('u').to_dict())

        self.assertEqual(
            (False, True, 'u', 'x'), Conductor().controls(got, name='x')
        )
        self.assertFalse(mark.is_for_compute())

    def test_where_every_compute_has_one(self):
        self.assertEqual(
            (True, False, 'u', 'x'), Conductor().mirrors(Context('u'), 'x')
        )
        self.assertFalse(mark.is_recorded())

    def test_an_error_takes_it_away(self):
        def fail():
            with mark.recorded():
                raise ValueError

        self.assertRaises(ValueError, fail)
        self.assertFalse(mark.is_recorded())
