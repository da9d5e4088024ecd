// SPDX-License-Identifier: Apache-2.0
// Names from the log: always text, whose direction does not affect the rest.

import {html} from './vendor/lit-html/lit-html.js';
import {copy} from './link.js';

// Characters that are invisible, or change the direction of what follows.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu;
// Those of them that emoji and some scripts need.
const JOINERS = /[\u200c\u200d]/;

export function printable(value) {
  return String(value).replace(
    HIDDEN, (each) => (JOINERS.test(each) ? each : '\ufffd'));
}

// The same with escapes of JSON and bash; newlines are kept.
export function escaped(value) {
  return value.replace(HIDDEN, (each) => {
    const code = each.codePointAt(0);
    if (each === '\n') return each;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

export function name(value, className = '') {
  if (value == null || value === '') return '–';
  const text = printable(value);
  return html`<bdi class="name ${className}" title=${text}>${text}</bdi>`;
}

// The name of a step, which may wrap after an underscore.
export function identifier(value) {
  const parts = printable(value).split(/(?<=_)/);
  return html`<bdi class="name" title=${printable(value)}>${parts.map(
    (part, number) => (number ? html`<wbr>${part}` : part))}</bdi>`;
}

// A text of several lines, such as a traceback.
export function lines(value) {
  const text = value.split('\n').map(printable).join('\n');
  return html`<pre dir="ltr" tabindex="0">${text}</pre>`;
}

export function id(value, what) {
  if (!value) return '–';
  const text = printable(value);
  return html`<span class="id"><code>${text}</code>${
    copy(value, `Copy the id of the ${what}`)}</span>`;
}

export function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
