//go:build never

package conform

// As keep.go does: it keeps the module in go.mod that AWS's API models are taken from. The newer SDK's modules have none.
import _ "github.com/aws/aws-sdk-go/aws"
