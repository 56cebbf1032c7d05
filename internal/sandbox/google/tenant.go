// Package google is a Google Workspace tenant of one small company, behind Google's own HTTP API: the Directory
// API, Gmail's settings, Cloud Identity's devices, Vault's holds, shared drives, calendars and who they are shared with,
// Data Transfer with what it moves of Drive, Calendar and Looker Studio, the License Manager API, the OAuth token
// endpoint with domain-wide delegation, and the one method of iamcredentials that keyless delegation needs.
//
// A Tenant is the state; Handler serves it. It is meant to be so faithful that a test against it can be
// trusted: real paths, paging, error bodies and reasons, and the odd behaviours that an exit runs into. What
// Google does not document does not exist here. In tests every exchange is checked against Google's own
// discovery documents (package conform).
//
// In comments, google.md is internal/system/google/google.md, where the evidence for each behaviour is; [DISC]
// is the discovery document in google.golang.org/api, and [GAM] what GAM-team/GAM knows from the field. Where
// none says what Google does, the comment says that it is a guess.
//
// Administrators, other systems and the people themselves go on changing a tenant while the provider works in
// it. The methods of Tenant that change it are what they do, each one line to call, by address and by name.
// They and the ones that read are for tests: they panic when a name is wrong, since that is a mistake in the
// test.
package google

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

// A Tenant is one Google Workspace customer. It is safe for concurrent use.
type Tenant struct {
	mu    sync.Mutex
	clock clock.Clock
	state *state
	// watchers are told before the state changes.
	watchers []func(s *state, now time.Time)
}

// Load reads a tenant that Save wrote.
func Load(path string, clk clock.Clock) (*Tenant, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	tenant := &Tenant{clock: clk}
	if err := json.Unmarshal(data, tenant); err != nil {
		return nil, fmt.Errorf("%s is not the state of a sandbox tenant: %w", path, err)
	}
	return tenant, nil
}

// Save writes the tenant to a file. Readers of the file see it as it was or as it is, never half.
func (t *Tenant) Save(path string) error {
	data, err := json.MarshalIndent(t, "", "  ")
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

// MarshalJSON gives the whole state of the tenant.
func (t *Tenant) MarshalJSON() ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return json.Marshal(t.state)
}

// UnmarshalJSON takes over a state that MarshalJSON gave.
func (t *Tenant) UnmarshalJSON(data []byte) error {
	s := &state{}
	if err := json.Unmarshal(data, s); err != nil {
		return err
	}
	if s.CustomerID == "" || s.Users == nil {
		return errors.New("it has no customer id and no users")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state = s
	return nil
}

// aboutToChange tells the watchers. The lock is held.
func (t *Tenant) aboutToChange(now time.Time) {
	for _, watch := range t.watchers {
		watch(t.state, now)
	}
}

// change is how everything but the API changes the tenant.
func (t *Tenant) change(f func(s *state, now time.Time)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	t.aboutToChange(now)
	f(t.state, now)
}

// read is how everything but the API looks at the tenant.
func read[T any](t *Tenant, f func(s *state) T) T {
	t.mu.Lock()
	defer t.mu.Unlock()
	return f(t.state)
}
