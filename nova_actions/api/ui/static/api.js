// SPDX-License-Identifier: Apache-2.0
// Requests to /v1 with the token of the user who has logged in.

import {end, session} from './session.js';
import {learn} from './time.js';

const ROOT = new URL('../v1/', document.baseURI);

// Statuses that are temporary; 0: no answer.
const PASSING = [0, 429, 502, 503, 504];

export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  get isPassing() {
    return PASSING.includes(this.status);
  }
}

export async function ask(path, query = {}, {signal, token} = {}) {
  const url = new URL(path, ROOT);
  url.search = new URLSearchParams(Object.entries(query).flatMap(
    ([key, value]) => [value].flat().filter((each) => each != null)
      .map((each) => [key, each])));
  const mine = token ?? session.token;
  const answer = await fetch(url, {
    signal, headers: {'X-Auth-Token': mine, Accept: 'application/json'},
    cache: 'no-store', credentials: 'omit', redirect: 'error',
  }).catch((error) => {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, 'The API does not answer.');
  });
  learn(answer.headers.get('Date'));
  if (answer.status === 401) {
    if (mine === session.token) {
      end('Your session has ended. Log in again to go on here.');
    }
    throw new Problem(401, 'The token is not valid.');
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok || body === null) {
    throw new Problem(answer.status, message(answer, body));
  }
  return {body, retryAfter: Number(answer.headers.get('Retry-After')) || 0};
}

function message(answer, body) {
  const said = Object.values(body ?? {})[0]?.message;
  return said ?? `The API answered ${answer.status}.`;
}

export async function get(path, query, options) {
  return (await ask(path, query, options)).body;
}

// The scope of a query: the user's project, or the one in the query.
export function scope(query) {
  return {
    all_projects: query.get('all_projects') ?? undefined,
    project_id: query.get('project_id') ?? undefined,
  };
}

// The parameters of a "next" link.
export function next(answer) {
  const link = answer.links.find((each) => each.rel === 'next');
  return link ? new URL(link.href).searchParams : null;
}
