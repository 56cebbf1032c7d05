package scim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// errPart is in the tree of an error that says that a list is not known to be whole.
var errPart = errors.New("part of a list")

func inPart(err error) bool { return errors.Is(err, errPart) }

// all lists every resource of an endpoint, such as /Users. It is whole or an error: as many as the application says there
// are, each once. Of a list that changed while it was read it makes one more try.
func all[T resource](ctx context.Context, s *SCIM, what, endpoint string) ([]T, error) {
	byCursor, err := s.cursors(ctx)
	if err != nil {
		return nil, err
	}
	read := byIndex[T]
	if byCursor {
		read = cursored[T]
	}
	listed, err := read(ctx, s, what, endpoint)
	if inPart(err) {
		listed, err = read(ctx, s, what, endpoint)
	}
	return listed, err
}

// byIndex reads pages by startIndex, which begins at 1, and count (RFC 7644 3.4.2.4). How many come is the server's to say,
// so that the next page begins after what came and not after what was asked for. It ends when there are as many as there
// should be, and no more come after them, or when a page brings nothing new.
func byIndex[T resource](ctx context.Context, s *SCIM, what, endpoint string) ([]T, error) {
	list, total := collector[T]{}, -1
	for start := 1; ; {
		p, err := s.page(ctx, what, endpoint, url.Values{"startIndex": {strconv.Itoa(start)}, "count": {strconv.Itoa(s.profile.pageSize())}})
		if err != nil {
			return nil, err
		}
		if p.TotalResults == nil {
			return nil, s.part(what, "a list that does not say how many there are")
		}
		if was := total; was >= 0 && was != *p.TotalResults {
			// Who went has moved everybody after them one up, past the end of a page that was read.
			return nil, s.part(what, fmt.Sprintf("a list of %d entries, and then of %d", was, *p.TotalResults))
		}
		total = *p.TotalResults
		fresh, err := list.take(s, what, p)
		if err != nil {
			return nil, err
		}
		start += len(*p.Resources)
		if len(list.items) < total && fresh > 0 {
			continue
		}
		if err := s.whole(what, list.repeated, len(list.items), total); err != nil || total == 0 {
			return list.items, err
		}
		return list.items, list.ends(ctx, s, what, endpoint, start)
	}
}

// ends returns nil if nothing is after the last page: there are servers whose total is that of the page. One that does not
// turn pages, and answers with everything again, has nothing else either.
func (c *collector[T]) ends(ctx context.Context, s *SCIM, what, endpoint string, start int) error {
	p, err := s.page(ctx, what, endpoint, url.Values{"startIndex": {strconv.Itoa(start)}, "count": {strconv.Itoa(s.profile.pageSize())}})
	if r := refusalOf(err); r != nil && (notImplemented(err) || r.status == http.StatusNotFound || r.status == http.StatusRequestedRangeNotSatisfiable) {
		return nil
	}
	if err != nil {
		return err
	}
	all := len(c.items)
	if fresh, err := c.take(s, what, p); err != nil || fresh == 0 {
		return err
	}
	return s.part(what, fmt.Sprintf("more than the %d entries that it says there are", all))
}

// cursored reads pages by cursor (RFC 9865): the first has an empty one, and the last names none.
func cursored[T resource](ctx context.Context, s *SCIM, what, endpoint string) ([]T, error) {
	list, total := collector[T]{}, -1
	err := system.Pages(func(mark string) (string, error) {
		p, err := s.page(ctx, what, endpoint, url.Values{"cursor": {mark}, "count": {strconv.Itoa(s.profile.pageSize())}})
		if err != nil {
			return "", err
		}
		if p.TotalResults != nil {
			total = *p.TotalResults
		}
		_, err = list.take(s, what, p)
		return p.NextCursor, err
	})
	switch {
	case errors.Is(err, system.ErrCircle):
		return nil, s.malformed(what, "cursors that lead in a circle")
	case err != nil:
		return nil, err
	case total < 0:
		// Those who page by cursor need not say how many there are: the end says that it is the end.
		total = len(list.items)
	}
	return list.items, s.whole(what, list.repeated, len(list.items), total)
}

// whole says what keeps a list from being believed, and nil where nothing does.
func (s *SCIM) whole(what string, repeated bool, got, announced int) error {
	switch {
	case repeated:
		return s.part(what, "pages that repeat what was on them")
	case got != announced:
		return s.part(what, fmt.Sprintf("%d entries of the %d that it says there are", got, announced))
	}
	return nil
}

func (s *SCIM) part(what, answered string) error {
	e := s.malformed(what, answered+", so that nobody can be taken to be missing from it")
	e.Fix, e.Err = "Try again, as it may have changed while it was listed. A server whose pages begin at 0, overlap or leave out can't be listed.", errPart
	return e
}

// page reads one page, and checks that it is one.
func (s *SCIM) page(ctx context.Context, what, endpoint string, query url.Values) (*page, error) {
	p, err := get[page](ctx, s, what, endpoint, query)
	switch {
	case access.KindOf(err) == access.NotFound:
		// That there is no list says nothing of what is in it.
		e := s.malformed(what, `"not found" in place of a list`)
		e.Err = err
		return nil, e
	case err != nil:
		return nil, err
	case p.Resources == nil && (p.TotalResults == nil || *p.TotalResults != 0 || !slices.Contains(p.Schemas, listResponse)):
		return nil, s.malformed(what, "something that is not a list")
	case p.Resources == nil:
		p.Resources = &[]json.RawMessage{}
	}
	return p, nil
}

// A collector gathers what pages have, each id once.
type collector[T resource] struct {
	items    []T
	seen     map[string]bool
	repeated bool
}

// take adds what a page has, and returns how many of that were new.
func (c *collector[T]) take(s *SCIM, what string, p *page) (fresh int, err error) {
	listed, err := decode[T](s, what, p)
	if err != nil {
		return 0, err
	}
	for _, item := range listed {
		if c.seen[item.identity()] {
			c.repeated = true
			continue
		}
		if c.seen == nil {
			c.seen = map[string]bool{}
		}
		c.seen[item.identity()] = true
		c.items = append(c.items, item)
		fresh++
	}
	return fresh, nil
}

func decode[T resource](s *SCIM, what string, p *page) ([]T, error) {
	var listed []T
	for _, raw := range *p.Resources {
		var item *T
		if err := json.Unmarshal(raw, &item); err != nil {
			return nil, s.malformed(what, "what can't be read: "+err.Error())
		}
		if item == nil || (*item).identity() == "" {
			return nil, s.malformed(what, "an entry without an id")
		}
		listed = append(listed, *item)
	}
	return listed, nil
}

// features are what an application says of itself (RFC 7643 section 5), for where no profile says better.
type features struct {
	// Patch is nil where nothing is said of it.
	Patch      *supported `json:"patch"`
	ETag       supported  `json:"etag"`
	Pagination *struct {
		Cursor bool  `json:"cursor"`
		Index  *bool `json:"index"`
	} `json:"pagination"`
}

type supported struct {
	Supported bool `json:"supported"`
}

// says reads what the application says of itself. Many say nothing, or what is not so: it only decides between forms that
// come to the same, and what comes of them is looked at.
func (s *SCIM) says(ctx context.Context) (features, error) {
	return s.features.Get(ctx, func() (features, error) {
		f, err := get[features](ctx, s, "read the service provider configuration", "/ServiceProviderConfig", nil)
		switch kind := access.KindOf(err); {
		case err == nil:
			return *f, nil
		case refusalOf(err) != nil && kind != access.Unavailable && !unaccepted(err), kind == access.Malformed:
			return features{}, nil
		}
		return features{}, err
	})
}

// cursors says whether pages are followed by cursor: where the profile says so, or the application has nothing else.
func (s *SCIM) cursors(ctx context.Context) (bool, error) {
	if s.profile.Cursors || s.config.Profile != Generic {
		return s.profile.Cursors, nil
	}
	f, err := s.says(ctx)
	return f.Pagination != nil && f.Pagination.Cursor && f.Pagination.Index != nil && !*f.Pagination.Index, err
}
