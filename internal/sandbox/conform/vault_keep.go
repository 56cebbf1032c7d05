//go:build never

package conform

// As keep.go.
import _ "github.com/hashicorp/vault-client-go"
