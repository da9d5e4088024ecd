// SPDX-License-Identifier: Apache-2.0
// Logging in: the browser sends the password to Keystone itself.

import {Problem} from './api.js';

function address(url, path) {
  const base = url.replace(/\/+$/, '');
  return `${/\/v3$/.test(base) ? base : `${base}/v3`}/${path}`;
}

async function ask(url, path, {method = 'GET', token, body} = {}) {
  let answer;
  try {
    answer = await fetch(address(url, path), {
      method, credentials: 'omit', cache: 'no-store', redirect: 'error',
      headers: {
        'Content-Type': 'application/json',
        ...(token ? {'X-Auth-Token': token} : {}),
      },
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, `Keystone at ${url} does not answer this page: it is `
      + 'away, or does not allow the page\'s origin.');
  }
  if (answer.status === 401) {
    throw new Problem(401, 'Keystone does not know this user and password.');
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Problem(answer.status, said.error?.message
      ?? `Keystone answered ${answer.status}.`);
  }
  return {said, token: answer.headers.get('X-Subject-Token')};
}

// Returns a token without a project, and the projects it may be used for.
export async function logIn(url, {user, password, domain}) {
  const {token} = await ask(url, 'auth/tokens', {method: 'POST', body: {auth: {
    identity: {methods: ['password'], password: {
      user: {name: user, password, domain: {name: domain}}}},
    scope: 'unscoped',
  }}});
  if (!token) throw new Problem(0, 'Keystone does not show its token to this '
    + 'page: it must expose the header X-Subject-Token.');
  const {said} = await ask(url, 'auth/projects', {token});
  return {token, projects: said.projects};
}

// Returns a token for a project.
export async function enter(url, token, project) {
  const scoped = await ask(url, 'auth/tokens', {method: 'POST', body: {auth: {
    identity: {methods: ['token'], token: {id: token}},
    scope: {project: {id: project}},
  }}});
  return {token: scoped.token, user: scoped.said.token.user.name,
          project: scoped.said.token.project.name};
}
