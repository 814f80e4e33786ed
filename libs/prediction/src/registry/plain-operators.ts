/**
 * Operators of the default domain that a model may use: arithmetic, shapes, sums, products of matrices, activations.
 * Each gives the same answer for the same numbers, holds no other graph, reads no file and draws nothing at random.
 * Bodies of control flow (If, Loop, Scan, SequenceMap), sequences, optionals, strings and images are left out.
 */
export const PLAIN_OPERATORS: ReadonlySet<string> = new Set(
  `Abs Acos Add And ArgMax ArgMin Asin Atan BatchNormalization Cast CastLike Ceil Celu Clip Concat Constant
   ConstantOfShape Conv Cos Cosh CumSum Div Einsum Elu Equal Erf Exp Expand Flatten Floor GRU Gather GatherElements
   GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual HardSigmoid HardSwish Hardmax Identity
   InstanceNormalization IsInf IsNaN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max
   Mean Min Mish Mod Mul Neg Not OneHot Or PRelu Pad Pow RNN Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum
   ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Round
   ScatterElements ScatterND Selu Shape Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign Split Sqrt Squeeze
   Sub Sum Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Where Xor`.split(/\s+/),
);
