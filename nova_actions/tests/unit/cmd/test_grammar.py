# SPDX-License-Identifier: Apache-2.0
import argparse
import pkgutil

from oslotest import base

from nova_actions.cmd import grammar


def _leaves(parser):
    """Yield the parsers that have no subparsers."""
    below = [
        action
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    if not below:
        yield parser
    for action in below:
        for each in action.choices.values():
            yield from _leaves(each)


class GrammarTest(base.BaseTestCase):
    def test_each_verb_can_be_run(self):
        parser = argparse.ArgumentParser()
        grammar.add_nouns(parser.add_subparsers())
        verbs = list(_leaves(parser))
        self.assertLess(5, len(verbs))
        for each in verbs:
            name = f'nova_actions.cmd.{each.get_default("run")}'
            self.assertTrue(callable(pkgutil.resolve_name(name)), name)
