import protobuf from 'protobufjs';

/**
 * What a graph of plain operators is written with. Field numbers are those of the ONNX specification (onnx.proto);
 * what is left out there is left out on purpose: see REFUSED. No message holds itself, so nesting is bounded.
 */
const SCHEMA = `
syntax = "proto3";
message ModelProto {
  int64 ir_version = 1;
  string producer_name = 2;
  string producer_version = 3;
  string domain = 4;
  int64 model_version = 5;
  string doc_string = 6;
  GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
  repeated StringStringEntryProto metadata_props = 14;
}
message StringStringEntryProto { string key = 1; string value = 2; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  string doc_string = 10;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
  repeated ValueInfoProto value_info = 13;
  repeated StringStringEntryProto metadata_props = 16;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string name = 3;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
  string doc_string = 6;
  string domain = 7;
  repeated StringStringEntryProto metadata_props = 9;
}
message AttributeProto {
  string name = 1;
  float f = 2;
  int64 i = 3;
  bytes s = 4;
  TensorProto t = 5;
  repeated float floats = 7;
  repeated int64 ints = 8;
  repeated bytes strings = 9;
  string doc_string = 13;
  int32 type = 20;
}
message TensorProto {
  repeated int64 dims = 1;
  int32 data_type = 2;
  repeated float float_data = 4;
  repeated int32 int32_data = 5;
  repeated int64 int64_data = 7;
  string name = 8;
  bytes raw_data = 9;
  repeated double double_data = 10;
  string doc_string = 12;
  int32 data_location = 14;
  repeated StringStringEntryProto metadata_props = 16;
}
message ValueInfoProto {
  string name = 1;
  TypeProto type = 2;
  string doc_string = 3;
  repeated StringStringEntryProto metadata_props = 4;
}
message TypeProto { TensorTypeProto tensor_type = 1; string denotation = 6; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TensorShapeProto { repeated DimensionProto dim = 1; }
message DimensionProto { oneof value { int64 dim_value = 1; string dim_param = 2; } string denotation = 3; }
`;

/** Fields of the specification that no accepted graph may use, in words. */
const REFUSED: Readonly<Record<string, string>> = {
  'ModelProto.20': 'training information',
  'ModelProto.25': 'functions of its own',
  'GraphProto.14': 'quantisation annotations',
  'GraphProto.15': 'sparse initialisers',
  'NodeProto.8': 'functions of its own',
  'AttributeProto.6': 'a subgraph (control flow)',
  'AttributeProto.11': 'subgraphs (control flow)',
  'AttributeProto.21': 'functions of its own',
  'TensorProto.3': 'segmented data',
  'TensorProto.6': 'strings as data',
  'TensorProto.13': 'external data',
};

const root = protobuf.parse(SCHEMA, { keepCase: true }).root.resolveAll();
const modelProto = root.lookupType('ModelProto');

export interface GraphTensor {
  readonly name: string;
  readonly data_type: number;
  readonly dims: readonly number[];
  readonly raw_data: Uint8Array;
  readonly float_data: readonly number[];
  readonly double_data: readonly number[];
  readonly int32_data: readonly number[];
  readonly int64_data: readonly number[];
  /** 0: inside this file. */
  readonly data_location: number;
}

export interface GraphValue {
  readonly name: string;
  readonly type: {
    readonly tensor_type: {
      readonly elem_type: number;
      readonly shape: { readonly dim: readonly { readonly dim_value?: number }[] } | null;
    } | null;
  } | null;
}

export interface GraphNode {
  readonly op_type: string;
  readonly domain: string;
  readonly attribute: readonly { readonly name: string; readonly t: GraphTensor | null }[];
}

/** A graph as it stands in its file. */
export interface ReadGraph {
  readonly ir_version: number;
  readonly opset_import: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: {
    readonly node: readonly GraphNode[];
    readonly initializer: readonly GraphTensor[];
    readonly input: readonly GraphValue[];
    readonly output: readonly GraphValue[];
  };
}

/**
 * Reads an ONNX file by a list of what it may hold, and nothing else: a field that is not on the list, or one that
 * stands twice where readers differ on which counts, is refused. So what was looked at here is what a runtime sees.
 *
 * @throws RangeError that says what the file holds that it may not, or that it cannot be read
 */
export function readGraph(onnx: Uint8Array): ReadGraph {
  try {
    requireKnownFields(modelProto, protobuf.Reader.create(onnx), onnx.length);
    const options = { longs: Number, defaults: true, arrays: true } as const;
    const model = modelProto.toObject(modelProto.decode(onnx), options) as ReadGraph & { graph: unknown };
    if (!model.graph) throw new RangeError('it holds no graph');
    return model;
  } catch (error) {
    if (error instanceof RangeError && !/index out of range/.test(error.message)) throw error;
    throw new RangeError(`it is no ONNX file: ${(error as Error).message}`, { cause: error });
  }
}

const LENGTH_DELIMITED = 2;
const GROUPS = [3, 4];

function requireKnownFields(type: protobuf.Type, reader: protobuf.Reader, end: number): void {
  const seen = new Set<number>();
  while (reader.pos < end) {
    const tag = reader.uint32();
    const [id, wire] = [tag >>> 3, tag & 7];
    const field = type.fieldsById[id];
    if (!field || GROUPS.includes(wire)) throw new RangeError(`it holds ${unknown(type, id)}`);
    if (!field.repeated && seen.has(id)) throw new RangeError(`it holds ${type.name}.${field.name} twice`);
    seen.add(id);
    if (field.resolvedType instanceof protobuf.Type) requireKnownMessage(field, reader, wire);
    else reader.skipType(wire);
  }
  if (reader.pos !== end) throw new RangeError('it is no ONNX file: a message is longer than what holds it');
}

function requireKnownMessage(field: protobuf.Field, reader: protobuf.Reader, wire: number): void {
  if (wire !== LENGTH_DELIMITED) throw new RangeError(`it is no ONNX file: ${field.name} is no message`);
  const length = reader.uint32();
  requireKnownFields(field.resolvedType as protobuf.Type, reader, reader.pos + length);
}

function unknown(type: protobuf.Type, id: number): string {
  return REFUSED[`${type.name}.${id}`] ?? `something that no plain graph needs (${type.name}, field ${id})`;
}
