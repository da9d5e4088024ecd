# SPDX-License-Identifier: Apache-2.0
"""The rules of the record, one by one, without a database."""

import uuid

from oslotest import base

from nova_actions import exception
from nova_actions.db import ledger_rules
from nova_actions.db.change import kind
from nova_actions.tests.unit.db.rules_record import NOW
from nova_actions.tests.unit.db.rules_record import SERVER
from nova_actions.tests.unit.db.rules_record import Record
from nova_actions.tests.unit.db.rules_record import a_step
from nova_actions.tests.unit.db.rules_record import an_action
from nova_actions.tests.unit.db.rules_record import an_action_end
from nova_actions.tests.unit.db.rules_record import an_end
from nova_actions.tests.unit.db.rules_record import at

OTHER = str(uuid.uuid4())


class RulesTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.record = Record()

    def action(self):
        return self.record.action()

    def seen_of_action(self, *names):
        return tuple(self.action()[name] for name in names)

    def action_of(self, step):
        """Return the name of the action that a step is in."""
        action_id = self.record.event(step)['action_id']
        (found,) = [
            row['action']
            for row in self.record.actions.values()
            if row['id'] == action_id
        ]
        return found


class TestActions(RulesTestCase):
    def test_create_registers_and_nothing_else_does(self):
        self.assertEqual(
            ['InstanceNotFound'], self.record.tell(an_action(name='reboot'))
        )
        self.assertEqual(['applied'], self.record.tell(an_action()))
        self.assertEqual('owner', self.record.instances[SERVER]['project_id'])

    def test_create_needs_a_project(self):
        self.assertEqual(
            ['InstanceNotFound'], self.record.tell(an_action(project_id=None))
        )
        self.assertEqual({}, self.record.actions)

    def test_the_creator_is_the_owner(self):
        self.record.tell(an_action())
        self.assertEqual(
            {
                'id': 1,
                'uuid': SERVER,
                'project_id': 'owner',
                'user_id': 'user',
            },
            self.record.instances[SERVER],
        )

    def test_who_acts_on_it_is_not_the_owner(self):
        self.record.tell(
            an_action(),
            an_action(name='reboot', project_id='admins', user_id='admin'),
        )
        self.assertEqual(
            ('owner', 'admins', 'admin'),
            self.seen_of_action('owner_id', 'project_id', 'user_id'),
        )

    def test_a_server_known_elsewhere_is_stored_once(self):
        self.record.instances = {
            SERVER: {'uuid': SERVER, 'project_id': 'owner', 'user_id': 'user'}
        }
        ledger = self.record.ledger()
        for name in ('reboot', 'resize'):
            ledger.enter(an_action(name=name))
        self.assertEqual(
            [SERVER], [row['uuid'] for row in ledger.new_instances]
        )

    def test_a_server_of_our_own_is_not_stored_again(self):
        self.record.tell(an_action())
        ledger = self.record.ledger()
        ledger.enter(an_action(name='reboot'))
        self.assertEqual([], ledger.new_instances)

    def test_a_handle_is_one_servers(self):
        action = an_action()
        self.record.tell(action, an_action(instance_uuid=OTHER))
        self.assertEqual(
            ['known', 'Conflict'],
            self.record.tell(action, {**action, 'instance_uuid': OTHER}),
        )

    def test_it_runs_until_it_is_ended(self):
        self.record.tell(an_action())
        self.assertEqual(
            ('running', None, None, NOW),
            self.seen_of_action(
                'status', 'message', 'finish_time', 'start_time'
            ),
        )

    def test_without_steps_its_end_is_a_success(self):
        action = an_action()
        self.record.tell(action, an_action_end(action, 5))
        self.assertEqual(
            ('succeeded', None, at(5)),
            self.seen_of_action('status', 'message', 'finish_time'),
        )

    def test_its_end_leaves_open_steps_open(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.record.tell(an_action_end(an_action(), 5))
        self.assertEqual(
            ('running', at(5)), self.seen_of_action('status', 'finish_time')
        )
        self.assertIsNone(self.record.event(step)['finish_time'])

    def test_the_end_of_a_step_counts_after_its_own(self):
        step = a_step()
        self.record.tell(an_action(), step, an_action_end(an_action(), 9))
        self.record.tell(an_end(step, second=5))
        self.assertEqual(
            ('succeeded', at(5)), self.seen_of_action('status', 'finish_time')
        )

    def test_its_end_is_not_before_its_beginning(self):
        action = an_action()
        self.record.tell(action, an_action_end(action, -5))
        self.assertEqual((NOW,), self.seen_of_action('finish_time'))

    def test_an_end_before_that_of_a_step_is_known(self):
        step = a_step()
        ends = an_end(step, second=9), an_action_end(an_action(), 5)
        for at_once in (True, False):
            self.record = Record()
            self.record.tell(an_action(), step)
            answers = (
                self.record.tell(*ends)
                if at_once
                else [self.record.tell(each)[0] for each in ends]
            )
            self.assertEqual(['applied', 'known'], answers)
            self.assertEqual((at(9),), self.seen_of_action('finish_time'))

    def test_the_newest_of_a_name_is_ended(self):
        first, second = an_action(), an_action(name='reboot')
        third = an_action(name='reboot')
        self.record.tell(first, second, third)
        self.record.tell(an_action_end(an_action(name='reboot')))
        self.assertEqual(
            [None, None, at(1)],
            [
                self.record.actions[each['uuid']]['finish_time']
                for each in (first, second, third)
            ],
        )

    def test_the_one_that_is_named_is_ended(self):
        first, second = an_action(), an_action()
        self.record.tell(first, second)
        self.record.tell(an_action_end(second, action_uuid=first['uuid']))
        self.assertEqual(
            [at(1), None],
            [row['finish_time'] for row in self.record.actions.values()],
        )

    def test_one_of_another_server_is_not_ended(self):
        mine, other = an_action(), an_action(instance_uuid=OTHER)
        self.record.tell(mine, other)
        self.record.tell(an_action_end(mine, action_uuid=other['uuid']))
        self.assertIsNone(self.record.actions[other['uuid']]['finish_time'])

    def test_the_end_of_an_unknown_one(self):
        self.record.tell(an_action())
        for values in (
            {'name': 'reboot'},
            {'request_id': 'req-x'},
            {'instance_uuid': OTHER},
        ):
            self.assertEqual(
                ['InstanceActionNotFound'],
                self.record.tell(an_action_end(an_action(**values))),
            )

    def test_a_late_step_opens_an_orphan(self):
        self.record.tell(an_action())
        self.record.orphans()
        self.assertEqual(
            ('interrupted', 'nothing came'),
            (self.action()['status'], self.action()['evidence']),
        )
        self.record.tell(a_step())
        self.assertEqual(
            ('running', None),
            (self.action()['status'], self.action()['evidence']),
        )

    def test_its_own_end_clears_the_evidence(self):
        self.record.tell(an_action())
        self.record.orphans()
        self.record.tell(an_action_end(an_action(), 5))
        self.assertEqual(
            ('succeeded', None, None),
            self.seen_of_action('status', 'message', 'evidence'),
        )


class TestSteps(RulesTestCase):
    def test_one_of_an_unknown_server(self):
        for is_system in (False, True):
            self.assertEqual(
                ['InstanceNotFound'],
                self.record.tell(a_step(is_system=is_system)),
            )

    def test_one_of_an_unknown_request(self):
        self.record.tell(an_action())
        step = a_step(request_id='req-x')
        self.assertEqual(
            ['InstanceActionNotFound'] * 2,
            self.record.tell(step, an_end(step)),
        )

    def test_it_belongs_to_the_newest_of_its_request(self):
        self.record.tell(
            an_action(),
            an_action(name='reboot'),
            an_action(name='resize', request_id='req-2'),
        )
        step = a_step()
        self.record.tell(step)
        self.assertEqual('reboot', self.action_of(step))

    def test_it_belongs_to_the_one_that_it_names(self):
        first = an_action()
        self.record.tell(first, an_action(name='reboot'))
        step = a_step(action_uuid=first['uuid'])
        self.record.tell(step)
        self.assertEqual('create', self.action_of(step))

    def test_it_names_one_of_another_server(self):
        other = an_action(instance_uuid=OTHER, name='create')
        self.record.tell(other, an_action(), an_action(name='reboot'))
        step = a_step(action_uuid=other['uuid'])
        self.record.tell(step)
        self.assertEqual('reboot', self.action_of(step))

    def test_a_handle_is_one_events(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.assertEqual(
            ['Conflict'], self.record.tell({**step, 'name': 'another'})
        )

    def test_a_handle_is_one_servers(self):
        step = a_step()
        self.record.tell(an_action(), an_action(instance_uuid=OTHER), step)
        other = {**step, 'instance_uuid': OTHER}
        self.assertEqual(
            ['Conflict'] * 2, self.record.tell(other, an_end(other))
        )

    def test_a_ledger_finds_it_by_its_handle(self):
        step = a_step()
        self.record.tell(an_action(), step)
        ledger = self.record.ledger(step)
        self.assertEqual('build', ledger.event(step['uuid'])['event'])
        self.assertIsNone(ledger.event(str(uuid.uuid4())))

    def test_a_retry(self):
        first, second = a_step(host='host1'), a_step(host='host2')
        self.record.tell(an_action(), first, an_end(first, 'Error'))
        self.assertEqual(
            ('failed', 'Error'),
            (self.action()['status'], self.action()['message']),
        )
        self.record.tell(second)
        self.assertEqual(
            ('running', None, None),
            tuple(
                self.action()[name]
                for name in ('status', 'message', 'finish_time')
            ),
        )
        self.record.tell(an_end(second, second=9))
        self.assertEqual(
            ('succeeded_after_retry', at(9)),
            (self.action()['status'], self.action()['finish_time']),
        )

    def test_another_host_may_not_finish(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.assertEqual(
            ['Forbidden'], self.record.tell(an_end({**step, 'host': 'host2'}))
        )

    def test_whoever_names_no_host_may_finish(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.assertEqual(
            ['applied'], self.record.tell(an_end({**step, 'host': None}))
        )
        self.assertEqual('host1', self.record.event(step)['host'])

    def test_it_ends_once(self):
        step = a_step()
        self.record.tell(an_action(), step, an_end(step, 'Error'))
        self.assertEqual(
            ['known', 'InstanceActionEventNotFound'],
            self.record.tell(an_end(step, 'Error', 9), an_end(step)),
        )

    def test_the_error_names_the_step(self):
        step = a_step()
        self.record.tell(an_action(), step, an_end(step))
        error = self.assertRaises(
            exception.InstanceActionEventNotFound,
            self.record.ledger(step).enter,
            an_end(step, 'Error'),
        )
        self.assertIn('build', error.format_message())

    def test_the_details_of_its_start_stay(self):
        step = a_step()
        step['row']()['details'] = 'attempt 1 of 3'
        self.record.tell(an_action(), step, an_end(step))
        (event,) = self.record.events.values()
        self.assertEqual('attempt 1 of 3', event['details'])

    def test_the_details_of_its_end_replace_those(self):
        step = a_step()
        step['row']().update(details='attempt 1 of 3', rules='1')
        self.record.tell(
            an_action(), step, an_end(step, details='it broke', rules='2')
        )
        row = self.record.event(step)
        self.assertEqual(('it broke', '2'), (row['details'], row['rules']))

    def test_what_was_masked_is_counted_together(self):
        step = a_step()
        step['row']()['redactions'] = 2
        self.record.tell(an_action(), step, an_end(step, redactions=3))
        self.assertEqual(5, self.record.event(step)['redactions'])

    def test_its_end_alone_is_all_of_it(self):
        step = a_step()
        end = an_end(step, 'Error', details='it broke', reason='timeout')
        self.record.tell(an_action(), end)
        row = self.record.event(step)
        self.assertEqual(
            ('build', NOW, at(1), 'Error', 'it broke', 'timeout', 10**6),
            tuple(
                row[name]
                for name in (
                    'event',
                    'start_time',
                    'finish_time',
                    'result',
                    'details',
                    'reason',
                    'duration_us',
                )
            ),
        )

    def test_without_a_beginning_there_is_no_duration(self):
        step = a_step(start_time=None)
        self.record.tell(an_action(), an_end(step))
        row = self.record.event(step)
        self.assertEqual(
            (None, at(1)), (row['duration_us'], row['finish_time'])
        )

    def test_a_clock_that_was_set_back_does_not_count(self):
        step = a_step()
        self.record.tell(
            an_action(), step, an_end(step, second=-30, duration_us=2 * 10**6)
        )
        row = self.record.event(step)
        self.assertEqual(
            (2 * 10**6, at(2)), (row['duration_us'], row['finish_time'])
        )

    def test_an_older_end_moves_the_action(self):
        """Galera certifies only rows that change."""
        one, other = a_step(name='one'), a_step(name='other')
        self.record.tell(an_action(), one, other, an_end(one, second=9))
        before = self.action()['updated_at']
        self.record.tell(an_end(other, second=1))
        self.assertGreater(self.action()['updated_at'], before)


class TestInterrupted(RulesTestCase):
    def test_a_late_end_of_what_a_crash_closed(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.record.crash()
        self.assertEqual('interrupted', self.action()['status'])
        self.assertEqual(['applied'], self.record.tell(an_end(step)))
        self.assertEqual(
            ('succeeded', at(1)),
            (self.action()['status'], self.action()['finish_time']),
        )
        (event,) = self.record.events.values()
        self.assertIsNone(event['details'])

    def test_it_says_how_that_is_known(self):
        step = a_step()
        self.record.tell(an_action(), step)
        ledger = self.record.ledger()
        (action,) = ledger.actions.values()
        (event,) = action.events.values()
        ledger.interrupt(event, action, 'it is dead', 'rules 1')
        self.record.store(ledger)
        row = self.record.event(step)
        self.assertEqual(
            ('Interrupted', 'it is dead', 'rules 1', 'interrupted'),
            tuple(
                row[name] for name in ('result', 'details', 'rules', 'reason')
            ),
        )

    def test_it_ends_when_that_is_found(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.record.crash()
        self.assertEqual(
            self.record.now, self.record.event(step)['finish_time']
        )

    def test_it_does_not_end_before_it_began(self):
        step = a_step(start_time=at(60))
        self.record.tell(an_action(), step)
        self.record.crash()
        self.assertEqual(at(60), self.record.event(step)['finish_time'])

    def test_a_crash_leaves_ends_alone(self):
        step, running = a_step(), a_step(name='check')
        self.record.tell(an_action(), step, an_end(step), running)
        self.record.crash()
        self.assertEqual(
            ('Success', 'Interrupted'),
            tuple(
                self.record.event(each)['result'] for each in (step, running)
            ),
        )
        self.assertEqual(('interrupted',), self.seen_of_action('status'))

    def test_its_next_attempt_opens_the_action(self):
        first, second = a_step(), a_step(host='host2')
        self.record.tell(an_action(), first)
        self.record.crash()
        self.record.tell(second)
        self.assertEqual(
            ('running', None, None),
            self.seen_of_action('status', 'message', 'finish_time'),
        )
        self.record.tell(an_end(second))
        self.assertEqual(
            ('succeeded_after_retry',), self.seen_of_action('status')
        )

    def test_a_late_end_after_its_next_attempt(self):
        first, second = a_step(), a_step(host='host2')
        self.record.tell(an_action(), first)
        self.record.crash()
        self.record.tell(second, an_end(second), an_end(first, 'Error'))
        self.assertEqual(
            ('succeeded_after_retry',), self.seen_of_action('status')
        )

    def test_an_orphan_has_its_evidence(self):
        self.record.tell(an_action(start_time=at(90)))
        self.record.orphans()
        self.assertEqual(
            ('interrupted', 'Error', at(90), 'nothing came'),
            self.seen_of_action(
                'status', 'message', 'finish_time', 'evidence'
            ),
        )


class TestProjectless(RulesTestCase):
    def test_it_joins_what_runs(self):
        self.record.tell(an_action())
        joining = a_step(request_id='req-9', is_system=True)
        self.record.tell(joining)
        self.assertEqual(1, len(self.record.actions))
        self.record.tell(an_end(joining))
        later = a_step(request_id='req-9', is_system=True)
        self.record.tell(later)
        self.assertEqual(
            ['create', 'system'],
            [row['action'] for row in self.record.actions.values()],
        )
        self.record.tell(an_end(later))
        self.assertEqual('succeeded', self.action()['status'])

    def test_it_joins_an_interrupted_one(self):
        self.record.tell(an_action(), a_step())
        self.record.crash()
        joining = a_step(request_id='req-9', is_system=True)
        self.record.tell(joining)
        self.assertEqual('create', self.action_of(joining))

    def test_it_does_not_join_what_began_later(self):
        self.record.tell(an_action(start_time=at(10)))
        step = a_step(request_id='req-9', is_system=True)
        self.record.tell(step)
        self.assertEqual('system', self.action_of(step))

    def test_without_a_beginning_it_joins_the_newest(self):
        self.record.tell(an_action(start_time=at(10)))
        step = a_step(request_id='req-9', is_system=True, start_time=None)
        self.record.tell(step)
        self.assertEqual('create', self.action_of(step))

    def test_it_does_not_join_one_of_another_server(self):
        self.record.tell(an_action(), an_action(instance_uuid=OTHER))
        self.record.tell(an_action_end(an_action()))
        step = a_step(request_id='req-9', is_system=True)
        self.record.tell(step)
        self.assertEqual('system', self.action_of(step))

    def test_in_its_request_it_needs_nothing_open(self):
        step = a_step(is_system=True)
        self.record.tell(an_action(), an_action_end(an_action()), step)
        self.assertEqual('create', self.action_of(step))

    def test_the_uuid_of_its_action_is_always_the_same(self):
        step = a_step(is_system=True)
        self.record.instances = {
            SERVER: {'id': 1, 'uuid': SERVER, 'project_id': 'owner'}
        }
        self.record.tell(step)
        wanted = str(uuid.uuid5(uuid.UUID(step['uuid']), 'system'))
        self.assertEqual([wanted], list(self.record.actions))


class TestTold(RulesTestCase):
    def kinds(self):
        return [each['kind'] for each in self.record.told]

    def test_all_that_happens_in_its_order(self):
        step = a_step()
        self.record.tell(an_action(), step, an_end(step))
        self.assertEqual(
            [
                kind.ACTION_BEGUN,
                kind.STEP_BEGUN,
                kind.STEP_ENDED,
                kind.ACTION_ENDED,
            ],
            self.kinds(),
        )

    def test_a_failed_attempt_is_told_when_nothing_follows_at_once(self):
        first, second = a_step(), a_step()
        self.record.tell(an_action(), first)
        self.record.tell(an_end(first, 'Error'), second)
        self.assertNotIn(kind.ACTION_ENDED, self.kinds())

    def test_the_same_end_is_told_once(self):
        one, other = a_step(name='one'), a_step(name='other')
        self.record.tell(an_action(), one, an_end(one))
        self.record.tell(an_end(other))
        self.assertEqual(1, self.kinds().count(kind.ACTION_ENDED))

    def test_a_late_end_is_told_after_it_was_closed(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.record.crash()
        self.record.tell(an_end(step))
        self.assertEqual(
            [
                kind.CLOSED,
                kind.CLOSED,
                kind.STEP_ENDED,
                kind.ACTION_ENDED,
            ],
            self.kinds()[2:],
        )

    def test_stored_actions_that_changed_are_returned(self):
        self.record.tell(an_action(), an_action(name='reboot'))
        ledger = self.record.ledger()
        for report in (a_step(), an_action(request_id='req-2', name='resize')):
            ledger.enter(report)
        self.assertEqual(
            ['reboot'], [each.row['action'] for each in ledger.settle()]
        )


class TestRevision(RulesTestCase):
    def test_a_new_action_moves_to_the_time_of_its_step(self):
        self.record.tell(an_action(), a_step(start_time=at(7)))
        self.assertEqual((at(7),), self.seen_of_action('updated_at'))

    def test_a_stored_one_moves_even_at_an_older_time(self):
        self.record.tell(an_action(), a_step(start_time=at(7)))
        self.record.tell(a_step(start_time=at(3)))
        self.assertEqual(
            (at(7) + ledger_rules.MICROSECOND,),
            self.seen_of_action('updated_at'),
        )

    def test_a_project_less_step_moves_it_by_no_more(self):
        self.record.tell(an_action())
        self.record.tell(
            a_step(request_id='req-9', is_system=True, start_time=at(30))
        )
        self.assertEqual(
            (NOW + ledger_rules.MICROSECOND,),
            self.seen_of_action('updated_at'),
        )

    def test_one_that_had_none(self):
        self.record.tell(an_action(start_time=None))
        self.assertEqual((None,), self.seen_of_action('updated_at'))
        self.record.tell(a_step(start_time=at(3)))
        self.assertEqual((at(3),), self.seen_of_action('updated_at'))
