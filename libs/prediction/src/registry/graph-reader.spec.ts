import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import fc from 'fast-check';
import { userModel } from '../../test/user-model.js';
import { readGraph } from './graph-reader.js';

const sound = userModel().onnx;

function refusalOf(bytes: Uint8Array): unknown {
  try {
    readGraph(bytes);
    return null;
  } catch (error) {
    return error;
  }
}

describe('readGraph', () => {
  it('reads what this program writes', async () => {
    const onnx = await readFile(join(repositoryRoot, 'models/har/1/model.onnx'));
    const { ir_version, opset_import, graph } = readGraph(onnx);
    expect({ ir_version, opset_import }).toEqual({
      ir_version: 8,
      opset_import: [{ domain: '', version: 17 }],
    });
    expect(graph.input.map(({ name }) => name)).toEqual(['features', 'season_scale', 'reference_quantiles']);
    expect(graph.initializer.find(({ name }) => name === 'means')).toMatchObject({
      dims: [23],
      data_type: 11,
    });
  });

  it('says of any bytes whether they are a graph, and fails in no other way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const refusal = refusalOf(bytes);
        expect(refusal === null || refusal instanceof RangeError).toBe(true);
      }),
    );
  });

  it('withstands a graph that was damaged anywhere', () => {
    const change = fc.record({ at: fc.nat(sound.length - 1), to: fc.nat(255), drop: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = Uint8Array.from(sound);
        for (const { at, to, drop } of changes) {
          if (at < bytes.length) bytes[at] = to;
          if (drop > 0) bytes = Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + drop)]);
        }
        const refusal = refusalOf(bytes);
        expect(refusal === null || refusal instanceof RangeError).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses whatever it does not know, wherever it stands', () => {
    const unknownField = Uint8Array.of(0xfa, 0x3f, 0x01, 0x00); // field 1023, one byte
    expect(() => readGraph(Uint8Array.from([...sound, ...unknownField]))).toThrow(
      'something that no plain graph needs (ModelProto, field 1023)',
    );
    const group = Uint8Array.of((2 << 3) | 3); // the start of a group in the place of producer_name
    expect(() => readGraph(Uint8Array.from([...sound, ...group]))).toThrow(RangeError);
  });
});
