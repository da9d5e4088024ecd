// SPDX-License-Identifier: Apache-2.0
// The list of actions across servers, updated live.

import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {get, next, scope} from './api.js';
import {listing, shown} from './command.js';
import {form, parameters, unknown} from './filter.js';
import {copy, page} from './link.js';
import {Live} from './live.js';
import {Loader} from './loader.js';
import * as route from './route.js';
import {counted, name} from './text.js';
import {full, moment, zone} from './time.js';
import {table} from './rows.js';
import {usual} from './usual.js';

const PAGE = 100;

export class List {
  constructor({query}, draw) {
    Object.assign(this, {
      query, draw, title: 'Actions', rows: [], waiting: [], cursor: null,
      completeness: null});
    this.scope = route.current().query.has('project_id')
      ? {project_id: query.get('project_id')}
      : {all_projects: query.get('all_projects')};
    this.loader = new Loader((signal) => this.read(signal), draw);
    this.older = new Loader((signal) => this.readOlder(signal), draw);
    this.newer = new Loader((signal) => this.readNewer(signal), draw);
    this.live = new Live(scope(query), {
      draw, heard: (changes) => this.heard(changes),
      missed: () => this.newer.run()});
  }

  open() {
    this.loader.run().then(() => this.isClosed || this.live.open());
  }

  close() {
    this.isClosed = true;
    this.live.close();
    for (const each of [this.loader, this.older, this.newer]) each.stop();
  }

  get isNewestFirst() {
    return (this.query.get('sort') ?? '').split(':')[1] !== 'asc';
  }

  ask(more, signal) {
    return get('actions', {...parameters(this.query), limit: PAGE, ...more},
               {signal});
  }

  async read(signal) {
    const answer = await this.ask({}, signal);
    Object.assign(this, {
      rows: answer.actions, waiting: [], completeness: answer.completeness,
      cursor: next(answer)?.get('cursor') ?? null});
    this.compare(signal);
  }

  async readOlder(signal) {
    const answer = await this.ask({cursor: this.cursor}, signal);
    this.rows = [...this.rows, ...answer.actions];
    this.cursor = next(answer)?.get('cursor') ?? null;
  }

  // New actions wait behind the button; known ones are updated in place.
  async readNewer(signal) {
    const answer = await this.ask({}, signal);
    const fresh = new Map(answer.actions.map((each) => [each.uuid, each]));
    this.completeness = answer.completeness;
    this.rows = this.rows.map((each) => fresh.get(each.uuid) ?? each);
    const known = new Set(this.rows.map((each) => each.uuid));
    this.waiting = this.isNewestFirst
      ? answer.actions.filter((each) => !known.has(each.uuid)) : [];
    if (this.rows.length === 0) this.showWaiting();
    this.compare(signal);
  }

  async compare(signal) {
    const running = this.rows.filter((each) => each.status === 'running');
    if (!running.length) return;
    await usual(running, signal).then(this.draw, () => {});
  }

  heard(changes) {
    for (const change of changes) this.apply(change);
    if (!this.newer.isBusy) this.newer.run();
    else this.isStale = true;
    this.draw();
  }

  // The end of an action that is not among the newest.
  apply({kind, action_uuid: uuid, event, at, outcome}) {
    if (event !== null || !['action_ended', 'closed'].includes(kind)) return;
    this.rows = this.rows.map((each) => (each.uuid !== uuid ? each : {
      ...each, status: outcome, finished_at: at, updated_at: at,
      duration: Math.max(
        0, (Date.parse(at) - Date.parse(each.started_at)) / 1000)}));
  }

  drawn() {
    if (this.isStale && !this.newer.isBusy && !this.isClosed) {
      this.isStale = false;
      this.newer.run();
    }
  }

  showWaiting() {
    // There may be more between these and the ones that are shown.
    if (this.waiting.length === PAGE) {
      this.loader.run();
      return;
    }
    this.rows = [...this.waiting, ...this.rows];
    this.waiting = [];
    this.draw();
  }

  change(query) {
    route.go(route.href('actions', '', query));
  }

  // The same with absolute times in place of "two hours ago".
  get frozen() {
    const query = new URLSearchParams(this.query);
    const {window, asked_at: asked} = this.completeness;
    for (const [key, value] of Object.entries(window)) {
      if (value) query.set(key, value);
    }
    if (!query.has('started_before')) query.set('started_before', asked);
    return route.href('actions', '', query);
  }

  template() {
    const seesHosts = Boolean(this.completeness?.silent_hosts);
    return html`<h1 tabindex="-1">Actions</h1>
      ${form(this.query, (query) => this.change(query), {
        seesHosts: seesHosts || this.query.has('host')})}
      ${unknown(this.query).map((each) => html`<p class="notice">There is no
        filter ${name(each)}: it is ignored.</p>`)}
      ${this.loader.template()}
      ${this.completeness ? this.found(seesHosts)
        : this.loader.isBusy ? html`<p class="muted">Reading …</p>` : nothing}
      ${shown(listing(this.query, this.rows.length))}`;
  }

  found(seesHosts) {
    return html`<div class="above">
        <p class="window"><span>${this.window()}</span> ${
          this.state()}</p>
        <div class="buttons">
          ${copy(page(route.href('actions', '', this.query)),
                 'Copy a link to these filters', 'Copy link')}
          ${copy(page(this.frozen),
                 'Copy a link to just what is shown', 'Copy fixed link')}
        </div></div>
      <div role="status" class="new">${this.waiting.length ? html`<button
        type="button" class="main" @click=${() => this.showWaiting()}>↑ ${
        this.waiting.length}${this.waiting.length === PAGE ? '+' : ''} new
        </button>` : nothing}</div>
      ${this.rows.length ? table(this.rows, {
        caption: `${counted(this.rows.length, 'action')}, times in ${zone()}`,
        query: this.query, seesHosts, repeat,
        sort: (sort) => this.change(new URLSearchParams([
          ...[...this.query].filter(([key]) => key !== 'sort'),
          ['sort', sort]]))})
        : html`<p class="empty">No actions match.</p>`}
      ${this.older.template()}
      ${this.cursor ? html`<button type="button" class="wide"
        ?disabled=${this.older.isBusy} @click=${() => this.older.run()}>${
        `Show ${PAGE} more`}</button>` : nothing}`;
  }

  window() {
    const {started_after: from, started_before: to} = this.completeness.window;
    const {purged_before: purged} = this.completeness;
    const start = from ? html`since ${moment(from, full)}`
      : purged ? html`since ${moment(purged, full)}, what is older may be
        gone` : 'of all times';
    return html`${this.rows.length}${this.cursor ? '+' : ''} shown, ${start}${
      to ? html` until ${moment(to, full)}` : nothing}.`;
  }

  state() {
    const {live} = this;
    const [word, tone] = live.isPaused ? ['Paused', 'muted']
      : live.isAway ? ['The API is away; trying again', 'failed']
        : ['Live', 'good'];
    return html`<span class="live ${tone}" role="status"><span aria-hidden="true">●\ufe0e
      </span>${word}</span>
      <button type="button" @click=${() => live.pause(!live.isPaused)}>${
        live.isPaused ? 'Resume' : 'Pause'}</button>`;
  }
}
