# SPDX-License-Identifier: Apache-2.0
"""The base of tests that use objects, on either end of the wire."""

import uuid
from typing import Any

from oslotest import base

from nova_actions import context
from nova_actions.tests import fixtures


class ObjectTestCase(base.BaseTestCase):
    """Objects over a database of the test's own.

    A test module's class has a mixin of the tests and two children: one
    local, one with ``REMOTE = True``, which sends each call to a conductor
    over ``fake://`` first.
    """

    BACKEND = 'sqlite'
    REMOTE = False
    RULES: dict[str, str] = {}

    def setUp(self) -> None:
        super().setUp()
        self.objects = self.useFixture(
            fixtures.Objects(self.BACKEND, self.RULES)
        )
        self.conf = self.objects.conf
        if self.REMOTE:
            self.conductor = self.useFixture(fixtures.Conductor(self.conf))
        self.context = fixtures.make_context()
        self.admin = context.get_admin_context()
        self.instance_uuid = str(uuid.uuid4())

    def new_context(self, **values: Any) -> context.RequestContext:
        """Return the context of another request of the same user."""
        return fixtures.make_context(**values)

    def stranger(self) -> context.RequestContext:
        """Return a reader of another project."""
        return fixtures.make_context(
            user_id='stranger', project_id='other', roles=['reader']
        )
