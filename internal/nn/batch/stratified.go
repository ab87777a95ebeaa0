package batch

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"dnn/internal/random"
)

// Stratified divides samples into held, which are held out, and the rest, so that each class is the same fraction of
// both, as far as a sample cannot be divided. n samples are held out, drawn at random with the key. At least one sample
// of each class stays in the rest, so fewer than n are held out if some classes have very few. Both are in ascending
// order.
func Stratified(labels []uint8, n int, key random.Key) (rest, held []int32) {
	var classes [MaxClasses][]int32
	for i, label := range labels {
		classes[label] = append(classes[label], int32(i))
	}
	quotas := stratify(&classes, n, len(labels))
	for label, members := range &classes {
		var stream rand.PCG
		key.At(label).Seed(&stream)
		random.Shuffle(&stream, members)
		held = append(held, members[:quotas[label]]...)
		rest = append(rest, members[quotas[label]:]...)
	}
	slices.Sort(rest)
	slices.Sort(held)
	return rest, held
}

// stratify returns how many samples of each class are among n of total, by the method of largest remainders: a class
// with m members gets the integer part of m n / total, and those with the largest remainders one more; if remainders
// are equal, the class with the smaller label.
func stratify(classes *[MaxClasses][]int32, n, total int) (quotas [MaxClasses]int) {
	n = min(n, total-1) // below the total, so that m n / total is below m
	if n <= 0 {
		return quotas
	}
	var remainder [MaxClasses]int
	var byRemainder []int
	left := n
	for label, members := range classes {
		product := len(members) * n // cannot overflow, since labels take a byte of memory each
		quotas[label], remainder[label] = product/total, product%total
		left -= quotas[label]
		byRemainder = append(byRemainder, label)
	}
	slices.SortStableFunc(byRemainder, func(a, b int) int { return cmp.Compare(remainder[b], remainder[a]) })
	for _, label := range byRemainder {
		if left > 0 && quotas[label]+1 < len(classes[label]) {
			quotas[label]++
			left--
		}
	}
	return quotas
}
