#include "textflag.h"

// A table for TBL: for each set of nonzero lanes among four, the bytes that move these lanes to the front. Whatever
// follows them is overwritten by the next entries, or lies in the slack behind the last entry.
DATA compress<>+0x00(SB)/8, $0x0000000000000000
DATA compress<>+0x08(SB)/8, $0x0000000000000000
DATA compress<>+0x10(SB)/8, $0x0000000003020100 // lane 0
DATA compress<>+0x18(SB)/8, $0x0000000000000000
DATA compress<>+0x20(SB)/8, $0x0000000007060504 // 1
DATA compress<>+0x28(SB)/8, $0x0000000000000000
DATA compress<>+0x30(SB)/8, $0x0706050403020100 // 0, 1
DATA compress<>+0x38(SB)/8, $0x0000000000000000
DATA compress<>+0x40(SB)/8, $0x000000000b0a0908 // 2
DATA compress<>+0x48(SB)/8, $0x0000000000000000
DATA compress<>+0x50(SB)/8, $0x0b0a090803020100 // 0, 2
DATA compress<>+0x58(SB)/8, $0x0000000000000000
DATA compress<>+0x60(SB)/8, $0x0b0a090807060504 // 1, 2
DATA compress<>+0x68(SB)/8, $0x0000000000000000
DATA compress<>+0x70(SB)/8, $0x0706050403020100 // 0, 1, 2
DATA compress<>+0x78(SB)/8, $0x000000000b0a0908
DATA compress<>+0x80(SB)/8, $0x000000000f0e0d0c // 3
DATA compress<>+0x88(SB)/8, $0x0000000000000000
DATA compress<>+0x90(SB)/8, $0x0f0e0d0c03020100 // 0, 3
DATA compress<>+0x98(SB)/8, $0x0000000000000000
DATA compress<>+0xa0(SB)/8, $0x0f0e0d0c07060504 // 1, 3
DATA compress<>+0xa8(SB)/8, $0x0000000000000000
DATA compress<>+0xb0(SB)/8, $0x0706050403020100 // 0, 1, 3
DATA compress<>+0xb8(SB)/8, $0x000000000f0e0d0c
DATA compress<>+0xc0(SB)/8, $0x0f0e0d0c0b0a0908 // 2, 3
DATA compress<>+0xc8(SB)/8, $0x0000000000000000
DATA compress<>+0xd0(SB)/8, $0x0b0a090803020100 // 0, 2, 3
DATA compress<>+0xd8(SB)/8, $0x000000000f0e0d0c
DATA compress<>+0xe0(SB)/8, $0x0b0a090807060504 // 1, 2, 3
DATA compress<>+0xe8(SB)/8, $0x000000000f0e0d0c
DATA compress<>+0xf0(SB)/8, $0x0706050403020100 // all
DATA compress<>+0xf8(SB)/8, $0x0f0e0d0c0b0a0908
GLOBL compress<>(SB), RODATA|NOPTR, $256

#define DST R0
#define SRC R1
#define LEFT R2   // of src
#define TABLE R3
#define MASKS R4  // four bytes: the nonzero lanes of each group of four
#define COUNTS R5 // four bytes: how many these are
#define MASK R6
#define COUNT R7
#define INDEX R8  // of SRC, in the entries' upper 24 bits
#define FIRST R9
#define TMP R10

// Writes the entries of a group, whose bytes are the 32-bit lanes of v.
#define GROUP(v, shift) \
	VORR  V16.B16, v.B16, v.B16;       \ // with the indices
	VADD  V18.S4, V16.S4, V16.S4;      \
	UBFX  $(shift), MASKS, $8, MASK;   \
	UBFX  $(shift), COUNTS, $8, COUNT; \
	ADD   MASK<<4, TABLE, MASK;        \
	FMOVQ (MASK), F7;                  \
	VTBL  V7.B16, [v.B16], v.B16;      \
	VST1  [v.S4], (DST);               \
	ADD   COUNT<<2, DST

// func gatherNEON(dst []uint32, src []uint8, base uint32) int
TEXT ·gatherNEON(SB), NOSPLIT, $0-64
	MOVD  dst_base+0(FP), DST
	MOVD  src_base+24(FP), SRC
	MOVD  src_len+32(FP), LEFT
	MOVWU base+48(FP), INDEX
	MOVD  DST, FIRST
	MOVD  $compress<>(SB), TABLE
	LSL   $8, INDEX
	VMOVQ $0x0804020108040201, $0x0804020108040201, V17 // each byte's bit in its group's mask
	VMOVQ $0x0000010000000000, $0x0000030000000200, V19 // the indices of four neighbours
	MOVD  $0x400, TMP
	VDUP  TMP, V18.S4                                   // from one group to the next
	SUBS  $16, LEFT
	BLT   rest

block:
	FMOVQ.P 16(SRC), F0
	VCMTST  V0.B16, V0.B16, V1.B16
	VMOV    V1.D[0], MASK
	VMOV    V1.D[1], TMP
	ORR     MASK, TMP
	CBZ     TMP, skip
	VAND    V17.B16, V1.B16, V1.B16
	VADDP   V1.B16, V1.B16, V1.B16
	VADDP   V1.B16, V1.B16, V1.B16
	VCNT    V1.B8, V2.B8
	FMOVS   F1, MASKS
	FMOVS   F2, COUNTS
	VDUP    INDEX, V16.S4
	VADD    V19.S4, V16.S4, V16.S4
	VUXTL   V0.B8, V2.H8
	VUXTL2  V0.B16, V4.H8
	VUXTL2  V2.H8, V3.S4
	VUXTL   V2.H4, V2.S4
	VUXTL2  V4.H8, V5.S4
	VUXTL   V4.H4, V4.S4
	GROUP(V2, 0)
	GROUP(V3, 8)
	GROUP(V4, 16)
	GROUP(V5, 24)

skip:
	ADD  $0x1000, INDEX
	SUBS $16, LEFT
	BGE  block

rest:
	ADDS $16, LEFT
	BEQ  done

	// Up to 15 remaining bytes: each is written as an entry, which the next one overwrites if the byte is zero.
one:
	MOVBU.P 1(SRC), TMP
	ORR     INDEX, TMP, COUNT
	MOVW    COUNT, (DST)
	ADD     $4, DST, MASK
	CMP     $0, TMP
	CSEL    NE, MASK, DST, DST
	ADD     $0x100, INDEX
	SUBS    $1, LEFT
	BNE     one

done:
	SUB  FIRST, DST
	LSR  $2, DST
	MOVD DST, ret+56(FP)
	RET
