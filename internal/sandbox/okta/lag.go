package okta

// Lag: Okta's lists are eventually consistent. After a write the lists of those it concerns answer for a
// number of reads from a copy of the state before it.

// wrote says that the lists of these users, groups or apps have changed.
func (c *call) wrote(ids ...string) { c.api.lag.Wrote(c.before, ids...) }

// view is the state from which a list of this user, group or app is answered.
func (c *call) view(id string) *state { return c.api.lag.View(c.state, id, c.op.path) }
