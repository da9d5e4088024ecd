// SPDX-License-Identifier: Apache-2.0
// The status of an action, or the result of a step: a sign, a word, a colour.

import {html} from './vendor/lit-html/lit-html.js';

export const STATUSES = {
  running: {sign: '◐', word: 'running', tone: 'running'},
  succeeded: {sign: '✓', word: 'succeeded', tone: 'good'},
  succeeded_after_retry: {sign: '↻', word: 'retried', tone: 'retried'},
  failed: {sign: '✕', word: 'failed', tone: 'failed'},
  interrupted: {sign: '⚡', word: 'interrupted', tone: 'interrupted'},
};

const RESULTS = {Success: 'succeeded', Error: 'failed',
                 Interrupted: 'interrupted'};

// The status for the result of a step.
export function ofStep(step) {
  return step.result ? RESULTS[step.result] ?? 'failed' : 'running';
}

export function status(value) {
  const {sign, word, tone} = STATUSES[value]
    ?? {sign: '?', word: value, tone: 'failed'};
  return html`<span class="status ${tone}"><span aria-hidden="true">${
    sign}\ufe0e</span> ${word}</span>`;
}

export function reason(value) {
  return value ? value.replaceAll('_', ' ') : '';
}
