// SPDX-License-Identifier: Apache-2.0
// Reads from the API, and retries until it answers.

import {html, nothing} from './vendor/lit-html/lit-html.js';

const PAUSES = [1, 2, 4, 8, 15];

export class Loader {
  // read(signal) sends the request; draw() shows the new state.
  constructor(read, draw) {
    Object.assign(this, {read, draw, problem: null, isBusy: false, tries: 0});
  }

  async run() {
    this.stop();
    const control = this.control = new AbortController();
    this.isBusy = true;
    this.draw();
    try {
      await this.read(control.signal);
      if (control.signal.aborted) return;
      Object.assign(this, {problem: null, tries: 0});
    } catch (error) {
      if (control.signal.aborted) return;
      this.problem = error;
      if (error.isPassing) this.later();
      else if (!error.status) console.error(error);
    }
    this.isBusy = false;
    this.draw();
  }

  later() {
    const pause = PAUSES[Math.min(this.tries, PAUSES.length - 1)];
    this.tries += 1;
    this.timer = setTimeout(() => this.run(), pause * 1000);
  }

  stop() {
    this.control?.abort();
    clearTimeout(this.timer);
  }

  template() {
    const {problem} = this;
    if (!problem || problem.status === 401) return nothing;
    return html`<div class="problem" role="alert">
      <p>${problem.message}${problem.isPassing ? ' Trying again.' : ''}</p>
      <button type="button" @click=${() => this.run()}>${
        problem.isPassing ? 'Try now' : 'Try again'}</button>
    </div>`;
  }
}
