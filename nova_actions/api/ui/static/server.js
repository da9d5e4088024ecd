// SPDX-License-Identifier: Apache-2.0
// The life of a server: what was done to it, on one axis of time.

import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {get, next, scope} from './api.js';
import {listing, shown} from './command.js';
import {copy, page} from './link.js';
import {life} from './life.js';
import {Live} from './live.js';
import {Loader} from './loader.js';
import * as route from './route.js';
import {scoped, table} from './rows.js';
import {counted, id, name, printable} from './text.js';
import {zone} from './time.js';

const LIMIT = 200;

export class Server {
  constructor({id: uuid, query}, draw) {
    Object.assign(this, {
      uuid, query, draw, title: 'Server', rows: null, more: null,
      completeness: null, scope: scoped(query)});
    this.loader = new Loader((signal) => this.read(signal), draw);
    this.older = new Loader((signal) => this.readOlder(signal), draw);
    this.live = new Live(scope(query), {
      draw, missed: () => this.loader.run(), heard: (changes) => {
        if (changes.some((each) => each.server === this.uuid)) {
          this.loader.run();
        }
      }});
  }

  open() {
    this.loader.run().then(() => this.isClosed || this.live.open());
  }

  close() {
    this.isClosed = true;
    this.live.close();
    this.loader.stop();
    this.older.stop();
  }

  ask(more, signal) {
    return get('actions', {...scope(this.query), server: this.uuid,
                           limit: LIMIT, ...more}, {signal});
  }

  async read(signal) {
    const answer = await this.ask({}, signal);
    Object.assign(this, {
      rows: answer.actions, completeness: answer.completeness,
      more: next(answer)?.get('cursor') ?? null});
    this.title = `Server ${this.name}`;
    document.title = printable(`${this.title} – Actions`);
  }

  async readOlder(signal) {
    const answer = await this.ask({cursor: this.more}, signal);
    this.rows = [...this.rows, ...answer.actions];
    this.more = next(answer)?.get('cursor') ?? null;
  }

  get name() {
    return this.rows?.find((each) => each.server_name)?.server_name
      ?? this.uuid;
  }

  template() {
    return html`<p class="crumbs"><a href=${route.href('actions', '',
      this.scope)}>Actions</a></p>
      <h1 tabindex="-1">Server ${name(this.name)}</h1>
      ${this.loader.template()}
      ${this.rows ? this.found() : nothing}
      ${shown(listing(new URLSearchParams({
        ...this.scope, server: this.uuid}), this.rows?.length ?? 0))}`;
  }

  found() {
    const {rows} = this;
    if (!rows.length) return html`<p class="empty">Nothing is known of this
      server.</p>`;
    const seesHosts = Boolean(this.completeness.silent_hosts);
    return html`<div class="above"><p>${id(this.uuid, 'server')}</p>
        <div class="buttons">${copy(
          page(route.href('server', this.uuid, this.query)),
          'Copy a link to this server', 'Copy link')}</div></div>
      ${life(rows, this.scope)}
      ${table(rows, {
        caption: `${counted(rows.length, 'action')}${
          this.more ? ', and more' : ''}, times in ${zone()}`,
        query: this.query, seesHosts, repeat, hasServers: false})}
      ${this.older.template()}
      ${this.more ? html`<button type="button" class="wide"
        @click=${() => this.older.run()}>Show more</button>` : nothing}`;
  }
}
