package photo

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

func TestDevPages(t *testing.T) {
	d := digits(t)
	read := network(t, "/tmp/photo/best.bin")
	var from []drawn
	for i := range 5000 {
		from = append(from, drawn{inkOfBytes(d.Train.Images[i*784 : (i+1)*784]), int(d.Train.Labels[i])})
	}
	base := composition{w: 1200, h: 900, count: 25, size: 90, paper: 235, sharp: 3, inkLo: 0.6, noise: 2}
	for _, c := range []struct {
		name string
		f    func(c *composition)
	}{
		{"plain", func(c *composition) {}},
		{"rotated", func(c *composition) { c.degrees = 5 }},
		{"gradient", func(c *composition) { c.gradient = 0.5 }},
		{"shadow", func(c *composition) { c.shadow = 0.4 }},
		{"hard shadow", func(c *composition) { c.shadow = 0.4; c.hardShadow = true }},
		{"noise", func(c *composition) { c.noise = 15 }},
		{"faint", func(c *composition) { c.inkLo = 0.3 }},
		{"ruled", func(c *composition) { c.ruled = 0.25 }},
		{"ruled rotated", func(c *composition) { c.ruled = 0.25; c.degrees = -5 }},
		{"ruled dark", func(c *composition) { c.ruled = 0.6; c.degrees = -3 }},
		{"squared", func(c *composition) { c.ruled = 0.25; c.degrees = 2; c.squared = true }},
		{"all", func(c *composition) {
			c.ruled = 0.25
			c.degrees = 4
			c.shadow = 0.3
			c.gradient = 0.3
			c.noise = 8
		}},
		{"all small", func(c *composition) {
			c.ruled = 0.25
			c.degrees = -5
			c.shadow = 0.3
			c.gradient = 0.3
			c.noise = 8
			c.w, c.h, c.size = 900, 700, 50
			c.count = 40
		}},
		{"touching", func(c *composition) { c.touching = 0.3 }},
	} {
		if only := os.Getenv("ONLY"); only != "" && only != c.name {
			continue
		}
		var sum result
		var took time.Duration
		for seed := range 6 {
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			one := base
			c.f(&one)
			s := compose(r, from, one)
			start := time.Now()
			p, err := Find(s.img, Options{Read: read, Stages: true})
			took += time.Since(start)
			g := s.score(p, read)
			if err != nil || g.right < g.all-1 || g.invented > 0 {
				name := fmt.Sprintf("page-%s-%d", c.name, seed)
				save(name+".png", s.img)
				if p != nil {
					for _, st := range p.Stages {
						save(name+"-"+st.Name+".png", st.Image)
					}
				}
			}
			sum.all += g.all
			sum.found += g.found
			sum.right += g.right
			sum.invented += g.invented
			sum.order += g.order
		}
		fmt.Printf("%-15s %+v  %.0f ms\n", c.name, sum, float64(took.Milliseconds())/6)
	}
}
