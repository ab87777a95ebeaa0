package main

import (
	"cmp"
	"slices"
)

// keptAVX512 is the largest number of constants and scalars that AVX-512 keeps in registers; with more, avo finds none
// for the rest. For AVX2 see keeps.
const keptAVX512 = 14

// registersAVX2 is how many vectors AVX2 has registers for, besides the mask of a row's last lanes.
const registersAVX2 = 15

// copies is how often the table has each constant. AVX2 has too few registers for all of them, and its instructions take
// whole vectors from memory.
func (a *amd64) copies() int {
	if a.Opmasks {
		return 1
	}
	return a.Lanes
}

// keeps returns the constants and scalars that registers are kept for: as many as there are registers, those that are used
// most first. A scalar saves more than a constant, which need not be loaded to be used.
func (a *amd64) keeps(p *program) []*value {
	uses := p.uses()
	most := keptAVX512
	if !a.Opmasks {
		most = max(registersAVX2-p.pressure(), 0)
		for _, v := range p.nodes {
			if v.op == selectOp && (isZero(v.args[1]) || isZero(v.args[2])) {
				uses[p.consts[0]]-- // a mask does it
			}
		}
	}
	var all []*value
	for _, v := range p.nodes {
		if isConstant(v) && uses[v] > 0 {
			all = append(all, v)
		}
	}
	if !a.Opmasks {
		slices.SortStableFunc(all, func(v, w *value) int {
			return cmp.Or(cmp.Compare(v.op, w.op), cmp.Compare(uses[w], uses[v])) // scalarOp is less than constantOp
		})
	}
	return all[:min(most, len(all))]
}

// isInTable reports whether v is a constant that an instruction takes from memory.
func (e *emission) isInTable(v *value) bool {
	_, kept := e.kept[v]
	return v.op == constantOp && !kept && !e.Opmasks
}

// isConstant reports whether v is the same for all elements.
func isConstant(v *value) bool { return v.op == constantOp || v.op == scalarOp }

// pressure returns how many registers the values of a program need at a time, but for constants and scalars.
func (p *program) pressure() int {
	left, live, most := p.uses(), 0, 0
	for _, v := range p.nodes {
		if v.op == sumOp {
			live++ // from the first row to the last
		}
	}
	for _, v := range p.nodes {
		temporary := 0
		if v.op == storeOp {
			temporary = 1 // for the last lanes of a row
		}
		for _, a := range v.args {
			if isConstant(a) {
				temporary = 1 // of two, one is used in memory
			}
		}
		if !isConstant(v) && v.op != storeOp && v.op != sumOp {
			live++
		}
		most = max(most, live+temporary)
		for _, a := range v.args {
			if left[a]--; left[a] == 0 && !isConstant(a) {
				live--
			}
		}
	}
	return most
}

// isZero reports whether v is +0.
func isZero(v *value) bool { return v.op == constantOp && v.bits == 0 }
