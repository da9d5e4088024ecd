// SPDX-License-Identifier: Apache-2.0
// The usual duration of a kind of action, read from a running action.

import {get} from './api.js';
import {elapsed} from './time.js';

// Milliseconds for which an answer is cached.
const FRESH = 300_000;
// The maximum number of kinds that are requested at once.
const AT_ONCE = 8;
const known = new Map();

// Returns the known usual durations of the kinds of running actions.
export async function usual(running, signal) {
  const kinds = new Map(running.map((each) => [key(each), each]));
  const missing = [...kinds].filter(([name]) =>
    !(Date.now() - known.get(name)?.at < FRESH)).slice(0, AT_ONCE);
  await Promise.all(missing.map(async ([name, action]) => {
    const {action: {usual: found}} = await get(
      `actions/${action.uuid}`, {limit: 1}, {signal});
    known.set(name, {at: Date.now(), usual: found});
  }));
  return of;
}

function key(action) {
  return `${action.project_id} ${action.action}`;
}

export function of(action) {
  return known.get(key(action))?.usual ?? null;
}

export function isLong(action) {
  const found = of(action);
  return action.status === 'running' && found !== null
    && elapsed(action) > found.p95;
}
