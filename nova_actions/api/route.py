# SPDX-License-Identifier: Apache-2.0
"""The rows of the route table."""

import dataclasses
import re
from collections.abc import Callable

from nova_actions.api import behaviour
from nova_actions.api import request
from nova_actions.api.views import View

#: a segment of a path that is a parameter
_PARAMETER = re.compile(r'\{(\w+)\}')

#: the legacy version: Nova's responses there are those of 2.1, without
#: microversions
LEGACY = 'v2'

#: the version of our own API
OWN = 'v1'

Handler = Callable[..., View]


@dataclasses.dataclass(frozen=True)
class Route:
    """One address, with its handler and the schemas of its input and output.

    :param path: ``{name}`` stands for one segment, a parameter of the handler
    :param handler: takes the Call and the segments, returns the body
    :param query: returns the schema of the query at a microversion
    :param answer: returns the schema of a successful response at a
        microversion
    :param public: needs no token
    :param versioned: has microversions
    :param errors: error statuses of the handler, besides those that every
        route of its kind has
    """

    path: str
    handler: Handler
    query: request.SchemaOf
    answer: request.SchemaOf
    summary: str
    public: bool = False
    versioned: bool = True
    errors: tuple[int, ...] = ()

    @property
    def service(self) -> behaviour.Service:
        """The service whose microversions apply."""
        return (
            behaviour.ACTION_LOG
            if self.path.split('/')[1] == OWN
            else behaviour.COMPUTE
        )

    @property
    def parameters(self) -> list[str]:
        """The names of the segments that are parameters."""
        return _PARAMETER.findall(self.path)

    @property
    def templates(self) -> list[str]:
        """The paths for falcon. A route of Nova's that needs a token also
        exists with a project id in front, and both in the legacy version."""
        template = _PARAMETER.sub(r'{\1:segment}', self.path)
        if self.public or self.service is behaviour.ACTION_LOG:
            return [template]
        rest = template.removeprefix('/v2.1')
        return [
            f'/{version}{project}{rest}'
            for version in ('v2.1', LEGACY)
            for project in ('', '/{project_id:project}')
        ]
