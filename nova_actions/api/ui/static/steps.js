// SPDX-License-Identifier: Apache-2.0
// The steps of an action: a table whose last column is the drawing.

import {html, nothing} from './vendor/lit-html/lit-html.js';
import {repeat} from './vendor/lit-html/directives/repeat.js';
import {labels, track} from './drawing.js';
import {fill, swatch} from './host.js';
import {STATUSES, ofStep, reason, status} from './status.js';
import {identifier, lines, name} from './text.js';
import {elapsed, now, seconds, took} from './time.js';
import {axis, bar, gaps, stacked} from './waterfall.js';

export function steps(action, hosts, {onlyFailed}) {
  const {events} = action;
  if (!events.length) return html`<p class="empty">It has no step yet.</p>`;
  const until = now();
  const scale = axis(events, until);
  const idle = gaps(events, scale, until);
  const columns = 4 + (hosts.size > 0);
  const failed = (step) => ['failed', 'interrupted'].includes(ofStep(step));
  return html`<table class="steps">
    <caption class="unseen">Steps of the action on one axis of time</caption>
    <thead><tr>
      <th scope="col">Step</th>
      ${hosts.size ? html`<th scope="col">Host</th>` : nothing}
      <th scope="col">Ended</th>
      <th scope="col" class="number">Took</th>
      <th scope="col" class="drawn"><span class="unseen">Drawn</span>${
        labels(scale)}</th>
    </tr></thead>
    ${stacked(events).map((attempts) => html`<tbody>${repeat(
      onlyFailed ? attempts.filter(failed) : attempts,
      (step) => step.uuid ?? step.started_at,
      (step) => html`${row(step, {
        hosts, scale, idle, until, first: attempts[0] === step,
        isRetried: attempts.length > 1})}
        ${failed(step) ? why(step, columns) : nothing}`)}</tbody>`)}
  </table>
  ${idle.length ? html`<p class="muted">Shaded: no step was running (${
    idle.map((gap) => took(gap.value)).join(', ')}).</p>` : nothing}`;
}

function row(step, {hosts, scale, idle, until, first, isRetried}) {
  const number = hosts.get(step.host);
  const state = ofStep(step);
  const after = (seconds(step.started_at) ?? until) - scale.start;
  return html`<tr class=${`is-${state}`}>
    <th scope="row" class="step">${first ? identifier(step.event)
      : html`<span class="unseen">${name(step.event)}</span>`}${isRetried
      ? html` <span class="attempt">attempt ${step.attempt}</span>`
      : nothing}</th>
    ${hosts.size ? html`<td class="host">${step.host
      ? html`${swatch(number)}${name(step.host)}` : '–'}</td>` : nothing}
    <td class="how">${status(state)}</td>
    <td class="took number" title="begins ${took(after)} after the first">${
      took(elapsed(step))}</td>
    <td class="drawn">${track(scale, bar(step, scale, until), {
      fill: hosts.size ? fill(number) : 'url(#host-none)',
      tone: STATUSES[state].tone, idle})}</td>
  </tr>`;
}

// Why a step failed, in its place.
function why(step, columns) {
  const {details, traceback, error_type: kind} = step;
  if (!(step.reason || details || traceback || kind)) return nothing;
  return html`<tr class="reason"><td colspan=${columns}>
    <p>${step.reason ? html`<b>${reason(step.reason)}</b>` : nothing}${
      kind ? html` <code>${name(kind)}</code>` : nothing}</p>
    ${details ? lines(details) : nothing}
    ${traceback ? html`<details><summary>Traceback</summary>${
      lines(traceback)}</details>` : nothing}
  </td></tr>`;
}
