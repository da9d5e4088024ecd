// SPDX-License-Identifier: Apache-2.0
// The page: its frame, and the view in the address.

import {html, nothing, render} from './vendor/lit-html/lit-html.js';
import {Action} from './action.js';
import {Health} from './health.js';
import {List} from './list.js';
import {Login} from './login.js';
import * as route from './route.js';
import {Server} from './server.js';
import {end, onChange, session} from './session.js';
import {apply, setting, turn} from './setting.js';
import {Statistics} from './statistics.js';
import {name} from './text.js';

const VIEWS = {actions: List, action: Action, server: Server,
               statistics: Statistics};
const PAGE = document.getElementById('page');

let login = null;
let view = null;
let health = null;

function draw() {
  render(session.isOpen && view ? frame() : login.template(), PAGE);
  view?.drawn?.();
}

function show() {
  view?.close();
  view = null;
  if (session.isOpen) {
    const asked = settled();
    view = new VIEWS[asked.name](asked, draw);
    health?.look(asked.query);
    view.open();
    document.title = `${view.title} – Actions`;
  }
  draw();
}

// What the address asks for, after it is made to say all of what is shown: of
// all projects for those who may, of their own for a colleague who may not.
function settled() {
  const asked = route.current();
  const {query} = asked;
  const before = query.toString();
  if (!session.anywhere) {
    query.delete('all_projects');
  } else if (!query.has('all_projects') && !query.has('project_id')) {
    query.set('all_projects', 'true');
  }
  if (query.toString() !== before) {
    history.replaceState(null, '', route.href(asked.name, asked.id, query));
  }
  return asked;
}

// Another view takes the focus; the same one with other filters leaves it.
function moved({oldURL, newURL}) {
  show();
  const [before, after] = [oldURL, newURL].map((each) => {
    const {name: view_name, id} = route.parse(new URL(each).hash);
    return `${view_name}/${id}`;
  });
  if (before !== after) PAGE.querySelector('h1')?.focus();
}

function changed() {
  health?.close();
  health = session.isOpen ? new Health(draw) : null;
  show();
  // The focus moves to the start of the new content.
  PAGE.querySelector(session.isOpen ? 'h1' : '[autofocus], input')?.focus();
}

function frame() {
  const now = route.current();
  const tab = (view_name, title) => html`<a
    href=${route.href(view_name, '', view.scope)}
    aria-current=${now.name === view_name ? 'page' : 'false'}>${title}</a>`;
  return html`<a class="skip" href="#main" @click=${(event) => {
    event.preventDefault();
    document.querySelector('h1').focus();
  }}>To the content</a>
    <header class="top">
      <nav aria-label="Views">${tab('actions', 'Actions')}${
        tab('statistics', 'Statistics')}</nav>
      <div class="tools">
        <button type="button" @click=${() => choose('zone')}
          title="Times in UTC or in this browser's zone">${
          setting.zone === 'UTC' ? 'UTC' : 'Local time'}</button>
        <button type="button" @click=${() => choose('theme')}
          title="Light, dark, or as the system has it">Theme: ${
          setting.theme}</button>
        ${session.user ? html`<span class="who">${name(session.user)}${
          session.project ? html`<span class="muted"> in </span>${
            name(session.project)}` : nothing}</span>` : nothing}
        <button type="button" @click=${() => end()}>Log out</button>
      </div>
    </header>
    ${health.template(view.scope)}
    <main id="main">${view.template()}</main>`;
}

function choose(what) {
  turn(what);
  restyle();
}

// Draws everything with colours or times again.
function restyle() {
  view?.restyle?.();
  draw();
}

async function start() {
  apply();
  const answer = await fetch('settings.json').catch(() => null);
  const settings = answer?.ok ? await answer.json() : {};
  login = new Login(settings, draw);
  onChange(changed);
  addEventListener('hashchange', moved);
  matchMedia('(prefers-color-scheme: dark)').addEventListener(
    'change', restyle);
  changed();
}

start();
