# SPDX-License-Identifier: Apache-2.0
"""Cells that look different to a person and to a program."""

import datetime
from collections.abc import Sequence
from typing import Any

from cliff import columns

from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import spark
from nova_actions_client import text


class Text(columns.FormattableColumn[str | None]):
    """A text that comes from the log."""

    def human_readable(self) -> str:
        return text.printable(self._value)


class Status(columns.FormattableColumn[str | None]):
    """The status of an action; for a person in one word."""

    def human_readable(self) -> str:
        if self._value == record.RETRIED:
            return 'retried'
        return text.printable(self._value)


class ShortId(columns.FormattableColumn[str | None]):
    """An id; for a person its first characters."""

    def human_readable(self) -> str:
        return text.printable(self._value and self._value[:8])


class Step(columns.FormattableColumn[str | None]):
    """The name of a step; for a person without its usual prefix."""

    def human_readable(self) -> str:
        return text.printable(
            self._value and self._value.removeprefix(record.STEP_PREFIX)
        )


class Took(columns.FormattableColumn[float | None]):
    """A duration, seconds."""

    def human_readable(self) -> str:
        return moment.took(self._value)


class Rate(columns.FormattableColumn[float | None]):
    """A share of the whole, 0 to 1."""

    def human_readable(self) -> str:
        if self._value is None:
            return text.NONE
        # Not 0% when something failed.
        if 0 < self._value < 0.01:
            return '<1%'
        return f'{100 * self._value:.0f}%'


class Trend(columns.FormattableColumn[Sequence[float | None]]):
    """Rates over time.

    :param bars: the characters to draw them with
    """

    def __init__(self, value: Sequence[float | None], bars: str) -> None:
        super().__init__(value)
        self._bars = bars

    def human_readable(self) -> str:
        return spark.line(self._value, self._bars)


# Any: a program gets a text.
class Time(columns.FormattableColumn[Any]):
    """A time; None where there is none."""

    #: for a person, see :func:`moment.clock`
    form = '%Y-%m-%d %H:%M:%S'

    def __init__(
        self, value: datetime.datetime | None, form: str | None = None
    ) -> None:
        super().__init__(value)
        self.form = form or self.form

    def human_readable(self) -> str:
        if self._value is None:
            return text.NONE
        return str(self._value.strftime(self.form))

    def machine_readable(self) -> str | None:
        return None if self._value is None else moment.iso(self._value)
