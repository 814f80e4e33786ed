/** `@jest/globals` of the test file that runs now: a helper is loaded once, but must find those of each file. */
const ofThisFile = (name) =>
  new Proxy(function () {}, {
    get: (_, key) => Reflect.get(globalThis.btcforecastJestGlobals[name], key),
    apply: (_, self, args) => Reflect.apply(globalThis.btcforecastJestGlobals[name], self, args),
  });

export const describe = ofThisFile('describe');
export const it = ofThisFile('it');
export const expect = ofThisFile('expect');
export const beforeAll = ofThisFile('beforeAll');
export const beforeEach = ofThisFile('beforeEach');
export const afterAll = ofThisFile('afterAll');
export const afterEach = ofThisFile('afterEach');
export const jest = ofThisFile('jest');
