import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '@btcforecast/contracts';
import { AppError, problemOf } from '@btcforecast/platform';
import { documentPage } from './pages.js';

const text = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
const sections = text.split(/^## /m).slice(1);

describe('docs/errors.md', () => {
  it('has one paragraph for each code, in the order of the contract, and no other', () => {
    expect(sections.map((section) => section.split('\n')[0])).toEqual([...ERROR_CODES]);
  });

  it.each(sections.map((section) => [section.split('\n')[0], section] as const))(
    'says of %s what happened and what to do, with the status that the API answers',
    (code, section) => {
      const paragraph = section.split('\n').slice(1).join(' ').trim();
      expect(paragraph.length).toBeGreaterThan(80);
      const kind = /^Transient/.test(paragraph) ? 'transient' : /^Bug/.test(paragraph) ? 'bug' : 'caller';
      const stated = /^\w+, (\d{3})/.exec(paragraph)?.[1];
      const error = new AppError(kind, code as (typeof ERROR_CODES)[number], 'x');
      if (stated) expect(problemOf(error, { instance: '', traceId: '' }).status).toBe(Number(stated));
    },
  );

  it('is where the type of a problem leads', () => {
    const page = documentPage('errors');
    for (const code of ERROR_CODES) {
      const { body } = problemOf(new AppError('caller', code, 'x'), { instance: '', traceId: '' });
      const registered = /^(quota\.|service\.overloaded$)/.test(code);
      expect(body.type).toMatch(
        registered ? 'iana.org/assignments/http-problem-types#' : `/docs/errors#${code}`,
      );
      expect(page).toContain(`id="${code}"`);
    }
  });
});
