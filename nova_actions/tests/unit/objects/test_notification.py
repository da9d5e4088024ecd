# SPDX-License-Identifier: Apache-2.0
import datetime
import json

from oslotest import base

from nova_actions.objects import notification

TIME = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)


class PayloadTest(base.BaseTestCase):
    PAYLOADS = (
        notification.InstanceActionPayload,
        notification.InstanceActionEventPayload,
    )

    def row(self, kind):
        return {
            name: TIME if 'Time' in type(field).__name__ else 'x'
            for name, field in kind.fields.items()
        }

    def test_it_has_the_form_of_novas(self):
        for kind in self.PAYLOADS:
            payload = kind.of(self.row(kind))
            self.assertEqual(payload, json.loads(json.dumps(payload)))
            self.assertEqual(
                (kind.__name__, 'nova', kind.VERSION),
                tuple(
                    payload[f'nova_object.{key}']
                    for key in ('name', 'namespace', 'version')
                ),
            )
            self.assertEqual(
                set(kind.fields), set(payload['nova_object.data'])
            )
            self.assertEqual(
                f'{TIME.isoformat()}Z',
                payload['nova_object.data']['happened_at'],
            )

    def test_what_is_not_known_is_null(self):
        for kind in self.PAYLOADS:
            row = {
                name: None if field.nullable else self.row(kind)[name]
                for name, field in kind.fields.items()
            }
            data = kind.of(row)['nova_object.data']
            self.assertEqual(
                {name for name, value in row.items() if value is None},
                {name for name, value in data.items() if value is None},
            )

    def test_no_free_text_is_sent(self):
        """No text of an error goes out on a notification bus."""
        for kind in self.PAYLOADS:
            self.assertEqual(
                set(), {'details', 'traceback', 'message'} & set(kind.fields)
            )
