# SPDX-License-Identifier: Apache-2.0
"""Changes as pycadf reads them."""

import json
import warnings

from hypothesis import given
from oslotest import base
from pycadf import cadftaxonomy
from pycadf import event

from nova_actions.export import cadf
from nova_actions.tests.unit.export import changes


class CadfTest(base.BaseTestCase):
    @given(changes.CHANGES)
    def test_cadf(self, change):
        found = json.loads(changes.line(cadf, change))
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            read = event.Event(
                eventType=found['eventType'],
                id=found['id'],
                eventTime=found['eventTime'],
                action=found['action'],
                outcome=found['outcome'],
                initiatorId=found['initiator']['id'],
                targetId=found['target']['id'],
                observerId=found['observer']['id'],
            )
            self.assertTrue(read.is_valid())
        self.assertEqual(change['id'], found['id'])
        self.assertEqual(change['server'], found['target']['id'])
        self.assertTrue(cadftaxonomy.is_valid_action(found['action']))
        for part in ('initiator', 'target', 'observer'):
            self.assertTrue(
                cadftaxonomy.is_valid_resource(found[part]['typeURI'])
            )
        self.assertEqual(change, found['attachments'][0]['content'])

    def test_outcomes_of_cadf(self):
        change = changes.example()
        told = {
            outcome: json.loads(
                changes.line(cadf, {**change, 'outcome': outcome})
            )['outcome']
            for outcome in changes.OUTCOMES
        }
        self.assertEqual(
            {
                None: 'pending',
                'Success': 'success',
                'Error': 'failure',
                'Interrupted': 'failure',
                'running': 'failure',
                'succeeded': 'success',
                'succeeded_after_retry': 'success',
                'failed': 'failure',
                'interrupted': 'failure',
            },
            told,
        )
