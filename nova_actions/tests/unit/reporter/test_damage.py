# SPDX-License-Identifier: Apache-2.0
"""Spools that were damaged while nobody ran."""

import hashlib
import os
import random
import shutil
import stat

import fixtures
from oslotest import base as oslotest

from nova_actions import exception
from nova_actions import reporter
from nova_actions.objects import report as report_object
from nova_actions.reporter import active
from nova_actions.reporter import recorder
from nova_actions.reporter import session
from nova_actions.reporter.spool import aside
from nova_actions.reporter.spool import disk
from nova_actions.reporter.spool import entry
from nova_actions.reporter.spool import salvage
from nova_actions.tests import patience
from nova_actions.tests.unit.reporter import base
from nova_actions.vocabulary import counted

REPORTS = 60


def cut_log(path):
    os.truncate(f'{path}-wal', os.stat(f'{path}-wal').st_size // 2)


def flip(path, at):
    with open(path, 'r+b') as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 0xFF]))


def flip_in_log(path):
    flip(f'{path}-wal', os.stat(f'{path}-wal').st_size // 3)


def zero_header_of_log(path):
    with open(f'{path}-wal', 'r+b') as file:
        file.write(bytes(32))


def cut_file(path):
    os.truncate(path, 0)


def cut_file_and_log(path):
    cut_file(path)
    cut_log(path)


def remove_log(path):
    os.unlink(f'{path}-wal')


DAMAGES = (
    cut_log,
    flip_in_log,
    zero_header_of_log,
    cut_file,
    cut_file_and_log,
    remove_log,
)


def digests(path):
    """Return what tells whether files have changed; an empty log is none."""
    found = {}
    for suffix in ('', '-wal', '.rebuilt'):
        if os.path.exists(path + suffix):
            with open(path + suffix, 'rb') as file:
                content = file.read()
            if content or not suffix:
                found[suffix] = hashlib.sha256(content).hexdigest()
    return found


def make(number, text='x' * 300):
    return {'kind': 'finish', 'uuid': str(number), 'text': text}


class FilesTestCase(oslotest.BaseTestCase):
    """What is read of damaged files: nothing but what was written, and how
    many are missing."""

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path

    def leave(self, name='a', written_back=False):
        """Leave the files of a process that was killed, and return their
        path."""
        path = os.path.join(self.folder, name)
        living = disk.Spool(f'{path}.living', 10**6, 'never')
        for number in range(REPORTS):
            living.append([make(number)])
            if written_back and number == REPORTS // 2:
                living.maintain(is_quiet=True)
        living.remove(range(1, 6))
        for suffix in ('', '-wal'):
            shutil.copy(f'{path}.living{suffix}', path + suffix)
        living.close()
        return path

    def check(self, path, is_whole=None):
        before = digests(path)
        entries, remains = salvage.read(path, salvage.Note(REPORTS - 5, 6))
        expected = {number + 1: make(number) for number in range(REPORTS)}
        for number, each in entries:
            self.assertEqual(expected[number], each)
        numbers = [number for number, _ in entries]
        self.assertEqual(sorted(set(numbers)), numbers)
        self.assertLessEqual(set(numbers), set(range(6, REPORTS + 1)))
        self.assertEqual(REPORTS - 5 - len(numbers), remains.lost)
        if is_whole is not None:
            self.assertIs(is_whole, remains.is_whole)
        self.assertEqual(before, digests(path))
        return len(numbers)

    def test_whole(self):
        for written_back in (False, True):
            path = self.leave(f'{written_back}', written_back)
            self.assertEqual(REPORTS - 5, self.check(path, is_whole=True))

    def test_each_damage(self):
        for written_back in (False, True):
            for damage in DAMAGES:
                path = self.leave(
                    f'{damage.__name__}-{written_back}', written_back
                )
                damage(path)
                self.check(path, is_whole=False)

    def test_what_the_log_has_behind_the_damage_is_read(self):
        for damage in (flip_in_log, zero_header_of_log, cut_file):
            path = self.leave(damage.__name__)
            damage(path)
            self.assertGreaterEqual(self.check(path), REPORTS - 6)

    def test_a_byte_anywhere(self):
        for seed in range(60):
            chance = random.Random(seed)
            path = self.leave(f'{seed}', written_back=seed % 2 == 0)
            suffix = chance.choice(['', '-wal'])
            flip(
                path + suffix, chance.randrange(os.stat(path + suffix).st_size)
            )
            self.check(path)

    def test_one_of_the_first_release(self):
        path = self.leave()
        with open(path, 'rb') as file:
            self.assertTrue(file.read())
        living = disk.Spool(path, 10**6, 'never')
        living._db.execute('ALTER TABLE report DROP COLUMN checksum')
        living._db.execute('PRAGMA user_version=0')
        living._db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        living.close()
        entries, remains = salvage.read(path, None)
        self.assertEqual((REPORTS - 5, True), (len(entries), remains.is_whole))
        again = disk.Spool(path, 10**6, 'never')
        self.addCleanup(again.close)
        again.append([make(REPORTS)])
        self.assertEqual(REPORTS - 4, len(again.after(0, 1000)))

    def test_a_seal_is_of_its_place(self):
        (one,), (two,) = entry.rows(1, ['{}']), entry.rows(2, ['{}'])
        self.assertNotEqual(one[2], two[2])


class AsideTestCase(oslotest.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path

    def put(self, name, size=100):
        path = os.path.join(self.folder, name)
        for suffix in ('', '-wal', '-shm'):
            with open(path + suffix, 'wb') as file:
                file.write(bytes(size))
            os.chmod(path + suffix, 0o644)
        return path

    def test_the_last_three_with_their_logs_for_their_owner(self):
        kept = [aside.keep(self.put(name)) for name in 'aabcd']
        self.assertEqual(5, len(set(kept)))
        self.assertEqual(
            sorted(
                os.path.basename(path + suffix)
                for path in kept[-3:]
                for suffix in ('', '-wal')
            ),
            sorted(os.listdir(self.folder)),
        )
        for name in os.listdir(self.folder):
            mode = os.stat(os.path.join(self.folder, name)).st_mode
            self.assertEqual(0o600, stat.S_IMODE(mode))
        self.assertEqual(600, aside.size(self.folder))

    def test_nothing_there(self):
        self.assertEqual(0, aside.size(os.path.join(self.folder, 'none')))


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
