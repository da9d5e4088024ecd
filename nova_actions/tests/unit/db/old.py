# SPDX-License-Identifier: Apache-2.0
"""Rows of some age, for what removes them, keeps them or cleans them."""

import datetime
import uuid

from nova_actions import sanitize
from nova_actions.db import api as db
from nova_actions.db import engine
from nova_actions.db import models
from nova_actions.tests import base

NOW = datetime.datetime(2026, 3, 1, 12, 0, 0, 123456)
DAY = datetime.timedelta(days=1)


def no_pause():
    pass


@engine.writer
def add(session, rows):
    session.add_all(rows)


class OldRowsTestCase(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.sanitizer = sanitize.Sanitizer()

    def instance(self, project='owner', **values):
        uuid_ = str(uuid.uuid4())
        add(
            self.admin,
            [
                models.Instance(
                    uuid=uuid_, project_id=project, created_at=NOW, **values
                )
            ],
        )
        return uuid_

    def action(self, instance, age, **values):
        """Store an action that is so many days old; return its uuid."""
        return self.actions(instance, [age], **values)[0]

    def actions(
        self,
        instance,
        ages,
        events=1,
        status='succeeded',
        moved=None,
        event_values=None,
        **values,
    ):
        """Store actions in one transaction; return their uuids."""
        owner = db.instance_get(self.admin, instance)['project_id']
        rows = [
            models.InstanceAction(
                uuid=str(uuid.uuid4()),
                action='reboot',
                instance_uuid=instance,
                owner_id=owner,
                request_id=f'req-{uuid.uuid4()}',
                status=status,
                created_at=NOW - age * DAY,
                start_time=NOW - age * DAY,
                updated_at=NOW - (age if moved is None else moved) * DAY,
                **values,
            )
            for age in ages
        ]

        @engine.writer
        def store(session):
            session.add_all(rows)
            session.flush()
            session.add_all(
                [
                    models.InstanceActionEvent(
                        **{
                            'uuid': str(uuid.uuid4()),
                            'event': f'step{number}',
                            'action_id': row.id,
                            'created_at': row.created_at,
                            'start_time': row.created_at,
                            'finish_time': row.created_at,
                            'result': 'Success',
                            'details': 'naïve \N{SNOWMAN} \N{PILE OF POO}',
                            **(event_values or {}),
                        }
                    )
                    for row in rows
                    for number in range(events)
                ]
            )
            return [row.uuid for row in rows]

        return store(self.admin)

    def left(self, instance):
        return {row['uuid'] for row in db.action_list(self.admin, instance)}

    def content(self):
        """Return everything that is stored, without what a database chooses
        itself."""
        rows = []
        for action in db.action_list(self.admin):
            events = db.event_list(self.admin, action.pop('id'))
            for event in events:
                del event['id'], event['action_id']
            rows.append((action, sorted(events, key=lambda e: e['uuid'])))
        return sorted(rows, key=lambda row: row[0]['uuid'])
