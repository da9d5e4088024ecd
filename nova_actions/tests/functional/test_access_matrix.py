# SPDX-License-Identifier: Apache-2.0
"""Every persona at every rule, verb and field, against the tables that stand
in the documentation (doc/source/access)."""

import csv
import pathlib

from falcon import testing
from keystonemiddleware import fixture as keystone
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions import policies
from nova_actions.api import app
from nova_actions.tests import base
from nova_actions.tests.functional import access
from nova_actions.tests.unit.objects import test_gate

FOLDER = pathlib.Path(__file__).parents[3] / 'doc' / 'source' / 'access'


def table(name):
    """Return a table as {(what, persona): cell}, and {what: rule}."""
    with open(FOLDER / f'{name}.csv', encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    cells = {
        (row['what'], persona): cell
        for row in rows
        for persona, cell in row.items()
        if persona not in ('what', 'rule')
    }
    return cells, {row['what']: row.get('rule') for row in rows}


class TestRules(base.ObjectTestCase):
    def test_every_rule_and_persona(self):
        target = {'project_id': access.OWNER, 'user_id': 'user'}
        found = {}
        for persona, values in access.PERSONAS.items():
            caller = access.context_of(values)
            for rule in policies.list_rules():
                passes = caller.can(rule.name, target, fatal=False)
                found[rule.name, persona] = 'yes' if passes else 'no'
        self.assertEqual(table('rules')[0], found)

    def test_rules_without_an_owner(self):
        recorders = {
            policies.ACTION_START,
            policies.ACTION_FINISH,
            policies.EVENT_START,
            policies.EVENT_FINISH,
        }
        for persona, values in access.PERSONAS.items():
            for rule in policies.list_rules():
                if not rule.name.startswith('os_compute_api:'):
                    continue
                expected = persona in ('admin', 'RPC admin') or (
                    persona == 'service' and rule.name in recorders
                )
                for each in (values, {**values, 'project_id': None}):
                    self.assertIs(
                        expected,
                        access.context_of(each).can(
                            rule.name, {}, fatal=False
                        ),
                        (persona, rule.name),
                    )


class TestRpc(base.ObjectTestCase):
    REMOTE = True

    def outcome(self, call, ground, caller):
        try:
            return call(ground, caller)
        except exception.Forbidden as error:
            return error

    def test_every_verb_and_persona(self):
        expected, rules = table('rpc')
        found = {}
        for what, call in access.CALLS.items():
            for persona, values in access.PERSONAS.items():
                ground = access.Ground()
                result = self.outcome(
                    call,
                    ground,
                    access.context_of(values, request_id=ground.request_id),
                )
                refused = isinstance(result, exception.Forbidden) or (
                    isinstance(result, list)
                    and any(
                        answer['verdict'] == 'refused' for answer in result
                    )
                )
                found[what, persona] = 'no' if refused else 'yes'
        self.assertEqual(expected, found)
        self.assertEqual(
            {what: access.rule_of(what) for what in access.CALLS}, rules
        )

    def test_every_remotable_stands_there(self):
        self.assertEqual(
            {
                f'{cls.__name__}.{name}'
                for cls, name, _method in test_gate.remotables()
            },
            {what.partition(':')[0] for what in table('rpc')[1]},
        )

    def test_every_field_and_persona(self):
        expected, rules = table('fields')
        found = {
            (field, persona): '-'
            for field in rules
            for persona in access.PERSONAS
        }
        for call in access.EVENT_CALLS:
            for persona, values in access.PERSONAS.items():
                ground = access.Ground(failed=True)
                event = self.outcome(
                    call,
                    ground,
                    access.context_of(values, request_id=ground.request_id),
                )
                if isinstance(event, exception.Forbidden):
                    continue
                for field in rules:
                    cell = 'no' if getattr(event, field) is None else 'yes'
                    self.assertIn(
                        found[field, persona],
                        ('-', cell),
                        (call, field, persona),
                    )
                    found[field, persona] = cell
        self.assertEqual(expected, found)

    def test_a_finish_names_the_events_host(self):
        for handle in (True, False):
            ground = access.Ground()
            for values in access.PERSONAS.values():
                caller = access.context_of(
                    values, request_id=ground.request_id
                )
                self.assertRaises(
                    exception.Forbidden
                    if handle
                    else (
                        exception.Forbidden,
                        exception.InstanceActionEventNotFound,
                    ),
                    access.InstanceActionEvent.event_finish,
                    caller,
                    ground.uuid,
                    'compute_create',
                    host='another',
                    uuid=ground.event.uuid if handle else None,
                )
            self.assertIsNone(ground.read_event().finish_time)

    def test_an_object_that_finishes_names_the_events_host(self):
        ground = access.Ground()
        for values in access.PERSONAS.values():
            for finish in ('finish', 'finish_with_failure'):
                event = access.InstanceActionEvent(
                    access.context_of(values),
                    id=ground.event.id,
                    action_id=ground.action.id,
                    host='another',
                )
                self.assertRaises(exception.Forbidden, getattr(event, finish))
        self.assertIsNone(ground.read_event().finish_time)


class TestRest(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.conf.set_override('auth_strategy', 'keystone', group='api')
        self.conf.set_override(
            'www_authenticate_uri',
            'http://keystone/',
            group='keystone_authtoken',
        )
        self.tokens = self.useFixture(keystone.AuthTokenFixture())
        application = app.create(self.conf)
        self.client = testing.TestClient(
            lambda environ, start_response: application(
                environ, start_response
            )
        )
        self.ground = access.Ground(failed=True)

    def headers(self, values):
        """Return the headers of a persona, whose token Keystone knows."""
        if values['token'] is None:
            return dict(values['headers'])
        expires = None
        if values['token'] == 'expired':
            expires = timeutils.utcnow().replace(year=2000)
        self.tokens.add_token_data(
            values['token'],
            expires,
            user_id=values['user_id'],
            project_id=values['project_id'],
            role_list=values['roles'],
        )
        return {'X-Auth-Token': values['token'], **values['headers']}

    def get(self, values, path, version):
        return self.client.simulate_get(
            path.format(
                server=self.ground.uuid,
                name=access.SERVER_NAME,
                request=self.ground.request_id,
            ),
            headers={
                **self.headers(values),
                'OpenStack-API-Version': f'compute {version}',
            },
        )

    def test_every_verb_and_persona(self):
        found = {}
        for what, (path, version) in access.REQUESTS.items():
            for persona, values in access.HTTP_PERSONAS.items():
                answer = self.get(values, path, version)
                empty = [] in (
                    answer.json.get('servers'),
                    answer.json.get('actions'),
                    answer.json.get('stats'),
                )
                found[what, persona] = (
                    'empty' if empty else str(answer.status_code)
                )
        self.assertEqual(table('rest')[0], found)

    def test_every_field_and_persona(self):
        expected, rules = table('rest-fields')
        found = {}
        for what in rules:
            name, _, version = what.partition(', ')
            for persona, values in access.HTTP_PERSONAS.items():
                answer = self.get(values, access.SHOW_PATH, version)
                action = answer.json.get('instanceAction')
                seen = action and (
                    action
                    if name == 'events'
                    else action.get('events', [{}])[0]
                )
                found[what, persona] = (
                    '-'
                    if action is None
                    else ('yes' if name in seen else 'no')
                )
        self.assertEqual(expected, found)

    def test_an_open_policy_opens_no_foreign_server(self):
        self.useFixture(access.every_rule(self.conf, '@'))
        for persona in (
            'other member',
            'other reader',
            'forged admin',
            'service',
        ):
            values = access.HTTP_PERSONAS[persona]
            for path in (access.SHOW_PATH, access.LIST_PATH):
                self.assertEqual(
                    404, self.get(values, path, '2.104').status_code, persona
                )
