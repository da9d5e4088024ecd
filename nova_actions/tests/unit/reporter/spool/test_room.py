# SPDX-License-Identifier: Apache-2.0
import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st
from oslotest import base

from nova_actions.reporter import transition
from nova_actions.reporter.spool import memory
from nova_actions.reporter.spool import room

LIMIT = 20_000

texts = st.integers(0, 6000).map(lambda length: 'x' * length)


def make(uuid, kind, **values):
    return {
        'kind': kind,
        'uuid': str(uuid),
        'instance_uuid': 'i' * 36,
        'name': 'n' * 20,
        'action_uuid': None,
        **values,
    }


def end(start, text):
    return {
        **start,
        'kind': 'finish',
        'finish_time': 't' * 26,
        'duration': 2**60,
        'result': 'Error',
        'details': text,
        'traceback': text,
        'error_type': 'E' * 200,
        'reason': 'unknown',
    }


class Holder:
    """It is gone at once."""


class RoomMachine(stateful.RuleBasedStateMachine):
    """Steps begin and end while nothing, or something, is delivered: each
    end of a stored start is stored, and the limit holds."""

    def __init__(self):
        super().__init__()
        self.spool = memory.MemorySpool(LIMIT)
        self.open, self.ends = {}, set()
        self.number = 0

    @stateful.rule(text=texts)
    def begin(self, text):
        self.number += 1
        start = make(self.number, 'start', text=text)
        try:
            self.spool.append([start])
        except room.SpoolFull:
            return
        self.open[start['uuid']] = start

    @stateful.precondition(lambda self: self.open)
    @stateful.rule(data=st.data(), text=texts)
    def finish(self, data, text):
        uuid = data.draw(st.sampled_from(sorted(self.open)))
        self.spool.append([end(self.open.pop(uuid), text)])
        self.ends.add(uuid)

    @stateful.rule(text=texts, is_begun=st.booleans())
    def finish_another(self, text, is_begun):
        """One that began elsewhere, or whose start was refused."""
        self.number += 1
        try:
            self.spool.append(
                [
                    {
                        **end(make(self.number, 'start'), text),
                        transition.UNBEGUN: not is_begun,
                    }
                ]
            )
        except room.SpoolFull:
            return

    @stateful.precondition(lambda self: self.open)
    @stateful.rule(data=st.data())
    def forget(self, data):
        uuid = data.draw(st.sampled_from(sorted(self.open)))
        del self.open[uuid]
        self.spool.room.hold(Holder(), [uuid])

    @stateful.rule(count=st.integers(1, 30))
    def deliver(self, count):
        self.spool.remove([number for number, _ in self.spool.after(0, count)])

    @stateful.invariant()
    def the_limit_holds(self):
        assert self.spool.bytes <= LIMIT

    def teardown(self):
        for start in self.open.values():
            self.spool.append([end(start, 'x' * 6000)])
        assert self.spool.bytes <= LIMIT
        self.spool.remove([number for number, _ in self.spool.after(0, 999)])
        assert self.spool.bytes == 0
        # Nothing is kept for what has ended.
        self.spool.append([make('last', 'start', text='x' * (LIMIT // 3))])


RoomMachine.TestCase.settings = hypothesis.settings(
    max_examples=60, stateful_step_count=40, deadline=None
)


class RoomMachineTestCase(RoomMachine.TestCase):
    pass


class RoomTestCase(base.BaseTestCase):
    def test_an_end_that_has_no_room_loses_its_texts_only(self):
        spool = memory.MemorySpool(LIMIT)
        starts = []
        try:
            while True:
                starts.append(make(len(starts), 'start'))
                spool.append([starts[-1]])
        except room.SpoolFull:
            starts.pop()
        for start in starts:
            spool.append([end(start, 'x' * 5000)])
        self.assertLessEqual(spool.bytes, LIMIT)
        ends = [
            each
            for _, each in spool.after(0, 10_000)
            if each['kind'] == 'finish'
        ]
        self.assertEqual(
            [each['uuid'] for each in starts], [each['uuid'] for each in ends]
        )
        self.assertEqual({'Error'}, {each['result'] for each in ends})
        self.assertIn(
            'Not kept: the spool was full.', {each['details'] for each in ends}
        )

    def test_the_end_of_a_refused_start_has_the_room_of_a_start(self):
        spool = memory.MemorySpool(LIMIT)
        spool.append([make('large', 'start', text='x' * (LIMIT // 3))])
        other = end(make('other', 'start'), 'x' * (LIMIT // 8))
        self.assertRaises(
            room.SpoolFull, spool.append, [{**other, transition.UNBEGUN: True}]
        )
        spool.append([other])

    def test_the_end_of_an_action_that_was_not_stored(self):
        spool = memory.MemorySpool(LIMIT)
        self.assertRaises(
            room.SpoolFull,
            spool.append,
            [
                {
                    **end(make(1, 'start', action_uuid='a'), 'x'),
                    transition.UNBEGUN: True,
                }
            ],
        )
        # Of one that somebody else began, it tells all.
        number = spool.append(
            [{**end(make(1, 'start'), 'x'), transition.UNBEGUN: True}]
        )
        self.assertNotIn(transition.UNBEGUN, spool.get(number))

    def test_what_is_kept_aside_counts_and_ends_nothing(self):
        spool = memory.MemorySpool(LIMIT)
        spool.room.charge(LIMIT // 4)
        self.assertEqual(LIMIT * 3 // 4, spool.room.limit)
        spool.room.charge(LIMIT * 100)
        self.assertEqual(LIMIT // 2, spool.room.limit)
        spool.append([make(1, 'start')])
