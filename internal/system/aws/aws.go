// Package aws connects the model to AWS: to the IAM users of one account (IAM), and to IAM Identity Center of an
// organisation (IdentityCenter). They are two directories, with two credentials.
//
// It is built on the service clients of aws-sdk-go-v2. What they get wrong (aws.md section 0) is kept from mattering here:
// no user is ever left unnamed, which would have IAM act on the caller; errors are told by their code; their retries are
// off, because the transport's come first, and each attempt is signed anew; a success without content is no answer; what
// the environment says of endpoints is not listened to.
package aws

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
)

// An IAM is the IAM users of one AWS account, seen with one credential. It is safe for concurrent use.
//
// What it remembers for the length of a run is how the account is set up: who is who, what managed policies say, who the
// administrators are. What a user holds is asked anew each time.
type IAM struct {
	*connection
	config  IAMConfig
	iam     *iam.Client
	secrets *secretsmanager.Client

	directory memo.Once[[]access.Entry]
	// names are the names of users by their ids, which IAM does not take.
	names    sync.Map
	policies memo.Map[string, document]
	admins   memo.Once[[]administrator]
	// departing are the ids and the ARNs of the administrators whose removal was agreed to in this run, so that the last two
	// are not each taken for the other's stand-in.
	departing sync.Map
}

// NewIAM connects to an account. It sends nothing yet.
func NewIAM(ctx context.Context, c IAMConfig) (*IAM, error) {
	connected, err := connect(ctx, c.Login)
	if err != nil {
		return nil, err
	}
	sdk := connected.sdk
	return &IAM{connection: connected, config: c, iam: iam.NewFromConfig(sdk), secrets: secretsmanager.NewFromConfig(sdk)}, nil
}

// An IdentityCenter is IAM Identity Center of one organisation, seen with one credential. It is safe for concurrent use, and
// remembers as an IAM does.
type IdentityCenter struct {
	*connection
	config IdentityCenterConfig
	admin  *ssoadmin.Client
	store  *identitystore.Client

	found       memo.Once[*instance]
	directory   memo.Once[[]access.Entry]
	groups      memo.Map[string, directoryGroup]
	assignables memo.Map[string, assignable]
	admins      memo.Once[[]access.AccountID]
	// departing are the ids of the administrators whose removal was agreed to in this run.
	departing sync.Map

	// assigning keeps deletions of assignments one after the other: Identity Center takes few at once (aws.md section 2).
	assigning sync.Mutex
}

// NewIdentityCenter connects to an Identity Center. It sends nothing yet.
func NewIdentityCenter(ctx context.Context, c IdentityCenterConfig) (*IdentityCenter, error) {
	connected, err := connect(ctx, c.Login)
	if err != nil {
		return nil, err
	}
	sdk := connected.sdk
	return &IdentityCenter{connection: connected, config: c, admin: ssoadmin.NewFromConfig(sdk), store: identitystore.NewFromConfig(sdk)}, nil
}
