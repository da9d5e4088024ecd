// SPDX-License-Identifier: Apache-2.0
// What happens, by /v1/changes: asked while somebody can see it.

import {ask} from './api.js';

// Seconds that a question waits for something to happen.
const WAIT = 40;
const PAUSES = [1, 2, 4, 8, 15];
// Seconds between two answers at the least, so that a busy cloud is read in
// batches.
const BREATH = 1;

export class Live {
  // heard(changes) is told what happens; missed() that something may have
  // been missed; draw() that the state has changed.
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

  // Asks if it should, and stops if it should not.
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
          // So old a place is not kept: begin anew from now.
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
    // After a failure, and at first, answer at once.
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
