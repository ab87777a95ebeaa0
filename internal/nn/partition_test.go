package nn

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// part cuts [0, total) into n pieces that follow one another, all but the last of them whole multiples of align.
func TestPartCoversOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		n, total, align := 1+rng.IntN(20), rng.IntN(1000), 1+rng.IntN(40)
		at := 0
		for i := range n {
			p := part(i, n, total, align)
			if p.lo != at || p.hi < p.lo {
				t.Fatalf("part %d of %d of %d is %v, want it to begin at %d", i, n, total, p, at)
			}
			if p.hi < total && p.hi%align != 0 {
				t.Fatalf("part %d of %d of %d is %v, want it to end at a multiple of %d", i, n, total, p, align)
			}
			// A fair share: no more than one block beyond the average.
			if blocks := (total + align - 1) / align; p.hi-p.lo > (blocks/n+1)*align {
				t.Fatalf("part %d of %d of %d in blocks of %d is %v", i, n, total, align, p)
			}
			at = p.hi
		}
		if at != total {
			t.Fatalf("%d parts of %d end at %d", n, total, at)
		}
	}
}

// arrange keeps every task, and each worker's share of each list is one piece of it.
func TestArrangeKeepsEveryTask(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		workers := 1 + rng.IntN(9)
		var log []string
		var lists [][]task
		total := 0
		for l := range 1 + rng.IntN(4) {
			var list []task
			for i := range rng.IntN(30) {
				list = append(list, func(*Worker) { log = append(log, fmt.Sprintf("%d/%d", l, i)) })
			}
			lists = append(lists, list)
			total += len(list)
		}
		all := arrange(workers, lists...)
		if len(all) != total {
			t.Fatalf("%d tasks of %d", len(all), total)
		}
		for _, run := range all {
			run(nil)
		}
		seen := map[string]bool{}
		last := map[string]int{}
		for _, name := range log {
			var l, i int
			if _, err := fmt.Sscanf(name, "%d/%d", &l, &i); err != nil {
				t.Fatal(err)
			}
			key := fmt.Sprint(l)
			if before, ok := last[key]; ok && i != before+1 {
				t.Fatalf("task %d of list %d comes after %d", i, l, before)
			}
			last[key] = i
			seen[name] = true
		}
		if len(seen) != total {
			t.Fatalf("%d different tasks of %d", len(seen), total)
		}
	}
}
