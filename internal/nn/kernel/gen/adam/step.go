// Package adam writes the step of Adam for AVX-512's sparseAdam, which has more to do than an elementwise kernel.
// kernel.AdamStep defines the step; step.go writes it for one vector of parameters, moments.go the part of it that moves
// the moments, and moving.go finds the parameters that move.
package adam

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// Step has the step's constants, each in all lanes of a vector.
type Step struct {
	asm.ISA
	alpha, c1, c2, epsilon reg.VecVirtual

	limit       reg.VecVirtual    // 2^30 Alpha/Epsilon, or NaN unless 0 < Epsilon <= 1
	stepsOfZero reg.OpmaskVirtual // opmask; 0 if a step with moments of zero never changes p

	absolute, leastMean, leastSquared, infinity reg.VecVirtual
}

// New loads the constants from the parameters alpha, c1, c2 and epsilon.
func New(isa asm.ISA) Step {
	constant := func(name string) reg.VecVirtual { return isa.Broadcast(asm.InMemory(Param(name))) }
	s := Step{ISA: isa,
		alpha: constant("alpha"), c1: constant("c1"), c2: constant("c2"), epsilon: constant("epsilon")}
	s.absolute, s.leastMean, s.leastSquared = s.all(absolute), s.all(leastMean), s.all(leastSquared)
	s.infinity = s.all(infinity)
	s.setLimit()
	s.setStepsOfZero()
	return s
}

// of returns a constant as a vector with so many lanes.
func of(x reg.VecVirtual, lanes int) reg.Register { return asm.Narrow(x, lanes) }

// Emit takes the step for the parameters at p with the moments at m and v. If a vector has few lanes, it uses the
// narrower form of the instructions, which the divider finishes sooner. Lanes beyond rest hold zeros, with which a step
// does no harm.
func (s Step) Emit(gradient reg.VecVirtual, p, m, v Mem, lanes int, rest asm.Mask) {
	first, second, parameter := s.Vector(), s.Vector(), s.Vector()
	s.Load(m, first, lanes, rest)
	s.Load(v, second, lanes, rest)
	s.moments(gradient, first, second, lanes)
	s.Store(first, m, lanes, rest)
	s.Store(second, v, lanes, rest)
	s.Load(p, parameter, lanes, rest)
	s.move(parameter, first, second, lanes)
	s.Store(parameter, p, lanes, rest)
}

// EmitIdle takes the step for a gradient of zeros. If all moments of a vector are zero, as for a pixel that no image
// has set, it does nothing. It only stores the moments if none of the parameters can change.
func (s Step) EmitIdle(name LabelRef, p, m, v Mem, lanes int, rest asm.Mask) {
	first, second, parameter := s.Vector(), s.Vector(), s.Vector()
	done := name + "Done"
	s.Load(m, first, lanes, rest)
	s.Load(v, second, lanes, rest)
	s.ifNothing(first, second, lanes, done)
	s.Load(p, parameter, lanes, rest)
	s.moments(nil, first, second, lanes)
	s.Store(first, m, lanes, rest)
	s.Store(second, v, lanes, rest)
	moving := s.moving(first, second, parameter, lanes, rest)
	KORTESTW(moving, moving)
	JE(done)
	first, second = s.only(moving, first, lanes), s.only(moving, second, lanes)
	s.move(parameter, first, second, lanes)
	s.Store(parameter, p, lanes, rest)
	asm.Place(done)
}

// ifNothing jumps if all moments are zero and a step with them changes nothing.
func (s Step) ifNothing(m, v reg.VecVirtual, lanes int, to LabelRef) {
	either, some := s.Vector(), K()
	VORPS(of(m, lanes), of(v, lanes), of(either, lanes))
	VPTESTMD(of(either, lanes), of(either, lanes), some)
	KORTESTW(some, s.stepsOfZero)
	JE(to)
}

// move computes p -= m*Alpha / (sqrt(v) + Epsilon). It overwrites m and v.
func (s Step) move(p, m, v reg.VecVirtual, lanes int) {
	VSQRTPS(of(v, lanes), of(v, lanes))
	VADDPS(of(s.epsilon, lanes), of(v, lanes), of(v, lanes))
	VMULPS(of(s.alpha, lanes), of(m, lanes), of(m, lanes))
	VDIVPS(of(v, lanes), of(m, lanes), of(m, lanes))
	VSUBPS(of(m, lanes), of(p, lanes), of(p, lanes))
}
