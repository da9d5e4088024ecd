// SPDX-License-Identifier: Apache-2.0
// Actions as a table.

import {html, nothing} from './vendor/lit-html/lit-html.js';
import * as route from './route.js';
import {session} from './session.js';
import {reason, status} from './status.js';
import {name} from './text.js';
import {elapsed, moment, took} from './time.js';
import {isLong, of} from './usual.js';

// sort(word) is called with a new order; without it the table cannot be sorted.
export function table(rows, {
  caption, query, seesHosts, sort, repeat, hasServers = true,
}) {
  const order = query?.get('sort') ?? 'started_at:desc';
  const [by, direction = 'desc'] = order.split(':');
  const projects = session.anywhere;
  return html`<table class="actions" role="table">
    <caption>${caption}</caption>
    <thead role="rowgroup"><tr role="row">
      ${time(by, direction, sort)}
      ${hasServers ? heading('Server', 'server') : nothing}
      ${heading('Action')}${heading('Status')}
      <th role="columnheader" scope="col" class="number">Took</th>
      ${heading('Why')}
      ${heading('By', 'by')}
      ${projects ? heading('Project', 'project') : nothing}
      ${seesHosts ? heading('Hosts', 'hosts') : nothing}
    </tr></thead>
    <tbody role="rowgroup">${repeat(rows, (each) => each.uuid, (each) =>
      row(each, {by, projects, seesHosts, query, hasServers}))}</tbody>
  </table>`;
}

const heading = (title, className = '') => html`<th role="columnheader"
  scope="col" class=${className}>${title}</th>`;

function time(by, direction, sort) {
  const isDown = direction === 'desc';
  const title = by === 'updated_at' ? 'Changed' : 'Started';
  return html`<th role="columnheader" scope="col"
    aria-sort=${isDown ? 'descending' : 'ascending'}>${sort
      ? html`<button type="button" @click=${() => sort(
        `${by}:${isDown ? 'asc' : 'desc'}`)}>${title}<span
        aria-hidden="true"> ${isDown ? '↓' : '↑'}</span></button>`
      : title}</th>`;
}

function row(action, {by, projects, seesHosts, query, hasServers}) {
  const keep = scoped(query);
  return html`<tr role="row" class=${`is-${action.status}`}>
    <td role="cell" class="when">${moment(action[by])}</td>
    ${hasServers ? html`<td role="cell" class="server"><a href=${route.href(
      'server', action.server, keep)}>${
      name(action.server_name ?? action.server)}</a></td>` : nothing}
    <td role="cell" class="what"><a href=${route.href(
      'action', action.uuid, keep)}>${name(action.action)}</a></td>
    <td role="cell" class="how">${status(action.status)}</td>
    <td role="cell" class="took number">${took(elapsed(action))}${
      compared(action)}</td>
    <td role="cell" class="why">${reason(action.reason)}${
      action.attempts > 1 ? html` <span class="muted">${action.attempts}
        attempts</span>` : nothing}</td>
    <td role="cell" class="by">${name(action.user_name
      ?? action.user_id)}</td>
    ${projects ? html`<td role="cell" class="project">${
      name(action.project_id)}</td>` : nothing}
    ${seesHosts ? html`<td role="cell" class="hosts">${
      (action.hosts ?? []).map((host) => html`<a href=${route.href('actions',
        '', {...keep, host})}>${name(host)}</a> `)}</td>` : nothing}
  </tr>`;
}

export function scoped(query) {
  return Object.fromEntries(['all_projects', 'project_id'].filter(
    (each) => query?.has(each)).map((each) => [each, query.get(each)]));
}

// The usual duration of a running action.
function compared(action) {
  const usual = of(action);
  if (action.status !== 'running' || !usual) return nothing;
  return html`<span class=${isLong(action) ? 'usual late' : 'usual'}>${
    isLong(action) ? 'longer than usual' : 'usual'}: ${took(usual.p50)}</span>`;
}
