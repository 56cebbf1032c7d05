package scim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

const (
	scimMedia = "application/scim+json"
	jsonMedia = "application/json"
)

// An answer is what came back.
type answer struct {
	code   int
	status string
	body   []byte
	etag   string
}

// A request is what is asked. The path is joined to the base URL; ids in it are escaped.
type request struct {
	what   string
	method string
	path   string
	query  url.Values
	body   any
	// match is the version that the resource has to be at, as If-Match. Empty is any.
	match string
}

// do makes a request. An answer of success with an error in its body is none (RFC 7644 3.12 has them apart).
func (s *SCIM) do(ctx context.Context, r request) (answer, error) {
	plain := s.plain.Load()
	got, err := s.send(ctx, r)
	if err == nil && got.code == http.StatusUnsupportedMediaType && r.body != nil && !plain {
		s.plain.Store(true)
		got, err = s.send(ctx, r)
	}
	if err != nil {
		return answer{}, err
	}
	said, isError := errorOf(got.body)
	switch {
	case got.code >= 300:
		said.status = got.code
		return answer{}, s.explain(r.what, got.status, &said)
	case isError:
		return answer{}, s.malformed(r.what, fmt.Sprintf("%s and an error in it: %s", got.status, said.detail))
	}
	return got, nil
}

// send makes a request, and returns whatever is answered.
func (s *SCIM) send(ctx context.Context, r request) (answer, error) {
	var content io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return answer{}, &access.Error{Op: s.op(r.what), Reason: err.Error()}
		}
		content = bytes.NewReader(data)
	}
	target := s.config.URL + r.path
	if len(r.query) > 0 {
		// RFC 7644 says nothing of + for a space, and some servers take it for a plus.
		target += "?" + strings.ReplaceAll(r.query.Encode(), "+", "%20")
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, content)
	if err != nil {
		return answer{}, &access.Error{Op: s.op(r.what), Reason: s.transport.Redact(err.Error())}
	}
	req.Header.Set("Authorization", "Bearer "+s.config.Token)
	req.Header.Set("Accept", scimMedia+", "+jsonMedia)
	if s.config.UserAgent != "" {
		req.Header.Set("User-Agent", s.config.UserAgent)
	}
	if r.body != nil {
		req.Header.Set("Content-Type", scimMedia)
		if s.plain.Load() {
			req.Header.Set("Content-Type", jsonMedia)
		}
	}
	if r.match != "" {
		req.Header.Set("If-Match", r.match)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return answer{}, s.failed(ctx, r.what, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, s.failed(ctx, r.what, err)
	}
	return answer{code: resp.StatusCode, status: resp.Status, body: body, etag: resp.Header.Get("ETag")}, nil
}

// failed is an error of the transport's, which says what was being done, or the context's own.
func (s *SCIM) failed(ctx context.Context, what string, err error) error {
	if done, explained := system.Explained(ctx, s.op(what), err); done {
		return explained
	}
	return &access.Error{Kind: access.Unavailable, Op: s.op(what), Reason: s.transport.Redact(err.Error())}
}

// get reads one resource or message.
func get[T any](ctx context.Context, s *SCIM, what, path string, query url.Values) (*T, error) {
	got, err := s.do(ctx, request{what: what, method: http.MethodGet, path: path, query: query})
	if err != nil {
		return nil, err
	}
	into := new(T)
	if err := json.Unmarshal(got.body, into); err != nil {
		return nil, s.malformed(what, "what can't be read: "+err.Error())
	}
	return into, nil
}

// explain says what an error answer means (RFC 7644 3.12, scim.md section 6).
func (s *SCIM) explain(what, status string, r *refusal) error {
	e := &access.Error{Kind: access.Blocked, Op: s.op(what), Err: r}
	switch code := r.status; {
	case code == http.StatusUnauthorized:
		e.Kind = access.Denied
		e.Fix = "The token is not accepted. Tokens for SCIM expire in some applications, and in others end with whoever made them."
	case code == http.StatusForbidden:
		e.Kind = access.Denied
		e.Fix = "The token may not do this, or the application's plan does not include SCIM."
	case code == http.StatusNotFound:
		e.Kind = access.NotFound
	case code == http.StatusMethodNotAllowed, code == http.StatusNotImplemented:
		e.Kind, e.Fix = access.NotAvailable, "The application does not implement this."
	case code == http.StatusConflict, code == http.StatusPreconditionFailed:
		e.Kind, e.Fix = access.Unavailable, "Somebody else was changing it. Try again."
	case code >= http.StatusInternalServerError:
		e.Kind = access.Unavailable
	case s.config.Profile != Generic:
		e.Fix = "Check that the profile " + s.config.Profile + " is the application's. If it is, the application may take this in another form than it did: do it in " + s.profile.Vendor + " itself."
	default:
		e.Fix = "If the application is one that a profile is for, name the profile: the form of the request may be one that it does not take."
	}
	if r.scimType != "" {
		status += ", " + s.clean(r.scimType)
	}
	e.Reason = strings.TrimSpace(s.clean(r.detail) + " (" + status + ")")
	return e
}

// op names the application in what is being done: a configuration has several.
func (s *SCIM) op(what string) string { return what + " in " + s.config.Name }

// malformed is the error of an answer that can't be believed. What it says of the answer may have parts of it.
func (s *SCIM) malformed(what, answered string) *access.Error {
	return &access.Error{Kind: access.Malformed, Op: s.op(what), Reason: s.config.Name + " answered with " + s.clean(answered), Fix: hint}
}

// clean is a server's text, without what must not be seen, and not for ever.
func (s *SCIM) clean(text string) string {
	const most = 300
	text = system.OneLine(s.transport.Redact(text))
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// notImplemented says that an error is the application's way of saying that it does not have something: a filter, an
// endpoint.
func notImplemented(err error) bool {
	r := refusalOf(err)
	return r != nil && (r.status == http.StatusBadRequest || r.status == http.StatusNotImplemented || r.status == http.StatusMethodNotAllowed)
}

// forbidden says that the token is accepted and may not.
func forbidden(err error) bool {
	r := refusalOf(err)
	return r != nil && r.status == http.StatusForbidden
}

func escaped(id string) string { return url.PathEscape(id) }

// unaccepted says that the application does not know the token at all.
func unaccepted(err error) bool {
	r := refusalOf(err)
	return r != nil && r.status == http.StatusUnauthorized
}

func asError(err error) (*access.Error, bool) { return errors.AsType[*access.Error](err) }

// asObject keeps numbers as they are written: what is put back has to be what was read.
func asObject(data []byte) (object map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	err = decoder.Decode(&object)
	if err == nil && object == nil {
		err = errors.New("it is null")
	}
	return object, err
}

// mustError is an error that is known to be one of ours.
func mustError(err error) *access.Error {
	e, _ := asError(err)
	return e
}

func (s *SCIM) clock() clock.Clock { return s.config.Clock }
