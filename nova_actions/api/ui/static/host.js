// SPDX-License-Identifier: Apache-2.0
// Hosts are told apart by a colour, a pattern and their name.

import {html, svg} from './vendor/lit-html/lit-html.js';
import {name} from './text.js';

const COLOURS = 8;
// Lines over the colour, in a square of 8 pixels; the first host has none.
const PATTERNS = [
  '', 'M-2 2l4-4M0 8l8-8M6 10l4-4', 'M0 4h8', 'M4 0v8',
  'M-2 6l4 4M0 0l8 8M6-2l4 4', 'M2 4h4M4 2v4'];

// The number of each host, in order of appearance.
export function numbered(steps) {
  const found = new Map();
  for (const {host} of steps) {
    if (host && !found.has(host)) found.set(host, found.size);
  }
  return found;
}

export function fill(number) {
  return number === undefined ? 'url(#host-none)'
    : `url(#host-${number % COLOURS}-${number % PATTERNS.length})`;
}

// The definitions of the fills, once per page.
export function patterns(hosts) {
  const seen = new Map([...hosts.values()].map((number) => [
    `${number % COLOURS}-${number % PATTERNS.length}`, number]));
  return html`<svg class="unseen" aria-hidden="true"><defs>
    ${svg`<pattern id="host-none" width="8" height="8"
      patternUnits="userSpaceOnUse"><rect width="8" height="8"
      class="host-none"/></pattern>`}
    ${[...seen].map(([id, number]) => svg`<pattern id=${`host-${id}`}
      width="8" height="8" patternUnits="userSpaceOnUse">
      <rect width="8" height="8" class=${`host-${number % COLOURS}`}/>
      <path d=${PATTERNS[number % PATTERNS.length]} class="hatch"/>
    </pattern>`)}</defs></svg>`;
}

export function swatch(number) {
  return html`<svg class="swatch" aria-hidden="true"><rect width="100%"
    height="100%" rx="2" fill=${fill(number)}></rect></svg>`;
}

export function legend(hosts) {
  return html`<ul class="legend" aria-label="Hosts">${[...hosts].map(
    ([host, number]) => html`<li>${swatch(number)}${name(host)}</li>`)}</ul>`;
}
