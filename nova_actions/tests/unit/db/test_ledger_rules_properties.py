# SPDX-License-Identifier: Apache-2.0
"""What holds of the record whatever is reported, and in which order."""

import copy
import itertools
import uuid

import hypothesis
from hypothesis import strategies as st
from oslotest import base

from nova_actions.db.change import kind
from nova_actions.tests import FULL
from nova_actions.tests.unit.db import rules_record
from nova_actions.tests.unit.db.rules_record import SERVER
from nova_actions.tests.unit.db.rules_record import a_step
from nova_actions.tests.unit.db.rules_record import an_action
from nova_actions.tests.unit.db.rules_record import an_action_end
from nova_actions.tests.unit.db.rules_record import an_end
from nova_actions.tests.unit.db.rules_record import at

#: How many values each test is tried with.
EXAMPLES = 1000 if FULL else 50

NAMES = st.sampled_from(['build', 'check'])
HOSTS = st.sampled_from(['host1', 'host2'])
SECONDS = st.integers(-60, 60)
RESULTS = st.sampled_from(['Success', 'Error'])

#: One action, so that two records of it can be compared.
ACTION = str(uuid.uuid4())


@st.composite
def steps(draw, names=NAMES, is_ended=None):
    """Return steps of one action, each a pair: its start, and its end or
    None.

    :param is_ended: whether each has an end, or each none; None for any
    """
    found = []
    for index in range(draw(st.integers(1, 5))):
        name = f'step{index}' if names is None else draw(names)
        step = a_step(
            name=name, host=draw(HOSTS), start_time=at(draw(SECONDS))
        )
        has_end = draw(st.booleans()) if is_ended is None else is_ended
        end = an_end(
            step,
            draw(RESULTS),
            draw(SECONDS),
            details=draw(st.sampled_from([None, 'it broke'])),
            redactions=draw(st.integers(0, 2)),
        )
        found.append((step, end if has_end else None))
    return found


def reports_of(pairs):
    """Return the reports of steps: all starts, then all ends."""
    return [
        each for each in itertools.chain(*zip(*pairs, strict=True)) if each
    ]


def record_of(*reports, at_once=False):
    """Return a record of an action and what was reported of it: each report
    by itself, or all at once."""
    record = rules_record.Record()
    record.tell(an_action(uuid=ACTION))
    for some in [reports] if at_once else [[each] for each in reports]:
        record.tell(*some)
    return record


def rows_of(record):
    """Return the rows by their uuids, without what tells when and in which
    order they were written."""
    instances, actions, events = rules_record.without_times(record)
    return (
        instances,
        actions,
        {
            key: {name: row[name] for name in row if name != 'id'}
            for key, row in events.items()
        },
    )


def expected_status(results):
    """Return the status by the design's words.

    :param results: of each attempt, by the name of the step; None of one
        that is open
    """
    every = [result for each in results.values() for result in each]
    last = [each[-1] for each in results.values()]
    if None in every:
        return 'running'
    if 'Error' in last:
        return 'failed'
    if 'Interrupted' in last:
        return 'interrupted'
    if set(every) - {'Success'}:
        return 'succeeded_after_retry'
    return 'succeeded'


def results_of(record):
    found = {}
    for row in sorted(record.events.values(), key=lambda row: row['id']):
        found.setdefault(row['event'], []).append(row['result'])
    return found


def property_of(*args, **kwargs):
    """Run a test with values that are drawn."""

    def decorator(function):
        return hypothesis.settings(max_examples=EXAMPLES)(
            hypothesis.given(*args, **kwargs)(function)
        )

    return decorator


class TestOrder(base.BaseTestCase):
    @property_of(steps(names=None), st.data())
    def test_any_order_of_the_reports_of_different_steps(self, pairs, data):
        reports = reports_of(pairs)
        other = data.draw(st.permutations(reports))
        self.assertEqual(
            rows_of(record_of(*reports)), rows_of(record_of(*other))
        )

    @property_of(steps(), st.data())
    def test_any_order_of_the_ends_of_attempts(self, pairs, data):
        starts = [start for start, _end in pairs]
        ends = [end for _start, end in pairs if end]
        other = data.draw(st.permutations(ends))
        self.assertEqual(
            rows_of(record_of(*starts, *ends)),
            rows_of(record_of(*starts, *other)),
        )

    @property_of(steps(), st.booleans(), st.data())
    def test_any_division_into_batches(self, pairs, has_end, data):
        reports = reports_of(pairs)
        if has_end:
            index = data.draw(st.integers(0, len(reports)))
            reports.insert(
                index, an_action_end(an_action(), data.draw(SECONDS))
            )
        one, other = record_of(*reports), record_of(*reports, at_once=True)
        self.assertEqual(rows_of(one), rows_of(other))

    @property_of(steps(is_ended=True))
    def test_an_end_tells_all_that_its_start_told(self, pairs):
        ends = [end for _start, end in pairs]
        self.assertEqual(
            rows_of(record_of(*reports_of(pairs))), rows_of(record_of(*ends))
        )

    @property_of(steps(), st.data())
    def test_reports_of_other_requests_do_not_matter(self, pairs, data):
        """Neither another action of the server nor another server is
        changed."""
        record = record_of(*reports_of(pairs))
        before = copy.deepcopy(record.seen())
        other = str(uuid.uuid4())
        record.tell(an_action(instance_uuid=other))
        record.tell(an_action(name='reboot', request_id='req-2'))
        for server, request in ((other, 'req-1'), (SERVER, 'req-2')):
            step = a_step(instance_uuid=server, request_id=request)
            record.tell(step, an_end(step, data.draw(RESULTS)))
        for rows, now in zip(before, record.seen(), strict=True):
            self.assertEqual(rows, {key: now[key] for key in rows})


class TestResend(base.BaseTestCase):
    @property_of(steps(), st.data())
    def test_resent_later_a_report_changes_nothing(self, pairs, data):
        reports = reports_of(pairs)
        resent = list(reports)
        for each in reports:
            first = resent.index(each)
            resent.insert(data.draw(st.integers(first + 1, len(resent))), each)
        self.assertEqual(
            rows_of(record_of(*reports)), rows_of(record_of(*resent))
        )

    @property_of(steps())
    def test_resent_it_is_known_and_leaves_no_trace(self, pairs):
        reports = reports_of(pairs)
        record = record_of(*reports)
        before = copy.deepcopy((record.seen(), record.told))
        self.assertEqual(
            ['known'] * (1 + len(reports)),
            record.tell(an_action(uuid=ACTION), *reports),
        )
        self.assertEqual(before, (record.seen(), record.told))

    @property_of(steps(), SECONDS)
    def test_the_end_of_an_action(self, pairs, second):
        record = record_of(*reports_of(pairs))
        end = an_action_end(an_action(), second)
        record.tell(end)
        before = copy.deepcopy(record.seen())
        self.assertEqual(['known'], record.tell(end))
        self.assertEqual(before, record.seen())


class TestEnds(base.BaseTestCase):
    @property_of(steps(is_ended=True), st.data())
    def test_a_late_end_never_changes_an_end(self, pairs, data):
        record = record_of(*reports_of(pairs))
        before = copy.deepcopy(record.seen())
        start, _end = data.draw(st.sampled_from(pairs))
        late = an_end(
            start, data.draw(RESULTS), data.draw(SECONDS), details='late'
        )
        self.assertIn(
            record.tell(late), (['known'], ['InstanceActionEventNotFound'])
        )
        self.assertEqual(before, record.seen())

    @property_of(steps(is_ended=True), st.data())
    def test_a_late_start_never_opens_a_step(self, pairs, data):
        record = record_of(*[end for _start, end in pairs])
        start, _end = data.draw(st.sampled_from(pairs))
        self.assertEqual(['known'], record.tell(start))
        self.assertNotEqual('running', record.action()['status'])

    @property_of(steps(is_ended=False), RESULTS, SECONDS, st.data())
    def test_an_interrupted_step_that_ends_late(
        self, pairs, result, second, data
    ):
        record = record_of(*reports_of(pairs))
        record.crash()
        self.assertEqual('interrupted', record.action()['status'])
        before = copy.deepcopy(record.events)
        start, _end = data.draw(st.sampled_from(pairs))
        self.assertEqual(
            ['applied'], record.tell(an_end(start, result, second))
        )
        row = record.event(start)
        self.assertEqual(
            (result, None, None),
            (row['result'], row['details'], row['reason']),
        )
        self.assertEqual(
            max(at(second), start['start_time']), row['finish_time']
        )
        # The others stay as the crash left them.
        del before[start['uuid']]
        self.assertEqual(before, {key: record.events[key] for key in before})
        self.assertEqual(
            expected_status(results_of(record)), record.action()['status']
        )

    @property_of(steps(is_ended=False), RESULTS, st.data())
    def test_another_host_changes_nothing(self, pairs, result, data):
        record = record_of(*reports_of(pairs))
        before = copy.deepcopy((record.seen(), record.told))
        start, _end = data.draw(st.sampled_from(pairs))
        self.assertEqual(
            ['Forbidden'],
            record.tell(an_end({**start, 'host': 'another'}, result)),
        )
        self.assertEqual(before, (record.seen(), record.told))

    @property_of(SECONDS, SECONDS, st.none() | st.integers(0, 10**8))
    def test_a_duration_is_measured_or_the_difference(
        self, began, ended, measured
    ):
        step = a_step(start_time=at(began))
        record = record_of(
            step, an_end(step, second=ended, duration_us=measured)
        )
        row = record.event(step)
        self.assertEqual(
            max(0, ended - began) * 10**6 if measured is None else measured,
            row['duration_us'],
        )
        if ended >= began:
            self.assertEqual(at(ended), row['finish_time'])
        else:
            # The clock was set back meanwhile.
            self.assertGreaterEqual(row['finish_time'], row['start_time'])

    @property_of(steps(), st.lists(SECONDS, min_size=1, max_size=4))
    def test_ends_of_an_action_only_move_it_on(self, pairs, seconds):
        record = record_of(*reports_of(pairs))
        last = record.action()['finish_time']
        for second in seconds:
            record.tell(an_action_end(an_action(), second))
            now = record.action()['finish_time']
            self.assertGreaterEqual(now, last or now)
            self.assertGreaterEqual(now, record.action()['start_time'])
            last = now


class TestStatus(base.BaseTestCase):
    @property_of(steps())
    def test_it_follows_from_the_results(self, pairs):
        record = rules_record.Record()
        record.tell(an_action())
        for report in reports_of(pairs):
            record.tell(report)
            self.assertEqual(
                expected_status(results_of(record)),
                record.action()['status'],
            )

    @property_of(st.lists(RESULTS, min_size=1, max_size=5))
    def test_attempts(self, results):
        """Each is a row of its own, which the next one does not change."""
        record = rules_record.Record()
        record.tell(an_action())
        before = {}
        for second, result in enumerate(results):
            step = a_step(start_time=at(second))
            record.tell(step)
            self.assertEqual('running', record.action()['status'])
            record.tell(an_end(step, result, second))
            self.assertEqual(
                before, {key: record.events[key] for key in before}
            )
            before = copy.deepcopy(record.events)
        self.assertEqual(len(results), len(record.events))
        # That it runs again is told by its next step.
        self.assertNotIn('running', [each['outcome'] for each in record.told])
        self.assertEqual(
            'failed'
            if results[-1] == 'Error'
            else 'succeeded_after_retry'
            if 'Error' in results
            else 'succeeded',
            record.action()['status'],
        )

    @property_of(steps(), st.booleans())
    def test_message_and_end_follow_from_it(self, pairs, crashes):
        record = record_of(*reports_of(pairs))
        if crashes:
            record.crash()
        row = record.action()
        self.assertEqual(
            'Error' if row['status'] in ('failed', 'interrupted') else None,
            row['message'],
        )
        self.assertEqual(
            row['status'] == 'running', row['finish_time'] is None
        )

    @property_of(steps(is_ended=True))
    def test_an_action_ends_with_its_last_step(self, pairs):
        record = record_of(*reports_of(pairs))
        row = record.action()
        self.assertEqual(
            max(
                row['start_time'],
                *(each['finish_time'] for each in record.events.values()),
            ),
            row['finish_time'],
        )


class TestRevision(base.BaseTestCase):
    """Galera certifies only rows that change."""

    @property_of(steps())
    def test_it_grows_with_each_change_of_a_step(self, pairs):
        record = rules_record.Record()
        record.tell(an_action())
        for report in reports_of(pairs):
            before = record.action()['updated_at']
            self.assertEqual(['applied'], record.tell(report))
            self.assertGreater(record.action()['updated_at'], before)

    @property_of(steps(is_ended=False))
    def test_it_grows_with_each_crash(self, pairs):
        record = record_of(*reports_of(pairs))
        before = record.action()['updated_at']
        record.crash()
        self.assertGreater(record.action()['updated_at'], before)

    @property_of(steps(), SECONDS)
    def test_it_stays_with_what_changes_nothing(self, pairs, second):
        reports = reports_of(pairs)
        record = record_of(*reports)
        before = record.action()['updated_at']
        record.tell(*reports)
        self.assertEqual(before, record.action()['updated_at'])

    @property_of(st.lists(SECONDS, min_size=2, max_size=2))
    def test_it_grows_with_the_end_of_an_action(self, seconds):
        record = record_of(a_step(start_time=at(seconds[0])))
        before = record.action()['updated_at']
        record.tell(an_action_end(an_action(), seconds[1]))
        self.assertGreater(record.action()['updated_at'], before)


class TestProjectless(base.BaseTestCase):
    """Events whose context has no project."""

    @property_of(
        SECONDS,
        SECONDS,
        st.sampled_from([None, 'Success', 'Error', 'Interrupted']),
    )
    def test_it_joins_what_is_open_else_has_its_own(
        self, began, second, result
    ):
        record = rules_record.Record()
        record.tell(an_action(start_time=at(began)))
        asked = a_step(start_time=at(began))
        record.tell(asked)
        if result == 'Interrupted':
            record.crash()
        elif result:
            record.tell(an_end(asked, result, 60))
        joins = began <= second and result not in ('Success', 'Error')
        alone = a_step(
            request_id='req-x', is_system=True, start_time=at(second)
        )
        self.assertEqual(['applied'], record.tell(alone))
        row = record.event(alone)
        self.assertEqual(
            joins, row['action_id'] == record.event(asked)['action_id']
        )
        self.assertEqual(1 if joins else 2, len(record.actions))
        if not joins:
            self.assertEqual(
                ('system', None, 'owner', at(second)),
                tuple(
                    record.action()[name]
                    for name in (
                        'action',
                        'project_id',
                        'owner_id',
                        'start_time',
                    )
                ),
            )

    @property_of(RESULTS, SECONDS, st.permutations(range(3)))
    def test_start_end_and_resend_in_any_order(self, result, second, order):
        step = a_step(request_id='req-x', is_system=True)
        end = an_end(step, result, second)
        reports = [step, end, end]
        records = [rules_record.Record() for _ in range(2)]
        for record, mine in zip(records, (range(3), order), strict=True):
            record.instances = {SERVER: {'id': 1, 'project_id': 'owner'}}
            record.instances[SERVER]['uuid'] = SERVER
            for index in mine:
                record.tell(reports[index])
        self.assertEqual(*map(rows_of, records))
        self.assertEqual(1, len(records[0].actions))
        self.assertEqual(
            expected_status({'build': [result]}),
            records[0].action()['status'],
        )


class TestTold(base.BaseTestCase):
    """What is told of changes."""

    @property_of(steps(), st.booleans())
    def test_each_step_begins_and_ends_once(self, pairs, at_once):
        record = record_of(*reports_of(pairs), at_once=at_once)
        for wanted, uuids in (
            (kind.STEP_BEGUN, [start['uuid'] for start, _end in pairs]),
            (kind.STEP_ENDED, [end['uuid'] for _start, end in pairs if end]),
        ):
            self.assertEqual(
                uuids,
                [
                    each['event_uuid']
                    for each in record.told
                    if each['kind'] == wanted
                ],
            )

    @property_of(steps())
    def test_the_last_of_an_action_is_its_status(self, pairs):
        record = record_of(*reports_of(pairs))
        ends = [
            each
            for each in record.told
            if each['event_uuid'] is None and each['outcome'] is not None
        ]
        if record.action()['status'] != 'running':
            self.assertEqual(record.action()['status'], ends[-1]['outcome'])
        begun = record.told[0]
        self.assertEqual(
            (kind.ACTION_BEGUN, ACTION), (begun['kind'], begun['action_uuid'])
        )

    @property_of(steps(is_ended=False))
    def test_what_a_crash_ends_is_closed(self, pairs):
        record = record_of(*reports_of(pairs))
        record.told.clear()
        record.crash()
        self.assertEqual({kind.CLOSED}, {each['kind'] for each in record.told})
        self.assertEqual(len(pairs) + 1, len(record.told))


class TestRefused(base.BaseTestCase):
    @property_of(steps(), st.data())
    def test_what_is_refused_leaves_no_trace(self, pairs, data):
        start, _end = data.draw(st.sampled_from(pairs))
        other = str(uuid.uuid4())
        refused = [
            {**start, 'name': 'another'},
            a_step(request_id='req-x'),
            a_step(instance_uuid=other),
            an_action(name='reboot', instance_uuid=other),
            an_action(uuid=ACTION, instance_uuid=other),
            an_action_end(an_action(name='reboot')),
        ]
        record = record_of(*reports_of(pairs))
        before = copy.deepcopy((record.seen(), record.told))
        self.assertEqual(
            [
                'Conflict',
                'InstanceActionNotFound',
                'InstanceNotFound',
                'InstanceNotFound',
                'Conflict',
                'InstanceActionNotFound',
            ],
            record.tell(*refused),
        )
        self.assertEqual(before, (record.seen(), record.told))
