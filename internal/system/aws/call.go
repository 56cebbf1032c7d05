package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	smithy "github.com/aws/smithy-go"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// An op is a call to AWS as people name it, and the permission that it needs.
type op struct{ what, right string }

func doing(right, format string, args ...any) op { return op{fmt.Sprintf(format, args...), right} }

// ask makes a call with one of the SDK's methods, once it is known that the credential is of the right account.
func ask[In, Out, Options any](ctx context.Context, c *connection, call op, method func(context.Context, *In, ...func(*Options)) (*Out, error), in *In) (
	*Out, error,
) {
	if _, err := c.identity(ctx); err != nil {
		return nil, err
	}
	out, err := method(transport.Doing(ctx, call.what), in)
	if err = c.explain(ctx, call, err); err != nil {
		return nil, err
	}
	if out == nil {
		return nil, malformed(call, "nothing")
	}
	return out, nil
}

// write is ask for a removal: what is gone needs no removing.
func write[In, Out, Options any](ctx context.Context, c *connection, call op, method func(context.Context, *In, ...func(*Options)) (*Out, error), in *In) error {
	_, err := ask(ctx, c, call, method, in)
	return system.IgnoreNotFound(err)
}

// pages follows the pages of a list.
func pages(call op, read func(mark *string) (next string, err error)) error {
	err := system.Pages(func(mark string) (string, error) {
		if mark == "" {
			return read(nil)
		}
		return read(&mark)
	})
	if errors.Is(err, system.ErrCircle) {
		return malformed(call, "pages that lead in a circle")
	}
	return err
}

// marker is the mark of IAM's next page. A list that says it goes on and not where can't be taken for whole.
func marker(call op, truncated bool, mark *string) (string, error) {
	switch {
	case !truncated:
		return "", nil
	case sdk.ToString(mark) == "":
		return "", malformed(call, "a list that goes on without saying where")
	}
	return *mark, nil
}

func malformed(call op, what string) *access.Error {
	return &access.Error{Kind: access.Malformed, Op: call.what, Reason: "AWS answered with " + what, Fix: vendor.Hint}
}

// explain turns an error of the SDK into one that says what to do, and nil into nil. Only the context's own error stays as it
// is.
func (c *connection) explain(ctx context.Context, call op, err error) error {
	if done, explained := system.Explained(ctx, call.what, err); done {
		return explained
	}
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		// The SDK could not read the answer, or found no credential to sign with.
		reason := c.transport.Redact(err.Error())
		if strings.Contains(reason, "get identity") || strings.Contains(reason, "get credentials") {
			return &access.Error{
				Kind: access.Denied, Op: call.what, Reason: "there is no credential to sign with: " + reason,
				Fix: "Sign in to AWS (aws sso login), or set access_key and secret_key, or profile.",
			}
		}
		return malformed(call, "what can't be read: "+reason)
	}
	if assuming(err) {
		call = doing("sts:AssumeRole", "assume the role %s", c.login.AssumeRole)
	}
	kind, fix := classify(refusal.ErrorCode(), call)
	reason := strings.TrimRight(strings.TrimSpace(refusal.ErrorMessage()), ".")
	return &access.Error{
		Kind: kind, Op: call.what, Reason: c.transport.Redact(strings.TrimSpace(reason + " (" + refusal.ErrorCode() + ")")), Fix: fix, Err: refusal,
	}
}

// assuming says that an error is of the call for the role's credentials, which the SDK makes before the one that was meant.
func assuming(err error) bool {
	for {
		var of *smithy.OperationError
		if !errors.As(err, &of) {
			return false
		}
		if of.Operation() == "AssumeRole" {
			return true
		}
		err = of.Unwrap()
	}
}

// classify says what an error answer means (aws.md section 1).
func classify(code string, call op) (access.ErrorKind, string) {
	switch code {
	case "NoSuchEntity", "ResourceNotFoundException":
		return access.NotFound, ""
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
		return access.Denied, "The credential needs " + call.right + ", and no service control policy may take it away. Identity Center answers in " +
			"its management account."
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "ExpiredToken", "ExpiredTokenException", "MissingAuthenticationToken",
		"IncompleteSignature", "InvalidSignatureException", "OptInRequired", "UnauthorizedException", "InvalidGrantException":
		return access.Denied, "AWS does not accept the credential. An access key dies when it is deleted or deactivated, a temporary one when it expires, and " +
			"what aws sso login got you when that does; and the machine's clock must be right to five minutes."
	case "ValidationException", "ValidationError", "InvalidRequestException", "InvalidParameterException", "InvalidInput":
		return access.Blocked, "AWS does not do this here: look at what it says."
	case "UnmodifiableEntity", "UnmodifiableEntityException":
		return access.Blocked, "AWS manages this by itself: only the service that made it can change it."
	case "DeleteConflict":
		return access.Blocked, "Something is still attached. Let the resources of this person that remove it come first (depends_on), and plan again."
	case "InternalFailure", "InternalServerException", "InternalServiceError", "ServiceFailure", "ServiceUnavailable", "ServiceUnavailableException":
		return access.Unavailable, ""
	case "ConcurrentModification", "EntityTemporarilyUnmodifiable", "ConflictException":
		return access.Unavailable, "It is being changed elsewhere, or was changed a moment ago. Try again in some minutes."
	}
	if limited[code] {
		return access.RateLimited, "Raise the timeouts of this resource, run with less -parallelism, or let nothing else call AWS meanwhile."
	}
	return access.Blocked, ""
}

// code is AWS's error code, where an error of AWS's is what happened.
func code(err error) string {
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		return refusal.ErrorCode()
	}
	return ""
}
