import { describe, expect, it } from '@jest/globals';
import { isUp, leads, membersOf } from './patroni-view.js';

/** A node that says this of itself, and holds that one for the leader. */
const node =
  (self: object, leader: string) =>
  (path: string): Promise<string> => {
    const members = ['us-east', 'us-west', 'eu-west'].map((name) => ({
      name,
      role: name === leader ? 'leader' : 'replica',
      state: 'running',
    }));
    return Promise.resolve(JSON.stringify(path === '/patroni' ? self : { members }));
  };
const away = (): Promise<string> => Promise.reject(new Error('no answer'));
const leaderSeenBy = async (...nodes: ((path: string) => Promise<string>)[]) =>
  (await membersOf(nodes)).find((member) => leads(member) && isUp(member))?.name;

describe('the members of a PostgreSQL cluster', () => {
  it('are as the new primary sees them, not as one that was cut off remembers them', async () => {
    const cutOff = node({ role: 'replica', timeline: 1 }, 'us-east');
    const primary = node({ role: 'master', timeline: 2 }, 'us-west');
    expect(await leaderSeenBy(cutOff, primary, away)).toBe('us-west');
  });

  it('are as the later of two primaries sees them while the earlier does not know yet', async () => {
    const old = node({ role: 'primary', timeline: 1 }, 'us-east');
    const primary = node({ role: 'primary', timeline: 2 }, 'eu-west');
    expect(await leaderSeenBy(old, primary)).toBe('eu-west');
  });

  it('are told by whoever answers while nobody is primary', async () => {
    expect(await leaderSeenBy(away, node({ state: 'starting' }, 'us-east'))).toBe('us-east');
  });

  it('are none when nobody answers', async () => {
    expect(await membersOf([away, away])).toEqual([]);
  });
});
