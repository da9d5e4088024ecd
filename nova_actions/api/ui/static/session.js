// SPDX-License-Identifier: Apache-2.0
// The session. The token is kept here only: after a reload you log in again.

let token = null;

export const session = {
  user: '', project: '',
  // Whether the policy allows all projects; why the last session ended.
  anywhere: false, ended: '',
  get isOpen() {
    return token !== null;
  },
  get token() {
    return token;
  },
};

const listeners = new Set();

export function onChange(listener) {
  listeners.add(listener);
}

export function open(newToken, who) {
  token = newToken;
  Object.assign(session, {user: '', project: '', ended: '', ...who});
  listeners.forEach((listener) => listener());
}

export function end(why = '') {
  if (token === null) return;
  token = null;
  session.ended = why;
  listeners.forEach((listener) => listener());
}
