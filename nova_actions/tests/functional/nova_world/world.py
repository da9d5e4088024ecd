# SPDX-License-Identifier: Apache-2.0
"""Nova's own functional world with the bridge loaded into it: API, conductor,
scheduler, placement and three computes with a fake driver. It goes through
Nova's operations, and writes down what Nova has recorded of them.

It runs under a Python that has Nova, the bridge and what Nova's tests need,
not under ours. Usage: world.py FILE
"""

import contextlib
import functools
import json
import sys
import time
import unittest
from unittest import mock

import sqlalchemy as sa
from nova import context as nova_context
from nova import exception
from nova import objects
from nova import rpc
from nova import test
from nova.compute import power_state
from nova.db.main import api as db
from nova.tests import fixtures as nova_fixtures
from nova.tests.fixtures import notifications
from nova.tests.functional import fixtures as functional_fixtures
from nova.tests.functional import integrated_helpers
from oslo_config import cfg
from oslo_messaging.notify import notifier as oslo_notifier

from nova_actions import reporter

#: Seconds after which something counts as hung.
PATIENCE = 60


class Both(notifications.NotificationFixture):
    """Nova's fixture, with the drivers of notifications behind it."""

    def setUp(self):
        real = {
            notifications.FakeNotifier: rpc.LEGACY_NOTIFIER,
            notifications.FakeVersionedNotifier: rpc.NOTIFIER,
        }
        for fake, behind in real.items():
            self.test.stub_out(
                f'nova.tests.fixtures.notifications.{fake.__name__}._notify',
                self._both(fake._notify, behind),
            )
        super().setUp()

    @staticmethod
    def _both(notify, behind):
        def wrapper(self, priority, context, event_type, payload):
            notify(self, priority, context, event_type, payload)
            sender = behind.prepare(publisher_id=self.publisher_id)
            getattr(sender, priority.lower())(context, event_type, payload)

        return wrapper


class World(test.TestCase, integrated_helpers.PlacementInstanceHelperMixin):
    REQUIRES_LOCKING = False
    compute_driver = 'fake.MediumFakeDriver'

    def setUp(self):
        self.flags(compute_driver=self.compute_driver)
        self.flags(allow_resize_to_same_host=False)
        super().setUp()
        self.useFixture(nova_fixtures.RealPolicyFixture())
        self.neutron = self.useFixture(nova_fixtures.NeutronFixture(self))
        glance = self.useFixture(nova_fixtures.GlanceFixture(self))
        self.image = glance.image2['id']
        self.useFixture(nova_fixtures.CinderFixture(self))
        self.useFixture(functional_fixtures.PlacementFixture())
        self.notifier = self.useFixture(Both(self))
        served = self.useFixture(nova_fixtures.OSAPIFixture('v2.1'))
        self.api = self.admin_api = served.admin_api
        self.api.microversion = '2.95'
        for name in ('conductor', 'scheduler'):
            self.start_service(name)
        for host in ('host1', 'host2', 'host3'):
            self._start_compute(host)
        self.flavor, self.larger = [
            each['id'] for each in self.api.get_flavors()[:2]
        ]
        #: What has been done, and to which server.
        self.done = []

    # -- saying what is done ------------------------------------------------

    def note(self, what, server):
        self.done.append((what, server['id']))
        self.notifier.reset()

    def until(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not (found := condition()):
            if time.monotonic() > deadline:
                self.fail(f'{what}: not within {PATIENCE} seconds')
            time.sleep(0.05)
        return found

    def is_so(self, server, **wanted):
        found = self.api.get_server(server['id'])
        return (
            all(
                found[name] == value
                for name, value in {
                    'OS-EXT-STS:task_state': None,
                    **wanted,
                }.items()
            )
            and found
        )

    def act(self, server, body, status=None, **wanted):
        """Do it; wait until the server is as it should be then."""
        self.note(next(iter(body)), server)
        self.api.post_server_action(server['id'], body)
        if status:
            wanted['status'] = status
        return self.until(
            f'{body}, {wanted}',
            functools.partial(self.is_so, server, **wanted),
        )

    def create(self, what='create', status='ACTIVE', **values):
        body = self._build_server(networks='none', flavor_id=self.flavor)
        server = self.api.post_server({'server': {**body, **values}})
        self.note(what, server)
        return self.until(
            f'{what}, {status}',
            functools.partial(self.is_so, server, status=status),
        )

    def ended(self, server, action, event, result='Success'):
        """Wait until Nova has recorded how a step has ended."""

        def has():
            newest = next(
                each
                for each in self.api.get_instance_actions(server['id'])
                if each['action'] == action
            )
            shown = self.api.get_instance_action_details(
                server['id'], newest['request_id']
            )
            return (event, result) in [
                (each['event'], each['result']) for each in shown['events']
            ]

        self.until(f'{event} of {action}, {result}', has)

    def delete(self, server, what='delete'):
        self.note(what, server)
        self.api.delete_server(server['id'])
        self._wait_until_deleted(server)

    def on(self, server):
        return self.api.get_server(server['id'])['OS-EXT-SRV-ATTR:host']

    @contextlib.contextmanager
    def failing(self, method, error):
        """Have a method of all drivers fail."""
        with contextlib.ExitStack() as stack:
            for compute in self.computes.values():
                stack.enter_context(
                    mock.patch.object(
                        compute.driver,
                        method,
                        autospec=True,
                        side_effect=error,
                    )
                )
            yield

    @contextlib.contextmanager
    def failing_once(self, method, error, part='driver'):
        """Have whichever host comes first fail, in its driver or manager."""
        failed = []
        with contextlib.ExitStack() as stack:
            for host, compute in self.computes.items():
                place = getattr(compute, part)
                real = getattr(place, method)

                def fail(*args, real=real, host=host, **kwargs):
                    if not failed:
                        failed.append(host)
                        raise error
                    return real(*args, **kwargs)

                stack.enter_context(mock.patch.object(place, method, fail))
            yield

    # -- what is done -------------------------------------------------------

    def test_operations(self):
        server = self.create()
        for operations in (
            self.power,
            self.guests,
            self.images,
            self.devices,
            self.moves,
            self.tasks,
        ):
            operations(server)
        self.failures(server)
        self.builds()
        self.deletions()
        self.evacuate()
        self.tell()

    def power(self, server):
        self.act(server, {'reboot': {'type': 'SOFT'}}, 'ACTIVE')
        self.ended(server, 'reboot', 'compute_reboot_instance')
        self.act(server, {'reboot': {'type': 'HARD'}}, 'ACTIVE')
        self.act(server, {'os-stop': None}, 'SHUTOFF')
        self.act(server, {'os-start': None}, 'ACTIVE')
        self.act(server, {'pause': None}, 'PAUSED')
        self.act(server, {'unpause': None}, 'ACTIVE')
        self.act(server, {'suspend': None}, 'SUSPENDED')
        self.act(server, {'resume': None}, 'ACTIVE')

    def guests(self, server):
        self.act(server, {'lock': {'locked_reason': 'mine'}}, locked=True)
        self.act(server, {'unlock': None}, locked=False)
        self.act(server, {'rescue': {'adminPass': 'MySecretPass'}}, 'RESCUE')
        self.act(server, {'unrescue': None}, 'ACTIVE')
        self.act(server, {'changePassword': {'adminPass': 'OtherSecret'}})
        self.ended(server, 'changePassword', 'compute_set_admin_password')
        self.act(server, {'os-resetState': {'state': 'error'}}, 'ERROR')
        self.act(server, {'os-resetState': {'state': 'active'}}, 'ACTIVE')

    def images(self, server):
        # The fake driver does not say that an image has been uploaded.
        for action, step, body in (
            ('createImage', 'compute_snapshot_instance', {}),
            (
                'createBackup',
                'compute_backup_instance',
                {'backup_type': 'daily', 'rotation': 99},
            ),
        ):
            self.note(action, server)
            self.api.post_server_action(
                server['id'], {action: {'name': 'picture', **body}}
            )
            self.ended(server, action, step)
            self.act(server, {'os-resetState': {'state': 'active'}}, 'ACTIVE')
        self.act(server, {'rebuild': {'imageRef': self.image}}, 'ACTIVE')
        self.act(server, {'shelve': None}, 'SHELVED_OFFLOADED')
        self.act(server, {'unshelve': None}, 'ACTIVE')

    def devices(self, server):
        volume = nova_fixtures.CinderFixture.IMAGE_BACKED_VOL
        self.note('attach_volume', server)
        self.api.post_server_volume(
            server['id'], {'volumeAttachment': {'volumeId': volume}}
        )
        self._wait_for_volume_attach(server['id'], volume)
        self.ended(server, 'attach_volume', 'compute_attach_volume')
        self.note('detach_volume', server)
        self.api.delete_server_volume(server['id'], volume)
        self._wait_for_volume_detach(server['id'], volume)
        self.ended(server, 'detach_volume', 'compute_detach_volume')
        self.note('attach_interface', server)
        port = self.api.attach_interface(
            server['id'],
            {'interfaceAttachment': {'net_id': self.neutron.network_1['id']}},
        ).body['interfaceAttachment']['port_id']
        self.ended(server, 'attach_interface', 'compute_attach_interface')
        self.note('detach_interface', server)
        self.api.detach_interface(server['id'], port)
        self.ended(server, 'detach_interface', 'compute_detach_interface')

    def moves(self, server):
        resize = {'resize': {'flavorRef': self.larger}}
        self.act(server, resize, 'VERIFY_RESIZE')
        self.act(server, {'confirmResize': None}, 'ACTIVE')
        self.ended(server, 'confirmResize', 'compute_confirm_resize')
        self.act(server, {'migrate': None}, 'VERIFY_RESIZE')
        self.act(server, {'revertResize': None}, 'ACTIVE')
        self.ended(server, 'revertResize', 'compute_finish_revert_resize')
        self.note('live-migration', server)
        self._live_migrate(server)
        self.ended(
            server,
            'live-migration',
            'compute_post_live_migration_at_destination',
        )

    def tasks(self, server):
        """What a compute does by itself, and what is done without it."""
        here = self.computes[self.on(server)]
        admin = nova_context.get_admin_context()
        self.note('stop by the power of the guest', server)
        here.driver.instances[server['id']].state = power_state.SHUTDOWN
        here.manager._sync_power_states(admin)
        self.until(
            'the server is stopped',
            functools.partial(self.is_so, server, status='SHUTOFF'),
        )
        self.ended(server, 'stop', 'compute_stop_instance')
        self.act(server, {'os-start': None}, 'ACTIVE')
        # A step without a request, and so without an action of its own.
        shelved = self.create()
        self.flags(shelved_offload_time=3600)
        self.act(shelved, {'shelve': None}, 'SHELVED')
        self.note('offload of a shelved server', shelved)
        self.flags(shelved_offload_time=1)
        manager = self.computes[self.on(shelved)].manager

        def is_offloaded():
            manager._poll_shelved_instances(nova_context.get_admin_context())
            return self.is_so(shelved, status='SHELVED_OFFLOADED')

        self.until('the server is offloaded', is_offloaded)
        self.flags(shelved_offload_time=0)

    def evacuate(self):
        """Nova does not use that host any more until it is restarted."""
        server = self.create()
        service = self.computes[self.on(server)].service_ref.uuid
        self.api.put_service_force_down(service, True)
        # It is not started there.
        self.act(server, {'evacuate': {}}, 'SHUTOFF')
        self.ended(server, 'evacuate', 'compute_rebuild_instance')

    def failures(self, server):
        with self.failing('pause', ValueError('no such domain')):
            self.note('pause which fails', server)
            self.api.post_server_action(server['id'], {'pause': None})
            self.ended(server, 'pause', 'compute_pause_instance', 'Error')
        self.act(server, {'os-resetState': {'state': 'active'}}, 'ACTIVE')
        with self.failing_once(
            'migrate_disk_and_power_off',
            (exception.ResizeError(reason='the disk is busy')),
        ):
            self.note('resize that fails', server)
            self.api.post_server_action(
                server['id'], {'resize': {'flavorRef': self.flavor}}
            )
            self.ended(server, 'resize', 'compute_resize_instance', 'Error')
        self.act(server, {'os-resetState': {'state': 'active'}}, 'ACTIVE')
        with self.failing_once(
            '_prep_resize',
            (exception.ComputeResourcesUnavailable(reason='full')),
            'manager',
        ):
            self.act(
                server, {'resize': {'flavorRef': self.flavor}}, 'VERIFY_RESIZE'
            )
        self.act(server, {'revertResize': None}, 'ACTIVE')
        self.ended(server, 'revertResize', 'compute_finish_revert_resize')
        with self.failing_once(
            'check_can_live_migrate_destination',
            exception.MigrationPreCheckError(reason='no such CPU'),
        ):
            self.note('live-migration of two attempts', server)
            self._live_migrate(server)
            self.ended(
                server,
                'live-migration',
                'compute_post_live_migration_at_destination',
            )

    def builds(self):
        with self.failing_once('spawn', test.TestingException('no disk')):
            self.create('create of two attempts')
        with self.failing(
            'spawn',
            exception.ImageUnacceptable(
                image_id='picture', reason='it is broken'
            ),
        ):
            aborted = self.create('create that is aborted', 'ERROR')
        with mock.patch(
            'nova.scheduler.manager.SchedulerManager._schedule',
            autospec=True,
            side_effect=exception.NoValidHost(reason='none is left'),
        ):
            nowhere = self.create('create without a valid host', 'ERROR')
        self.delete(aborted, 'delete of what was aborted')
        self.delete(nowhere, 'delete of what is on no host')

    def deletions(self):
        self.delete(self.create())
        resized = self.create()
        self.act(
            resized, {'resize': {'flavorRef': self.larger}}, 'VERIFY_RESIZE'
        )
        self.delete(resized, 'delete of a resized server')
        shelved = self.create()
        self.act(shelved, {'shelve': None}, 'SHELVED_OFFLOADED')
        self.delete(shelved, 'delete of a shelved server')
        stranded = self.create()
        here = self.on(stranded)
        service = self.computes[here].service_ref.uuid
        self.api.put_service_force_down(service, True)
        self.delete(stranded, 'delete on a host that is down')
        self.api.put_service_force_down(service, False)

    # -- what was recorded --------------------------------------------------

    def tell(self):
        cells = {}
        for name, mapping in self.cell_mappings.items():
            with nova_context.target_cell(
                nova_context.get_admin_context(), mapping
            ) as context:
                cells[name] = self._rows(context)
        delivered = reporter.flush(60)
        with open(sys.argv[1], 'w', encoding='utf-8') as file:
            json.dump(
                {
                    'done': self.done,
                    'cells': cells,
                    'delivered': delivered,
                    'stats': reporter.stats(),
                },
                file,
                default=str,
            )

    @staticmethod
    def _rows(context):
        with db.get_engine(context=context).connect() as connection:
            actions, events = (
                [
                    dict(row._mapping)
                    for row in connection.execute(
                        sa.text(f'SELECT * FROM {table}')
                    )
                ]
                for table in ('instance_actions', 'instance_actions_events')
            )
        for action in actions:
            action['events'] = [
                event for event in events if event['action_id'] == action['id']
            ]
        return actions


if __name__ == '__main__':
    cfg.set_defaults(oslo_notifier._notifier_opts, driver=['nova_actions'])
    objects.register_all()
    unittest.main(argv=['world'])
