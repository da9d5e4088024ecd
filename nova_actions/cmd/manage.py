# SPDX-License-Identifier: Apache-2.0
"""nova-actions-manage: manages the schema, cells, actions, reporters and
spools."""

import pkgutil
import sys
from collections.abc import Sequence

from oslo_config import cfg

from nova_actions import conf as config
from nova_actions.cmd import failure
from nova_actions.cmd import grammar

CLI_OPTS = (
    cfg.SubCommandOpt('noun', title='nouns', handler=grammar.add_nouns),
)


@failure.explained
def main(argv: Sequence[str]) -> int:
    """Run the command; return its exit code."""
    conf = config.parse(argv, cli=CLI_OPTS, description=__doc__)
    config.complete(conf, (conf.noun.uses,))
    run = pkgutil.resolve_name(f'nova_actions.cmd.{conf.noun.run}')
    if conf.noun.uses != 'database':
        return int(run(conf.noun, conf))
    from nova_actions.cmd import embedded
    from nova_actions.cmd import process

    embedded.use_its_database(conf)
    process.set_up_logging(conf)
    process.ask_once(conf)
    process.set_up_database(conf)
    if conf.noun.needs_schema:
        process.require_schema()
    return int(
        run(conf.noun, conf) if conf.noun.needs_conf else run(conf.noun)
    )


if __name__ == '__main__':
    sys.exit(main())
