package tfjs

import (
	"dnn/internal/interop/arrays"
	"dnn/internal/interop/chain"
)

func network(m model, all []arrays.Array, where string) (*chain.Chain, error) {
	return arrays.Chain(all, where)
}
