// SPDX-License-Identifier: Apache-2.0
// Failure rates and durations of actions: over time, by host, by kind.

import {html, nothing} from './vendor/lit-html/lit-html.js';
import {live} from './vendor/lit-html/directives/live.js';
import {get, scope} from './api.js';
import {command, shown} from './command.js';
import {copy, page} from './link.js';
import {Loader} from './loader.js';
import {Plot} from './plot.js';
import {ranking} from './ranking.js';
import * as route from './route.js';
import {scoped} from './rows.js';
import {session} from './session.js';
import {moment, took} from './time.js';

const WINDOWS = {'24h': 'hour', '7d': 'day', '30d': 'day', '90d': 'day'};
const DEFAULT = '7d';
// Seconds between the ticks of an axis of durations.
const MARKS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600,
  7200, 14_400, 28_800, 43_200, 86_400, 172_800, 604_800, 1_209_600];

const percent = (value) => (value == null ? '–'
  : `${(100 * value).toFixed(value && value < 0.1 ? 1 : 0)}%`);

export class Statistics {
  constructor({query}, draw) {
    Object.assign(this, {query, draw, title: 'Statistics', found: null,
                         scope: scoped(query)});
    this.loader = new Loader((signal) => this.read(signal), draw);
    this.rate = new Plot('rate', 'Failure rate', {
      series: [{key: 'failure_rate', title: 'Failed', tone: 'failed'}],
      write: percent, most: 0.05});
    this.durations = new Plot('durations', 'Duration', {
      series: [
        {key: 'duration_p50', title: 'Half take less (p50)', tone: 'good'},
        {key: 'duration_p95', title: '95 of 100 take less (p95)',
         tone: 'running'},
        {key: 'duration_p99', title: '99 of 100 take less (p99)',
         tone: 'interrupted'}],
      write: took, most: 1, marks: MARKS});
  }

  open() {
    this.loader.run();
  }

  close() {
    this.loader.stop();
    this.restyle();
  }

  // Discards the plots, which have the old colours.
  restyle() {
    this.rate.remove();
    this.durations.remove();
  }

  drawn() {
    if (!this.found) return;
    this.rate.mount();
    this.durations.mount();
  }

  get since() {
    return this.query.get('started_after') ?? DEFAULT;
  }

  get unit() {
    return WINDOWS[this.since] ?? 'day';
  }

  async read(signal) {
    const ask = (by) => get('stats', {
      by, ...scope(this.query), started_after: this.since,
      action: this.query.get('action') ?? undefined}, {signal});
    const [times, kinds, hosts] = await Promise.all([
      ask(this.unit), ask('action'), ask('host').catch((error) => {
        // A reader may not see hosts.
        if (error.status === 403) return null;
        throw error;
      })]);
    this.found = {times, kinds, hosts};
    const at = (each) => Date.parse(this.unit === 'day'
      ? `${each.day}T00:00:00Z` : each.hour) / 1000;
    const rows = times.stats.filter((each) => each[this.unit])
      .map((each) => ({...each, at: at(each)}))
      .sort((one, other) => one.at - other.at);
    this.rate.fill(rows, this.unit);
    this.durations.fill(rows, this.unit);
  }

  change(form) {
    const query = {...this.scope};
    for (const [name, value] of new FormData(form)) {
      if (name === 'scope') {
        query.all_projects = value;
      } else if (value.trim()) {
        query[name] = value.trim();
      }
    }
    route.go(route.href('statistics', '', query));
  }

  template() {
    return html`<h1 tabindex="-1">Statistics</h1>
      ${this.form()}
      ${this.absent() ? html`<p class="notice">This server has no statistics:
        it is older than this page.</p>` : this.loader.template()}
      ${this.found ? this.sections() : this.loader.isBusy
        ? html`<p class="muted">Reading …</p>` : nothing}
      ${shown(command('stats', new URLSearchParams([
        ['by', 'host'], ...Object.entries(this.scope),
        ...this.query.has('action')
          ? [['action', this.query.get('action')]] : [],
        ['sort', 'failure_rate'], ['started_after', this.since]])))}`;
  }

  absent() {
    return this.loader.problem?.status === 404;
  }

  form() {
    const update = (event) => {
      event.preventDefault();
      this.change(event.currentTarget);
    };
    return html`<form class="filters" aria-label="What is counted"
      @change=${update} @submit=${update}>
      <label>Since <select name="started_after">${[...new Set(
        [...Object.keys(WINDOWS), this.since])].map((each) => html`<option
        value=${each} .selected=${live(each === this.since)}>${each}</option>`)}
      </select></label>
      <label>Action <input name="action" placeholder="any" autocomplete="off"
        .value=${live(this.query.get('action') ?? '')}></label>
      ${session.anywhere && !this.scope.project_id ? html`<label>Projects
        <select name="scope">${[['true', 'all'], ['false', 'mine']].map(
          ([value, text]) => html`<option value=${value} .selected=${
            live(value === this.scope.all_projects)}>${text}</option>`)}
        </select></label>` : nothing}
      <div class="buttons">${copy(page(route.href('statistics', '',
        this.query)), 'Copy a link to these statistics', 'Copy link')}</div>
    </form>`;
  }

  sections() {
    const {times, kinds, hosts} = this.found;
    if (!times.stats.length) {
      return html`<p class="empty">There are no actions since then.</p>`;
    }
    return html`${this.window(times)}
      <div class="plots">
        ${this.rate.template()}
        ${this.durations.template()}
        ${hosts ? ranking('Worst hosts', hosts.stats, {
          key: 'host', title: 'Host', of: 'Steps', measure: 'failure_rate',
          tone: 'failed',
          link: (host) => route.href('actions', '', {
            ...this.scope, host, status: 'failed',
            started_after: this.since})}) : nothing}
        ${ranking('Slowest actions', kinds.stats, {
          key: 'action', title: 'Action', of: 'Actions', measure: 'duration_p95',
          tone: 'running',
          link: (action) => route.href('actions', '', {
            ...this.scope, action, started_after: this.since})})}
      </div>`;
  }

  window({window}) {
    return window?.started_after ? html`<p class="muted">Since ${
      moment(window.started_after)}.</p>` : nothing;
  }
}
