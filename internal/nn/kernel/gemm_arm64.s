#include "textflag.h"

// A tile of C, 8 rows of 12 columns, stays in V8-V31: row i in V(8+3i), V(9+3i), V(10+3i). Each step of k loads one row
// of B, V0-V2, and one column of A, V3-V7, and adds their outer product.
//
// Tiles at the edges need no scalar loops and touch nothing outside the matrices:
//   - columns: the last vector of a row ends at the last column, and overlaps the one before it. Both compute the same
//     bits for the columns that they share. There is a variant for each number of vectors, and two for fewer than four
//     columns: one with vectors of two, which overlap in the same way, and one with single columns;
//   - rows: the pointers to rows beyond the last one point to the last one. Up to four rows take a loop that computes
//     four.

#define ROWS R0
#define K R9
#define B0 R10 // the row of B
#define LDB R11
#define OFFSET R12 // of the column of A, from the row's start
#define CS R13
#define LAST R14 // offset of a row's last vector
#define TMP R15
#define BLAST R16 // B0 + LAST
#define A R17
#define RS R19
#define C R20
#define LDC R21
#define COLS R22

// FMLA Vd.4S, Vn.4S, Vm.S[lane]
#define FMLA(d, n, m, lane) WORD $(0x4f801000 | ((lane)&1)<<21 | ((lane)>>1)<<11 | (m)<<16 | (n)<<5 | (d))

// A row of the outer product, for 1, 2 and 3 vectors: the sums from V(acc) on += V0-V2 * Vm[lane].
#define MUL1(acc, m, lane) FMLA(acc, 0, m, lane)
#define MUL2(acc, m, lane) MUL1(acc, m, lane); FMLA(acc+1, 1, m, lane)
#define MUL3(acc, m, lane) MUL2(acc, m, lane); FMLA(acc+2, 2, m, lane)

// A row of B for 3, 2 and 1 vectors of four, for two vectors of two, and for a single column.
#define LOADB3 VLD1.P (B0)(LDB), [V0.S4, V1.S4]; VLD1.P (BLAST)(LDB), [V2.S4]
#define LOADB2 VLD1.P (B0)(LDB), [V0.S4]; VLD1.P (BLAST)(LDB), [V1.S4]
#define LOADB1 VLD1.P (B0)(LDB), [V0.S4]
#define LOADBPAIR VLD1.P (B0)(LDB), [V0.S2]; VLD1.P (BLAST)(LDB), [V1.S2]
#define LOADBONE FMOVS (B0), F0; ADD LDB, B0

// A row of C, in the same five shapes.
#define LOADC3(p, x, y, z) ADD LAST, p, TMP; FMOVQ (p), x; FMOVQ 16(p), y; FMOVQ (TMP), z
#define LOADC2(p, x, y, z) ADD LAST, p, TMP; FMOVQ (p), x; FMOVQ (TMP), y
#define LOADC1(p, x, y, z) FMOVQ (p), x
#define LOADCPAIR(p, x, y, z) FMOVD (p), x; FMOVD (p)(LAST), y
#define LOADCONE(p, x, y, z) FMOVS (p), x
#define STOREC3(p, x, y, z) ADD LAST, p, TMP; FMOVQ x, (p); FMOVQ y, 16(p); FMOVQ z, (TMP)
#define STOREC2(p, x, y, z) ADD LAST, p, TMP; FMOVQ x, (p); FMOVQ y, (TMP)
#define STOREC1(p, x, y, z) FMOVQ x, (p)
#define STORECPAIR(p, x, y, z) FMOVD x, (p); FMOVD y, (p)(LAST)
#define STORECONE(p, x, y, z) FMOVS x, (p)

// R1-R8 = the rows of the tile from base on. Behind the last row, they are the last row again.
#define POINTERS(base, stride) \
	MOVD base, R1;            \
	CMP  $1, ROWS;            \
	CSEL GT, stride, ZR, TMP; \
	ADD  TMP, R1, R2;         \
	CMP  $2, ROWS;            \
	CSEL GT, stride, ZR, TMP; \
	ADD  TMP, R2, R3;         \
	CMP  $3, ROWS;            \
	CSEL GT, stride, ZR, TMP; \
	ADD  TMP, R3, R4;         \
	CMP  $4, ROWS;            \
	CSEL GT, stride, ZR, TMP; \
	ADD  TMP, R4, R5;         \
	CMP  $5, ROWS;            \
	CSEL GT, stride, ZR, TMP; \
	ADD  TMP, R5, R6;         \
	CMP  $6, ROWS;            \
	CSEL GT, stride, ZR, TMP; \
	ADD  TMP, R6, R7;         \
	CMP  $7, ROWS;            \
	CSEL GT, stride, ZR, TMP; \
	ADD  TMP, R7, R8

#define LOADTILE(load) \
	load(R1, F8, F9, F10);   \
	load(R2, F11, F12, F13); \
	load(R3, F14, F15, F16); \
	load(R4, F17, F18, F19); \
	load(R5, F20, F21, F22); \
	load(R6, F23, F24, F25); \
	load(R7, F26, F27, F28); \
	load(R8, F29, F30, F31)

// STORETILE begins with the last row. Of several pointers to the tile's last row, the first in the list has the sums
// (the loop for four rows does not change the others), and what is stored last stays.
#define STORETILE(store) \
	store(R8, F29, F30, F31); \
	store(R7, F26, F27, F28); \
	store(R6, F23, F24, F25); \
	store(R5, F20, F21, F22); \
	store(R4, F17, F18, F19); \
	store(R3, F14, F15, F16); \
	store(R2, F11, F12, F13); \
	store(R1, F8, F9, F10)

// One step of k for the first four rows, and for the other four.
#define STEPTOP(mul) \
	FMOVS (R1)(OFFSET), F3; \
	FMOVS (R2)(OFFSET), F4; \
	FMOVS (R3)(OFFSET), F5; \
	FMOVS (R4)(OFFSET), F6; \
	mul(8, 3, 0);           \
	mul(11, 4, 0);          \
	mul(14, 5, 0);          \
	mul(17, 6, 0)

#define STEPBOTTOM(mul) \
	FMOVS (R5)(OFFSET), F7; \
	FMOVS (R6)(OFFSET), F3; \
	FMOVS (R7)(OFFSET), F4; \
	FMOVS (R8)(OFFSET), F5; \
	mul(20, 7, 0);          \
	mul(23, 3, 0);          \
	mul(26, 4, 0);          \
	mul(29, 5, 0)

// One step of k with a packed column of A: 8 numbers from R1 on.
#define STEPPACKED(mul) \
	VLD1.P (R1)(CS), [V3.S4, V4.S4]; \
	mul(8, 3, 0);                    \
	mul(11, 3, 1);                   \
	mul(14, 3, 2);                   \
	mul(17, 3, 3);                   \
	mul(20, 4, 0);                   \
	mul(23, 4, 1);                   \
	mul(26, 4, 2);                   \
	mul(29, 4, 3)

// A whole tile, with LAST set, zeros in V8-V31 and the flag accumulate in TMP. The arguments from loop8 on are the
// names of labels.
#define TILE(loadB, mul, loadC, storeC, loop8, loop4, zeros, done) \
	ADD  B0, LAST, BLAST; \
	CBZ  TMP, zeros;      \
	POINTERS(C, LDC);     \
	LOADTILE(loadC);      \
zeros:                        \
	CBZ  K, done;         \
	POINTERS(A, RS);      \
	CMP  $4, ROWS;        \
	BLE  loop4;           \
loop8:                        \
	loadB;                \
	STEPTOP(mul);         \
	STEPBOTTOM(mul);      \
	ADD  CS, OFFSET;      \
	SUBS $1, K;           \
	BNE  loop8;           \
	B    done;            \
loop4:                        \
	loadB;                \
	STEPTOP(mul);         \
	ADD  CS, OFFSET;      \
	SUBS $1, K;           \
	BNE  loop4;           \
done:                         \
	POINTERS(C, LDC);     \
	STORETILE(storeC);    \
	RET

// func gemmTileNEON(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int, accumulate bool)
TEXT ·gemmTileNEON(SB), NOSPLIT, $0-129
	MOVD  rows+0(FP), ROWS
	MOVD  cols+8(FP), COLS
	MOVD  k+16(FP), K
	MOVD  a_base+24(FP), A
	MOVD  rs+48(FP), RS
	MOVD  cs+56(FP), CS
	MOVD  b_base+64(FP), B0
	MOVD  ldb+88(FP), LDB
	MOVD  c_base+96(FP), C
	MOVD  ldc+120(FP), LDC
	MOVBU accumulate+128(FP), TMP
	LSL   $2, RS
	LSL   $2, CS
	LSL   $2, LDB
	LSL   $2, LDC
	MOVD  ZR, OFFSET
	VEOR  V8.B16, V8.B16, V8.B16
	VEOR  V9.B16, V9.B16, V9.B16
	VEOR  V10.B16, V10.B16, V10.B16
	VEOR  V11.B16, V11.B16, V11.B16
	VEOR  V12.B16, V12.B16, V12.B16
	VEOR  V13.B16, V13.B16, V13.B16
	VEOR  V14.B16, V14.B16, V14.B16
	VEOR  V15.B16, V15.B16, V15.B16
	VEOR  V16.B16, V16.B16, V16.B16
	VEOR  V17.B16, V17.B16, V17.B16
	VEOR  V18.B16, V18.B16, V18.B16
	VEOR  V19.B16, V19.B16, V19.B16
	VEOR  V20.B16, V20.B16, V20.B16
	VEOR  V21.B16, V21.B16, V21.B16
	VEOR  V22.B16, V22.B16, V22.B16
	VEOR  V23.B16, V23.B16, V23.B16
	VEOR  V24.B16, V24.B16, V24.B16
	VEOR  V25.B16, V25.B16, V25.B16
	VEOR  V26.B16, V26.B16, V26.B16
	VEOR  V27.B16, V27.B16, V27.B16
	VEOR  V28.B16, V28.B16, V28.B16
	VEOR  V29.B16, V29.B16, V29.B16
	VEOR  V30.B16, V30.B16, V30.B16
	VEOR  V31.B16, V31.B16, V31.B16
	CMP   $1, COLS
	BEQ   cols1
	CMP   $4, COLS
	BLT   cols2to3
	BEQ   cols4
	CMP   $8, COLS
	BLE   cols5to8

	// 9 to 12 columns.
	SUB  $4, COLS, LAST
	LSL  $2, LAST
	CMP  $8, ROWS
	CCMP EQ, RS, $4, $0
	BEQ  packed
	TILE(LOADB3, MUL3, LOADC3, STOREC3, loop8x3, loop4x3, zeros3, done3)

packed:
	CBZ TMP, packedZeros
	POINTERS(C, LDC)
	LOADTILE(LOADC3)

packedZeros:
	CBZ  K, done3
	ADD  B0, LAST, BLAST
	MOVD A, R1

packedLoop:
	LOADB3
	STEPPACKED(MUL3)
	SUBS $1, K
	BNE  packedLoop
	B    done3

cols5to8:
	SUB $4, COLS, LAST
	LSL $2, LAST
	TILE(LOADB2, MUL2, LOADC2, STOREC2, loop8x2, loop4x2, zeros2, done2)

cols4:
	MOVD ZR, LAST
	TILE(LOADB1, MUL1, LOADC1, STOREC1, loop8x1, loop4x1, zeros1, done1)

cols2to3:
	SUB $2, COLS, LAST
	LSL $2, LAST
	TILE(LOADBPAIR, MUL2, LOADCPAIR, STORECPAIR, loop8pair, loop4pair, zerosPair, donePair)

cols1:
	MOVD ZR, LAST
	TILE(LOADBONE, MUL1, LOADCONE, STORECONE, loop8one, loop4one, zerosOne, doneOne)
