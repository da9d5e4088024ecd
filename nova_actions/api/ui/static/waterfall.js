// SPDX-License-Identifier: Apache-2.0
// The positions of the bars of steps on one time axis, in percent.

import {seconds} from './time.js';

// The minimum share of the axis for a gap to be shown.
const GAP = 0.02;

export class Axis {
  // Times in seconds.
  constructor(start, end) {
    this.start = start;
    this.span = Math.max(end - start, 1e-6);
  }

  at(time) {
    return Math.min(100, Math.max(0, 100 * (time - this.start) / this.span));
  }

  // Evenly spaced ticks: their positions, and their seconds.
  ticks(count) {
    return Array.from({length: count}, (_, number) => ({
      at: 100 * number / (count - 1), value: this.span * number / (count - 1),
    }));
  }
}

// An open step is drawn as if it ended now.
export function ends(thing, now) {
  const start = seconds(thing.started_at) ?? now;
  return Math.max(start, seconds(thing.finished_at)
    ?? (thing.duration == null ? now : start + thing.duration));
}

export function axis(things, now) {
  const starts = things.map((each) => seconds(each.started_at) ?? now);
  return new Axis(Math.min(...starts),
                  Math.max(...things.map((each) => ends(each, now))));
}

export function bar(thing, scale, now) {
  const from = scale.at(seconds(thing.started_at) ?? now);
  return {from, width: scale.at(ends(thing, now)) - from};
}

// The gaps in which no step ran.
export function gaps(things, scale, now) {
  const found = [];
  let busy = null;
  const sorted = [...things].sort((one, other) =>
    (seconds(one.started_at) ?? now) - (seconds(other.started_at) ?? now));
  for (const each of sorted) {
    const start = seconds(each.started_at) ?? now;
    if (busy !== null && start - busy >= GAP * scale.span) {
      found.push({from: scale.at(busy), value: start - busy,
                  width: scale.at(start) - scale.at(busy)});
    }
    busy = Math.max(busy ?? -Infinity, ends(each, now));
  }
  return found;
}

// Groups steps of one name as attempts, in the order of the first ones.
export function stacked(steps) {
  const found = new Map();
  for (const each of steps) {
    if (!found.has(each.event)) found.set(each.event, []);
    found.get(each.event).push(each);
  }
  return [...found.values()];
}
