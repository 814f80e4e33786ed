import protobuf from 'protobufjs';

/**
 * The part of ONNX's messages that a model of plain operators needs. Field numbers and value codes are those of the
 * ONNX specification (onnx.proto); names are free in this encoding.
 */
const SCHEMA = `
syntax = "proto3";
message ModelProto {
  int64 ir_version = 1;
  string producer_name = 2;
  string producer_version = 3;
  GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string name = 3;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
}
message AttributeProto {
  string name = 1;
  optional int64 i = 3;
  repeated int64 ints = 8;
  int32 type = 20;
}
message TensorProto {
  repeated int64 dims = 1;
  int32 data_type = 2;
  string name = 8;
  bytes raw_data = 9;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto { TensorTypeProto tensor_type = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TensorShapeProto { repeated DimensionProto dim = 1; }
message DimensionProto { oneof value { int64 dim_value = 1; string dim_param = 2; } }
`;

const modelProto = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('ModelProto');

/** Codes of TensorProto.DataType. */
export const DataType = { INT64: 7, DOUBLE: 11 } as const;
/** Codes of AttributeProto.AttributeType. */
export const AttributeType = { INT: 2, INTS: 7 } as const;

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly i?: number;
  readonly ints?: readonly number[];
}

export interface OnnxNode {
  readonly op_type: string;
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly data_type: number;
  readonly dims: readonly number[];
  /** Little-endian elements. */
  readonly raw_data: Uint8Array;
}

export interface OnnxValueInfo {
  readonly name: string;
  readonly type: {
    readonly tensor_type: {
      readonly elem_type: number;
      readonly shape: { readonly dim: readonly ({ dim_value: number } | { dim_param: string })[] };
    };
  };
}

export interface OnnxModel {
  readonly ir_version: number;
  readonly producer_name: string;
  readonly producer_version: string;
  readonly opset_import: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: {
    readonly name: string;
    readonly node: readonly OnnxNode[];
    readonly initializer: readonly OnnxTensor[];
    readonly input: readonly OnnxValueInfo[];
    readonly output: readonly OnnxValueInfo[];
  };
}

/**
 * Writes a model as an ONNX file. Equal models give equal bytes.
 *
 * @throws Error if a field has the wrong type
 */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const problem = modelProto.verify(model as unknown as Record<string, unknown>);
  if (problem) throw new Error(`not an ONNX model: ${problem}`);
  return Uint8Array.from(modelProto.encode(model as unknown as Record<string, unknown>).finish());
}
