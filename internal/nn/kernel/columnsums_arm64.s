#include "textflag.h"

#define ROWS R0
#define COLS R1
#define PROW R2
#define LDP R3
#define QROW R4
#define LAST R6 // offset of a row's last vector
#define N R8
#define PV R9   // within the row

// FADD Vd.4S, Vn.4S, Vm.4S
#define FADD(d, n, m) WORD $(0x4e20d400 | (m)<<16 | (n)<<5 | (d))

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
