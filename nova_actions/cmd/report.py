# SPDX-License-Identifier: Apache-2.0
"""The report of a running service: its threads and its configuration."""

from oslo_config import cfg
from oslo_reports import guru_meditation_report
from oslo_reports.generators import conf as generators

from nova_actions import version


class _Version:
    """The version in the form that oslo.reports needs."""

    def vendor_string(self) -> str:
        return 'OpenStack'

    def product_string(self) -> str:
        return version.PACKAGE

    def version_string_with_package(self) -> str:
        return version.version_string()


def set_up(conf: cfg.ConfigOpts) -> None:
    """Write a report of threads and configuration on SIGUSR2, to stderr or
    ``[oslo_reports] log_dir``. Secret options are masked in it."""
    # oslo.reports shows the global cfg.CONF, which is not ours.
    guru_meditation_report.TextGuruMeditation.register_section(
        'Configuration of nova-actions', generators.ConfigReportGenerator(conf)
    )
    guru_meditation_report.TextGuruMeditation.setup_autorun(
        _Version(), conf=conf
    )
