package github

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A queryError is an error beside the data of an answer, which comes with 200 OK.
type queryError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Path    []any  `json:"path"`
}

// A pageInfo says whether there is more of a connection.
type pageInfo struct {
	HasNextPage bool   `json:"hasNextPage"`
	EndCursor   string `json:"endCursor"`
}

// next is the mark of the next page.
func (p *pageInfo) next(call op) (string, error) {
	switch {
	case p == nil:
		return "", malformed(call, "a list that does not say whether there is more")
	case p.HasNextPage && p.EndCursor == "":
		return "", malformed(call, "a list that goes on, without saying where")
	case p.HasNextPage:
		return p.EndCursor, nil
	}
	return "", nil
}

// query asks GraphQL. Part of the data beside an error is not taken for the whole.
func query[T any](ctx context.Context, g *GitHub, call op, text string, variables map[string]any) (*T, error) {
	at := "graphql"
	if base, enterprise := strings.CutSuffix(g.config.BaseURL, "/api/v3"); enterprise {
		at = base + "/api/graphql"
	}
	var answer struct {
		Data   *T           `json:"data"`
		Errors []queryError `json:"errors"`
	}
	var data json.RawMessage
	if _, err := g.do(ctx, call, http.MethodPost, at, map[string]any{"query": text, "variables": variables}, &data); err != nil {
		return nil, there(call, err)
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, malformed(call, "what can't be read")
	}
	if len(answer.Errors) > 0 {
		return nil, refusedQuery(g, call, answer.Errors)
	}
	if answer.Data == nil {
		return nil, malformed(call, "neither data nor an error")
	}
	return answer.Data, nil
}

func refusedQuery(g *GitHub, call op, errs []queryError) error {
	var said []string
	for _, e := range errs {
		said = append(said, strings.TrimSuffix(e.Message, "."))
	}
	slices.Sort(said)
	err := &access.Error{Kind: access.Unavailable, Op: call.what, Reason: g.redact(strings.Join(slices.Compact(said), "; "))}
	for _, e := range errs {
		switch e.Type {
		case "FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND":
			err.Kind, err.Fix = access.Denied, call.need.wanted()
		}
	}
	return err
}

func (g *GitHub) redact(s string) string {
	for _, d := range []*door{g.token, g.app} {
		if d != nil {
			s = d.transport.Redact(s)
		}
	}
	return s
}

// connection follows the pages of a connection: read asks for one, and takes what it needs of it.
func connection(call op, read func(after any) (*pageInfo, error)) error {
	err := system.Pages(func(mark string) (string, error) {
		var after any
		if mark != "" {
			after = mark
		}
		info, err := read(after)
		if err != nil {
			return "", err
		}
		return info.next(call)
	})
	if errors.Is(err, system.ErrCircle) {
		return malformed(call, "pages that lead in a circle")
	}
	return err
}
