package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/vault/api"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A call is something asked of Vault as people name it, with the path and the capability that a policy has to grant
// for it.
type call struct{ what, path, capability string }

func calling(capability, path, format string, args ...any) call {
	return call{fmt.Sprintf(format, args...), path, capability}
}

// needs is the rule of a policy under which the call would be allowed.
func (c call) needs() string {
	return fmt.Sprintf("path %q { capabilities = [%q] }", c.path, c.capability)
}

// safe refuses a path that would lead elsewhere: the client resolves dots and doubled slashes before it sends (vault.md
// section 0.5).
func safe(path string) error {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return &access.Error{
				Kind: access.Blocked, Op: "read " + path, Reason: "it has a name in its path that can't be asked for safely",
				Fix: "Rename it in Vault.",
			}
		}
	}
	return nil
}

// get reads one object; its data is what T has of it. What is not there is NotFound, and a path that leads nowhere is
// not.
func get[T any](ctx context.Context, v *Vault, c call) (*T, error) {
	if err := safe(c.path); err != nil {
		return nil, err
	}
	resp, err := v.client.Logical().ReadRawWithContext(ctx, c.path)
	return decode[T](ctx, v, c, resp, err)
}

// A listing is a list of names. Info has what a few lists tell of each name besides.
type listing struct {
	Keys []string                   `json:"keys"`
	Info map[string]json.RawMessage `json:"key_info"`
}

// list reads a list, of which nothing is paged. Vault answers 404 for an empty one and for a mount that is not there,
// and says which.
func (v *Vault) list(ctx context.Context, c call) (*listing, error) {
	if err := safe(strings.TrimSuffix(c.path, "/")); err != nil {
		return nil, err
	}
	resp, err := v.client.Logical().ReadRawWithDataWithContext(ctx, c.path, map[string][]string{"list": {"true"}})
	found, err := decode[listing](ctx, v, c, resp, err)
	switch {
	case access.KindOf(err) == access.NotFound:
		return &listing{}, nil
	case err != nil:
		return nil, err
	case len(found.Keys) == 0:
		return nil, malformed(c, "a list without names")
	}
	seen := map[string]bool{}
	for _, key := range found.Keys {
		if key == "" || seen[key] {
			return nil, malformed(c, "a list with a name twice, or an empty one")
		}
		seen[key] = true
	}
	return found, nil
}

// ask is get for what Vault wants a POST for.
func ask[T any](ctx context.Context, v *Vault, c call, body any) (*T, error) {
	resp, err := v.send(ctx, c, body)
	return decode[T](ctx, v, c, resp, err)
}

// write changes something.
func (v *Vault) write(ctx context.Context, c call, body any) error {
	resp, err := v.send(ctx, c, body)
	if resp != nil {
		defer resp.Body.Close()
	}
	return v.explain(ctx, c, err)
}

func (v *Vault) send(ctx context.Context, c call, body any) (*api.Response, error) {
	if err := safe(c.path); err != nil {
		return nil, err
	}
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return v.client.Logical().WriteRawWithContext(ctx, c.path, data)
}

// remove deletes something. What is gone needs no deleting.
func (v *Vault) remove(ctx context.Context, c call) error {
	if err := safe(c.path); err != nil {
		return err
	}
	resp, err := v.client.Logical().DeleteRawWithContext(ctx, c.path)
	if resp != nil {
		defer resp.Body.Close()
	}
	if err = v.explain(ctx, c, err); access.KindOf(err) == access.NotFound {
		return nil
	}
	return err
}

// decode reads the data of an answer.
func decode[T any](ctx context.Context, v *Vault, c call, resp *api.Response, err error) (*T, error) {
	if resp != nil {
		defer resp.Body.Close()
	}
	if err = v.explain(ctx, c, err); err != nil {
		return nil, err
	}
	var answer struct {
		Data *T `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, malformed(c, "what can't be read: "+v.transport.Redact(err.Error()))
	}
	if answer.Data == nil {
		return nil, malformed(c, "nothing")
	}
	return answer.Data, nil
}

func malformed(c call, what string) *access.Error {
	return &access.Error{Kind: access.Malformed, Op: c.what, Reason: "Vault answered with " + what, Fix: vendor.Hint}
}

// explain turns an error of the client into one that says what to do, and nil into nil. Only the context's own error
// stays as it is.
func (v *Vault) explain(ctx context.Context, c call, err error) error {
	if done, explained := system.Explained(ctx, c.what, err); done {
		return explained
	}
	refusal, ok := errors.AsType[*api.ResponseError](err)
	if !ok {
		return malformed(c, "what can't be read: "+v.transport.Redact(err.Error()))
	}
	said := v.said(refusal)
	kind, reason, fix := classify(c, refusal.StatusCode, said)
	return &access.Error{Kind: kind, Op: c.what, Reason: reason, Fix: fix, Err: refusal}
}

// said is Vault's own account of an error, in one line.
func (v *Vault) said(refusal *api.ResponseError) string {
	text := strings.Join(refusal.Errors, "; ")
	if refusal.RawError {
		text = "an answer without errors"
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "1 error occurred:", ""), "*", "")
	return v.transport.Redact(strings.Join(strings.Fields(text), " "))
}

// classify says what an error answer means (vault.md section 1).
func classify(c call, status int, said string) (kind access.ErrorKind, reason, fix string) {
	reason = fmt.Sprintf("%s (%d)", said, status)
	switch {
	case status == http.StatusNotFound && strings.HasPrefix(said, "no handler for route"):
		return access.Malformed, "nothing is mounted at " + c.path, "Something was unmounted while it was being read, or address and namespace are not what they should be."
	case strings.Contains(said, "unsupported path"), strings.Contains(said, "unsupported operation"):
		return access.NotAvailable, reason, "This server does not have it. Leave this kind of access out for Vault."
	case status == http.StatusNotFound && (said == "" || said == "an answer without errors"):
		return access.NotFound, "there is none", ""
	case status == http.StatusNotFound:
		return access.Malformed, reason, vendor.Hint
	case status == http.StatusForbidden:
		return access.Denied, reason, "The token is not valid any more, or its policies lack " + c.needs() + "."
	case strings.Contains(said, sealed):
		return access.Unavailable, "Vault is sealed, so that nobody can use it and nothing in it can be seen or changed",
			"Unseal it and run again: what was done is done, and the state says what is left."
	case status == 472, status == 473:
		return access.Unavailable, reason, "This node is a standby of another cluster: let address be the active node's or a load balancer's."
	case status >= http.StatusInternalServerError:
		return access.Unavailable, reason, ""
	}
	return access.Blocked, reason, "Look at it in Vault."
}

// status says that Vault answered with this status, and with these words in it.
func answered(err error, status int, words ...string) bool {
	refusal, ok := errors.AsType[*api.ResponseError](err)
	return ok && refusal.StatusCode == status && slices.ContainsFunc(words, func(word string) bool {
		return strings.Contains(strings.Join(refusal.Errors, " "), word)
	})
}
