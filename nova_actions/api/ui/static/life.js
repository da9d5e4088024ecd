// SPDX-License-Identifier: Apache-2.0
// The actions of a server on one axis, one line for each kind.

import {html, svg} from './vendor/lit-html/lit-html.js';
import * as route from './route.js';
import {STATUSES} from './status.js';
import {printable} from './text.js';
import {elapsed, full, moment, now, took} from './time.js';
import {axis, bar} from './waterfall.js';

const percent = (value) => `${value.toFixed(3)}%`;

export function life(rows, keep) {
  const until = now();
  const scale = axis(rows, until);
  const kinds = new Map();
  for (const each of [...rows].reverse()) {
    if (!kinds.has(each.action)) kinds.set(each.action, []);
    kinds.get(each.action).push(each);
  }
  const iso = (value) => new Date(value * 1000).toISOString();
  return html`<section aria-labelledby="life"><h2 id="life">Its life</h2>
    <div class="life">${[...kinds].map(([kind, actions]) => html`
      <div class="kind"><bdi class="name">${printable(kind)}</bdi></div>
      <div class="line">${actions.map((each) =>
        mark(each, bar(each, scale, until), keep))}</div>`)}
      <div class="kind"></div>
      <div class="ends"><span>${moment(iso(scale.start), full)}</span><span>${
        moment(iso(scale.start + scale.span), full)}</span></div>
    </div>
    <ul class="legend">${Object.values(STATUSES).map(({sign, word, tone}) =>
      html`<li class=${tone}><span aria-hidden="true">${sign}\ufe0e</span> ${
        word}</li>`)}</ul></section>`;
}

function mark(action, {from, width}, keep) {
  const {sign, word, tone} = STATUSES[action.status];
  const said = `${printable(action.action)}, ${word}, ${
    full(action.started_at)}, ${took(elapsed(action))}`;
  return html`<svg class="mark" aria-hidden="false">${svg`<a
    href=${route.href('action', action.uuid, keep)} aria-label=${said}
    class=${tone}><title>${said}</title>
    <rect x=${percent(from)} y="35%" width=${percent(width)} height="30%"/>
    <svg x=${percent(from)} y="50%" overflow="visible">
      <circle r="8"/><text y="4" text-anchor="middle">${sign}\ufe0e</text>
    </svg></a>`}</svg>`;
}
