// SPDX-License-Identifier: Apache-2.0
// The command that shows the same as the view.

import {html} from './vendor/lit-html/lit-html.js';
import {copy} from './link.js';
import {escaped} from './text.js';

const OPTIONS = {
  server: 'server', server_name: 'server', action: 'action',
  user_id: 'user', host: 'host', event: 'event', reason: 'reason',
  request_id: 'request', global_request_id: 'global-request',
  started_after: 'since', started_before: 'until',
  updated_after: 'changes-since', updated_before: 'changes-before',
  min_duration: 'min-duration', open_longer_than: 'open-longer-than',
  status: 'status', sort: 'sort', project_id: 'project', by: 'by',
  limit: 'limit'};

// The default number of rows of the command.
const LIMIT = 50;

// A word quoted for a shell; invisible characters become bash's escapes.
export function quoted(word) {
  const plain = word.replace(/[\\']/g, '\\$&');
  const safe = escaped(plain).replaceAll('\n', '\\n');
  if (safe !== plain) return `$'${safe}'`;
  return /^[\w@%+=:,./-]+$/.test(word) ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}

export function command(verb, query = new URLSearchParams(), words = []) {
  const found = ['openstack', 'action', 'log', verb, ...words.map(quoted)];
  if (['', 'true', '1'].includes(query.get('all_projects'))
      && !query.has('project_id')) {
    found.push('--all-projects');
  }
  for (const [name, value] of query) {
    // A value that begins with a dash must not look like an option.
    if (Object.hasOwn(OPTIONS, name)) found.push(value.startsWith('-')
      ? `--${OPTIONS[name]}=${quoted(value)}`
      : `--${OPTIONS[name]} ${quoted(value)}`);
  }
  return found.join(' ');
}

// The command that lists as many rows as a view has.
export function listing(query, rows) {
  const asked = new URLSearchParams(query);
  asked.delete('limit');
  if (rows > LIMIT) asked.set('limit', rows);
  return command('list', asked);
}

export function shown(text) {
  return html`<p class="command"><span class="muted">The same in a terminal
    </span><code dir="ltr">${text}</code>${
    copy(text, 'Copy the command')}</p>`;
}
