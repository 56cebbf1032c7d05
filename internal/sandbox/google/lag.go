package google

// Lag: nobody says that Google's reads see what was just written. After a write the reads of those it concerns
// answer for a number of times from a copy of the state before it.

// wrote says that what is shown of these users or groups has changed.
func (c *call) wrote(ids ...string) { c.api.lag.Wrote(c.before, ids...) }

// view is the state from which a read of this user or group is answered.
func (c *call) view(id string) *state { return c.api.lag.View(c.state, id, c.op.path) }

// seen is a user as reads show them.
func (c *call) seen(u *user) *user {
	if before := c.view(u.ID).Users[u.ID]; before != nil {
		return before
	}
	return u
}
