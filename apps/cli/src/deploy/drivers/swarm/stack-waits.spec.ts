import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { placesOf } from './stack-waits.js';

describe('places of a Swarm service', () => {
  it('are those of its tasks, whichever Swarm left, and for those to come the first numbers that are free', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 9 })), fc.nat(8), (slots, replicas) => {
        const places = placesOf(
          slots.map((slot) => ({ slot })),
          replicas,
        );
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        expect(places).toEqual(expect.arrayContaining(slots));
        expect(places).toHaveLength(Math.max(replicas, slots.length));
        const fresh = places.filter((place) => !slots.includes(place));
        const free = [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((place) => !slots.includes(place));
        expect(fresh).toEqual(free.slice(0, fresh.length));
      }),
    );
  });
});
