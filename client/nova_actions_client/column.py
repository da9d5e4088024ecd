# SPDX-License-Identifier: Apache-2.0
"""Values that a person reads otherwise than a program."""

import datetime
from collections.abc import Sequence
from typing import Any

from cliff import columns

from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import spark
from nova_actions_client import text


class Text(columns.FormattableColumn[Any]):
    """A text of somebody else's."""

    def human_readable(self) -> str:
        return text.printable(self._value)


class Status(columns.FormattableColumn[Any]):
    """How an action stands, in a word that leaves room for the others."""

    def human_readable(self) -> str:
        if self._value == record.RETRIED:
            return 'retried'
        return text.printable(self._value)


class ShortId(columns.FormattableColumn[Any]):
    """An id of which the beginning is enough."""

    def human_readable(self) -> str:
        return text.printable(self._value and self._value[:8])


class Step(columns.FormattableColumn[Any]):
    """The name of a step, without what most begin with."""

    def human_readable(self) -> str:
        return text.printable(
            self._value and self._value.removeprefix(record.STEP_PREFIX)
        )


class Took(columns.FormattableColumn[Any]):
    """A length of time, seconds."""

    def human_readable(self) -> str:
        return moment.took(self._value)


class Rate(columns.FormattableColumn[Any]):
    """A part of the whole, 0 to 1."""

    def human_readable(self) -> str:
        if self._value is None:
            return text.NONE
        # What failed at all does not look as if nothing had.
        if 0 < self._value < 0.01:
            return '<1%'
        return f'{100 * self._value:.0f}%'


class Trend(columns.FormattableColumn[Any]):
    """Rates along the time.

    :param bars: what they are drawn with
    """

    def __init__(self, value: Sequence[float | None], bars: str) -> None:
        super().__init__(value)
        self._bars = bars

    def human_readable(self) -> str:
        return spark.line(self._value, self._bars)


class Time(columns.FormattableColumn[Any]):
    """A time."""

    #: as a person reads it, see :func:`moment.clock`
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
