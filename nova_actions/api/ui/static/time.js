// SPDX-License-Identifier: Apache-2.0
// Times and durations for people.

import {html} from './vendor/lit-html/lit-html.js';
import {setting} from './setting.js';

// Seconds by which the API's clock is ahead of this browser's. Less than EXACT
// is the way of an answer, and the rounding of its Date.
let ahead = 0;
const EXACT = 5;

// Learns the API's time from the Date header of an answer, if it has one.
export function learn(date) {
  const found = (Date.parse(date) - Date.now()) / 1000;
  if (!Number.isNaN(found)) ahead = Math.abs(found) < EXACT ? 0 : found;
}

// The API's time, in seconds: times in the log are compared with it.
export function now() {
  return Date.now() / 1000 + ahead;
}

export function seconds(iso) {
  return iso ? Date.parse(iso) / 1000 : null;
}

// The duration of an action or a step so far.
export function elapsed(thing) {
  return thing.duration
    ?? Math.max(0, now() - (seconds(thing.started_at) ?? 0));
}

const pad = (number) => String(number).padStart(2, '0');

// 0.340s, 4.2s, 38s, 2m11s, 1h02m, 3d04h: as in "openstack action log".
export function took(value) {
  if (value == null) return '–';
  for (const [limit, digits] of [[0.9995, 3], [9.95, 1], [59.5, 0]]) {
    if (value < limit) return `${value.toFixed(digits)}s`;
  }
  let [big, small] = parts(Math.round(value), 60);
  if (big < 60) return `${big}m${pad(small)}s`;
  [big, small] = parts(Math.round(value / 60), 60);
  if (big < 24) return `${big}h${pad(small)}m`;
  [big, small] = parts(Math.round(value / 3600), 24);
  return `${big}d${pad(small)}h`;
}

function parts(value, size) {
  return [Math.floor(value / size), value % size];
}

// Takes ISO 8601, or milliseconds since 1970.
function fields(time) {
  const date = new Date(time);
  const at = setting.zone === 'local' ? '' : 'UTC';
  const numbers = [['FullYear', 0], ['Month', 1], ['Date', 0], ['Hours', 0],
                   ['Minutes', 0], ['Seconds', 0]]
    .map(([name, more]) => pad(date[`get${at}${name}`]() + more));
  return {day: numbers.slice(0, 3).join('-'),
          clock: numbers.slice(3).join(':')};
}

export function zone() {
  return setting.zone === 'local'
    ? Intl.DateTimeFormat().resolvedOptions().timeZone : 'UTC';
}

export function full(iso) {
  const {day, clock} = fields(iso);
  return `${day} ${clock}`;
}

// A time, without the date if that is today.
export function short(iso) {
  const {day, clock} = fields(iso);
  const today = fields(now() * 1000).day;
  if (day === today) return clock;
  return `${day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day} `
    + clock;
}

export function moment(iso, write = short) {
  if (!iso) return '–';
  return html`<time datetime=${iso} title="${full(iso)} ${zone()}">${
    write(iso)}</time>`;
}
