package okta

// Lag: Okta's lists are eventually consistent. After a write the lists of those it concerns answer for a
// number of reads from a copy of the state before it.
type lag struct {
	behind map[string]*stale // by the id of a user, a group or an app
}

type stale struct {
	before *state
	// reads are how often each list was still answered from before, by the path of the operation.
	reads map[string]int
}

// wrote says that the lists of these users, groups or apps have changed.
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

// view is the state from which a list of this user, group or app is answered.
func (c *call) view(id string) *state {
	old, ok := c.api.lag.behind[id]
	if !ok || old.reads[c.op.path] >= c.api.opts.Lag {
		return c.state
	}
	old.reads[c.op.path]++
	return old.before
}
