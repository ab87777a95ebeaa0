package space

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// hash returns the SHA-256 of what decides the points, as JSON: the base experiment's settings, the method, the
// parameters in the order of their keys, the metric, seeds and rungs. The target of the metric and run_cap only say
// when there are enough points.
func (s *Sweep) hash() string {
	type parameter struct {
		Key          string       `json:"key"`
		Distribution Distribution `json:"distribution"`
	}
	var decides struct {
		Base       any           `json:"base"`
		Method     Method        `json:"method"`
		Parameters []parameter   `json:"parameters,omitempty"`
		List       [][][2]string `json:"list,omitempty"`
		Metric     string        `json:"metric"`
		Maximize   bool          `json:"maximize"`
		Seed       uint64        `json:"seed"`
		Seeds      int           `json:"seeds"`
		Early      *Halving      `json:"early_terminate,omitempty"`
	}
	decides.Base, decides.Method = s.base.Reproducible().Without("seed"), s.Method
	decides.Metric, decides.Maximize = s.Metric.Name, s.Metric.Maximize
	decides.Seed, decides.Seeds, decides.Early = s.base.Seed, s.Seeds, s.Early
	if s.Method != List {
		for _, p := range s.Parameters {
			decides.Parameters = append(decides.Parameters, parameter(p))
		}
		slices.SortFunc(decides.Parameters, func(a, b parameter) int { return strings.Compare(a.Key, b.Key) })
	}
	for _, one := range s.listed {
		pairs := make([][2]string, len(one.values))
		for i, v := range one.values {
			pairs[i] = [2]string{v.Key, v.Text}
		}
		slices.SortFunc(pairs, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
		decides.List = append(decides.List, pairs)
	}
	text, err := json.Marshal(decides)
	if err != nil {
		panic(fmt.Sprintf("space: a sweep cannot be written as JSON: %v", err)) // numbers are finite
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// seed returns the start of all randomness of the sweep: the beginning of its hash.
func (s *Sweep) seed() uint64 {
	sum, _ := hex.DecodeString(s.Hash)
	return binary.BigEndian.Uint64(sum)
}
