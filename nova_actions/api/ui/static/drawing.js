// SPDX-License-Identifier: Apache-2.0
// Bars on an axis. Everything that they show is also beside them as text.

import {html, nothing, svg} from './vendor/lit-html/lit-html.js';
import {took} from './time.js';

const TICKS = 4;

const percent = (value) => `${value.toFixed(3)}%`;

function grid(scale) {
  return scale.ticks(TICKS).map(({at}) => svg`<line class="grid"
    x1=${percent(at)} x2=${percent(at)} y1="0" y2="100%"/>`);
}

// A bar, at least two pixels wide. tone: how it ended.
export function track(scale, {from, width}, {fill, tone, idle = []}) {
  return html`<svg class="track" aria-hidden="true">
    ${grid(scale)}
    ${idle.map((gap) => svg`<rect class="gap" x=${percent(gap.from)}
      width=${percent(gap.width)} y="0" height="100%"/>`)}
    ${svg`<svg x=${percent(from)} width="100%" height="100%"
        overflow="visible" class=${`bar ${tone}`}>
      <rect width="2" y="20%" height="60%" fill=${fill}/>
      <rect width=${percent(width)} y="20%" height="60%" rx="2"
        fill=${fill}/>
    </svg>
    <svg x=${percent(from + width)} y="50%" overflow="visible"
      class=${`end ${tone}`}>${end(tone)}</svg>`}
  </svg>`;
}

// How it ended, in addition to its colour.
function end(tone) {
  if (tone === 'failed') return svg`<path d="M1-4l7 8M8-4l-7 8"/>`;
  if (tone === 'interrupted') return svg`<path d="M5-6l-4 6h6l-4 6"/>`;
  if (tone === 'running') return svg`<path d="M2-4l5 4l-5 4"/>`;
  return nothing;
}

export function labels(scale) {
  return html`<svg class="axis" aria-hidden="true">${scale.ticks(TICKS).map(
    ({at, value}, number) => svg`<text x=${percent(at)} y="12"
      text-anchor=${['start', 'end'][[0, TICKS - 1].indexOf(number)]
        ?? 'middle'} class=${number % (TICKS - 1) ? 'inner' : ''}>${
      number ? took(value) : '0s'}</text>`)}</svg>`;
}
