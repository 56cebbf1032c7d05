// Package okta is an Okta org of one small company, behind Okta's own HTTP API.
//
// An Org is the state; Handler serves it. It is meant to be so faithful that a test against it can be
// trusted: real paths, paging, error bodies, status codes and rate-limit headers, and the odd behaviours that
// an exit runs into. What Okta does not document does not exist here. In tests every exchange is checked
// against Okta's own API description (package conform).
//
// In comments, okta.md is internal/system/okta/okta.md, where the evidence for each behaviour is; "Okta's document" is okta/api/openapi.yaml of okta-sdk-golang/v6. Where neither says what
// Okta does, the comment says that it is a guess.
//
// Administrators, other systems and the people themselves go on changing an org while the provider works in
// it. The methods of Org that change it are what they do, each one line to call, by login and by name. They
// and the ones that read are for tests: they panic when a name is wrong, since that is a mistake in the test.
package okta

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// An Org is one Okta org. It is safe for concurrent use.
type Org struct {
	mu    sync.Mutex
	clock clock.Clock
	state *state
}

// The two engines an org can run on, as /.well-known/okta-organization calls them.
const (
	IdentityEngine = "idx"
	ClassicEngine  = "v1"
)

// Load reads an org that Save wrote.
func Load(path string, clk clock.Clock) (*Org, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	org := &Org{clock: clk}
	if err := json.Unmarshal(data, org); err != nil {
		return nil, fmt.Errorf("%s is not the state of a sandbox org: %w", path, err)
	}
	return org, nil
}

// Save writes the org to a file. Readers of the file see it as it was or as it is, never half.
func (o *Org) Save(path string) error {
	data, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(file.Name()))
	}
	return err
}

// MarshalJSON gives the whole state of the org.
func (o *Org) MarshalJSON() ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return json.Marshal(o.state)
}

// UnmarshalJSON takes over a state that MarshalJSON gave.
func (o *Org) UnmarshalJSON(data []byte) error {
	s := &state{}
	if err := json.Unmarshal(data, s); err != nil {
		return err
	}
	if s.ID == "" || s.Users == nil {
		return errors.New("it has no org id and no users")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.state = s
	return nil
}

// clone is a copy that shares nothing with s.
func (s *state) clone() *state {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // a state is plain data
	}
	c := &state{}
	if err := json.Unmarshal(data, c); err != nil {
		panic(err)
	}
	return c
}

// change is how everything but the API changes the org.
func (o *Org) change(f func(s *state, now time.Time)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f(o.state, o.clock.Now())
}

// read is how everything but the API looks at the org.
func read[T any](o *Org, f func(s *state) T) T {
	o.mu.Lock()
	defer o.mu.Unlock()
	return f(o.state)
}
