// SPDX-License-Identifier: Apache-2.0
// Buttons that copy ids, commands and links.

import {html} from './vendor/lit-html/lit-html.js';

export async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Over plain HTTP, copying works only through a selection.
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done ? undefined : Promise.reject(new Error('not copied'));
}

// A button that copies; without a label it has an icon.
export function copy(text, title, label = null) {
  const click = async ({currentTarget: button}) => {
    const done = await put(text).then(() => true, () => false);
    const said = button.querySelector('[role=status]');
    said.textContent = done ? 'Copied' : 'Not copied';
    button.addEventListener('blur', () => {
      said.textContent = '';
    }, {once: true});
  };
  return html`<button type="button" class="copy" title=${title}
    @click=${click}>${label ?? html`${ICON}<span class="unseen">${
      title}</span>`}<span role="status"></span></button>`;
}

const ICON = html`<svg viewBox="0 0 16 16" class="icon"
  aria-hidden="true"><rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/>
  <path d="M10.5 5.5v-3h-8v8h3"/></svg>`;

export function page(hash) {
  return new URL(hash, location.href).href;
}
