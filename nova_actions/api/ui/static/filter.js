// SPDX-License-Identifier: Apache-2.0
// The filters of /v1/actions as a form, and as parameters of the address.

import {html, nothing} from './vendor/lit-html/lit-html.js';
import {live} from './vendor/lit-html/directives/live.js';
import {session} from './session.js';
import {STATUSES} from './status.js';
import {counted} from './text.js';

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const ACTIONS = [
  'create', 'delete', 'reboot', 'start', 'stop', 'rebuild', 'resize',
  'confirmResize', 'revertResize', 'migrate', 'live-migration', 'evacuate',
  'shelve', 'unshelve', 'attach_volume', 'detach_volume', 'attach_interface',
  'detach_interface', 'pause', 'suspend', 'resume', 'rescue', 'snapshot'];
export const REASONS = [
  'no_valid_host', 'quota', 'timeout', 'interrupted', 'volume', 'network',
  'image', 'host_failed', 'not_allowed', 'not_found', 'conflict', 'invalid',
  'internal'];
const TIME = '2h, 7d, or 2026-01-31T22:00';
const SPAN = '90s, 5m, 2h';

// name, title, placeholder
const MORE = [
  ['started_before', 'Until', TIME], ['updated_after', 'Changed since', TIME],
  ['updated_before', 'Changed before', TIME],
  ['min_duration', 'Took at least', SPAN],
  ['open_longer_than', 'Open longer than', SPAN],
  ['user_id', 'User id', ''], ['event', 'Step', 'compute_prep_resize'],
  ['host', 'Host', ''], ['request_id', 'Request', 'req-…'],
  ['global_request_id', 'Global request', 'req-…']];
export const NAMES = [
  'server', 'server_name', 'action', 'status', 'started_after', 'reason',
  ...MORE.map(([name]) => name)];

const PARAMETERS = [...NAMES, 'sort', 'all_projects', 'project_id'];

// Returns the names in an address that are not parameters of the API.
export function unknown(query) {
  return [...new Set(query.keys())].filter(
    (name) => !PARAMETERS.includes(name));
}

// Returns the parameters for the API.
export function parameters(query) {
  const found = {};
  for (const name of PARAMETERS) {
    const values = query.getAll(name);
    if (values.length) found[name] = name === 'status' ? values : values[0];
  }
  return found;
}

// Returns the parameters of the address for the values of a form.
function asked(form) {
  const query = new URLSearchParams();
  for (const [name, text] of new FormData(form)) {
    const value = text.trim();
    if (!value || (name === 'sort' && value === 'started_at:desc')) continue;
    if (name === 'server' && !UUID.test(value)) {
      query.append('server_name', value);
    } else if (name === 'scope') {
      query.append('all_projects', value);
    } else {
      query.append(name, value);
    }
  }
  if (query.has('project_id')) query.delete('all_projects');
  return query;
}

export function count(query) {
  return new Set([...query.keys()].filter(
    (name) => NAMES.includes(name))).size;
}

// change(query) is called with the new query.
export function form(query, change, {seesHosts}) {
  const value = (name) => live(query.get(name) ?? '');
  const field = ([name, title, hint]) => html`<label>${title}
    <input name=${name} .value=${value(name)} placeholder=${hint}
      autocomplete="off" spellcheck="false"></label>`;
  const more = MORE.filter(([name]) => seesHosts || name !== 'host');
  const extra = count(new URLSearchParams([...query].filter(([name]) =>
    more.some(([each]) => each === name) || name === 'reason')));
  const update = ({currentTarget}) => change(asked(currentTarget));
  return html`<form class="filters" role="search" aria-label="Filters"
    @change=${update} @submit=${(event) => {
      event.preventDefault();
      update(event);
    }}>
    <label>Server <input name="server" placeholder="name or id"
      .value=${live(query.get('server') ?? query.get('server_name') ?? '')}
      autocomplete="off" spellcheck="false"></label>
    <label>Action <input name="action" list="action-names" placeholder="any"
      .value=${value('action')} autocomplete="off" spellcheck="false"></label>
    <datalist id="action-names">${ACTIONS.map((each) =>
      html`<option value=${each}></option>`)}</datalist>
    <label>Since <input name="started_after" placeholder="2h, 7d, a time"
      .value=${value('started_after')} autocomplete="off"></label>
    ${statuses(query)}
    <details class="more" ?open=${extra > 0}>
      <summary>More filters${extra ? ` (${extra})` : ''}</summary>
      <div class="fields">${more.map(field)}
        <label>Reason <select name="reason">
          <option value="">any</option>${REASONS.map((each) => html`<option
            value=${each} .selected=${live(query.get('reason') === each)}>${
            each.replaceAll('_', ' ')}</option>`)}</select></label>
        ${session.anywhere ? html`<label>Project id <input name="project_id"
          .value=${value('project_id')} autocomplete="off"
          spellcheck="false"></label>` : nothing}
      </div>
    </details>
    <div class="row">
      ${session.anywhere ? choice('scope', 'Projects', [
        ['true', 'all'], ['false', 'mine']],
        query.get('all_projects') ?? 'true') : nothing}
      ${choice('sort', 'Order', [
        ['started_at:desc', 'newest first'],
        ['started_at:asc', 'oldest first'],
        ['updated_at:desc', 'last changed first'],
        ['updated_at:asc', 'first changed first']],
        query.get('sort') ?? 'started_at:desc')}
      ${clear(query, change)}
    </div>
  </form>`;
}

function choice(name, title, options, chosen) {
  return html`<label class="inline">${title} <select name=${name}>${
    options.map(([value, text]) => html`<option value=${value}
      .selected=${live(value === chosen)}>${text}</option>`)}</select></label>`;
}

function statuses(query) {
  const chosen = query.getAll('status');
  return html`<fieldset class="statuses"><legend>Status</legend>${
    Object.entries(STATUSES).map(([value, {sign, word, tone}]) => html`<label
      class="chip ${tone}"><input type="checkbox" name="status" value=${value}
      .checked=${live(chosen.includes(value))}><span><span
      aria-hidden="true">${sign}\ufe0e</span> ${word}</span></label>`)}
  </fieldset>`;
}

function clear(query, change) {
  const number = count(query);
  if (!number) return nothing;
  return html`<button type="button" @click=${() => change(
    new URLSearchParams([...query].filter(
      ([name]) => !NAMES.includes(name))))}>Clear ${
    counted(number, 'filter')}</button>`;
}
