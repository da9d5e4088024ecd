// SPDX-License-Identifier: Apache-2.0
// The changes of /v1/changes, read while the tab is visible.

import {ask} from './api.js';

// Seconds that a request waits for a change.
const WAIT = 40;
const PAUSES = [1, 2, 4, 8, 15];
// The least seconds between two requests, so that the changes of a busy cloud
// come in batches.
const BREATH = 1;

export class Live {
  // heard(changes) is called with new changes, missed() when some may have been
  // missed, draw() when the state has changed.
  constructor(query, {heard, missed, draw}) {
    Object.assign(this, {
      query, heard, missed, draw, cursor: null, isPaused: false,
      isAway: false});
    this.onVisible = () => this.settle();
  }

  open() {
    document.addEventListener('visibilitychange', this.onVisible);
    this.settle();
  }

  close() {
    document.removeEventListener('visibilitychange', this.onVisible);
    this.control?.abort();
    this.control = null;
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    this.settle();
    this.draw();
  }

  // Starts or stops reading, depending on the tab and the button.
  settle() {
    const wanted = !this.isPaused && !document.hidden;
    if (wanted && !this.control) {
      this.control = new AbortController();
      this.run(this.control.signal);
    } else if (!wanted && this.control) {
      this.control.abort();
      this.control = null;
    }
  }

  async run(signal) {
    let tries = 0;
    while (!signal.aborted) {
      try {
        await this.turn(signal);
        tries = 0;
      } catch (error) {
        if (signal.aborted || error.status === 401) return;
        if (error.status === 410 || error.status === 400) {
          // The cursor is too old: start again from now.
          this.cursor = null;
          this.missed();
        } else if (!error.isPassing) {
          console.error(error);
        }
        this.away(true);
        await pause(PAUSES[Math.min(tries, PAUSES.length - 1)], signal);
        tries += 1;
      }
    }
  }

  async turn(signal) {
    const isFirst = this.cursor === null;
    // The first request, and the first one after a failure, do not wait.
    const wait = isFirst || this.isAway ? 0 : WAIT;
    const {body, retryAfter} = await ask('changes', {
      ...this.query, after: this.cursor ?? undefined,
      wait: isFirst ? undefined : wait}, {signal});
    if (signal.aborted) return;
    this.cursor = body.cursor;
    this.away(false);
    if (body.changes.length) this.heard(body.changes);
    await pause(Math.max(BREATH, retryAfter), signal);
  }

  away(isAway) {
    if (isAway === this.isAway) return;
    this.isAway = isAway;
    if (!isAway) this.missed();
    this.draw();
  }
}

function pause(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, {once: true});
  });
}
