// SPDX-License-Identifier: Apache-2.0
// One action: how it ended and why, and its steps as bars on one axis.

import {html, nothing} from './vendor/lit-html/lit-html.js';
import {get, next, scope} from './api.js';
import {command, shown} from './command.js';
import {legend, numbered, patterns} from './host.js';
import {copy, page} from './link.js';
import {Live} from './live.js';
import {Loader} from './loader.js';
import * as route from './route.js';
import {scoped} from './rows.js';
import {reason, status} from './status.js';
import {steps} from './steps.js';
import {counted, escaped, id, name, printable} from './text.js';
import {elapsed, full, moment, took, zone} from './time.js';

// The number of pages of steps that are read before the user asks for more.
const PAGES = 5;

export class Action {
  constructor({id: uuid, query}, draw) {
    Object.assign(this, {
      uuid, query, draw, title: 'Action', action: null, marker: null,
      before: null, after: null, scope: scoped(query)});
    this.loader = new Loader((signal) => this.read(signal), draw);
    this.more = new Loader((signal) => this.readMore(signal), draw);
    this.live = new Live(scope(query), {
      draw, missed: () => this.loader.run(), heard: (changes) => {
        if (changes.some((each) => each.action_uuid === this.action.uuid)) {
          this.loader.run();
        }
      }});
  }

  async open() {
    await this.loader.run();
    if (!this.isClosed && this.action?.status === 'running') this.live.open();
  }

  close() {
    this.isClosed = true;
    this.live.close();
    this.loader.stop();
    this.more.stop();
  }

  async read(signal) {
    const {action, links} = await get(
      `actions/${encodeURIComponent(this.uuid)}`, {}, {signal});
    Object.assign(this, {
      action, marker: next({links})?.get('marker') ?? null,
      title: `${action.action} of ${action.server_name ?? action.server}`});
    document.title = printable(`${this.title} – Actions`);
    for (let number = 1; this.marker && number < PAGES; number += 1) {
      await this.readMore(signal);
    }
    if (action.status !== 'running') this.live.close();
    this.readNeighbours(signal).then(this.draw, () => {});
  }

  async readMore(signal) {
    const {action, links} = await get(
      `actions/${this.action.uuid}`, {marker: this.marker}, {signal});
    this.action.events.push(...action.events);
    this.marker = next({links})?.get('marker') ?? null;
  }

  // The actions of its server before and after it.
  async readNeighbours(signal) {
    const {action} = this;
    const ask = (more) => get('actions', {
      ...scope(this.query), server: action.server, limit: 2, ...more},
      {signal});
    const [before, after] = await Promise.all([
      ask({started_before: action.started_at}),
      ask({started_after: action.started_at, sort: 'started_at:asc'})]);
    const other = ({actions}) => actions.find(
      (each) => each.uuid !== action.uuid) ?? null;
    Object.assign(this, {before: other(before), after: other(after)});
  }

  template() {
    const {action} = this;
    const of = action && name(action.server_name ?? action.server);
    // One heading, which keeps the focus when the action has been read.
    return html`${action ? html`<p class="crumbs"><a href=${route.href(
        'actions', '', this.scope)}>Actions</a> / <a href=${route.href(
        'server', action.server, this.scope)}>${of}</a></p>` : nothing}
      <h1 tabindex="-1">${action ? html`${name(action.action)} of ${of}`
        : html`Action ${name(this.uuid)}`}</h1>
      ${action ? this.found() : nothing}
      ${this.loader.template()}
      ${shown(command('timeline', undefined, [this.uuid]))}`;
  }

  found() {
    const {action} = this;
    const onlyFailed = this.query.get('steps') === 'failed';
    const hosts = numbered(action.events);
    return html`<p class="headline">${status(action.status)} <span>${
        action.status === 'running' ? 'for' : 'in'} <b>${
        took(elapsed(action))}</b></span>${action.reason ? html` <span
        class="why">${reason(action.reason)}</span>` : nothing}</p>
      ${this.context()}
      ${this.facts()}
      ${patterns(hosts)}
      <div class="above"><h2>${counted(action.events.length, 'step')}${
        this.marker ? ', and more' : ''}</h2>
        ${hosts.size ? legend(hosts) : nothing}
        <div class="buttons"><a class="button" href=${route.href('action',
          this.uuid, {...this.scope, steps: onlyFailed ? '' : 'failed'})}>${
          onlyFailed ? 'All steps' : 'Only what failed'}</a>
          ${copy(page(route.href('action', action.uuid, this.query)),
                 'Copy a link to this action', 'Copy link')}</div></div>
      ${steps(action, hosts, {onlyFailed})}
      ${this.more.template()}
      ${this.marker ? html`<button type="button" class="wide"
        @click=${() => this.more.run()}>Show more steps</button>` : nothing}
      <details class="json"><summary>JSON</summary><pre tabindex="0">${
        escaped(JSON.stringify(action, null, 2))}</pre></details>`;
  }

  // The summary of similar failures.
  context() {
    const {alike, usual, action} = this.action;
    const hosts = Object.entries(alike?.hosts ?? {}).sort(
      (one, other) => other[1] - one[1]).slice(0, 3);
    return html`${usual ? html`<p>Usually a ${name(action)} takes ${
        took(usual.p50)}; 95 of 100 take less than ${took(usual.p95)}.</p>`
        : nothing}
      ${alike?.count ? html`<p>${counted(alike.count, 'other')} failed alike
        in ${alike.hours} h${hosts.map(([host, number], place) => html`${
        place ? ',' : ':'} ${number} on ${name(host)}`)}.</p>` : nothing}`;
  }

  facts() {
    const {action} = this;
    const link = (other, title) => (other ? html`<span class="beside">${title}
      <a href=${route.href('action', other.uuid, this.scope)}>${
        name(other.action)}</a></span> ` : nothing);
    const fact = (title, value) => html`<div><dt>${title}</dt><dd>${value}
      </dd></div>`;
    return html`<dl class="facts">
      ${fact('Started', html`${moment(action.started_at, full)} ${zone()}`)}
      ${fact('Ended', moment(action.finished_at, full))}
      ${fact('By', name(action.user_name ?? action.user_id))}
      ${fact('Project', name(action.project_id))}
      ${fact('Server', id(action.server, 'server'))}
      ${fact('Request', id(action.request_id, 'request'))}
      ${action.global_request_id ? fact('Global request', id(
        action.global_request_id, 'global request')) : nothing}
      ${fact('Action', id(action.uuid, 'action'))}
      ${this.before || this.after ? fact('Same server', html`${
        link(this.before, 'previous:')}${link(this.after, 'next:')}`)
        : nothing}
    </dl>`;
  }
}
