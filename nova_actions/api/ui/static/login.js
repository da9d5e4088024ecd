// SPDX-License-Identifier: Apache-2.0
// The login: a password for Keystone, or a token.

import {html, nothing} from './vendor/lit-html/lit-html.js';
import {Problem, ask} from './api.js';
import * as keystone from './keystone.js';
import {open, session} from './session.js';
import {name} from './text.js';

// noauth2 accepts any token: user, project, roles.
const OPERATOR = 'operator:operators:admin';

export class Login {
  constructor(settings, draw) {
    Object.assign(this, {
      settings, draw, problem: '', isBusy: false, unscoped: null,
      projects: null});
  }

  // Runs one step of the login; the form shows its error.
  async attempt(step) {
    Object.assign(this, {isBusy: true, problem: ''});
    this.draw();
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Problem)) console.error(error);
      this.problem = error.message;
    }
    this.isBusy = false;
    this.draw();
  }

  submit(step) {
    return (event) => {
      event.preventDefault();
      const form = event.currentTarget;
      const values = Object.fromEntries(new FormData(form));
      this.attempt(() => step(values, form));
    };
  }

  async password(values, form) {
    const {token, projects} = await keystone.logIn(
      this.settings.keystone_url, values);
    form.reset();
    if (projects.length === 0) {
      throw new Problem(403, 'This user has no role in any project.');
    }
    this.unscoped = token;
    if (projects.length === 1) return this.choose(projects[0].id);
    this.projects = projects;
  }

  async choose(project) {
    const {token, user, project: title} = await keystone.enter(
      this.settings.keystone_url, this.unscoped, project);
    await this.enter(token, {user, project: title});
  }

  async token({token}, form) {
    const [user, project] = this.isNoauth ? token.split(':') : ['', ''];
    await this.enter(token.trim(), {user, project});
    form.reset();
  }

  async enter(token, who) {
    let anywhere = true;
    try {
      await ask('actions', {all_projects: 'true', limit: 1}, {token});
    } catch (error) {
      if (error.status !== 403) throw error;
      anywhere = false;
    }
    Object.assign(this, {unscoped: null, projects: null});
    open(token, {...who, anywhere});
  }

  get isNoauth() {
    return this.settings.auth_strategy === 'noauth2';
  }

  template() {
    return html`<main class="login" id="main">
      <h1>Actions</h1>
      <p class="lead">What was done to each server, by whom, and how it
        ended.</p>
      ${session.ended
        ? html`<p class="notice" role="status">${session.ended}</p>` : nothing}
      ${this.projects ? this.projectForm() : html`
        ${this.settings.keystone_url ? this.passwordForm() : nothing}
        ${this.tokenForm()}`}
      <p class="problem-text" role="alert">${this.problem}</p>
    </main>`;
  }

  passwordForm() {
    return html`<form @submit=${this.submit((each, form) =>
      this.password(each, form))}>
      <label>User <input name="user" autocomplete="username" required
        autofocus></label>
      <label>Domain <input name="domain" value="Default" required></label>
      <label>Password <input name="password" type="password"
        autocomplete="current-password" required></label>
      <button class="main" ?disabled=${this.isBusy}>Log in</button>
      <p class="hint">The password goes to Keystone at ${name(
        this.settings.keystone_url)} only.</p>
    </form>`;
  }

  projectForm() {
    return html`<form @submit=${this.submit((each) =>
      this.choose(each.project))}>
      <label>Project <select name="project" autofocus>${this.projects.map(
        (each) => html`<option value=${each.id}>${each.name}</option>`)}
      </select></label>
      <button class="main" ?disabled=${this.isBusy}>Continue</button>
    </form>`;
  }

  tokenForm() {
    const hint = this.isNoauth
      ? 'It is not checked here: user:project:role,role.'
      : html`As printed by <code>openstack token issue -f value -c id</code>.`;
    const form = html`<form @submit=${this.submit((each, shown) =>
      this.token(each, shown))}>
      <label>Token <input name="token" autocomplete="off" required
        spellcheck="false" type=${this.isNoauth ? 'text' : 'password'}
        value=${this.isNoauth ? OPERATOR : ''}></label>
      <button class=${this.settings.keystone_url ? '' : 'main'}
        ?disabled=${this.isBusy}>${
          this.settings.keystone_url ? 'Use the token' : 'Log in'}</button>
      <p class="hint">${hint} A reload forgets it.</p>
    </form>`;
    if (!this.settings.keystone_url) return form;
    return html`<details><summary>Use a token instead</summary>${form}
      </details>`;
  }
}
