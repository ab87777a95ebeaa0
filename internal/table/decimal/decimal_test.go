package decimal

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// texts are spellings of numbers, with those at the limits of each way of keeping them.
func texts() []string {
	all := []string{
		"0", "-0", "+1", "1.", ".5", "-.5", "0.0", "-0.0", "255", "256", "-1", "32767", "32768", "-32768", "-32769", "00012",
		"2147483647", "2147483648", "-2147483648", "-2147483649", "214748364.7", "214748364.8", "999999999999999",
		"9999999999999999", "0.000000000000001", "0.0000000000000001", "1e3", "1E-3", "3.4e38", "-3.4e38", "5e-324",
		"0.1", "0.3", "5.10", "123456.789012345", " 7 ", "1234567890.12345",
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		v := math.Ldexp(r.NormFloat64(), r.IntN(60)-30)
		all = append(all, strconv.FormatFloat(v, 'f', r.IntN(12), 64), strconv.FormatFloat(v, 'g', -1, 64))
	}
	return all
}

// Each number is the float64 that strconv makes of its text, whatever other numbers share its column and block.
func TestRows(t *testing.T) {
	all := texts()
	for _, columns := range []int{1, 3, 1000} {
		for _, only := range []int{1, 2, 37, len(all)} { // so few texts for a column
			n := New(columns, parse)
			var want []float64
			rows := 2*n.perBlock + 5
			for r := range rows {
				for c := range columns {
					text := all[(c+r%only)%len(all)]
					v, err := parse(string([]byte(trim(text))))
					if err == nil {
						err = n.Add([]byte(text))
					}
					if err != nil {
						t.Fatal(err)
					}
					want = append(want, v)
				}
				n.EndRow()
			}
			n.End()
			got := make([]float64, columns)
			for r := range rows {
				n.Row(r, got)
				for c, v := range got {
					if w := want[r*columns+c]; math.Float64bits(v) != math.Float64bits(w) {
						t.Fatalf("row %d, column %d is %v, wanted %v", r, c, v, w)
					}
				}
			}
		}
	}
}

// parse is strconv's, for decimal numbers that float32 has.
func parse(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err == nil && (!(math.Abs(v) <= math.MaxFloat32) || strings.ContainsAny(text, "xX_")) {
		err = strconv.ErrRange
	}
	return v, err
}

func trim(text string) string {
	for len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	for len(text) > 0 && text[len(text)-1] == ' ' {
		text = text[:len(text)-1]
	}
	return text
}

// Numbers take no more memory than their texts have bytes, commas not counted.
func TestRowsAreSmall(t *testing.T) {
	for text, want := range map[string]int{"5": 1, "255": 1, "5.1": 1, "-1": 2, "0.125": 1, "31.25": 2, "1234.567": 4, "1e-9": 8} {
		n := New(2, parse)
		for range 2 * n.perBlock {
			for range 2 {
				if err := n.Add([]byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			n.EndRow()
		}
		n.End()
		if got := fmt.Sprint(n.blocks[1].stride); got != strconv.Itoa(2*want) {
			t.Errorf("a row of two numbers %s takes %s bytes, wanted %d", text, got, 2*want)
		}
	}
}

func FuzzRows(f *testing.F) {
	for _, text := range texts()[:37] {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := New(1, parse)
		want, werr := parse(trim(text))
		err := n.Add([]byte(text))
		if werr != nil {
			return // space of another kind is trimmed too
		}
		if err != nil {
			t.Fatalf("%q: %v, wanted %v", text, err, want)
		}
		n.EndRow()
		n.End()
		got := []float64{0}
		if n.Row(0, got); math.Float64bits(got[0]) != math.Float64bits(want) {
			t.Errorf("%q is %v, wanted %v", text, got[0], want)
		}
	})
}
