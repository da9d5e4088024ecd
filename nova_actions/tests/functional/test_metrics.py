# SPDX-License-Identifier: Apache-2.0
"""Metrics as Prometheus reads them, and what is shipped for it."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from typing import Any

import fixtures as base_fixtures
from oslotest import base as test_base
from prometheus_client import parser

from nova_actions import metrics
from nova_actions.cells.follow import state
from nova_actions.conductor import standing
from nova_actions.db import reporter
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base
from nova_actions.tests import missing
from nova_actions.tests import patience
from nova_actions.tests.functional import process
from nova_actions.tests.functional import test_conductors

ETC = pathlib.Path(__file__).parents[3] / 'etc' / 'nova_actions'
RULES = ETC / 'prometheus-alerts.yaml'
DASHBOARD = ETC / 'grafana-dashboard.json'
CASES = pathlib.Path(__file__).parent / 'prometheus' / 'alerts.yaml'
METRICS = '\n[metrics]\nenabled = true\nconductor_port = {port}\n'

_NAME = re.compile(r'nova_actions_\w+')
#: The process id of a worker that counts, in its log.
_COUNTS = re.compile(r'(\d+) INFO .* (?:Serving metrics on|Port \d+ for)')


def promtool(*words: object, text: str | None = None) -> str:
    """Run promtool, of Debian's package prometheus, on something good;
    return what it says."""
    path = shutil.which('promtool')
    if path is None:
        missing.unavailable('Prometheus', 'no promtool')
    done = subprocess.run(
        [path, *map(str, words)],
        check=False,
        text=True,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise AssertionError(done.stdout)
    return done.stdout


def ask(port: int) -> str:
    """Return what is told on a port."""
    with urllib.request.urlopen(
        f'http://127.0.0.1:{port}/metrics', timeout=patience.PATIENCE
    ) as answer:
        return str(answer.read().decode())


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Return what is told by name and values of labels."""
    return {
        (
            sample.name,
            *(value for _name, value in sorted(sample.labels.items())),
        ): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }


class ConductorTest(test_conductors.ProcessTestCase):
    def conductor(self, host: str, **kwargs: Any) -> Any:
        self.port = process.free_port()
        self.patch(
            test_conductors,
            'CONFIG',
            test_conductors.CONFIG + METRICS.format(port=self.port),
        )
        return super().conductor(host, **kwargs)

    def act(self, number: int) -> None:
        for _each in range(number):
            self.context = self.new_context()
            InstanceAction.action_start(
                self.context, self.instance_uuid, 'create'
            )
            InstanceActionEvent.event_start(
                self.context, self.instance_uuid, 'compute_step', host='h'
            )
            InstanceActionEvent.event_finish_with_failure(
                self.context,
                self.instance_uuid,
                'compute_step',
                host='h',
                exc_val='token=S3cr3tS3cr3t',
                exc_tb='',
            )

    def told(self) -> dict[tuple[str, ...], float]:
        """Return what is told once somebody tells: who did may just have
        been killed."""

        def answer() -> dict[tuple[str, ...], float] | None:
            try:
                return samples(ask(self.port))
            except OSError:
                return None

        found: dict[tuple[str, ...], float] = patience.wait_until(
            'somebody tells', answer
        )
        return found

    def await_value(self, value: float, *key: str) -> None:
        patience.wait_until(
            f'{key} is {value}', lambda: self.told().get(key) == value
        )

    def test_workers_are_exported_as_one(self) -> None:
        conductor = self.conductor('one', workers=2)
        workers = self.children(conductor)
        self.assertEqual(2, len(workers))
        self.act(4)
        failed = ('nova_actions_actions_finished_total', 'create', 'failed')
        self.await_value(4, *failed)
        found = self.told()
        self.assertEqual(
            4, found['nova_actions_actions_started_total', 'create']
        )
        self.assertEqual(
            4, found['nova_actions_events_finished_total', 'other', 'error']
        )
        self.assertEqual(4, found['nova_actions_redactions_total', 'F1'])
        self.assertEqual(
            4,
            found[
                'nova_actions_action_duration_seconds_count',
                'create',
                'failed',
            ],
        )
        self.assertEqual(1, found['nova_actions_database_up',])
        self.assertEqual('', promtool('check', 'metrics', text=ask(self.port)))
        # The serving process may end: another takes over, no count is lost.
        for number, each in enumerate(workers, start=3):
            os.kill(each, signal.SIGKILL)
            # Counts are kept as long as one worker shares the folder.
            patience.wait_until(
                f'{number} workers have counted',
                lambda number=number: (
                    len(set(_COUNTS.findall(conductor.text()))) == number
                ),
            )
            self.assertEqual(4, self.told()[failed])
        conductor.kill()
        conductor.start()
        patience.wait_until(
            'nothing is counted yet', lambda: failed not in self.told()
        )

    def children(self, conductor: Any) -> list[int]:
        path = f'/proc/{conductor.process.pid}/task'
        found: list[int] = []
        for each in os.listdir(path):
            with open(f'{path}/{each}/children', encoding='ascii') as file:
                found += map(int, file.read().split())
        return found


class ApiTest(base.ObjectTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.port, self.metrics_port = (
            process.free_port(),
            process.free_port(),
        )
        folder = self.useFixture(base_fixtures.TempDir()).path
        self.path = os.path.join(folder, 'nova-actions.conf')
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write(
                f'[DEFAULT]\nstate_path = {folder}\n'
                f'[database]\nconnection = {self.objects.database.url}\n'
                f'[api]\nauth_strategy = noauth2\nbind_port = {self.port}\n'
                f'[metrics]\nenabled = true\n'
                f'api_port = {self.metrics_port}\n'
            )

    def serve(self, command: str) -> process.Process:
        return self.useFixture(
            process.Process(
                [
                    sys.executable,
                    '-m',
                    f'nova_actions.cmd.{command}',
                    '--config-file',
                    self.path,
                ]
            )
        )

    def test_api(self) -> None:
        self.serve('api').await_port(self.port)
        self.assertIn(
            'nova_actions_database_connections', ask(self.metrics_port)
        )
        promtool('check', 'metrics', text=ask(self.metrics_port))
        second = self.serve('api')
        self.assertEqual(2, second.process.wait(patience.PATIENCE))
        self.assertIn(
            'cannot listen on [metrics] bind_host 127.0.0.1 port '
            f'{self.metrics_port}: Address already in use',
            second.log,
        )

    def test_all(self) -> None:
        """It tells on the port of its API, of the record too."""
        self.serve('all').await_port(self.port)
        text = patience.wait_until(
            'the conductor tells',
            lambda: (
                'nova_actions_database_up 1.0' in (found := ask(self.port))
                and found
            ),
        )
        promtool('check', 'metrics', text=text)
        self.assertFalse(process.listens(self.metrics_port))


class ShippedTest(test_base.BaseTestCase):
    """The alerts and the dashboard under etc/."""

    def setUp(self) -> None:
        super().setUp()
        self.folder = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path
        )

    def known(self) -> dict[str, set[str]]:
        """Return each metric that there is, and its labels."""
        collector = standing.Collector()
        collector._found = standing.standing.Standing({}, 0, 0, {}, {}, {})
        collector._read_at = float('inf')
        return {
            **{each.name: {*each.labels} for each in metrics.FAMILIES},
            **{each.name: {*each._labelnames} for each in collector.collect()},
        }

    def assert_known(self, text: str) -> None:
        for name in set(_NAME.findall(text)):
            self.assertIn(
                re.sub('_(bucket|sum|count)$', '', name), self.known()
            )

    def labels_of(self, query: str) -> set[str]:
        """Return the labels of the series that a query selects; see that it
        names no others."""
        found = {'le', 'instance'}
        for metric, _suffix, chosen in re.findall(
            r'(nova_actions_\w+?)(_bucket|_sum|_count)?(?:{([^}]*)}|\b(?!{))',
            query,
        ):
            labels = self.known()[metric]
            self.assertLessEqual(
                {*re.findall(r'(\w+)[!=]', chosen)}, labels, query
            )
            found |= labels
        by = {
            label
            for names in re.findall(r'(?:by|without) \(([^)]*)\)', query)
            for label in names.split(', ')
        }
        self.assertLessEqual(by, found, query)
        return found

    def test_panels(self) -> None:
        """Each has a unit, a place of its own, and legends that say something;
        labels are those of the metrics."""
        panels = json.loads(DASHBOARD.read_text(encoding='utf-8'))['panels']
        self.assertEqual(len(panels), len({each['id'] for each in panels}))
        taken: set[tuple[int, int]] = set()
        for panel in panels:
            self.assertTrue(panel['fieldConfig']['defaults']['unit'])
            place = panel['gridPos']
            cells = {
                (x, y)
                for x in range(place['x'], place['x'] + place['w'])
                for y in range(place['y'], place['y'] + place['h'])
            }
            self.assertEqual(set(), taken & cells, panel['title'])
            # Grafana has 24 columns.
            self.assertLess(max(cells)[0], 24)
            taken |= cells
            legends = []
            for target in panel['targets']:
                self.assertLessEqual(
                    {*re.findall(r'{{(\w+)}}', target['legendFormat'])},
                    self.labels_of(target['expr']),
                )
                legends.append(target['legendFormat'])
            self.assertEqual(len(legends), len({*legends} - {''}))

    def test_labels_of_alerts(self) -> None:
        text = RULES.read_text(encoding='utf-8')
        for rule in text.split('- alert:')[1:]:
            query, said = re.split(r'(?=for:|labels:)', rule, maxsplit=1)
            self.assertLessEqual(
                {*re.findall(r'\$labels\.(\w+)', said)},
                self.labels_of(query),
            )

    def test_alerts(self) -> None:
        text = RULES.read_text(encoding='utf-8')
        self.assert_known(
            ' '.join(re.findall(r'expr:(.*?)(?:for|labels):', text, re.DOTALL))
        )
        self.assertIn('SUCCESS', promtool('check', 'rules', RULES))

    def test_alerts_fire(self) -> None:
        cases = self.folder / 'cases.yaml'
        text = CASES.read_text(encoding='utf-8')
        for alert in re.findall(
            r'alert: (\w+)', RULES.read_text(encoding='utf-8')
        ):
            self.assertIn(f'alertname: {alert}\n', text)
        cases.write_text(text.replace('RULES', str(RULES)), encoding='utf-8')
        promtool('test', 'rules', cases)

    def test_limits_of_alerts_are_those_of_the_code(self) -> None:
        text = RULES.read_text(encoding='utf-8')
        for name, limit in (
            ('host_silence', reporter.SILENCE),
            ('follow_lag', state.LATE),
        ):
            found = re.search(rf'nova_actions_{name}_seconds\) > (\d+)', text)
            assert found is not None, name
            self.assertEqual(limit.total_seconds(), int(found[1]))

    def test_dashboard(self) -> None:
        """Each query is one to Prometheus once Grafana has put its own
        variables in."""
        board = json.loads(DASHBOARD.read_text(encoding='utf-8'))
        queries = [
            target['expr']
            for panel in board['panels']
            for target in panel['targets']
        ]
        self.assertLess(10, len(queries))
        self.assert_known(' '.join(queries))
        rules = [
            {
                'record': f'query:{number}',
                'expr': query.replace('$__rate_interval', '5m').replace(
                    '$action', '.*'
                ),
            }
            for number, query in enumerate(queries)
        ]
        path = self.folder / 'queries.yaml'
        path.write_text(
            json.dumps({'groups': [{'name': 'dashboard', 'rules': rules}]}),
            encoding='utf-8',
        )
        self.assertIn(
            f'{len(queries)} rules found', promtool('check', 'rules', path)
        )
