import { afterEach, beforeEach, jest } from '@jest/globals';

/** What the process has said since the test began; nothing of it reaches the terminal. */
export function capturedOutput(): { said: string } {
  const output = { said: '' };
  beforeEach(() => {
    output.said = '';
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        output.said += String(text);
        return true;
      });
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  return output;
}
