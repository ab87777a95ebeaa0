#include "textflag.h"

#define ROWS R0
#define COLS R1
#define PROW R2
#define MROW R3
#define VROW R4
#define LDP R5
#define GROW R6
#define LDG R7
#define VECTORS R8 // vectors of a row before the last one
#define LAST R9    // offset of a row's last vector
#define N R10
#define PV R11     // within the row, as are MV, VV and GV
#define MV R12
#define VV R13
#define GV R14

// FADD, FSUB, FMUL, FDIV Vd.4S, Vn.4S, Vm.4S and FSQRT Vd.4S, Vn.4S
#define FADD(d, n, m) WORD $(0x4e20d400 | (m)<<16 | (n)<<5 | (d))
#define FSUB(d, n, m) WORD $(0x4ea0d400 | (m)<<16 | (n)<<5 | (d))
#define FMUL(d, n, m) WORD $(0x6e20dc00 | (m)<<16 | (n)<<5 | (d))
#define FDIV(d, n, m) WORD $(0x6e20fc00 | (m)<<16 | (n)<<5 | (d))
#define FSQRT(d, n) WORD $(0x6ea1f800 | (n)<<5 | (d))

// A step for the parameters V0, the moments V1 and V2 and the gradient V3, given alpha, c1, c2 and epsilon in V28-V31.
#define STEP \
	FSUB(4, 3, 1);              \ // g - m
	VFMLA V29.S4, V4.S4, V1.S4; \ // m += (g - m) * c1
	FMUL(5, 3, 3);              \
	FSUB(5, 5, 2);              \ // g*g - v
	VFMLA V30.S4, V5.S4, V2.S4; \ // v += (g*g - v) * c2
	FMUL(6, 1, 28);             \
	FSQRT(7, 2);                \
	FADD(7, 7, 31);             \
	FDIV(6, 6, 7);              \ // m*alpha / (sqrt(v) + epsilon)
	FSUB(0, 0, 6)

// The pointers to a row's elements = those to the row.
#define BEGINROW \
	MOVD PROW, PV; \
	MOVD MROW, MV; \
	MOVD VROW, VV; \
	MOVD GROW, GV

#define NEXTROW \
	ADD LDP, PROW; \
	ADD LDP, MROW; \
	ADD LDP, VROW; \
	ADD LDG, GROW

// func adamNEON(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, a AdamStep)
//
// The last vector of a row ends at the last column and may overlap the one before it. It is computed first and stored
// last, so that both read the values before the step. Fewer than four columns go one by one, through the same
// instructions, in the first lane.
TEXT ·adamNEON(SB), NOSPLIT, $0-144
	MOVD  rows+0(FP), ROWS
	MOVD  cols+8(FP), COLS
	MOVD  p_base+16(FP), PROW
	MOVD  m_base+40(FP), MROW
	MOVD  v_base+64(FP), VROW
	MOVD  ldp+88(FP), LDP
	MOVD  g_base+96(FP), GROW
	MOVD  ldg+120(FP), LDG
	FMOVS a_Alpha+128(FP), F28
	FMOVS a_C1+132(FP), F29
	FMOVS a_C2+136(FP), F30
	FMOVS a_Epsilon+140(FP), F31
	VDUP  V28.S[0], V28.S4
	VDUP  V29.S[0], V29.S4
	VDUP  V30.S[0], V30.S4
	VDUP  V31.S[0], V31.S4
	CBZ   ROWS, done
	CBZ   COLS, done

	// Rows without gaps are treated as one long row.
	CMP  COLS, LDP
	CCMP EQ, COLS, LDG, $0
	BNE  strides
	MUL  ROWS, COLS
	MOVD $1, ROWS

strides:
	LSL  $2, LDP
	LSL  $2, LDG
	SUBS $4, COLS, LAST
	BLT  narrow
	LSL  $2, LAST
	SUB  $1, COLS, VECTORS
	LSR  $2, VECTORS

row:
	BEGINROW
	ADD   LAST, PV
	ADD   LAST, MV
	ADD   LAST, VV
	ADD   LAST, GV
	FMOVQ (PV), F0
	FMOVQ (MV), F1
	FMOVQ (VV), F2
	FMOVQ (GV), F3
	STEP
	VMOV  V0.B16, V16.B16
	VMOV  V1.B16, V17.B16
	VMOV  V2.B16, V18.B16
	BEGINROW
	MOVD  VECTORS, N
	CBZ   N, last

vector:
	FMOVQ   (PV), F0
	FMOVQ   (MV), F1
	FMOVQ   (VV), F2
	FMOVQ.P 16(GV), F3
	STEP
	FMOVQ.P F0, 16(PV)
	FMOVQ.P F1, 16(MV)
	FMOVQ.P F2, 16(VV)
	SUBS    $1, N
	BNE     vector

last:
	ADD   LAST, PROW, PV
	ADD   LAST, MROW, MV
	ADD   LAST, VROW, VV
	FMOVQ F16, (PV)
	FMOVQ F17, (MV)
	FMOVQ F18, (VV)
	NEXTROW
	SUBS  $1, ROWS
	BNE   row

done:
	RET

narrow:
	BEGINROW
	MOVD COLS, N

one:
	FMOVS   (PV), F0
	FMOVS   (MV), F1
	FMOVS   (VV), F2
	FMOVS.P 4(GV), F3
	STEP
	FMOVS.P F0, 4(PV)
	FMOVS.P F1, 4(MV)
	FMOVS.P F2, 4(VV)
	SUBS    $1, N
	BNE     one
	NEXTROW
	SUBS    $1, ROWS
	BNE     narrow
	RET
