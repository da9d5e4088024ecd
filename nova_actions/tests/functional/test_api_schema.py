# SPDX-License-Identifier: Apache-2.0
"""What the OpenAPI document says is what the API does: schemathesis makes
requests from it, good ones and bad ones."""

import uuid

import fixtures as base_fixtures
import hypothesis
import schemathesis
from oslotest import base
from schemathesis import GenerationMode
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from nova_actions import context
from nova_actions.api import app
from nova_actions.objects import instance_action
from nova_actions.tests import FULL
from nova_actions.tests import fixtures

EXAMPLES = 400 if FULL else 60
PROJECT = '0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a'
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]


class SchemaTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        conf = self.useFixture(
            fixtures.Objects(api__auth_strategy='noauth2')
        ).conf
        self.useFixture(base_fixtures.FakeLogger(level=30))
        caller = context.RequestContext(
            user_id='user', project_id=PROJECT, roles=['member']
        )
        self.server = str(uuid.uuid4())
        instance_action.InstanceAction.action_start(
            caller, self.server, 'create'
        )
        self.request_id = caller.request_id
        self.schema = schemathesis.openapi.from_wsgi(
            '/openapi.json', app.create(conf)
        )

    def _ask(self, operation, mode, token):
        @hypothesis.settings(max_examples=EXAMPLES)
        @hypothesis.given(
            case=operation.as_strategy(generation_mode=mode),
            known=hypothesis.strategies.booleans(),
        )
        def check(case, known):
            if known:
                # Something is found only under its own ids.
                case.path_parameters.update(
                    {
                        name: value
                        for name, value in (
                            ('server_id', self.server),
                            ('request_id', self.request_id),
                        )
                        if name in (case.path_parameters or {})
                    }
                )
            answer = case.call(headers={'X-Auth-Token': token})
            case.validate_response(answer, checks=CHECKS)

        check()

    def test_as_documented(self):
        for found in self.schema.get_all_operations():
            operation = found.ok()
            # Where there is no parameter, none can be wrong.
            modes = [GenerationMode.POSITIVE]
            if list(operation.iter_parameters()):
                modes.append(GenerationMode.NEGATIVE)
            for mode in modes:
                for token in (f'user:{PROJECT}:reader', ''):
                    self._ask(operation, mode, token)
