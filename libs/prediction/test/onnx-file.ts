import protobuf from 'protobufjs';

/** More of ONNX's messages than an honest model needs: what is refused must be written before it can be refused. */
const SCHEMA = `
syntax = "proto3";
message ModelProto {
  int64 ir_version = 1; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8;
  repeated FunctionProto functions = 25;
}
message FunctionProto { string name = 1; repeated NodeProto node = 7; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5; string domain = 7;
}
message AttributeProto {
  string name = 1; optional float f = 2; optional int64 i = 3; TensorProto t = 5; GraphProto g = 6;
  repeated int64 ints = 8; int32 type = 20;
}
message TensorProto {
  repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9;
  repeated Entry external_data = 13; int32 data_location = 14;
}
message Entry { string key = 1; string value = 2; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto { TensorTypeProto tensor_type = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TensorShapeProto { repeated DimensionProto dim = 1; }
message DimensionProto { oneof value { int64 dim_value = 1; string dim_param = 2; } }
`;
const modelProto = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('ModelProto');

export const INT64 = 7;
export const DOUBLE = 11;
type Shape = readonly (number | 'N')[];

/** Any graph, sound or not, as an ONNX file. */
export interface OnnxFile {
  readonly nodes: readonly object[];
  readonly initializers?: readonly object[];
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly outputs: Readonly<Record<string, Shape>>;
  readonly irVersion?: number;
  readonly opsets?: readonly { domain: string; version: number }[];
  readonly functions?: readonly object[];
}

export function onnxFile(file: OnnxFile): Uint8Array {
  const { nodes, initializers = [], inputs, outputs, irVersion = 8, functions = [] } = file;
  const model = {
    ir_version: irVersion,
    opset_import: file.opsets ?? [{ domain: '', version: 17 }],
    functions,
    graph: {
      name: 'test',
      node: nodes,
      initializer: initializers,
      input: valuesOf(inputs),
      output: valuesOf(outputs),
    },
  };
  return Uint8Array.from(modelProto.encode(modelProto.fromObject(model)).finish());
}

export function node(op_type: string, input: string[], output: string | string[], ...attribute: object[]) {
  return { op_type, input, output: [output].flat(), attribute };
}

export function doubles(name: string, dims: number[], values: readonly number[]) {
  return { name, dims, data_type: DOUBLE, raw_data: new Uint8Array(Float64Array.from(values).buffer) };
}

export function integers(name: string, dims: number[], values: readonly number[]) {
  return {
    name,
    dims,
    data_type: INT64,
    raw_data: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
  };
}

export const attribute = {
  int: (name: string, i: number) => ({ name, type: 2, i }),
  ints: (name: string, ints: number[]) => ({ name, type: 7, ints }),
  tensor: (name: string, t: object) => ({ name, type: 4, t }),
  graph: (name: string, g: object) => ({ name, type: 5, g }),
};

function valuesOf(values: Readonly<Record<string, Shape>>) {
  return Object.entries(values).map(([name, shape]) => ({
    name,
    type: {
      tensor_type: {
        elem_type: DOUBLE,
        shape: { dim: shape.map((size) => (size === 'N' ? { dim_param: 'N' } : { dim_value: size })) },
      },
    },
  }));
}
