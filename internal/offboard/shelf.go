package offboard

import (
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// freshness is how old a list may be and still do for somebody else in the same run: as old as it gets while the
// resources of one person are refreshed one after the other.
const freshness = 10 * time.Minute

// A shelf is where resources put the lists they made, for a case that asks for the same thing in the same run. What a
// resource is told is never taken from it: reading and verifying ask the system. The zero shelf is empty; it is safe for
// concurrent use.
type shelf struct {
	mu    sync.Mutex
	lists map[shelved]dated
	// cleared counts how often something was taken from an account, so that a list that was begun before is not put.
	cleared map[shelved]int
}

type shelved struct {
	kind    string
	account access.AccountID
}

// A dated is a whole list, and when it was made.
type dated struct {
	grants []access.Grant
	at     time.Time
	// late says that whoever made it came too late for what outlives the account.
	late bool
}

// begin is called before a list is made that is to be put.
func (s *shelf) begin(kind string, account access.AccountID) (turn int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cleared[shelved{kind, account}]
}

// put keeps a whole list, unless something was taken from the account since it was begun.
func (s *shelf) put(kind string, account access.AccountID, turn int, list dated) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := shelved{kind, account}
	if s.cleared[key] != turn {
		return
	}
	if s.lists == nil {
		s.lists = map[shelved]dated{}
	}
	s.lists[key] = list
}

// clear forgets what was listed of an account, because something is about to be taken from it. It is begin of the list that
// is made after that.
func (s *shelf) clear(kind string, account access.AccountID) (turn int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cleared == nil {
		s.cleared = map[shelved]int{}
	}
	key := shelved{kind, account}
	s.cleared[key]++
	delete(s.lists, key)
	return s.cleared[key]
}

// get returns what was listed of an account, if that was not long ago.
func (s *shelf) get(kind string, account access.AccountID, now time.Time) (dated, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, ok := s.lists[shelved{kind, account}]
	return list, ok && now.Sub(list.at) <= freshness
}
