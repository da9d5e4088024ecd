# SPDX-License-Identifier: Apache-2.0
"""What a row of the route table says."""

import dataclasses
import re
from collections.abc import Callable

from nova_actions.api import behaviour
from nova_actions.api import request
from nova_actions.api.views import View

#: a segment of a path that is a parameter
_PARAMETER = re.compile(r'\{(\w+)\}')

#: the version of old: Nova answers there as in 2.1, and looks at no
#: microversion
LEGACY = 'v2'

#: the version of the API that is not Nova's
OWN = 'v1'

Handler = Callable[..., View]


@dataclasses.dataclass(frozen=True)
class Route:
    """One address: what answers there, and how its input and output look.

    :param path: ``{name}`` stands for one segment, handed to the handler
    :param handler: gets the Call and the segments, returns the answer
    :param query: makes the schema of the query at a microversion
    :param answer: makes the schema of a good answer at a microversion
    :param public: needs no token
    :param versioned: looks at the microversion asked
    :param errors: statuses that the handler can end with, besides those
        that every route of its kind has
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
        """Whose microversions it looks at."""
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
        """Where falcon is to mount it: a route of Nova's that needs a token
        is there a second time behind a project id, and both in the version
        of old."""
        template = _PARAMETER.sub(r'{\1:segment}', self.path)
        if self.public or self.service is behaviour.ACTION_LOG:
            return [template]
        rest = template.removeprefix('/v2.1')
        return [
            f'/{version}{project}{rest}'
            for version in ('v2.1', LEGACY)
            for project in ('', '/{project_id:project}')
        ]
