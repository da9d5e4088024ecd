# SPDX-License-Identifier: Apache-2.0
"""What bridges tell of themselves, once for those that tell the same."""

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions import vocabulary
from nova_actions.cmd import bridge

_ABOUT = st.none() | st.dictionaries(
    st.sampled_from([*vocabulary.ABOUT]), st.sampled_from(['1', '2'])
)
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            'about': _ABOUT,
            'closed_at': st.sampled_from([None, None, 'then']),
            'host': st.sampled_from(['a', 'b', 'c', 'd', 'e', 'f', 'g', None]),
        }
    )
)


def told(about):
    return tuple(about.get(name) for name in vocabulary.ABOUT)


class BridgeTest(base.BaseTestCase):
    @given(_ROWS)
    def test_groups(self, rows):
        """Each host that lives is in the group of what it tells, once."""
        found = bridge.groups(rows)
        self.assertEqual(
            {
                (told(row['about']), row['host'] or '-')
                for row in rows
                if row['about'] and row['closed_at'] is None
            },
            {
                (told(group), host)
                for group in found
                for host in group['hosts']
            },
        )
        self.assertEqual(len(found), len({told(each) for each in found}))
        # The largest first.
        sizes = [len(group['hosts']) for group in found]
        self.assertEqual(sorted(sizes, reverse=True), sizes)

    @given(_ROWS)
    def test_lines(self, rows):
        """They name a few hosts and count the others."""
        for group in bridge.groups(rows):
            hosts, line = group['hosts'], bridge.line(group)
            named = ', '.join(hosts[: bridge.NAMED])
            more = len(hosts) - bridge.NAMED
            self.assertIn(
                f'({named} and {more} more)' if more > 0 else f'({named})',
                line,
            )
            self.assertEqual(bool(group['missing']), 'Not recorded' in line)
