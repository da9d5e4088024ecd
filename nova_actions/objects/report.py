# SPDX-License-Identifier: Apache-2.0
"""Report and ReportList: what a reporter tells the conductor, many at once."""

import collections
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from oslo_utils import timeutils
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import actions
from nova_actions import exception
from nova_actions import metrics
from nova_actions import policies
from nova_actions import policy
from nova_actions import validation
from nova_actions import vocabulary
from nova_actions.cells import owner
from nova_actions.cells import registry
from nova_actions.context import RequestContext
from nova_actions.db import clock
from nova_actions.db import ledger_rules
from nova_actions.db import report as report_db
from nova_actions.db import reporter as reporter_db
from nova_actions.db import verdict
from nova_actions.objects import base
from nova_actions.objects import fields
from nova_actions.objects import flat
from nova_actions.objects import gate
from nova_actions.objects import text
from nova_actions.upkeep import stale_reporter

Row = dict[str, Any]
#: What is to be stored of a report, or why it is refused.
Taken = ledger_rules.Report | verdict.Verdict

_RULES: Mapping[str, str] = {
    ledger_rules.ACTION: policies.ACTION_START,
    ledger_rules.START: policies.EVENT_START,
    ledger_rules.FINISH: policies.EVENT_FINISH,
    ledger_rules.END: policies.ACTION_FINISH,
}

_result = validation.one_of(vocabulary.RESULT_SUCCESS, vocabulary.RESULT_ERROR)

#: The shape of each field; those that are needed come first.
_NEEDED: Mapping[str, validation.Check] = {
    'kind': validation.one_of(*_RULES),
    'uuid': validation.uuid,
    'instance_uuid': validation.uuid,
    'name': validation.name,
}
_SHAPES: Mapping[str, validation.Check] = {
    'host': validation.name,
    'action_uuid': validation.uuid,
    'epoch': validation.uuid,
    'request_id': validation.request_id,
    'global_request_id': validation.name,
    'user_id': validation.name,
    'user_name': validation.name,
    'project_id': validation.name,
    'project_name': validation.name,
    'start_time': validation.time,
    'finish_time': validation.time,
    'duration': validation.duration,
    'result': _result,
    'error_type': validation.name,
    'details': validation.text,
    'traceback': validation.text,
    'reason': validation.name,
}
#: Names that people chose, in which anything may stand.
_NAMES = frozenset(
    (
        'name',
        'host',
        'global_request_id',
        'user_id',
        'user_name',
        'project_id',
        'project_name',
        'error_type',
    )
)
#: What a report without any of the other fields says.
_NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(_SHAPES),
    'redactions': 0,
    'rules': None,
}


@ovo.VersionedObjectRegistry.register
class Report(flat.FlatObject):
    """One transition: an action begins or ends, a step of it begins or ends.

    The report of a step's end says all that its beginning said, so that it
    can stand for both.
    """

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        #: ``action``, ``start``, ``finish`` or ``end``.
        'kind': ovo_fields.StringField(),
        #: The handle: the action's own uuid, or the event's.
        'uuid': ovo_fields.StringField(),
        'instance_uuid': ovo_fields.StringField(),
        #: Of the action, or of the event.
        'name': ovo_fields.StringField(),
        'host': ovo_fields.StringField(nullable=True),
        #: Of an event: its action, where the reporter knows it.
        'action_uuid': ovo_fields.StringField(nullable=True),
        #: The session of the reporter that began it.
        'epoch': ovo_fields.StringField(nullable=True),
        'request_id': ovo_fields.StringField(nullable=True),
        'global_request_id': ovo_fields.StringField(nullable=True),
        'user_id': ovo_fields.StringField(nullable=True),
        'user_name': ovo_fields.StringField(nullable=True),
        'project_id': ovo_fields.StringField(nullable=True),
        'project_name': ovo_fields.StringField(nullable=True),
        'start_time': fields.MicroDateTimeField(nullable=True),
        'finish_time': fields.MicroDateTimeField(nullable=True),
        #: Microseconds, from the reporter's monotonic clock.
        'duration': ovo_fields.IntegerField(nullable=True),
        'result': ovo_fields.StringField(nullable=True),
        'details': ovo_fields.StringField(nullable=True),
        'traceback': ovo_fields.StringField(nullable=True),
        'error_type': ovo_fields.StringField(nullable=True),
        #: One of sanitize.REASONS; else it is derived from the error.
        'reason': ovo_fields.StringField(nullable=True),
    }

    def row(self) -> ledger_rules.Report:
        """Return what is to be stored, its texts made safe.

        :raises InvalidInput: a field has not its shape
        """
        given = self.values()
        values: Row = {
            name: check(name, given.get(name))
            for name, check in _NEEDED.items()
        }
        values.update(
            {
                name: check(name, given[name])
                for name, check in _SHAPES.items()
                if given.get(name) is not None
            }
        )
        safe = text.sanitizer().name
        values = {
            **_NOTHING,
            **values,
            **{name: safe(values[name]) for name in _NAMES & values.keys()},
        }
        values['duration_us'] = values.pop('duration')
        _COMPLETE[values['kind']](values)
        return cast(ledger_rules.Report, values)


def _complete_start(values: Row) -> None:
    values['finish_time'] = None
    values['start_time'] = values['start_time'] or timeutils.utcnow()


def _complete_end(values: Row) -> None:
    values['finish_time'] = values['finish_time'] or timeutils.utcnow()


def _complete_finish(values: Row) -> None:
    _complete_end(values)
    values['result'] = _result('result', values['result'])
    values['start_time'] = values['start_time'] or clock.start_of(
        values['finish_time'], values['duration_us']
    )
    sanitizer = text.sanitizer()
    values['rules'] = sanitizer.rules
    if not values['details'] is values['traceback'] is None:
        error = text.counted(
            sanitizer.error(values['details'], values['traceback'])
        )
        values.update(
            details=error.details,
            traceback=error.traceback,
            redactions=error.redactions,
        )
    values['reason'] = text.reason_of(values)


_COMPLETE: Mapping[str, Callable[[Row], None]] = {
    ledger_rules.ACTION: _complete_start,
    ledger_rules.START: _complete_start,
    ledger_rules.FINISH: _complete_finish,
    ledger_rules.END: _complete_end,
}


def _everywhere(context: RequestContext, host: str | None) -> frozenset[str]:
    """Return the rules that the context passes whosever the server is."""
    ownerless = gate.target_of(None, host)
    return frozenset(
        [
            rule
            for rule in _RULES.values()
            if context.can(rule, ownerless, fatal=False)
        ]
    )


def _instance_of(
    row: ledger_rules.Report, known: Mapping[str, Row]
) -> Row | None:
    """Return a report's instance, or who would own it by creating it."""
    found = known.get(row['instance_uuid'])
    creates = (row['kind'], row['name']) == (
        ledger_rules.ACTION,
        actions.CREATE,
    )
    if found is None and creates and row['project_id'] is not None:
        return {'project_id': row['project_id'], 'user_id': row['user_id']}
    return found


def _owners(
    context: RequestContext,
    uuids: Iterable[str],
) -> tuple[dict[str, Row], dict[str, exception.Unavailable]]:
    """Return the instances that are known, and for each that a silent cell
    may know the error, by uuid."""
    wanted = set(uuids)
    known = report_db.owners(context, wanted) if wanted else {}
    found, errors = owner.elsewhere(wanted - known.keys())
    return {**found, **known}, errors


def _by_owners(
    _self: object,
    context: RequestContext,
    arguments: gate.Arguments,
) -> gate.Instance:
    """No owner for a context that may act on everything. From any other,
    each report must be about its own server and in its own name."""
    host = arguments['host']
    ownerless = gate.target_of(None, host)
    if context.can(policies.EVENT_FINISH, ownerless, fatal=False):
        return None
    rows = [
        cast(
            ledger_rules.Report,
            {**dict.fromkeys(Report.fields), **report.values()},
        )
        for report in arguments['reports'].objects
    ]
    for row in rows:
        row['instance_uuid'] = validation.uuid(
            'instance_uuid', row['instance_uuid']
        )
    known, errors = _owners(context, [row['instance_uuid'] for row in rows])
    for error in errors.values():
        raise error
    instance = None
    for row in rows:
        if not gate.is_own(context, row):
            raise policy.refusal(policies.EVENT_FINISH)
        instance = _instance_of(row, known)
        context.can(policies.EVENT_FINISH, gate.target_of(instance, host))
    return instance


@ovo.VersionedObjectRegistry.register
class ReportList(ovo.ObjectListBase[Report], base.ActionsObject):
    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'objects': ovo_fields.ListOfObjectsField(base.prefixed('Report')),
    }

    obj_relationships = {'objects': [('1.0', '1.0')]}

    @classmethod
    @gate.remotable
    @gate.gated(policies.EVENT_FINISH, _by_owners)
    def apply(
        cls,
        context: Any,
        reports: 'ReportList',
        host: str | None = None,
        epoch: str | None = None,
    ) -> list[dict[str, str | None]]:
        """Store a batch, in its order, and say of each report what became
        of it.

        The same batch again changes nothing. It may be empty: then it says
        that the reporter lives.

        :param reports: at most 500
        :param host: where the reporter runs
        :param epoch: its present session
        :returns: for each report ``verdict`` (``applied``, ``known`` or
            ``refused``), ``error`` (the class of a refusal) and ``reason``;
            and ``replaced``, a number in digits, if the database could not
            hold so many of its characters
        :raises DatabaseUnavailable: some of it may be stored, the rest is not
        """
        rows = [_row(report) for report in reports.objects]
        host = text.sanitizer().name(host)
        for attempt in range(report_db.ROUNDS):
            try:
                answers = _store(context, rows, host, epoch)
                break
            except exception.InstanceExists:
                # Its owner is known by now, and the rules are asked again.
                if attempt == report_db.ROUNDS - 1:
                    raise exception.DatabaseUnavailable() from None
        if epoch is not None:
            _count(context, epoch, answers)
        if metrics.is_on():
            _measure(rows, answers)
        # The annotations are a part of the object's fingerprint.
        return cast(
            list[dict[str, str | None]], [_answer(each) for each in answers]
        )

    @classmethod
    @gate.remotable
    @gate.gated(policies.EVENT_FINISH, gate.by_nobody)
    def close_epoch(
        cls, context: Any, epoch: str, evidence: str, host: str | None = None
    ) -> int:
        """Close as interrupted what a dead reporter's session left open.

        :param epoch: that session
        :param evidence: how its end is known, stored as ``details``
        :param host: where it was
        :returns: how many events were closed
        """
        safe = text.sanitizer().text(evidence, 1024).text or ''
        return stale_reporter.close(
            context, validation.uuid('epoch', epoch), safe
        )


def _row(report: Report) -> Taken:
    """Return what is to be stored of a report, or why it is refused."""
    try:
        return report.row()
    except exception.ActionsException as error:
        return verdict.refused(error)


def _store(
    context: RequestContext,
    rows: Sequence[Taken],
    host: str | None,
    epoch: str | None,
) -> list[verdict.Verdict]:
    """Ask the rules and store what they let pass."""
    judge = _Judge(context, host)
    answers = judge.refusals(rows)
    stored = iter(
        report_db.apply(
            context,
            [
                row
                for row, refusal in zip(rows, answers, strict=True)
                if refusal is None and not isinstance(row, verdict.Verdict)
            ],
            epoch,
            host,
            judge.copied,
            judge.projects(),
        )
    )
    for uuid in judge.copied:
        owner.forget(uuid)
    return [each or next(stored) for each in answers]


class _Judge:
    """Asks the rules about the reports of a batch.

    Whose a server is does not matter to a context that may act on all of
    them; others have the owners looked up, all at once.
    """

    def __init__(self, context: RequestContext, host: str | None) -> None:
        self._context = context
        self._host = host
        self._everywhere = _everywhere(context, host)
        #: The servers whose owners count, by uuid.
        self._known: dict[str, Row] = {}
        self._errors: dict[str, exception.Unavailable] = {}
        #: Those that our own database takes over, by uuid.
        self.copied: dict[str, Row] = {}

    def refusals(self, rows: Sequence[Taken]) -> list[verdict.Verdict | None]:
        """Return for each report why it is refused before it is stored, None
        where it is not."""
        if len(self._everywhere) == len(_RULES) and not registry.cells():
            return [
                row if isinstance(row, verdict.Verdict) else None
                for row in rows
            ]
        self._known, self._errors = _owners(
            self._context,
            [
                row['instance_uuid']
                for row in rows
                if not isinstance(row, verdict.Verdict)
            ],
        )
        self.copied = {
            uuid: instance
            for uuid, instance in self._known.items()
            if not instance.get('id')
        }
        return [
            row if isinstance(row, verdict.Verdict) else self._refusal(row)
            for row in rows
        ]

    def _refusal(self, row: ledger_rules.Report) -> verdict.Verdict | None:
        """Return why a report is refused. Who creates a server counts as its
        owner for what follows."""
        uuid, rule = row['instance_uuid'], _RULES[row['kind']]
        if uuid in self._errors:
            return verdict.refused(self._errors[uuid])
        instance = _instance_of(row, self._known)
        if rule not in self._everywhere and not self._context.can(
            rule, gate.target_of(instance, self._host), fatal=False
        ):
            return verdict.refused(policy.refusal(rule))
        if instance is not None:
            self._known.setdefault(uuid, instance)
        return None

    def projects(self) -> dict[str, str]:
        """Return the project by which each server was judged."""
        return {
            uuid: instance['project_id']
            for uuid, instance in self._known.items()
        }


def _count(
    context: RequestContext,
    epoch: str,
    answers: Iterable[verdict.Verdict],
) -> None:
    """Count for operators what was refused or changed."""
    refused = cut = 0
    for each in answers:
        cut += each.cut
        refused += (
            each.verdict == verdict.REFUSED
            and each.error not in vocabulary.PASSING_REFUSALS
        )
    if refused or cut:
        try:
            reporter_db.count(context, epoch, refused, cut)
        except exception.Unavailable:
            # The reports are stored; their sender counts losses, too.
            return


def _measure(
    rows: Iterable[Taken],
    answers: Sequence[verdict.Verdict],
) -> None:
    """Count the answers to a batch, and measure the delay of its oldest
    report that was stored."""
    given = collections.Counter(
        (each.verdict, each.error or '') for each in answers
    )
    for labels, number in given.items():
        metrics.REPORTS.add(*labels, number=number)
    times = [
        time
        for row, answer in zip(rows, answers, strict=True)
        if not isinstance(row, verdict.Verdict)
        and answer.verdict == ledger_rules.APPLIED
        and (time := row['finish_time'] or row['start_time'])
    ]
    if times:
        metrics.REPORT_DELAY.observe(
            max(0.0, (timeutils.utcnow() - min(times)).total_seconds())
        )


def _answer(given: verdict.Verdict) -> verdict.Answer:
    answer: verdict.Answer = {
        'verdict': given.verdict,
        'error': given.error,
        'reason': given.reason,
    }
    if given.replaced:
        answer['replaced'] = str(given.replaced)
    return answer
