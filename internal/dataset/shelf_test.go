package dataset

import (
	"errors"
	"slices"
	"strconv"
	"testing"
)

// A data set is read once for all who borrow it, stays open while one of them uses it, and is closed when enough others were
// used since. What could not be read is read again.
func TestShelf(t *testing.T) {
	var s Shelf
	var read, closed []string
	borrow := func(key string, fails error) *Loan {
		t.Helper()
		l, err := s.Borrow(key, func() (*Data, error) {
			read = append(read, key)
			return &Data{Hash: key, Close: func() error { closed = append(closed, key); return nil }}, fails
		})
		if !errors.Is(err, fails) {
			t.Fatalf("%s: wanted the error %v, found %v", key, fails, err)
		}
		return l
	}
	expect := func(found *[]string, what string, wanted ...string) {
		t.Helper()
		if !slices.Equal(*found, wanted) {
			t.Errorf("%s: wanted %v, found %v", what, wanted, *found)
		}
		*found = nil
	}

	borrow("broken", errors.New("broken"))
	a, again := borrow("a", nil), borrow("a", nil)
	borrow("broken", nil)
	expect(&read, "read", "broken", "a", "broken")
	if a != again || a.Data.Hash != "a" {
		t.Errorf("wanted a twice, found %v and %v", a, again)
	}

	s.Return(a)
	for i := range mostIdle + 2 {
		s.Return(borrow(strconv.Itoa(i), nil))
	}
	expect(&closed, "closed while a and broken are used", "0", "1")
	s.Return(again)
	expect(&closed, "closed when a is idle too", "a")
	borrow("a", nil)
	borrow("2", nil)
	expect(&read, "read then", "0", "1", "2", "3", "4", "5", "a")

	s.Close()
	slices.Sort(closed)
	expect(&closed, "closed at the end", "2", "3", "4", "5", "a", "broken")
}
