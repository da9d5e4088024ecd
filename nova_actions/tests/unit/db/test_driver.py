# SPDX-License-Identifier: Apache-2.0
"""URLs of databases, and what their drivers say."""

from unittest import mock

import sqlalchemy as sa
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st
from oslo_db import exception as db_exc
from oslotest import base
from pymysql import converters
from pymysql.constants import FIELD_TYPE
from sqlalchemy import exc as sa_exc

from nova_actions.db import driver
from nova_actions.tests.functional import fuzz

SECRET = 'correct-horse'


class TestTimes(base.BaseTestCase):
    """Times of MySQL and MariaDB, as PyMySQL parses them."""

    @given(
        st.datetimes().map(str)
        | st.from_regex(
            r'[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3])'
            r'(:[0-9]{2}){2}(\.[0-9]{1,6})?',
            fullmatch=True,
        )
    )
    @example('0000-00-00 00:00:00')
    @example('2026-01-05 12:00:00.000000')
    @example('2026-01-05 12:00:00.5')
    def test_as_by_the_driver(self, text):
        connection = mock.Mock(decoders=dict(converters.decoders))
        driver._replace_parser(connection, None)
        for kind in (FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP):
            self.assertEqual(
                converters.decoders[kind](text),
                connection.decoders[kind](text),
            )

    def test_of_pymysql_alone(self):
        for url in ('mysql+pymysql://h/d', 'sqlite://'):
            engine = sa.create_engine(url)
            driver.parse_times_fast(engine)
            self.assertEqual(
                url.startswith('mysql'),
                sa.event.contains(engine, 'connect', driver._replace_parser),
            )


class TestDriver(base.BaseTestCase):
    def test_url_that_can_be_used(self):
        self.assertIsNone(driver.problem('sqlite://'))

    def test_problem_does_not_repeat_the_url(self):
        for url, word in (
            (f'nosuch://u:{SECRET}@h/d', 'does not know'),
            (f'{SECRET}', 'URL'),
            (f'mysql+mysqldb://u:{SECRET}@h/d', 'MySQLdb'),
            ('', 'not set'),
            (None, 'not set'),
        ):
            problem = driver.problem(url)
            self.assertIn(word, problem)
            self.assertNotIn(SECRET, problem)

    def test_what_a_driver_does_not_accept(self):
        """It would end in a traceback when the first connection is made."""
        for url, words in (
            (f'mysql+pymysql://u:a@{SECRET}:abc/d', 'a port that is no'),
            ('mysql+pymysql://u@::1/d', 'in brackets'),
            ('mysql+pymysql://u@h/', 'names no database'),
            ('mysql+pymysql://', 'names no database'),
            ('mysql+pymysql://u@h/d?nonsense=1', 'parameter (nonsense)'),
            ('mysql+pymysql://u@h/d?ssl=true', 'parameter (ssl)'),
            ('mysql+pymysql://u@h/d?charset=x', 'parameter (charset)'),
            (
                'mysql+pymysql://u@h/d?connect_timeout=0&charset=utf8',
                '(charset, connect_timeout)',
            ),
            ('mysql+pymysql://u@h/d?ssl_ca=/nowhere/x', '(ssl_ca)'),
            ('mysql+pymysql://u@h/d?read_timeout=x', '(read_timeout)'),
            (f'mysql+pymysql://u:{SECRET}%ff@h/d', 'of the user or the pass'),
            (f'mysql+pymysql://u:{SECRET}密码@h/d', 'of the user or the pass'),
            ('sqlite:///x?timeout=soon', 'parameter (timeout)'),
            (f'sqlite://u:{SECRET}@h/x', 'or a host'),
        ):
            problem = driver.problem(url)
            self.assertIn(words, problem or '', url)
            self.assertNotIn(SECRET, problem)

    def test_what_a_driver_accepts(self):
        for url in (
            'mysql+pymysql://u:p%40ss@[::1]:3306/d?charset=utf8mb3',
            'mysql+pymysql://u@h/d?unix_socket=/run/x.sock&read_timeout=3',
            'mysql+pymysql://u@h?db=x',
            'mysql+pymysql://h/?read_default_file=/nowhere.cnf',
            # devstack's
            'mysql+pymysql://u@h/d?charset=utf8&plugin=dbcounter',
            'postgresql+psycopg2://u@/d?host=/run/postgresql',
            'postgresql+psycopg2://u@h1/d?target_session_attrs=read-write',
            'postgresql+psycopg2://',
            'sqlite:///file:x?mode=ro&uri=true&timeout=1.5',
        ):
            self.assertIsNone(driver.problem(url), url)

    def test_shown_url_has_no_secrets(self):
        self.assertEqual(
            'mysql://h:33/d',
            driver.shown(
                f'mysql+pymysql://{SECRET}:{SECRET}@h:33/d?ssl_key={SECRET}'
            ),
        )

    @fuzz.examples(50)
    @given(st.text(st.characters(exclude_categories=['Cs']), min_size=1))
    @example('a?b')
    def test_url_of_a_file_leads_to_that_file(self, path):
        url = driver.file_url(path)
        if url is None:
            self.assertIn('?', path)
        else:
            self.assertEqual(path, sa.make_url(url).database)

    @fuzz.examples(50)
    @given(st.text(st.characters(exclude_categories=['Cs']), max_size=100))
    def test_name_is_one_of_a_cell(self, database):
        url = sa.URL.create('sqlite', database=database)
        self.assertRegex(
            driver.name(url.render_as_string()), r'\A[A-Za-z0-9._-]{1,64}\Z'
        )

    def test_name_of_a_file(self):
        self.assertEqual(
            'a-b.sqlite', driver.name('sqlite:////x/y/a b.sqlite')
        )

    def test_error_is_the_drivers_own(self):
        for statement in (f"SELECT '{SECRET}'", None):
            error = sa_exc.OperationalError(
                statement, {'value': SECRET}, ValueError('no\n  route')
            )
            self.assertEqual(
                'builtins.ValueError: no route',
                driver.said(db_exc.DBError(error)),
            )
