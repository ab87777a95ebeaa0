#include "textflag.h"

#define ROWS R0
#define COLS R1
#define PROW R2
#define LDP R3
#define QROW R4
#define LDQ R5
#define LAST R6    // offset of a row's last vector
#define VECTORS R7 // vectors of a row before the last one
#define N R8
#define PV R9      // within the row, as is QV
#define QV R10
#define PLAST R11

// FADD Vd.4S, Vn.4S, Vm.4S
#define FADD(d, n, m) WORD $(0x4e20d400 | (m)<<16 | (n)<<5 | (d))

// FSUB Vd.4S, Vn.4S, Vm.4S
#define FSUB(d, n, m) WORD $(0x4ea0d400 | (m)<<16 | (n)<<5 | (d))

// FCMGT Vd.4S, Vn.4S, #0.0
#define FCMGTZERO(d, n) WORD $(0x4ea0c800 | (n)<<5 | (d))

// FCMLT Vd.4S, Vn.4S, #0.0
#define FCMLTZERO(d, n) WORD $(0x4ea0e800 | (n)<<5 | (d))

// What the kernels do with V0, which is then stored, and V1. V30 is SGD's rate or Lerp's share, and V31 is +0.
#define ADDBIAS FADD(0, 0, 1)

#define ADDBIASRELU \
	FADD(0, 0, 1);   \
	FCMLTZERO(2, 0); \
	VBIT V2.B16, V31.B16, V0.B16   // +0 where it is less; FMAX would also turn -0 into +0

#define ZEROUNLESSPOSITIVE \
	FCMGTZERO(1, 1); \
	VAND V1.B16, V0.B16, V0.B16

#define DESCEND VFMLS V30.S4, V1.S4, V0.S4

#define INTERPOLATE \
	FSUB(1, 1, 0); \
	VFMLA V30.S4, V1.S4, V0.S4

// ROWLOOP applies op, row by row, to the matrices at PROW (as V0, which it changes) and QROW (as V1). The last vector
// of a row ends at the last column and may overlap the one before it. It is computed first and stored last, so that
// both read the values from before. Fewer than four columns go one by one, through the same instructions, in the first
// lane. The arguments from row on are the names of labels.
#define ROWLOOP(op, row, vector, last, narrow, one, done) \
	CBZ     ROWS, done;                \
	CBZ     COLS, done;                \
	LSL     $2, LDP;                   \
	LSL     $2, LDQ;                   \
	VEOR    V31.B16, V31.B16, V31.B16; \
	SUBS    $4, COLS, LAST;            \
	BLT     narrow;                    \
	LSL     $2, LAST;                  \
	SUB     $1, COLS, VECTORS;         \
	LSR     $2, VECTORS;               \
row:                                       \
	ADD     LAST, PROW, PLAST;         \
	ADD     LAST, QROW, QV;            \
	FMOVQ   (PLAST), F0;               \
	FMOVQ   (QV), F1;                  \
	op;                                \
	VMOV    V0.B16, V3.B16;            \
	MOVD    PROW, PV;                  \
	MOVD    QROW, QV;                  \
	MOVD    VECTORS, N;                \
	CBZ     N, last;                   \
vector:                                    \
	FMOVQ   (PV), F0;                  \
	FMOVQ.P 16(QV), F1;                \
	op;                                \
	FMOVQ.P F0, 16(PV);                \
	SUBS    $1, N;                     \
	BNE     vector;                    \
last:                                      \
	FMOVQ   F3, (PLAST);               \
	ADD     LDP, PROW;                 \
	ADD     LDQ, QROW;                 \
	SUBS    $1, ROWS;                  \
	BNE     row;                       \
	RET;                               \
narrow:                                    \
	MOVD    PROW, PV;                  \
	MOVD    QROW, QV;                  \
	MOVD    COLS, N;                   \
one:                                       \
	FMOVS   (PV), F0;                  \
	FMOVS.P 4(QV), F1;                 \
	op;                                \
	FMOVS.P F0, 4(PV);                 \
	SUBS    $1, N;                     \
	BNE     one;                       \
	ADD     LDP, PROW;                 \
	ADD     LDQ, QROW;                 \
	SUBS    $1, ROWS;                  \
	BNE     narrow;                    \
done:                                      \
	RET

// func biasNEON(rows, cols int, y []float32, ldy int, bias []float32)
TEXT ·biasNEON(SB), NOSPLIT, $0-72
	MOVD rows+0(FP), ROWS
	MOVD cols+8(FP), COLS
	MOVD y_base+16(FP), PROW
	MOVD ldy+40(FP), LDP
	MOVD bias_base+48(FP), QROW
	MOVD ZR, LDQ
	ROWLOOP(ADDBIAS, row, vector, last, narrow, one, done)

// func biasReluNEON(rows, cols int, y []float32, ldy int, bias []float32)
TEXT ·biasReluNEON(SB), NOSPLIT, $0-72
	MOVD rows+0(FP), ROWS
	MOVD cols+8(FP), COLS
	MOVD y_base+16(FP), PROW
	MOVD ldy+40(FP), LDP
	MOVD bias_base+48(FP), QROW
	MOVD ZR, LDQ
	ROWLOOP(ADDBIASRELU, row, vector, last, narrow, one, done)

// func reluGradNEON(rows, cols int, y []float32, ldy int, d []float32, ldd int)
TEXT ·reluGradNEON(SB), NOSPLIT, $0-80
	MOVD rows+0(FP), ROWS
	MOVD cols+8(FP), COLS
	MOVD y_base+16(FP), QROW
	MOVD ldy+40(FP), LDQ
	MOVD d_base+48(FP), PROW
	MOVD ldd+72(FP), LDP
	ROWLOOP(ZEROUNLESSPOSITIVE, row, vector, last, narrow, one, done)

// func sgdNEON(rows, cols int, p []float32, ldp int, g []float32, ldg int, rate float32)
TEXT ·sgdNEON(SB), NOSPLIT, $0-84
	MOVD  rows+0(FP), ROWS
	MOVD  cols+8(FP), COLS
	MOVD  p_base+16(FP), PROW
	MOVD  ldp+40(FP), LDP
	MOVD  g_base+48(FP), QROW
	MOVD  ldg+72(FP), LDQ
	FMOVS rate+80(FP), F30
	VDUP  V30.S[0], V30.S4
	ROWLOOP(DESCEND, row, vector, last, narrow, one, done)

// func lerpNEON(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32)
TEXT ·lerpNEON(SB), NOSPLIT, $0-84
	MOVD  rows+0(FP), ROWS
	MOVD  cols+8(FP), COLS
	MOVD  dst_base+16(FP), PROW
	MOVD  ldd+40(FP), LDP
	MOVD  src_base+48(FP), QROW
	MOVD  lds+72(FP), LDQ
	FMOVS share+80(FP), F30
	VDUP  V30.S[0], V30.S4
	ROWLOOP(INTERPOLATE, row, vector, last, narrow, one, done)

// func columnSumsNEON(rows, cols int, x []float32, ldx int, dst []float32)
//
// PROW is a row of X, and QROW its place in the sums. 16 columns are summed at a time, then 4; the last vector may
// overlap the one before it. Fewer than four columns go one by one.
TEXT ·columnSumsNEON(SB), NOSPLIT, $0-72
	MOVD rows+0(FP), ROWS
	MOVD cols+8(FP), COLS
	MOVD x_base+16(FP), PROW
	MOVD ldx+40(FP), LDP
	MOVD dst_base+48(FP), QROW
	LSL  $2, LDP
	CBZ  COLS, done
	CMP  $4, COLS
	BLT  one

next:
	CMP  $16, COLS
	BLT  four
	MOVD ROWS, N
	MOVD PROW, PV
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	CBZ  N, store16

row16:
	VLD1.P (PV)(LDP), [V4.S4, V5.S4, V6.S4, V7.S4]
	FADD(0, 0, 4)
	FADD(1, 1, 5)
	FADD(2, 2, 6)
	FADD(3, 3, 7)
	SUBS   $1, N
	BNE    row16

store16:
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(QROW)
	ADD    $64, PROW
	SUBS   $16, COLS
	BNE    next
	RET

four:
	// Back to where the last whole vector begins.
	SUBS $4, COLS, LAST
	BGE  fourWhole
	ADD  LAST<<2, PROW
	ADD  LAST<<2, QROW
	MOVD $4, COLS

fourWhole:
	MOVD ROWS, N
	MOVD PROW, PV
	VEOR V0.B16, V0.B16, V0.B16
	CBZ  N, store4

row4:
	VLD1.P (PV)(LDP), [V4.S4]
	FADD(0, 0, 4)
	SUBS   $1, N
	BNE    row4

store4:
	VST1.P [V0.S4], 16(QROW)
	ADD    $16, PROW
	SUBS   $4, COLS
	BNE    four
	RET

one:
	MOVD ROWS, N
	MOVD PROW, PV
	VEOR V0.B16, V0.B16, V0.B16
	CBZ  N, store1

row1:
	FMOVS (PV), F4
	ADD   LDP, PV
	FADD(0, 0, 4)
	SUBS  $1, N
	BNE   row1

store1:
	FMOVS.P F0, 4(QROW)
	ADD     $4, PROW
	SUBS    $1, COLS
	BNE     one

done:
	RET
