#include "textflag.h"

// exact.Exp has the names and the meaning of the numbers.

DATA expNumbers<>+0(SB)/4, $12582912.0                   // roundBias
DATA expNumbers<>+4(SB)/4, $1.44269504088896341          // log2e
DATA expNumbers<>+8(SB)/4, $0.693359375                  // ln2High
DATA expNumbers<>+12(SB)/4, $-2.121944400546905827679e-4 // ln2Low
DATA expNumbers<>+16(SB)/4, $0.00138144543864            // expCoefficients
DATA expNumbers<>+20(SB)/4, $0.00836878159999
DATA expNumbers<>+24(SB)/4, $0.0416683944756
DATA expNumbers<>+28(SB)/4, $0.16666520095
DATA expNumbers<>+32(SB)/4, $0.499999934112
DATA expNumbers<>+36(SB)/4, $1.0
DATA expNumbers<>+40(SB)/4, $88.3762626647949            // expMax
DATA expNumbers<>+44(SB)/4, $-87.3365447505531           // expMin
GLOBL expNumbers<>(SB), RODATA|NOPTR, $48

// FADD, FSUB, FMUL, FCMGT, FCMEQ Vd.4S, Vn.4S, Vm.4S
#define FADD(d, n, m) WORD $(0x4e20d400 | (m)<<16 | (n)<<5 | (d))
#define FSUB(d, n, m) WORD $(0x4ea0d400 | (m)<<16 | (n)<<5 | (d))
#define FMUL(d, n, m) WORD $(0x6e20dc00 | (m)<<16 | (n)<<5 | (d))
#define FCMGT(d, n, m) WORD $(0x6ea0e400 | (m)<<16 | (n)<<5 | (d))
#define FCMEQ(d, n, m) WORD $(0x4e20e400 | (m)<<16 | (n)<<5 | (d))

// V7 = e^V0. V16-V27 hold the numbers in their order, V28 +Inf, V29 +0.
#define EXP \
	VMOV  V16.B16, V1.B16;         \
	VFMLA V17.S4, V0.S4, V1.S4;    \ // t = x*log2e + roundBias
	FSUB(2, 1, 16);                \ // n = t - roundBias
	VMOV  V0.B16, V3.B16;          \
	VFMLS V18.S4, V2.S4, V3.S4;    \ // r = x - n*ln2High
	VFMLS V19.S4, V2.S4, V3.S4;    \ // r -= n*ln2Low
	VMOV  V21.B16, V4.B16;         \
	VFMLA V3.S4, V20.S4, V4.S4;    \ // p = p*r + the next coefficient, four times
	VMOV  V22.B16, V5.B16;         \
	VFMLA V3.S4, V4.S4, V5.S4;     \
	VMOV  V23.B16, V4.B16;         \
	VFMLA V3.S4, V5.S4, V4.S4;     \
	VMOV  V24.B16, V5.B16;         \
	VFMLA V3.S4, V4.S4, V5.S4;     \
	FMUL(6, 3, 3);                 \
	VMOV  V3.B16, V7.B16;          \
	VFMLA V6.S4, V5.S4, V7.S4;     \ // p = p*r^2 + r
	FADD(7, 7, 25);                \ // p += 1
	VSHL  $23, V1.S4, V1.S4;       \
	VADD  V1.S4, V7.S4, V7.S4;     \ // p *= 2^n
	FCMGT(1, 0, 26);               \
	VBIT  V1.B16, V28.B16, V7.B16; \ // +Inf where x > expMax
	FCMGT(1, 27, 0);               \
	VBIT  V1.B16, V29.B16, V7.B16; \ // +0 where x < expMin
	FCMEQ(1, 0, 0);                \
	VBIF  V1.B16, V0.B16, V7.B16   // x where it is NaN

// func expNEON(dst, src []float32)
TEXT ·expNEON(SB), NOSPLIT, $0-48
	MOVD dst_base+0(FP), R0
	MOVD src_base+24(FP), R1
	MOVD src_len+32(FP), R2
	MOVD $expNumbers<>(SB), R3
	VLD1 (R3), [V0.S4, V1.S4, V2.S4]
	VDUP V0.S[0], V16.S4
	VDUP V0.S[1], V17.S4
	VDUP V0.S[2], V18.S4
	VDUP V0.S[3], V19.S4
	VDUP V1.S[0], V20.S4
	VDUP V1.S[1], V21.S4
	VDUP V1.S[2], V22.S4
	VDUP V1.S[3], V23.S4
	VDUP V2.S[0], V24.S4
	VDUP V2.S[1], V25.S4
	VDUP V2.S[2], V26.S4
	VDUP V2.S[3], V27.S4
	MOVD $0x7f800000, R3
	VDUP R3, V28.S4
	VEOR V29.B16, V29.B16, V29.B16
	SUBS $4, R2
	BLT  rest

vector:
	FMOVQ.P 16(R1), F0
	EXP
	FMOVQ.P F7, 16(R0)
	SUBS    $4, R2
	BGE     vector

rest:
	ADDS $4, R2
	BEQ  done

	// Up to three remaining elements, each in the first lane of a vector.
one:
	FMOVS.P 4(R1), F0
	EXP
	FMOVS.P F7, 4(R0)
	SUBS    $1, R2
	BNE     one

done:
	RET
