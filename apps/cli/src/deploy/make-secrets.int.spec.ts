import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectFolder } from '../drill/rig/places.js';

const CERTIFICATES = ['data.pem', 'service.pem', 'balancer.pem', 'edge.pem'];

describe('make-secrets.sh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'btcf-secrets-'));
  const make = (days: string): void => {
    execFileSync('sh', [join(projectFolder, 'deploy', 'scripts', 'make-secrets.sh'), folder], {
      env: { PATH: process.env['PATH'], DAYS: days },
      stdio: 'pipe',
    });
  };
  const certificate = (file: string) => new X509Certificate(readFileSync(join(folder, file)));
  const endOf = (file: string): number => Date.parse(certificate(file).validTo);
  const filesAndInodes = () => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).ino]);

  beforeAll(() => make('2'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('renews certificates in the files in which they are, for containers hold on to those', () => {
    const [files, ends, authority] = [filesAndInodes(), CERTIFICATES.map(endOf), certificate('ca.pem')];
    make('60');
    expect(filesAndInodes()).toEqual(files);
    for (const [i, file] of CERTIFICATES.slice(0, 3).entries()) expect(endOf(file)).toBeGreaterThan(ends[i]!);
    expect(endOf('edge.pem')).toBe(ends[3]); // perhaps of a public authority
    for (const file of CERTIFICATES) expect(certificate(file).verify(authority.publicKey)).toBe(true);
  });

  it('renews what clients see once its file is empty', () => {
    const before = filesAndInodes();
    chmodSync(join(folder, 'edge.pem'), 0o600);
    writeFileSync(join(folder, 'edge.pem'), '');
    make('60');
    expect(filesAndInodes()).toEqual(before);
    expect(endOf('edge.pem')).toBeGreaterThan(Date.now() + 59 * 86_400_000);
    expect(readFileSync(join(folder, 'edge-bundle.pem'), 'utf8')).toContain(
      readFileSync(join(folder, 'edge.pem'), 'utf8'),
    );
  });
});
