# SPDX-License-Identifier: Apache-2.0
"""Spools that were damaged while nobody ran."""

import os
import shutil

import fixtures
from oslotest import base as oslotest

from nova_actions import exception
from nova_actions import reporter
from nova_actions.objects import report as report_object
from nova_actions.reporter import active
from nova_actions.reporter import recorder
from nova_actions.reporter import session
from nova_actions.reporter.spool import aside
from nova_actions.tests import patience
from nova_actions.tests.unit.reporter import base
from nova_actions.tests.unit.reporter.spool.damage import DAMAGES
from nova_actions.tests.unit.reporter.spool.damage import REPORTS
from nova_actions.tests.unit.reporter.spool.damage import digests
from nova_actions.tests.unit.reporter.spool.damage import flip
from nova_actions.vocabulary import counted


class NoteTestCase(oslotest.BaseTestCase):
    def test_it_is_read_again(self):
        folder = self.useFixture(fixtures.TempDir()).path
        began = session.Session.begin(folder)
        self.addCleanup(began.let_go)
        self.assertIsNone(began.noted())
        for note in ((7, 1), (2**40, 2**41), (0, 8)):
            began.note(*note)
            self.assertEqual(note, began.noted())
        flip(os.path.join(folder, f'{began.uuid}.lock'), 3)
        self.assertIsNone(began.noted())
        began.let_go()
        began.note(1, 1)
        self.assertIsNone(began.noted())


class AdoptionTestCase(base.ReporterTestCase):
    """The next session delivers what can be read, counts what cannot, and
    keeps the files."""

    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.create()

    def leave(self):
        """Leave the spool of a killed process with steps in it, and return
        its path."""
        with self.away():
            for number in range(REPORTS):
                with reporter.EventReporter(
                    self.context, f'step-{number}', 'here', self.instance_uuid
                ):
                    pass
            killed = active.current()
            killed._ended.set()
            self.assertTrue(killed._opened.stop(patience.PATIENCE))
            path = killed._spool.path
            for suffix in ('', '-wal'):
                shutil.copy(path + suffix, f'{path}{suffix}.kept')
            killed._spool.close()
            killed._session.let_go()
        for suffix in ('', '-wal'):
            os.replace(f'{path}{suffix}.kept', path + suffix)
        return path

    def away(self):
        return fixtures.MockPatchObject(
            report_object.ReportList,
            'apply',
            autospec=True,
            side_effect=exception.ConductorUnavailable(reason='test'),
        )

    def test_each_damage(self):
        for damage in DAMAGES:
            path = self.leave()
            damage(path)
            before = len(self.events())
            as_it_was = digests(path)
            self.record(folder=self.recording.folder)
            self.flush()
            lost = base.losses().get('damaged', 0)
            delivered = reporter.stats()['delivered']
            self.assertEqual(2 * REPORTS, delivered + lost, damage.__name__)
            if not lost:
                self.assertEqual(REPORTS, len(self.events()) - before)
            else:
                self.assertIn(
                    f'{counted(lost, "report")} not recorded (damaged',
                    self.log.output,
                )
            self.assertIn(f'{path}.broken', self.log.output)
            self.assertEqual(
                as_it_was, digests(f'{path}.broken'), damage.__name__
            )
            self.assertLess(
                active.current()._spool.room.limit,
                active.current().settings.spool_max_bytes,
            )
        self.assertEqual(
            aside.KEPT,
            len(
                [
                    name
                    for name in os.listdir(self.recording.folder)
                    if name.endswith('.broken')
                ]
            ),
        )
        names = {event['event'] for event in self.events()}
        self.assertLessEqual(
            names, {'create', *(f'step-{number}' for number in range(REPORTS))}
        )

    def test_what_is_whole_leaves_nothing_behind(self):
        path = self.leave()
        self.record(folder=self.recording.folder)
        self.flush()
        self.assertEqual({}, base.losses())
        self.assertEqual(1 + REPORTS, len(self.events()))
        patience.wait_until(
            'the end of its files',
            lambda: (
                not [
                    name
                    for name in os.listdir(self.recording.folder)
                    if name.startswith(os.path.basename(path).split('.')[0])
                ]
            ),
        )

    def test_a_living_one_goes_on(self):
        """One whose file is damaged while it runs."""
        with self.away():
            for number in range(REPORTS):
                with reporter.EventReporter(
                    self.context, f'step-{number}', 'here', self.instance_uuid
                ):
                    pass
            current = active.current()
            current._spool.maintain(is_quiet=True)
            with current._spool._lock:
                current._spool._shut()
                with open(current._spool.path, 'r+b') as file:
                    file.seek(4096 * 5)
                    file.write(b'\xff' * 4096 * 2)
        self.flush()
        lost = base.losses()['damaged']
        self.assertGreater(lost, 0)
        self.assertEqual(0, reporter.stats()['waiting'])
        with reporter.EventReporter(
            self.context, 'after', 'here', self.instance_uuid
        ):
            pass
        self.flush()
        self.assertEqual('after', self.events()[-1]['event'])
        self.assertTrue(os.path.exists(f'{current._spool.path}.broken'))
        # Each that was not lost has arrived.
        self.assertGreaterEqual(
            reporter.stats()['delivered'] + lost, 2 * REPORTS + 2
        )

    def test_a_folder_of_many(self):
        """Lives that share what is kept aside share the limit."""
        with open(
            os.path.join(self.recording.folder, 'x.spool.broken'), 'wb'
        ) as file:
            file.write(bytes(1000))
        sibling = recorder.Recorder(
            recorder.Settings(
                folder=self.recording.folder, host='here', spool_max_bytes=9000
            )
        )
        self.addCleanup(sibling.stop, 0)
        sibling.open()
        self.assertEqual(8000, sibling._spool.room.limit)
