# SPDX-License-Identifier: Apache-2.0
"""What is counted, how, and by which names."""

from oslotest import base

from nova_actions import metrics
from nova_actions.metrics import endpoint
from nova_actions.metrics import family
from nova_actions.tests import fixtures


class FamiliesTest(base.BaseTestCase):
    def test_off(self):
        """Nothing is counted, and nothing is wrong."""
        self.assertFalse(metrics.is_on())
        metrics.ACTIONS_STARTED.add('create')
        metrics.ACTION_DURATION.observe(1.5, 'create', 'failed')
        metrics.DATABASE_CONNECTIONS.set(1, 'idle')
        self.assertRaises(RuntimeError, endpoint.registry)

    def test_on(self):
        told = self.useFixture(fixtures.Metrics())
        metrics.ACTIONS_STARTED.add('create')
        metrics.ACTIONS_STARTED.add('create', number=2)
        metrics.ACTION_DURATION.observe(1.5, 'create', 'failed')
        metrics.DATABASE_CONNECTIONS.set(4, 'idle')
        self.assertEqual(3, told('actions_started_total', action='create'))
        self.assertEqual(
            1,
            told(
                'action_duration_seconds_bucket',
                le='2.5',
                action='create',
                outcome='failed',
            ),
        )
        self.assertEqual(
            0,
            told(
                'action_duration_seconds_bucket',
                le='1.0',
                action='create',
                outcome='failed',
            ),
        )
        self.assertEqual(4, told('database_connections', state='idle'))

    def test_each_is_made(self):
        declared = {
            each.name
            for each in vars(metrics).values()
            if isinstance(each, family.Family)
        }
        self.assertEqual(declared, {each.name for each in metrics.FAMILIES})

    def test_no_label_identifies(self):
        labels = {label for each in metrics.FAMILIES for label in each.labels}
        self.assertEqual(
            {
                'action',
                'outcome',
                'event',
                'verdict',
                'error',
                'rule',
                'route',
                'method',
                'status',
                'state',
            },
            labels,
        )
