#include "textflag.h"

// The product is computed in panels of up to 64 columns. The sums of a row stay in V16-V31 while its entries are read;
// each entry adds a multiple of one row of B. The last vector of a panel, V16, ends at the panel's last column and may
// overlap the one before; both then compute the same sums. The vectors from the panel's start on are V17, V18, ...
// Their loads, sums and stores are written from the last to the first and entered at a computed address, so that one
// loop serves any number of columns from four on. A panel leaves either no columns or at least four to the next one.
// Fewer than four columns are computed one by one.

#define ROWS R0
#define COLS R1     // columns left
#define ENTRIES R2
#define START R3
#define STEP R4
#define TABLE R5
#define B0 R6
#define LDB R7
#define Y R8
#define LDY R9
#define ACCUMULATE R10
#define ADDCODE R11 // where to enter the sums of a panel
#define LAST R12    // offset of the panel's last vector
#define ROW R13     // rows left
#define YROW R14
#define STARTROW R15
#define ENTRY R16
#define END R17
#define E R19
#define TMP R20
#define BROW R21
#define WIDTH R22   // columns of the panel
#define LOADCODE R23
#define STORECODE R24
#define YLAST R25

// FMLA Vd.4S, Vn.4S, Vm.S[0]
#define FMLA(d, n, m) WORD $(0x4f801000 | (m)<<16 | (n)<<5 | (d))

// ENTRY and END = the entries of the row at STARTROW.
#define ENTRYRANGE \
	MOVW (STARTROW), ENTRY;        \
	MOVW 4(STARTROW), END;         \
	ADD  STEP, STARTROW;           \
	ADD  ENTRY<<2, ENTRIES, ENTRY; \
	ADD  END<<2, ENTRIES, END

// F0 = the value of the next entry, BROW = its row of B.
#define NEXTENTRY \
	MOVWU.P 4(ENTRY), E;         \
	AND     $0xff, E, TMP;       \
	LSR     $8, E;               \
	FMOVS   (TABLE)(TMP<<2), F0; \
	MADD    LDB, B0, E, BROW

// func sparseMulNEON(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool)
TEXT ·sparseMulNEON(SB), NOSPLIT, $0-145
	MOVD  rows+0(FP), ROWS
	MOVD  cols+8(FP), COLS
	MOVD  entries_base+16(FP), ENTRIES
	MOVD  start_base+40(FP), START
	MOVD  step+64(FP), STEP
	MOVD  table+72(FP), TABLE
	MOVD  b_base+80(FP), B0
	MOVD  ldb+104(FP), LDB
	MOVD  y_base+112(FP), Y
	MOVD  ldy+136(FP), LDY
	MOVBU accumulate+144(FP), ACCUMULATE
	LSL   $2, STEP
	LSL   $2, LDB
	LSL   $2, LDY
	CBZ   ROWS, done
	CBZ   COLS, done
	CMP   $4, COLS
	BLT   column

panel:
	MOVD COLS, WIDTH
	CMP  $64, COLS
	BLE  widthKnown
	MOVD $64, WIDTH
	CMP  $68, COLS
	BGE  widthKnown
	MOVD $60, WIDTH

widthKnown:
	SUB $4, WIDTH, LAST
	LSL $2, LAST
	SUB $1, WIDTH, TMP
	LSR $2, TMP                      // vectors before the last one
	ADR loadLast, LOADCODE
	SUB TMP<<2, LOADCODE, LOADCODE   // one instruction each
	ADR addLast, ADDCODE
	SUB TMP<<3, ADDCODE, ADDCODE     // two instructions each
	ADR storeLast, STORECODE
	SUB TMP<<2, STORECODE, STORECODE // one instruction each
	MOVD ROWS, ROW
	MOVD Y, YROW
	MOVD START, STARTROW

row:
	ENTRYRANGE
	ADD  LAST, YROW, YLAST
	CBNZ ACCUMULATE, load
	VEOR V16.B16, V16.B16, V16.B16
	VEOR V17.B16, V17.B16, V17.B16
	VEOR V18.B16, V18.B16, V18.B16
	VEOR V19.B16, V19.B16, V19.B16
	VEOR V20.B16, V20.B16, V20.B16
	VEOR V21.B16, V21.B16, V21.B16
	VEOR V22.B16, V22.B16, V22.B16
	VEOR V23.B16, V23.B16, V23.B16
	VEOR V24.B16, V24.B16, V24.B16
	VEOR V25.B16, V25.B16, V25.B16
	VEOR V26.B16, V26.B16, V26.B16
	VEOR V27.B16, V27.B16, V27.B16
	VEOR V28.B16, V28.B16, V28.B16
	VEOR V29.B16, V29.B16, V29.B16
	VEOR V30.B16, V30.B16, V30.B16
	VEOR V31.B16, V31.B16, V31.B16
	CMP  ENTRY, END
	BLS  store
	B    entry

load:
	CMP   ENTRY, END
	BLS   rowDone // nothing to add
	JMP   (LOADCODE)
	FMOVQ 224(YROW), F31
	FMOVQ 208(YROW), F30
	FMOVQ 192(YROW), F29
	FMOVQ 176(YROW), F28
	FMOVQ 160(YROW), F27
	FMOVQ 144(YROW), F26
	FMOVQ 128(YROW), F25
	FMOVQ 112(YROW), F24
	FMOVQ 96(YROW), F23
	FMOVQ 80(YROW), F22
	FMOVQ 64(YROW), F21
	FMOVQ 48(YROW), F20
	FMOVQ 32(YROW), F19
	FMOVQ 16(YROW), F18
	FMOVQ (YROW), F17

loadLast:
	FMOVQ (YLAST), F16

entry:
	NEXTENTRY
	JMP   (ADDCODE)
	FMOVQ 224(BROW), F1
	FMLA(31, 1, 0)
	FMOVQ 208(BROW), F2
	FMLA(30, 2, 0)
	FMOVQ 192(BROW), F3
	FMLA(29, 3, 0)
	FMOVQ 176(BROW), F4
	FMLA(28, 4, 0)
	FMOVQ 160(BROW), F1
	FMLA(27, 1, 0)
	FMOVQ 144(BROW), F2
	FMLA(26, 2, 0)
	FMOVQ 128(BROW), F3
	FMLA(25, 3, 0)
	FMOVQ 112(BROW), F4
	FMLA(24, 4, 0)
	FMOVQ 96(BROW), F1
	FMLA(23, 1, 0)
	FMOVQ 80(BROW), F2
	FMLA(22, 2, 0)
	FMOVQ 64(BROW), F3
	FMLA(21, 3, 0)
	FMOVQ 48(BROW), F4
	FMLA(20, 4, 0)
	FMOVQ 32(BROW), F1
	FMLA(19, 1, 0)
	FMOVQ 16(BROW), F2
	FMLA(18, 2, 0)
	FMOVQ (BROW), F3
	FMLA(17, 3, 0)

addLast:
	ADD   LAST, BROW
	FMOVQ (BROW), F4
	FMLA(16, 4, 0)
	CMP   ENTRY, END
	BHI   entry

store:
	JMP   (STORECODE)
	FMOVQ F31, 224(YROW)
	FMOVQ F30, 208(YROW)
	FMOVQ F29, 192(YROW)
	FMOVQ F28, 176(YROW)
	FMOVQ F27, 160(YROW)
	FMOVQ F26, 144(YROW)
	FMOVQ F25, 128(YROW)
	FMOVQ F24, 112(YROW)
	FMOVQ F23, 96(YROW)
	FMOVQ F22, 80(YROW)
	FMOVQ F21, 64(YROW)
	FMOVQ F20, 48(YROW)
	FMOVQ F19, 32(YROW)
	FMOVQ F18, 16(YROW)
	FMOVQ F17, (YROW)

storeLast:
	FMOVQ F16, (YLAST)

rowDone:
	ADD  LDY, YROW
	SUBS $1, ROW
	BNE  row
	ADD  WIDTH<<2, Y
	ADD  WIDTH<<2, B0
	SUBS WIDTH, COLS
	BNE  panel

done:
	RET

column:
	MOVD ROWS, ROW
	MOVD Y, YROW
	MOVD START, STARTROW

columnRow:
	ENTRYRANGE
	VEOR  V16.B16, V16.B16, V16.B16
	CBZ   ACCUMULATE, columnCheck
	FMOVS (YROW), F16

columnCheck:
	CMP ENTRY, END
	BLS columnStore

columnEntry:
	NEXTENTRY
	FMOVS (BROW), F1
	FMLA(16, 1, 0)
	CMP   ENTRY, END
	BHI   columnEntry

columnStore:
	FMOVS F16, (YROW)
	ADD   LDY, YROW
	SUBS  $1, ROW
	BNE   columnRow
	ADD   $4, Y
	ADD   $4, B0
	SUBS  $1, COLS
	BNE   column
	RET
