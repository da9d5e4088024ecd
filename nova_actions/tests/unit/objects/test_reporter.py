# SPDX-License-Identifier: Apache-2.0
"""What a reporter sends about itself, and what conductors count."""

import datetime
import uuid
from unittest import mock

from oslo_utils import timeutils
from oslo_versionedobjects import exception as ovo_exc

from nova_actions import exception
from nova_actions.conductor import pins
from nova_actions.db import reporter
from nova_actions.objects import base as objects_base
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.objects.reporter import Reporter
from nova_actions.reporter.delivery import wire
from nova_actions.tests import base


class _Tests:
    def setUp(self):
        super().setUp()
        self.epoch = str(uuid.uuid4())

    def row(self, *names):
        (row,) = reporter.page(self.admin)
        return tuple(row[name] for name in names)

    def beat(self, waiting=0, lost=None, **kwargs):
        Reporter.beat(self.admin, self.epoch, waiting, lost or {}, **kwargs)

    def test_the_last_word_counts(self):
        self.beat(5, {'full': 2}, host='h')
        self.assertEqual(
            (self.epoch, 'h', 5, {'full': 2}, 1),
            self.row('epoch', 'host', 'waiting', 'lost', 'beats'),
        )
        self.beat(0, {'full': 3, 'damaged': 1, 'error': 0, 'of later': 9})
        self.assertEqual(
            (0, {'full': 3, 'damaged': 1}, 2),
            self.row('waiting', 'lost', 'beats'),
        )
        # As a reporter of the first release goes on.
        ReportList.apply(self.admin, ReportList(objects=[]), epoch=self.epoch)
        self.assertEqual((0, 3), self.row('waiting', 'beats'))

    def test_what_its_program_tells(self):
        secret = 'mysql://nova:S3cr3tS3cr3t@db/nova'
        self.beat(
            about={
                'bridge': '1.2',
                'nova': 'x' * 300,
                'missing': '',
                'mode': f'a\n{secret}',
                'of later': 'y',
            }
        )
        (about,) = self.row('about')
        self.assertEqual({'bridge', 'nova', 'mode'}, about.keys())
        self.assertEqual(('1.2', 255), (about['bridge'], len(about['nova'])))
        self.assertNotIn('S3cr3t', about['mode'])
        # As one says that has no such program any more.
        self.beat()
        self.assertEqual(({},), self.row('about'))
        for wrong in ([], 'x', {'mode': 1}, {'nova': ['34']}):
            self.assertRaises(exception.Invalid, self.beat, about=wrong)

    def test_how_long_the_oldest_has_waited(self):
        self.beat(2, oldest_age=90)
        (since,) = self.row('waiting_since')
        waited = timeutils.utcnow() - since
        self.assertEqual(90, round(waited.total_seconds(), -1))
        self.beat()
        self.assertEqual((None,), self.row('waiting_since'))
        for wrong in (-1, '1', 1.5, 2**63):
            self.assertRaises(exception.Invalid, self.beat, oldest_age=wrong)

    def test_each_heartbeat_tells_what_is_the_case_then(self):
        about = {'mode': 'mirror', 'nova': 34}
        line = wire.Wire('h', self.epoch, about)
        line.beat(0, {})
        self.assertEqual(
            ({'mode': 'mirror', 'nova': '34'},), self.row('about')
        )
        about['missing'] = 'finish'
        line.beat(0, {})
        self.assertEqual('finish', self.row('about')[0]['missing'])

    def test_an_older_conductor_gets_less(self):
        if self.REMOTE:
            given = {'host': 'h', 'about': {'mode': 'off'}, 'oldest_age': 1}
            for version, number in (('1.0', 1), ('1.1', 2), ('1.2', 3)):
                self.assertEqual(
                    ((), dict(list(given.items())[:number])),
                    pins.fit_arguments(Reporter, 'beat', version, (), given),
                )

    def test_shapes(self):
        for waiting, lost in (
            (-1, {}),
            ('1', {}),
            (0, []),
            (0, {'full': -1}),
            (0, {'full': 'x'}),
            (2**63, {}),
        ):
            self.assertRaises(
                exception.Invalid,
                Reporter.beat,
                self.admin,
                self.epoch,
                waiting,
                lost,
            )
        self.assertRaises(
            exception.PolicyNotAuthorized,
            Reporter.beat,
            self.context,
            self.epoch,
            0,
            {},
        )

    def test_what_was_not_taken_is_counted(self):
        def make(**values):
            return Report(
                **{
                    'kind': 'action',
                    'uuid': str(uuid.uuid4()),
                    'name': 'create',
                    'instance_uuid': self.instance_uuid,
                    'request_id': 'req-1',
                    'project_id': 'p',
                    **values,
                }
            )

        future = datetime.datetime(9999, 1, 1)
        ReportList.apply(
            self.admin,
            ReportList(
                objects=[
                    make(),
                    make(uuid='x'),
                    make(kind='y'),
                    make(kind='start', start_time=future),
                    # It may only have overtaken another host's.
                    make(kind='start', instance_uuid=str(uuid.uuid4())),
                ]
            ),
            epoch=self.epoch,
        )
        self.assertEqual(
            (2, 1, {'refused': 2}), self.row('refused', 'times_cut', 'lost')
        )

    def test_a_conductor_that_does_not_know_it(self):
        """The first release's hears that the reporter lives."""
        find = objects_base.ActionsObject.obj_class_from_name

        def unknown(objname, objver):
            if objname == 'Reporter':
                raise ovo_exc.UnsupportedObjectError(objtype=objname)
            return find(objname, objver)

        line = wire.Wire('h', self.epoch)
        with (
            mock.patch.object(
                objects_base.ActionsObject,
                'obj_class_from_name',
                autospec=True,
                side_effect=unknown,
            )
            if self.REMOTE
            else (
                mock.patch.object(
                    Reporter,
                    'beat',
                    autospec=True,
                    side_effect=ovo_exc.UnsupportedObjectError,
                )
            )
        ):
            line.beat(5, {'full': 2})
        self.assertEqual(
            (self.epoch, 'h', None, {}, 1),
            self.row('epoch', 'host', 'waiting', 'lost', 'beats'),
        )
        line.beat(5, {'full': 2})
        self.assertEqual((5, {'full': 2}), self.row('waiting', 'lost'))


class TestLocal(_Tests, base.ObjectTestCase):
    pass


class TestRemote(_Tests, base.ObjectTestCase):
    REMOTE = True
