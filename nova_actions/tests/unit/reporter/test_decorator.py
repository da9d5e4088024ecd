# SPDX-License-Identifier: Apache-2.0
import asyncio
import types

from nova_actions import reporter
from nova_actions.tests import patience
from nova_actions.tests.unit.reporter import base

FAILED, BUILT = 'failed', 'built'


class Manager:
    """As a compute manager is."""

    host = 'here'

    @reporter.wrap_instance_event('compute')
    def reboot(self, context, instance, reboot_type='SOFT'):
        """Reboot."""
        if reboot_type == 'BAD':
            raise ValueError(reboot_type)
        return reboot_type

    @reporter.wrap_instance_event(
        'compute', graceful_exit=True, failed_when=(FAILED, [], None)
    )
    def build(self, context, image, instance, result):
        return result

    @reporter.wrap_instance_event(
        'compute', failed_when=lambda result: result.problem
    )
    def check(self, context, instance, problem):
        return types.SimpleNamespace(problem=problem)

    @reporter.wrap_instance_event('compute', failed_when=(FAILED,))
    async def migrate(self, context, instance, result):
        await asyncio.sleep(0)
        if isinstance(result, Exception):
            raise result
        return result


class DecoratorMixin:
    def setUp(self):
        super().setUp()
        self.create()
        self.manager = Manager()
        self.instance = {'uuid': self.instance_uuid}

    def steps(self):
        self.flush()
        return [
            (row['event'], row['host'], row['result'], row['details'])
            for row in self.events()[1:]
        ]

    def test_names_of_arguments(self):
        """Whatever they are, recording takes none for its own."""
        names = ('what', 'function', 'name', 'action', 'host', 'self_')

        @reporter.wrap_instance_event('compute')
        def work(manager, context, instance, **arguments):
            return arguments

        arguments = dict.fromkeys(names, 1)
        self.assertEqual(
            arguments,
            work(self.manager, self.context, self.instance, **arguments),
        )

    def test_calls_of_all_kinds(self):
        manager, instance = self.manager, self.instance
        self.assertEqual('SOFT', manager.reboot(self.context, instance))
        self.assertEqual(
            'HARD',
            manager.reboot(
                self.context, reboot_type='HARD', instance=instance
            ),
        )
        self.assertRaises(
            ValueError,
            manager.reboot,
            self.context,
            types.SimpleNamespace(uuid=instance['uuid']),
            'BAD',
        )
        self.assertEqual(
            [('compute_reboot', 'here', 'Success', None)] * 2, self.steps()[:2]
        )
        self.assertEqual('Error', self.steps()[2][2])
        self.assertEqual('Reboot.', manager.reboot.__doc__)

    def test_wrong_calls_fail_as_they_would(self):
        self.assertRaises(TypeError, self.manager.reboot, self.context)
        self.assertRaises(
            TypeError,
            self.manager.reboot,
            self.context,
            self.instance,
            wrong=1,
        )

    def test_an_instance_that_names_no_server(self):
        for instance in ({}, None, 7, {'uuid': None}):
            self.assertEqual(
                'SOFT', self.manager.reboot(self.context, instance)
            )
        reporter.flush(patience.PATIENCE)
        self.assertEqual([], self.steps())
        self.assertEqual({'error', 'refused'}, set(base.losses()))

    def test_return_values_that_mean_failure(self):
        for result in (BUILT, FAILED, [], None):
            self.assertEqual(
                result,
                self.manager.build(
                    self.context, 'image', self.instance, result
                ),
            )
        self.assertEqual(
            [
                ('Success', None),
                ('Error', 'It returned failed.'),
                ('Error', 'It returned [].'),
                ('Error', 'It returned None.'),
            ],
            [step[2:] for step in self.steps()],
        )

    def test_a_function_that_tells_failure(self):
        for problem in (None, 'no room', 7):
            self.manager.check(self.context, self.instance, problem)
        steps = self.steps()
        self.assertEqual(('Success', None), steps[0][2:])
        self.assertEqual(('Error', 'no room'), steps[1][2:])
        self.assertEqual('Error', steps[2][2])

    def test_a_function_that_cannot_tell(self):
        class Bad(Manager):
            @reporter.wrap_instance_event(
                'compute', failed_when=lambda result: result.nothing
            )
            def check(self, context, instance):
                return 5

        self.assertEqual(5, Bad().check(self.context, self.instance))
        self.assertEqual('Success', self.steps()[0][2])

    def test_a_coroutine(self):
        manager, steps = self.manager, self.steps
        work = manager.migrate(self.context, self.instance, BUILT)
        self.assertEqual([], steps())
        self.assertEqual(BUILT, asyncio.run(work))
        self.assertEqual(
            FAILED,
            asyncio.run(manager.migrate(self.context, self.instance, FAILED)),
        )
        self.assertRaises(
            ValueError,
            asyncio.run,
            manager.migrate(
                self.context, self.instance, ValueError('no room')
            ),
        )
        self.assertEqual(
            [
                ('Success', None),
                ('Error', 'It returned failed.'),
                ('Error', 'no room'),
            ],
            [step[2:] for step in steps()],
        )

    def test_a_generator(self):
        def function(self, context, instance):
            yield

        async def later(self, context, instance):
            yield

        for each in (function, later):
            self.assertRaises(
                TypeError, reporter.wrap_instance_event('compute'), each
            )

    def test_a_host_that_cannot_be_told(self):
        class Hostless(Manager):
            @property
            def host(self):
                raise RuntimeError

        self.assertEqual(
            'SOFT', Hostless().reboot(self.context, self.instance)
        )
        reporter.flush(patience.PATIENCE)
        self.assertEqual([], self.steps())
        self.assertEqual({'error'}, set(base.losses()))

    def test_only_what_is_about_an_instance(self):
        def function(self, context):
            pass

        self.assertRaises(
            TypeError, reporter.wrap_instance_event('compute'), function
        )


class LocalDecoratorTestCase(DecoratorMixin, base.ReporterTestCase):
    pass


class RemoteDecoratorTestCase(DecoratorMixin, base.ReporterTestCase):
    REMOTE = True
