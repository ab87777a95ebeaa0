package dataset

import (
	"slices"
	"sync"
)

// Shelf keeps data sets that several runs share, so that each is read once. The zero Shelf is empty. All its methods can
// be called from several goroutines.
type Shelf struct {
	mutex sync.Mutex
	loans []*Loan // the ones used last come last
}

// Loan is a data set on a Shelf that somebody uses, until it is given back.
type Loan struct {
	Data  *Data
	key   string
	users int
}

// mostIdle is how many data sets that nobody uses are kept: those of seeds that split the data, or of several
// validation_split, come again.
const mostIdle = 4

// Borrow returns the data set with that key, until Return. If the shelf does not have it, it is read; others wait
// meanwhile, since they may want the same.
func (s *Shelf) Borrow(key string, read func() (*Data, error)) (*Loan, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if i := slices.IndexFunc(s.loans, func(l *Loan) bool { return l.key == key }); i >= 0 {
		l := s.loans[i]
		s.loans = append(slices.Delete(s.loans, i, i+1), l)
		l.users++
		return l, nil
	}
	data, err := read()
	if err != nil {
		return nil, err
	}
	data.Share()
	l := &Loan{Data: data, key: key, users: 1}
	s.loans = append(s.loans, l)
	return l, nil
}

// Return ends the use of a data set. It closes those that have not been used for longest.
func (s *Shelf) Return(l *Loan) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	l.users--
	idle := 0
	for i := len(s.loans) - 1; i >= 0; i-- {
		if s.loans[i].users > 0 {
			continue
		}
		if idle++; idle > mostIdle {
			_ = s.loans[i].Data.Close() // read-only: nothing can be lost
			s.loans = slices.Delete(s.loans, i, i+1)
		}
	}
}

// Close closes all data sets. Nobody may use one.
func (s *Shelf) Close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, l := range s.loans {
		_ = l.Data.Close() // read-only: nothing can be lost
	}
	s.loans = nil
}
