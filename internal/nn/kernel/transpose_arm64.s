#include "textflag.h"

// A block is transposed by exchanging larger and larger parts between pairs of rows: TRN1 takes the even parts of both
// rows, TRN2 the odd ones.

#define COLS R0
#define SRC R1 // and R2-R8: the strip's rows
#define LDS R9
#define DST R10
#define LDD R11
#define OUT R12
#define TMP R13

// func transposeStrip(cols int, src []float32, lds int, dst []float32, ldd int)
TEXT ·transposeStrip(SB), NOSPLIT, $0-72
	MOVD cols+0(FP), COLS
	MOVD src_base+8(FP), SRC
	MOVD lds+32(FP), LDS
	MOVD dst_base+40(FP), DST
	MOVD ldd+64(FP), LDD
	LSL  $2, LDS
	LSL  $2, LDD
	ADD  LDS, SRC, R2
	ADD  LDS, R2, R3
	ADD  LDS, R3, R4
	MOVD DST, OUT

block:
	FMOVQ.P 16(SRC), F0
	FMOVQ.P 16(R2), F1
	FMOVQ.P 16(R3), F2
	FMOVQ.P 16(R4), F3
	VTRN1   V1.S4, V0.S4, V4.S4
	VTRN2   V1.S4, V0.S4, V5.S4
	VTRN1   V3.S4, V2.S4, V6.S4
	VTRN2   V3.S4, V2.S4, V7.S4
	VTRN1   V6.D2, V4.D2, V0.D2
	VTRN1   V7.D2, V5.D2, V1.D2
	VTRN2   V6.D2, V4.D2, V2.D2
	VTRN2   V7.D2, V5.D2, V3.D2
	VST1.P  [V0.S4], (OUT)(LDD)
	VST1.P  [V1.S4], (OUT)(LDD)
	VST1.P  [V2.S4], (OUT)(LDD)
	VST1.P  [V3.S4], (OUT)(LDD)
	SUBS    $4, COLS
	BEQ     done
	CMP     $4, COLS
	BGE     block

	// Back to where the last whole block begins.
	SUB  $4, COLS, TMP
	ADD  TMP<<2, SRC
	ADD  TMP<<2, R2
	ADD  TMP<<2, R3
	ADD  TMP<<2, R4
	MADD LDD, OUT, TMP, OUT
	MOVD $4, COLS
	B    block

done:
	RET

// func transposeBytesStrip(cols int, src []uint8, lds int, dst []uint8, ldd int)
//
// After the three exchanges, the lower half of a register is a column, and the upper half the column 8 further right.
TEXT ·transposeBytesStrip(SB), NOSPLIT, $0-72
	MOVD cols+0(FP), COLS
	MOVD src_base+8(FP), SRC
	MOVD lds+32(FP), LDS
	MOVD dst_base+40(FP), DST
	MOVD ldd+64(FP), LDD
	ADD  LDS, SRC, R2
	ADD  LDS, R2, R3
	ADD  LDS, R3, R4
	ADD  LDS, R4, R5
	ADD  LDS, R5, R6
	ADD  LDS, R6, R7
	ADD  LDS, R7, R8
	MOVD DST, OUT

block:
	FMOVQ.P 16(SRC), F0
	FMOVQ.P 16(R2), F1
	FMOVQ.P 16(R3), F2
	FMOVQ.P 16(R4), F3
	FMOVQ.P 16(R5), F4
	FMOVQ.P 16(R6), F5
	FMOVQ.P 16(R7), F6
	FMOVQ.P 16(R8), F7
	VTRN1   V1.B16, V0.B16, V16.B16
	VTRN2   V1.B16, V0.B16, V17.B16
	VTRN1   V3.B16, V2.B16, V18.B16
	VTRN2   V3.B16, V2.B16, V19.B16
	VTRN1   V5.B16, V4.B16, V20.B16
	VTRN2   V5.B16, V4.B16, V21.B16
	VTRN1   V7.B16, V6.B16, V22.B16
	VTRN2   V7.B16, V6.B16, V23.B16
	VTRN1   V18.H8, V16.H8, V0.H8
	VTRN1   V19.H8, V17.H8, V1.H8
	VTRN2   V18.H8, V16.H8, V2.H8
	VTRN2   V19.H8, V17.H8, V3.H8
	VTRN1   V22.H8, V20.H8, V4.H8
	VTRN1   V23.H8, V21.H8, V5.H8
	VTRN2   V22.H8, V20.H8, V6.H8
	VTRN2   V23.H8, V21.H8, V7.H8
	VTRN1   V4.S4, V0.S4, V16.S4
	VTRN1   V5.S4, V1.S4, V17.S4
	VTRN1   V6.S4, V2.S4, V18.S4
	VTRN1   V7.S4, V3.S4, V19.S4
	VTRN2   V4.S4, V0.S4, V20.S4
	VTRN2   V5.S4, V1.S4, V21.S4
	VTRN2   V6.S4, V2.S4, V22.S4
	VTRN2   V7.S4, V3.S4, V23.S4
	VST1.P  V16.D[0], (OUT)(LDD)
	VST1.P  V17.D[0], (OUT)(LDD)
	VST1.P  V18.D[0], (OUT)(LDD)
	VST1.P  V19.D[0], (OUT)(LDD)
	VST1.P  V20.D[0], (OUT)(LDD)
	VST1.P  V21.D[0], (OUT)(LDD)
	VST1.P  V22.D[0], (OUT)(LDD)
	VST1.P  V23.D[0], (OUT)(LDD)
	VST1.P  V16.D[1], (OUT)(LDD)
	VST1.P  V17.D[1], (OUT)(LDD)
	VST1.P  V18.D[1], (OUT)(LDD)
	VST1.P  V19.D[1], (OUT)(LDD)
	VST1.P  V20.D[1], (OUT)(LDD)
	VST1.P  V21.D[1], (OUT)(LDD)
	VST1.P  V22.D[1], (OUT)(LDD)
	VST1.P  V23.D[1], (OUT)(LDD)
	SUBS    $16, COLS
	BEQ     done
	CMP     $16, COLS
	BGE     block

	// Back to where the last whole block begins.
	SUB  $16, COLS, TMP
	ADD  TMP, SRC
	ADD  TMP, R2
	ADD  TMP, R3
	ADD  TMP, R4
	ADD  TMP, R5
	ADD  TMP, R6
	ADD  TMP, R7
	ADD  TMP, R8
	MADD LDD, OUT, TMP, OUT
	MOVD $16, COLS
	B    block

done:
	RET
