// SPDX-License-Identifier: Apache-2.0
// A ranking: a table with a bar beside each number.

import {html, svg} from './vendor/lit-html/lit-html.js';
import {name} from './text.js';
import {took} from './time.js';

const MOST = 10;

// key: the subject of the rows; of: what is counted; measure: their order, and
// the length of the bars.
export function ranking(heading, rows, {
  key, title, of, measure, tone, link,
}) {
  const sorted = rows.filter((each) => each[measure] != null).sort(
    (one, other) => other[measure] - one[measure] || other.count - one.count)
    .slice(0, MOST);
  const largest = Math.max(...sorted.map((each) => each[measure]), 1e-9);
  return html`<figure><figcaption><h2>${heading}</h2><span class="muted">${
      rows.length > MOST ? `${MOST} of ${rows.length}` : ''}</span>
    </figcaption>
    <table class="ranking"><caption class="unseen">${heading}</caption>
      <thead><tr><th scope="col">${title}</th>
        <th scope="col" class="drawn"><span class="unseen">Drawn</span></th>
        ${['Failed', of, 'Rate', 'p50', 'p95', 'Max'].map((each) =>
          html`<th scope="col" class="number">${each}</th>`)}</tr></thead>
      <tbody>${sorted.map((each) => html`<tr>
        <th scope="row"><a href=${link(each[key])}>${name(each[key])}</a></th>
        <td class="drawn"><svg class="share" aria-hidden="true">${svg`<rect
          class=${tone} rx="2" height="100%"
          width=${`${(100 * each[measure] / largest).toFixed(2)}%`}/>`}
        </svg></td>
        <td class="number">${each.failed}</td>
        <td class="number">${each.count}</td>
        <td class="number">${each.failure_rate == null ? '–'
          : `${(100 * each.failure_rate).toFixed(1)}%`}</td>
        ${['duration_p50', 'duration_p95', 'duration_max'].map((value) =>
          html`<td class="number">${took(each[value])}</td>`)}</tr>`)}
      </tbody></table></figure>`;
}
