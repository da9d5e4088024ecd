# SPDX-License-Identifier: Apache-2.0

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from nova_actions.sanitize import column
from nova_actions.tests.unit.sanitize import rule

NAMES = st.sampled_from(['id', 'name', 'host', 'state', 'zone'])


class ColumnTest(rule.RuleTestCase):
    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(NAMES, min_size=1, max_size=4),
        st.integers(0, 4),
        st.sampled_from(['\t', '|', ';', ',', '   ']),
        st.integers(1, 5),
    )
    def test_below_its_name(self, names, at, sign, rows):
        at = min(at, len(names))
        names.insert(at, 'password')
        secrets = [f'Kx9vQ2r{row}' for row in range(rows)]
        lines = [sign.join(names)]
        for secret in secrets:
            cells = ['abc'] * len(names)
            cells[at] = secret
            lines.append(sign.join(cells))
        self.assertEqual(secrets, self.found(column, '\n'.join(lines)))

    def test_up_to_a_line_of_another_form(self):
        text = 'id;password\n1;Kx9vQ2rT\nend\n2;Kx9vQ2rU\n'
        self.assertEqual(['Kx9vQ2rT'], self.found(column, text))

    def test_other_columns_and_sentences(self):
        for text in (
            'id;name\n1;Kx9vQ2rT\n',
            'password: a, b\nKx9vQ2rT, c\n',
            'id;password\n1;4\n',
        ):
            self.assertEqual([], self.found(column, text), text)
