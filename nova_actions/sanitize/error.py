# SPDX-License-Identifier: Apache-2.0
"""What is read of a failure: type, message, causes, traceback, reason."""

import dataclasses
import re
import traceback
import types
from collections.abc import Iterator
from typing import TypeGuard

from nova_actions import foreign
from nova_actions.sanitize import text as _text

MAX_CAUSES = 10
MAX_FRAMES = 100
# Of what came in as text, read no more than can be kept.
_MAX_READ = 1 << 20

#: Why something failed, in words that are safe for the server's owner.
REASONS = (
    'no_valid_host',
    'quota',
    'timeout',
    'interrupted',
    'volume',
    'network',
    'image',
    'host_failed',
    'not_allowed',
    'not_found',
    'conflict',
    'invalid',
    'internal',
)

# In this order: a timeout while a volume attaches is one of the volume.
_BY_TYPE = (
    (
        'no_valid_host',
        r'NoValidHost|MaxRetriesExceeded|NoHostAvailable'
        r'|ResourcesUnavailable|AllocationCandidates',
    ),
    ('quota', r'Quota|OverLimit|PortLimitExceeded|LimitExceeded'),
    (
        'interrupted',
        r'Interrupted|KeyboardInterrupt|SystemExit|GreenletExit'
        r'|Cancel',
    ),
    ('volume', r'Volume|Cinder|BlockDevice|Snapshot|BDM|Brick|Iscsi'),
    (
        'network',
        r'Network|Port[A-Z]|Neutron|VirtualInterface|FixedIp'
        r'|FloatingIp|SecurityGroup|VIF|Vif|NoMoreFixedIps',
    ),
    ('image', r'Image|Glance'),
    ('timeout', r'Timeout|TimedOut'),
    (
        'host_failed',
        r'Libvirt|libvirt|Hypervisor|ComputeHost|ComputeService'
        r'|VirtDriver|ServiceUnavailable|HostNotFound'
        r'|ConnectionRefused|ConnectionReset|ProcessExecution'
        r'|Migration|MemoryError|InstanceNotReady|DiskNotFound',
    ),
    ('not_allowed', r'Forbidden|NotAuthorized|Unauthorized|Permission'),
    ('not_found', r'NotFound'),
    ('conflict', r'Conflict|InvalidState|AlreadyExists|IsLocked'),
    ('invalid', r'Invalid|BadRequest|ValidationError'),
)
_BY_WORDS = (
    ('no_valid_host', r'no valid host|exceeded maximum number of retries'),
    ('quota', r'\bquota\b|over limit'),
    ('interrupted', r'\binterrupted\b|\bcancel'),
    ('volume', r'\bvolume\b|\bcinder\b|\biscsi\b'),
    (
        'network',
        r'\bneutron\b|\bnetwork\b|\bport binding\b|\bvif\b'
        r'|virtual interface',
    ),
    ('image', r'\bimage\b|\bglance\b'),
    ('timeout', r'timed out|\btimeout\b'),
    (
        'host_failed',
        r'\blibvirt|\bhypervisor\b|\bqemu\b'
        r'|connection (?:refused|reset)|no space left',
    ),
    ('not_allowed', r'\bforbidden\b|not authori[sz]ed|permission denied'),
)
_TYPES = tuple((code, re.compile(regex)) for code, regex in _BY_TYPE)
_WORDS = tuple((code, re.compile(regex, re.I)) for code, regex in _BY_WORDS)
_CLASS_NAME = re.compile(r'(?:[A-Za-z_]\w{0,63}\.){0,8}[A-Z]\w{2,127}(?=\Z|:)')
_FRAME = re.compile(r'(\s*)File "')
_CAUSED = 'Caused by '
_CAUSE = re.compile(rf'^{_CAUSED}([\w.]+): ', re.M)


#: Attributes of an exception, past whatever its class has in their place.
_CAUSED_BY, _SUPPRESSED, _CONTEXT = (
    vars(BaseException)[name]
    for name in ('__cause__', '__suppress_context__', '__context__')
)


@dataclasses.dataclass(frozen=True)
class ErrorText:
    """What is kept of a failure; unsafe until the Sanitizer made it."""

    error_type: str | None
    details: str | None
    traceback: str | None
    #: One of REASONS, None when nothing failed.
    reason: str | None
    redactions: int = 0
    #: :attr:`Sanitizer.rules` that it was made safe by.
    rules: str | None = None


def is_exception(value: object) -> TypeGuard[BaseException]:
    """Tell whether something is an exception, whatever its ``__class__``
    says."""
    return issubclass(type(value), BaseException)


@foreign.contained
def type_name(exc: BaseException) -> str:
    cls = type(exc)
    if cls.__module__ in ('builtins', '__main__'):
        return cls.__qualname__
    return f'{cls.__module__}.{cls.__qualname__}'


def message(exc: BaseException) -> str:
    try:
        formatted = _formatted(exc)
    except Exception:  # noqa: BLE001
        formatted = exc
    return _text.as_text(formatted)


@foreign.contained
def _formatted(exc: BaseException) -> object:
    """Return what tells the message: what an exception of OpenStack formats,
    or the exception itself."""
    formatting = getattr(exc, 'format_message', None)
    return formatting() if callable(formatting) else exc


def _next(exc: BaseException) -> BaseException | None:
    cause: BaseException | None = _CAUSED_BY.__get__(exc)
    if cause is None and not _SUPPRESSED.__get__(exc):
        cause = _CONTEXT.__get__(exc)
    return cause


def causes(exc: BaseException) -> Iterator[BaseException]:
    """Yield what an exception was caused by, nearest first."""
    seen = {id(exc)}
    cause = _next(exc)
    while cause is not None and id(cause) not in seen:
        if len(seen) > MAX_CAUSES:
            return
        seen.add(id(cause))
        yield cause
        cause = _next(cause)


def reason_of(names: str, words: str) -> str:
    """Return the coded reason by class names, else by words."""
    for table, subject in ((_TYPES, names), (_WORDS, words)):
        for code, regex in table:
            if regex.search(subject):
                return code
    return 'internal'


def _lines_of_frames(tb: types.TracebackType) -> str:
    frames = list(traceback.walk_tb(tb))
    out = 0
    if len(frames) > MAX_FRAMES:
        out = len(frames) - MAX_FRAMES
        del frames[MAX_FRAMES // 4 : MAX_FRAMES // 4 + out]
    # Never the locals, which hold the secrets themselves.
    summary = traceback.StackSummary.extract(iter(frames))
    lines = []
    for number, frame in enumerate(summary):
        if out and number == MAX_FRAMES // 4:
            lines.append(f'  ({out} frames left out)\n')
        lines.append(
            f'  File "{frame.filename}", line {frame.lineno},'
            f' in {frame.name}\n'
        )
        if frame.line:
            lines.append(f'    {frame.line}\n')
    return ''.join(lines)


def without_source(text: str) -> str:
    """Drop the lines of source from the text of a traceback."""
    kept, indent = [], -1
    for line in text.splitlines(keepends=True):
        frame = _FRAME.match(line)
        if frame:
            indent = len(frame[1])
        elif indent >= 0 and line[: indent + 1].isspace():
            continue
        else:
            indent = -1
        kept.append(line)
    return ''.join(kept)


def _traceback(exc_tb: object) -> str | None:
    if exc_tb is None:
        return None
    if isinstance(exc_tb, types.TracebackType):
        return _lines_of_frames(exc_tb)
    if isinstance(exc_tb, list | tuple):
        parts = [_text.as_text(part) for part in exc_tb[:10_000]]
        glue = '' if any(part.endswith('\n') for part in parts) else '\n'
        return glue.join(parts)
    return _text.as_text(exc_tb)


@foreign.contained
def _details(exc: BaseException) -> tuple[str, str, str]:
    """Return details, class names and words of an exception."""
    chain = [exc, *causes(exc)]
    lines = [message(exc)[:_MAX_READ]]
    for cause in chain[1:]:
        lines.append(
            f'{_CAUSED}{type_name(cause)}: {message(cause)[:_MAX_READ]}'
        )
    names = ' '.join(
        cls.__name__ for each in chain for cls in type(each).__mro__[:-3]
    )
    return '\n'.join(lines), names, '\n'.join(lines)[:8192]


def causes_in(details: str) -> list[tuple[str, str]]:
    """Return what the details of an error name as its causes, nearest first:
    the class and the message of each."""
    _own, *found = _CAUSE.split(details)
    return [
        (name, said.strip())
        for name, said in zip(found[::2], found[1::2], strict=True)
    ]


def _read_value(
    exc_val: object, trace: str | None, error_type: str | None
) -> ErrorText:
    if exc_val is None:
        if trace is error_type is None:
            return ErrorText(None, None, None, None)
        reason = reason_of(error_type or '', (trace or '')[-512:])
        return ErrorText(error_type, None, trace, reason)
    if is_exception(exc_val):
        details, names, words = _details(exc_val)
        return ErrorText(
            type_name(exc_val), details, trace, reason_of(names, words)
        )
    details = _text.as_text(exc_val)
    if error_type is None and (named := _CLASS_NAME.match(details)):
        error_type = named[0]
    reason = reason_of(error_type or '', details[:8192])
    return ErrorText(error_type, details, trace, reason)


def read(
    exc_val: object, exc_tb: object, error_type: str | None = None
) -> ErrorText:
    """Read a failure; the texts still hold whatever they hold.

    :param error_type: the class, where only the exception's text is left
    """
    try:
        trace = _traceback(exc_tb)
    except Exception:  # noqa: BLE001
        trace = '<unprintable traceback>'
    try:
        return _read_value(exc_val, trace, error_type)
    except Exception:  # noqa: BLE001
        return ErrorText(None, '<unprintable error>', trace, 'internal')
