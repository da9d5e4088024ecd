# SPDX-License-Identifier: Apache-2.0

from unittest import mock

from oslo_config import cfg
from oslotest import base

from nova_actions import exception
from nova_actions.api import health
from nova_actions.db import api as db_api
from nova_actions.tests import fixtures


class DatabaseCheckTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        conf = self.useFixture(fixtures.Objects()).conf
        self.check = health.DatabaseCheck(conf, {})

    def test_an_unknown_backend_is_refused(self):
        conf = self.useFixture(
            fixtures.Conf(healthcheck__backends=['disable_by_file', 'odd'])
        ).conf
        error = self.assertRaises(cfg.Error, health.beside, None, conf)
        self.assertEqual('[healthcheck] backends: there is no odd', str(error))

    def test_there(self):
        result = self.check.healthcheck(8774)
        self.assertEqual((True, 'OK'), (result.available, result.reason))

    def test_away(self):
        with mock.patch.object(
            db_api,
            'instance_get',
            autospec=True,
            side_effect=exception.DatabaseUnavailable('at db.example'),
        ):
            result = self.check.healthcheck(8774)
        self.assertFalse(result.available)
        self.assertNotIn('db.example', result.reason + result.details)
