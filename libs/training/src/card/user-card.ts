import type { CardParts } from './card-parts.js';

export function userCard(): CardParts {
  return {
    summary: 'A graph that was brought by a user. How it was made is not on record here.',
    training: [],
    sections: [],
    limits: ['What it was trained on is what its owner says; it was not trained by this program.'],
  };
}
