# SPDX-License-Identifier: Apache-2.0
"""Loads the bridge into a process of Nova, once."""

import importlib.metadata
import logging
import threading
from collections.abc import Mapping
from typing import Any

from oslo_config import cfg

from nova_actions import reporter
from nova_actions.reporter import off
from nova_actions.reporter import recorder
from nova_actions.reporter.event import harmless
from nova_actions_bridge import forking
from nova_actions_bridge import notice
from nova_actions_bridge import option
from nova_actions_bridge import seam

LOG = logging.getLogger(__name__)

_lock = threading.Lock()
#: None before the bridge is loaded, then whether it records.
_state: bool | None = None


def is_loaded() -> bool:
    """Tell whether this process records."""
    return bool(_state)


def hear(context: Any, message: Any) -> None:
    """Read a notification of this service. This never raises."""
    if _state:
        harmless('reading of a notification', notice.hear, context, message)


def load(nova_conf: Any) -> None:
    """Start recording in this process. This never raises.

    :param nova_conf: Nova's configuration
    """
    global _state
    with _lock:
        if _state is not None:
            return
        _state = False
        try:
            _state = _begin(nova_conf)
        # oslo.config raises SystemExit for a wrong file.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            LOG.error(
                'nova-actions records nothing of this service of Nova: %s: %s',
                type(error).__name__,
                _why(error),
            )


def _why(error: BaseException) -> str:
    if isinstance(error, cfg.ConfigFileParseError):
        # Its text repeats the line, which may have a password.
        return f'{error.config_file} has a line that is not an option'
    return str(error)


def _begin(nova_conf: Any) -> bool:
    conf = option.load(nova_conf.host)
    mode = conf.bridge.mode
    if mode == option.OFF:
        LOG.info(
            'nova-actions records nothing of this service of Nova: [bridge] '
            'mode is off'
        )
        return False
    if conf.reporter.required_actions:
        LOG.warning('[reporter] required_actions has no effect on Nova')
        conf.set_override('required_actions', [], group='reporter')
    about = {
        'bridge': _version('nova-actions-bridge'),
        'mode': mode,
        'nova': _version('nova'),
    }
    forking.begin(lambda: _start(conf, about))
    missing = seam.install(mode == option.MIRROR)
    if missing:
        about['missing'] = ', '.join(missing)
        LOG.warning(
            'Nova %s lacks methods that the bridge replaces; what they do is '
            'not recorded: %s',
            about['nova'],
            about['missing'],
        )
    LOG.info(
        'nova-actions records what this service of Nova does; mode %s',
        mode,
    )
    return True


def _start(conf: cfg.ConfigOpts, about: Mapping[str, str]) -> None:
    try:
        reporter.setup(conf, about)
    except Exception:
        # What has been replaced in Nova must not try to send each report.
        reporter.begin(
            off.Off(recorder.Settings(folder='', host='', mode='off'))
        )
        raise


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return 'unknown'
