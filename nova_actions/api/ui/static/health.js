// SPDX-License-Identifier: Apache-2.0
// The health of the cloud and of the log, in one line.

import {html, nothing} from './vendor/lit-html/lit-html.js';
import {get, scope} from './api.js';
import {Loader} from './loader.js';
import * as route from './route.js';
import {counted, printable} from './text.js';
import {took} from './time.js';
import {isLong, usual} from './usual.js';

// Milliseconds between two polls.
const INTERVAL = 30_000;
const LIMIT = 100;
const HOURS = '24h';

export class Health {
  constructor(draw) {
    Object.assign(this, {draw, found: null, query: {}});
    this.loader = new Loader((signal) => this.read(signal), draw);
    this.timer = setInterval(() => {
      if (!document.hidden && !this.loader.isBusy) this.loader.run();
    }, INTERVAL);
  }

  close() {
    clearInterval(this.timer);
    this.loader.stop();
  }

  // Polls at once if the query has changed.
  look(query) {
    const asked = scope(query);
    if (this.found && JSON.stringify(asked) === JSON.stringify(this.query)) {
      return;
    }
    this.query = asked;
    this.loader.run();
  }

  async read(signal) {
    const ask = (more) => get('actions', {
      ...this.query, limit: LIMIT, ...more}, {signal});
    const [open, interrupted] = await Promise.all([
      ask({status: 'running', sort: 'started_at:asc'}),
      ask({status: 'interrupted', started_after: HOURS})]);
    await usual(open.actions, signal);
    this.found = {
      open: open.actions, more: open.links.length > 0,
      interrupted: interrupted.actions.length,
      manyInterrupted: interrupted.links.length > 0,
      ...open.completeness};
  }

  template(keep) {
    const {found} = this;
    if (!found) return html`<section class="health" aria-label="Health">
    </section>`;
    const long = found.open.filter(isLong).length;
    const to = (more) => route.href('actions', '', {...keep, ...more});
    return html`<section class="health" aria-label="Health"><ul>
      ${item(long ? 'late' : 'calm', to({
        status: 'running', sort: 'started_at:asc'}), html`<b>${long}</b> of ${
        found.open.length}${found.more ? '+' : ''} open longer than usual`)}
      ${item(found.interrupted ? 'late' : 'calm', to({
        status: 'interrupted', started_after: HOURS}), html`<b>${
        found.interrupted}${found.manyInterrupted ? '+' : ''}</b> interrupted
        in ${HOURS}`)}
      ${found.follow_lag === null ? nothing : item(
        found.silent_cell_count ? 'late' : 'calm', null, html`copy is <b>${
          took(found.follow_lag)}</b> behind${found.silent_cell_count
          ? html`, ${counted(found.silent_cell_count, 'cell')} not copied`
          : nothing}`, found.silent_cells)}
      ${item(found.silent_host_count ? 'late' : 'calm', null, html`<b>${
        found.silent_host_count}</b> silent ${
        found.silent_host_count === 1 ? 'host' : 'hosts'}`,
        found.silent_hosts)}
      ${this.loader.problem ? item('late', null, 'not up to date') : nothing}
    </ul></section>`;
  }
}

function item(tone, href, text, names = []) {
  const title = names.map(printable).join(', ');
  const said = names.length ? html`${text}<span class="names">: <bdi>${title}
    </bdi></span>` : text;
  return html`<li class=${tone} title=${title}><span class="dot"
    aria-hidden="true"></span>${href ? html`<a href=${href}>${said}</a>`
    : html`<span>${said}</span>`}</li>`;
}
