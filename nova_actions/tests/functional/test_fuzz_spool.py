# SPDX-License-Identifier: Apache-2.0
"""Whatever a spool has become, what can be read of it is delivered, and what
cannot be is counted; nothing behind it has to wait."""

import contextlib
import json
import os
import sqlite3
import tempfile
import uuid

import fixtures as base_fixtures
import hypothesis
from hypothesis import strategies as st

from nova_actions import exception
from nova_actions import reporter
from nova_actions.objects import base as objects_base
from nova_actions.objects import report
from nova_actions.reporter import active
from nova_actions.reporter.delivery import wire
from nova_actions.reporter.spool import disk
from nova_actions.reporter.spool import salvage
from nova_actions.tests import patience
from nova_actions.tests.functional import access
from nova_actions.tests.functional import fuzz
from nova_actions.tests.functional import test_fuzz_objects
from nova_actions.tests.unit.reporter import base

KINDS = {'action', 'start', 'finish', 'close'}
LIMIT = 1_000_000

damages = st.lists(
    st.tuples(st.integers(0, 2**16), st.binary(min_size=1, max_size=64)),
    max_size=6,
)
bodies = st.one_of(
    fuzz.anything.map(lambda each: json.dumps(each, default=str)),
    st.binary(max_size=30),
    st.none(),
    st.floats(),
    st.integers(-(2**63), 2**63 - 1),
    st.just('[' * 100_000),
    st.just('{"kind":"start","uuid":"x"}'),
    st.just('{"kind":"close","uuid":"x"}'),
    st.just('1' * 5000),
)
lengths = st.integers(0, 2**16)
rows = st.lists(bodies, max_size=5)


def forge(path, rows, schema='id INTEGER PRIMARY KEY, body'):
    """Write a file of SQLite that is almost a spool."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f'CREATE TABLE report ({schema})')
        db.executemany(
            'INSERT INTO report (body) VALUES (?)', [(row,) for row in rows]
        )
        db.commit()


class TestFile(base.base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(base_fixtures.TempDir()).path
        path = os.path.join(self.folder, 'whole')
        whole = disk.Spool(path, LIMIT, 'never')
        for number in range(40):
            whole.append(
                [{'kind': 'start', 'uuid': f'{number}', 'text': 'x' * 300}]
            )
        whole.close()
        with open(path, 'rb') as file:
            self.whole = file.read()

    def check_read(self, path):
        entries, remains = salvage.read(path)
        self.assertIs(bool, type(remains.is_whole))
        for number, each in entries:
            self.assertIs(int, type(number))
            self.assertIn(each['kind'], KINDS)
            self.assertIs(str, type(each['uuid']))

    def check_damaged(self, damaged, length):
        content = bytearray(self.whole)
        for at, raw in damaged:
            content[at : at + len(raw)] = raw
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            path = os.path.join(folder, 'damaged')
            with open(path, 'wb') as file:
                file.write(content[:length] if length % 3 == 0 else content)
            self.check_read(path)
            with contextlib.suppress(OSError, sqlite3.Error):
                disk.Spool(path, LIMIT, 'never').close()

    def check_forged(self, rows):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            path = os.path.join(folder, 'forged')
            forge(path, rows)
            self.check_read(path)

    @fuzz.examples(150)
    @hypothesis.given(damages, lengths)
    def test_damaged_bytes(self, damaged, length):
        self.check_damaged(damaged, length)

    @fuzz.examples(150)
    @hypothesis.given(rows)
    def test_forged_rows(self, forged):
        self.check_forged(forged)


class TestWire(base.base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.ground = access.Ground()

    @fuzz.examples(200)
    @hypothesis.given(
        st.lists(
            st.dictionaries(
                st.sampled_from(sorted(report.Report.fields)),
                fuzz.leaves,
                max_size=8,
            ),
            max_size=3,
        ),
        st.lists(
            test_fuzz_objects.fields(test_fuzz_objects.Report), max_size=3
        ),
    )
    def test_any_report(self, wild, tame):
        with objects_base.local():
            try:
                answers = wire.Wire('h', None).send([*wild, *tame])
            except exception.Invalid:
                return
        self.assertEqual(len(wild) + len(tame), len(answers))


class TestAdoption(base.ReporterTestCase):
    """A dead life's spool, forged; the good report in it arrives."""

    def test_nothing_holds_up_the_good_one(self):
        good = {
            'kind': 'action',
            'uuid': str(uuid.uuid4()),
            'name': 'create',
            'instance_uuid': self.instance_uuid,
            'user_id': 'user',
            'project_id': 'owner',
            'request_id': 'req-good',
        }
        reporter.stop()
        dead = str(uuid.uuid4())
        path = os.path.join(self.recording.folder, f'{dead}.spool')
        forge(
            path,
            [
                *ODD_BODIES,
                json.dumps({**good, 'uuid': 'x', 'id': 2**70}),
                *(
                    json.dumps({**good, name: value})
                    for name in (
                        'uuid',
                        'instance_uuid',
                        'name',
                        'start_time',
                        'duration',
                        'kind',
                        'result',
                        'epoch',
                    )
                    for value in ('x' * 70_000, '\0', 2**70, [], None)
                ),
                json.dumps(good),
            ],
        )
        with open(
            os.path.join(self.recording.folder, f'{dead}.lock'),
            'w',
            encoding='utf-8',
        ):
            pass
        self.record(folder=self.recording.folder)
        patience.wait_until('the good report', self.rows)
        patience.wait_until(
            'the end of the bad ones',
            lambda: active.current().stats()['waiting'] == 0,
        )
        self.assertTrue(os.path.exists(f'{path}.broken'))


ODD_BODIES = (
    None,
    b'\xff\xfe',
    5,
    '5',
    '[]',
    'null',
    '"x"',
    '[' * 100_000,
    '{}',
    '{"kind":"start"}',
    '{"kind":"start","uuid":"x"}',
    '{"kind":[]}',
    '{"kind":"close","uuid":"x","evidence":"gone"}',
    '{"kind":"close","uuid":"x"}',
    '{"kind":"lost","uuid":"x"}',
)
