package google

// Lag: nobody says that Google's reads see what was just written. After a write the reads of those it concerns
// answer for a number of times from a copy of the state before it.
type lag struct {
	behind map[string]*stale // by the id of a user or a group
}

type stale struct {
	before *state
	// reads are how often each read was still answered from before, by the path of the operation.
	reads map[string]int
}

// wrote says that what is shown of these users or groups has changed.
func (c *call) wrote(ids ...string) {
	if c.before == nil {
		return
	}
	lag := &c.api.lag
	if lag.behind == nil {
		lag.behind = map[string]*stale{}
	}
	for _, id := range ids {
		lag.behind[id] = &stale{before: c.before, reads: map[string]int{}}
	}
}

// view is the state from which a read of this user or group is answered.
func (c *call) view(id string) *state {
	old, ok := c.api.lag.behind[id]
	if !ok || old.reads[c.op.path] >= c.api.opts.Lag {
		return c.state
	}
	old.reads[c.op.path]++
	return old.before
}

// seen is a user as reads show them.
func (c *call) seen(u *user) *user {
	if before := c.view(u.ID).Users[u.ID]; before != nil {
		return before
	}
	return u
}
