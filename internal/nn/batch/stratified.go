package batch

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"dnn/internal/random"
)

// Stratified parts samples in two so that each class has the same share of both, as far as whole samples go: about n of them
// are held out, drawn at random by the key, and the others are the rest. Both are in ascending order. At least one sample of
// each class stays in the rest; where there are classes of so few samples, that can leave fewer than n to hold out.
func Stratified(labels []uint8, n int, key random.Key) (rest, held []int32) {
	var classes [MaxClasses][]int32
	for i, label := range labels {
		classes[label] = append(classes[label], int32(i))
	}
	share := stratify(&classes, n, len(labels))
	for label, members := range &classes {
		var stream rand.PCG
		key.At(label).Seed(&stream)
		random.Shuffle(&stream, members)
		held = append(held, members[:share[label]]...)
		rest = append(rest, members[share[label]:]...)
	}
	slices.Sort(rest)
	slices.Sort(held)
	return rest, held
}

// stratify returns how many of each class are among n of total samples, by the method of largest remainders: the whole part
// of what is due to each class, then one more for those that are due the largest fractions, the first ones if equal.
func stratify(classes *[MaxClasses][]int32, n, total int) (share [MaxClasses]int) {
	n = min(n, total-1) // below the total, so that the whole part never is all of a class
	if n <= 0 {
		return share
	}
	var remainder [MaxClasses]int
	var byRemainder []int
	left := n
	for label, members := range classes {
		due := len(members) * n // over total; below 2^62, since labels take a byte of memory each
		share[label], remainder[label] = due/total, due%total
		left -= due / total
		byRemainder = append(byRemainder, label)
	}
	slices.SortStableFunc(byRemainder, func(a, b int) int { return cmp.Compare(remainder[b], remainder[a]) })
	for _, label := range byRemainder {
		if left > 0 && share[label]+1 < len(classes[label]) {
			share[label]++
			left--
		}
	}
	return share
}
