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
	// As long as a uint64 holds, and beyond; halfway between two float64s, and beside that.
	all = append(all, "9999999999999999999", "18446744073709551615", "18446744073709551616", "10000000000000000000",
		"0.0000000000000000001", "0.9999999999999999999", "00000000000000000000001.5", "-0.00000000000000000000", "1.",
		".1234567890123456789", "-.1234567890123456789", "12345678.12345678", "12345678.1234567x", "1234567a.12345678",
		"9007199254740991", "9007199254740992", "9007199254740993", "9007199254740995", "9007199254740993.1", "-9007199254740993",
		"4503599627370496.5", "4503599627370497.5", "4503599627370497.499", "4503599627370497.501", "9223372036854775807",
		"9223372036854774784", "9223372036854775296", "9223372036854775297", "18014398509481985e0", "1.7976931348623157e308")
	for range 4000 {
		digits := strconv.FormatUint(r.Uint64()>>r.IntN(64), 10)
		at := r.IntN(len(digits) + 1)
		all = append(all, digits[:at]+"."+digits[at:], "-0."+strings.Repeat("0", r.IntN(4))+digits)
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
					if err != nil {
						text, v = "7", 7 // it stands there for TestNoNumbers
					}
					if err := n.Add([]byte(text)); err != nil {
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

// What is no number that float32 has is refused, whatever it begins with.
func TestNoNumbers(t *testing.T) {
	count := 0
	for _, text := range append(texts(), "", "-", ".", "-.", "1.2.3", "--1", "1-", "12345678901234567-", "1234567890123456.7.8") {
		if _, err := parse(trim(text)); err == nil {
			continue
		}
		count++
		if err := New(1, parse).Add([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if count != 12 {
		t.Errorf("%d texts are no numbers, wanted 12", count)
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
